//! What validation reports: problems with their place and weight, and never a value.

use std::{borrow::Cow, fmt, ops::Range};

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use crate::{
    catalogue::EventInfo,
    scan::{Kind, Scanner},
};

/// How many problems a report holds. A message with more is broken in one way many times over.
pub const MAX_PROBLEMS: usize = 1_000;

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; systems live with it.
    Note,
    /// Likely to be refused by someone down the road.
    Warning,
    /// The message is not what it says it is.
    Error,
}

impl Severity {
    /// `note`, `warning`, `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl Serialize for Severity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What kind of rule is broken. The names are stable: programs may compare them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// The body is not one JSON document.
    JsonSyntax,
    /// The body is nested deeper than [`crate::MAX_DEPTH`].
    JsonDepth,
    /// The body is JSON but no object.
    BodyObject,
    /// There is no `Meta` object.
    MetaMissing,
    /// `Meta.DataModel` or `Meta.EventType` is missing or empty.
    MetaNamed,
    /// `Meta.Destinations` or `Meta.Logs` has more entries than anyone needs.
    MetaEntries,
    /// Redox documents no such data model and event type.
    KnownEvent,
    /// The event type is known, but written otherwise.
    EventSpelling,
    /// The body is the answer to the query it is named after, as recorded Redox replies are.
    AnswerNamedAsQuery,
    /// The body is nothing but a `Meta` stamped by Redox: its acknowledgement of a message, or its report of an error.
    MetaOnly,
    /// A required member is absent or null.
    Required,
    /// A value is of another type.
    Type,
    /// A value is of another type, and can be read as the documented one.
    Coerced,
    /// A null stands where none is documented.
    Null,
    /// The member is not documented.
    UnknownField,
    /// A member occurs twice in one object.
    DuplicateField,
    /// The text is not in the documented list of values.
    ValueSet,
    /// The text is not written as documented.
    Format,
    /// A member is absent that the destination requires.
    DestinationRequires,
}

impl Rule {
    /// The stable name, such as `json-syntax`.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::JsonSyntax => "json-syntax",
            Rule::JsonDepth => "json-depth",
            Rule::BodyObject => "body-object",
            Rule::MetaMissing => "meta-missing",
            Rule::MetaNamed => "meta-named",
            Rule::MetaEntries => "meta-entries",
            Rule::KnownEvent => "known-event",
            Rule::EventSpelling => "event-spelling",
            Rule::AnswerNamedAsQuery => "answer-named-as-query",
            Rule::MetaOnly => "meta-only",
            Rule::Required => "required",
            Rule::Type => "type",
            Rule::Coerced => "coerced",
            Rule::Null => "null",
            Rule::UnknownField => "unknown-field",
            Rule::DuplicateField => "duplicate-field",
            Rule::ValueSet => "value-set",
            Rule::Format => "format",
            Rule::DestinationRequires => "destination-requires",
        }
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What stands where the problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// Nothing: the member is absent, or the body is not readable there.
    Nothing,
    /// A value.
    Value {
        /// Its JSON type.
        kind: Kind,
        /// Its length in characters (string, number), items (array) or members (object); other types have none.
        length: Option<usize>,
    },
}

impl Found {
    /// Type and length of the value that `text` begins with.
    pub(super) fn in_text(text: &[u8]) -> Self {
        let measure = |text| {
            let mut scanner = Scanner::new(text)?;
            let kind = scanner.kind()?;
            let mut count = 0;
            match kind {
                Kind::Object => scanner.members(|scanner, _, _| {
                    count += 1;
                    scanner.skip()
                })?,
                Kind::Array => scanner.items(|scanner| {
                    count += 1;
                    scanner.skip()
                })?,
                Kind::String | Kind::Number => count = scanner.scalar()?.map_or(0, |text| text.chars().count()),
                Kind::Boolean | Kind::Null => {}
            }
            let length = (!matches!(kind, Kind::Boolean | Kind::Null)).then_some(count);
            Ok::<_, crate::scan::Fault>(Found::Value { kind, length })
        };
        measure(text).unwrap_or(Found::Nothing)
    }
}

/// `null`, or `{"type":"string","length":3}`.
impl Serialize for Found {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Found::Nothing => serializer.serialize_none(),
            Found::Value { kind, length } => {
                let mut found = serializer.serialize_struct("Found", 2)?;
                found.serialize_field("type", kind.name())?;
                found.serialize_field("length", length)?;
                found.end()
            }
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Found::Nothing => f.write_str("nothing"),
            Found::Value { kind, length: None } => write!(f, "{kind}"),
            Found::Value { kind, length: Some(length) } => write!(f, "{kind} of length {length}"),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// How much it matters.
    pub severity: Severity,
    /// Which rule is broken.
    pub rule: Rule,
    /// Where, as a JSON path: `$.Patient.Identifiers[0].ID`. Undocumented member names longer than 64 characters, or
    /// with characters other than letters, digits, `-` and `_`, are given by their length, since they may be data.
    pub path: String,
    /// What could have stood there.
    pub expected: Cow<'static, str>,
    /// What stands there.
    pub found: Found,
    /// The bytes of what stands there; empty, at the object that lacks it, where nothing does.
    #[serde(skip)]
    pub span: Range<usize>,
    /// Line of the span's start, from 1.
    pub line: usize,
    /// Column of the span's start in characters, from 1.
    pub column: usize,
}

impl Problem {
    /// What stands there, out of the body that was validated: patient data, for those who may see it.
    pub fn excerpt<'b>(&self, body: &'b [u8]) -> &'b [u8] {
        body.get(self.span.clone()).unwrap_or_default()
    }
}

/// `error json-syntax at $ (line 1, column 5): expected a value, found nothing`
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { severity, rule, path, expected, found, line, column, .. } = self;
        write!(f, "{severity} {rule} at {path} (line {line}, column {column}): expected {expected}, found {found}")
    }
}

/// Everything that is wrong with a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// What the message was taken for, where that is known.
    pub event: Option<&'static EventInfo>,
    /// The problems in the order of their place in the body; at most [`MAX_PROBLEMS`].
    pub problems: Vec<Problem>,
    /// How many problems were found beyond those.
    pub omitted: usize,
    /// Whether one of the omitted problems is an error.
    omitted_error: bool,
}

/// `{"valid":…,"event":"Order.New","problems":[…],"omitted":0}`
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Report", 4)?;
        report.serialize_field("valid", &self.is_valid())?;
        report.serialize_field("event", &self.event.map(ToString::to_string))?;
        report.serialize_field("problems", &self.problems)?;
        report.serialize_field("omitted", &self.omitted)?;
        report.end()
    }
}

impl Report {
    /// Whether no problem is an error.
    pub fn is_valid(&self) -> bool {
        self.worst() < Some(Severity::Error)
    }

    /// The severity of the worst problem.
    pub fn worst(&self) -> Option<Severity> {
        let listed = self.problems.iter().map(|problem| problem.severity).max();
        if self.omitted_error { Some(Severity::Error) } else { listed }
    }

    /// How many of the listed problems have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.problems.iter().filter(|problem| problem.severity == severity).count()
    }
}

/// A problem before its place is looked up.
pub(super) struct Finding {
    pub(super) severity: Severity,
    pub(super) rule: Rule,
    pub(super) path: String,
    pub(super) expected: Cow<'static, str>,
    pub(super) span: Range<usize>,
}

/// Collects findings, up to the limit.
#[derive(Default)]
pub(super) struct Findings {
    list: Vec<Finding>,
    omitted: usize,
    omitted_error: bool,
}

impl Findings {
    pub(super) fn is_full(&self) -> bool {
        self.list.len() >= MAX_PROBLEMS
    }

    pub(super) fn push(&mut self, finding: Finding) {
        if self.is_full() {
            self.omit(finding.severity);
        } else {
            self.list.push(finding);
        }
    }

    /// Counts a finding that is not listed.
    pub(super) fn omit(&mut self, severity: Severity) {
        self.omitted += 1;
        self.omitted_error |= severity == Severity::Error;
    }

    /// Adds what another check has found.
    pub(super) fn append(&mut self, other: Findings) {
        self.omitted += other.omitted;
        self.omitted_error |= other.omitted_error;
        for finding in other.list {
            self.push(finding);
        }
    }

    pub(super) fn has_errors(&self) -> bool {
        self.omitted_error || self.list.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// How many findings are of this rule.
    pub(super) fn count(&self, rule: Rule) -> usize {
        self.list.iter().filter(|finding| finding.rule == rule).count()
    }

    /// Orders the findings by place and says what stands there.
    pub(super) fn into_report(mut self, event: Option<&'static EventInfo>, body: &[u8]) -> Report {
        self.list.sort_by_key(|finding| finding.span.start);
        let mut cursor = Cursor { body, at: 0, line: 1, column: 1 };
        let problem = |Finding { severity, rule, path, expected, span }| {
            let found = if span.is_empty() {
                Found::Nothing
            } else {
                body.get(span.clone()).map_or(Found::Nothing, Found::in_text)
            };
            let (line, column) = cursor.position(span.start);
            Problem { severity, rule, path, expected, found, span, line, column }
        };
        let problems = self.list.into_iter().map(problem).collect();
        Report { event, problems, omitted: self.omitted, omitted_error: self.omitted_error }
    }
}

/// Positions of ascending offsets in one pass over the body.
struct Cursor<'a> {
    body: &'a [u8],
    at: usize,
    line: usize,
    column: usize,
}

impl Cursor<'_> {
    fn position(&mut self, to: usize) -> (usize, usize) {
        for byte in &self.body[self.at.min(to)..to] {
            if *byte == b'\n' {
                self.line += 1;
                self.column = 1;
            } else if byte & 0xC0 != 0x80 {
                self.column += 1;
            }
        }
        self.at = to;
        (self.line, self.column)
    }
}
