//! HL7 v2 messages: reading them without loss, finding things in them, changing them, answering them, framing them.
//!
//! Stands where bytes from a hospital's interface engine arrive. A connection's bytes go through [`mllp`], a file's
//! through [`batch`]; each message is read by [`Message::parse`] and looked into by [`Path`], by number, or through the
//! names of [`adt`]. [`ack`] writes the answer, [`Draft`] writes or changes messages.
//!
//! Invariants:
//! - A message borrows its input. Reading indexes where segments and fields begin and nothing else; a field that is read
//!   is a slice of the input, and is only copied when it holds escapes or bytes beyond ASCII in another charset.
//! - Every byte is accounted for: what belongs to no segment is reported with its place ([`Note`]), and
//!   [`Message::as_bytes`] gives back exactly what came in. An edit changes the bytes of the value it names, nothing else.
//! - Lenient reading forgives what real senders do and says so; strict reading refuses the first thing that lenient
//!   reading would have forgiven. Both read the same way otherwise.
//! - Input of any kind gives a message or an error with a position, in time linear in its length.
//! - No IO, no clock, no randomness, no logging. No error, note or `Debug` text contains a value out of a message.
//!
//! ```
//! use hl7v2::{Message, Options, Path};
//!
//! let bytes = b"MSH|^~\\&|LAB|GHH|GW|RDX|20260301||ADT^A01|17|P|2.5\rPID|1||42^^^GHH^MR~77^^^X^PI||Specimen^Anna\r";
//! let message = Message::parse(bytes, &Options::default())?;
//! let mrn: Path = "PID-3(type=MR).1".parse()?;
//! assert_eq!(message.get(&mrn).text(), "42");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Deliberately absent: checking a message against the structure tables of a version (real messages break them; what a
//! reader needs, it asks for), time zones (a time without an offset is given as such), multi-byte charsets other than
//! UTF-8 and UTF-16, and everything about sockets.

// What separates, and how bytes become text.
mod delimiters;

pub mod charset;

pub mod escape;

// Reading: values, the message they are in, what was forgiven, and where a file's messages begin.
mod value;

mod message;

mod note;

mod scan;

mod parse;

pub mod batch;

// Finding and showing.
mod path;

pub mod outline;

// Changing and building.
mod draft;

// What messages mean: times, composite types, trigger events, admissions.
mod timestamp;

pub mod datatype;

pub mod trigger;

pub mod adt;

// Talking: answers and frames.
pub mod ack;

pub mod mllp;

pub use charset::Charset;
pub use delimiters::{DelimiterError, Delimiters};
pub use draft::{Change, Draft, EditError};
pub use message::{Message, Place, Segment};
pub use note::{Note, NoteKind};
pub use parse::{Limits, Mode, Options, ParseError};
pub use path::{Location, Path, PathError};
pub use timestamp::{Precision, Timestamp, TimestampError};
pub use value::{Encoding, Level, Presence, Value, Values};
