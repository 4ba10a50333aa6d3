//! The gateway under load: the one that `oxgate serve` runs, configured as `oxgate init` would, in a temporary folder.

use crate::chance::OsEntropy;
use crate::config::Loaded;
use crate::exit::Failure;
use crate::serve::{self, Running, make_folder, write_secret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oxgate_core::Entropy;
use oxgate_store::view::Counters;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

/// What the load comes with.
pub(super) const TOKEN: &str = "a-token-of-the-bench";

/// The endpoint takes everything; whether a handler does too is the caller's choice.
const CONFIG: &str = r#"
[server]
listen = "127.0.0.1:0"

[store]
folder = "data"
key = { file = "keys/store.key" }
search_key = { file = "keys/search.key" }

[[endpoint]]
name = "bench"
tokens = [{ file = "keys/verification-token" }]

[[handler]]
name = "application"
order_by = "patient"
"#;

/// The gateway and what it counted.
pub(super) struct BenchGateway {
    running: Running,
    delivers: bool,
}

/// What a turn cost the store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    /// Events written.
    pub(super) events: u64,
    /// Groups committed, each with one sync.
    pub(super) groups: u64,
    /// Redeliveries recognised.
    pub(super) duplicates: u64,
    /// Deliveries that were not settled yet when the turn ended.
    pub(super) backlog: u64,
}

impl BenchGateway {
    /// Starts it in `folder`. Without a handler that `delivers`, the application is down and everything stays queued:
    /// receiving alone is under load.
    pub(super) async fn start(folder: &Path, delivers: bool) -> Result<Self, Failure> {
        let home = folder.join("gateway");
        let keys = home.join("keys");
        make_folder(&keys)?;
        write_secret(&keys.join("store.key"), &random())?;
        write_secret(&keys.join("search.key"), &random())?;
        write_secret(&keys.join("webhook.secret"), &format!("whsec_{}", random()))?;
        write_secret(&keys.join("verification-token"), TOKEN)?;
        let handler = if delivers {
            "kind = \"discard\"\n"
        } else {
            // The discard port of this machine: nobody listens there, so the lane waits for its target.
            "kind = \"http\"\nurl = \"http://127.0.0.1:9/\"\nsecrets = [{ file = \"keys/webhook.secret\" }]\n"
        };
        let config = home.join("oxgate.toml");
        std::fs::write(&config, format!("{CONFIG}{handler}"))?;
        let loaded = Loaded::read(&config).map_err(Failure::failed)?;
        Ok(Self { running: serve::start(loaded).await?, delivers })
    }

    pub(super) const fn addr(&self) -> SocketAddr {
        self.running.addr
    }

    pub(super) fn counters(&self) -> Counters {
        self.running.gateway.store.counters()
    }

    /// What was counted since `before`.
    pub(super) fn counted_since(&self, before: &Counters) -> Counted {
        let now = self.counters();
        Counted {
            events: now.events - before.events,
            groups: now.groups - before.groups,
            duplicates: now.duplicates - before.duplicates,
            backlog: self.open(),
        }
    }

    /// Resolves when everything is delivered that can be.
    pub(super) async fn at_rest(&self) {
        while self.delivers && self.open() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(super) async fn stop(self) {
        self.running.stop().await;
    }

    /// Events written and not yet handed over.
    fn open(&self) -> u64 {
        let discarded = self.running.gateway.inbound.counts().discarded.get();
        self.counters().events.saturating_sub(discarded)
    }
}

fn random() -> String {
    let mut bytes = [0; 32];
    Entropy::fill(&OsEntropy, &mut bytes);
    STANDARD.encode(bytes)
}
