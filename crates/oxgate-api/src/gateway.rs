//! What the HTTP surface stands on: the parts that the binary made, in one value.

use crate::exports::Exports;
use crate::keys::ApiKeys;
use crate::metrics::Requests;
use crate::road::Road;
use crate::routing::Routing;
use crate::stream::Feed;
use oxgate_core::{Clock, Entropy, Timestamp};
use oxgate_dispatch::{BoxFuture, BytesBudget, Handle};
use oxgate_inbound::{Inbound, Inbox};
use oxgate_store::Store;
use serde_json::Value;
use std::sync::Arc;

/// The gateway as its HTTP surface sees it. One value serves all listeners.
pub struct Gateway {
    /// Durable truth.
    pub store: Store,
    /// The doors for Redox.
    pub inbound: Arc<Inbound>,
    /// What consumers lease.
    pub inbox: Arc<Inbox>,
    /// The road to Redox.
    pub outbound: Arc<dyn Road>,
    /// What the present configuration makes of an event that is in the store already.
    pub routing: Arc<Routing>,
    /// The dispatcher.
    pub runner: Handle,
    /// Who may call.
    pub keys: Arc<ApiKeys>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where request ids and API keys come from.
    pub entropy: Arc<dyn Entropy>,
    /// The budget of bytes for bodies in flight, shared with doors and dispatcher.
    pub bodies: BytesBudget,
    /// Bulk exports as jobs.
    pub exports: Arc<dyn Exports>,
    /// What the streams are told.
    pub feed: Feed,
    /// Takes the configuration anew.
    pub reload: Reload,
    /// Compares inbox and outbox with Redox's logs since a time.
    pub reconcile: Reconcile,
    /// The public keys that Redox verifies our assertions with (RFC 7517 §5).
    pub jwks: Arc<dyn Fn() -> Value + Send + Sync>,
    /// Requests by route and status, for `/metrics`.
    pub requests: Requests,
    /// When the process began to serve.
    pub started_at: Timestamp,
    /// The version that `/healthz` names.
    pub version: &'static str,
}

/// Takes the configuration anew, as a whole or not at all.
pub type Reload = Arc<dyn Fn() -> BoxFuture<'static, Result<Reloaded, Vec<ConfigFault>>> + Send + Sync>;

/// Compares inbox and outbox with Redox's logs since a time.
pub type Reconcile = Arc<dyn Fn(Timestamp) -> BoxFuture<'static, Result<Reconciled, ReconcileFault>> + Send + Sync>;

/// What one side has and the other has not: ids, codes, counts and times, ready to be shown.
#[derive(Clone, PartialEq, Debug)]
pub struct Reconciled(pub Value);

/// Why nothing was compared.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReconcileFault {
    /// The configuration has no platform credentials.
    #[error("there are no platform credentials: put a user-level API key into [platform] and restart the gateway")]
    NoPlatform,
    /// Redox gave no answer.
    #[error("Redox's platform API gave no answer: {0}")]
    Peer(String),
    /// The store cannot be read.
    #[error("the store cannot be read: {0}")]
    Store(String),
}

/// What a reload changed, in words for a person: configured names only.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reloaded {
    /// One line for each change; empty when the files say what is in force.
    pub changes: Vec<String>,
}

/// Why a configuration was refused. The one in force stays.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfigFault {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// The key, dotted.
    pub key: Option<String>,
    /// What is wrong and what to do; no secrets.
    pub message: String,
    /// The nearest known key.
    pub nearest: Option<String>,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("version", &self.version).finish_non_exhaustive()
    }
}
