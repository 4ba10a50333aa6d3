//! A strict JSON reader (RFC 8259) over raw bytes that builds no tree and copies nothing.
//!
//! Everything in this crate that looks into a message does so through [`Scanner`], so all of it agrees on what JSON
//! is: UTF-8 without a byte order mark, one value and nothing behind it, paired surrogates in escapes, and at most
//! [`MAX_DEPTH`] open objects and arrays. Numbers are checked for their grammar, not for their range; their text is kept.

mod fault;
mod place;
mod text;

use std::borrow::Cow;

pub(crate) use fault::{Expected, Fault};
pub(crate) use place::{offset, position};
pub(crate) use text::Text;

/// How many objects and arrays may be open at once. Redox's deepest documented message needs 12.
pub const MAX_DEPTH: usize = 64;

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

/// A member name that is expected, and how compact JSON writes it, quotes and colon included.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) compact: &'static str,
}

/// `known!["ID", "Name"]`
macro_rules! known {
    ($($name:literal),* $(,)?) => {
        &[$($crate::scan::Known { name: $name, compact: concat!('"', $name, "\":") }),*]
    };
}
pub(crate) use known;

/// Pull reader: every method leaves the position right behind what it has read.
#[derive(Clone)]
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
            Err(error) => Err(Fault { at: error.valid_up_to(), expected: Expected::Utf8 }),
        }
    }

    /// Offset of the next unread byte.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// The type of the value that comes next, judged by its first byte; stops in front of it.
    #[inline]
    pub(crate) fn kind(&mut self) -> Result<Kind, Fault> {
        Ok(match self.ahead() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => return Err(self.fault(Expected::Value)),
        })
    }

    /// Steps into the object or array that comes next (as [`Self::kind`] has told).
    #[inline]
    pub(crate) fn enter(&mut self) -> Result<(), Fault> {
        if self.depth == MAX_DEPTH {
            return Err(self.fault(Expected::Shallower));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    /// Whether another member comes next; stops in front of its name. `false` steps out of the object.
    #[inline]
    pub(crate) fn another_member(&mut self, first: &mut bool) -> Result<bool, Fault> {
        match self.ahead() {
            Some(b'}') => {
                self.leave();
                return Ok(false);
            }
            Some(b',') if !*first => self.at += 1,
            _ if *first => {}
            _ => return Err(self.fault(Expected::NextMember)),
        }
        if self.ahead() != Some(b'"') {
            return Err(self.fault(if *first { Expected::FirstName } else { Expected::Name }));
        }
        *first = false;
        Ok(true)
    }

    /// Passes over exactly these bytes, if they come next.
    #[inline]
    pub(crate) fn take(&mut self, bytes: &[u8]) -> bool {
        let taken = self.text.as_bytes()[self.at..].starts_with(bytes);
        if taken {
            self.at += bytes.len();
        }
        taken
    }

    /// The member name in front of which [`Self::another_member`] has stopped, with its colon.
    #[inline]
    pub(crate) fn name(&mut self) -> Result<Text<'a>, Fault> {
        let name = self.string()?;
        self.pass_colon()?;
        Ok(name)
    }

    /// The next member's name, with the offset of its opening quote; the value comes next. `None` steps out of the object.
    #[inline]
    pub(crate) fn next_member(&mut self, first: &mut bool) -> Result<Option<(usize, Text<'a>)>, Fault> {
        if !self.another_member(first)? {
            return Ok(None);
        }
        let start = self.at;
        Ok(Some((start, self.name()?)))
    }

    /// Whether another item comes next. `false` steps out of the array.
    #[inline]
    pub(crate) fn next_item(&mut self, first: &mut bool) -> Result<bool, Fault> {
        match self.ahead() {
            Some(b']') => {
                self.leave();
                return Ok(false);
            }
            Some(b',') if !*first => self.at += 1,
            _ if *first => {}
            _ => return Err(self.fault(Expected::NextItem)),
        }
        *first = false;
        Ok(true)
    }

    /// Calls `each` with the offset of the name and the name of every member of the object that comes next; `each` must
    /// consume the value. Passes over what is no object.
    #[inline]
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

    /// As [`Self::members`], for an object that usually has these members in this order; `each` is told which of them it
    /// is, and its name. A name that comes as expected is compared in place and not read.
    #[inline]
    pub(crate) fn members_like(
        &mut self,
        known: &[Known],
        mut each: impl FnMut(&mut Self, Option<usize>, &str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if self.kind()? != Kind::Object {
            return self.skip();
        }
        self.enter()?;
        let (mut next, mut first) = (0, true);
        while self.another_member(&mut first)? {
            match known.get(next) {
                Some(expected) if self.take(expected.compact.as_bytes()) => {
                    next += 1;
                    each(self, Some(next - 1), expected.name)?;
                }
                _ => {
                    let name = self.name()?.decode();
                    let at = known.iter().position(|known| known.name == name);
                    next = at.map_or(next, |at| at + 1);
                    each(self, at, &name)?;
                }
            }
        }
        Ok(())
    }

    /// Calls `each` in front of every item of the array that comes next; `each` must consume the item. Passes over what
    /// is no array.
    #[inline]
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
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Text<'a>, Fault> {
        let start = self.at + 1;
        let escaped = self.pass_string()?;
        Ok(Text { raw: &self.text[start..self.at - 1], escaped })
    }

    /// A string's value, a number's or a boolean's text; objects, arrays and null are passed over as `None`.
    #[inline]
    pub(crate) fn scalar(&mut self) -> Result<Option<Cow<'a, str>>, Fault> {
        if self.ahead() == Some(b'"') { Ok(Some(self.string()?.decode())) } else { self.unquoted() }
    }

    /// What [`Self::scalar`] says of a value that is no string.
    fn unquoted(&mut self) -> Result<Option<Cow<'a, str>>, Fault> {
        let kind = self.kind()?;
        let start = self.at;
        self.skip()?;
        let text = matches!(kind, Kind::Number | Kind::Boolean).then(|| &self.text[start..self.at]);
        Ok(text.map(Cow::Borrowed))
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
                    let closer = if kind == Kind::Array { b']' } else { b'}' };
                    if self.ahead() != Some(closer) {
                        if kind == Kind::Object {
                            self.pass_name(Expected::FirstName)?;
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
                match self.ahead() {
                    Some(b',') => {
                        self.at += 1;
                        if !in_array {
                            self.pass_name(Expected::Name)?;
                        }
                        break;
                    }
                    Some(b']') if in_array => {}
                    Some(b'}') if !in_array => {}
                    _ => return Err(self.fault(if in_array { Expected::NextItem } else { Expected::NextMember })),
                }
                self.leave();
                open -= 1;
                arrays >>= 1;
            }
        }
    }

    /// Checks that nothing but white space follows.
    pub(crate) fn end(&mut self) -> Result<(), Fault> {
        if self.ahead().is_none() { Ok(()) } else { Err(self.fault(Expected::End)) }
    }

    /// Passes over the string that comes next (as [`Self::kind`] has told), from its opening to behind its closing quote;
    /// tells whether it has escapes.
    #[inline]
    pub(crate) fn pass_string(&mut self) -> Result<bool, Fault> {
        self.at += 1;
        while let Some(word) = self.word() {
            let hits = notable(word);
            if hits == 0 {
                self.at += 8;
                continue;
            }
            self.at += hits.trailing_zeros() as usize / 8;
            if self.byte() == Some(b'"') {
                self.at += 1;
                return Ok(false);
            }
            break;
        }
        self.pass_rest_of_string()
    }

    /// Passes over what has escapes in it, or stands near the end of the body.
    #[cold]
    fn pass_rest_of_string(&mut self) -> Result<bool, Fault> {
        let mut escaped = false;
        loop {
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    escaped = true;
                    self.pass_escape()?;
                }
                Some(0..=0x1f) => return Err(self.fault(Expected::EscapedControl)),
                Some(_) => self.at += 1,
                None => return Err(self.fault(Expected::EndOfString)),
            }
            while let Some(word) = self.word() {
                let hits = notable(word);
                if hits != 0 {
                    self.at += hits.trailing_zeros() as usize / 8;
                    break;
                }
                self.at += 8;
            }
        }
    }

    #[inline]
    fn pass_name(&mut self, expected: Expected) -> Result<(), Fault> {
        if self.ahead() != Some(b'"') {
            return Err(self.fault(expected));
        }
        self.pass_string()?;
        self.pass_colon()
    }

    #[inline]
    fn pass_colon(&mut self) -> Result<(), Fault> {
        if self.ahead() != Some(b':') {
            return Err(self.fault(Expected::Colon));
        }
        self.at += 1;
        Ok(())
    }

    #[inline]
    fn leave(&mut self) {
        self.at += 1;
        self.depth -= 1;
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn fault(&self, expected: Expected) -> Fault {
        Fault { at: self.at, expected }
    }

    /// The eight bytes from the current position, first byte lowest; `None` near the end of the body.
    #[inline]
    fn word(&self) -> Option<u64> {
        let word = self.text.as_bytes().get(self.at..)?.first_chunk::<8>()?;
        Some(u64::from_le_bytes(*word))
    }

    /// The first byte that is no white space; stops in front of it.
    #[inline]
    pub(crate) fn ahead(&mut self) -> Option<u8> {
        match self.byte() {
            Some(b' ' | b'\n' | b'\r' | b'\t') => self.behind_space(),
            byte => byte,
        }
    }

    fn behind_space(&mut self) -> Option<u8> {
        loop {
            // Indentation comes in runs of spaces.
            while self.word() == Some(repeated(b' ')) {
                self.at += 8;
            }
            match self.byte() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                byte => return byte,
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
                        return Err(self.fault(Expected::SecondSurrogate));
                    }
                    self.at += 1;
                    if !(0xDC00..=0xDFFF).contains(&self.pass_hex()?) {
                        return Err(self.fault(Expected::SecondSurrogate));
                    }
                }
                0xDC00..=0xDFFF => return Err(self.fault(Expected::SurrogatesInOrder)),
                _ => {}
            },
            _ => return Err(self.fault(Expected::Escape)),
        }
        Ok(())
    }

    /// Passes over `uXXXX`.
    fn pass_hex(&mut self) -> Result<u32, Fault> {
        self.at += 1;
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.byte().and_then(|byte| char::from(byte).to_digit(16));
            code = code * 16 + digit.ok_or_else(|| self.fault(Expected::HexDigits))?;
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
            return Err(self.fault(Expected::Digit));
        }
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn pass_literal(&mut self) -> Result<(), Fault> {
        let (word, expected): (&[u8], _) = match self.byte() {
            Some(b't') => (b"true", Expected::True),
            Some(b'f') => (b"false", Expected::False),
            _ => (b"null", Expected::Null),
        };
        if self.take(word) { Ok(()) } else { Err(self.fault(expected)) }
    }
}

/// A word of eight times the same byte.
const fn repeated(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The high bit of each byte that ends a plain stretch of a string: quote, backslash, control character. Bits above the
/// lowest set one may be false, which is why only the lowest is used.
#[inline]
fn notable(word: u64) -> u64 {
    // A byte below 0x80 keeps its high bit clear when less is taken from it than it is; what is sought becomes zero first.
    let quote = (word ^ repeated(b'"')).wrapping_sub(repeated(0x01));
    let backslash = (word ^ repeated(b'\\')).wrapping_sub(repeated(0x01));
    let control = word.wrapping_sub(repeated(0x20));
    (quote | backslash | control) & !word & repeated(0x80)
}

#[cfg(test)]
mod tests;
