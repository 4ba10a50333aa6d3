//! HL7 v2 over MLLP: the listeners that take messages, and the connection that sends them.
//!
//! A message takes the same road as what Redox pushes: read on its connection's own task, made durable, then answered.
//!
//! ```text
//!  HL7 sender ──TCP, TLS──► doors ─► stream (frames) ─► session ─► reading ─► accept ═► STORE
//!                                                          └──────◄ answer (AA, CA, AE, AR) ◄──┘
//! ```
//!
//! - A positive answer leaves only after the store has resolved the accept (guarantee G1). Where the store takes nothing,
//!   the answer is `AE` and the connection ends, or it ends without a word; never `AA`.
//! - One message of a connection at a time, in the order of arrival (G3); a sender that pipelines is answered in order.
//! - Bytes in arrival are paid for out of the budget that all doors share (G9).
//! - Logs say where in a stream something was wrong; the bytes themselves are shown to those who may see bodies (G8).

/// Connection settings as the configuration gives them.
mod listener;

/// Certificates and keys.
pub mod tls;

/// Frames out of a byte stream, in time and within the budget.
pub mod stream;

/// What a message says about itself.
mod reading;

/// What goes back.
pub mod answer;

/// What was wrong in the streams lately.
pub mod faults;

/// One connection from its first byte to its last.
mod session;

/// Sockets: opened, replaced, closed.
pub mod doors;

/// The other side: one connection to a receiver.
pub mod client;

pub use client::{Connection, SendError, Target};
pub use doors::{BindError, Doors};
pub use faults::{Fault, FaultKind, Faults};
pub use listener::{Listener, Unavailable};
pub use stream::{Frames, Heard, Pace};

pub(crate) use reading::waits_for;

/// The data model under which HL7 v2 messages are routed; their event type is `ADT^A01` and the like.
pub const MODEL: &str = "HL7v2";

/// The content type that messages are kept with.
pub const CONTENT_TYPE: &str = "application/hl7-v2";
