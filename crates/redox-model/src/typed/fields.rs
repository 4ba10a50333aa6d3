//! What can stand in a field, and how it is read and written.

use std::{collections::BTreeMap, fmt};

use super::{Reader, Segment, Shape, Taken, Unread, Writer};
use crate::{
    scan::{Kind, Scanner},
    validate::Rule,
};

/// A JSON number as it was written: 64-bit ids keep all their digits, `1.10` stays `1.10`. Equal means equal text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(String);

impl Number {
    /// The number that a text is, if the text is a JSON number.
    pub fn parse(text: &str) -> Option<Self> {
        let mut scanner = Scanner::new(text.as_bytes()).ok()?;
        let number = scanner.kind() == Ok(Kind::Number) && scanner.skip().is_ok() && scanner.end().is_ok();
        (number && !text.contains(|char: char| char.is_ascii_whitespace())).then(|| Self(text.to_owned()))
    }

    /// The text, as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value, if it is an integer written without fraction and exponent.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// The nearest value.
    pub fn as_f64(&self) -> Option<f64> {
        self.0.parse().ok()
    }
}

impl Default for Number {
    fn default() -> Self {
        Self("0".to_owned())
    }
}

/// Shows the length only: a number in a message is patient data.
impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Number").field("length", &self.0.len()).finish()
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(number.to_string())
    }
}

impl From<i32> for Number {
    fn from(number: i32) -> Self {
        Self(number.to_string())
    }
}

/// A scalar that Redox documents as one type and sends as another.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Mixed {
    /// A string.
    Text(String),
    /// A number.
    Number(Number),
    /// A boolean.
    Boolean(bool),
}

impl Default for Mixed {
    fn default() -> Self {
        Mixed::Text(String::new())
    }
}

/// Shows the type only.
impl fmt::Debug for Mixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mixed::Text(_) => "Text",
            Mixed::Number(_) => "Number",
            Mixed::Boolean(_) => "Boolean",
        })
    }
}

/// The members of an object that have no field: names and JSON texts, by name.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Other(BTreeMap<String, String>);

impl Other {
    /// The JSON text of a member.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All members, name and JSON text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a member, or replaces the one of that name.
    pub fn insert(&mut self, name: impl Into<String>, value: &serde_json::Value) {
        self.keep(name.into(), value.to_string());
    }

    /// Takes a member out; tells its JSON text.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    pub(super) fn keep(&mut self, name: String, text: String) {
        self.0.insert(name, text);
    }
}

/// Shows how many there are.
impl fmt::Debug for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Other").field("members", &self.0.len()).finish()
    }
}

/// A type of field.
pub(crate) trait Value: Default {
    /// Reads the value that comes next, or passes over it.
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<Taken, Unread>;

    fn write(&self, writer: &mut Writer);

    /// Whether an optional member of this value is left out.
    fn is_absent(&self) -> bool {
        false
    }
}

/// A scalar, by the text that it is read from.
trait Primitive: Default {
    /// Whether a value of this JSON type is documented for the field.
    fn is_documented(kind: Kind) -> bool;

    fn from_text(text: &str, kind: Kind) -> Option<Self>;
    fn write(&self, writer: &mut Writer);
}

impl Primitive for String {
    fn is_documented(kind: Kind) -> bool {
        kind == Kind::String
    }

    fn from_text(text: &str, _: Kind) -> Option<Self> {
        Some(text.to_owned())
    }

    fn write(&self, writer: &mut Writer) {
        writer.text(self);
    }
}

impl Primitive for Number {
    fn is_documented(kind: Kind) -> bool {
        kind == Kind::Number
    }

    fn from_text(text: &str, kind: Kind) -> Option<Self> {
        (kind != Kind::Boolean).then(|| Number::parse(text.trim())).flatten()
    }

    fn write(&self, writer: &mut Writer) {
        writer.out.push_str(&self.0);
    }
}

impl Primitive for bool {
    fn is_documented(kind: Kind) -> bool {
        kind == Kind::Boolean
    }

    fn from_text(text: &str, _: Kind) -> Option<Self> {
        if text.eq_ignore_ascii_case("true") { Some(true) } else { text.eq_ignore_ascii_case("false").then_some(false) }
    }

    fn write(&self, writer: &mut Writer) {
        writer.out.push_str(if *self { "true" } else { "false" });
    }
}

impl Primitive for Mixed {
    fn is_documented(_: Kind) -> bool {
        true
    }

    fn from_text(text: &str, kind: Kind) -> Option<Self> {
        match kind {
            Kind::Number => Number::parse(text).map(Mixed::Number),
            Kind::Boolean => bool::from_text(text, kind).map(Mixed::Boolean),
            _ => Some(Mixed::Text(text.to_owned())),
        }
    }

    fn write(&self, writer: &mut Writer) {
        match self {
            Mixed::Text(text) => writer.text(text),
            Mixed::Number(number) => Primitive::write(number, writer),
            Mixed::Boolean(boolean) => Primitive::write(boolean, writer),
        }
    }
}

/// Reads a scalar; `None` in `Ok` for null.
fn scalar<T: Primitive>(reader: &mut Reader<'_>) -> Result<(Taken, Option<T>), Unread> {
    let kind = reader.kind()?;
    let Some(text) = reader.scanner.scalar()? else {
        return Ok((if kind == Kind::Null { Taken::Yes } else { Taken::No }, None));
    };
    let value = T::from_text(&text, kind);
    if value.is_some() && !T::is_documented(kind) {
        reader.note(Rule::Coerced);
    }
    Ok((if value.is_some() { Taken::Yes } else { Taken::No }, value))
}

macro_rules! scalar_fields {
    ($($ty:ty),*) => {$(
        impl Value for $ty {
            fn read(&mut self, reader: &mut Reader<'_>) -> Result<Taken, Unread> {
                let (taken, value) = scalar::<Self>(reader)?;
                if taken == Taken::Yes && value.is_none() {
                    reader.note(Rule::Null);
                }
                *self = value.unwrap_or_default();
                Ok(taken)
            }

            fn write(&self, writer: &mut Writer) {
                Primitive::write(self, writer);
            }
        }

        impl Value for Option<$ty> {
            fn read(&mut self, reader: &mut Reader<'_>) -> Result<Taken, Unread> {
                let (taken, value) = scalar(reader)?;
                *self = value;
                Ok(taken)
            }

            fn write(&self, writer: &mut Writer) {
                match self {
                    Some(value) => Primitive::write(value, writer),
                    None => writer.out.push_str("null"),
                }
            }

            fn is_absent(&self) -> bool {
                self.is_none()
            }
        }
    )*};
}

scalar_fields!(String, Number, bool, Mixed);

impl<T: Shape> Value for Option<T> {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<Taken, Unread> {
        *self = None;
        match reader.kind()? {
            Kind::Object => {
                reader.object(self.insert(T::default()))?;
                Ok(Taken::Yes)
            }
            Kind::Null => {
                reader.note(Rule::Null);
                reader.skip().map(|()| Taken::Yes)
            }
            _ => reader.skip().map(|()| Taken::No),
        }
    }

    fn write(&self, writer: &mut Writer) {
        match self {
            Some(object) => writer.object(object),
            None => writer.out.push_str("null"),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Shape> Value for T {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<Taken, Unread> {
        let mut read = None;
        let taken = Value::read(&mut read, reader)?;
        *self = read.unwrap_or_default();
        Ok(taken)
    }

    fn write(&self, writer: &mut Writer) {
        writer.object(self);
    }
}

/// An array is taken whole or, if one of its items fits nothing, kept whole. Nulls in it are left out.
impl<T: Value> Value for Vec<T> {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<Taken, Unread> {
        self.clear();
        match reader.kind()? {
            Kind::Array => {}
            Kind::Null => {
                reader.note(Rule::Null);
                return reader.skip().map(|()| Taken::Yes);
            }
            _ => return reader.skip().map(|()| Taken::No),
        }
        reader.scanner.enter()?;
        let (mut index, mut first, mut taken) = (0, true, Taken::Yes);
        while reader.scanner.next_item(&mut first)? {
            reader.path.push(Segment::Item(index));
            let null = reader.kind()? == Kind::Null;
            let mut item = T::default();
            if item.read(reader)? == Taken::No {
                taken = Taken::No;
            }
            if !null {
                self.push(item);
            }
            reader.path.pop();
            index += 1;
        }
        if taken == Taken::No {
            self.clear();
        }
        Ok(taken)
    }

    fn write(&self, writer: &mut Writer) {
        writer.out.push('[');
        for (index, item) in self.iter().enumerate() {
            if index > 0 {
                writer.out.push(',');
            }
            item.write(writer);
        }
        writer.out.push(']');
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}
