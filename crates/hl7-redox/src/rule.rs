//! Rules as they are applied: read from the configuration, checked, with every name resolved to something that exists.

use std::collections::BTreeMap;

use hl7v2::Path;
use serde::Deserialize;

/// Where a rule looks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    /// Segments of this id: `NK1`.
    Segment(String),
    /// A field or a part of one, in the first such segment at hand: `PID-5.1`.
    Path(Path),
    /// A part of the repetition at hand: `.4.1`.
    Part { component: usize, subcomponent: Option<usize> },
    /// What a selection chose, or a part of it: `$name.1`.
    Selected { name: String, component: Option<usize>, subcomponent: Option<usize> },
}

/// Why a text is no source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// It looks like a path into the message, and is none.
    #[error(transparent)]
    Path(#[from] hl7v2::PathError),
    /// It looks like a part or a selection, and is none.
    #[error("not a source: expected a path (`PID-5.1`), a segment (`NK1`), a part (`.4.1`) or a selection (`$name.1`)")]
    Form,
}

impl Source {
    pub(crate) fn read(text: &str) -> Result<Self, SourceError> {
        let numbers = |text: &str| -> Result<(Option<usize>, Option<usize>), SourceError> {
            let mut parts = text.split('.').skip(1);
            let mut next = || {
                parts
                    .next()
                    .map(|part| part.parse().ok().filter(|number| *number > 0))
                    .map_or(Ok(None), |number| number.map(Some).ok_or(SourceError::Form))
            };
            let found = (next()?, next()?);
            if parts.next().is_some() { Err(SourceError::Form) } else { Ok(found) }
        };
        if let Some(name) = text.strip_prefix('$') {
            let (component, subcomponent) = numbers(name)?;
            let name = name.split('.').next().unwrap_or_default().to_owned();
            return Ok(Source::Selected { name, component, subcomponent });
        }
        if text.starts_with('.') {
            let (component, subcomponent) = numbers(text)?;
            let component = component.ok_or(SourceError::Form)?;
            return Ok(Source::Part { component, subcomponent });
        }
        if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
            return Ok(Source::Segment(text.to_owned()));
        }
        Ok(Source::Path(text.parse()?))
    }
}

/// What is done to a text on its way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Convert {
    /// The text of the first leaf, without blanks around it.
    #[default]
    Text,
    /// The text of the whole value, for names in which `&` was meant as itself.
    Joined,
    /// The text if it is one short word: 20 characters at most, no blanks.
    Word,
    /// A calendar date.
    Date,
    /// A moment; a bare date where there is no time of day.
    DateTime,
    /// A telephone number of type XTN; ten digits are taken for a North American number.
    Phone,
    /// A social security number, with dashes.
    Ssn,
    /// A number of one digit gets a zero before it.
    TwoDigits,
    /// OBX-5, by the type in OBX-2.
    Observation,
    /// The lower end of a range written `low-high`, `>low` or `>=low`.
    RangeLow,
    /// The upper end of a range written `low-high`, `<high` or `<=high`.
    RangeHigh,
}

/// A test of a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    pub(crate) at: Source,
    /// Values that fulfil it; none: any value does.
    pub(crate) within: Vec<String>,
    /// Values that do not.
    pub(crate) without: Vec<String>,
}

/// How the value of a member is found.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Rule {
    /// The first of these that says something.
    pub(crate) from: Vec<Source>,
    /// All of them, joined by this.
    pub(crate) join: Option<String>,
    /// One item of a list for each of these.
    pub(crate) each: Vec<Source>,
    /// So many of the first are left out.
    pub(crate) skip: usize,
    /// An item that begins with a segment ends before the next of its kind, or before one of these.
    pub(crate) until: Vec<String>,
    /// Segments that belong to the one behind them.
    pub(crate) with: Vec<String>,
    /// Only segments before the first of these.
    pub(crate) stop: Vec<String>,
    /// The rules for the members of an object.
    pub(crate) shape: Option<String>,
    /// Constant members of the object.
    pub(crate) set: BTreeMap<String, String>,
    pub(crate) convert: Convert,
    /// The table of codes.
    pub(crate) map: Option<String>,
    /// A constant.
    pub(crate) value: Option<String>,
    /// The constant is an assumption, and is reported.
    pub(crate) assume: bool,
    pub(crate) when: Option<Condition>,
    /// Items are left out that repeat another one, or this member of one that an earlier rule of the list gave; with `*` only
    /// the former.
    pub(crate) unique: Option<String>,
    /// The items are identifiers, one of which is the medical record number.
    pub(crate) mrn: bool,
    /// The URL of an extension.
    pub(crate) url: Option<String>,
}

/// Rules by the path of their member. Several rules for one member: the first that gives something, or for lists all.
pub(crate) type Rules = BTreeMap<String, Vec<Rule>>;

/// A choice among repetitions.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Select {
    pub(crate) from: Vec<Source>,
    /// At least one of these holds, if there are any.
    pub(crate) only: Vec<Condition>,
    /// None of these holds.
    pub(crate) unless: Vec<Condition>,
    pub(crate) prefer: Option<Prefer>,
}

/// A ranking of repetitions by one of their parts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Prefer {
    pub(crate) at: Source,
    /// The best first; whatever is not named comes after them.
    pub(crate) order: Vec<String>,
    /// Behind everything else.
    pub(crate) last: Vec<String>,
}

/// What a message becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Becomes {
    /// An event, `PatientAdmin.Arrival`, and what it cancels.
    Event { data_model: String, event_type: String, canceled: Option<String>, split: Option<String> },
    /// Nothing, for this reason.
    Nothing(String),
}

/// A row of the table of events.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EventRow {
    pub(crate) when: Option<Condition>,
    pub(crate) becomes: Becomes,
}

/// A table of codes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ValueSet {
    /// By code in upper case.
    pub(crate) codes: BTreeMap<String, String>,
    pub(crate) other: Other,
}

/// What becomes of a code that is in no row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Other {
    /// It is left out and reported.
    #[default]
    Report,
    /// It is left out.
    Drop,
    /// It stays what it is.
    Keep,
    /// It is called this.
    Fixed(String),
}

impl ValueSet {
    /// What the code is called: `Ok(None)` if it is to be left out, `Err` if it is to be reported.
    pub(crate) fn look_up(&self, code: &str) -> Result<Option<String>, ()> {
        let code = code.trim();
        if let Some(value) = self.codes.get(&code.to_uppercase()) {
            return Ok(Some(value.clone()));
        }
        if let Some(value) = self.codes.values().find(|value| value.eq_ignore_ascii_case(code)) {
            return Ok(Some(value.clone()));
        }
        match &self.other {
            Other::Report => Err(()),
            Other::Drop => Ok(None),
            Other::Keep => Ok(Some(code.to_owned())),
            Other::Fixed(value) => Ok(Some(value.clone())),
        }
    }
}

/// Which identifier is the medical record number, and what its type is called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Mrn {
    /// CX.5, the best first.
    #[serde(default, rename = "type")]
    pub(crate) types: Vec<String>,
    /// CX.4.1, the best first; looked at where no type fits.
    #[serde(default, rename = "authority")]
    pub(crate) authorities: Vec<String>,
    /// The `IDType` it gets; what the rules give it if absent.
    pub(crate) id_type: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_told_apart_by_their_form() {
        assert_eq!(Source::read("NK1"), Ok(Source::Segment("NK1".into())));
        assert_eq!(Source::read(".4.1"), Ok(Source::Part { component: 4, subcomponent: Some(1) }));
        let name = "name".to_owned();
        assert_eq!(
            Source::read("$name.1"),
            Ok(Source::Selected { name: name.clone(), component: Some(1), subcomponent: None })
        );
        assert_eq!(Source::read("$name"), Ok(Source::Selected { name, component: None, subcomponent: None }));
        assert!(matches!(Source::read("PID-3(type=MR).1"), Ok(Source::Path(_))));
        for text in [".", ".0", ".x", ".1.2.3", "$name.x"] {
            assert_eq!(Source::read(text), Err(SourceError::Form), "{text}");
        }
        assert!(matches!(Source::read("PID-"), Err(SourceError::Path(_))));
    }

    #[test]
    fn codes_are_called_what_the_table_says() {
        let mut set = ValueSet::default();
        set.codes.insert("F".into(), "Female".into());
        assert_eq!(set.look_up(" f "), Ok(Some("Female".into())));
        assert_eq!(set.look_up("FEMALE"), Ok(Some("Female".into())));
        assert_eq!(set.look_up("x"), Err(()));
        for (other, value) in
            [(Other::Keep, Some("x")), (Other::Drop, None), (Other::Fixed("Unknown".into()), Some("Unknown"))]
        {
            assert_eq!(ValueSet { other, ..set.clone() }.look_up("x"), Ok(value.map(str::to_owned)));
        }
    }
}
