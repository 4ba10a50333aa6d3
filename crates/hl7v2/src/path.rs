//! Paths to values as people write them: `PID-5.1`, `PID-3[2].4.2`, `OBX[3]-5`, `PID-3(type=MR).1`.

use std::{fmt, str::FromStr};

use crate::{Message, Segment, Value, datatype::DataType, value::Level};

/// A path to a value, or to several.
///
/// `SEG[n]-F[r].C.S`: segment id, which of the segments of that id, field, repetition, component, subcomponent. All
/// numbers count from 1. `[*]` means all, `(2)` is `[2]`. In place of the repetition's number may stand a condition on one
/// of its components, by number or by name: `PID-3(5=MR)`, `PID-3(4.1=GHH)`, `PID-3(type=MR)`; names are known for the
/// fields whose type is (`type`, `authority`, `use`, `system`). `.` may stand for `-` and the other way round.
///
/// What is left out is the first: `PID-5` leads to the field, whose text is that of its first leaf.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    segment: [u8; 3],
    which: Which,
    field: u16,
    repetition: Pick,
    component: Option<u16>,
    subcomponent: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Which {
    Unsaid,
    Nth(u32),
    All,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Pick {
    Unsaid,
    Nth(u32),
    All,
    Where { component: u16, subcomponent: u16, equals: String },
}

/// Why a text is no path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a path: expected {expected} at character {at}, as in `PID-3[2].4.1` or `PID-3(type=MR).1`")]
pub struct PathError {
    /// In bytes from 0.
    pub at: usize,
    /// What could have stood there.
    pub expected: &'static str,
}

/// The exact place of a value in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Location {
    /// The segment's number in the message, from 0.
    pub segment: usize,
    /// Its id.
    pub id: [u8; 3],
    /// Which of the segments of this id it is, from 1.
    pub ordinal: usize,
    /// The field, from 1.
    pub field: usize,
    /// The repetition, from 1.
    pub repetition: usize,
    /// The component, from 1; 0 for the whole repetition.
    pub component: usize,
    /// The subcomponent, from 1; 0 for the whole component.
    pub subcomponent: usize,
}

impl Path {
    /// The segment id.
    pub fn segment(&self) -> &str {
        std::str::from_utf8(&self.segment).expect("checked to be ASCII")
    }

    /// The field's number.
    pub fn field(&self) -> usize {
        usize::from(self.field)
    }

    /// The component's number, if it was said.
    pub fn component(&self) -> Option<usize> {
        self.component.map(usize::from)
    }

    /// The subcomponent's number, if it was said.
    pub fn subcomponent(&self) -> Option<usize> {
        self.subcomponent.map(usize::from)
    }

    /// The repetition's number, if it was said by number.
    pub fn repetition(&self) -> Option<usize> {
        match self.repetition {
            Pick::Nth(number) => usize::try_from(number).ok(),
            _ => None,
        }
    }

    /// Which of the segments of its id, if it was said by number.
    pub fn ordinal(&self) -> Option<usize> {
        match self.which {
            Which::Nth(number) => usize::try_from(number).ok(),
            _ => None,
        }
    }

    /// Whether it may lead to several values.
    pub fn is_many(&self) -> bool {
        self.which == Which::All || matches!(self.repetition, Pick::All | Pick::Where { .. })
    }

    pub(crate) fn first<'a>(&self, message: &Message<'a>) -> Value<'a> {
        let mut found = None;
        self.visit(message, &mut |_, value| {
            found = Some(value);
            false
        });
        found.unwrap_or_else(|| Value::new(None, Level::Field, message.encoding))
    }

    pub(crate) fn all<'a>(&self, message: &Message<'a>) -> Vec<(Location, Value<'a>)> {
        let mut found = Vec::new();
        self.visit(message, &mut |location, value| {
            found.push((location, value));
            true
        });
        found
    }

    /// The values in one segment, whichever of its id it is, with the numbers of their repetitions; none if the segment has
    /// another id.
    pub fn in_segment<'a>(&self, segment: Segment<'_, 'a>) -> Vec<(usize, Value<'a>)> {
        let mut found = Vec::new();
        if segment.is(self.segment()) {
            self.visit_segment(segment, 1, &mut |location, value| {
                found.push((location.repetition, value));
                true
            });
        }
        found
    }

    fn visit<'a>(&self, message: &Message<'a>, take: &mut dyn FnMut(Location, Value<'a>) -> bool) {
        let mut ordinal = 0;
        for segment in message.segments() {
            if !segment.is(self.segment()) {
                continue;
            }
            ordinal += 1;
            let wanted = match self.which {
                Which::Unsaid => ordinal == 1,
                Which::Nth(number) => u32::try_from(ordinal) == Ok(number),
                Which::All => true,
            };
            if wanted && (!self.visit_segment(segment, ordinal, take) || self.which != Which::All) {
                return;
            }
        }
    }

    fn visit_segment<'a>(
        &self,
        segment: Segment<'_, 'a>,
        ordinal: usize,
        take: &mut dyn FnMut(Location, Value<'a>) -> bool,
    ) -> bool {
        let field = segment.field(self.field());
        let mut location = Location {
            segment: segment.index(),
            id: self.segment,
            ordinal,
            field: self.field(),
            repetition: 1,
            component: self.component.map_or(0, usize::from),
            subcomponent: self.subcomponent.map_or(0, usize::from),
        };
        match &self.repetition {
            Pick::Unsaid if self.component.is_none() => take(location, field),
            Pick::Unsaid => take(location, self.descend(field.repetition(1))),
            Pick::Nth(number) => {
                location.repetition = usize::try_from(*number).unwrap_or(usize::MAX);
                take(location, self.descend(field.repetition(location.repetition)))
            }
            Pick::All => field.repetitions().enumerate().all(|(index, value)| {
                location.repetition = index + 1;
                take(location, self.descend(value))
            }),
            Pick::Where { component, subcomponent, equals } => field
                .repetitions()
                .enumerate()
                .filter(|(_, value)| {
                    let tested = value.component(usize::from(*component)).subcomponent(usize::from(*subcomponent));
                    tested.text() == equals.as_str()
                })
                .all(|(index, value)| {
                    location.repetition = index + 1;
                    take(location, self.descend(value))
                }),
        }
    }

    fn descend<'a>(&self, repetition: Value<'a>) -> Value<'a> {
        let Some(component) = self.component else { return repetition };
        let component = repetition.component(usize::from(component));
        self.subcomponent.map_or(component, |number| component.subcomponent(usize::from(number)))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.segment())?;
        match self.which {
            Which::Unsaid => {}
            Which::Nth(number) => write!(f, "[{number}]")?,
            Which::All => f.write_str("[*]")?,
        }
        write!(f, "-{}", self.field)?;
        match &self.repetition {
            Pick::Unsaid => {}
            Pick::Nth(number) => write!(f, "[{number}]")?,
            Pick::All => f.write_str("[*]")?,
            Pick::Where { component, subcomponent: 1, equals } => write!(f, "({component}={equals})")?,
            Pick::Where { component, subcomponent, equals } => write!(f, "({component}.{subcomponent}={equals})")?,
        }
        for number in [self.component, self.subcomponent].into_iter().flatten() {
            write!(f, ".{number}")?;
        }
        Ok(())
    }
}

/// `OBX[3]-5`, `PID-3[2].4.1`: what [`Path`] reads. The first of a kind goes without its number.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.id))?;
        if self.ordinal > 1 {
            write!(f, "[{}]", self.ordinal)?;
        }
        write!(f, "-{}", self.field)?;
        if self.repetition > 1 {
            write!(f, "[{}]", self.repetition)?;
        }
        for number in [self.component, self.subcomponent].into_iter().take_while(|number| *number > 0) {
            write!(f, ".{number}")?;
        }
        Ok(())
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut rest = Rest { text, at: 0 };
        let id = text.get(..3).filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let id = id.filter(|id| id.as_bytes()[0].is_ascii_alphabetic()).map(str::to_ascii_uppercase);
        let segment: [u8; 3] = id
            .and_then(|id| id.as_bytes().try_into().ok())
            .ok_or_else(|| rest.error("a segment id of three characters"))?;
        rest.at = 3;
        let which = match rest.bracket()? {
            None => Which::Unsaid,
            Some("*") => Which::All,
            Some(number) => Which::Nth(rest.index(number)?),
        };
        if !rest.take(b"-.") {
            return Err(rest.error("`-` and a field number"));
        }
        let field = rest.number()?;
        let name = std::str::from_utf8(&segment).expect("checked to be ASCII");
        let repetition = match rest.bracket()? {
            None => Pick::Unsaid,
            Some("*") => Pick::All,
            Some(text) if text.contains('=') => rest.condition(text, DataType::of(name, usize::from(field)))?,
            Some(number) => Pick::Nth(rest.index(number)?),
        };
        let component = if rest.take(b".-") { Some(rest.number()?) } else { None };
        let subcomponent = if component.is_some() && rest.take(b".-") { Some(rest.number()?) } else { None };
        if rest.at < text.len() {
            return Err(rest.error("the end"));
        }
        Ok(Path { segment, which, field, repetition, component, subcomponent })
    }
}

struct Rest<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Rest<'t> {
    fn error(&self, expected: &'static str) -> PathError {
        PathError { at: self.at, expected }
    }

    fn take(&mut self, any: &[u8]) -> bool {
        let taken = self.text.as_bytes().get(self.at).is_some_and(|byte| any.contains(byte));
        self.at += usize::from(taken);
        taken
    }

    fn number(&mut self) -> Result<u16, PathError> {
        let digits = self.text.as_bytes()[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = self.text[self.at..self.at + digits].parse().ok().filter(|number| *number > 0);
        let number = number.ok_or_else(|| self.error("a number from 1 to 65535"))?;
        self.at += digits;
        Ok(number)
    }

    /// What stands in `[…]` or `(…)`.
    fn bracket(&mut self) -> Result<Option<&'t str>, PathError> {
        let close = match self.text.as_bytes().get(self.at) {
            Some(b'[') => ']',
            Some(b'(') => ')',
            _ => return Ok(None),
        };
        let inner = &self.text[self.at + 1..];
        let Some(length) = inner.find(close) else { return Err(self.error("a bracket that is closed")) };
        self.at += length + 2;
        Ok(Some(&inner[..length]))
    }

    fn index(&self, text: &str) -> Result<u32, PathError> {
        text.parse()
            .ok()
            .filter(|number| *number > 0)
            .ok_or_else(|| self.error("a number from 1 or `*` in the brackets"))
    }

    fn condition(&self, text: &str, data_type: Option<DataType>) -> Result<Pick, PathError> {
        let (name, equals) = text.split_once('=').unwrap_or((text, ""));
        let number = |text: &str| text.parse::<u16>().ok().filter(|number| *number > 0);
        let by_number = match name.split_once('.') {
            None => number(name).map(|component| (component, 1)),
            Some((component, subcomponent)) => number(component).zip(number(subcomponent)),
        };
        let by_name = || data_type.and_then(|data_type| data_type.component(name)).map(|component| (component, 1));
        let (component, subcomponent) = by_number
            .or_else(by_name)
            .ok_or_else(|| self.error("a condition on a component number, or on a name that this field has,"))?;
        Ok(Pick::Where { component, subcomponent, equals: equals.trim_matches('"').to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    const TEXT: &[u8] =
        b"MSH|^~\\&|A|B\rPID|1||1^^^GHH&1.2&ISO^MR~2^^^X^PI||Muster&von^Rita~Alt^R^^^^^A\rOBX|1||||a~b\rOBX|2||||c\r";

    fn get(path: &str) -> String {
        let message = Message::parse(TEXT, &Options::default()).expect("a message");
        let path: Path = path.parse().expect("a path");
        message.get(&path).text().into_owned()
    }

    #[test]
    fn paths_lead_where_people_mean_them_to() {
        for (path, text) in [
            ("PID-5.1", "Muster"),
            ("PID-5", "Muster"),
            ("pid-5.1.2", "von"),
            ("PID-5[2].1", "Alt"),
            ("PID-5(2).1", "Alt"),
            ("PID.5(type=A).1", "Alt"),
            ("PID-5-2", "Rita"),
            ("PID-3[1].4.2", "1.2"),
            ("PID-3(type=PI).1", "2"),
            ("PID-3(5=PI)", "2"),
            ("PID-3(4.3=ISO).1", "1"),
            ("PID-3(authority=X)", "2"),
            ("PID-3(type=none).1", ""),
            ("OBX[2]-5", "c"),
            ("OBX-5[2]", "b"),
            ("OBX[3]-5", ""),
            ("MSH-1", "|"),
            ("MSH-2", "^~\\&"),
            ("MSH-2.2", ""),
            ("MSH-3", "A"),
            ("ZZZ-1", ""),
        ] {
            assert_eq!(get(path), text, "{path}");
        }
    }

    #[test]
    fn all_values_come_with_their_places() {
        let message = Message::parse(TEXT, &Options::default()).expect("a message");
        let places = |path: &str| {
            let path: Path = path.parse().expect("a path");
            let found = message.get_all(&path);
            found.iter().map(|(location, value)| format!("{location}={}", value.text())).collect::<Vec<_>>()
        };
        assert_eq!(places("OBX[*]-5[*]"), ["OBX-5=a", "OBX-5[2]=b", "OBX[2]-5=c"]);
        assert_eq!(places("PID-3[*].4.1"), ["PID-3.4.1=GHH", "PID-3[2].4.1=X"]);
        assert_eq!(places("PID-3(type=PI).1"), ["PID-3[2].1=2"]);
        assert_eq!(places("OBX-5"), ["OBX-5=a"]);
    }

    #[test]
    fn paths_print_as_they_are_read() {
        for path in ["PID-5.1", "PID-3[2].4.2", "OBX[3]-5", "PID-3(5=MR).1", "OBX[*]-5[*]", "PID-3(4.2=1.2)"] {
            assert_eq!(path.parse::<Path>().expect("a path").to_string(), path);
        }
        assert_eq!("PID-3(type=MR).1".parse::<Path>().expect("a path").to_string(), "PID-3(5=MR).1");
    }

    #[test]
    fn what_is_no_path_is_refused_where_it_ends_being_one() {
        for (path, at) in [
            ("", 0),
            ("PI", 0),
            ("1ID-3", 0),
            ("PÄD-3", 0),
            ("PID", 3),
            ("PID-", 4),
            ("PID-0", 4),
            ("PID-3.", 6),
            ("PID-3.1.2.3", 9),
            ("PID-3[", 5),
            ("PID-3[x]", 8),
            ("PID-3(kind=MR)", 14),
            ("PID-99999", 4),
        ] {
            assert_eq!(path.parse::<Path>().expect_err(path).at, at, "{path}");
        }
    }
}
