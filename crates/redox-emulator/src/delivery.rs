//! Requests from Redox to a destination: their headers, and what their outcome is for.

use crate::Emulator;
use crate::auth::KeyFetch;
use crate::exchange::{Delivery, DeliveryId, Outcome, Turn};
use crate::message::Message;
use crate::observed::{Observed, What};
use crate::queue::QueueKey;
use crate::routing::Asked;
use crate::verification::Challenged;
use http::{HeaderMap, HeaderValue, Method};
use jiff::SignedDuration;

/// What a delivery under way is for.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// The head of a queue.
    Queue(QueueKey),
    /// A synchronous request.
    Query(Box<Asked>),
    /// A verification.
    Challenge(Challenged),
    /// A client's key set.
    Keys(Box<KeyFetch>),
}

impl Emulator {
    /// What came of a delivery. Each delivery is told once; a second word about it is ignored.
    pub fn delivered(
        &mut self,
        delivery: DeliveryId,
        outcome: Outcome,
        now: jiff::Timestamp,
        rng: &mut crate::Rng,
    ) -> crate::Effects {
        let mut turn = Turn::new(now, rng);
        match self.in_flight.remove(&delivery) {
            Some(Purpose::Queue(key)) => self.queue_settled(&mut turn, &key, &outcome),
            Some(Purpose::Query(asked)) => self.query_settled(&mut turn, &asked, outcome),
            Some(Purpose::Challenge(challenged)) => self.challenge_settled(&mut turn, &challenged, &outcome),
            Some(Purpose::Keys(fetch)) => self.keys_settled(&mut turn, &fetch, &outcome),
            None => {}
        }
        self.date_replies(&mut turn);
        turn.effects
    }

    /// Passes a stored log on towards its destination, unless a filter drops it.
    pub(crate) fn hand_over(&mut self, turn: &mut Turn<'_>, log: &str) {
        let Some(known) = self.logs.get(log) else { return };
        let Some(destination) = self.directory.destination(&known.destination) else { return };
        if !destination.filters(&known.data_model, &known.event_type) {
            return self.enqueue(turn, log);
        }
        let mut seen = Observed::new(turn.now, What::Filtered);
        seen.event = Some(known.event());
        seen.destination = Some(destination.name.clone());
        seen.log = Some(log.to_owned());
        turn.effects.observed.push(seen);
        self.logs.filter(turn, log);
    }

    /// Begins an attempt and hands it to the shell; `None` when the destination has no URL.
    pub(crate) fn send(
        &mut self,
        turn: &mut Turn<'_>,
        log_id: &str,
        message: &Message,
        timeout: SignedDuration,
        destination: &str,
    ) -> Option<DeliveryId> {
        let destination = self.directory.destination(destination)?;
        let (url, token) = (destination.url.clone()?, destination.verification_token.clone());
        self.logs.begin_attempt(turn, log_id);
        let body = self.delivery_body(message, self.logs.get(log_id)?);
        let mut headers = common_headers();
        headers.insert("content-type", message.content_type());
        headers.extend(token_headers(&token));
        let id = self.next_delivery();
        turn.effects.outgoing.push(Delivery { id, method: Method::POST, url, headers, body, timeout });
        Some(id)
    }
}

/// Headers of everything that Redox sends.
pub(crate) fn common_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("application-name", HeaderValue::from_static("RedoxEngine"));
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers
}

/// The shared token in both places where receivers look for it. A token that no header can carry is left out, so that
/// the receiver refuses it visibly.
pub(crate) fn token_headers(token: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let (Ok(token), Ok(bearer)) = (HeaderValue::from_str(token), HeaderValue::from_str(&format!("Bearer {token}"))) {
        headers.insert("verification-token", token);
        headers.insert("authorization", bearer);
    }
    headers
}
