//! The subject of a message: configured words, with the data model, the event type and the endpoint where asked for.

use oxgate_store::view::EventRow;

/// A subject is at most so long, in bytes; servers refuse much longer ones.
const SUBJECT_MAX: usize = 512;

/// What can stand in braces. None of it is about a patient.
const PARTS: [&str; 3] = ["model", "type", "endpoint"];

/// A checked pattern such as `redox.{model}.{type}`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject(String);

/// Why a pattern is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "`{pattern}` is no subject: words parted by dots, with {{model}}, {{type}} and {{endpoint}} where wanted; no spaces, `*`, `>` or `$`"
)]
pub struct SubjectError {
    /// As configured.
    pub pattern: String,
}

impl Subject {
    /// Checks a pattern.
    ///
    /// # Errors
    /// [`SubjectError`]: an empty word, a wildcard, an unknown part, or too long.
    pub fn new(pattern: &str) -> Result<Self, SubjectError> {
        let filled = PARTS.iter().fold(pattern.to_owned(), |text, part| text.replace(&format!("{{{part}}}"), "x"));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(plain);
        if filled.len() <= SUBJECT_MAX && filled.split('.').all(is_word) {
            Ok(Self(pattern.to_owned()))
        } else {
            Err(SubjectError { pattern: pattern.to_owned() })
        }
    }

    /// The subject of an event.
    pub(super) fn of(&self, event: &EventRow) -> String {
        self.filled([&event.address.model, &event.address.event_type, &event.door])
    }

    /// Every subject that this can be, for the question which stream takes them.
    pub(super) fn any(&self) -> String {
        let words = self.0.split('.').map(|word| if word.contains('{') { "*" } else { word });
        words.collect::<Vec<_>>().join(".")
    }

    fn filled(&self, values: [&str; 3]) -> String {
        let parts = PARTS.iter().zip(values);
        parts.fold(self.0.clone(), |text, (part, value)| text.replace(&format!("{{{part}}}"), &word(value)))
    }
}

/// One word of a subject: a value from a message must not reach beyond its place.
fn word(value: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
    if value.is_empty() { "_".to_owned() } else { value.chars().map(plain).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_filled_in_and_cannot_reach_beyond_their_place() {
        let subject = Subject::new("redox.{endpoint}.{model}.{type}").expect("a subject");
        assert_eq!(subject.filled(["Order", "New", "main"]), "redox.main.Order.New");
        assert_eq!(subject.filled(["Clinical Summary", "A.>", ""]), "redox._.Clinical_Summary.A__");
        assert_eq!(subject.filled(["{type}", "*", "\r\n"]), "redox.__._type_._");
        assert_eq!(Subject::new("ev-{model}.all").expect("a subject").any(), "*.all");
    }

    #[test]
    fn what_is_no_subject_is_refused() {
        for pattern in
            ["", "a..b", "a.", "a.*", "a.>", "a b", "$JS.API", "a.{patient}", "a.{model", "ä", &"x".repeat(600)]
        {
            assert!(Subject::new(pattern).is_err(), "{pattern}");
        }
        assert!(Subject::new("redox").is_ok());
    }
}
