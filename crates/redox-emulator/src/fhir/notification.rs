//! Notifications: message Bundles pushed to the subscribers of a source, in order and with retries like any message.
//!
//! Source: Redox docs, "FHIR notifications" (`PatientAdminCreated`; detailed or lightweight).

use super::operation::EVENTS;
use super::resources;
use crate::Emulator;
use crate::ehr::patients::Patient;
use crate::exchange::Turn;
use crate::message::Message;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

const DEFINITIONS: &str = "https://fhir.redoxengine.com/MessageDefinition/";
/// Name under which these notifications are subscribed.
pub(crate) const DATA_MODEL: &str = "FHIR.Message.PatientAdmin";

/// How much a notification holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// The resources themselves.
    #[default]
    Full,
    /// References to them, to be read at the FHIR API.
    Light,
}

/// What a notification tells of a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Happening {
    /// A patient is new to the EHR.
    #[serde(rename = "patient-created")]
    Created,
    /// A patient was admitted.
    #[serde(rename = "patient-arrived")]
    Arrived,
    /// A patient was moved.
    #[serde(rename = "patient-transferred")]
    Transferred,
    /// A patient went home.
    #[serde(rename = "patient-discharged")]
    Discharged,
}

impl Happening {
    /// Event type, as subscriptions and logs name it.
    fn event_type(self) -> &'static str {
        match self {
            Self::Created => "patient-created",
            Self::Arrived => "patient-arrived",
            Self::Transferred => "patient-transferred",
            Self::Discharged => "patient-discharged",
        }
    }

    /// End of the canonical URLs of event and message.
    fn canonical(self) -> &'static str {
        match self {
            Self::Created => "PatientAdminCreated",
            Self::Arrived => "PatientAdminArrived",
            Self::Transferred => "PatientAdminTransferred",
            Self::Discharged => "PatientAdminDischarged",
        }
    }

    /// The one that says the same as an event type of `PatientAdmin`.
    pub(crate) fn of_event(event_type: &str) -> Self {
        match event_type {
            "Arrival" => Self::Arrived,
            "Transfer" => Self::Transferred,
            "Discharge" => Self::Discharged,
            _ => Self::Created,
        }
    }
}

impl Emulator {
    /// Tells subscribers about an invented patient, by FHIR id (`p-1`); the ids of the logs, or none for a stranger.
    pub(crate) fn notify(
        &mut self,
        turn: &mut Turn<'_>,
        source: &str,
        what: Happening,
        patient_id: &str,
    ) -> Option<Vec<String>> {
        let is_meant = |patient: &Patient| resources::patient(*patient)["id"] == patient_id;
        let patient = self.ehr.population.iter().find(is_meant)?;
        Some(self.notify_of(turn, source, what, &[resources::patient(patient)]))
    }

    /// Tells subscribers about resources; the first is what the message is about.
    pub(crate) fn notify_of(
        &mut self,
        turn: &mut Turn<'_>,
        source: &str,
        what: Happening,
        about: &[Value],
    ) -> Vec<String> {
        let bundle = self.notification(turn, source, what, about);
        let message = Arc::new(Message::Bundle(bundle.to_string().into()));
        self.send_to_subscribers(turn, source, DATA_MODEL, what.event_type(), &message)
    }

    fn notification(&self, turn: &mut Turn<'_>, source: &str, what: Happening, about: &[Value]) -> Value {
        let detail = self.ehr.config.notifications;
        let named = |one: &Value| {
            let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
            format!("{}/{}", text("resourceType"), text("id"))
        };
        let focus: Value = about.iter().map(|one| json!({"reference": named(one)})).collect();
        let definition = match detail {
            Detail::Full => format!("{DEFINITIONS}{}Full", what.canonical()),
            Detail::Light => format!("{DEFINITIONS}{}", what.canonical()),
        };
        let id = turn.rng.uuid();
        let header = json!({
            "resourceType": "MessageHeader", "id": id, "eventUri": format!("{EVENTS}{}", what.canonical()),
            "definition": definition, "focus": focus,
            "source": {"name": self.directory.source_name(source), "endpoint": format!("urn:uuid:{source}")},
        });
        let mut entries = vec![json!({"fullUrl": format!("urn:uuid:{id}"), "resource": header})];
        if detail == Detail::Full {
            let base = self.fhir_base().unwrap_or_default();
            entries
                .extend(about.iter().map(|one| json!({"fullUrl": format!("{base}/{}", named(one)), "resource": one})));
        }
        json!({
            "resourceType": "Bundle", "id": turn.rng.uuid(), "type": "message", "timestamp": format!("{:.3}", turn.now),
            "entry": entries,
        })
    }

    /// Address of the first sandbox, without a slash at the end.
    pub(crate) fn fhir_base(&self) -> Option<String> {
        let slug = self.directory.destinations.iter().find_map(|one| one.slug.as_deref())?;
        let flag = &self.directory.environment.environment_flag;
        Some(format!("{}{}{slug}/{flag}", self.base_url.as_deref().unwrap_or_default(), super::PREFIX))
    }
}
