//! One token per credential, shared by all callers: asked for once however many wait, renewed before it ends.
//!
//! A token goes through three times. *Fresh*: every caller gets it. *Ageing* (the last fifth of its life, at most five minutes,
//! the start moved by a random part so that replicas do not renew together): callers still get it, the first one starts a
//! renewal behind them. *Ended*: callers wait for the renewal. What a renewal brings, token or failure, all who wait share; a
//! failure is also kept for a moment, so that a crowd does not turn an outage of the token endpoint into a storm on it.

mod request;
mod skew;

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redox_wire::peer::PeerText;
use redox_wire::reply::ReplyHeaders;
use redox_wire::token::UnavailableWhy;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;

use crate::chance::{self, Clock, Entropy};
use crate::credentials::Credentials;
use crate::endpoints::Endpoints;
use crate::keys::KeyError;
use crate::meter::Meter;
use crate::transport::{Lost, NotSent};
use skew::Skew;

/// Longest wait for a token endpoint's reply.
pub const TOKEN_CEILING: Duration = Duration::from_secs(30);

/// A renewal starts this share of a token's life before its end (60 s of an OAuth token's 300 s) …
const RENEW_SHARE: i64 = 5;
/// … but not more than five minutes before it (of a legacy token's 24 h).
const RENEW_AT_MOST: i64 = 300_000;

/// A token is not handed out in the last part of its life: the request that carries it has to arrive. A thirtieth, 10 s for an
/// OAuth token, and not more than 30 s.
const GUARD_SHARE: i64 = 30;
const GUARD_AT_MOST: i64 = 30_000;

/// How long a failure answers later callers, when the server does not say.
const UNAVAILABLE_HELD: Duration = Duration::from_secs(1);
/// A refusal will not change by asking; a person has to act.
const REFUSED_HELD: Duration = Duration::from_secs(30);
/// The longest wait that a server may impose.
const HELD_AT_MOST: Duration = Duration::from_mins(5);

/// Why there is no token. Nothing was sent in the name of the caller, so nothing can have been accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The credentials are not accepted: stop, and tell somebody.
    #[error(
        "the credentials were refused with status {status}; check key, key id and client id, and that the key is registered"
    )]
    Refused {
        /// HTTP status.
        status: u16,
        /// The peer's words.
        text: Option<PeerText>,
    },
    /// The token endpoint answered, without a token.
    #[error("the token endpoint answered {status} without a usable token")]
    Unavailable {
        /// HTTP status.
        status: u16,
        /// What was missing.
        why: UnavailableWhy,
        /// Wait asked for by the server.
        retry_after: Option<Duration>,
    },
    /// The granted token had ended before it could be used: the two clocks differ, or the endpoint hands out old tokens.
    #[error("the token endpoint granted a token that has already ended")]
    EndedOnArrival,
    /// The token endpoint was not reached.
    #[error("the token endpoint was not reached: {0}")]
    Unreachable(#[from] NotSent),
    /// The token endpoint did not answer.
    #[error("the token endpoint did not answer: {0}")]
    NoAnswer(#[from] Lost),
    /// The assertion was not signed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The request ended without an outcome, because the runtime is stopping.
    #[error("the token request was abandoned")]
    Abandoned,
}

impl TokenError {
    /// True if asking again will not help: the sender stops and somebody is told.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Key(_))
    }

    /// Wait asked for by the server.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// How long this failure answers for the endpoint.
    fn held(&self) -> Duration {
        if self.is_final() {
            return REFUSED_HELD;
        }
        self.retry_after().unwrap_or(UNAVAILABLE_HELD).clamp(UNAVAILABLE_HELD, HELD_AT_MOST)
    }
}

/// A token that was valid when it was handed out.
pub struct AccessToken {
    text: SecretString,
    generation: u64,
}

impl AccessToken {
    /// The text for the `Authorization` header.
    pub(crate) fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// Counts the tokens of this process; safe to log.
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").field("generation", &self.generation).finish_non_exhaustive()
    }
}

/// The tokens of one credential. Clones share them.
#[derive(Clone)]
pub struct Tokens {
    shared: Arc<Shared>,
}

struct Shared {
    http: reqwest::Client,
    endpoints: Endpoints,
    credentials: Credentials,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    meter: Arc<dyn Meter>,
    skew: Skew,
    state: Mutex<State>,
}

type Outcome = Result<Arc<AccessToken>, TokenError>;

#[derive(Default)]
struct State {
    held: Option<Held>,
    /// Only ever of a legacy grant; outlives the access token.
    refresh: Option<SecretString>,
    flight: Option<watch::Receiver<Option<Outcome>>>,
    failure: Option<Failure>,
    generation: u64,
}

struct Held {
    token: Arc<AccessToken>,
    /// Local Unix ms from when on a renewal is due.
    renew_at: i64,
    /// Local Unix ms from when on it is not handed out.
    ends_at: i64,
}

/// A failure answers within this time; outside it, and if the clock was set back before it, the endpoint is asked again.
struct Failure {
    error: TokenError,
    held: Range<i64>,
}

/// A token as it was granted, in local time.
struct Fresh {
    access: SecretString,
    refresh: Option<SecretString>,
    ends_at: i64,
}

enum Step {
    Use(Arc<AccessToken>),
    Fail(TokenError),
    Wait(watch::Receiver<Option<Outcome>>),
}

/// What tokens are made with.
pub(crate) struct Source {
    pub(crate) http: reqwest::Client,
    pub(crate) endpoints: Endpoints,
    pub(crate) credentials: Credentials,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) meter: Arc<dyn Meter>,
}

impl Tokens {
    pub(crate) fn new(source: Source) -> Self {
        let Source { http, endpoints, credentials, clock, entropy, meter } = source;
        let (skew, state) = (Skew::default(), Mutex::default());
        Self { shared: Arc::new(Shared { http, endpoints, credentials, clock, entropy, meter, skew, state }) }
    }

    /// A valid token: at once if there is one, else the outcome of the one request that is in flight or is started now. The
    /// request goes on if the caller stops waiting. Must be called inside a tokio runtime.
    pub async fn token(&self) -> Result<Arc<AccessToken>, TokenError> {
        let mut flight = match self.shared.step() {
            Step::Use(token) => return Ok(token),
            Step::Fail(error) => return Err(error),
            Step::Wait(flight) => flight,
        };
        match flight.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone().unwrap_or(Err(TokenError::Abandoned)),
            Err(_sender_gone) => Err(TokenError::Abandoned),
        }
    }

    /// Forgets this token, because the API answered 401 to it. Says nothing about a newer one: of a thousand callers that
    /// were refused with the same token, the first one makes it forgotten and all wait for the same new one.
    pub fn invalidate(&self, token: &AccessToken) {
        let mut state = self.shared.lock();
        if state.held.as_ref().is_some_and(|held| held.token.generation == token.generation) {
            state.held = None;
        }
    }

    /// Measures the server's clock by a reply that was asked for and received at these local times.
    pub(crate) fn observe(&self, asked: i64, received: i64, headers: &ReplyHeaders<'_>) {
        self.shared.skew.observe(asked, received, headers);
    }

    /// How far the server's clock is ahead of ours, in ms; 0 if not measured or within the error of the measurement.
    pub fn skew(&self) -> i64 {
        self.shared.skew.offset()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock; if it did, the state is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides under the lock, so that of any number of callers one starts a request.
    fn step(self: &Arc<Self>) -> Step {
        let now = self.clock.now();
        let mut state = self.lock();
        let held = state.held.as_ref().filter(|held| now < held.ends_at);
        if let Some(held) = held {
            let token = Arc::clone(&held.token);
            if now >= held.renew_at && state.recent_failure(now).is_none() {
                self.join_flight(&mut state);
            }
            return Step::Use(token);
        }
        match state.recent_failure(now) {
            Some(error) => Step::Fail(error),
            None => Step::Wait(self.join_flight(&mut state)),
        }
    }

    /// The request in flight, started if there is none. It runs on its own, so that no caller can take it away from others
    /// by giving up; its length is bounded by the time limits of the requests in it.
    fn join_flight(self: &Arc<Self>, state: &mut State) -> watch::Receiver<Option<Outcome>> {
        if let Some(flight) = state.live_flight() {
            return flight;
        }
        let (sender, flight) = watch::channel(None);
        state.flight = Some(flight.clone());
        let refresh = state.refresh.clone();
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            let result = request::fresh(&shared, refresh).await;
            let outcome = shared.land(result);
            // Nobody may be waiting: a renewal behind a valid token.
            sender.send_replace(Some(outcome));
        });
        flight
    }

    /// Ends the flight: keeps what it brought.
    fn land(&self, result: Result<Fresh, TokenError>) -> Outcome {
        let now = self.clock.now();
        let mut state = self.lock();
        state.flight = None;
        let outcome = result.and_then(|fresh| self.keep(&mut state, fresh, now));
        match &outcome {
            Ok(token) => tracing::debug!(generation = token.generation, "token obtained"),
            Err(error) if error.is_final() => tracing::error!(%error, "token refused"),
            Err(error) => tracing::warn!(%error, "no token"),
        }
        state.failure = outcome.as_ref().err().map(|error| {
            let until = now.saturating_add(i64::try_from(error.held().as_millis()).unwrap_or(i64::MAX));
            Failure { error: error.clone(), held: now..until }
        });
        outcome
    }

    fn keep(&self, state: &mut State, fresh: Fresh, now: i64) -> Outcome {
        let life = fresh.ends_at - now;
        let ends_at = fresh.ends_at - (life / GUARD_SHARE).min(GUARD_AT_MOST);
        if ends_at <= now {
            return Err(TokenError::EndedOnArrival);
        }
        let margin = (life / RENEW_SHARE).min(RENEW_AT_MOST);
        let renew_at = fresh.ends_at - margin - chance::up_to(&*self.entropy, margin / 2);
        state.generation += 1;
        state.refresh = fresh.refresh;
        let token = Arc::new(AccessToken { text: fresh.access, generation: state.generation });
        state.held = Some(Held { token: Arc::clone(&token), renew_at, ends_at });
        Ok(token)
    }
}

impl State {
    /// A flight whose task was dropped with its runtime never lands; it is not waited for.
    fn live_flight(&self) -> Option<watch::Receiver<Option<Outcome>>> {
        self.flight.clone().filter(|flight| flight.has_changed().is_ok())
    }

    fn recent_failure(&self, now: i64) -> Option<TokenError> {
        self.failure.as_ref().filter(|failure| failure.held.contains(&now)).map(|failure| failure.error.clone())
    }
}
