//! The store's keys: the operator's key that wraps data keys, and the key of search hashes.

use super::plan::key_bytes;
use crate::config::Loaded;
use oxgate_store::{Kek, Settings};

/// The settings to open the configured store with.
pub(crate) fn of_store(loaded: &Loaded) -> Result<Settings, String> {
    let store = &loaded.config.store;
    let kek = match (&store.key, store.encrypt) {
        (_, false) => None,
        (Some(reference), true) => {
            let secret = reference.fetch(loaded, "the store's key").map_err(|error| error.to_string())?;
            Some(Kek { name: "operator".to_owned(), key: key_bytes(&secret, "the store's key")? })
        }
        (None, true) => {
            return Err("bodies are encrypted at rest and [store] names no `key`: `oxgate init` writes one; \
                        `encrypt = false` keeps bodies in the clear"
                .to_owned());
        }
    };
    let reference = store.search_key.as_ref().ok_or("[store] names no `search_key`: `oxgate init` writes one")?;
    let secret = reference.fetch(loaded, "the store's search key").map_err(|error| error.to_string())?;
    let search_key = key_bytes(&secret, "the store's search key")?;
    let ops = super::plan::ops_targets(loaded);
    let retention = loaded.config.retention.in_full();
    let settings = Settings { kek, ops, retention, ..Settings::new(loaded.data(), search_key) };
    #[cfg(feature = "mutations")]
    let settings = mutated(settings)?;
    Ok(settings)
}

/// With the deliberate bug that the environment names.
#[cfg(feature = "mutations")]
#[expect(clippy::disallowed_methods, reason = "a build for tests, told which bug to have")]
fn mutated(settings: Settings) -> Result<Settings, String> {
    use oxgate_store::faults::{Faults, Mutation};
    let Ok(name) = std::env::var("OXGATE_MUTATION") else { return Ok(settings) };
    let mutation = Mutation::from_name(&name).ok_or_else(|| format!("there is no mutation `{name}`"))?;
    Ok(Settings { faults: Faults::mutated(mutation), ..settings })
}
