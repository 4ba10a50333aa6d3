//! Handlers of kind `nats`: from the configuration to the target, and what their stream's acknowledgement is worth.

use crate::chance::SystemClock;
use crate::config::Loaded;
use crate::config::local::Handler;
use oxgate_dispatch::Target;
use oxgate_inbound::handle::nats::{self, Durability, NatsHandler, NatsLink, NatsSettings, Subject};
use oxgate_store::Store;
use std::sync::Arc;
use std::time::Duration;

/// Whether the settings can be used.
pub(crate) fn check(loaded: &Loaded, handler: &Handler, timeout: Duration) -> Result<(), String> {
    nats::check(settings(loaded, handler, timeout, "")?).map_err(|error| error.to_string())
}

/// The target; once it is there, its stream is asked how it keeps what it acknowledges.
pub(crate) fn target(
    loaded: &Loaded,
    handler: &Handler,
    timeout: Duration,
    (store, api_base): (Store, &str),
) -> Result<Arc<dyn Target>, String> {
    let settings = settings(loaded, handler, timeout, api_base)?;
    let target = NatsHandler::new(settings, store, Arc::new(SystemClock)).map_err(|error| error.to_string())?;
    let target = Arc::new(target);
    let (name, synced, asked) = (handler.name.get_ref().clone(), handler.synced, target.clone());
    tokio::spawn(async move {
        match asked.link().durability().await {
            Ok(found) if is_doubtful(&found, synced) => {
                tracing::warn!(handler.name = name, "{found}: a power failure may lose what was delivered");
            }
            Ok(found) => tracing::info!(handler.name = name, "{found}"),
            Err(reason) => tracing::warn!(handler.name = name, %reason, "its stream cannot be looked at"),
        }
    });
    Ok(target)
}

/// What the doctor sees: the stream, and whether its acknowledgement is to be doubted; or why it cannot be seen.
pub(crate) async fn look(loaded: &Loaded, handler: &Handler, within: Duration) -> Result<(String, bool), String> {
    let settings = settings(loaded, handler, within, "")?;
    let link = NatsLink::new(settings).map_err(|error| error.to_string())?;
    let found = link.durability().await.map_err(|reason| reason.to_string())?;
    Ok((found.to_string(), is_doubtful(&found, handler.synced)))
}

/// `synced` says what no client can see: that the stream's servers sync before they acknowledge.
const fn is_doubtful(found: &Durability, synced: bool) -> bool {
    found.in_memory || !synced
}

fn settings(loaded: &Loaded, handler: &Handler, timeout: Duration, api_base: &str) -> Result<NatsSettings, String> {
    let name = handler.name.get_ref();
    let missing = |key: &str| format!("handler `{name}` publishes to NATS and needs `{key}`");
    let subject = handler.subject.as_ref().ok_or_else(|| missing("subject"))?;
    let secret = |secret: &crate::config::secret::SecretRef, what: &str| {
        secret.fetch(loaded, &format!("{what} of handler `{name}`")).map_err(|error| error.to_string())
    };
    Ok(NatsSettings {
        url: handler.url.as_ref().ok_or_else(|| missing("url"))?.get_ref().clone(),
        subject: Subject::new(subject.get_ref()).map_err(|error| error.to_string())?,
        credentials: handler.credentials.as_ref().map(|it| secret(it, "the credentials")).transpose()?,
        secrets: handler.secrets.iter().map(|it| secret(it, "a secret")).collect::<Result<_, _>>()?,
        ca_file: handler.ca_file.as_ref().map(|path| loaded.resolve(path)),
        timeout,
        api_base: api_base.to_owned(),
    })
}
