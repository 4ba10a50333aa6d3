//! The walk through a message along its shape, which is also the reading of it: one pass over the bytes.
//!
//! Nothing is written down while nothing is wrong. Members are expected in the documented order, since that is how they
//! come: the next name is compared in place, and looked up only when it is another.

use std::{borrow::Cow, ops::Range};

use super::{Finding, Findings, Level, Rule, Severity, trail::Trail, wording};
use crate::{
    catalogue::{Confidence, Field, Shape, Type},
    envelope,
    scan::{Fault, Kind, Scanner},
};

/// What a walk has come by.
pub(super) struct Walked {
    pub(super) findings: Findings,
    /// Whether `Meta` could mean something else than what stands in it: it is given twice, alone in the message, or
    /// beyond what the envelope reader takes.
    pub(super) doubtful: bool,
}

/// Checks a whole body.
pub(super) fn message(mut scanner: Scanner<'_>, root: &'static Shape, level: Level) -> Result<Walked, Fault> {
    let mut walk = Walk { scanner: &mut scanner, level, findings: Findings::default(), doubtful: false };
    walk.scanner.kind()?;
    let members = walk.object(root, &Trail::Top)?;
    let Walk { findings, doubtful, .. } = walk;
    scanner.end()?;
    Ok(Walked { findings, doubtful: doubtful || members == 1 })
}

/// Checks one member of the top level and nothing else.
pub(super) fn only(mut scanner: Scanner<'_>, field: &'static Field, level: Level) -> Result<Findings, Fault> {
    let mut findings = Findings::default();
    scanner.members(|scanner, _, name| {
        if name != field.name {
            return scanner.skip();
        }
        let mut walk = Walk { scanner, level, findings: std::mem::take(&mut findings), doubtful: false };
        walk.member(field, &Trail::Top.member(field.name))?;
        findings = walk.findings;
        Ok(())
    })?;
    Ok(findings)
}

/// Members that any object, or `Meta`, may have although no shape lists them.
const EXTENSIONS: &str = "Extensions";
const ERRORS: &str = "Errors";

struct Walk<'s, 'a> {
    scanner: &'s mut Scanner<'a>,
    level: Level,
    findings: Findings,
    doubtful: bool,
}

impl Walk<'_, '_> {
    /// Checks the object that comes next and counts its members.
    fn object(&mut self, shape: &'static Shape, trail: &Trail<'_>) -> Result<usize, Fault> {
        let start = self.scanner.offset();
        self.scanner.enter()?;
        // A shape has at most 64 members.
        let (mut seen, mut next, mut first, mut count) = (0_u64, 0, true, 0);
        while self.scanner.another_member(&mut first)? {
            count += 1;
            let index = match shape.fields.get(next) {
                Some(field) if self.scanner.take(field.compact.as_bytes()) => next,
                _ => {
                    let name = self.scanner.name()?.decode();
                    let Some(index) = shape.position(&name) else {
                        self.unknown(shape, &name, trail)?;
                        continue;
                    };
                    index
                }
            };
            next = index + 1;
            let field = &shape.fields[index];
            let again = seen & (1 << index) != 0;
            seen |= 1 << index;
            if again {
                self.repeated(field, &trail.member(field.name))?;
            } else {
                self.member(field, &trail.member(field.name))?;
            }
        }
        let absent = shape.required & !seen;
        if absent != 0 {
            self.absent(shape, absent, start, trail);
        }
        Ok(count)
    }

    #[cold]
    fn absent(&mut self, shape: &'static Shape, absent: u64, at: usize, trail: &Trail<'_>) {
        for (index, field) in shape.fields.iter().enumerate() {
            if absent & (1 << index) != 0 {
                let trail = trail.member(field.name);
                self.find(Severity::Error, Rule::Required, at..at, &trail, || wording::member(field));
            }
        }
    }

    #[cold]
    fn repeated(&mut self, field: &'static Field, trail: &Trail<'_>) -> Result<(), Fault> {
        self.doubtful = true;
        self.scanner.kind()?;
        let start = self.scanner.offset();
        self.member(field, trail)?;
        let severity = self.by_level(Severity::Error, Severity::Warning);
        let span = start..self.scanner.offset();
        self.find(severity, Rule::DuplicateField, span, trail, || "one member of this name".into());
        Ok(())
    }

    fn unknown(&mut self, shape: &'static Shape, name: &str, trail: &Trail<'_>) -> Result<(), Fault> {
        self.scanner.kind()?;
        let start = self.scanner.offset();
        self.scanner.skip()?;
        let in_meta = trail.is_meta();
        self.doubtful |= in_meta;
        if name == EXTENSIONS || (in_meta && name == ERRORS) {
            return Ok(());
        }
        let severity = self.by_level(Severity::Warning, Severity::Note);
        let span = start..self.scanner.offset();
        self.find(severity, Rule::UnknownField, span, &Trail::Unknown(trail, name), || {
            wording::documented(shape, name)
        });
        Ok(())
    }

    fn member(&mut self, field: &'static Field, trail: &Trail<'_>) -> Result<(), Fault> {
        if !field.many {
            return self.value(field, Place::Member, trail);
        }
        match self.scanner.kind()? {
            Kind::Array => {
                self.scanner.enter()?;
                let (mut index, mut first) = (0, true);
                while self.scanner.next_item(&mut first)? {
                    self.value(field, Place::Item, &Trail::Item(trail, index))?;
                    index += 1;
                }
                self.doubtful |= index > envelope::MAX_ENTRIES;
                Ok(())
            }
            found => self.misfit(field, found, Place::Array, trail),
        }
    }

    fn value(&mut self, field: &'static Field, place: Place, trail: &Trail<'_>) -> Result<(), Fault> {
        let found = self.scanner.kind()?;
        match (field.ty, found) {
            (Type::Object(shape), Kind::Object) => self.object(shape.shape(), trail).map(drop),
            (Type::String, Kind::String) if field.format.is_none() && field.values.is_none() => {
                self.scanner.pass_string().map(drop)
            }
            (Type::String, Kind::String) => {
                let start = self.scanner.offset();
                let text = self.scanner.string()?.decode();
                self.text(field, &text, start..self.scanner.offset(), trail);
                Ok(())
            }
            (Type::Number, Kind::Number) | (Type::Boolean, Kind::Boolean) => self.scanner.skip(),
            (ty, Kind::Null) if !matches!(ty, Type::Object(_)) && place == Place::Member && !field.required => {
                self.scanner.skip()
            }
            _ => self.misfit(field, found, place, trail),
        }
    }

    /// A value that is not of the documented type.
    #[cold]
    fn misfit(&mut self, field: &'static Field, found: Kind, place: Place, trail: &Trail<'_>) -> Result<(), Fault> {
        let start = self.scanner.offset();
        let text = if found == Kind::String { Some(self.scanner.string()?.decode()) } else { None };
        if text.is_none() {
            self.scanner.skip()?;
        }
        let span = start..self.scanner.offset();
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
        let expected = if place == Place::Item { wording::item } else { wording::member };
        self.find(severity, rule, span, trail, || expected(field));
        Ok(())
    }

    /// Value set and format.
    fn text(&mut self, field: &'static Field, text: &str, span: Range<usize>, trail: &Trail<'_>) {
        if let Some(format) = field.format
            && !format.accepts(text)
        {
            let severity = self.by_level(Severity::Error, Severity::Warning);
            self.find(severity, Rule::Format, span.clone(), trail, || format.describe().into());
        }
        if let Some(set) = field.values
            && !set.contains(text)
        {
            let severity = match set.confidence {
                Confidence::High => self.by_level(Severity::Error, Severity::Warning),
                Confidence::Medium | Confidence::Low => self.by_level(Severity::Warning, Severity::Note),
            };
            self.find(severity, Rule::ValueSet, span, trail, || wording::one_of(set));
        }
    }

    fn by_level(&self, strict: Severity, lenient: Severity) -> Severity {
        if self.level == Level::Strict { strict } else { lenient }
    }

    #[cold]
    fn find(
        &mut self,
        severity: Severity,
        rule: Rule,
        span: Range<usize>,
        trail: &Trail<'_>,
        expected: impl FnOnce() -> Cow<'static, str>,
    ) {
        // Texts are only made for what is listed, so a body of many small problems costs no more than a good one.
        if self.findings.is_full() {
            self.findings.omit(severity);
        } else {
            self.findings.push(Finding { severity, rule, path: trail.path(), expected: expected(), span });
        }
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

/// A JSON number in a string.
fn is_number(text: &str) -> bool {
    let trimmed = text.trim();
    let Ok(mut scanner) = Scanner::new(trimmed.as_bytes()) else { return false };
    scanner.kind() == Ok(Kind::Number) && scanner.skip().and_then(|()| scanner.end()).is_ok()
}
