//! The JSON reader against `serde_json`: the same verdict on every text, the same value of every string.

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn check(body: &[u8]) -> Result<(), Fault> {
    let mut scanner = Scanner::new(body)?;
    scanner.skip()?;
    scanner.end()
}

/// Serde's verdict, where numbers beyond f64 count as accepted: only their grammar matters here.
fn serde_accepts(body: &[u8]) -> bool {
    match serde_json::from_slice::<Value>(body) {
        Ok(_) => true,
        Err(error) => error.to_string().contains("number out of range") && check(body).is_ok(),
    }
}

/// Bodies at the edge of the grammar, on both sides of it.
const CORNERS: &[&str] = &[
    "",
    " ",
    "{}",
    "[]",
    "{ }",
    "[ ]",
    "[,]",
    "[1,]",
    "{,}",
    "{\"a\":1,}",
    "{\"a\"}",
    "{\"a\":}",
    "{a:1}",
    "[1 2]",
    "{\"a\":1 \"b\":2}",
    "0",
    "-0",
    "01",
    "-",
    "-a",
    "1.",
    ".5",
    "1.5",
    "1e",
    "1e+",
    "1E-7",
    "1e999",
    "--1",
    "+1",
    "0x1",
    "1a",
    "NaN",
    "Infinity",
    "true",
    "tru",
    "truex",
    "false",
    "fals",
    "null",
    "nul",
    "nullnull",
    "True",
    "{}{}",
    "{} x",
    "[}",
    "{]",
    "[[]",
    "[]]",
    "[1}",
    "{\"a\":1]",
    "\"",
    "\"\\\"",
    "\"a",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u123g\"",
    "\"\\ud800\"",
    "\"\\udc00\"",
    "\"\\ud800\\udc00\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud800x\"",
    "\"\\ud800\\n\"",
    "\"\\ud800\\ud800\"",
    "\"\\u00\u{e9}9\"",
    "\"\u{7f}\"",
    "\"a\tb\"",
    "\"a\nb\"",
    "\"\\/\\b\\f\\n\\r\\t\\\\\\\"\"",
    "\u{feff}{}",
    "{}\u{feff}",
    "\u{a0}1",
    "\u{c}1",
    "\r\n\t 1 \r\n",
    "'a'",
    "/**/1",
    "1//",
    "{\"a\":1,\"a\":2}",
    "{\"\":0}",
    "{1:2}",
    "{null:1}",
    "\"12345678\u{1}\"",
    "\"1234\u{1}678901234567890\"",
    "\"1234567\u{1f}901234567890\"",
    "\"\u{0}1234567890123456\"",
    "\"1234567\\\"89012345\"",
    "\"\u{e9}\u{20ac}\u{1f600}\u{1}\"",
    "[\"abcdefgh\",\"ijklmnop\"]",
];

#[test]
fn agrees_with_serde_on_the_corners() {
    for body in CORNERS {
        assert_eq!(check(body.as_bytes()).is_ok(), serde_accepts(body.as_bytes()), "{body:?}");
    }
    for body in [&b"\"\xff\""[..], b"\xff", b"\"\xc3\"", b"\"\xed\xa0\x80\"", b"\"\xf0\x9f\x98\"", b"\"\xc0\xaf\""] {
        assert_eq!(check(body).is_ok(), serde_accepts(body), "{body:?}");
    }
}

#[test]
fn depth_is_bounded_whatever_is_nested() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
        assert_eq!(check(nested(MAX_DEPTH).as_bytes()), Ok(()));
        let expected = Fault { at: open.len() * MAX_DEPTH, expected: Expected::Shallower };
        assert_eq!(check(nested(MAX_DEPTH + 1).as_bytes()), Err(expected));
        assert_eq!(check(open.repeat(1_000_000).as_bytes()), Err(expected));
    }
    // Siblings are not depth.
    let siblings = format!("[{}[]]", "[{}],".repeat(1_000));
    assert_eq!(check(siblings.as_bytes()), Ok(()));
}

#[test]
fn depth_counts_across_stepping_in_and_skipping() {
    fn descend(scanner: &mut Scanner<'_>, levels: usize) -> Result<(), Fault> {
        if levels == 0 { scanner.skip() } else { scanner.items(|scanner| descend(scanner, levels - 1)) }
    }
    let body = format!("{}{}", "[".repeat(MAX_DEPTH + 1), "]".repeat(MAX_DEPTH + 1));
    for levels in [0, 1, MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1] {
        let mut scanner = Scanner::new(body.as_bytes()).expect("ASCII");
        assert_eq!(
            descend(&mut scanner, levels),
            Err(Fault { at: MAX_DEPTH, expected: Expected::Shallower }),
            "{levels}"
        );
    }
}

#[test]
fn faults_are_placed_where_the_text_stops_making_sense() {
    let place = |body: &str| match check(body.as_bytes()) {
        Err(fault) => Some((position(body.as_bytes(), fault.at), fault.expected.text())),
        Ok(()) => None,
    };
    assert_eq!(place("{\n  \"a\": 1,\n  \"é\" 2\n}"), Some(((3, 7), "`:`")));
    assert_eq!(place("[1,\n\n  ]"), Some(((3, 3), "a value")));
    assert_eq!(place("{\"a\":1} {"), Some(((1, 9), "the end of the body")));
    assert_eq!(place(""), Some(((1, 1), "a value")));
}

#[test]
fn positions_count_characters_not_bytes() {
    assert_eq!(position("ab\ncd".as_bytes(), 4), (2, 2));
    assert_eq!(position("éé".as_bytes(), 4), (1, 3));
    assert_eq!(position(b"a", 99), (1, 2));
}

/// JSON-like text: mostly valid documents, some with bytes changed, removed or doubled.
fn document() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|b| b.to_string()),
        any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(|n| format!("{n:e}")),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<String>().prop_map(|s| serde_json::to_string(&s).expect("strings serialise")),
        "(\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\\\n|[a-z\"\\\\]){0,6}".prop_map(|s| format!("\"{s}\"")),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[ {} ]", items.join(", "))),
            proptest::collection::vec((any::<String>(), inner), 0..5).prop_map(|members| {
                let member = |(name, value): &(String, String)| {
                    format!("{}:{value}", serde_json::to_string(name).expect("strings serialise"))
                };
                format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(",\n        "))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn accepts_exactly_what_serde_accepts(text in document(), edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 0..3)) {
        let mut body = text.into_bytes();
        for (index, byte, how) in edits {
            let at = index.index(body.len());
            match how {
                0 => body[at] = byte,
                1 => drop(body.remove(at)),
                2 => body.insert(at, b"{}[],:\"\\0e- \n"[usize::from(byte) % 13]),
                _ => body.truncate(at),
            }
            if body.is_empty() {
                break;
            }
        }
        prop_assert_eq!(check(&body).is_ok(), serde_accepts(&body), "{:?}", String::from_utf8_lossy(&body));
    }

    #[test]
    fn strings_have_the_value_serde_gives_them(value in any::<String>()) {
        for body in [serde_json::to_string(&value).expect("strings serialise"), ascii_escaped(&value)] {
            let mut scanner = Scanner::new(body.as_bytes()).expect("UTF-8");
            prop_assert_eq!(scanner.kind(), Ok(Kind::String));
            prop_assert_eq!(scanner.string().map(Text::decode), Ok(Cow::Borrowed(value.as_str())));
        }
    }
}

/// A string with every character written as `\uXXXX`.
fn ascii_escaped(value: &str) -> String {
    let units: Vec<String> = value.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    format!("\"{}\"", units.concat())
}
