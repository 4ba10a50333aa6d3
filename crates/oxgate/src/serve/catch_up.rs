//! New handlers that want events from before their time: who they are, and the task that gives them those.

use crate::config::Loaded;
use crate::exit::{Done, Failure, with_causes};
use oxgate_core::Clock;
use oxgate_core::limits::CATCH_UP_MAX;
use oxgate_dispatch::Timer;
use oxgate_inbound::{Beginning, CatchUpError, Inbound};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long to wait when the store takes nothing, or who is behind is not in the configuration: a reload may bring it back.
const PAUSE: Duration = Duration::from_secs(2);

/// Notes the new ones. Before any door is open: what comes from here on has its deliveries to them by itself.
pub(super) async fn begin(loaded: &Loaded, inbound: &Inbound) -> Done {
    let handlers = loaded.config.handlers.iter();
    let wanted = handlers.filter_map(|handler| Some((handler.name.get_ref(), handler.start_from.get_ref().since()?)));
    let wanted: Vec<_> = wanted.map(|(name, since)| Beginning { target: name.clone(), since }).collect();
    inbound.begin_catch_ups(&wanted).await.map_err(|error| Failure::failed(with_causes(&error)))
}

/// Gives until everybody has caught up, or `stop`.
pub(super) async fn run(inbound: Arc<Inbound>, clock: Arc<dyn Clock>, timer: Arc<dyn Timer>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match next(&inbound).await {
            Ok(Next::AtOnce) => tokio::task::yield_now().await,
            Ok(Next::Never) => return,
            Ok(Next::Later) => pause(&*clock, &*timer, &stop).await,
            Err(error) => {
                tracing::debug!(%error, "new handlers get their events later");
                pause(&*clock, &*timer, &stop).await;
            }
        }
    }
}

/// When there is more to give.
enum Next {
    AtOnce,
    /// One that is behind is not in the configuration now.
    Later,
    Never,
}

async fn next(inbound: &Inbound) -> Result<Next, CatchUpError> {
    if inbound.catch_up(CATCH_UP_MAX).await? {
        Ok(Next::AtOnce)
    } else if inbound.have_all_caught_up().await? {
        Ok(Next::Never)
    } else {
        Ok(Next::Later)
    }
}

async fn pause(clock: &dyn Clock, timer: &dyn Timer, stop: &CancellationToken) {
    tokio::select! {
        () = timer.until(clock.now().plus(PAUSE)) => {}
        () = stop.cancelled() => {}
    }
}
