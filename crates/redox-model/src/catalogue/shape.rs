//! The shape of messages: which members an object has, and what may stand in them.

use std::fmt;

use super::{index::Index, load::loaded};
use crate::format::Format;

/// The members of one kind of object. Redox may add members at any time, so a shape is never complete.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shape {
    /// The file it is described in: a data model in snake case, or `shared`.
    pub scope: &'static str,
    /// Its name, unique within the scope.
    pub name: &'static str,
    /// The members, in the documentation's order; names are unique, and there are at most 64.
    pub fields: Vec<Field>,
    /// Bit by bit, whether the member in this position is required.
    pub(crate) required: u64,
    index: Index,
}

impl Shape {
    pub(super) fn new(scope: &'static str, name: &'static str, fields: Vec<Field>) -> Self {
        let bit = |(at, field): (usize, &Field)| u64::from(field.required) << at;
        let required = fields.iter().enumerate().map(bit).sum();
        let index = Index::new(&fields);
        Self { scope, name, fields, required, index }
    }

    /// The member of this name, exact case.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.position(name).map(|position| &self.fields[position])
    }

    /// Where among [`Self::fields`] it is.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.index.find(&self.fields, name)
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
    /// The name as compact JSON writes it, quotes and colon included.
    pub(crate) compact: Box<str>,
    pub(crate) values: Option<&'static ValueSet>,
}

impl Field {
    /// The documented values, where there is a list.
    pub fn values(&self) -> Option<&'static ValueSet> {
        self.values
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
    /// The values, exact case, in the documentation's order.
    pub values: Vec<&'static str>,
    /// The values by length, then by text.
    sorted: Vec<&'static str>,
}

impl ValueSet {
    pub(super) fn new(name: &'static str, confidence: Confidence, values: Vec<&'static str>) -> Self {
        let mut sorted = values.clone();
        sorted.sort_unstable_by_key(|value| (value.len(), *value));
        Self { name, confidence, values, sorted }
    }

    /// Whether the text is one of the values.
    pub fn contains(&self, text: &str) -> bool {
        self.sorted.binary_search_by_key(&(text.len(), text), |value| (value.len(), *value)).is_ok()
    }
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
