//! Where the correlation keys stand in a message: a table of member names, and the walk that follows it.
//!
//! Arrays are transparent: an entry for `Orders` fits an object as well as each item of an array, so that a sender who
//! writes a single object where a list is documented is still correlated.

use super::{Identifier, Keys, MAX_KEYS, Part, normal};
use crate::scan::{Fault, Kind, Scanner};

/// What to do with the value of a member.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// Look into it.
    Into(Node),
    /// Look into it; each object is one part.
    Part(Node),
    /// An identifier of the patient the message is about.
    Patient,
    /// An identifier that a merge retires.
    PriorPatient,
    /// A visit number.
    Visit,
    /// The visit number of a scheduled visit: names the visit and the appointment.
    Appointment,
    /// A visit number that is replaced.
    PriorVisit,
    /// An account number.
    Account,
    /// A key of the part around it.
    Key(Slot),
}

/// Member names of an object and what to do with them.
pub(super) type Node = &'static [(&'static str, Step)];

/// Picks a key of a part.
type Slot = fn(&mut Part) -> &mut Option<String>;

use Step::{Account, Appointment, Into, Key, PriorPatient, PriorVisit, Visit};

const PATIENT: Node = &[
    ("Identifiers", Step::Patient),
    ("PreviousIdentifiers", PriorPatient),
    ("Visits", Into(&[("VisitNumber", Visit), ("AccountNumber", Account)])),
    ("Vaccinations", Into(ORDERED)),
];
const WITH_PATIENT: Node = &[("Patient", Into(PATIENT)), ("Patients", Into(PATIENT))];
const VISIT: Node =
    &[("VisitNumber", Visit), ("AccountNumber", Account), ("Patient", Into(PATIENT)), ("Patients", Into(PATIENT))];
const APPOINTMENT: Node = &[
    ("VisitNumber", Appointment),
    ("OldVisitNumber", PriorVisit),
    ("AccountNumber", Account),
    ("Patient", Into(PATIENT)),
    ("Patients", Into(PATIENT)),
];
const ORDER: Node = &[
    ("ID", Key(|part| &mut part.order)),
    ("ApplicationOrderID", Key(|part| &mut part.application_order)),
    ("Patient", Into(PATIENT)),
    ("Visit", Into(VISIT)),
];
const ORDERED: Node = &[("Order", Step::Part(&[("ID", Key(|part| &mut part.order))]))];
const DOCUMENT: Node = &[
    ("DocumentID", Key(|part| &mut part.document)),
    ("OriginalDocumentID", Key(|part| &mut part.original_document)),
    ("Patient", Into(PATIENT)),
    ("Visit", Into(VISIT)),
];
const SUMMARY: Node = &[("ID", Key(|part| &mut part.document)), ("Visit", Into(VISIT))];
const HEADER: Node = &[("Patient", Into(PATIENT)), ("Document", Step::Part(SUMMARY))];
const REFERRAL: Node = &[
    ("ID", Key(|part| &mut part.referral)),
    ("AlternateID", Key(|part| &mut part.alternate_referral)),
    ("Visit", Into(VISIT)),
];
const TRANSACTION: Node = &[
    ("ID", Key(|part| &mut part.transaction)),
    ("OrderID", Key(|part| &mut part.order)),
    ("Payments", Into(WITH_PATIENT)),
    ("Submissions", Into(&[("Subscribers", Into(&[("Patients", Into(CLAIMANT))]))])),
];
const CLAIMANT: Node = &[("Identifiers", Step::Patient), ("Claims", Into(&[("Visit", Into(VISIT))]))];

/// The conventions that all documented models share; also how unknown models are read.
const ROOT: Node = &[
    ("Patient", Into(PATIENT)),
    ("Patients", Into(PATIENT)),
    ("Visit", Into(VISIT)),
    ("Visits", Into(VISIT)),
    ("Header", Into(HEADER)),
    ("Order", Step::Part(ORDER)),
    ("Orders", Step::Part(ORDER)),
    ("Note", Step::Part(DOCUMENT)),
    ("Notes", Step::Part(DOCUMENT)),
    ("Media", Step::Part(DOCUMENT)),
    ("Document", Step::Part(SUMMARY)),
    ("Documents", Step::Part(SUMMARY)),
    ("Referral", Step::Part(REFERRAL)),
    ("Referrals", Step::Part(REFERRAL)),
    ("Transaction", Step::Part(TRANSACTION)),
    ("Transactions", Step::Part(TRANSACTION)),
    ("Payments", Into(WITH_PATIENT)),
    ("Claims", Into(&[("Visit", Into(VISIT))])),
    ("Vaccinations", Into(ORDERED)),
    ("Administrations", Into(&[("Medication", Into(ORDERED))])),
];

/// Scheduling: the visit is the appointment, and a surgical case has a number of its own.
const SCHEDULING: Node = &[
    ("Patient", Into(PATIENT)),
    ("Patients", Into(PATIENT)),
    ("Visit", Step::Part(APPOINTMENT)),
    ("Visits", Step::Part(APPOINTMENT)),
    ("SurgicalCase", Step::Part(&[("Number", Key(|part| &mut part.surgical_case))])),
];

/// The table for a model. Questions and slots of `Scheduling` name no appointment of their own, so their visit is read
/// like any other.
pub(super) fn root(data_model: &str, event_type: &str) -> Node {
    match (data_model, event_type) {
        ("Scheduling", "AvailableSlots" | "AvailableSlotsResponse" | "Booked" | "PushSlots") => ROOT,
        ("Scheduling" | "SurgicalScheduling", _) => SCHEDULING,
        _ => ROOT,
    }
}

/// Reads the value that comes next by `node`.
pub(super) fn collect(scanner: &mut Scanner<'_>, node: Node, keys: &mut Keys) -> Result<(), Fault> {
    // Keys outside any part have nowhere to go; the table has none.
    walk(scanner, node, keys, &mut Part::default())
}

fn walk(scanner: &mut Scanner<'_>, node: Node, keys: &mut Keys, part: &mut Part) -> Result<(), Fault> {
    through_arrays(scanner, &mut |scanner| {
        scanner.members(|scanner, _, name| {
            let step = node.iter().find(|(member, _)| *member == name).map(|(_, step)| *step);
            match step {
                Some(step) => take(scanner, step, keys, part),
                None => scanner.skip(),
            }
        })
    })
}

fn take(scanner: &mut Scanner<'_>, step: Step, keys: &mut Keys, part: &mut Part) -> Result<(), Fault> {
    match step {
        Into(node) => walk(scanner, node, keys, part),
        Step::Part(node) => through_arrays(scanner, &mut |scanner| {
            let mut inner = Part::default();
            walk(scanner, node, keys, &mut inner)?;
            if !inner.is_empty() {
                push(&mut keys.parts, &mut keys.truncated, inner);
            }
            Ok(())
        }),
        Step::Patient => identifiers(scanner, &mut keys.patients, &mut keys.truncated),
        PriorPatient => identifiers(scanner, &mut keys.prior_patients, &mut keys.truncated),
        Visit => values(scanner, &mut keys.visits, &mut keys.truncated),
        PriorVisit => values(scanner, &mut keys.prior_visits, &mut keys.truncated),
        Account => values(scanner, &mut keys.accounts, &mut keys.truncated),
        Appointment => {
            part.appointment = value(scanner)?;
            push_new(&mut keys.visits, &mut keys.truncated, part.appointment.clone());
            Ok(())
        }
        Key(slot) => {
            *slot(part) = value(scanner)?;
            Ok(())
        }
    }
}

fn identifiers(scanner: &mut Scanner<'_>, into: &mut Vec<Identifier>, truncated: &mut bool) -> Result<(), Fault> {
    through_arrays(scanner, &mut |scanner| {
        let (mut id, mut id_type) = (None, None);
        scanner.members(|scanner, _, name| {
            match name {
                "ID" => id = scanner.scalar()?,
                "IDType" => id_type = scanner.scalar()?,
                _ => scanner.skip()?,
            }
            Ok(())
        })?;
        push_new(into, truncated, id.and_then(|id| Identifier::new(&id, id_type.as_deref())));
        Ok(())
    })
}

fn values(scanner: &mut Scanner<'_>, into: &mut Vec<String>, truncated: &mut bool) -> Result<(), Fault> {
    push_new(into, truncated, value(scanner)?);
    Ok(())
}

fn value(scanner: &mut Scanner<'_>) -> Result<Option<String>, Fault> {
    Ok(scanner.scalar()?.and_then(|text| normal(&text)))
}

fn push_new<T: PartialEq>(into: &mut Vec<T>, truncated: &mut bool, value: Option<T>) {
    // A full list is not searched: repeats past the limit must not cost a thousand comparisons each.
    if let Some(value) = value.filter(|value| into.len() >= MAX_KEYS || !into.contains(value)) {
        push(into, truncated, value);
    }
}

fn push<T>(into: &mut Vec<T>, truncated: &mut bool, value: T) {
    if into.len() < MAX_KEYS {
        into.push(value);
    } else {
        *truncated = true;
    }
}

/// Calls `each` in front of the value that comes next, or of each item if it is an array (of arrays).
fn through_arrays<'a>(
    scanner: &mut Scanner<'a>,
    each: &mut dyn FnMut(&mut Scanner<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    if scanner.kind()? == Kind::Array { scanner.items(|scanner| through_arrays(scanner, each)) } else { each(scanner) }
}
