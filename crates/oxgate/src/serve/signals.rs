//! Signals: stop, stop at once, reload.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Resolves at the first SIGTERM or SIGINT.
pub(crate) async fn asked_to_stop() {
    let (Some(mut terminate), Some(mut interrupt)) = (listen(SignalKind::terminate()), listen(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// SIGHUPs, one after the other.
#[derive(Debug)]
pub(crate) struct Reloads(Option<Signal>);

impl Reloads {
    pub(crate) fn listen() -> Self {
        Self(listen(SignalKind::hangup()))
    }

    /// Resolves at the next SIGHUP.
    pub(crate) async fn next(&mut self) {
        match &mut self.0 {
            Some(signal) => {
                signal.recv().await;
            }
            None => std::future::pending().await,
        }
    }
}

fn listen(kind: SignalKind) -> Option<Signal> {
    signal(kind).inspect_err(|error| tracing::warn!(%error, "a signal cannot be listened for")).ok()
}
