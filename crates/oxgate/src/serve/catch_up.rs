//! New handlers that want events from before their time: who they are, and the task that gives them those.

use crate::config::Loaded;
use crate::exit::{Done, Failure, with_causes};
use oxgate_core::Clock;
use oxgate_dispatch::Timer;
use oxgate_inbound::{Beginning, Inbound};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long to wait when the store takes nothing, or there is nothing to give: a handler whose catching up was interrupted
/// may come back with a reload.
const PAUSE: Duration = Duration::from_secs(2);

/// Notes the new ones. Before any door is open: what comes from here on has its deliveries to them by itself.
pub(super) async fn begin(loaded: &Loaded, inbound: &Inbound) -> Done {
    let handlers = loaded.config.handlers.iter();
    let wanted = handlers.filter_map(|handler| Some((handler.name.get_ref(), handler.start_from.get_ref().since()?)));
    let wanted: Vec<_> = wanted.map(|(name, since)| Beginning { target: name.clone(), since }).collect();
    inbound.begin_catch_ups(&wanted).await.map_err(|error| Failure::failed(with_causes(&error)))
}

/// Gives until `stop`.
pub(super) async fn run(inbound: Arc<Inbound>, clock: Arc<dyn Clock>, timer: Arc<dyn Timer>, stop: CancellationToken) {
    loop {
        let gave = match inbound.catch_up().await {
            Ok(gave) => gave,
            Err(error) => {
                tracing::debug!(%error, "new handlers get their events later");
                false
            }
        };
        if gave && !stop.is_cancelled() {
            tokio::task::yield_now().await;
            continue;
        }
        tokio::select! {
            () = timer.until(clock.now().plus(PAUSE)) => {}
            () = stop.cancelled() => return,
        }
    }
}
