//! Reading the `Meta` of a message: only what routing needs, as leniently as senders require.

use serde_json::{Map, Value};

/// The routing part of a message's `Meta`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meta {
    pub(crate) data_model: String,
    pub(crate) event_type: String,
    pub(crate) source: Option<String>,
    /// Absent when the key is absent or null; the ids as sent otherwise, empty text for an entry without one.
    pub(crate) destinations: Option<Vec<String>>,
    /// Every member, as sent.
    pub(crate) members: Map<String, Value>,
}

impl Meta {
    /// Reads a message; `None` when there is no `Meta` object.
    pub(crate) fn read(message: &Value) -> Option<Self> {
        let members = message.get("Meta")?.as_object()?.clone();
        let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let id = |value: &Value| value.get("ID").and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            data_model: text("DataModel"),
            event_type: text("EventType"),
            source: members.get("Source").and_then(id),
            destinations: members
                .get("Destinations")
                .and_then(Value::as_array)
                .map(|list| list.iter().map(|one| id(one).unwrap_or_default()).collect()),
            members,
        })
    }

    /// `Meta.FacilityCode`, if there is one.
    pub(crate) fn facility_code(&self) -> Option<String> {
        self.members.get("FacilityCode").and_then(Value::as_str).map(str::to_owned)
    }

    /// `DataModel.EventType`.
    pub(crate) fn event(&self) -> String {
        format!("{}.{}", self.data_model, self.event_type)
    }
}

/// A message without its `Meta`, serialised.
pub(crate) fn payload(mut message: Value) -> bytes::Bytes {
    if let Some(members) = message.as_object_mut() {
        members.shift_remove("Meta");
    }
    message.to_string().into()
}
