//! A string of the body, and what its escapes stand for.

use std::borrow::Cow;

/// The inside of a JSON string as it stands in the body, escapes not yet resolved.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    pub(super) raw: &'a str,
    pub(super) escaped: bool,
}

impl<'a> Text<'a> {
    /// The string's value; a copy only where an escape forces one.
    #[inline]
    pub(crate) fn decode(self) -> Cow<'a, str> {
        if self.escaped { Cow::Owned(unescape(self.raw)) } else { Cow::Borrowed(self.raw) }
    }
}

/// Resolves the escapes of a string that has been checked.
#[cold]
fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (char, used) = match rest.as_bytes()[at + 1] {
            b'b' => ('\u{8}', 2),
            b'f' => ('\u{c}', 2),
            b'n' => ('\n', 2),
            b'r' => ('\r', 2),
            b't' => ('\t', 2),
            b'u' => unescape_unicode(&rest[at..]),
            same => (char::from(same), 2),
        };
        out.push(char);
        rest = &rest[at + used..];
    }
    out.push_str(rest);
    out
}

/// The character that `\uXXXX` or a pair of them stands for, and how many bytes that took.
fn unescape_unicode(escape: &str) -> (char, usize) {
    let unit = |from: usize| u16::from_str_radix(&escape[from..from + 4], 16).expect("the scanner saw four hex digits");
    let first = unit(2);
    if !(0xD800..0xDC00).contains(&first) {
        return (char::from_u32(first.into()).expect("the scanner refuses lone surrogates"), 6);
    }
    let pair = char::decode_utf16([first, unit(8)]).next().and_then(Result::ok);
    (pair.expect("the scanner refuses unpaired surrogates"), 12)
}
