//! Escape sequences (HL7 v2 chapter 2, "Use of escape sequences in text fields"), read and written in one pass.
//!
//! | sequence | becomes |
//! |---|---|
//! | `\F\ \S\ \T\ \R\ \E\ \P\` | the separator of this message |
//! | `\X..\` | the bytes, in the message's charset; `\X00hh\` is the one character U+00hh |
//! | `\.br\ \.sp n\ \.ce\` | line ends; `\.sk n\` blanks; other formatting commands nothing |
//! | `\H\ \N\` | nothing |
//! | `\Cxxyy\` | the text behind it is read in that charset, if it is a single-byte one |
//! | `\Z..\ \M..\`, anything else | what it was, unchanged |
//!
//! One pass matters: `\E\F\E\` is the text `\F\`, which a decoder that replaces one kind after another turns into `|`.

use std::borrow::Cow;

use memchr::memchr;

use crate::{Charset, scan, value::Encoding};

/// Formatting commands repeat at most this often, so that eight bytes cannot ask for gigabytes.
const REPEAT_MAX: usize = 99;

/// Reads the text of one leaf value. Borrows when there is no escape sequence and the charset needs no change.
pub fn decode(raw: &[u8], encoding: Encoding) -> Cow<'_, str> {
    let Some(escape) = encoding.delimiters.escape() else { return encoding.charset.decode(raw) };
    let Some(mut open) = scan::find([escape], raw) else { return encoding.charset.decode(raw) };
    let mut text = Text { out: String::with_capacity(raw.len()), pending: Vec::new(), charset: encoding.charset };
    let mut done = 0;
    while let Some(length) = memchr(escape, &raw[open + 1..]) {
        let sequence = &raw[open + 1..open + 1 + length];
        if text.sequence(&raw[done..open], sequence, encoding) {
            done = open + length + 2;
            let Some(next) = memchr(escape, &raw[done..]) else { break };
            open = done + next;
        } else {
            // The escape character was meant literally; the one behind it may begin a sequence.
            open += 1 + length;
        }
    }
    text.pending.extend_from_slice(&raw[done..]);
    text.finish()
}

/// Text under construction: bytes are collected as long as the charset stays the same, so that a character may be made
/// of several sequences.
struct Text {
    out: String,
    pending: Vec<u8>,
    charset: Charset,
}

impl Text {
    /// Applies a sequence with the literal text before it; false, and nothing happens, if it is none.
    fn sequence(&mut self, before: &[u8], sequence: &[u8], encoding: Encoding) -> bool {
        let (kind, rest) = match sequence.split_first() {
            Some((kind, rest)) => (*kind, rest),
            None => return false,
        };
        match kind {
            b'X' => {
                let Some(bytes) = hex(rest) else { return false };
                self.pending.extend_from_slice(before);
                match bytes[..] {
                    [0, low] if low != 0 => self.char(char::from(low)),
                    _ => self.pending.extend_from_slice(&bytes),
                }
            }
            b'C' => {
                let Some(charset) = Charset::from_iso_2022(rest) else { return false };
                self.pending.extend_from_slice(before);
                self.flush();
                self.charset = if charset == Charset::Utf8 { encoding.charset } else { charset };
            }
            b'.' => {
                let Some((char, count)) = format_command(rest) else { return false };
                self.pending.extend_from_slice(before);
                self.pending.extend(std::iter::repeat_n(char, count));
            }
            b'H' | b'N' if rest.is_empty() => self.pending.extend_from_slice(before),
            letter if rest.is_empty() => {
                let Some(byte) = encoding.delimiters.escaped_by(letter) else { return false };
                self.pending.extend_from_slice(before);
                self.pending.push(byte);
            }
            _ => return false,
        }
        true
    }

    fn char(&mut self, char: char) {
        self.flush();
        self.out.push(char);
    }

    fn flush(&mut self) {
        self.out.push_str(&self.charset.decode(&self.pending));
        self.pending.clear();
    }

    fn finish(mut self) -> Cow<'static, str> {
        self.flush();
        Cow::Owned(self.out)
    }
}

fn hex(digits: &[u8]) -> Option<Vec<u8>> {
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digits.chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// What a formatting command writes, and how often.
fn format_command(command: &[u8]) -> Option<(u8, usize)> {
    let name = command.get(..2)?;
    let argument = std::str::from_utf8(&command[2..]).ok()?.trim();
    let count = if argument.is_empty() {
        1
    } else {
        argument.strip_prefix('+').unwrap_or(argument).parse::<usize>().ok()?.min(REPEAT_MAX)
    };
    match name {
        b"br" | b"ce" => Some((b'\n', 1)),
        b"sp" => Some((b'\n', count)),
        b"sk" => Some((b' ', count)),
        b"in" | b"ti" | b"fi" | b"nf" => Some((b' ', 0)),
        _ => None,
    }
}

/// Why a text cannot be written in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The charset of the message lacks a character.
    #[error("character number {index} of the text does not exist in the message's charset {charset}")]
    Charset {
        /// Its place in the text, in characters from 0.
        index: usize,
        /// The charset.
        charset: Charset,
    },
    /// A separator or control character would need an escape sequence, and the message has no escape character.
    #[error("character number {index} of the text needs an escape sequence, and the message has no escape character")]
    NoEscape {
        /// Its place in the text, in characters from 0.
        index: usize,
    },
}

/// Writes text so that [`decode`] reads it back: separators as their sequences, control characters as `\Xhh\` (so no
/// line end and no frame byte gets into a message), and the text `""`, which unescaped would mean "delete", in hex.
pub fn encode(text: &str, encoding: Encoding, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let escape = encoding.delimiters.escape();
    let hex = |byte: u8, index: usize, out: &mut Vec<u8>| {
        let escape = escape.ok_or(EncodeError::NoEscape { index })?;
        out.extend_from_slice(&[escape, b'X', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)], escape]);
        Ok(())
    };
    if text == "\"\"" {
        hex(b'"', 0, out)?;
        return hex(b'"', 1, out);
    }
    for (index, char) in text.chars().enumerate() {
        let ascii = u8::try_from(char).ok().filter(u8::is_ascii);
        if let Some(byte) = ascii {
            if let Some(letter) = encoding.delimiters.escape_letter(byte) {
                let escape = escape.ok_or(EncodeError::NoEscape { index })?;
                out.extend_from_slice(&[escape, letter, escape]);
                continue;
            }
            if byte.is_ascii_control() {
                hex(byte, index, out)?;
                continue;
            }
        }
        if !encoding.charset.encode_char(char, out) {
            return Err(EncodeError::Charset { index, charset: encoding.charset });
        }
    }
    Ok(())
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Delimiters;

    fn utf8() -> Encoding {
        Encoding { delimiters: Delimiters::default(), charset: Charset::Utf8 }
    }

    #[test]
    fn every_kind_of_sequence_is_read_in_one_pass() {
        for (raw, text) in [
            (r"12\F\A \S\ B \T\ C \R\ D \E\ E", r"12|A ^ B & C ~ D \ E"),
            (r"\E\F\E\ is not a pipe", r"\F\ is not a pipe"),
            (r"\X0D0A\|", "\r\n|"),
            (r"a\X41424\b", r"a\X41424\b"),
            (r"\XC3\\XA9\", "é"),
            (r"\X00E0\", "à"),
            (r"\X000d\", "\r"),
            (r"a\.br\b\.sp2\c\.sk 3\d\.in+4\e\.ce\f", "a\nb\n\nc   de\nf"),
            (r"\.sp999999999\", &"\n".repeat(99)),
            (r"\.zz\", r"\.zz\"),
            (r"\H\bold\N\", "bold"),
            (r"\Z99\ stays", r"\Z99\ stays"),
            (r"\M2442\", r"\M2442\"),
            (r"\P\", r"\P\"),
            (r"\\", r"\\"),
            (r"C:\Temp", r"C:\Temp"),
            (r"C:\Temp\dir\F\", r"C:\Temp\dir|"),
            (r"\\F\", r"\|"),
            ("", ""),
        ] {
            assert_eq!(decode(raw.as_bytes(), utf8()), text, "{raw}");
        }
    }

    #[test]
    fn charset_switches_last_until_the_switch_back() {
        let raw = b"caf\xE9 \\C2D46\\\xEB\\C2842\\ \xE9";
        let encoding = Encoding { charset: Charset::Iso8859_1, ..utf8() };
        assert_eq!(decode(raw, encoding), "café λ é");
        assert_eq!(decode(br"\C9999\", encoding), r"\C9999\");
    }

    #[test]
    fn the_truncation_character_exists_only_where_it_is_declared() {
        let delimiters = Delimiters::new(b'|', b"^~\\&#").expect("legal");
        assert_eq!(decode(br"a\P\", Encoding { delimiters, ..utf8() }), "a#");
        let mut out = Vec::new();
        encode("a#", Encoding { delimiters, ..utf8() }, &mut out).expect("encodable");
        assert_eq!(out, br"a\P\");
    }

    #[test]
    fn text_without_sequences_is_borrowed() {
        assert!(matches!(decode("Ünïcode".as_bytes(), utf8()), Cow::Borrowed(_)));
    }

    #[test]
    fn what_cannot_be_written_is_refused_with_its_place() {
        let latin = Encoding { charset: Charset::Iso8859_1, ..utf8() };
        let error = encode("ab山", latin, &mut Vec::new());
        assert_eq!(error, Err(EncodeError::Charset { index: 2, charset: Charset::Iso8859_1 }));
        let bare = Encoding { delimiters: Delimiters::new(b'|', b"\\").expect("legal"), ..utf8() };
        assert_eq!(encode("a|b", bare, &mut Vec::new()), Err(EncodeError::NoEscape { index: 1 }));
    }
}
