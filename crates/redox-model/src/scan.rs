//! A strict JSON reader (RFC 8259) over raw bytes that builds no tree and copies nothing.
//!
//! Everything in this crate that looks into a message does so through [`Scanner`], so all of it agrees on what JSON
//! is: UTF-8 without a byte order mark, one value and nothing behind it, paired surrogates in escapes, and at most
//! [`MAX_DEPTH`] open objects and arrays. Numbers are checked for their grammar, not for their range; their text is kept.

use std::borrow::Cow;

/// How many objects and arrays may be open at once. Redox's deepest documented message needs 12.
pub const MAX_DEPTH: usize = 64;

/// Why a body cannot be read, as a byte offset and a fixed text: never as content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Syntax { at: usize, expected: &'static str },
    TooDeep { at: usize },
}

/// The type of a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    String,
    /// `1`, `-2.5e3`
    Number,
    /// `true`, `false`
    Boolean,
    /// `null`
    Null,
}

impl Kind {
    /// The name JSON Schema uses.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Object => "object",
            Kind::Array => "array",
            Kind::String => "string",
            Kind::Number => "number",
            Kind::Boolean => "boolean",
            Kind::Null => "null",
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The inside of a JSON string as it stands in the body, escapes not yet resolved.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    raw: &'a str,
    escaped: bool,
}

impl<'a> Text<'a> {
    /// The string's value; a copy only where an escape forces one.
    pub(crate) fn decode(self) -> Cow<'a, str> {
        if self.escaped { Cow::Owned(unescape(self.raw)) } else { Cow::Borrowed(self.raw) }
    }
}

/// Pull reader: every method leaves the position right behind what it has read.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Scanner<'a> {
    /// Checks the encoding; nothing else is read yet.
    pub(crate) fn new(body: &'a [u8]) -> Result<Self, Fault> {
        match std::str::from_utf8(body) {
            Ok(text) => Ok(Self { text, at: 0, depth: 0 }),
            Err(error) => Err(Fault::Syntax { at: error.valid_up_to(), expected: "valid UTF-8" }),
        }
    }

    /// Offset of the next unread byte.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// The type of the value that comes next, judged by its first byte; stops in front of it.
    pub(crate) fn kind(&mut self) -> Result<Kind, Fault> {
        self.pass_space();
        Ok(match self.byte() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => return Err(self.fault("a value")),
        })
    }

    /// Steps into the object or array that comes next (as [`Self::kind`] has told).
    pub(crate) fn enter(&mut self) -> Result<(), Fault> {
        if self.depth == MAX_DEPTH {
            return Err(Fault::TooDeep { at: self.at });
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    /// The next member's name, with the offset of its opening quote; the value comes next. `None` steps out of the object.
    pub(crate) fn next_member(&mut self, first: &mut bool) -> Result<Option<(usize, Text<'a>)>, Fault> {
        self.pass_space();
        match self.byte() {
            Some(b'}') => {
                self.leave();
                return Ok(None);
            }
            Some(b',') if !*first => self.at += 1,
            _ if *first => {}
            _ => return Err(self.fault("`,` or `}`")),
        }
        let expected = if *first { "a member name or `}`" } else { "a member name" };
        *first = false;
        self.member_name(expected).map(Some)
    }

    /// Whether another item comes next. `false` steps out of the array.
    pub(crate) fn next_item(&mut self, first: &mut bool) -> Result<bool, Fault> {
        self.pass_space();
        match self.byte() {
            Some(b']') => {
                self.leave();
                return Ok(false);
            }
            Some(b',') if !*first => self.at += 1,
            _ if *first => {}
            _ => return Err(self.fault("`,` or `]`")),
        }
        *first = false;
        Ok(true)
    }

    /// Calls `each` with the offset of the name and the name of every member of the object that comes next; `each` must
    /// consume the value. Passes over what is no object.
    pub(crate) fn members(
        &mut self,
        mut each: impl FnMut(&mut Self, usize, &str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if self.kind()? != Kind::Object {
            return self.skip();
        }
        self.enter()?;
        let mut first = true;
        while let Some((start, name)) = self.next_member(&mut first)? {
            each(self, start, &name.decode())?;
        }
        Ok(())
    }

    /// Calls `each` in front of every item of the array that comes next; `each` must consume the item. Passes over what
    /// is no array.
    pub(crate) fn items(&mut self, mut each: impl FnMut(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        if self.kind()? != Kind::Array {
            return self.skip();
        }
        self.enter()?;
        let mut first = true;
        while self.next_item(&mut first)? {
            each(self)?;
        }
        Ok(())
    }

    /// The string that comes next.
    pub(crate) fn string(&mut self) -> Result<Text<'a>, Fault> {
        let start = self.at + 1;
        let escaped = self.pass_string()?;
        Ok(Text { raw: &self.text[start..self.at - 1], escaped })
    }

    /// A string's value, a number's or a boolean's text; objects, arrays and null are passed over as `None`.
    pub(crate) fn scalar(&mut self) -> Result<Option<Cow<'a, str>>, Fault> {
        match self.kind()? {
            Kind::String => Ok(Some(self.string()?.decode())),
            Kind::Number | Kind::Boolean => {
                let start = self.at;
                self.skip()?;
                Ok(Some(Cow::Borrowed(&self.text[start..self.at])))
            }
            Kind::Object | Kind::Array | Kind::Null => self.skip().map(|()| None),
        }
    }

    /// Passes over the value that comes next, whatever it is, and checks it completely.
    pub(crate) fn skip(&mut self) -> Result<(), Fault> {
        // Bit 0 of `arrays` tells whether the innermost container is an array; MAX_DEPTH is the width of the word.
        let (mut arrays, mut open) = (0_u64, 0_usize);
        loop {
            match self.kind()? {
                kind @ (Kind::Object | Kind::Array) => {
                    self.enter()?;
                    open += 1;
                    arrays = (arrays << 1) | u64::from(kind == Kind::Array);
                    self.pass_space();
                    let closer = if kind == Kind::Array { b']' } else { b'}' };
                    if self.byte() != Some(closer) {
                        if kind == Kind::Object {
                            self.member_name("a member name or `}`")?;
                        }
                        continue;
                    }
                }
                Kind::String => drop(self.pass_string()?),
                Kind::Number => self.pass_number()?,
                Kind::Boolean | Kind::Null => self.pass_literal()?,
            }
            loop {
                if open == 0 {
                    return Ok(());
                }
                let in_array = arrays & 1 == 1;
                self.pass_space();
                match self.byte() {
                    Some(b',') => {
                        self.at += 1;
                        if !in_array {
                            self.member_name("a member name")?;
                        }
                        break;
                    }
                    Some(b']') if in_array => {}
                    Some(b'}') if !in_array => {}
                    _ => return Err(self.fault(if in_array { "`,` or `]`" } else { "`,` or `}`" })),
                }
                self.leave();
                open -= 1;
                arrays >>= 1;
            }
        }
    }

    /// Checks that nothing but white space follows.
    pub(crate) fn end(&mut self) -> Result<(), Fault> {
        self.pass_space();
        if self.at == self.text.len() { Ok(()) } else { Err(self.fault("the end of the body")) }
    }

    fn member_name(&mut self, expected: &'static str) -> Result<(usize, Text<'a>), Fault> {
        self.pass_space();
        if self.byte() != Some(b'"') {
            return Err(self.fault(expected));
        }
        let start = self.at;
        let name = self.string()?;
        self.pass_space();
        if self.byte() != Some(b':') {
            return Err(self.fault("`:`"));
        }
        self.at += 1;
        Ok((start, name))
    }

    fn leave(&mut self) {
        self.at += 1;
        self.depth -= 1;
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn fault(&self, expected: &'static str) -> Fault {
        Fault::Syntax { at: self.at, expected }
    }

    /// The eight bytes from the current position, first byte lowest; `None` near the end of the body.
    fn word(&self) -> Option<u64> {
        let (word, _) = self.text.as_bytes().get(self.at..)?.split_first_chunk::<8>()?;
        Some(u64::from_le_bytes(*word))
    }

    fn pass_space(&mut self) {
        // Indentation comes in runs of spaces.
        while self.word() == Some(repeated(b' ')) {
            self.at += 8;
        }
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    /// Passes over a string from its opening to behind its closing quote; tells whether it has escapes.
    fn pass_string(&mut self) -> Result<bool, Fault> {
        self.at += 1;
        let mut escaped = false;
        loop {
            while let Some(word) = self.word() {
                let hits = notable(word);
                if hits != 0 {
                    self.at += hits.trailing_zeros() as usize / 8;
                    break;
                }
                self.at += 8;
            }
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    escaped = true;
                    self.pass_escape()?;
                }
                Some(0..=0x1f) => return Err(self.fault("an escaped control character")),
                Some(_) => self.at += 1,
                None => return Err(self.fault("the end of the string")),
            }
        }
    }

    fn pass_escape(&mut self) -> Result<(), Fault> {
        self.at += 1;
        match self.byte() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => match self.pass_hex()? {
                0xD800..=0xDBFF => {
                    let paired = self.text.as_bytes().get(self.at..self.at + 2) == Some(b"\\u");
                    if !paired {
                        return Err(self.fault("the second half of a surrogate pair"));
                    }
                    self.at += 1;
                    if !(0xDC00..=0xDFFF).contains(&self.pass_hex()?) {
                        return Err(self.fault("the second half of a surrogate pair"));
                    }
                }
                0xDC00..=0xDFFF => return Err(self.fault("a surrogate pair in order")),
                _ => {}
            },
            _ => return Err(self.fault("an escape character")),
        }
        Ok(())
    }

    /// Passes over `uXXXX`.
    fn pass_hex(&mut self) -> Result<u32, Fault> {
        self.at += 1;
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.byte().and_then(|byte| char::from(byte).to_digit(16));
            code = code * 16 + digit.ok_or_else(|| self.fault("four hexadecimal digits"))?;
            self.at += 1;
        }
        Ok(code)
    }

    fn pass_number(&mut self) -> Result<(), Fault> {
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        if self.byte() == Some(b'0') {
            self.at += 1;
        } else {
            self.pass_digits()?;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.pass_digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.at += 1;
            }
            self.pass_digits()?;
        }
        Ok(())
    }

    fn pass_digits(&mut self) -> Result<(), Fault> {
        if !self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.fault("a digit"));
        }
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn pass_literal(&mut self) -> Result<(), Fault> {
        let (word, expected) = match self.byte() {
            Some(b't') => ("true", "`true`"),
            Some(b'f') => ("false", "`false`"),
            _ => ("null", "`null`"),
        };
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(self.fault(expected));
        }
        self.at += word.len();
        Ok(())
    }
}

const ONES: u64 = repeated(0x01);
const HIGH: u64 = repeated(0x80);

/// A word of eight times the same byte.
const fn repeated(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The high bit of each byte that ends a plain stretch of a string: quote, backslash, control character. Bits above the
/// lowest set one may be false, which is why only the lowest is used.
fn notable(word: u64) -> u64 {
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let quote = zero(word ^ repeated(b'"'));
    let backslash = zero(word ^ repeated(b'\\'));
    let control = word.wrapping_sub(repeated(0x20)) & !word & HIGH;
    quote | backslash | control
}

/// Resolves the escapes of a string that has been checked.
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

/// The byte offset of a position that [`position`] has told.
pub(crate) fn offset(body: &[u8], line: usize, column: usize) -> usize {
    let start: usize = body.split_inclusive(|byte| *byte == b'\n').take(line - 1).map(<[u8]>::len).sum();
    let begins = |(_, byte): &(usize, &u8)| **byte & 0xC0 != 0x80;
    let place = body[start..].iter().enumerate().filter(begins).nth(column - 1);
    place.map_or(body.len(), |(at, _)| start + at)
}

/// Line and column of a byte offset, both from 1; the column counts characters.
pub(crate) fn position(body: &[u8], at: usize) -> (usize, usize) {
    let before = &body[..at.min(body.len())];
    let lines = before.split(|byte| *byte == b'\n');
    let (line, last) = lines.enumerate().last().expect("a split has at least one piece");
    let column = last.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
    (line + 1, column + 1)
}

#[cfg(test)]
mod tests;
