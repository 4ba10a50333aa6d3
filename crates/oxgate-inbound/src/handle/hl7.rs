//! HL7 v2 messages as Redox events: the mapping of `hl7-redox` as a transformation for forwards.
//!
//! What the mapping does not know, or cannot fill what Redox requires of, is refused and parked: a half-right event is worse
//! than a report. After the mapping has been mended, releasing the delivery tries again.

use super::forward::{Made, Refusal, Transform};
use crate::mllp::MODEL;
use hl7_redox::{Config, Context, Mapped, Problem, Zones};
use hl7v2::{Charset, Message, Options};
use oxgate_core::Reason;
use oxgate_store::view::EventRow;
use std::sync::Arc;

const NOT_HL7: Reason = Reason::word("not-hl7");
const UNREADABLE: Reason = Reason::word("hl7-unreadable");
const NOT_MAPPED: Reason = Reason::word("hl7-not-mapped");
const INCOMPLETE: Reason = Reason::word("hl7-incomplete");

/// Maps each message to the events that it tells of, by the mapping of its sender.
pub struct Hl7ToRedox {
    config: Config,
    zones: Arc<dyn Zones + Send + Sync>,
}

impl Hl7ToRedox {
    /// By this mapping; `zones` says what times without an offset mean.
    pub fn new(config: Config, zones: Arc<dyn Zones + Send + Sync>) -> Self {
        Self { config, zones }
    }
}

impl Transform for Hl7ToRedox {
    fn transform(&self, event: &EventRow, body: &[u8]) -> Result<Vec<Made>, Refusal> {
        if event.address.model != MODEL {
            return Err(Refusal::new(NOT_HL7));
        }
        let options = Options { charset: charset(&event.content_type), ..Options::default() };
        let message = Message::parse(body, &options);
        let message = message.map_err(|error| Refusal::new(UNREADABLE).with_detail(error.to_string()))?;
        let mapping = self.config.mapping_for(&message);
        // The same at every run: a transformation may be repeated.
        let at = event.accepted_at.to_string();
        let context = Context { event_date_time: &at, source: None, destinations: &[], zones: &*self.zones };
        let outcome = hl7_redox::map(&message, mapping, &context);
        let outcome = outcome.map_err(|error| Refusal::new(NOT_MAPPED).with_detail(error.to_string()))?;
        if !outcome.events.iter().all(Mapped::is_complete) {
            return Err(Refusal::new(INCOMPLETE).with_detail(missing(&outcome.events)));
        }
        Ok(outcome.events.into_iter().map(|mapped| Made::json(mapped.body)).collect())
    }
}

/// The charset that the listener read the message in, where it was told to.
fn charset(content_type: &str) -> Option<Charset> {
    Charset::from_name(content_type.split_once("charset=")?.1.trim())
}

/// What Redox requires and the message does not have: places, no values.
fn missing(events: &[Mapped]) -> String {
    let problems = events.iter().flat_map(|event| &event.problems).filter(|problem| problem.kind.is_error());
    problems.map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

impl std::fmt::Debug for Hl7ToRedox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hl7ToRedox").finish_non_exhaustive()
    }
}
