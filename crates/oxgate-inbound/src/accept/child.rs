//! An event that a forward made for handlers, prepared like one that Redox pushed; the forward's settle writes it.

use super::{Arrival, prepare, reading::Reading};
use crate::handle::forward::{Denied, Made, Refusal};
use crate::inbound::Inbound;
use oxgate_core::{Flags, Reason};
use oxgate_store::command::Child;
use redox_model::catalogue::Mode;

const UNREADABLE: Reason = Reason::word("child-unreadable");
const IS_QUERY: Reason = Reason::word("child-is-a-query");
const UNROUTED: Reason = Reason::word("child-unrouted");

impl Inbound {
    /// Routes an event made by the forward `door` to the handlers that take it.
    ///
    /// Nothing is written. What Redox would be told to keep for later is refused here, because there is a better place to
    /// keep it: the event it was made from, parked with the reason.
    ///
    /// # Errors
    /// [`Denied`]: unreadable, synchronous, taken by no handler, or no room in the store just now.
    pub async fn child(&self, door: &str, made: Made) -> Result<Child, Denied> {
        let Made { body, content_type, correlation, .. } = made;
        let refused = |reason| Denied::Refused(Refusal::new(reason));
        let reading = (self.reader)(&body).map_err(|_| refused(UNREADABLE))?;
        if reading.info.is_some_and(|info| info.mode == Mode::SyncQuery) {
            return Err(refused(IS_QUERY));
        }
        // It is written once whatever ids it carries, so none is needed to recognise it by.
        let flags = Flags(reading.flags.0 & !Flags::WITHOUT_ID.0);
        let reading = Reading { flags, dedup: None, ..reading };
        let (plan, store) = (self.plan(), &self.parts.store);
        let arrival = Arrival { door, at: self.parts.clock.now(), body: &body };
        let mut prepared = prepare(&plan, arrival, store.keyed(), reading);
        if prepared.flags.has(Flags::UNROUTED) {
            return Err(refused(UNROUTED));
        }
        let not_now = |error: oxgate_store::Refused| {
            tracing::debug!(%error, "a forward waits for the store");
            Denied::NotNow
        };
        let sealed = store.seal(&body).await.map_err(not_now)?;
        let mut event = prepared.event(store, arrival, &content_type, sealed);
        event.correlation = correlation.map(|text| store.seal_text(text.expose())).transpose().map_err(not_now)?;
        let deliveries = std::mem::take(&mut prepared.deliveries);
        Ok(Child { event, deliveries, expectations: Vec::new(), answers: prepared.probe })
    }
}
