//! The platform API as values: what its lists hold, how they are paged, and what a refusal means.
//!
//! Source: Redox docs, "Redox Platform API" and its reference pages. Every answer comes in an envelope, `{"meta": {"version",
//! "page"}, "payload": {…}}`. Where the reference leaves names open (the elements of a list of logs, the place of the next
//! cursor, the body of a refusal), several readings are taken. An element that cannot be read does not spoil its list, but
//! is counted: whoever concludes something from an absence must know that the list was whole.

// Environments, sources, destinations, subscriptions, keys.
mod asset;
// Logs, and what they are searched by.
mod log;

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::id::TechnicalId;
use crate::peer::PeerText;
use crate::reply::{MAX_PEER_TEXT, ReplyBody, ReplyHeaders};

pub use asset::{Destination, Environment, OAuthKey, Source, Subscription, VerificationMethod, Verify};
pub use log::{Attempt, DataMode, Log, LogFilter, LogKind, LogStatus};

/// Largest page that may be asked for (`_count`).
pub const PAGE_MAX: usize = 50;

/// Longest name kept.
const MAX_NAME: usize = 256;

/// Longest cursor kept.
const MAX_CURSOR: usize = 4096;

/// Something that the platform API lists.
pub trait Element: Sized {
    /// Members of `payload` under which a list of these stands; the first is the documented one.
    const LIST: &'static [&'static str];
    /// Members of `payload` under which a single one stands.
    const ONE: &'static [&'static str];

    /// Reads one; `None` if what identifies it is missing.
    fn from_json(value: &Value) -> Option<Self>;
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// Its elements, in the order given.
    pub items: Vec<T>,
    /// Elements that could not be read.
    pub unreadable: usize,
    /// Where the next page begins, for lists that are paged by cursor.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Elements that the page had, readable or not: a page with fewer than asked for is the last one.
    pub fn elements(&self) -> usize {
        self.items.len() + self.unreadable
    }
}

/// Why a question was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 401, also after a new token.
    #[error("the platform API does not accept this key (401); a user-level API key is needed")]
    Unauthorized,
    /// 403.
    #[error("the user of this key may not do this (403); the user's role bounds what a key may do")]
    Forbidden,
    /// 404: nothing has this id, or it belongs to others.
    #[error("there is nothing of this id, or this key may not see it (404)")]
    NotFound,
    /// 429.
    #[error("too many requests (429)")]
    RateLimited {
        /// Wait asked for, if any was.
        retry_after: Option<Duration>,
    },
    /// 504: the question takes more than about a minute.
    #[error("the question takes too long (504); ask for a shorter time")]
    TooLarge,
    /// Other 5xx, 408, 425: not now.
    #[error("the platform API cannot answer now ({status})")]
    Unavailable {
        /// HTTP status.
        status: u16,
        /// Wait asked for, if any was.
        retry_after: Option<Duration>,
    },
    /// Other 4xx, and redirects: the question is wrong as it is.
    #[error("the platform API refuses the question ({status})")]
    Invalid {
        /// HTTP status.
        status: u16,
        /// The peer's own words.
        text: Option<PeerText>,
    },
    /// A success that cannot be read.
    #[error("the platform API answered {status} with something that cannot be read")]
    Unreadable {
        /// HTTP status.
        status: u16,
    },
}

impl Refusal {
    /// One word for logs and metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::RateLimited { .. } => "rate-limited",
            Self::TooLarge | Self::Unavailable { .. } => "unavailable",
            Self::Invalid { .. } => "refused",
            Self::Unreadable { .. } => "unreadable",
        }
    }

    /// True if the same question may be answered later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::RateLimited { .. } | Self::Unavailable { .. })
    }
}

/// An answer's envelope, opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    status: u16,
    payload: Map<String, Value>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    meta: Option<Value>,
    payload: Map<String, Value>,
}

/// Reads an answer. Total: every status and every body has a reading.
///
/// # Errors
/// [`Refusal`].
pub fn read(status: u16, headers: &ReplyHeaders<'_>, body: ReplyBody<'_>) -> Result<Answer, Refusal> {
    let retry_after = headers.retry_after();
    match status {
        200..=299 => {
            let ReplyBody::Whole(bytes) = body else { return Err(Refusal::Unreadable { status }) };
            let envelope: Envelope = serde_json::from_slice(bytes).map_err(|_| Refusal::Unreadable { status })?;
            let next_cursor = envelope.meta.as_ref().and_then(next_cursor);
            Ok(Answer { status, payload: envelope.payload, next_cursor })
        }
        401 => Err(Refusal::Unauthorized),
        403 => Err(Refusal::Forbidden),
        404 => Err(Refusal::NotFound),
        429 => Err(Refusal::RateLimited { retry_after }),
        504 => Err(Refusal::TooLarge),
        408 | 425 | 500..=599 => Err(Refusal::Unavailable { status, retry_after }),
        _ => {
            let text = match body {
                ReplyBody::Whole(bytes) | ReplyBody::CutShort(bytes) => PeerText::from_body(bytes, MAX_PEER_TEXT),
                ReplyBody::TooLong => None,
            };
            Err(Refusal::Invalid { status, text })
        }
    }
}

impl Answer {
    /// The list in this answer.
    ///
    /// # Errors
    /// When there is none.
    pub fn page<T: Element>(&self) -> Result<Page<T>, Refusal> {
        let list = T::LIST.iter().find_map(|name| self.payload.get(*name)?.as_array()).ok_or(self.unreadable())?;
        let items: Vec<T> = list.iter().filter_map(T::from_json).collect();
        Ok(Page { unreadable: list.len() - items.len(), items, next_cursor: self.next_cursor.clone() })
    }

    /// The single element in this answer.
    ///
    /// # Errors
    /// When there is none that can be read.
    pub fn one<T: Element>(&self) -> Result<T, Refusal> {
        let named = T::ONE.iter().find_map(|name| self.payload.get(*name));
        named.and_then(T::from_json).ok_or(self.unreadable())
    }

    fn unreadable(&self) -> Refusal {
        Refusal::Unreadable { status: self.status }
    }
}

/// The cursor is documented as a parameter only; the member that carries it is looked for under the usual names.
fn next_cursor(meta: &Value) -> Option<String> {
    let page = meta.get("page").unwrap_or(meta);
    let cursor = ["nextCursor", "cursor", "next"].iter().find_map(|name| page.get(*name));
    let text = match cursor? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.len() <= MAX_CURSOR).then_some(text)
}

/// A name that people gave to an asset, or a word of the protocol.
fn name(value: &Value, member: &str) -> Option<String> {
    let text = value.get(member)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.chars().take(MAX_NAME).collect())
}

/// An id, written beside the element or inside `{"id": …}`.
fn id(value: &Value, member: &str) -> Option<TechnicalId> {
    let found = value.get(member)?;
    TechnicalId::from_json(found.get("id").unwrap_or(found))
}

#[cfg(test)]
mod tests;
