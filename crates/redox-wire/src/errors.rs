//! Elements of `Meta.Errors`, read leniently, with the words that Redox uses in them as open enums.
//!
//! Source: Redox docs, "Error handling and responses", and recorded replies. Only `Text` is promised; everything else may be
//! missing, and numbers may come as strings.

use serde_json::Value;

use crate::id::TechnicalId;
use crate::peer::PeerText;

/// One element of `Meta.Errors`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReplyError {
    /// `ID`: Redox's number for this error, integer or string.
    pub id: Option<TechnicalId>,
    /// `Text`: for people, and possibly about a patient.
    pub text: Option<PeerText>,
    /// `Type`: what kind of work went wrong.
    pub kind: Option<ErrorKind>,
    /// `Module`: which part of Redox says so.
    pub module: Option<ErrorModule>,
    /// `DestinationStatusCode`: what the destination itself answered.
    pub destination_status: Option<DestinationStatus>,
}

/// Words seen as `Type`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorKind {
    /// The message itself is wrong.
    Message,
    /// Delivery to the destination went wrong.
    Transmission,
    /// The destination could not answer the query.
    Query,
    /// A word not known here.
    Other(PeerText),
}

/// Words seen as `Module`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorModule {
    /// The message does not fit its data model.
    DataModels,
    /// No subscription leads from the source to the destination: routing, not the message, has to be repaired.
    Subscriptions,
    /// The destination was reached, or should have been.
    Send,
    /// A word not known here.
    Other(PeerText),
}

/// Value of `DestinationStatusCode`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DestinationStatus {
    /// An HTTP status.
    Http(u16),
    /// Something else.
    Other(PeerText),
}

impl ReplyError {
    /// True if the destination, not Redox, is what went wrong: the message was accepted and handed on.
    pub fn is_from_destination(&self) -> bool {
        self.destination_status.is_some()
            || matches!(self.kind, Some(ErrorKind::Transmission | ErrorKind::Query))
            || matches!(self.module, Some(ErrorModule::Send))
    }

    /// True if the routing between source and destination is what went wrong.
    pub fn is_routing(&self) -> bool {
        matches!(self.module, Some(ErrorModule::Subscriptions))
    }

    /// Reads one element. Whatever is no object becomes the text of an error: its mere presence is an error.
    fn from_json(value: &Value) -> Self {
        let Value::Object(members) = value else { return Self { text: as_text(value), ..Self::default() } };
        let word = |name: &str| members.get(name).and_then(as_text);
        Self {
            id: members.get("ID").and_then(TechnicalId::from_json),
            text: word("Text"),
            kind: word("Type").map(ErrorKind::from_word),
            module: word("Module").map(ErrorModule::from_word),
            destination_status: members.get("DestinationStatusCode").and_then(DestinationStatus::from_json),
        }
    }
}

impl ReplyError {
    /// Reads one issue: its text is `details.text`, else `diagnostics`, its kind the `code`.
    fn from_issue(issue: &Value) -> Self {
        let Value::Object(members) = issue else { return Self::from_json(issue) };
        let word = |name: &str| members.get(name).and_then(as_text);
        Self {
            text: issue.pointer("/details/text").and_then(as_text).or_else(|| word("diagnostics")),
            kind: word("code").map(ErrorKind::Other),
            destination_status: members.get("DestinationStatusCode").and_then(DestinationStatus::from_json),
            ..Self::default()
        }
    }
}

impl ErrorKind {
    fn from_word(word: PeerText) -> Self {
        match word.expose().trim().to_ascii_lowercase().as_str() {
            "message" => Self::Message,
            "transmission" => Self::Transmission,
            "query" => Self::Query,
            _ => Self::Other(word),
        }
    }
}

impl ErrorModule {
    fn from_word(word: PeerText) -> Self {
        match word.expose().trim().to_ascii_lowercase().as_str() {
            "datamodels" => Self::DataModels,
            "subscriptions" => Self::Subscriptions,
            "send" => Self::Send,
            _ => Self::Other(word),
        }
    }
}

impl DestinationStatus {
    fn from_json(value: &Value) -> Option<Self> {
        let text = as_text(value)?;
        Some(match text.expose().trim().parse() {
            Ok(status @ 100..=999) => Self::Http(status),
            _ => Self::Other(text),
        })
    }
}

/// Text of a JSON value: a string as it is, other values as JSON, `null` as nothing.
fn as_text(value: &Value) -> Option<PeerText> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(PeerText::new(text.as_str())),
        other => Some(PeerText::new(other.to_string())),
    }
}

/// Adds the errors of an `Errors` member: documented as an array, but a lone object or string counts as one error, so that no
/// change of shape turns a failure into a success. `null`, `[]`, `{}`, `""` and `false` are the absence of errors.
pub(crate) fn collect(value: &Value, into: &mut Vec<ReplyError>) {
    match value {
        Value::Null | Value::Bool(false) => {}
        Value::Array(elements) => into.extend(elements.iter().filter(|e| !e.is_null()).map(ReplyError::from_json)),
        Value::Object(members) if members.is_empty() => {}
        Value::String(text) if text.is_empty() => {}
        other => into.push(ReplyError::from_json(other)),
    }
}

/// Adds the issues of a FHIR `OperationOutcome` that say that something failed: severity `error` and `fatal`, and any word
/// that is not known to be harmless (HL7 FHIR R4, `OperationOutcome`). Redox puts the destination's status beside them.
pub(crate) fn collect_issues(value: &Value, into: &mut Vec<ReplyError>) {
    let issues = match value {
        Value::Array(issues) => issues.as_slice(),
        Value::Null => &[],
        other => std::slice::from_ref(other),
    };
    let is_harmless = |issue: &&Value| {
        issue.is_null() || matches!(issue.get("severity").and_then(Value::as_str), Some("information" | "warning"))
    };
    into.extend(issues.iter().filter(|issue| !is_harmless(issue)).map(ReplyError::from_issue));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Vec<ReplyError> {
        let mut errors = Vec::new();
        collect(value, &mut errors);
        errors
    }

    #[test]
    fn every_documented_member_is_kept() {
        let errors = read(&json!([{
            "ID": 531_806, "Text": "Required field missing", "Type": "message", "Module": "DataModels", "DestinationStatusCode": 400
        }]));
        assert_eq!(
            errors,
            [ReplyError {
                id: TechnicalId::parse("531806"),
                text: Some(PeerText::new("Required field missing")),
                kind: Some(ErrorKind::Message),
                module: Some(ErrorModule::DataModels),
                destination_status: Some(DestinationStatus::Http(400)),
            }]
        );
    }

    #[test]
    fn numbers_come_as_strings_too_and_unknown_words_stay() {
        let errors =
            read(&json!([{"ID": "84607512", "DestinationStatusCode": "502", "Type": "Mapping", "Module": "send"}]));
        assert_eq!(errors[0].id, TechnicalId::parse("84607512"));
        assert_eq!(errors[0].destination_status, Some(DestinationStatus::Http(502)));
        assert_eq!(errors[0].kind, Some(ErrorKind::Other(PeerText::new("Mapping"))));
        assert_eq!(errors[0].module, Some(ErrorModule::Send));
        let odd = read(&json!([{"DestinationStatusCode": "ECONNREFUSED"}]));
        assert_eq!(odd[0].destination_status, Some(DestinationStatus::Other(PeerText::new("ECONNREFUSED"))));
    }

    #[test]
    fn an_odd_shape_is_still_an_error() {
        for value in [
            json!("failed"),
            json!({"Text": "failed"}),
            json!(true),
            json!(7),
            json!([{}]),
            json!(["failed"]),
            json!([[]]),
        ] {
            assert_eq!(read(&value).len(), 1, "{value}");
        }
        for value in [json!(null), json!([]), json!({}), json!(false), json!(""), json!([null])] {
            assert_eq!(read(&value), [], "{value}");
        }
    }

    #[test]
    fn an_issue_is_an_error_unless_it_is_known_to_be_harmless() {
        let read = |value: Value| {
            let mut errors = Vec::new();
            collect_issues(&value, &mut errors);
            errors
        };
        let issue = json!({"severity": "error", "code": "not-found", "details": {"text": "gone"}, "DestinationStatusCode": 404});
        let errors = read(json!([{"severity": "information"}, issue, {"severity": "warning"}, null]));
        assert_eq!(
            errors,
            [ReplyError {
                text: Some(PeerText::new("gone")),
                kind: Some(ErrorKind::Other(PeerText::new("not-found"))),
                destination_status: Some(DestinationStatus::Http(404)),
                ..ReplyError::default()
            }]
        );
        assert_eq!(read(json!([{"severity": "fatal", "diagnostics": "x"}]))[0].text, Some(PeerText::new("x")));
        for value in [json!([{}]), json!({"severity": "dire"}), json!("broken"), json!([7])] {
            assert_eq!(read(value.clone()).len(), 1, "{value}");
        }
        assert_eq!(read(json!(null)), []);
    }

    #[test]
    fn destination_and_routing_are_told_apart() {
        let one = |value| read(&json!([value])).remove(0);
        assert!(one(json!({"Type": "transmission", "Module": "Send"})).is_from_destination());
        assert!(one(json!({"Text": "x", "DestinationStatusCode": 500})).is_from_destination());
        assert!(!one(json!({"Type": "message", "Module": "Subscriptions"})).is_from_destination());
        assert!(one(json!({"Type": "message", "Module": "Subscriptions"})).is_routing());
    }
}
