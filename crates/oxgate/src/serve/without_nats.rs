//! Handlers of kind `nats` in a build without them: refused, with the way to a build that has them.

use crate::config::Loaded;
use crate::config::local::Handler;
use oxgate_dispatch::Target;
use oxgate_store::Store;
use std::sync::Arc;
use std::time::Duration;

/// What every question is answered with.
pub(crate) fn absent(handler: &Handler) -> String {
    let name = handler.name.get_ref();
    format!(
        "handler `{name}` is of kind `nats`, which this build does not have: build with \
         `cargo build --release --bin oxgate --features nats`"
    )
}

pub(crate) fn check(_: &Loaded, handler: &Handler, _: Duration) -> Result<(), String> {
    Err(absent(handler))
}

pub(crate) fn target(_: &Loaded, handler: &Handler, _: Duration, _: (Store, &str)) -> Result<Arc<dyn Target>, String> {
    Err(absent(handler))
}

pub(crate) async fn look(_: &Loaded, handler: &Handler, _: Duration) -> Result<(String, bool), String> {
    std::future::ready(Err(absent(handler))).await
}
