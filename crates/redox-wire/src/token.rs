//! Legacy token requests, and the one reader of what token endpoints answer, legacy and OAuth.
//!
//! Sources: Redox docs, "Authenticate a legacy API key" and "Authenticate with JWT"; RFC 6749 §5.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::instant;
use crate::peer::PeerText;
use crate::reply::{MAX_PEER_TEXT, ReplyHeaders};

/// Path of the first legacy call, below the API's base URL.
pub const AUTHENTICATE_PATH: &str = "/auth/authenticate";
/// Path of the legacy renewal.
pub const REFRESH_PATH: &str = "/auth/refreshToken";

/// Documented lifetime of an OAuth token, used when a reply leaves out `expires_in`.
const OAUTH_DEFAULT_SECONDS: u64 = 300;

/// Body of `POST /auth/authenticate`.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticateRequest<'a> {
    /// The API key.
    pub api_key: &'a str,
    /// The source's secret.
    pub secret: &'a str,
}

/// Body of `POST /auth/refreshToken`.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RefreshRequest<'a> {
    /// The API key.
    pub api_key: &'a str,
    /// The refresh token of the last grant.
    pub refresh_token: &'a str,
}

/// What a token endpoint answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenReply {
    /// A token.
    Granted(Grant),
    /// These credentials are not accepted and will not be by asking again: stop, loudly.
    Refused(Refusal),
    /// No token now; ask again later.
    Unavailable(Unavailable),
}

/// A granted token.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant {
    access: String,
    refresh: Option<String>,
    /// When it ends.
    pub ends: Ends,
}

/// When a token ends, as the reply says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// This long after it was granted (OAuth).
    After(Duration),
    /// At this Unix millisecond by the server's clock (legacy).
    At(i64),
}

/// Credentials not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The peer's own words.
    pub text: Option<PeerText>,
}

/// No token now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable {
    /// HTTP status.
    pub status: u16,
    /// Why, as far as it can be told.
    pub why: UnavailableWhy,
    /// How long the server wants to be left alone.
    pub retry_after: Option<Duration>,
    /// The peer's own words.
    pub text: Option<PeerText>,
}

/// Kinds of token unavailability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnavailableWhy {
    /// A status other than success, not known to be final.
    Status,
    /// A success without a usable token in it.
    Unreadable,
}

impl Grant {
    /// The access token, and the refresh token of a legacy grant.
    pub fn into_tokens(self) -> (String, Option<String>) {
        (self.access, self.refresh)
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant")
            .field("ends", &self.ends)
            .field("refreshable", &self.refresh.is_some())
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct OAuthBody {
    access_token: String,
    token_type: Option<String>,
    expires_in: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LegacyBody {
    access_token: String,
    expires: String,
    refresh_token: Option<String>,
}

/// Reads the answer of the OAuth token endpoint. Only `invalid_client` on 400 or 401 is final; the other error codes of
/// RFC 6749 §5.2 are not documented by Redox and are asked again, as is anything unreadable.
pub fn read_oauth(status: u16, headers: &ReplyHeaders<'_>, body: &[u8]) -> TokenReply {
    match status {
        200..=299 => match serde_json::from_slice(body).ok().and_then(oauth_grant) {
            Some(grant) => TokenReply::Granted(grant),
            None => unavailable(status, UnavailableWhy::Unreadable, headers, None),
        },
        400 | 401 if oauth_error(body).as_deref() == Some("invalid_client") => refused(status, body),
        _ => unavailable(status, UnavailableWhy::Status, headers, text(body)),
    }
}

/// Reads the answer of either legacy call. A refusal is plain text with status 401 (400 for a malformed request).
pub fn read_legacy(status: u16, headers: &ReplyHeaders<'_>, body: &[u8]) -> TokenReply {
    match status {
        200..=299 => match serde_json::from_slice(body).ok().and_then(legacy_grant) {
            Some(grant) => TokenReply::Granted(grant),
            None => unavailable(status, UnavailableWhy::Unreadable, headers, None),
        },
        400 | 401 => refused(status, body),
        _ => unavailable(status, UnavailableWhy::Status, headers, text(body)),
    }
}

fn oauth_grant(body: OAuthBody) -> Option<Grant> {
    // RFC 6749 §7.1: a client must not use a token whose type it does not understand.
    let understood = body.token_type.is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    let seconds = match body.expires_in {
        None | Some(Value::Null) => OAUTH_DEFAULT_SECONDS,
        Some(Value::String(text)) => text.trim().parse().ok()?,
        Some(number) => number.as_u64()?,
    };
    let ends = Ends::After(Duration::from_secs(seconds));
    (understood && is_token(&body.access_token)).then_some(Grant { access: body.access_token, refresh: None, ends })
}

fn legacy_grant(body: LegacyBody) -> Option<Grant> {
    let ends = Ends::At(instant::iso_instant(&body.expires)?);
    let refresh = body.refresh_token.filter(|token| is_token(token));
    is_token(&body.access_token).then_some(Grant { access: body.access_token, refresh, ends })
}

/// A token must survive a header: visible ASCII, and some of it.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic())
}

fn oauth_error(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct ErrorBody {
        error: String,
    }
    serde_json::from_slice::<ErrorBody>(body).ok().map(|body| body.error)
}

fn text(body: &[u8]) -> Option<PeerText> {
    PeerText::from_body(body, MAX_PEER_TEXT)
}

fn refused(status: u16, body: &[u8]) -> TokenReply {
    TokenReply::Refused(Refusal { status, text: text(body) })
}

fn unavailable(status: u16, why: UnavailableWhy, headers: &ReplyHeaders<'_>, text: Option<PeerText>) -> TokenReply {
    // The words of an unreadable success are not kept: they may be a token.
    TokenReply::Unavailable(Unavailable { status, why, retry_after: headers.retry_after(), text })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn oauth(status: u16, body: &str) -> TokenReply {
        read_oauth(status, &ReplyHeaders::default(), body.as_bytes())
    }

    fn legacy(status: u16, body: &str) -> TokenReply {
        read_legacy(status, &ReplyHeaders::default(), body.as_bytes())
    }

    fn granted(reply: TokenReply) -> (Ends, String, Option<String>) {
        let TokenReply::Granted(grant) = reply else { panic!("not granted: {reply:?}") };
        let ends = grant.ends;
        let (access, refresh) = grant.into_tokens();
        (ends, access, refresh)
    }

    #[test]
    fn an_oauth_grant_lasts_as_long_as_it_says() {
        let ends = |body: &str| granted(oauth(200, body)).0;
        assert_eq!(
            ends(r#"{"access_token":"t","scope":"s","token_type":"Bearer","expires_in":120}"#),
            Ends::After(Duration::from_mins(2))
        );
        assert_eq!(ends(r#"{"access_token":"t","expires_in":"60"}"#), Ends::After(Duration::from_mins(1)));
        assert_eq!(ends(r#"{"access_token":"t"}"#), Ends::After(Duration::from_mins(5)));
    }

    #[test]
    fn a_legacy_grant_ends_at_an_instant_and_can_be_refreshed() {
        let body = r#"{"accessToken":"a-1","expires":"2015-03-25T20:52:35.000Z","refreshToken":"r-1"}"#;
        assert_eq!(granted(legacy(200, body)), (Ends::At(1_427_316_755_000), "a-1".into(), Some("r-1".into())));
    }

    #[test]
    fn an_unusable_success_is_unavailable_and_its_text_is_dropped() {
        for body in [
            "",
            "<html>",
            "{}",
            r#"{"access_token":""}"#,
            r#"{"access_token":"a b"}"#,
            r#"{"access_token":"t","token_type":"mac"}"#,
            r#"{"access_token":"t","expires_in":-1}"#,
        ] {
            let TokenReply::Unavailable(found) = oauth(200, body) else { panic!("{body} was read as a grant") };
            assert_eq!((found.why, found.text), (UnavailableWhy::Unreadable, None), "{body}");
        }
        assert!(matches!(legacy(200, r#"{"accessToken":"t","expires":"soon"}"#), TokenReply::Unavailable(_)));
    }

    #[test]
    fn only_a_named_refusal_is_final() {
        let refusal = r#"{"error":"invalid_client","error_description":"unknown kid"}"#;
        assert!(matches!(oauth(401, refusal), TokenReply::Refused(Refusal { status: 401, text: Some(_) })));
        assert!(matches!(oauth(400, refusal), TokenReply::Refused(Refusal { status: 400, .. })));
        assert!(matches!(oauth(503, refusal), TokenReply::Unavailable(_)));
        assert!(matches!(oauth(400, r#"{"error":"invalid_scope"}"#), TokenReply::Unavailable(_)));
        assert!(matches!(oauth(401, "Unauthorized"), TokenReply::Unavailable(_)));
        assert!(matches!(legacy(401, "Invalid request"), TokenReply::Refused(_)));
        assert!(matches!(legacy(500, "Invalid request"), TokenReply::Unavailable(_)));
    }

    #[test]
    fn a_wait_is_passed_on() {
        let headers = ReplyHeaders { retry_after: Some("7"), ..ReplyHeaders::default() };
        let TokenReply::Unavailable(found) = read_oauth(429, &headers, b"") else { panic!("429 is not final") };
        assert_eq!(found.retry_after, Some(Duration::from_secs(7)));
    }

    #[test]
    fn debug_shows_no_token() {
        let shown = format!("{:?}", oauth(200, r#"{"access_token":"s3cret"}"#));
        assert!(!shown.contains("s3cret"), "{shown}");
    }

    proptest! {
        #[test]
        fn no_reply_panics(status in 0_u16..1000, body in proptest::collection::vec(any::<u8>(), 0..120)) {
            let _ = read_oauth(status, &ReplyHeaders::default(), &body);
            let _ = read_legacy(status, &ReplyHeaders::default(), &body);
        }
    }
}
