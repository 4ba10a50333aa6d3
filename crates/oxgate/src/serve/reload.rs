//! The configuration anew, as a whole or not at all: on SIGHUP and by `POST /v1/admin/reload`.

use super::plan::{self, Lasting};
use crate::config::{ConfigError, Loaded};
use crate::exit::with_causes;
use oxgate_api::{ConfigFault, Reload, Reloaded, Routing};
use oxgate_dispatch::Handle;
use oxgate_inbound::Inbound;
use oxgate_inbound::mllp::Doors;
use oxgate_outbound::Outbound;
use redox_client::Client;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What the last configuration made.
pub(super) struct Current {
    pub(super) loaded: Loaded,
    pub(super) jwks: serde_json::Value,
}

/// Everything that a reload changes.
#[derive(Clone)]
pub(super) struct Reloader {
    pub(super) lasting: Lasting,
    pub(super) inbound: Arc<Inbound>,
    pub(super) outbound: Arc<Outbound<Client>>,
    pub(super) routing: Arc<Routing>,
    pub(super) listeners: Arc<Doors>,
    pub(super) runner: Handle,
    pub(super) current: Arc<Mutex<Current>>,
}

impl Reloader {
    /// As the API calls it.
    pub(super) fn for_people(self) -> Reload {
        Arc::new(move || {
            let reloader = self.clone();
            Box::pin(async move { reloader.reload().await })
        })
    }

    /// Reads the file again and puts it in force, or says what is wrong and leaves the present one.
    pub(super) async fn reload(&self) -> Result<Reloaded, Vec<ConfigFault>> {
        let outcome = self.try_reload().await;
        match &outcome {
            Ok(reloaded) => tracing::info!(changes = ?reloaded.changes, "the configuration was reloaded"),
            Err(faults) => {
                for fault in faults {
                    tracing::error!(fault = %fault.message, line = fault.line, "the configuration was refused; the one in force stays");
                }
            }
        }
        outcome
    }

    async fn try_reload(&self) -> Result<Reloaded, Vec<ConfigFault>> {
        let (path, listen) = {
            let current = self.lock();
            (current.loaded.path.clone(), current.loaded.config.server.listen)
        };
        let mut loaded = Loaded::read(&path).map_err(|error| vec![fault(&error, &path.display().to_string())])?;
        let whole = |message: String| {
            vec![ConfigFault { file: path.display().to_string(), line: None, key: None, message, nearest: None }]
        };
        // What a reload cannot change keeps its value, and a change of it is refused instead of half done.
        self.unchangeable(&loaded).map_err(whole)?;
        loaded.config.server.listen = listen;
        let built = plan::build(&loaded, &self.lasting).map_err(whole)?;
        let wanted = built.inbound.listeners.clone();
        let bound = self.listeners.bind(&wanted).await.map_err(|error| whole(with_causes(&error)))?;
        self.inbound.replace_plan(built.inbound).map_err(|error| whole(error.to_string()))?;
        self.listeners.serve(bound).map_err(|error| whole(error.to_string()))?;
        self.outbound.replace(built.roads);
        self.routing.replace(built.routes);
        self.runner.replace_targets(built.targets).await;
        let mut current = self.lock();
        let changes = changes(&current.loaded, &loaded);
        *current = Current { loaded, jwks: built.jwks };
        Ok(Reloaded { changes })
    }

    fn unchangeable(&self, loaded: &Loaded) -> Result<(), String> {
        let current = self.lock();
        if current.loaded.data() != loaded.data() {
            return Err("[store] `folder` cannot change while the gateway runs: restart it".to_owned());
        }
        if serde_json::to_value(&current.loaded.config.bulk).ok() != serde_json::to_value(&loaded.config.bulk).ok() {
            return Err("[[bulk]] cannot change while the gateway runs: restart it".to_owned());
        }
        let platform = |loaded: &Loaded| serde_json::to_value(&loaded.config.platform).unwrap_or_default();
        if platform(&current.loaded) != platform(loaded) {
            return Err("[platform] cannot change while the gateway runs: restart it".to_owned());
        }
        let before: BTreeSet<&String> = current.loaded.config.handlers.iter().map(|one| one.name.get_ref()).collect();
        let added = loaded.config.handlers.iter().filter(|handler| !before.contains(handler.name.get_ref()));
        if let Some(handler) = added.into_iter().find(|handler| handler.start_from.get_ref().since().is_some()) {
            let name = handler.name.get_ref();
            return Err(format!(
                "handler `{name}` is new and starts from events that are here already: restart the gateway to add it"
            ));
        }
        if plan::ops_targets(&current.loaded) != plan::ops_targets(loaded) {
            return Err(
                "handlers of kind `ops` cannot be added or removed while the gateway runs: restart it".to_owned()
            );
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fault(error: &ConfigError, file: &str) -> ConfigFault {
    let line = match error {
        ConfigError::At { line, .. } => Some(*line),
        _ => None,
    };
    ConfigFault { file: file.to_owned(), line, key: None, message: error.to_string(), nearest: None }
}

/// What came and what went, by name.
fn changes(before: &Loaded, after: &Loaded) -> Vec<String> {
    let names = |loaded: &Loaded| {
        let config = &loaded.config;
        let named = |what: &str, name: &toml::Spanned<String>| format!("{what} {}", name.get_ref());
        let mut all = BTreeSet::new();
        all.extend(config.accounts.iter().map(|item| named("account", &item.name)));
        all.extend(config.sources.iter().map(|item| named("source", &item.name)));
        all.extend(config.destinations.iter().map(|item| named("destination", &item.name)));
        all.extend(config.endpoints.iter().map(|item| named("endpoint", &item.name)));
        all.extend(config.listeners.iter().map(|item| named("mllp", &item.name)));
        all.extend(config.handlers.iter().map(|item| named("handler", &item.name)));
        all
    };
    let (before, after) = (names(before), names(after));
    let came = after.difference(&before).map(|name| format!("added {name}"));
    let went = before.difference(&after).map(|name| format!("removed {name}"));
    came.chain(went).collect()
}
