//! `[[mllp]]`: doors that HL7 v2 senders connect to.

use super::local::CannotHandle;
use super::secret::SecretRef;
use super::unit::Span;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use toml::Spanned;

/// A listener for HL7 v2 over MLLP.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mllp {
    /// In lanes, filters and logs, beside the endpoints' names.
    pub(crate) name: Spanned<String>,
    /// Where it listens; 2575 is the registered port.
    pub(crate) listen: SocketAddr,
    /// PEM certificate chain; with it the port speaks TLS.
    pub(crate) cert_file: Option<Spanned<PathBuf>>,
    /// The certificate's private key, PEM.
    pub(crate) key: Option<SecretRef>,
    /// PEM authorities: only senders with a certificate of theirs get in.
    pub(crate) client_ca_file: Option<Spanned<PathBuf>>,
    /// What to do with a message that cannot be read or that no handler takes.
    #[serde(default)]
    pub(crate) cannot_handle: CannotHandle,
    /// What senders are told while nothing can be made durable.
    #[serde(default)]
    pub(crate) unavailable: Unavailable,
    /// Answer AA, AE or AR whatever MSH-15 and MSH-16 say.
    #[serde(default)]
    pub(crate) original_mode: bool,
    /// What text is read in, whatever MSH-18 says.
    pub(crate) charset: Option<Spanned<String>>,
    /// Take messages that begin with MSH without a frame's first byte.
    #[serde(default)]
    pub(crate) accept_unstarted: bool,
    /// Connections at once.
    #[serde(default = "connections_max")]
    pub(crate) connections_max: usize,
    /// Silence between two messages that ends a connection.
    #[serde(default = "idle_timeout")]
    pub(crate) idle_timeout: Span,
    /// How long a message may take from its first byte to its last.
    #[serde(default = "frame_timeout")]
    pub(crate) frame_timeout: Span,
}

/// What senders are told while nothing can be made durable.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unavailable {
    /// AE or CE, then the connection ends.
    #[default]
    Error,
    /// The connection ends without an answer.
    Close,
}

const fn connections_max() -> usize {
    64
}

const fn idle_timeout() -> Span {
    Span(Duration::from_hours(1))
}

const fn frame_timeout() -> Span {
    Span(Duration::from_mins(1))
}
