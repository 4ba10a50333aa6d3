//! The characters that separate the parts of one message.

/// The separators of a message, as its header declares them (HL7 v2 chapter 2, "Message delimiters").
///
/// They are distinct, printable ASCII, and neither letters, digits, blanks nor the double quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Delimiters {
    field: u8,
    pub(crate) component: u8,
    // Where nothing plays a role, the field separator stands: what is searched for it in a field is never found.
    pub(crate) repetition: u8,
    pub(crate) escape: u8,
    pub(crate) subcomponent: u8,
    truncation: u8,
}

/// A character that cannot separate anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("separator number {index} of the header cannot be one: a separator is a distinct punctuation character")]
pub struct DelimiterError {
    /// Which one: 0 is the field separator, 1 the first character of MSH-2.
    pub index: usize,
}

impl Default for Delimiters {
    /// `|^~\&`, the recommended ones, without a truncation character.
    fn default() -> Self {
        Self { field: b'|', component: b'^', repetition: b'~', escape: b'\\', subcomponent: b'&', truncation: b'|' }
    }
}

impl Delimiters {
    /// Reads the field separator and the content of MSH-2: component, repetition, escape, subcomponent, truncation.
    ///
    /// Where MSH-2 is shorter, the recommended character plays the role, unless it plays another one already; then
    /// nothing does. Characters behind the fifth are ignored. The component separator must be there.
    pub fn new(field: u8, encoding: &[u8]) -> Result<Self, DelimiterError> {
        let mut used = [0_u8; 6];
        used[0] = field;
        let given = &encoding[..encoding.len().min(5)];
        used[1..=given.len()].copy_from_slice(given);
        let count = given.len() + 1;
        for index in 0..count.max(2) {
            if !used[index].is_ascii_punctuation() || used[index] == b'"' || used[..index].contains(&used[index]) {
                return Err(DelimiterError { index });
            }
        }
        let role = |index: usize, recommended: u8| {
            if index < count {
                used[index]
            } else if used[..count].contains(&recommended) {
                field
            } else {
                recommended
            }
        };
        Ok(Self {
            field,
            component: used[1],
            repetition: role(2, b'~'),
            escape: role(3, b'\\'),
            subcomponent: role(4, b'&'),
            truncation: if count > 5 { used[5] } else { field },
        })
    }

    /// Between fields; MSH-1.
    pub fn field(&self) -> u8 {
        self.field
    }

    /// Between components.
    pub fn component(&self) -> u8 {
        self.component
    }

    /// Between repetitions.
    pub fn repetition(&self) -> Option<u8> {
        self.played(self.repetition)
    }

    /// Around escape sequences.
    pub fn escape(&self) -> Option<u8> {
        self.played(self.escape)
    }

    /// Between subcomponents.
    pub fn subcomponent(&self) -> Option<u8> {
        self.played(self.subcomponent)
    }

    /// Behind a value that was cut off (since 2.7).
    pub fn truncation(&self) -> Option<u8> {
        self.played(self.truncation)
    }

    fn played(self, role: u8) -> Option<u8> {
        (role != self.field).then_some(role)
    }

    /// MSH-2: the declared characters in their order. Ends before the first role that nothing plays.
    pub fn encoding_characters(&self) -> Vec<u8> {
        let rest = [self.repetition(), self.escape(), self.subcomponent(), self.truncation()];
        std::iter::once(self.component).chain(rest.into_iter().map_while(|role| role)).collect()
    }

    /// The letter of the escape sequence that stands for this character, if it separates anything.
    pub(crate) fn escape_letter(self, byte: u8) -> Option<u8> {
        match byte {
            _ if byte == self.field => Some(b'F'),
            _ if byte == self.component => Some(b'S'),
            _ if byte == self.repetition => Some(b'R'),
            _ if byte == self.escape => Some(b'E'),
            _ if byte == self.subcomponent => Some(b'T'),
            _ if byte == self.truncation => Some(b'P'),
            _ => None,
        }
    }

    /// The character that the letter of an escape sequence stands for.
    pub(crate) fn escaped_by(self, letter: u8) -> Option<u8> {
        match letter {
            b'F' => Some(self.field),
            b'S' => Some(self.component),
            b'R' => self.repetition(),
            b'E' => self.escape(),
            b'T' => self.subcomponent(),
            b'P' => self.truncation(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_roles_fall_back_to_the_recommended_character_unless_it_is_taken() {
        let short = Delimiters::new(b'|', b"^~").expect("legal");
        assert_eq!((short.escape(), short.subcomponent()), (Some(b'\\'), Some(b'&')));
        let taken = Delimiters::new(b'|', b"~").expect("legal");
        assert_eq!((taken.component(), taken.repetition()), (b'~', None));
        assert_eq!(taken.encoding_characters(), b"~");
        assert_eq!(Delimiters::new(b'|', b"^~\\&#").expect("legal").truncation(), Some(b'#'));
    }

    #[test]
    fn separators_are_distinct_punctuation() {
        for (field, encoding, index) in [
            (b'|', &b""[..], 1),
            (b'A', b"^~\\&", 0),
            (b'|', b"|~\\&", 1),
            (b'|', b"^^", 2),
            (b'|', b"^~\"", 3),
            (b'|', b"^ ", 2),
        ] {
            assert_eq!(Delimiters::new(field, encoding), Err(DelimiterError { index }));
        }
    }
}
