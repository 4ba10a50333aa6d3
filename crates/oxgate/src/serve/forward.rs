//! Forwards: which transformation the configuration names, and the two ways that made events can go.

use crate::config::Loaded;
use crate::config::local::{Forward, Handler, TransformKind};
use crate::exit::with_causes;
use bytes::Bytes;
use oxgate_core::{Phi, Reason};
use oxgate_dispatch::BoxFuture;
use oxgate_inbound::{Copied, Denied, ForwardHandler, Inbound, Made, Refusal, Transform, Way};
use oxgate_outbound::enqueue::EnqueueError;
use oxgate_outbound::submit::{Priority, Submission};
use oxgate_outbound::{Outbound, SubmissionError};
use oxgate_store::command::Child;
use redox_client::Client;
use redox_model::envelope::{self, Message};
use serde_json::{Value, json};
use std::sync::{Arc, OnceLock, Weak};

/// What came out of the transformation is no submission.
const INVALID: Reason = Reason::word("child-invalid");

/// `Meta` could not be addressed.
const WITHOUT_META: Reason = Reason::word("child-without-meta");

/// The transformation that a handler names.
pub(super) fn transform(loaded: &Loaded, handler: &Handler) -> Result<Arc<dyn Transform>, String> {
    match handler.transform {
        TransformKind::Copy => Ok(Arc::new(Copied)),
        TransformKind::Hl7 => Ok(Arc::new(super::hl7::transform(loaded, handler)?)),
    }
}

/// The target of a handler of kind `forward`.
pub(super) fn handler(loaded: &Loaded, handler: &Handler, ways: &Arc<Ways>) -> Result<ForwardHandler, String> {
    let ways = Arc::clone(ways);
    let way: Arc<dyn Way> = match handler.to {
        Some(Forward::Handlers) => Arc::new(ToHandlers { ways }),
        Some(Forward::Redox) => Arc::new(ToRedox { ways, address: Address::of(loaded, handler) }),
        None => return Err(format!("handler `{}` forwards and needs `to`", handler.name.get_ref())),
    };
    Ok(ForwardHandler::new(handler.name.get_ref(), transform(loaded, handler)?, way))
}

/// The two roads, once they are there: targets are built before them, and they live on when targets are built anew.
#[derive(Default)]
pub(crate) struct Ways {
    roads: OnceLock<(Weak<Inbound>, Weak<Outbound<Client>>)>,
}

impl Ways {
    /// From now on made events can go.
    pub(super) fn open(&self, inbound: &Arc<Inbound>, outbound: &Arc<Outbound<Client>>) {
        // Only the first call counts, and there is one.
        let _ = self.roads.set((Arc::downgrade(inbound), Arc::downgrade(outbound)));
    }

    fn inbound(&self) -> Result<Arc<Inbound>, Denied> {
        self.roads.get().and_then(|(inbound, _)| inbound.upgrade()).ok_or(Denied::NotNow)
    }

    fn outbound(&self) -> Result<Arc<Outbound<Client>>, Denied> {
        self.roads.get().and_then(|(_, outbound)| outbound.upgrade()).ok_or(Denied::NotNow)
    }
}

/// To the handlers whose filters take what was made.
struct ToHandlers {
    ways: Arc<Ways>,
}

impl Way for ToHandlers {
    fn child<'a>(&'a self, forward: &'a str, made: Made) -> BoxFuture<'a, Result<Child, Denied>> {
        Box::pin(async move { self.ways.inbound()?.child(forward, made).await })
    }
}

/// To Redox, held to the same rules as a submission of the application.
struct ToRedox {
    ways: Arc<Ways>,
    address: Address,
}

impl Way for ToRedox {
    fn child<'a>(&'a self, forward: &'a str, made: Made) -> BoxFuture<'a, Result<Child, Denied>> {
        Box::pin(async move {
            let Made { body, content_type, correlation, expires_at, reply_within } = made;
            let submission = Submission {
                client: forward.to_owned(),
                body: Phi::new(self.address.onto(body)?),
                content_type,
                idempotency_key: None,
                correlation,
                expires_at,
                reply_within,
                priority: Priority::Live,
            };
            self.ways.outbound()?.child(submission).await.map_err(|error| denied(&error))
        })
    }
}

fn denied(error: &SubmissionError) -> Denied {
    match error {
        SubmissionError::Enqueue(EnqueueError::Refused(_) | EnqueueError::Read(_)) => Denied::NotNow,
        error => Denied::Refused(Refusal::new(INVALID).with_detail(with_causes(error))),
    }
}

/// Whom made events are from and for, where the configuration says so.
#[derive(Default)]
struct Address {
    source: Option<Value>,
    destinations: Option<Value>,
}

impl Address {
    fn of(loaded: &Loaded, handler: &Handler) -> Self {
        let config = &loaded.config;
        let source = handler.source.as_ref().and_then(|name| {
            let source = config.sources.iter().find(|source| source.name.get_ref() == name.get_ref());
            source.map(|source| json!({ "ID": source.id, "Name": source.name.get_ref() }))
        });
        let named = |name: &str| config.destinations.iter().find(|known| known.name.get_ref() == name);
        let ids = handler.destinations.iter().filter_map(|name| named(name.get_ref()));
        let destinations: Vec<Value> =
            ids.map(|known| json!({ "ID": known.id, "Name": known.name.get_ref() })).collect();
        Self { source, destinations: (!destinations.is_empty()).then(|| destinations.into()) }
    }

    /// The body with its `Meta` addressed; what stands outside `Meta` keeps its bytes.
    fn onto(&self, body: Bytes) -> Result<Bytes, Denied> {
        if self.source.is_none() && self.destinations.is_none() {
            return Ok(body);
        }
        let without_meta = || Denied::Refused(Refusal::new(WITHOUT_META));
        let Ok(Message::DataModel(envelope)) = envelope::read(&body) else { return Err(without_meta()) };
        let [before, after] = envelope.outside_meta(&body);
        // What lies between is the member `"Meta": {…}`; in braces it is an object again.
        let member = [b"{", &body[before.len()..body.len() - after.len()], b"}"].concat();
        let mut member: Value = serde_json::from_slice(&member).map_err(|_| without_meta())?;
        for (name, value) in [("Source", &self.source), ("Destinations", &self.destinations)] {
            if let Some(value) = value {
                member["Meta"][name] = value.clone();
            }
        }
        let member = member.to_string();
        Ok([before, &member.as_bytes()[1..member.len() - 1], after].concat().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meta_is_addressed_and_nothing_else_touched() {
        let address = Address {
            source: Some(json!({ "ID": "s-2" })),
            destinations: Some(json!([{ "ID": "d-1" }, { "ID": "d-2" }])),
        };
        let body =
            r#"{ "Meta": {"DataModel":"Order","EventType":"New","Source":{"ID":"s-1"}} , "Order": {"ID": 1.10} }"#;
        let onto = address.onto(body.into()).expect("a data model message");
        let expected = r#"{ "Meta":{"DataModel":"Order","EventType":"New","Source":{"ID":"s-2"},"Destinations":[{"ID":"d-1"},{"ID":"d-2"}]} , "Order": {"ID": 1.10} }"#;
        assert_eq!(onto, expected);
        assert_eq!(Address::default().onto("no JSON".into()), Ok(Bytes::from("no JSON")));
        assert_eq!(address.onto("no JSON".into()), Err(Denied::Refused(Refusal::new(WITHOUT_META))));
    }
}
