//! Slots and bookings: appointments that were sent can be asked for, and their patients may arrive.

use super::{Ehr, Emulator, Task, carried};
use crate::exchange::Turn;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// How many appointments are remembered.
const BOOKINGS_MAX: usize = 10_000;
/// Slots offered to a request.
const SLOTS: i64 = 4;

/// A booked appointment.
#[derive(Debug)]
pub(super) struct Booking {
    number: String,
    patient: Value,
    visit: Value,
}

impl Emulator {
    /// A scheduling event has reached the EHR.
    pub(crate) fn ehr_appointment(&mut self, turn: &mut Turn<'_>, event: &str, source: &str, payload: &Value) {
        let visit = payload.get("Visit").cloned().unwrap_or_default();
        let number = visit.get("VisitNumber").and_then(Value::as_str).unwrap_or_default().to_owned();
        let patient = carried(payload.get("Patient"), &["Identifiers", "Demographics"]);
        self.ehr.bookings.retain(|known| known.number != number);
        let is_booking = ["New", "Reschedule", "Modification"].iter().any(|name| event.eq_ignore_ascii_case(name));
        if !is_booking {
            return;
        }
        if self.ehr.bookings.len() == BOOKINGS_MAX {
            self.ehr.bookings.remove(0);
        }
        self.ehr.bookings.push(Booking { number: number.clone(), patient: patient.clone(), visit: visit.clone() });
        if let (Some(delay), false) = (self.ehr.config.arrival_delay, event.eq_ignore_ascii_case("Modification")) {
            let mut arrived = carried(Some(&visit), &["VisitNumber", "AccountNumber", "VisitDateTime", "Location"]);
            arrived["PatientClass"] = "Outpatient".into();
            let payload = json!({"Patient": patient, "Visit": arrived});
            self.ehr_later(turn, delay, Task::Arrival { source: source.to_owned(), payload });
        }
    }
}

impl Ehr {
    /// The payload of a `BookedResponse`: appointments of the patients asked for, of all if none is named.
    pub(super) fn booked(&self, message: &Value) -> Value {
        let patients = message.pointer("/Visit/Patients").and_then(Value::as_array);
        let identifiers = |patient: &Value| patient.get("Identifiers").and_then(Value::as_array).cloned();
        let wanted: Vec<Value> = patients.into_iter().flatten().filter_map(identifiers).flatten().collect();
        let is_wanted = |booking: &&Booking| {
            let own = identifiers(&booking.patient).unwrap_or_default();
            wanted.is_empty() || own.iter().any(|own| wanted.contains(own))
        };
        let element = |booking: &Booking| {
            let mut element = booking.visit.clone();
            element["Patient"] = booking.patient.clone();
            element
        };
        let visits: Value = self.bookings.iter().filter(is_wanted).map(element).collect();
        json!({"Visits": visits})
    }

    /// The payload of an `AvailableSlotsResponse`: the next hours from the time asked for that nobody has booked.
    pub(super) fn available_slots(&self, message: &Value, now: Timestamp) -> Value {
        let asked = |name: &str| instant(message.get(name));
        let (start, end) = (asked("StartDateTime").unwrap_or(now), asked("EndDateTime"));
        let hours =
            (1..=SLOTS).filter_map(|hour| Some((hour, start.checked_add(SignedDuration::from_hours(hour)).ok()?)));
        let is_taken = |at| self.bookings.iter().any(|booking| instant(booking.visit.get("VisitDateTime")) == Some(at));
        let is_free = |at: Timestamp| end.is_none_or(|end| at <= end) && !is_taken(at);
        let slots = hours.filter(|(_, at)| is_free(*at)).map(|(hour, at)| slot(hour, at));
        json!({"AvailableSlots": slots.collect::<Vec<_>>()})
    }
}

fn instant(text: Option<&Value>) -> Option<Timestamp> {
    text.and_then(Value::as_str).and_then(|text| text.parse().ok())
}

fn slot(hour: i64, at: Timestamp) -> Value {
    json!({
            "ID": format!("SLOT-{hour}"), "DateTime": format!("{at:.3}"), "Duration": 30, "Reason": "Office Visit",
            "Provider": {"ID": "4000000001", "IDType": "NPI", "FirstName": "Sim", "LastName": "Ulated"},
            "Location": {"Facility": "Memorial Hospital", "Department": "Example Clinic"}, "Notes": [],
    })
}
