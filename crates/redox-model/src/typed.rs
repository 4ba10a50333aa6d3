//! Typed messages: read leniently, built in Rust, written back with nothing lost.
//!
//! The types are in [`crate::models`], one per shape of the catalogue; this module is what they share. Reading takes what
//! real systems send: a scalar of another type is turned into the documented one where it can be, and a note says where.
//! What does not fit its field at all, and what has no field (new members, `Extensions`), is kept as the JSON text it
//! was, in [`Other`], and written back in the same words. Null reads as absent, an absent optional array as an empty one.
//! Reading fails only for what is no JSON object; whether a message is what it should be is for [`mod@crate::validate`].
//!
//! ```
//! use redox_model::{
//!     models::{order, shared},
//!     typed::{self, Event},
//! };
//!
//! let order = order::New {
//!     patient: shared::Patient {
//!         identifiers: vec![shared::PatientIdentifier { id: "0042".into(), id_type: "MR".into(), ..Default::default() }],
//!         ..Default::default()
//!     },
//!     order: order::Order { id: "o-1".into(), status: Some("New".into()), ..Default::default() },
//!     ..Default::default()
//! };
//! let read = typed::read::<order::New>(order.to_json().as_bytes())?;
//! assert_eq!((read.message.meta.event_type.as_str(), read.notes.len()), ("New", 0));
//! # Ok::<(), typed::ReadError>(())
//! ```

mod fields;
#[macro_use]
mod shapes;

use std::fmt;

pub use fields::{Mixed, Number, Other};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    scan::{self, Fault, Kind, Scanner},
    validate::{MAX_PROBLEMS, Rule},
};

/// How many objects a typed message may hold: an empty object takes two bytes in a body and up to some thousand in
/// memory, so a body's size alone bounds too little. A large clinical summary has some ten thousand.
pub const MAX_OBJECTS: usize = 100_000;

/// A typed object. Implemented by everything in [`crate::models`] and by nothing else.
pub trait Shape: Default + Clone + PartialEq + fmt::Debug + Serialize + DeserializeOwned + sealed::Sealed {
    /// Its name in the catalogue, such as `patient_admin.Arrival`.
    const NAME: &'static str;

    #[doc(hidden)]
    fn read_member(&mut self, name: &str, reader: &mut Reader<'_>) -> Result<Taken, Unread>;
    #[doc(hidden)]
    fn write_members(&self, writer: &mut Writer);
    #[doc(hidden)]
    fn other_mut(&mut self) -> &mut Other;
}

/// A typed message.
pub trait Event: Shape {
    /// `Meta.DataModel` as Redox spells it.
    const DATA_MODEL: &'static str;
    /// `Meta.EventType` as Redox spells it.
    const EVENT_TYPE: &'static str;

    /// Writes the event's names into `Meta`, where they are empty.
    fn name_meta(&mut self);

    /// The message as JSON. An unnamed `Meta` is given the event's names.
    fn to_json(&self) -> String {
        let mut named = self.clone();
        named.name_meta();
        let mut writer = Writer::default();
        writer.object(&named);
        writer.out
    }
}

/// Something to do with a type that is only known by its event type; see [`crate::models::visit`].
pub trait Visitor {
    /// What comes of it.
    type Output;

    /// Does it.
    fn visit<T: Event>(self) -> Self::Output;
}

mod sealed {
    pub trait Sealed {}
}
pub(crate) use sealed::Sealed;

/// A message and what had to be done to read it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Read<T> {
    /// The message.
    pub message: T,
    /// Where the message differs from its documentation in type; at most [`MAX_PROBLEMS`].
    pub notes: Vec<Note>,
}

/// One place that was not of the documented type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// Where, as a JSON path: `$.Visit.VisitNumber`.
    pub path: String,
    /// What was done: [`Rule::Coerced`] read as the documented type, [`Rule::Null`] read as absent, [`Rule::Type`] kept
    /// as text in the object's [`Other`].
    pub rule: Rule,
}

/// Why a body cannot be read. Positions count from 1, columns in characters; nothing quotes the body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Not one JSON document.
    #[error("not JSON: expected {expected} at line {line}, column {column}")]
    NotJson {
        /// Line of the first byte that does not fit.
        line: usize,
        /// Column of the first byte that does not fit.
        column: usize,
        /// What could have stood there.
        expected: &'static str,
    },
    /// More than [`crate::MAX_DEPTH`] objects and arrays inside each other.
    #[error("nested deeper than {} levels at line {line}, column {column}", crate::MAX_DEPTH)]
    TooDeep {
        /// Line of the first container too many.
        line: usize,
        /// Column of the first container too many.
        column: usize,
    },
    /// More than [`MAX_OBJECTS`] documented objects.
    #[error("more than {MAX_OBJECTS} objects in one message")]
    TooManyObjects,
    /// JSON, but an array or a scalar.
    #[error("the body is a JSON {found}, not an object")]
    NotAnObject {
        /// What it is.
        found: Kind,
    },
}

/// Reads a body as a message (or any object) of type `T`, whatever its `Meta` says.
pub fn read<T: Shape>(body: &[u8]) -> Result<Read<T>, ReadError> {
    let locate = |unread| match unread {
        Unread::Faulty { deep, at, expected } => {
            let (line, column) = scan::position(body, at);
            if deep { ReadError::TooDeep { line, column } } else { ReadError::NotJson { line, column, expected } }
        }
        Unread::TooMany => ReadError::TooManyObjects,
    };
    let mut reader = Reader::new(body).map_err(locate)?;
    let found = reader.kind().map_err(locate)?;
    let mut message = T::default();
    let read = if found == Kind::Object { reader.object(&mut message) } else { reader.skip() };
    read.and_then(|()| reader.end()).map_err(locate)?;
    if found == Kind::Object {
        Ok(Read { message, notes: reader.notes })
    } else {
        Err(ReadError::NotAnObject { found })
    }
}

/// The body cannot be read on; the caller of [`read`] learns why.
#[doc(hidden)]
#[derive(Debug)]
pub enum Unread {
    /// It is not JSON, or too deep.
    #[doc(hidden)]
    Faulty { deep: bool, at: usize, expected: &'static str },
    /// It has more than [`MAX_OBJECTS`] objects.
    #[doc(hidden)]
    TooMany,
}

impl From<Fault> for Unread {
    fn from(fault: Fault) -> Self {
        Unread::Faulty { deep: fault.is_depth(), at: fault.at, expected: fault.expected.text() }
    }
}

/// What became of a value.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is in its field.
    Yes,
    /// It fits no field and has been passed over; the object keeps its text.
    No,
}

/// Reads values into fields and takes notes.
#[doc(hidden)]
pub struct Reader<'a> {
    scanner: Scanner<'a>,
    body: &'a [u8],
    path: Vec<Segment>,
    notes: Vec<Note>,
    objects: usize,
}

enum Segment {
    Member(&'static str),
    Item(usize),
}

impl<'a> Reader<'a> {
    fn new(body: &'a [u8]) -> Result<Self, Unread> {
        Ok(Self { scanner: Scanner::new(body)?, body, path: Vec::new(), notes: Vec::new(), objects: 0 })
    }

    /// Reads the value that comes next into a field.
    pub(crate) fn field<T: fields::Value>(&mut self, name: &'static str, slot: &mut T) -> Result<Taken, Unread> {
        self.path.push(Segment::Member(name));
        let taken = slot.read(self)?;
        if taken == Taken::No {
            self.note(Rule::Type);
        }
        self.path.pop();
        Ok(taken)
    }

    /// Reads the object that comes next.
    fn object<T: Shape>(&mut self, into: &mut T) -> Result<(), Unread> {
        self.objects += 1;
        if self.objects > MAX_OBJECTS {
            return Err(Unread::TooMany);
        }
        self.scanner.enter()?;
        let mut first = true;
        while let Some((_, name)) = self.scanner.next_member(&mut first)? {
            let name = name.decode();
            self.scanner.kind()?;
            let start = self.scanner.offset();
            match into.read_member(&name, self)? {
                Taken::No => {
                    let text = String::from_utf8_lossy(&self.body[start..self.scanner.offset()]);
                    into.other_mut().keep(name.into_owned(), text.into_owned());
                }
                // Of a member that occurs twice the last one counts, also when the first one was kept as text.
                Taken::Yes => drop(into.other_mut().remove(&name)),
            }
        }
        Ok(())
    }

    fn kind(&mut self) -> Result<Kind, Unread> {
        Ok(self.scanner.kind()?)
    }

    pub(crate) fn skip(&mut self) -> Result<(), Unread> {
        Ok(self.scanner.skip()?)
    }

    fn end(&mut self) -> Result<(), Unread> {
        Ok(self.scanner.end()?)
    }

    fn note(&mut self, rule: Rule) {
        if self.notes.len() < MAX_PROBLEMS {
            let mut path = String::from("$");
            for segment in &self.path {
                match segment {
                    Segment::Member(name) => path.extend([".", name]),
                    Segment::Item(index) => path.extend(["[", &index.to_string(), "]"]),
                }
            }
            self.notes.push(Note { path, rule });
        }
    }
}

/// Writes fields as JSON, in the order of the documentation.
#[doc(hidden)]
#[derive(Default)]
pub struct Writer {
    out: String,
    members: usize,
}

impl Writer {
    /// Writes a member, unless it is absent.
    pub(crate) fn optional<T: fields::Value>(&mut self, name: &'static str, value: &T, other: &Other) {
        if !value.is_absent() {
            self.required(name, value, other);
        }
    }

    /// Writes a member even if it is empty, unless the message has one of that name that did not fit the field.
    pub(crate) fn required<T: fields::Value>(&mut self, name: &'static str, value: &T, other: &Other) {
        if other.get(name).is_none() {
            self.name(name);
            value.write(self);
        }
    }

    /// Writes the members that have no field.
    pub(crate) fn others(&mut self, other: &Other) {
        for (name, text) in other.iter() {
            self.name(name);
            self.out.push_str(text);
        }
    }

    fn object<T: Shape>(&mut self, object: &T) {
        let outer = std::mem::take(&mut self.members);
        self.out.push('{');
        object.write_members(self);
        self.out.push('}');
        self.members = outer;
    }

    fn name(&mut self, name: &str) {
        if self.members > 0 {
            self.out.push(',');
        }
        self.members += 1;
        self.text(name);
        self.out.push(':');
    }

    fn text(&mut self, text: &str) {
        let quoted = serde_json::to_string(text).expect("a string is always JSON");
        self.out.push_str(&quoted);
    }
}

/// `Debug` of every shape: its name, since all it holds is patient data.
pub(crate) fn debug<T: Shape>(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.debug_struct(T::NAME).finish_non_exhaustive()
}

pub(crate) fn serialize<T: Shape, S: serde::Serializer>(shape: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut writer = Writer::default();
    writer.object(shape);
    let raw = serde_json::value::RawValue::from_string(writer.out).map_err(serde::ser::Error::custom)?;
    serde::Serialize::serialize(&raw, serializer)
}

pub(crate) fn deserialize<'de, T: Shape, D: serde::Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let raw: Box<serde_json::value::RawValue> = serde::Deserialize::deserialize(deserializer)?;
    let read = read(raw.get().as_bytes()).map_err(serde::de::Error::custom)?;
    Ok(read.message)
}
