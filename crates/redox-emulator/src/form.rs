//! Reading `application/x-www-form-urlencoded` text (WHATWG URL standard, section 5.1).

/// The pairs of a form body or of a query, decoded; bytes that are no UTF-8 become replacement characters.
pub(crate) fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

/// The first value of a name.
pub(crate) fn value(text: &str, name: &str) -> Option<String> {
    pairs(text).find(|(key, _)| key == name).map(|(_, value)| value)
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut ahead = rest.clone();
                let digits = ahead.next().and_then(hex).zip(ahead.next().and_then(hex));
                if let Some((high, low)) = digits {
                    bytes.push(high << 4 | low);
                    rest = ahead;
                } else {
                    bytes.push(b'%');
                }
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::{pairs, value};

    #[test]
    fn decodes_escapes_plus_and_broken_escapes() {
        let list: Vec<_> = pairs("a=1+2&b=%C3%A9&c=%zz%4&d&=e&&f=x%3Dy").collect();
        let expect = [("a", "1 2"), ("b", "é"), ("c", "%zz%4"), ("d", ""), ("", "e"), ("f", "x=y")];
        assert_eq!(list, expect.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(value("x=1&x=2", "x").as_deref(), Some("1"));
        assert_eq!(value("x=1", "y"), None);
    }
}
