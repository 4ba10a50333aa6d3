//! A feed of admissions, transfers and discharges of invented patients.

use super::{Emulator, ehr_source};
use crate::exchange::{Alarm, Turn};
use crate::fhir::notification::Happening;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Beds of the simulated hospital: beyond this many patients someone is moved or goes home.
const BEDS: usize = 40;
/// A feed without any pause would never let go of its driver.
const TICK: SignedDuration = SignedDuration::from_millis(1);
/// A million events a second are faster than anything that could take them.
const EVENTS_PER_TICK_MAX: i128 = 1000;
const FIRST_NAMES: [&str; 10] =
    ["Testa", "Mocko", "Sampla", "Fixtura", "Dummy", "Placida", "Loremo", "Nulla", "Specimen", "Exampla"];
const LAST_NAMES: [&str; 8] =
    ["Feedman", "Streamley", "Simulovic", "Fakerson", "Madeupp", "Inventor", "Testerfield", "Syntheticos"];
const WARDS: [&str; 4] = ["1 North", "2 South", "3 East", "Intensive Care"];

/// How the feed runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FeedSettings {
    /// Whether it runs.
    pub is_on: bool,
    /// From one event to the next; scaled by `time_scale`.
    pub interval: SignedDuration,
    /// What it sends.
    pub format: FeedFormat,
}

/// What the feed sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedFormat {
    /// `PatientAdmin` events.
    #[default]
    DataModel,
    /// FHIR notifications.
    Fhir,
    /// Both, the event first.
    Both,
}

impl Default for FeedSettings {
    fn default() -> Self {
        Self { is_on: false, interval: SignedDuration::from_secs(10), format: FeedFormat::DataModel }
    }
}

/// The feed and who is in the hospital.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    pub(crate) settings: FeedSettings,
    round: u64,
    admitted: Vec<Inpatient>,
    /// Patients so far; also the next medical record number.
    patients: u64,
    pub(crate) emitted: u64,
}

#[derive(Clone, Debug)]
struct Inpatient {
    patient: Value,
    visit_number: String,
    ward: &'static str,
    bed: u64,
    admitted_at: String,
}

impl Inpatient {
    fn location(&self) -> Value {
        json!({
            "Type": "Inpatient", "Facility": "Memorial Hospital", "Department": self.ward,
            "Room": (self.bed / 2 + 100).to_string(), "Bed": if self.bed.is_multiple_of(2) { "A" } else { "B" },
        })
    }

    fn visit(&self) -> Value {
        json!({
            "VisitNumber": self.visit_number, "PatientClass": "Inpatient", "VisitDateTime": self.admitted_at,
            "Location": self.location(),
        })
    }
}

impl Emulator {
    /// Changes how the feed runs; it begins or goes on one interval from now.
    pub(crate) fn set_feed(&mut self, turn: &mut Turn<'_>, settings: FeedSettings) {
        self.ehr.feed.settings = settings;
        self.ehr.feed.round += 1;
        self.wake_feed(turn);
    }

    fn wake_feed(&mut self, turn: &mut Turn<'_>) {
        if self.ehr.feed.settings.is_on {
            let interval = self.scaled(self.ehr.feed.settings.interval).max(TICK);
            turn.wake(interval, Alarm::Feed { round: self.ehr.feed.round });
        }
    }

    /// The feed's next event is due, unless its settings have changed since.
    pub(crate) fn feed_due(&mut self, turn: &mut Turn<'_>, round: u64) {
        if self.ehr.feed.round == round && self.ehr.feed.settings.is_on {
            let interval = self.scaled(self.ehr.feed.settings.interval).as_nanos().max(1);
            // Shorter intervals than a tick send several events at once.
            for _ in 0..(TICK.as_nanos() / interval).clamp(1, EVENTS_PER_TICK_MAX) {
                self.emit(turn);
            }
            self.wake_feed(turn);
        }
    }

    /// Sends one event of the feed; the ids of its logs.
    pub(crate) fn emit(&mut self, turn: &mut Turn<'_>) -> Vec<String> {
        let Some(source) = ehr_source(&self.directory) else { return Vec::new() };
        let admitted = self.ehr.feed.admitted.len();
        let (event, payload) = match turn.rng.below(4) {
            _ if admitted == 0 => self.admission(turn),
            0 | 1 if admitted < BEDS => self.admission(turn),
            2 => self.transfer(turn),
            _ => self.discharge(turn),
        };
        self.ehr.feed.emitted += 1;
        let format = self.ehr.feed.settings.format;
        let mut logs = Vec::new();
        if format != FeedFormat::Fhir {
            logs = self.send_from(turn, &source, "PatientAdmin", event, &payload);
        }
        if format != FeedFormat::DataModel {
            let about = fhir_resources(&payload);
            logs.extend(self.notify_of(turn, &source, Happening::of_event(event), &about));
        }
        logs
    }

    fn admission(&mut self, turn: &mut Turn<'_>) -> (&'static str, Value) {
        let feed = &mut self.ehr.feed;
        feed.patients += 1;
        let number = feed.patients;
        let (year, month, day) = (1930 + turn.rng.below(90), 1 + turn.rng.below(12), 1 + turn.rng.below(28));
        let patient = json!({
            "Identifiers": [
                {"ID": format!("FEED-{number:06}"), "IDType": "MR"},
                {"ID": format!("EHR-FEED-{number:06}"), "IDType": "EHRID"},
            ],
            "Demographics": {
                "FirstName": turn.rng.pick(&FIRST_NAMES), "LastName": turn.rng.pick(&LAST_NAMES),
                "DOB": format!("{year}-{month:02}-{day:02}"), "Sex": turn.rng.pick(&["Female", "Male"]),
            },
        });
        let inpatient = Inpatient {
            patient,
            visit_number: format!("V-{number:06}"),
            ward: turn.rng.pick(&WARDS),
            bed: turn.rng.below(20),
            admitted_at: format!("{:.3}", turn.now),
        };
        let payload = json!({"Patient": inpatient.patient, "Visit": inpatient.visit()});
        feed.admitted.push(inpatient);
        ("Arrival", payload)
    }

    fn transfer(&mut self, turn: &mut Turn<'_>) -> (&'static str, Value) {
        let index = self.any_inpatient(turn);
        let inpatient = &mut self.ehr.feed.admitted[index];
        let before = inpatient.location();
        inpatient.ward = turn.rng.pick(&WARDS);
        inpatient.bed = turn.rng.below(20);
        let mut visit = inpatient.visit();
        visit["PreviousLocation"] = before;
        ("Transfer", json!({"Patient": inpatient.patient, "Visit": visit}))
    }

    fn discharge(&mut self, turn: &mut Turn<'_>) -> (&'static str, Value) {
        let index = self.any_inpatient(turn);
        let inpatient = self.ehr.feed.admitted.swap_remove(index);
        let mut visit = inpatient.visit();
        visit["DischargeDateTime"] = format!("{:.3}", turn.now).into();
        visit["DischargeStatus"] = json!({"Code": "01", "Codeset": "UB04FL17", "Description": "Discharged to home"});
        ("Discharge", json!({"Patient": inpatient.patient, "Visit": visit}))
    }

    /// Index of some admitted patient; callers have made sure that there is one.
    fn any_inpatient(&self, turn: &mut Turn<'_>) -> usize {
        let count = u64::try_from(self.ehr.feed.admitted.len()).expect("a length fits 64 bits");
        usize::try_from(turn.rng.below(count)).expect("an index below a length fits")
    }
}

impl Feed {
    /// The payload of a `CensusQueryResponse`: who is in the hospital, or in the departments asked for.
    pub(super) fn census(&self, message: &Value) -> Value {
        let departments: Vec<&Value> =
            message.get("Departments").and_then(Value::as_array).into_iter().flatten().collect();
        let is_meant =
            |one: &&Inpatient| departments.is_empty() || departments.iter().any(|wanted| **wanted == one.ward);
        let element = |one: &Inpatient| {
            let mut element = one.patient.clone();
            element["Visits"] = json!([one.visit()]);
            element
        };
        json!({"Patients": self.admitted.iter().filter(is_meant).map(element).collect::<Vec<_>>()})
    }
}

/// An admitted patient and the visit as FHIR resources.
fn fhir_resources(payload: &Value) -> [Value; 2] {
    let text = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let number = text("/Patient/Identifiers/0/ID");
    let patient = json!({
        "resourceType": "Patient", "id": number, "identifier": [{"system": "urn:example:mr", "value": number}],
        "name": [{"family": text("/Patient/Demographics/LastName"), "given": [text("/Patient/Demographics/FirstName")]}],
        "gender": text("/Patient/Demographics/Sex").to_lowercase(), "birthDate": text("/Patient/Demographics/DOB"),
    });
    let is_gone = payload.pointer("/Visit/DischargeDateTime").is_some();
    let encounter = json!({
        "resourceType": "Encounter", "id": text("/Visit/VisitNumber"),
        "status": if is_gone { "finished" } else { "in-progress" },
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "subject": {"reference": format!("Patient/{number}")}, "period": {"start": text("/Visit/VisitDateTime")},
    });
    [patient, encounter]
}
