//! `oxgate store`: the data folder.

use super::Shared;
use crate::exit::{Done, Failure};
use clap::Subcommand;
use serde_json::json;

/// The data folder.
#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Open the store as `serve` would, and say what is in it. The gateway must not be running.
    Check,
}

impl Store {
    pub(crate) async fn run(&self, shared: &Shared) -> Done {
        let Self::Check = self;
        let loaded = shared.load()?;
        let store = crate::serve::open_store(&loaded).map_err(Failure::failed)?;
        let lanes = store.lanes().await.map_err(Failure::failed)?;
        let parked = store.parked(None, None, 1_000).await.map_err(Failure::failed)?;
        let doubt = store.in_doubt().await.map_err(Failure::failed)?;
        store.close().await;
        let shown = json!({"ok": true, "folder": loaded.data().display().to_string(), "lanes": lanes.len(), "parked": parked.len(), "in_doubt": doubt.len()});
        shared.show(&shown, |_| {
            format!(
                "{}: fine; {} lanes, {} parked, {} in doubt",
                loaded.data().display(),
                lanes.len(),
                parked.len(),
                doubt.len()
            )
        })
    }
}
