//! Does an inbound request carry one of our verification tokens?
//!
//! Redox authenticates to an endpoint by a shared secret in the `verification-token` header and, in newer versions, also as
//! `Authorization: Bearer` (Redox docs, "Receiving data from Redox"). There is no body signature. During a rotation two
//! tokens are valid at once, so the check takes several.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// Name of the header that carries the token.
pub const TOKEN_HEADER: &str = "verification-token";

/// What a request presents; values as they stand in the headers.
#[derive(Clone, Copy, Default)]
pub struct Presented<'a> {
    /// Value of the `verification-token` header.
    pub verification_token: Option<&'a [u8]>,
    /// Value of the `Authorization` header, scheme included.
    pub authorization: Option<&'a [u8]>,
}

/// Result of a check. It never contains a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The valid token at this position of the list was presented: 0 is the first one configured.
    Matched {
        /// Position in the list of valid tokens; tells whether an old token is still in use during a rotation.
        position: usize,
    },
    /// Neither header carries a token.
    Missing,
    /// A token was presented and none of the valid ones equals it.
    Wrong,
}

impl Verdict {
    /// True if the request may pass.
    pub fn is_match(self) -> bool {
        matches!(self, Self::Matched { .. })
    }
}

/// Checks both headers against the valid tokens. Either header is enough: an `Authorization` made by another credential does
/// not spoil a right `verification-token`.
pub fn check(presented: Presented<'_>, valid: &[&[u8]]) -> Verdict {
    let header = presented.verification_token.map(trimmed).filter(|token| !token.is_empty());
    let bearer = presented.authorization.and_then(bearer_token);
    match (header, bearer) {
        (None, None) => Verdict::Missing,
        (Some(one), None) | (None, Some(one)) => compare(one, valid),
        (Some(header), Some(bearer)) => match compare(header, valid) {
            Verdict::Wrong => compare(bearer, valid),
            matched => matched,
        },
    }
}

/// Checks one token, such as the one inside a [`Challenge`](crate::challenge::Challenge).
pub fn check_token(presented: Option<&str>, valid: &[&[u8]]) -> Verdict {
    match presented.map(|token| trimmed(token.as_bytes())) {
        None | Some([]) => Verdict::Missing,
        Some(token) => compare(token, valid),
    }
}

/// Compares with every valid token, matching or not, so that time tells neither which one matched nor where a difference is.
/// The length of a token is not treated as a secret. What is presented is never empty here, so that an empty valid token, a
/// mistake in the configuration, opens no door.
fn compare(presented: &[u8], valid: &[&[u8]]) -> Verdict {
    let mut found = Choice::from(0);
    let mut position = u64::MAX;
    for (index, token) in valid.iter().enumerate() {
        let same = presented.ct_eq(token);
        position.conditional_assign(&(index as u64), same & !found);
        found |= same;
    }
    match usize::try_from(position) {
        Ok(position) if bool::from(found) => Verdict::Matched { position },
        _ => Verdict::Wrong,
    }
}

/// The token of a `Bearer` credential; the scheme is case-insensitive (RFC 9110 §11.1). Other schemes present no token.
fn bearer_token(authorization: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = trimmed(authorization).split_at_checked("bearer".len())?;
    let token = trimmed(rest);
    (scheme.eq_ignore_ascii_case(b"bearer") && rest.first() == Some(&b' ') && !token.is_empty()).then_some(token)
}

fn trimmed(value: &[u8]) -> &[u8] {
    value.trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALID: [&[u8]; 3] = [b"new-token", b"", b"old-token"];

    fn by_header(token: &str) -> Verdict {
        check(Presented { verification_token: Some(token.as_bytes()), authorization: None }, &VALID)
    }

    fn by_authorization(value: &str) -> Verdict {
        check(Presented { verification_token: None, authorization: Some(value.as_bytes()) }, &VALID)
    }

    #[test]
    fn either_header_matches_any_valid_token() {
        assert_eq!(by_header("new-token"), Verdict::Matched { position: 0 });
        assert_eq!(by_header(" old-token "), Verdict::Matched { position: 2 });
        assert_eq!(by_authorization("Bearer new-token"), Verdict::Matched { position: 0 });
        assert_eq!(by_authorization("bearer  old-token"), Verdict::Matched { position: 2 });
    }

    #[test]
    fn one_right_header_is_enough() {
        let with = |header: &'static str, authorization: &'static str| {
            let presented = Presented {
                verification_token: Some(header.as_bytes()),
                authorization: Some(authorization.as_bytes()),
            };
            check(presented, &VALID)
        };
        assert_eq!(with("new-token", "AWS4-HMAC-SHA256 Credential=x"), Verdict::Matched { position: 0 });
        assert_eq!(with("wrong", "Bearer old-token"), Verdict::Matched { position: 2 });
        assert_eq!(with("wrong", "Bearer wrong"), Verdict::Wrong);
    }

    #[test]
    fn missing_and_wrong_are_told_apart() {
        assert_eq!(check(Presented::default(), &VALID), Verdict::Missing);
        assert_eq!(by_header(""), Verdict::Missing);
        assert_eq!(by_authorization("Basic bmV3LXRva2Vu"), Verdict::Missing);
        assert_eq!(by_authorization("Bearernew-token"), Verdict::Missing);
        assert_eq!(by_authorization("Bearer "), Verdict::Missing);
        for near in ["new-toke", "new-tokeN", "new-token2", "x"] {
            assert_eq!(by_header(near), Verdict::Wrong, "{near}");
        }
    }

    #[test]
    fn nothing_matches_without_a_valid_token() {
        let presented = Presented { verification_token: Some(b"any"), authorization: None };
        assert_eq!(check(presented, &[]), Verdict::Wrong);
        assert_eq!(check_token(Some(""), &[b""]), Verdict::Missing);
        assert_eq!(check_token(Some(" "), &[b"", b" "]), Verdict::Missing);
    }

    #[test]
    fn the_first_of_equal_tokens_is_named() {
        assert_eq!(check_token(Some("same"), &[b"other", b"same", b"same"]), Verdict::Matched { position: 1 });
    }
}
