//! The rules of the Redox wire as values: what arrives is read, what leaves is described, nothing is sent.
//!
//! Redox (the healthcare integration platform) speaks plain HTTP and JSON, with rules that live in its documentation rather
//! than in the protocol. This crate holds those rules once, for the receiving and for the sending side.
//!
//! *In the flow*: a request from Redox passes [`challenge`] (is it an endpoint verification?) and [`verification`] (does it
//! carry our token?); a request to Redox is authorised by what [`assertion`] and [`token`] describe, and its answer is read by
//! [`reply`], the only reader of replies, with [`errors`] as its vocabulary.
//!
//! *Invariants*
//!
//! - No input, however malformed, makes a reader panic.
//! - A reply that carries errors is never read as plainly accepted, and a success that cannot be read is never read as accepted.
//! - Text written by a peer may hold patient data, so it is a [`PeerText`](peer::PeerText), which neither `Debug` nor `Display`
//!   shows. Tokens and secrets are hidden in the same way.
//! - Comparison with a secret takes the same time wherever the first difference is.
//!
//! *Deliberately not here*: input and output, clocks, randomness, logging, signing, and the shape of clinical payloads. Time
//! comes in as an argument and instants are plain Unix seconds or milliseconds.

// The claims and the form with which an OAuth client asks for a token.
pub mod assertion;
// Endpoint verification requests, by POST and by GET, and the answer they want.
pub mod challenge;
// Elements of `Meta.Errors` and the words in them.
pub mod errors;
// Technical ids that Redox gives.
pub mod id;
// The two instant formats of the wire.
pub mod instant;
// Text from a peer, kept out of sight.
pub mod peer;
// The platform API: environments, sources, destinations, subscriptions, logs, keys.
pub mod platform;
// The one reader of replies to messages and queries.
pub mod reply;
// Legacy token requests, and what token endpoints answer.
pub mod token;
// What is answered to the upload of a file.
pub mod upload;
// Does an inbound request carry one of our verification tokens?
pub mod verification;
