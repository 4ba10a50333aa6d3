//! Keys that a client publishes at a URL: fetched when an assertion names a key that is not known yet.
//!
//! Source: Redox docs, "Authenticate an OAuth API key" (JWKS URL; the key is picked by its `kid`).

use crate::Emulator;
use crate::auth::assertion;
use crate::delivery::Purpose;
use crate::exchange::{Delivery, Outcome, Request, Response, Ticket, Turn};
use crate::observed::{Observed, What};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use jiff::SignedDuration;

/// How long a client's server may take.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(10);

/// A token request that waits for its client's keys.
#[derive(Debug)]
pub(crate) struct KeyFetch {
    client: String,
    request: Request,
    ticket: Ticket,
}

impl Emulator {
    /// Fetches the keys that a token request needs and that are not here yet; none if everything is known.
    pub(super) fn fetch_keys(&mut self, turn: &mut Turn<'_>, request: &Request) -> Option<Response> {
        let named = assertion::named(request)?;
        let (client_id, client, _) = self.keys.issuer(&named.issuer, &self.directory)?;
        let url = client.jwks_url.clone()?;
        if client.keys.find(&named.kid).is_some() {
            return None;
        }
        let client = client_id.to_owned();
        let (id, ticket) = (self.next_delivery(), self.next_ticket());
        let mut headers = HeaderMap::new();
        headers.insert("accept", HeaderValue::from_static("application/json"));
        let delivery = Delivery { id, method: Method::GET, url, headers, body: Bytes::new(), timeout: TIMEOUT };
        turn.effects.outgoing.push(delivery);
        self.in_flight.insert(id, Purpose::Keys(Box::new(KeyFetch { client, request: request.clone(), ticket })));
        Some(Response::Later(ticket))
    }

    /// The client's server has answered, or has not: the token request goes on with whatever keys there are.
    pub(crate) fn keys_settled(&mut self, turn: &mut Turn<'_>, fetch: &KeyFetch, outcome: &Outcome) {
        let mut seen = Observed::new(turn.now, What::KeysFetched);
        if let Outcome::Answered { status, body } = outcome {
            seen.status = Some(*status);
            let set = serde_json::from_slice(body).unwrap_or_default();
            seen.detail = match (*status, self.keys.register(&fetch.client, &set)) {
                (200, Ok(count)) => Some(format!("{count} keys")),
                (200, Err(error)) => Some(error.to_string()),
                _ => None,
            };
        }
        turn.effects.observed.push(seen);
        let answer = self.token_now(turn, &fetch.request);
        turn.effects.replies.push((fetch.ticket, answer.into()));
    }
}
