//! Which characters the bytes of a message stand for.
//!
//! What a message declares (MSH-18, HL7 table 0211) and what it holds often disagree, so the choice is made from both and
//! from a byte order mark, and said in a note. Text is decoded when it is read, never before.

mod tables;

use std::borrow::Cow;

/// A charset that text can be read and written in. All of them contain ASCII as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Charset {
    /// UTF-8, and with it ASCII.
    Utf8,
    /// ISO 8859-1, Western European.
    Iso8859_1,
    /// ISO 8859-2, Central European.
    Iso8859_2,
    /// ISO 8859-3, South European.
    Iso8859_3,
    /// ISO 8859-4, Baltic.
    Iso8859_4,
    /// ISO 8859-5, Cyrillic.
    Iso8859_5,
    /// ISO 8859-6, Arabic.
    Iso8859_6,
    /// ISO 8859-7, Greek.
    Iso8859_7,
    /// ISO 8859-8, Hebrew.
    Iso8859_8,
    /// ISO 8859-9, Turkish.
    Iso8859_9,
    /// ISO 8859-15, Western European with the euro sign.
    Iso8859_15,
    /// Windows-1252: what undeclared bytes beyond ASCII usually are.
    Windows1252,
}

/// What MSH-18 says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Declared {
    /// Nothing.
    Nothing,
    /// ASCII only.
    Ascii,
    /// A charset that this crate reads.
    Known(Charset),
    /// UTF-16 or UTF-32.
    Wide,
    /// A charset of table 0211 that this crate does not read.
    Unsupported(&'static str),
    /// No name that is known.
    Unknown,
}

/// Charsets that are recognised by name and not read: their tables are large, and no feed of this kind is at hand.
const UNSUPPORTED: [(&str, &str); 15] = [
    ("ISOIR14", "JIS X 0201"),
    ("ISOIR87", "JIS X 0208"),
    ("ISOIR159", "JIS X 0212"),
    ("JISX0202", "JIS X 0202"),
    ("JAS2020", "JAS2020"),
    ("GB180302000", "GB 18030-2000"),
    ("GB18030", "GB 18030-2000"),
    ("KSX1001", "KS X 1001"),
    ("CNS116431992", "CNS 11643-1992"),
    ("CNS11643", "CNS 11643-1992"),
    ("BIG5", "BIG-5"),
    ("SHIFTJIS", "Shift JIS"),
    ("ISO2022JP", "ISO-2022-JP"),
    ("EUCJP", "EUC-JP"),
    ("EUCKR", "EUC-KR"),
];

impl Declared {
    /// Reads one repetition of MSH-18, in the spelling of table 0211 or of the world.
    pub fn from_name(name: &str) -> Self {
        let (mut plain, mut length) = ([0; 32], 0);
        for byte in name.bytes().filter(u8::is_ascii_alphanumeric).take(plain.len()) {
            plain[length] = byte.to_ascii_uppercase();
            length += 1;
        }
        let plain = &plain[..length];
        match plain {
            b"" => return Declared::Nothing,
            b"ASCII" | b"USASCII" | b"ISOIR6" | b"ISO646" => return Declared::Ascii,
            b"UNICODE" | b"UNICODEUTF8" | b"UTF8" => return Declared::Known(Charset::Utf8),
            b"UNICODEUTF16" | b"UTF16" | b"UTF16LE" | b"UTF16BE" | b"UNICODEUTF32" | b"UTF32" => {
                return Declared::Wide;
            }
            b"WINDOWS1252" | b"CP1252" | b"MSANSI" => return Declared::Known(Charset::Windows1252),
            _ => {}
        }
        let part = plain.strip_prefix(b"ISO").unwrap_or(plain).strip_prefix(b"8859");
        let isos = Charset::ALL.into_iter().find(|charset| Some(charset.part().as_bytes()) == part);
        match isos {
            Some(charset) => Declared::Known(charset),
            None => match UNSUPPORTED.iter().find(|(key, _)| key.as_bytes() == plain) {
                Some((_, name)) => Declared::Unsupported(name),
                None => Declared::Unknown,
            },
        }
    }
}

impl Charset {
    const ALL: [Charset; 12] = [
        Charset::Utf8,
        Charset::Iso8859_1,
        Charset::Iso8859_2,
        Charset::Iso8859_3,
        Charset::Iso8859_4,
        Charset::Iso8859_5,
        Charset::Iso8859_6,
        Charset::Iso8859_7,
        Charset::Iso8859_8,
        Charset::Iso8859_9,
        Charset::Iso8859_15,
        Charset::Windows1252,
    ];

    /// The name in MSH-18 where table 0211 has one, else the usual one.
    pub fn as_str(self) -> &'static str {
        match self {
            Charset::Utf8 => "UNICODE UTF-8",
            Charset::Iso8859_1 => "8859/1",
            Charset::Iso8859_2 => "8859/2",
            Charset::Iso8859_3 => "8859/3",
            Charset::Iso8859_4 => "8859/4",
            Charset::Iso8859_5 => "8859/5",
            Charset::Iso8859_6 => "8859/6",
            Charset::Iso8859_7 => "8859/7",
            Charset::Iso8859_8 => "8859/8",
            Charset::Iso8859_9 => "8859/9",
            Charset::Iso8859_15 => "8859/15",
            Charset::Windows1252 => "WINDOWS-1252",
        }
    }

    /// The charset of that name, in any usual spelling.
    pub fn from_name(name: &str) -> Option<Self> {
        match Declared::from_name(name) {
            Declared::Known(charset) => Some(charset),
            Declared::Ascii => Some(Charset::Utf8),
            _ => None,
        }
    }

    fn part(self) -> &'static str {
        self.as_str().strip_prefix("8859/").unwrap_or("none")
    }

    /// The charset that `\Cxxyy\` switches to, by its ISO 2022 escape (two bytes in hex).
    pub(crate) fn from_iso_2022(escape: &[u8]) -> Option<Self> {
        match escape.to_ascii_uppercase().as_slice() {
            b"2842" => Some(Charset::Utf8),
            b"2D41" => Some(Charset::Iso8859_1),
            b"2D42" => Some(Charset::Iso8859_2),
            b"2D43" => Some(Charset::Iso8859_3),
            b"2D44" => Some(Charset::Iso8859_4),
            b"2D4C" => Some(Charset::Iso8859_5),
            b"2D47" => Some(Charset::Iso8859_6),
            b"2D46" => Some(Charset::Iso8859_7),
            b"2D48" => Some(Charset::Iso8859_8),
            b"2D4D" => Some(Charset::Iso8859_9),
            b"2D62" => Some(Charset::Iso8859_15),
            _ => None,
        }
    }

    /// Reads bytes as text. Borrows where bytes and text are the same; U+FFFD stands for what is no character.
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match std::str::from_utf8(bytes) {
            Ok(text) if self == Charset::Utf8 || bytes.is_ascii() => Cow::Borrowed(text),
            Err(_) if self == Charset::Utf8 => String::from_utf8_lossy(bytes),
            _ => Cow::Owned(bytes.iter().map(|byte| self.char(*byte)).collect()),
        }
    }

    /// Where decoding would put U+FFFD for the first time.
    pub fn first_invalid(self, bytes: &[u8]) -> Option<usize> {
        match self {
            Charset::Utf8 => std::str::from_utf8(bytes).err().map(|error| error.valid_up_to()),
            _ => bytes.iter().position(|byte| self.char(*byte) == char::REPLACEMENT_CHARACTER),
        }
    }

    /// Writes one character; false, and nothing is written, if the charset does not have it.
    pub(crate) fn encode_char(self, char: char, out: &mut Vec<u8>) -> bool {
        if char.is_ascii() || self == Charset::Utf8 {
            out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
            return true;
        }
        let byte = (0x80..=0xFF).find(|byte| self.char(*byte) == char && char != char::REPLACEMENT_CHARACTER);
        out.extend(byte);
        byte.is_some()
    }

    fn char(self, byte: u8) -> char {
        let from = |table: &[u16], first: u8| {
            char::from_u32(u32::from(table[usize::from(byte - first)])).unwrap_or(char::REPLACEMENT_CHARACTER)
        };
        if byte < 0x80 {
            return char::from(byte);
        }
        if byte < 0xA0 {
            return if self == Charset::Windows1252 { from(&tables::WINDOWS_1252, 0x80) } else { char::from(byte) };
        }
        match self {
            Charset::Iso8859_2 => from(&tables::ISO_8859_2, 0xA0),
            Charset::Iso8859_3 => from(&tables::ISO_8859_3, 0xA0),
            Charset::Iso8859_4 => from(&tables::ISO_8859_4, 0xA0),
            Charset::Iso8859_5 => from(&tables::ISO_8859_5, 0xA0),
            Charset::Iso8859_6 => from(&tables::ISO_8859_6, 0xA0),
            Charset::Iso8859_7 => from(&tables::ISO_8859_7, 0xA0),
            Charset::Iso8859_8 => from(&tables::ISO_8859_8, 0xA0),
            Charset::Iso8859_9 => from(&tables::ISO_8859_9, 0xA0),
            Charset::Iso8859_15 => from(&tables::ISO_8859_15, 0xA0),
            Charset::Utf8 | Charset::Iso8859_1 | Charset::Windows1252 => char::from(byte),
        }
    }
}

impl std::fmt::Display for Charset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The UTF-8 byte order mark.
pub(crate) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Turns UTF-16 into UTF-8, which [`crate::Message::parse`] takes; everything else is passed through.
///
/// UTF-16 is recognised by its byte order mark, or by a header whose every other byte is zero. The result begins with the
/// UTF-8 byte order mark, since MSH-18 goes on saying UTF-16. Half characters without their other half become U+FFFD.
pub fn normalise(input: &[u8]) -> Cow<'_, [u8]> {
    let Some((skip, unit)) = wide(input) else { return Cow::Borrowed(input) };
    let units = input[skip..].chunks(2).map(|pair| match *pair {
        [first, second] => unit([first, second]),
        _ => 0xFFFD,
    });
    let text = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
    let text: String = std::iter::once('\u{FEFF}').chain(text).collect();
    Cow::Owned(text.into_bytes())
}

/// Whether [`normalise`] would change the input.
pub(crate) fn is_wide(input: &[u8]) -> bool {
    wide(input).is_some()
}

type Unit = fn([u8; 2]) -> u16;

fn wide(input: &[u8]) -> Option<(usize, Unit)> {
    match input {
        [0xFF, 0xFE, ..] => Some((2, u16::from_le_bytes)),
        [0xFE, 0xFF, ..] => Some((2, u16::from_be_bytes)),
        [b'M' | b'F' | b'B', 0, b'S' | b'H', 0, b'H' | b'S', 0, ..] => Some((0, u16::from_le_bytes)),
        [0, b'M' | b'F' | b'B', 0, b'S' | b'H', 0, b'H' | b'S', ..] => Some((0, u16::from_be_bytes)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_the_spellings_of_the_world() {
        for (name, declared) in [
            ("", Declared::Nothing),
            ("ISO IR6", Declared::Ascii),
            ("8859/1", Declared::Known(Charset::Iso8859_1)),
            ("8859-1", Declared::Known(Charset::Iso8859_1)),
            ("ISO-8859-15", Declared::Known(Charset::Iso8859_15)),
            ("ISO8859-9", Declared::Known(Charset::Iso8859_9)),
            ("utf-8", Declared::Known(Charset::Utf8)),
            ("UNICODE UTF-8", Declared::Known(Charset::Utf8)),
            ("UNICODE UTF-16", Declared::Wide),
            ("windows-1252", Declared::Known(Charset::Windows1252)),
            ("ISO IR87", Declared::Unsupported("JIS X 0208")),
            ("8859/11", Declared::Unknown),
            ("8859/", Declared::Unknown),
            ("klingon", Declared::Unknown),
        ] {
            assert_eq!(Declared::from_name(name), declared, "{name}");
        }
        for charset in Charset::ALL {
            assert_eq!(Charset::from_name(charset.as_str()), Some(charset));
        }
    }

    #[test]
    fn each_charset_reads_and_writes_its_own_characters() {
        for (charset, byte, char) in [
            (Charset::Iso8859_1, 0xE9, 'é'),
            (Charset::Iso8859_2, 0xB3, 'ł'),
            (Charset::Iso8859_3, 0xE6, 'ĉ'),
            (Charset::Iso8859_4, 0xE5, 'å'),
            (Charset::Iso8859_5, 0xD6, 'ж'),
            (Charset::Iso8859_6, 0xC8, 'ب'),
            (Charset::Iso8859_7, 0xEB, 'λ'),
            (Charset::Iso8859_8, 0xF9, 'ש'),
            (Charset::Iso8859_9, 0xFE, 'ş'),
            (Charset::Iso8859_15, 0xA4, '€'),
            (Charset::Windows1252, 0x92, '\u{2019}'),
            (Charset::Windows1252, 0x80, '€'),
        ] {
            assert_eq!(charset.decode(&[b'a', byte]), format!("a{char}"), "{charset}");
            let mut out = Vec::new();
            assert!(charset.encode_char(char, &mut out));
            assert_eq!(out, [byte], "{charset}");
            assert!(!charset.encode_char('山', &mut out));
            assert!(matches!(charset.decode(b"plain"), Cow::Borrowed(_)));
        }
        assert_eq!(Charset::Iso8859_6.first_invalid(b"ab\xA1"), Some(2));
        assert_eq!(Charset::Utf8.first_invalid("ab\u{e9}".as_bytes()), None);
    }

    #[test]
    fn utf_16_becomes_utf_8_in_either_byte_order_with_or_without_mark() {
        let text = "MSH|^~\\&|Ä|𝒳";
        let bytes = |unit: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
            mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16()).flat_map(unit).collect()
        };
        let expected = format!("\u{FEFF}{text}");
        for input in [
            bytes(u16::to_le_bytes, true),
            bytes(u16::to_be_bytes, true),
            bytes(u16::to_le_bytes, false),
            bytes(u16::to_be_bytes, false),
        ] {
            assert_eq!(normalise(&input), expected.as_bytes());
        }
        assert!(matches!(normalise(b"MSH|^~\\&|"), Cow::Borrowed(_)));
        assert_eq!(normalise(b"\xFF\xFEM\0S"), "\u{FEFF}M\u{FFFD}".as_bytes());
    }
}
