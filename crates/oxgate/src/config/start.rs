//! `start_from`: which of the events that are here already a new handler gets.

use oxgate_core::Timestamp;
use serde::de::{Deserialize, Deserializer, Error};
use serde::{Serialize, Serializer};

/// `now`, `earliest`, or a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum StartFrom {
    /// None of them.
    #[default]
    Now,
    /// All of them.
    Earliest,
    /// Those accepted since then.
    At(Timestamp),
}

impl StartFrom {
    /// Since when it wants events; `None` when it wants none of those that are here.
    pub(crate) const fn since(self) -> Option<Timestamp> {
        match self {
            Self::Now => None,
            Self::Earliest => Some(Timestamp::ZERO),
            Self::At(at) => Some(at),
        }
    }
}

impl<'de> Deserialize<'de> for StartFrom {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "now" => Ok(Self::Now),
            "earliest" => Ok(Self::Earliest),
            time => {
                let at: jiff::Timestamp = time.parse().map_err(|_| {
                    let what = "\"now\", \"earliest\" or a time such as \"2026-03-01T00:00:00Z\"";
                    D::Error::custom(format!("`{text}` is no beginning: write {what}"))
                })?;
                Ok(Self::At(Timestamp(at.as_millisecond())))
            }
        }
    }
}

impl Serialize for StartFrom {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Now => serializer.serialize_str("now"),
            Self::Earliest => serializer.serialize_str("earliest"),
            Self::At(at) => serializer.serialize_str(&at.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_read_and_shown_alike() {
        let at = StartFrom::At(Timestamp(1_772_366_400_000));
        for (text, start) in [
            (r#""now""#, StartFrom::Now),
            (r#""earliest""#, StartFrom::Earliest),
            (r#""2026-03-01T12:00:00.000Z""#, at),
        ] {
            assert_eq!(serde_json::from_str::<StartFrom>(text).expect("read"), start);
            assert_eq!(serde_json::to_string(&start).expect("shown"), text);
        }
        let error = serde_json::from_str::<StartFrom>(r#""yesterday""#).expect_err("refused").to_string();
        assert!(error.contains("`yesterday`") && error.contains("earliest"), "{error}");
    }
}
