//! Where and why a body stops making sense.

/// Why a body cannot be read: a place and a fixed text, never content. Small, since every step of reading may return one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Offset of the byte that does not fit.
    pub(crate) at: usize,
    /// What could have stood there.
    pub(crate) expected: Expected,
}

/// What could have stood where the reader stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Utf8,
    Value,
    /// Not another object or array inside as many as may be open.
    Shallower,
    FirstName,
    Name,
    Colon,
    NextMember,
    NextItem,
    End,
    EndOfString,
    EscapedControl,
    Escape,
    HexDigits,
    SurrogatesInOrder,
    SecondSurrogate,
    Digit,
    True,
    False,
    Null,
}

impl Fault {
    /// Whether the body may be JSON, but is nested deeper than is read.
    pub(crate) fn is_depth(self) -> bool {
        self.expected == Expected::Shallower
    }
}

impl Expected {
    /// For people.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Expected::Utf8 => "valid UTF-8",
            Expected::Value => "a value",
            Expected::Shallower => "less nesting",
            Expected::FirstName => "a member name or `}`",
            Expected::Name => "a member name",
            Expected::Colon => "`:`",
            Expected::NextMember => "`,` or `}`",
            Expected::NextItem => "`,` or `]`",
            Expected::End => "the end of the body",
            Expected::EndOfString => "the end of the string",
            Expected::EscapedControl => "an escaped control character",
            Expected::Escape => "an escape character",
            Expected::HexDigits => "four hexadecimal digits",
            Expected::SurrogatesInOrder => "a surrogate pair in order",
            Expected::SecondSurrogate => "the second half of a surrogate pair",
            Expected::Digit => "a digit",
            Expected::True => "`true`",
            Expected::False => "`false`",
            Expected::Null => "`null`",
        }
    }
}
