//! A client for the Redox API: it holds tokens, sends events and queries, and says exactly where a request failed.
//!
//! It also uploads files, passes FHIR R4 interactions on, and asks the platform API what is set up and what became of what
//! was sent.
//!
//! *In the flow*: a durable sender hands over the bytes of one message. [`tokens`] has a valid token ready, [`transport`]
//! posts, and `redox-wire` reads the reply. The sender then knows one of three things: the message certainly did not reach
//! Redox ([`NotSent`](SendError::NotSent)), it may have ([`Lost`](SendError::Lost)), or Redox said what became of it (a
//! [`Reply`](redox_wire::reply::Reply)).
//!
//! *Invariants*
//!
//! - A message is put on the wire at most once per call, and once more only after a `401`, which says that nothing was
//!   accepted. Redirects are not followed and the HTTP layer repeats nothing.
//! - However many callers wait for a token, one token request is in flight, and they share its outcome. No caller gets a token
//!   that has expired, by the clock corrected with the server's `Date`.
//! - Tokens, keys and secrets are never logged and are wiped from memory when dropped, as far as the libraries below allow.
//! - Every request, token requests included, passes the [`Meter`] first.
//!
//! *Deliberately not here*: retries, back-off, durable state, choice of environment variables or files, and any knowledge of
//! clinical content. Clock and randomness come in through [`Clock`] and [`Entropy`]; key generation alone uses the
//! cryptographic library's own generator.

// Time and randomness, given by the caller.
pub mod chance;
// Sending events and queries.
pub mod client;
// Who we are: legacy key and secret, or OAuth client with a signing key.
pub mod credentials;
// Where the API is.
pub mod endpoints;
// FHIR R4 interactions: read, search, operations.
pub mod fhir;
// Uploading files.
pub mod files;
// Key pairs: made, read from PEM, shown as public JWK.
pub mod keys;
// The caller's say before every request.
pub mod meter;
// What is set up at Redox, and Redox's logs.
pub mod platform;
// One token per credential, shared by all callers.
pub mod tokens;
// Connections, limits, and the place where a request failed.
pub mod transport;

pub use chance::{Clock, Entropy};
pub use client::{Answer, Client, SendError, Setup};
pub use credentials::{Credentials, LegacyKey, OAuthClient};
pub use endpoints::Endpoints;
pub use fhir::{FhirAddress, FhirRequest};
pub use files::{Content, File};
pub use keys::SigningKey;
pub use meter::{Meter, RequestClass};
pub use platform::{Platform, PlatformError};
pub use tokens::{TokenError, Tokens};
pub use transport::{Lost, NotSent, SetupError, TransportOptions, TrustRoots};
