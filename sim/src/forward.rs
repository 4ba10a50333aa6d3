//! Events made from events: transformations that sometimes refuse, and the two ways that made events go.

use crate::wire::Wire;
use crate::world::{MARK, World};
use oxgate_core::{EventId, Phi, Reason};
use oxgate_dispatch::BoxFuture;
use oxgate_inbound::{Denied, ForwardHandler, Inbound, Made, Refusal, Transform, Way};
use oxgate_outbound::enqueue::EnqueueError;
use oxgate_outbound::submit::{Priority, Submission};
use oxgate_outbound::{Outbound, SubmissionError};
use oxgate_store::command::Child;
use oxgate_store::view::EventRow;
use redox_emulator::directory::fixture;
use serde_json::json;
use std::sync::Arc;

/// Events that one event for handlers makes.
pub(crate) const COPIES_MADE: usize = 2;

/// The forward that makes events for handlers.
pub(crate) fn copies(world: &Arc<World>, inbound: &Arc<Inbound>, name: &str) -> ForwardHandler {
    let transform = Arc::new(Copies { world: Arc::clone(world) });
    ForwardHandler::new(name, transform, Arc::new(ToHandlers(Arc::clone(inbound))))
}

/// The forward that makes orders for Redox.
pub(crate) fn orders(world: &Arc<World>, outbound: &Arc<Outbound<Wire>>, name: &str) -> ForwardHandler {
    let transform = Arc::new(Orders { world: Arc::clone(world) });
    ForwardHandler::new(name, transform, Arc::new(ToRedox(Arc::clone(outbound))))
}

/// Refuses the same events again and again, until the transformation is mended.
fn refuses(world: &World, event: EventId) -> bool {
    let unlucky = event.seq.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    !world.is_healed() && unlucky % 1_000 < world.scenario.poison
}

struct Copies {
    world: Arc<World>,
}

impl Transform for Copies {
    fn transform(&self, event: &EventRow, body: &[u8]) -> Result<Vec<Made>, Refusal> {
        if refuses(&self.world, event.id) {
            return Err(Refusal::new(Reason::word("not-understood")));
        }
        let source: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let copy = |number| {
            let body = json!({
                "Meta": {"DataModel": "Media", "EventType": "New", "Source": {"ID": fixture::EHR_SOURCE}},
                "Patient": source["Patient"],
                "Media": {"DocumentID": format!("{}-{number}", event.id.seq), "FileContents": MARK},
            });
            Made::json(body.to_string())
        };
        Ok((0..COPIES_MADE).map(copy).collect())
    }
}

struct Orders {
    world: Arc<World>,
}

impl Transform for Orders {
    fn transform(&self, event: &EventRow, body: &[u8]) -> Result<Vec<Made>, Refusal> {
        if refuses(&self.world, event.id) {
            return Err(Refusal::new(Reason::word("not-understood")));
        }
        let source: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let body = json!({
            "Meta": {
                "DataModel": "Order", "EventType": "New", "Source": {"ID": fixture::APPLICATION_SOURCE},
                "Destinations": [{"ID": fixture::EHR_DESTINATION}],
            },
            "Patient": source["Patient"],
            "Order": {"ID": format!("FWD-{}", event.id.seq), "Status": "New", "Procedure": {"Code": "GLU"}},
        });
        Ok(vec![Made::json(body.to_string())])
    }
}

struct ToHandlers(Arc<Inbound>);

impl Way for ToHandlers {
    fn child<'a>(&'a self, forward: &'a str, made: Made) -> BoxFuture<'a, Result<Child, Denied>> {
        Box::pin(async move { self.0.child(forward, made).await })
    }
}

struct ToRedox(Arc<Outbound<Wire>>);

impl Way for ToRedox {
    fn child<'a>(&'a self, forward: &'a str, made: Made) -> BoxFuture<'a, Result<Child, Denied>> {
        let submission = Submission {
            client: forward.to_owned(),
            body: Phi::new(made.body),
            content_type: made.content_type,
            idempotency_key: None,
            correlation: made.correlation,
            expires_at: made.expires_at,
            reply_within: made.reply_within,
            priority: Priority::Live,
        };
        Box::pin(async move {
            self.0.child(submission).await.map_err(|error| match error {
                SubmissionError::Enqueue(EnqueueError::Refused(_) | EnqueueError::Read(_)) => Denied::NotNow,
                error => Denied::Refused(Refusal::new(Reason::word("child-invalid")).with_detail(error.to_string())),
            })
        })
    }
}
