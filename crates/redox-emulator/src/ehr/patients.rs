//! A small population of invented patients, and searching it: no match, one, several, ambiguous.

use serde_json::{Value, json};

/// One invented patient.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patient {
    pub(crate) number: u32,
    pub(crate) first: &'static str,
    pub(crate) last: &'static str,
    /// Birth date, `YYYY-MM-DD`.
    pub(crate) born: &'static str,
    /// `Female`, `Male` or `Unknown`.
    pub(crate) sex: &'static str,
}

/// Obviously made up. Two of them cannot be told apart by name, birth date and sex.
const PATIENTS: [Patient; 8] = [
    Patient { number: 1, first: "Testa", last: "Sampleton", born: "1970-01-01", sex: "Female" },
    Patient { number: 2, first: "Fixture", last: "Mockwell", born: "1962-02-29", sex: "Male" },
    Patient { number: 3, first: "Mirror", last: "Twinfield", born: "1985-05-05", sex: "Male" },
    Patient { number: 4, first: "Mirror", last: "Twinfield", born: "1985-05-05", sex: "Male" },
    Patient { number: 5, first: "Dummy", last: "Sampleton", born: "1999-09-09", sex: "Male" },
    Patient { number: 6, first: "Placeholder", last: "Sampleton", born: "2011-11-11", sex: "Female" },
    Patient { number: 7, first: "Loremia", last: "Ipsumsdottir", born: "1944-04-04", sex: "Female" },
    Patient { number: 8, first: "Nil", last: "Nullmann", born: "2000-01-31", sex: "Unknown" },
];

impl Patient {
    /// First and last name.
    pub(crate) fn name(self) -> String {
        format!("{} {}", self.first, self.last)
    }

    /// `Identifiers` as messages carry them.
    pub(super) fn identifiers(self) -> Value {
        let number = self.number;
        json!([
            {"ID": format!("MR-{number:04}"), "IDType": "MR"},
            {"ID": format!("EHR-{number:04}"), "IDType": "EHRID"},
        ])
    }

    /// `Patient` as messages carry it.
    pub(super) fn element(self) -> Value {
        json!({
            "Identifiers": self.identifiers(),
            "Demographics": {"FirstName": self.first, "LastName": self.last, "DOB": self.born, "Sex": self.sex},
        })
    }

    fn has_identifier(self, wanted: &Value) -> bool {
        let own = self.identifiers();
        own.as_array().into_iter().flatten().any(|own| {
            let is_type = wanted.get("IDType").is_none_or(|kind| kind.is_null() || *kind == own["IDType"]);
            is_type && wanted.get("ID") == Some(&own["ID"])
        })
    }

    /// Whether every demographic that is given is this patient's.
    fn fits(self, demographics: &Value) -> bool {
        let own = [("FirstName", self.first), ("LastName", self.last), ("DOB", self.born), ("Sex", self.sex)];
        own.iter().all(|(name, value)| {
            let wanted = demographics.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
            wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
        })
    }
}

/// Whom the EHR knows.
#[derive(Debug)]
pub(crate) struct Population(&'static [Patient]);

impl Population {
    /// The invented patients.
    pub(super) fn invented() -> Self {
        Self(&PATIENTS)
    }

    /// Everybody.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Patient> + use<> {
        self.0.iter().copied()
    }

    /// The patient whom an identifier of the message names.
    pub(super) fn identified(&self, message: &Value) -> Option<Patient> {
        let identifiers = message.pointer("/Patient/Identifiers").and_then(Value::as_array);
        self.iter().find(|patient| identifiers.into_iter().flatten().any(|wanted| patient.has_identifier(wanted)))
    }

    /// The payload of a `PatientSearch.Response`: the patient if exactly one fits, otherwise an empty `Patient` and,
    /// if several fit, all of them as `PotentialMatches`.
    pub(super) fn search(&self, message: &Value) -> Value {
        let wanted = message.get("Patient").cloned().unwrap_or_default();
        let identifiers = wanted.get("Identifiers").and_then(Value::as_array);
        let by_id: Vec<Patient> = self
            .0
            .iter()
            .copied()
            .filter(|patient| identifiers.into_iter().flatten().any(|wanted| patient.has_identifier(wanted)))
            .collect();
        let found = match wanted.get("Demographics") {
            _ if !by_id.is_empty() => by_id,
            // A search by nothing finds nobody.
            Some(demographics) if demographics.get("LastName").is_some_and(Value::is_string) => {
                self.0.iter().copied().filter(|patient| patient.fits(demographics)).collect()
            }
            _ => Vec::new(),
        };
        match found.as_slice() {
            [] => json!({"Patient": {}}),
            [one] => json!({"Patient": one.element()}),
            several => {
                let matches: Value = several.iter().map(|patient| patient.element()).collect();
                json!({"Patient": {}, "PotentialMatches": matches})
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Population;
    use serde_json::{Value, json};

    fn search(patient: &Value) -> Value {
        Population::invented().search(&json!({"Patient": patient}))
    }

    #[test]
    fn none_one_several_and_ambiguous() {
        assert_eq!(search(&json!({"Demographics": {"LastName": "Nowhere"}})), json!({"Patient": {}}));
        assert_eq!(search(&json!({})), json!({"Patient": {}}));
        let one = search(&json!({"Identifiers": [{"ID": "MR-0001", "IDType": "MR"}]}));
        assert_eq!(one["Patient"]["Demographics"]["FirstName"], "Testa");
        assert_eq!(search(&json!({"Identifiers": [{"ID": "MR-0001", "IDType": "EHRID"}]})), json!({"Patient": {}}));
        let several = search(&json!({"Demographics": {"LastName": "sampleton"}}));
        assert_eq!(several["PotentialMatches"].as_array().map(Vec::len), Some(3));
        let twins = json!({"Demographics": {"FirstName": "Mirror", "LastName": "Twinfield", "DOB": "1985-05-05"}});
        let ambiguous = search(&twins);
        assert_eq!(ambiguous["Patient"], json!({}));
        assert_eq!(ambiguous["PotentialMatches"].as_array().map(Vec::len), Some(2));
    }
}
