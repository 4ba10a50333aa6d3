//! What an event says about itself without its content: the part that routing, lanes and expectations may look at.

use serde::{Deserialize, Serialize};

/// The address on an event's envelope. Technical names and codes only; never patient data, so it may be logged.
///
/// All texts are as Redox wrote them. An absent text is empty: filters compare text, and unknown models are routed like known ones.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Address {
    /// `Meta.DataModel`, or `FHIR` for a message Bundle.
    pub model: String,
    /// `Meta.EventType`, or the FHIR event's last path segment.
    pub event_type: String,
    /// `Meta.Source.ID`: Redox's id of the sender.
    pub source: String,
    /// The `Meta.Destinations[].ID` this event goes to.
    pub destination: String,
    /// `Meta.FacilityCode`; not unique across health systems.
    pub facility: String,
    /// `Meta.Test`: marked as test data.
    pub test: bool,
}

impl Address {
    /// `PatientAdmin.Arrival`: model and event type as people write them.
    pub fn kind(&self) -> String {
        format!("{}.{}", self.model, self.event_type)
    }
}
