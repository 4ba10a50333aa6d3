//! Trigger events: what made a message be sent, and the names of those of admission, discharge and transfer.

use std::borrow::Cow;

use crate::{Message, Segment};

/// A trigger event of ADT messages (HL7 v2 chapter 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TriggerEvent {
    /// `A01` to `A62`.
    pub code: &'static str,
    /// What happened; `Unassigned` for the codes that mean nothing.
    pub name: &'static str,
    /// The message structure of 2.5.1; empty where there is none. Several events share one.
    pub structure: &'static str,
}

const fn event(code: &'static str, name: &'static str, structure: &'static str) -> TriggerEvent {
    TriggerEvent { code, name, structure }
}

/// All of them, by code.
pub const ADT: [TriggerEvent; 62] = [
    event("A01", "Admit or visit notification", "ADT_A01"),
    event("A02", "Transfer a patient", "ADT_A02"),
    event("A03", "Discharge, end of visit", "ADT_A03"),
    event("A04", "Register a patient", "ADT_A01"),
    event("A05", "Pre-admit a patient", "ADT_A05"),
    event("A06", "Change an outpatient to an inpatient", "ADT_A06"),
    event("A07", "Change an inpatient to an outpatient", "ADT_A06"),
    event("A08", "Update patient information", "ADT_A01"),
    event("A09", "Patient departing, tracking", "ADT_A09"),
    event("A10", "Patient arriving, tracking", "ADT_A09"),
    event("A11", "Cancel admit or visit notification", "ADT_A09"),
    event("A12", "Cancel transfer", "ADT_A12"),
    event("A13", "Cancel discharge, end of visit", "ADT_A01"),
    event("A14", "Pending admit", "ADT_A05"),
    event("A15", "Pending transfer", "ADT_A15"),
    event("A16", "Pending discharge", "ADT_A16"),
    event("A17", "Swap patients", "ADT_A17"),
    event("A18", "Merge patient information", "ADT_A18"),
    event("A19", "Patient query", "ADR_A19"),
    event("A20", "Bed status update", "ADT_A20"),
    event("A21", "Patient goes on a leave of absence", "ADT_A21"),
    event("A22", "Patient returns from a leave of absence", "ADT_A21"),
    event("A23", "Delete a patient record", "ADT_A21"),
    event("A24", "Link patient information", "ADT_A24"),
    event("A25", "Cancel pending discharge", "ADT_A21"),
    event("A26", "Cancel pending transfer", "ADT_A21"),
    event("A27", "Cancel pending admit", "ADT_A21"),
    event("A28", "Add person or patient information", "ADT_A05"),
    event("A29", "Delete person information", "ADT_A21"),
    event("A30", "Merge person information", "ADT_A30"),
    event("A31", "Update person information", "ADT_A05"),
    event("A32", "Cancel patient arriving, tracking", "ADT_A21"),
    event("A33", "Cancel patient departing, tracking", "ADT_A21"),
    event("A34", "Merge patient information, patient id only", "ADT_A30"),
    event("A35", "Merge patient information, account number only", "ADT_A30"),
    event("A36", "Merge patient information, patient id and account number", "ADT_A30"),
    event("A37", "Unlink patient information", "ADT_A37"),
    event("A38", "Cancel pre-admit", "ADT_A38"),
    event("A39", "Merge person, patient id", "ADT_A39"),
    event("A40", "Merge patient, patient identifier list", "ADT_A39"),
    event("A41", "Merge account, patient account number", "ADT_A39"),
    event("A42", "Merge visit, visit number", "ADT_A39"),
    event("A43", "Move patient information, patient identifier list", "ADT_A43"),
    event("A44", "Move account information, patient account number", "ADT_A43"),
    event("A45", "Move visit information, visit number", "ADT_A45"),
    event("A46", "Change patient id", "ADT_A30"),
    event("A47", "Change patient identifier list", "ADT_A30"),
    event("A48", "Change alternate patient id", "ADT_A30"),
    event("A49", "Change patient account number", "ADT_A30"),
    event("A50", "Change visit number", "ADT_A50"),
    event("A51", "Change alternate visit id", "ADT_A50"),
    event("A52", "Cancel leave of absence", "ADT_A52"),
    event("A53", "Cancel return from a leave of absence", "ADT_A52"),
    event("A54", "Change attending doctor", "ADT_A54"),
    event("A55", "Cancel change of attending doctor", "ADT_A52"),
    event("A56", "Unassigned", ""),
    event("A57", "Unassigned", ""),
    event("A58", "Unassigned", ""),
    event("A59", "Unassigned", ""),
    event("A60", "Update adverse reaction information", "ADT_A60"),
    event("A61", "Change consulting doctor", "ADT_A61"),
    event("A62", "Cancel change of consulting doctor", "ADT_A61"),
];

/// The ADT event of this code, upper case.
pub fn find(code: &str) -> Option<&'static TriggerEvent> {
    ADT.iter().find(|event| event.code == code)
}

/// Where a message says what its trigger is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriggerSource {
    /// MSH-9.2.
    MessageType,
    /// EVN-1.
    EventSegment,
    /// MSH-9.3, where its structure belongs to one event only.
    Structure,
}

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageType<'a> {
    /// MSH-9.1, such as `ADT`; empty if it is not said.
    pub code: Cow<'a, str>,
    /// The trigger event, such as `A01`.
    pub trigger: Option<Cow<'a, str>>,
    /// Where the trigger was found.
    pub source: Option<TriggerSource>,
    /// What EVN-1 says, if that is another event. MSH-9 prevails; EVN-1 has long been deprecated.
    pub contradiction: Option<Cow<'a, str>>,
}

/// What a message says it is: by MSH-9.2, else EVN-1, else MSH-9.3 where that tells. MSH-9.3 is never needed: senders before
/// 2.3.1 do not know it.
pub fn of<'a>(message: &Message<'a>) -> MessageType<'a> {
    let message_type = message.header().field(9);
    let code = message_type.component(1).text();
    let said = |text: Cow<'a, str>| (!text.trim().is_empty()).then_some(text);
    let by_header = said(message_type.component(2).text());
    let by_event = message.segment("EVN").and_then(|segment: Segment<'_, 'a>| said(segment.field(1).text()));
    let (trigger, source) = if let Some(trigger) = by_header {
        (Some(trigger), Some(TriggerSource::MessageType))
    } else if let Some(trigger) = &by_event {
        (Some(trigger.clone()), Some(TriggerSource::EventSegment))
    } else {
        let trigger = by_structure(&message_type.component(3).text()).map(Cow::Borrowed);
        let source = trigger.is_some().then_some(TriggerSource::Structure);
        (trigger, source)
    };
    let contradiction = by_event.filter(|event| trigger.as_ref() != Some(event));
    MessageType { code, trigger, source, contradiction }
}

fn by_structure(structure: &str) -> Option<&'static str> {
    let mut events = ADT.iter().filter(|event| !structure.is_empty() && event.structure == structure);
    let first = events.next()?;
    events.next().is_none().then_some(first.code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    #[test]
    fn every_event_is_named_once_and_in_order() {
        for (index, event) in ADT.iter().enumerate() {
            assert_eq!(event.code, format!("A{:02}", index + 1));
            assert!(!event.name.is_empty());
            assert_eq!(find(event.code), Some(event));
        }
    }

    #[test]
    fn the_trigger_is_found_where_senders_put_it() {
        use TriggerSource::{EventSegment, MessageType, Structure};
        for (text, trigger, source, contradiction) in [
            ("MSH|^~\\&|||||||ADT^A04^ADT_A01\rEVN|A04", Some("A04"), Some(MessageType), None),
            ("MSH|^~\\&|||||||ADT^A01\rEVN|A08", Some("A01"), Some(MessageType), Some("A08")),
            ("MSH|^~\\&|||||||ADT\rEVN|A08", Some("A08"), Some(EventSegment), None),
            ("MSH|^~\\&|||||||ADT^^ADT_A02\rEVN|", Some("A02"), Some(Structure), None),
            ("MSH|^~\\&|||||||ADT^^ADT_A01\rEVN|", None, None, None),
            ("MSH|^~\\&|", None, None, None),
        ] {
            let message = Message::parse(text.as_bytes(), &Options::default()).expect("a message");
            let found = of(&message);
            assert_eq!((found.trigger.as_deref(), found.source), (trigger, source), "{text}");
            assert_eq!(found.contradiction.as_deref(), contradiction, "{text}");
        }
    }
}
