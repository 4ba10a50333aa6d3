//! Escapes: any bytes decode to bounded text, and any text that can be written is read back.

#![no_main]

use hl7v2::{Charset, Delimiters, Encoding, escape};
use libfuzzer_sys::fuzz_target;

const CHARSETS: [Charset; 4] = [Charset::Utf8, Charset::Iso8859_1, Charset::Iso8859_7, Charset::Windows1252];
const ENCODINGS: [(u8, &[u8]); 4] = [(b'|', b"^~\\&"), (b'|', b"^~\\&#"), (b'#', b"!@%*"), (b'\\', b"^~")];

fuzz_target!(|input: &[u8]| {
    let [choice, raw @ ..] = input else { return };
    let (field, characters) = ENCODINGS[usize::from(choice & 3)];
    let delimiters = Delimiters::new(field, characters).expect("legal");
    let encoding = Encoding { delimiters, charset: CHARSETS[usize::from(choice >> 2 & 3)] };
    let text = escape::decode(raw, encoding);
    assert!(text.len() <= 100 * raw.len() + 100, "an escape multiplies");
    let mut written = Vec::new();
    if escape::encode(&text, encoding, &mut written).is_ok() {
        let special = |byte: &u8| byte.is_ascii_control() || *byte == delimiters.field();
        assert!(!written.iter().any(special), "what would break a segment is written bare");
        assert_eq!(escape::decode(&written, encoding), text);
    }
});
