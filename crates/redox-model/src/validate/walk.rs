//! The walk through a message along its shape.

use std::{borrow::Cow, fmt::Write as _, ops::Range};

use super::{Finding, Findings, Level, Rule, Severity};
use crate::{
    catalogue::{self, Confidence, Field, Shape, Type},
    scan::{Fault, Kind, Scanner},
};

/// Checks a body that has been read before.
pub(super) fn message(body: &[u8], root: &'static Shape, level: Level, findings: &mut Findings) {
    let Ok(mut scanner) = Scanner::new(body) else { return };
    let mut walk = Walk { level, path: Vec::new(), findings };
    let read = scanner.kind().and_then(|_| walk.object(&mut scanner, root));
    debug_assert_eq!(read, Ok(()), "the envelope reader has checked the body");
}

/// Checks one member of the top level and nothing else.
pub(super) fn only(body: &[u8], field: &'static Field, level: Level, findings: &mut Findings) {
    let Ok(mut scanner) = Scanner::new(body) else { return };
    let mut walk = Walk { level, path: Vec::new(), findings };
    let read = scanner.members(|scanner, _, name| {
        if name != field.name {
            return scanner.skip();
        }
        walk.path.push(Segment::Known(field.name));
        let read = walk.member(scanner, field);
        walk.path.pop();
        read
    });
    debug_assert_eq!(read, Ok(()), "the envelope reader has checked the body");
}

/// Members that any object, or `Meta`, may have although no shape lists them.
const EXTENSIONS: &str = "Extensions";
const ERRORS: &str = "Errors";

enum Segment<'a> {
    Known(&'static str),
    Unknown(Cow<'a, str>),
    Item(usize),
}

struct Walk<'a, 'f> {
    level: Level,
    path: Vec<Segment<'a>>,
    findings: &'f mut Findings,
}

impl<'a> Walk<'a, '_> {
    fn object(&mut self, scanner: &mut Scanner<'a>, shape: &'static Shape) -> Result<(), Fault> {
        let start = scanner.offset();
        scanner.enter()?;
        // A shape has at most 64 members; documented messages keep the documented order, so the next one is tried first.
        let (mut seen, mut next, mut first) = (0_u64, 0, true);
        while let Some((_, name)) = scanner.next_member(&mut first)? {
            let name = name.decode();
            let Some(index) = position(shape, &name, next) else {
                self.unknown(scanner, shape, name)?;
                continue;
            };
            next = index + 1;
            let field = &shape.fields[index];
            self.path.push(Segment::Known(field.name));
            let again = seen & (1 << index) != 0;
            seen |= 1 << index;
            scanner.kind()?;
            let value = scanner.offset();
            self.member(scanner, field)?;
            if again {
                let severity = self.by_level(Severity::Error, Severity::Warning);
                let span = value..scanner.offset();
                self.find(severity, Rule::DuplicateField, span, || "one member of this name".into());
            }
            self.path.pop();
        }
        for (index, field) in shape.fields.iter().enumerate() {
            if field.required && seen & (1 << index) == 0 {
                self.path.push(Segment::Known(field.name));
                self.find(Severity::Error, Rule::Required, start..start, || expected(field));
                self.path.pop();
            }
        }
        Ok(())
    }

    fn unknown(&mut self, scanner: &mut Scanner<'a>, shape: &'static Shape, name: Cow<'a, str>) -> Result<(), Fault> {
        scanner.kind()?;
        let start = scanner.offset();
        scanner.skip()?;
        let in_meta = matches!(self.path.as_slice(), [Segment::Known("Meta")]);
        if name == EXTENSIONS || (in_meta && name == ERRORS) {
            return Ok(());
        }
        // Looking for a near name costs; a body of a million unknown members must not.
        let near = if self.findings.is_full() { None } else { nearest(shape, &name) };
        self.path.push(Segment::Unknown(name));
        let span = start..scanner.offset();
        self.find(self.by_level(Severity::Warning, Severity::Note), Rule::UnknownField, span, || match near {
            Some(near) => Cow::Owned(format!("a documented member (nearest: {near})")),
            None => Cow::Borrowed("a documented member"),
        });
        self.path.pop();
        Ok(())
    }

    fn member(&mut self, scanner: &mut Scanner<'a>, field: &'static Field) -> Result<(), Fault> {
        if !field.many {
            return self.value(scanner, field, Place::Member);
        }
        match scanner.kind()? {
            Kind::Array => {
                scanner.enter()?;
                let (mut index, mut first) = (0, true);
                while scanner.next_item(&mut first)? {
                    self.path.push(Segment::Item(index));
                    self.value(scanner, field, Place::Item)?;
                    self.path.pop();
                    index += 1;
                }
                Ok(())
            }
            found => self.misfit(scanner, field, found, Place::Array),
        }
    }

    fn value(&mut self, scanner: &mut Scanner<'a>, field: &'static Field, place: Place) -> Result<(), Fault> {
        let found = scanner.kind()?;
        match (field.ty, found) {
            (Type::Object(shape), Kind::Object) => self.object(scanner, shape.shape()),
            (Type::String, Kind::String) if field.format.is_none() && field.values().is_none() => scanner.skip(),
            (Type::String, Kind::String) => {
                let start = scanner.offset();
                let text = scanner.string()?.decode();
                self.text(field, &text, start..scanner.offset());
                Ok(())
            }
            (Type::Number, Kind::Number) | (Type::Boolean, Kind::Boolean) => scanner.skip(),
            (ty, Kind::Null) if !matches!(ty, Type::Object(_)) && place == Place::Member && !field.required => {
                scanner.skip()
            }
            _ => self.misfit(scanner, field, found, place),
        }
    }

    /// A value that is not of the documented type.
    fn misfit(
        &mut self,
        scanner: &mut Scanner<'a>,
        field: &'static Field,
        found: Kind,
        place: Place,
    ) -> Result<(), Fault> {
        let start = scanner.offset();
        let text = if found == Kind::String { Some(scanner.string()?.decode()) } else { None };
        if text.is_none() {
            scanner.skip()?;
        }
        let span = start..scanner.offset();
        if place != Place::Array && field.also.is_some_and(|also| also.name() == found.name()) {
            return Ok(());
        }
        let readable = place != Place::Array
            && match (field.ty, found) {
                (Type::String, Kind::Number | Kind::Boolean) => true,
                (Type::Number, Kind::String) => text.as_deref().is_some_and(is_number),
                (Type::Boolean, Kind::String) => {
                    text.is_some_and(|text| ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word)))
                }
                _ => false,
            };
        let (severity, rule) = if found == Kind::Null && (place == Place::Item || !field.required) {
            (self.by_level(Severity::Error, Severity::Note), Rule::Null)
        } else if found == Kind::Null {
            (Severity::Error, Rule::Required)
        } else if readable && self.level == Level::Lenient {
            (Severity::Note, Rule::Coerced)
        } else {
            (Severity::Error, Rule::Type)
        };
        self.find(severity, rule, span, || if place == Place::Item { item(field) } else { expected(field) });
        Ok(())
    }

    /// Value set and format.
    fn text(&mut self, field: &'static Field, text: &str, span: Range<usize>) {
        if let Some(format) = field.format
            && !format.accepts(text)
        {
            let severity = self.by_level(Severity::Error, Severity::Warning);
            self.find(severity, Rule::Format, span.clone(), || format.describe().into());
        }
        if let Some(set) = field.values()
            && !set.values.contains(&text)
        {
            let severity = match set.confidence {
                Confidence::High => self.by_level(Severity::Error, Severity::Warning),
                Confidence::Medium | Confidence::Low => self.by_level(Severity::Warning, Severity::Note),
            };
            self.find(severity, Rule::ValueSet, span, || describe(set));
        }
    }

    fn by_level(&self, strict: Severity, lenient: Severity) -> Severity {
        if self.level == Level::Strict { strict } else { lenient }
    }

    fn find(
        &mut self,
        severity: Severity,
        rule: Rule,
        span: Range<usize>,
        expected: impl FnOnce() -> Cow<'static, str>,
    ) {
        // Texts are only made for what is listed, so a body of many small problems costs no more than a good one.
        if self.findings.is_full() {
            self.findings.omit(severity);
        } else {
            let path = self.path();
            self.findings.push(Finding { severity, rule, path, expected: expected(), span });
        }
    }

    fn path(&self) -> String {
        let mut path = String::from("$");
        for segment in &self.path {
            match segment {
                Segment::Known(name) => path.extend([".", name]),
                Segment::Unknown(name) if is_plain(name) => path.extend([".", name]),
                Segment::Unknown(name) => drop(write!(path, "[a name of {} characters]", name.chars().count())),
                Segment::Item(index) => drop(write!(path, "[{index}]")),
            }
        }
        path
    }
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The value of a member that is no array.
    Member,
    /// An item of a member that is an array.
    Item,
    /// The value of a member that should be an array, and is not.
    Array,
}

fn position(shape: &Shape, name: &str, hint: usize) -> Option<usize> {
    let fits = |index: &usize| shape.fields.get(*index).is_some_and(|field| field.name == name);
    Some(hint).filter(fits).or_else(|| shape.fields.iter().position(|field| field.name == name))
}

fn nearest(shape: &'static Shape, name: &str) -> Option<&'static str> {
    crate::nearest::of(name, shape.fields.iter().map(|field| field.name))
}

/// Whether a member name is short and plain enough to be a name rather than data.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !name.is_empty() && name.len() <= 64 && name.bytes().all(plain)
}

/// A JSON number in a string.
fn is_number(text: &str) -> bool {
    let trimmed = text.trim();
    let Ok(mut scanner) = Scanner::new(trimmed.as_bytes()) else { return false };
    scanner.kind() == Ok(Kind::Number) && scanner.skip().and_then(|()| scanner.end()).is_ok()
}

fn expected(field: &Field) -> Cow<'static, str> {
    match (field.many, field.ty) {
        (true, Type::Object(_)) => Cow::Borrowed("an array of objects"),
        (true, ty) => Cow::Owned(format!("an array of {ty}s")),
        (false, _) => item(field),
    }
}

fn item(field: &Field) -> Cow<'static, str> {
    Cow::Borrowed(match field.ty {
        Type::Object(_) => "an object",
        Type::String => "a string",
        Type::Number => "a number",
        Type::Boolean => "a boolean",
    })
}

/// A value set in few words: its values if they are few, else its name and size.
fn describe(set: &catalogue::ValueSet) -> Cow<'static, str> {
    if set.values.len() <= 8 {
        Cow::Owned(format!("one of `{}`", set.values.join("`, `")))
    } else {
        Cow::Owned(format!("one of the {} values of {}", set.values.len(), set.name))
    }
}
