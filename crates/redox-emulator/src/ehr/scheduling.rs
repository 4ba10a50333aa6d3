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
}

/// The payload of an `AvailableSlotsResponse`: the next hours from the time asked for.
pub(super) fn available_slots(message: &Value, now: Timestamp) -> Value {
    let asked = message.get("StartDateTime").and_then(Value::as_str).and_then(|text| text.parse::<Timestamp>().ok());
    let start = asked.unwrap_or(now);
    let slots = (1..=SLOTS).filter_map(|hour| {
        let at = start.checked_add(SignedDuration::from_hours(hour)).ok()?;
        Some(json!({
            "ID": format!("SLOT-{hour}"), "DateTime": format!("{at:.3}"), "Duration": 30, "Reason": "Office Visit",
            "Provider": {"ID": "4000000001", "IDType": "NPI", "FirstName": "Sim", "LastName": "Ulated"},
            "Location": {"Facility": "Memorial Hospital", "Department": "Example Clinic"}, "Notes": [],
        }))
    });
    json!({"AvailableSlots": slots.collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::available_slots;
    use serde_json::json;

    #[test]
    fn slots_follow_the_time_asked_for() {
        let reply = available_slots(&json!({"StartDateTime": "2026-03-02T09:00:00Z"}), jiff::Timestamp::UNIX_EPOCH);
        let slots = reply["AvailableSlots"].as_array().unwrap();
        assert_eq!(slots.len(), 4);
        assert_eq!(slots[0]["DateTime"], "2026-03-02T10:00:00.000Z");
    }
}
