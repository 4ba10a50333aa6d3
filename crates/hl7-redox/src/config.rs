//! The mapping as it is written: one TOML form for the built-in mapping, an operator's own, and the exceptions of one sender.
//!
//! The built-in profiles are `redox-output`, for messages that Redox writes itself, and `typed-identifiers`, for senders who
//! say in CX.5 what Redox is to call an identifier.
//!
//! An operator's file holds only what differs. Rows of tables replace the row of the same name; `false` takes one away.
//!
//! ```toml
//! zone = "America/Chicago"                   # what a time without offset means
//! profile = "typed-identifiers"              # a built-in set of changes to begin with
//!
//! [events.ADT]                               # MSH-9.1, then the trigger or `*`
//! A04 = "PatientAdmin.Arrival"
//! A10 = [{ event = "PatientAdmin.Arrival", when = { at = "PV1-2.1", in = ["E"] } }, { none = "not used here" }]
//!
//! [rules]                                    # member of the event = where its value comes from
//! "Visit.Reason" = ["ZPV-4", "PV2-3.2"]      # the first that says something
//! "Patient.Notes" = { each = "ZNT", from = "ZNT-2" }   # a list: one item for each
//! "Patient.Demographics.Race" = false
//! "Visit.Extensions.acuity" = { from = "ZPV-7", url = "https://example.com/acuity" }
//!
//! [rules-for."PatientAdmin.VisitMerge"]      # the same for one event only; comes before [rules]
//! "Patient.Notes" = false
//!
//! [values.race]                              # codes of this sender
//! W = "White"
//!
//! [mrn]                                      # which identifier is the medical record number
//! type = ["MR"]
//! authority = ["GHH"]
//! id-type = "MR"
//!
//! [senders.clinic]                           # all of the above again, for one sender
//! match = { application = ["ADT1"], facility = ["GOOD HEALTH"] }
//! profile = "redox-output"
//!
//! [senders.clinic.values.sex]
//! "1" = "Female"
//! ```
//!
//! A rule is a source, a list of rules, or a table: `from` (the first that says something; with `join` all of them), `each`
//! (one item of a list for each repetition or segment, less the first `skip`), `shape` (the rules for the members of an
//! object, from `[shapes.…]`), `set` (its constant members), `as` (how the text is converted), `map` (a table of codes, from
//! `[values.…]`), `value` (a constant), `when` (only if a value is there, `in` a list, `not-in` a list), `unique`, `mrn`.
//! Items made of segments end before the next of their kind or before one of `until`, begin with what stands `with` them, and
//! are only taken before the first of `stop`. Selections (`[select.…]`) choose among repetitions: `only` and `unless` by
//! conditions, `prefer` by rank. The built-in mapping (`src/profiles/default.toml`) uses all of it.

mod check;

mod raw;

use std::{collections::BTreeMap, sync::OnceLock};

use hl7v2::Message;

use crate::rule::{EventRow, Mrn, Rules, Select, SourceError, ValueSet};

const DEFAULT: &str = include_str!("profiles/default.toml");

/// The built-in sets of exceptions, by name.
const PROFILES: [(&str, &str); 2] = [
    ("redox-output", include_str!("profiles/redox-output.toml")),
    ("typed-identifiers", include_str!("profiles/typed-identifiers.toml")),
];

/// Mappings for all senders.
#[derive(Debug, Clone)]
pub struct Config {
    general: Mapping,
    senders: Vec<Sender>,
}

/// The mapping of one sender, or of all that have none of their own.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub(crate) name: String,
    pub(crate) events: BTreeMap<String, BTreeMap<String, Vec<EventRow>>>,
    pub(crate) rules: Rules,
    pub(crate) rules_for: BTreeMap<String, Rules>,
    pub(crate) shapes: BTreeMap<String, Rules>,
    pub(crate) select: BTreeMap<String, Select>,
    pub(crate) values: BTreeMap<String, ValueSet>,
    pub(crate) mrn: Option<Mrn>,
    pub(crate) zone: Option<String>,
    pub(crate) ignore: Vec<String>,
}

#[derive(Debug, Clone)]
struct Sender {
    applications: Vec<String>,
    facilities: Vec<String>,
    mapping: Mapping,
}

/// Why a configuration cannot be used. Places are dotted keys of the TOML.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not TOML.
    #[error("the mapping is not TOML: {0}")]
    Toml(#[from] toml::de::Error),
    /// A value of another form than its place takes.
    #[error("{at}: {source}")]
    Form {
        /// Where.
        at: String,
        /// What is wrong.
        source: toml::de::Error,
    },
    /// Another type of value than its place takes.
    #[error("{at}: expected {expected}")]
    Expected {
        /// Where.
        at: String,
        /// What could have stood there.
        expected: &'static str,
    },
    /// A source that is none.
    #[error("{at}: {source}")]
    Source {
        /// Where.
        at: String,
        /// What is wrong.
        source: SourceError,
    },
    /// Something in the mapping of one sender; the place may be one that the sender's part does not mention.
    #[error("in the mapping of sender `{name}`: {source}")]
    Sender {
        /// The sender.
        name: String,
        /// What is wrong.
        source: Box<ConfigError>,
    },
    /// A name of something that is not there.
    #[error("{at}: there is no {what} named `{name}`")]
    Unknown {
        /// Where.
        at: String,
        /// What kind of thing: `shape`, `selection`, `table of codes`, `event`, `profile`, `member of an event`, `section`.
        what: &'static str,
        /// The name.
        name: String,
    },
}

impl Config {
    /// The built-in mapping, and the built-in profiles for senders that can be recognised.
    pub fn built_in() -> &'static Config {
        static BUILT_IN: OnceLock<Config> = OnceLock::new();
        BUILT_IN.get_or_init(|| Config::parse("").expect("the built-in mapping is checked by its tests"))
    }

    /// The built-in mapping with an operator's changes.
    pub fn parse(text: &str) -> Result<Config, ConfigError> {
        raw::read(text)
    }

    /// The mapping for a message: of the first sender whose application (MSH-3) and facility (MSH-4) fit, else the general
    /// one. An operator's senders come before the built-in profiles.
    pub fn mapping_for(&self, message: &Message<'_>) -> &Mapping {
        let application = message.header().field(3).text();
        let facility = message.header().field(4).text();
        let fits = |names: &[String], name: &str| names.is_empty() || names.iter().any(|one| one == name);
        let sender = self.senders.iter().find(|sender| {
            let says_something = !sender.applications.is_empty() || !sender.facilities.is_empty();
            says_something && fits(&sender.applications, &application) && fits(&sender.facilities, &facility)
        });
        sender.map_or(&self.general, |sender| &sender.mapping)
    }

    /// The mapping of a sender or built-in profile, by name.
    pub fn mapping(&self, name: &str) -> Option<&Mapping> {
        self.senders.iter().map(|sender| &sender.mapping).find(|mapping| mapping.name == name)
    }

    /// The mapping for senders without one of their own.
    pub fn general(&self) -> &Mapping {
        &self.general
    }
}

impl Mapping {
    /// The sender it is for; `general` if for all.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The zone of times without an offset.
    pub fn zone(&self) -> Option<&str> {
        self.zone.as_deref()
    }
}

#[cfg(test)]
mod tests;
