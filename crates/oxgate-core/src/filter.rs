//! Which events a handler takes, decided on the address alone.

use crate::address::Address;
use serde::{Deserialize, Serialize};

/// A conjunction of conditions; a condition that names nothing holds for everything.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Filter {
    /// Endpoint names.
    pub endpoint: Vec<String>,
    /// Data models (`Results`), or model and event type (`Order.New`, `Order.*`).
    pub events: Vec<String>,
    /// `Meta.Source.ID`s.
    pub source: Vec<String>,
    /// `Meta.Destinations[].ID`s.
    pub destination: Vec<String>,
    /// `Meta.FacilityCode`s.
    pub facility: Vec<String>,
    /// Only test data (`true`), only real data (`false`), or both (absent).
    pub test: Option<bool>,
}

impl Filter {
    /// Whether an event that came through `endpoint` with this address is taken.
    pub fn takes(&self, endpoint: &str, address: &Address) -> bool {
        let named = |list: &[String], value: &str| list.is_empty() || list.iter().any(|entry| entry == value);
        named(&self.endpoint, endpoint)
            && (self.events.is_empty() || self.events.iter().any(|entry| names_kind(entry, address)))
            && named(&self.source, &address.source)
            && named(&self.destination, &address.destination)
            && named(&self.facility, &address.facility)
            && self.test.is_none_or(|test| test == address.test)
    }
}

/// Whether `pattern` (`Model`, `Model.*` or `Model.EventType`) names the address's model and event type.
///
/// `Clinical Summary` is written with and without its space in Redox's own documents; both name the same model.
pub fn names_kind(pattern: &str, address: &Address) -> bool {
    let (model, event_type) = pattern.split_once('.').unwrap_or((pattern, "*"));
    same_model(model, &address.model) && (event_type == "*" || event_type == address.event_type)
}

fn same_model(left: &str, right: &str) -> bool {
    left.bytes().filter(|byte| *byte != b' ').eq(right.bytes().filter(|byte| *byte != b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(event_type: &str) -> Address {
        Address { model: "Order".into(), event_type: event_type.into(), facility: "NORTH".into(), ..Address::default() }
    }

    #[test]
    fn an_empty_filter_takes_everything() {
        assert!(Filter::default().takes("main", &order("New")));
        assert!(Filter::default().takes("main", &Address::default()));
    }

    #[test]
    fn every_condition_must_hold() {
        let filter = Filter {
            events: vec!["Results".into(), "Order.New".into()],
            facility: vec!["NORTH".into()],
            test: Some(false),
            ..Filter::default()
        };
        assert!(filter.takes("main", &order("New")));
        assert!(!filter.takes("main", &order("Cancel")));
        assert!(!filter.takes("main", &Address { test: true, ..order("New") }));
        assert!(!filter.takes("main", &Address { facility: "SOUTH".into(), ..order("New") }));
    }

    #[test]
    fn both_spellings_name_clinical_summary() {
        let push = Address { model: "Clinical Summary".into(), event_type: "PatientPush".into(), ..Address::default() };
        for pattern in ["ClinicalSummary", "Clinical Summary.*", "ClinicalSummary.PatientPush"] {
            assert!(names_kind(pattern, &push), "{pattern}");
        }
        assert!(!names_kind("ClinicalSummary.VisitPush", &push));
    }
}
