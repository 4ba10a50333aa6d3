//! Questions that wait for an answer: which answers a question expects, and how an arriving event finds its question.
//!
//! Redox links nothing at the protocol level: a result arrives as a new, unrelated event. What links it is clinical:
//! the order's number, the visit's, the referral's. A rule names the question, the answers it may have, and the kinds
//! of key they share. Matching happens inside one partner and never by patient alone.

use crate::address::Address;
use crate::filter::names_kind;
use crate::hash::KeyHash;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a key identifies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// `Order.ID`, `Orders[].ID`.
    Order,
    /// `Order.ApplicationOrderID`, `Orders[].ApplicationOrderID`.
    ApplicationOrder,
    /// `Visit.VisitNumber`.
    Visit,
    /// `Referral.ID`.
    Referral,
    /// `Patient.Identifiers[]` as (`IDType`, `ID`); guards a match, never makes one.
    Patient,
}

impl KeyKind {
    /// The number that stands in the store.
    pub const fn code(self) -> u8 {
        match self {
            Self::Order => 1,
            Self::ApplicationOrder => 2,
            Self::Visit => 3,
            Self::Referral => 4,
            Self::Patient => 5,
        }
    }

    /// The word that is hashed with the value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::ApplicationOrder => "application_order",
            Self::Visit => "visit",
            Self::Referral => "referral",
            Self::Patient => "patient",
        }
    }
}

/// Which events answer which question.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The rule's name, which stands with the expectation.
    pub name: String,
    /// The questions: `Order.New`.
    pub asks: Vec<String>,
    /// The answers: `Results.New`, `Scheduling.*`.
    pub answers: Vec<String>,
    /// The kinds of key that an answer must share with its question; one shared key is enough.
    pub keys: Vec<KeyKind>,
    /// How long to wait before the answer counts as late; without it the expectation links but is never late.
    #[serde(default)]
    pub within: Option<Duration>,
}

impl Rule {
    /// The rules that hold unless the configuration replaces them.
    pub fn built_in() -> Vec<Self> {
        let rule = |name: &str, asks: &[&str], answers: &[&str], keys: &[KeyKind], within| Self {
            name: name.to_owned(),
            asks: asks.iter().map(|&text| text.to_owned()).collect(),
            answers: answers.iter().map(|&text| text.to_owned()).collect(),
            keys: keys.to_vec(),
            within,
        };
        let day = Duration::from_hours(24);
        vec![
            rule(
                "order",
                &["Order.New"],
                &["Results.New", "Order.Update", "Order.Cancel"],
                &[KeyKind::Order, KeyKind::ApplicationOrder],
                Some(day),
            ),
            rule(
                "appointment",
                &["Scheduling.New", "Scheduling.Reschedule"],
                &["Scheduling.*", "PatientAdmin.Arrival"],
                &[KeyKind::Visit],
                None,
            ),
            rule(
                "referral",
                &["Referral.New"],
                &["Referral.AuthResponse", "Referral.Modify"],
                &[KeyKind::Referral],
                None,
            ),
        ]
    }

    /// Whether an event with this address asks.
    pub fn is_asked_by(&self, address: &Address) -> bool {
        self.asks.iter().any(|pattern| names_kind(pattern, address))
    }

    /// Whether an event with this address may answer.
    pub fn is_answered_by(&self, address: &Address) -> bool {
        self.answers.iter().any(|pattern| names_kind(pattern, address))
    }
}

/// Where an expectation stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The question is not yet with Redox; its deadline has not begun.
    Armed,
    /// The question is with Redox.
    Waiting,
    /// At least one answer is linked.
    Answered,
    /// The deadline passed without an answer. An answer that comes after all is linked and the lateness stays on record.
    Late,
    /// No longer matched.
    Closed,
}

impl Standing {
    /// The number that stands in the store.
    pub const fn code(self) -> u8 {
        match self {
            Self::Armed => 0,
            Self::Waiting => 1,
            Self::Answered => 2,
            Self::Late => 3,
            Self::Closed => 4,
        }
    }

    /// The standing with this number.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Armed),
            1 => Some(Self::Waiting),
            2 => Some(Self::Answered),
            3 => Some(Self::Late),
            4 => Some(Self::Closed),
            _ => None,
        }
    }

    /// The word that the API and the command line use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Armed => "armed",
            Self::Waiting => "waiting",
            Self::Answered => "answered",
            Self::Late => "late",
            Self::Closed => "closed",
        }
    }
}

/// How well an answer's patient agrees with its question's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// At least one patient identifier is shared.
    Exact,
    /// The question named no patient.
    Unguarded,
    /// The answer names no patient.
    Unproven,
    /// Both name patients, and no identifier is shared: not linked, alarmed.
    Suspect,
}

impl Grade {
    /// The number that stands in the store.
    pub const fn code(self) -> u8 {
        match self {
            Self::Exact => 0,
            Self::Unguarded => 1,
            Self::Unproven => 2,
            Self::Suspect => 3,
        }
    }

    /// The word that the API and the command line use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Unguarded => "unguarded",
            Self::Unproven => "unproven",
            Self::Suspect => "suspect",
        }
    }

    /// From the patients of question and answer.
    pub fn of(question: &[KeyHash], answer: &[KeyHash]) -> Self {
        if question.is_empty() {
            Self::Unguarded
        } else if answer.is_empty() {
            Self::Unproven
        } else if answer.iter().any(|patient| question.contains(patient)) {
            Self::Exact
        } else {
            Self::Suspect
        }
    }

    /// Whether an answer of this grade is linked to its question.
    pub const fn links(self) -> bool {
        !matches!(self, Self::Suspect)
    }
}

/// How many questions an answer fits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Exactly one.
    Single,
    /// Several: all linked, and said so.
    Ambiguous,
    /// More than are looked at: none linked, alarmed.
    Overflow,
}

impl Fit {
    /// From the number of distinct questions that fit, and the most that are looked at.
    pub const fn of(questions: usize, most: usize) -> Self {
        match questions {
            0 | 1 => Self::Single,
            n if n > most => Self::Overflow,
            _ => Self::Ambiguous,
        }
    }

    /// The number that stands in the store.
    pub const fn code(self) -> u8 {
        match self {
            Self::Single => 0,
            Self::Ambiguous => 1,
            Self::Overflow => 2,
        }
    }

    /// The word that the API and the command line use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Ambiguous => "ambiguous",
            Self::Overflow => "overflow",
        }
    }
}

/// One word of how an answer was judged, to choose by: how well its patient agrees with the question's, or that it fits
/// more than one question.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Judgement {
    /// By patient.
    Grade(Grade),
    /// By number of questions.
    Fit(Fit),
}

impl Judgement {
    /// All that can be asked for; that an answer fits one question only is what is expected of it, and no word.
    pub const ALL: [Self; 6] = [
        Self::Grade(Grade::Exact),
        Self::Grade(Grade::Unguarded),
        Self::Grade(Grade::Unproven),
        Self::Grade(Grade::Suspect),
        Self::Fit(Fit::Ambiguous),
        Self::Fit(Fit::Overflow),
    ];

    /// The word that the API and the command line use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grade(grade) => grade.as_str(),
            Self::Fit(fit) => fit.as_str(),
        }
    }

    /// The judgement with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patient(n: u8) -> KeyHash {
        KeyHash([n; 12])
    }

    #[test]
    fn grades() {
        assert_eq!(Grade::of(&[patient(1), patient(2)], &[patient(2), patient(3)]), Grade::Exact);
        assert_eq!(Grade::of(&[], &[patient(2)]), Grade::Unguarded);
        assert_eq!(Grade::of(&[patient(1)], &[]), Grade::Unproven);
        assert_eq!(Grade::of(&[patient(1)], &[patient(2)]), Grade::Suspect);
        assert!(!Grade::Suspect.links());
    }

    #[test]
    fn fits() {
        assert_eq!(
            [1, 2, 16, 17].map(|n| Fit::of(n, 16)),
            [Fit::Single, Fit::Ambiguous, Fit::Ambiguous, Fit::Overflow]
        );
    }

    #[test]
    fn results_answer_orders() {
        let address = |model: &str, event_type: &str| Address {
            model: model.into(),
            event_type: event_type.into(),
            ..Address::default()
        };
        let rules = Rule::built_in();
        let asked = rules.iter().filter(|rule| rule.is_asked_by(&address("Order", "New"))).count();
        let answered = rules.iter().filter(|rule| rule.is_answered_by(&address("Results", "New"))).count();
        assert_eq!((asked, answered), (1, 1));
        assert!(!rules.iter().any(|rule| rule.is_asked_by(&address("PatientAdmin", "Arrival"))));
    }
}
