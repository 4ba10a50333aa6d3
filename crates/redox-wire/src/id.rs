//! Technical ids that Redox gives: UUIDs today, 64-bit integers before 2023, and either as JSON string or number.

use std::fmt;

use serde_json::Value;

/// Longest id kept. A UUID has 36 characters, the old integers at most 20; the rest is room for change.
const MAX_LEN: usize = 64;

/// An id that Redox made. Letters, digits, `-`, `_`, `.`, `:` only, so that it can be shown and logged: anything else in
/// its place is not an id and is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TechnicalId(String);

impl TechnicalId {
    /// Reads an id from text; `None` if it is empty, too long or has other characters.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = !text.is_empty() && text.len() <= MAX_LEN;
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'));
        (fits && plain).then(|| Self(text.to_owned()))
    }

    /// Reads an id from a JSON string or integer. A fraction is refused: it has lost digits already.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Self::parse(text.trim()),
            Value::Number(number) if number.is_u64() || number.is_i64() => Self::parse(&number.to_string()),
            _ => None,
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TechnicalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn strings_and_integers_are_ids() {
        let id = |value| TechnicalId::from_json(&value).map(|id| id.as_str().to_owned());
        assert_eq!(
            id(json!("d9f5d293-7110-461e-a875-3beb089e79f3")).as_deref(),
            Some("d9f5d293-7110-461e-a875-3beb089e79f3")
        );
        assert_eq!(id(json!(6_352_609_957_u64)).as_deref(), Some("6352609957"));
        assert_eq!(id(json!(u64::MAX)).as_deref(), Some("18446744073709551615"));
    }

    #[test]
    fn what_could_be_prose_is_not_kept() {
        for value in [
            json!("Testpatient, Invented"),
            json!(""),
            json!("x".repeat(65)),
            json!(1.5),
            json!(null),
            json!({}),
            json!(true),
        ] {
            assert_eq!(TechnicalId::from_json(&value), None, "{value}");
        }
    }
}
