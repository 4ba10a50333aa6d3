//! Who gets the token: the server itself and hosts that were named, and nobody else.

use crate::smart::{Backend, TokenError};
use reqwest::Url;
use secrecy::SecretString;
use std::fmt;
use std::sync::Arc;

/// How the client proves who it is.
#[derive(Debug, Default)]
pub enum Auth {
    /// Not at all: an open server.
    #[default]
    None,
    /// A token that somebody else obtained; it cannot be renewed here.
    Bearer(SecretString),
    /// SMART Backend Services: a signed assertion for a short token, again and again.
    Backend(Box<Backend>),
}

/// Scheme, host and port (RFC 6454).
#[derive(Clone, PartialEq, Eq)]
pub struct Origin {
    scheme: String,
    host: String,
    port: Option<u16>,
}

impl Origin {
    /// The origin of an address.
    pub fn of(url: &Url) -> Self {
        Self {
            scheme: url.scheme().to_owned(),
            host: url.host_str().unwrap_or_default().to_owned(),
            port: url.port_or_known_default(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        let is_usual =
            matches!((self.scheme.as_str(), self.port), (_, None) | ("http", Some(80)) | ("https", Some(443)));
        match self.port {
            Some(port) if !is_usual => write!(f, ":{port}"),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A token as it goes into a request, with a number by which a refusal of it is told from one of its successor.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) text: Arc<SecretString>,
    pub(crate) generation: u64,
}

/// The token and the places it may go to.
#[derive(Debug)]
pub(crate) struct Access {
    auth: Held,
    trusted: Vec<Origin>,
}

#[derive(Debug)]
enum Held {
    None,
    Bearer(Arc<SecretString>),
    Backend(Box<Backend>),
}

impl Access {
    pub(crate) fn new(auth: Auth, base: &Url, mut trusted: Vec<Origin>) -> Self {
        trusted.push(Origin::of(base));
        let auth = match auth {
            Auth::None => Held::None,
            Auth::Bearer(token) => Held::Bearer(Arc::new(token)),
            Auth::Backend(backend) => Held::Backend(backend),
        };
        Self { auth, trusted }
    }

    /// Whether the token may be shown at this address.
    pub(crate) fn may_see(&self, url: &Url) -> bool {
        self.trusted.contains(&Origin::of(url))
    }

    /// The token for an address that may see it; `None` for others and without authorization.
    pub(crate) async fn token(&self, http: &crate::http::Http, url: &Url) -> Result<Option<Token>, TokenError> {
        if !self.may_see(url) {
            return Ok(None);
        }
        match &self.auth {
            Held::None => Ok(None),
            Held::Bearer(text) => Ok(Some(Token { text: Arc::clone(text), generation: 0 })),
            Held::Backend(backend) => backend.token(http).await.map(Some),
        }
    }

    /// A server refused this token; false if there is no way to another one.
    pub(crate) async fn refused(&self, token: &Token) -> bool {
        match &self.auth {
            Held::None | Held::Bearer(_) => false,
            Held::Backend(backend) => {
                backend.forget(token.generation).await;
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_origin_or_a_named_one_sees_the_token() {
        let url = |text: &str| Url::parse(text).unwrap();
        let named = Origin::of(&url("https://files.example.org/anything"));
        let access = Access::new(Auth::None, &url("https://fhir.example.org/r4"), vec![named]);
        let table = [
            ("https://fhir.example.org/jobs/1", true),
            ("https://fhir.example.org:443/", true),
            ("https://files.example.org/1", true),
            ("https://fhir.example.org:444/", false),
            ("http://fhir.example.org/", false),
            ("https://fhir.example.org.evil.example/", false),
            ("https://fhir.example.org@evil.example/", false),
            ("https://evil.example/?https://fhir.example.org", false),
        ];
        for (text, expect) in table {
            assert_eq!(access.may_see(&url(text)), expect, "{text}");
        }
        assert_eq!(Origin::of(&url("https://a.example:444/x?y")).to_string(), "https://a.example:444");
        assert_eq!(Origin::of(&url("http://a.example/")).to_string(), "http://a.example");
    }
}
