//! Endpoint verification: Redox sends a challenge to a new endpoint and wants it back, by POST or (older) by GET.
//!
//! Source: Redox docs, "Create and verify an endpoint" and "Handling destination verification requests". It follows W3C
//! `WebSub`. A challenge may come at any time, must be answered without side effects, and is trusted by the token it carries.

use std::fmt;

use serde::Deserialize;

/// Content type of the answer: the bare challenge, as text. (Both documented answer forms contain it; this one cannot be
/// misread as a page.)
pub const ANSWER_CONTENT_TYPE: &str = "text/plain; charset=utf-8";

/// Largest POST body that can be a challenge: two short strings. Real ones have about 120 bytes.
pub const MAX_BODY: usize = 4 * 1024;

/// Longest challenge that is echoed. Redox sends a UUID.
const MAX_CHALLENGE: usize = 256;

/// An endpoint verification request.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    token: Option<String>,
    challenge: String,
}

/// Why a GET is not a verification request that can be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAChallenge {
    /// The query string has no `challenge`.
    #[error("the query string has no challenge parameter")]
    Missing,
    /// The challenge is empty, longer than 256 bytes, or has characters outside visible ASCII.
    #[error("the challenge parameter is empty, too long or not plain text")]
    Malformed,
}

#[derive(Deserialize)]
struct PostBody {
    #[serde(rename = "verification-token")]
    token: Option<String>,
    challenge: String,
    #[serde(rename = "Meta")]
    meta: Option<serde::de::IgnoredAny>,
}

impl Challenge {
    /// Reads the body of a POST, `{"verification-token": "…", "challenge": "…"}`. `None` means that the request is not a
    /// challenge but a delivery: anything with a `Meta`, without a `challenge` string, over [`MAX_BODY`], or not JSON.
    pub fn from_post(body: &[u8], header_token: Option<&str>) -> Option<Self> {
        if body.len() > MAX_BODY {
            return None;
        }
        let body: PostBody = serde_json::from_slice(body).ok()?;
        if body.meta.is_some() || !is_echoable(&body.challenge) {
            return None;
        }
        Some(Self { token: body.token.or_else(|| header_token.map(str::to_owned)), challenge: body.challenge })
    }

    /// Reads the query string of a GET (without the `?`), `challenge=…&verification-token=…`. Old senders put the token into
    /// the `verification-token` header instead: `header_token`.
    pub fn from_get(query: &str, header_token: Option<&str>) -> Result<Self, NotAChallenge> {
        let challenge = query_value(query, "challenge").ok_or(NotAChallenge::Missing)?;
        if !is_echoable(&challenge) {
            return Err(NotAChallenge::Malformed);
        }
        let token = query_value(query, "verification-token").or_else(|| header_token.map(str::to_owned));
        Ok(Self { token, challenge })
    }

    /// The verification token that came with the challenge, to be compared by
    /// [`verification::check_token`](crate::verification::check_token).
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The body of the answer, sent with status `200` and [`ANSWER_CONTENT_TYPE`].
    pub fn answer(&self) -> &str {
        &self.challenge
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = if self.token.is_some() { "present" } else { "absent" };
        f.debug_struct("Challenge").field("token", &token).field("challenge", &self.challenge).finish()
    }
}

/// What is echoed to whoever knows the token is still held to plain, short text.
fn is_echoable(challenge: &str) -> bool {
    (1..=MAX_CHALLENGE).contains(&challenge.len()) && challenge.bytes().all(|b| b.is_ascii_graphic())
}

/// The first value of `name` in a query string, percent-decoded.
fn query_value(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (percent_decoded(key)? == name).then(|| percent_decoded(value))?
    })
}

/// Form decoding: `+` is a space, `%xx` a byte. `None` if an escape is broken or the result is not UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const UUID: &str = "5f6b0c1e-0000-4000-8000-00000000c0de";

    #[test]
    fn a_post_carries_token_and_challenge_in_its_body() {
        let body = format!(r#"{{"verification-token":"tok","challenge":"{UUID}"}}"#);
        let challenge = Challenge::from_post(body.as_bytes(), Some("from-header")).expect("is a challenge");
        assert_eq!((challenge.token(), challenge.answer()), (Some("tok"), UUID));
    }

    #[test]
    fn an_old_post_carries_its_token_in_the_header() {
        let body = format!(r#"{{"challenge":"{UUID}"}}"#);
        let challenge = Challenge::from_post(body.as_bytes(), Some("from-header")).expect("is a challenge");
        assert_eq!(challenge.token(), Some("from-header"));
    }

    #[test]
    fn a_delivery_is_not_a_challenge() {
        for body in [
            r#"{"Meta":{"DataModel":"Results","EventType":"New"}}"#,
            r#"{"Meta":{"DataModel":"Results"},"challenge":"x"}"#,
            r#"{"challenge":7}"#,
            r#"{"challenge":""}"#,
            r#"{"challenge":"<script>alert(1)</script> "}"#,
            "challenge",
            "",
        ] {
            assert_eq!(Challenge::from_post(body.as_bytes(), Some("tok")), None, "{body}");
        }
        let long = format!(r#"{{"challenge":"x","pad":"{}"}}"#, "y".repeat(MAX_BODY));
        assert_eq!(Challenge::from_post(long.as_bytes(), None), None);
    }

    #[test]
    fn a_get_carries_both_in_the_query_or_the_token_in_the_header() {
        let query = format!("challenge={UUID}&verification-token=a%2Bb+c");
        let challenge = Challenge::from_get(&query, None).expect("is a challenge");
        assert_eq!((challenge.token(), challenge.answer()), (Some("a+b c"), UUID));
        let challenge = Challenge::from_get(&format!("challenge={UUID}"), Some("tok")).expect("is a challenge");
        assert_eq!(challenge.token(), Some("tok"));
    }

    #[test]
    fn a_get_without_a_usable_challenge_says_why() {
        assert_eq!(Challenge::from_get("verification-token=tok", None), Err(NotAChallenge::Missing));
        assert_eq!(Challenge::from_get("challenge=", None), Err(NotAChallenge::Malformed));
        assert_eq!(Challenge::from_get("challenge=%0d%0aSet-Cookie", None), Err(NotAChallenge::Malformed));
        assert_eq!(Challenge::from_get("challenge=%zz", None), Err(NotAChallenge::Missing));
    }

    #[test]
    fn debug_does_not_show_the_token() {
        let challenge = Challenge::from_get("challenge=c&verification-token=s3cret", None).expect("is a challenge");
        assert_eq!(format!("{challenge:?}"), r#"Challenge { token: "present", challenge: "c" }"#);
    }

    proptest! {
        #[test]
        fn no_input_panics(body in proptest::collection::vec(any::<u8>(), 0..200), query in "\\PC{0,80}") {
            let _ = Challenge::from_post(&body, None);
            let _ = Challenge::from_get(&query, None);
        }
    }
}
