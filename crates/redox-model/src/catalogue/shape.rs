//! The shape of messages: which members an object has, and what may stand in them.

use std::fmt;

use super::load::loaded;
use crate::format::Format;

/// The members of one kind of object. Redox may add members at any time, so a shape is never complete.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shape {
    /// The file it is described in: a data model in snake case, or `shared`.
    pub scope: &'static str,
    /// Its name, unique within the scope.
    pub name: &'static str,
    /// The members, in the documentation's order; names are unique.
    pub fields: Vec<Field>,
}

impl Shape {
    /// The member of this name, exact case.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A reference to a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShapeId(pub(super) usize);

impl ShapeId {
    /// The shape referred to.
    pub fn shape(self) -> &'static Shape {
        &loaded().shapes[self.0]
    }
}

/// One member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The member's name.
    pub name: &'static str,
    /// What its value is, or what its items are.
    pub ty: Type,
    /// Whether it is an array.
    pub many: bool,
    /// Whether it must be present (and, if a scalar, not null).
    pub required: bool,
    /// How its text is written, where that is known.
    pub format: Option<Format>,
    /// Another type that Redox itself sends here, against its own schema.
    pub also: Option<Type>,
    /// Whether Redox no longer documents it.
    pub deprecated: bool,
    pub(super) values: Option<usize>,
}

impl Field {
    /// The documented values, where there is a list.
    pub fn values(&self) -> Option<&'static ValueSet> {
        self.values.map(|index| &loaded().value_sets[index])
    }
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// An object of this shape.
    Object(ShapeId),
    /// Text.
    String,
    /// A JSON number, integer or not.
    Number,
    /// `true` or `false`.
    Boolean,
}

impl Type {
    /// The name JSON Schema uses.
    pub fn name(self) -> &'static str {
        match self {
            Type::Object(_) => "object",
            Type::String => "string",
            Type::Number => "number",
            Type::Boolean => "boolean",
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The documented values of a coded field. Documented as closed, treated as open by real senders.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValueSet {
    /// Its name, unique.
    pub name: &'static str,
    /// How far the list, and its being meant for a field, are to be trusted.
    pub confidence: Confidence,
    /// The values, exact case.
    pub values: Vec<&'static str>,
}

/// How well a fact is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// One transcription of the documentation, matched by field name.
    Low,
    /// One transcription, matched by field name and confirmed by examples.
    Medium,
    /// Independent transcriptions that agree.
    High,
}

impl Confidence {
    /// `low`, `medium`, `high`.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}
