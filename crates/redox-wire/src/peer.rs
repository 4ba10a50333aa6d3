//! Text that a peer wrote, wrapped so that no log line, error or test failure can show it by accident.

use std::fmt;

/// Text from a peer. It may quote a message and with it a patient, so `Debug` and `Display` give its length only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PeerText(String);

impl PeerText {
    /// Wraps the whole of `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Wraps the first `limit` bytes of a body, read leniently as UTF-8; `None` if only white space is there.
    pub(crate) fn from_body(body: &[u8], limit: usize) -> Option<Self> {
        let cut = &body[..body.len().min(limit)];
        let text = String::from_utf8_lossy(cut);
        let text = text.trim();
        (!text.is_empty()).then(|| Self::new(text))
    }

    /// The text itself. Whoever calls this answers for where it goes: never into logs, metrics or problem documents.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Length in bytes; safe to show.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True for the empty text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for PeerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerText({} bytes)", self.0.len())
    }
}

impl fmt::Display for PeerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes withheld]", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_its_length_only() {
        let text = PeerText::new("no match for Testpatient, Invented");
        assert_eq!(format!("{text} {text:?}"), "[34 bytes withheld] PeerText(34 bytes)");
        assert_eq!(text.expose(), "no match for Testpatient, Invented");
    }

    #[test]
    fn a_body_is_cut_without_splitting_its_reading() {
        let text = PeerText::from_body("grün ".repeat(3).as_bytes(), 3).expect("text is there");
        assert_eq!(text.expose(), "gr\u{fffd}");
        assert_eq!(PeerText::from_body(b" \r\n", 100), None);
    }
}
