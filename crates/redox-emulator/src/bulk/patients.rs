//! Invented patients, encounters and observations: each line follows from its number.

use std::fmt::Write;

/// Kinds of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `Patient`.
    Patient,
    /// `Encounter`.
    Encounter,
    /// `Observation`.
    Observation,
    /// `Group`: never exported, only found where it does not belong.
    Stray,
}

impl Kind {
    /// What is exported.
    pub(super) const ALL: [Self; 3] = [Self::Patient, Self::Encounter, Self::Observation];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Patient => "Patient",
            Self::Encounter => "Encounter",
            Self::Observation => "Observation",
            Self::Stray => "Group",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// How many each patient has.
    pub(super) fn per_patient(self) -> u64 {
        match self {
            Self::Patient | Self::Stray => 1,
            Self::Encounter => 2,
            Self::Observation => 4,
        }
    }
}

const FAMILIES: [&str; 8] =
    ["Sampleton", "Testwood", "Mockford", "Fakeman", "Demoville", "Trialby", "Stubbs-Test", "Éxämple"];
const GIVEN: [&str; 8] = ["Anna", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hana"];

/// Numbers that look unlike each other, so that files compress as real ones do, and not to nothing.
fn scatter(number: u64) -> u64 {
    crate::Rng::new(number).next_u64()
}

/// Writes one line with its newline.
pub(super) fn write(out: &mut String, kind: Kind, patient: u64, place: u64) {
    let mix = scatter(patient * 8 + place);
    let pick = |list: [&'static str; 8], shift: u32| list[usize::from((mix >> shift).to_le_bytes()[0] % 8)];
    let (day, month, year) = (mix % 28 + 1, mix / 28 % 12 + 1, 1930 + mix / 336 % 90);
    let written = match kind {
        Kind::Patient => writeln!(
            out,
            r#"{{"resourceType":"Patient","id":"p-{patient}","identifier":[{{"system":"urn:oid:2.16.840.1.113883.3.0","value":"MR-{patient:08}"}}],"name":[{{"family":"{}","given":["{}"]}}],"gender":"{}","birthDate":"{year}-{month:02}-{day:02}"}}"#,
            pick(FAMILIES, 0),
            pick(GIVEN, 8),
            if mix & 1 == 0 { "female" } else { "male" },
        ),
        Kind::Encounter => writeln!(
            out,
            r#"{{"resourceType":"Encounter","id":"e-{patient}-{place}","status":"finished","class":{{"code":"AMB"}},"subject":{{"reference":"Patient/p-{patient}"}},"period":{{"start":"20{:02}-{month:02}-{day:02}T08:00:00Z"}}}}"#,
            mix % 26,
        ),
        Kind::Observation => writeln!(
            out,
            r#"{{"resourceType":"Observation","id":"o-{patient}-{place}","status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"718-7"}}]}},"subject":{{"reference":"Patient/p-{patient}"}},"valueQuantity":{{"value":{}.{},"unit":"g/dL"}},"note":[{{"text":"{mix:016x}"}}]}}"#,
            8 + mix % 10,
            mix / 10 % 10,
        ),
        Kind::Stray => writeln!(out, r#"{{"resourceType":"Group","id":"stray","type":"person","actual":true}}"#),
    };
    written.expect("writing to a string");
}

/// One Bundle of what is gone.
pub(super) fn write_deleted(out: &mut String) {
    out.push_str(r#"{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Patient/p-gone"}}]}"#);
    out.push('\n');
}

/// Two warnings and an error.
pub(super) fn write_warnings(out: &mut String) {
    for severity in ["warning", "warning", "error"] {
        let issue = format!(r#"[{{"severity":"{severity}","code":"not-supported"}}]"#);
        writeln!(out, r#"{{"resourceType":"OperationOutcome","issue":{issue}}}"#).expect("writing to a string");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn every_line_is_one_resource_and_never_changes() {
        for kind in [Kind::Patient, Kind::Encounter, Kind::Observation, Kind::Stray] {
            for patient in 0..200 {
                let mut line = String::new();
                write(&mut line, kind, patient, 1);
                let mut again = String::new();
                write(&mut again, kind, patient, 1);
                assert_eq!(line, again);
                let value: Value = serde_json::from_str(&line).unwrap();
                assert_eq!(value["resourceType"], kind.name());
                assert_eq!(line.matches('\n').count(), 1);
            }
        }
        let (mut deleted, mut warnings) = (String::new(), String::new());
        write_deleted(&mut deleted);
        write_warnings(&mut warnings);
        for line in deleted.lines().chain(warnings.lines()) {
            serde_json::from_str::<Value>(line).unwrap();
        }
    }
}
