//! Resources of bulk exports: each place one event, for the handlers that take it.

use super::fixture::{Road, plan};
use crate::{NotTaken, Plan, Resource};
use bytes::Bytes;
use oxgate_core::filter::Filter;
use oxgate_store::view::EventQuery;

fn resource(kind: &str, place: &str, body: &'static str) -> Resource {
    let (kind, place) = (kind.to_owned(), place.to_owned());
    Resource { door: "nightly".to_owned(), kind, place, body: Bytes::from_static(body.as_bytes()) }
}

/// A handler that takes what the export `nightly` brings of patients.
fn of_patients() -> Plan {
    let mut plan = plan();
    plan.exports = vec!["nightly".to_owned()];
    plan.routes.truncate(1);
    let (endpoint, events) = (vec!["nightly".to_owned()], vec!["FHIR.Patient".to_owned()]);
    plan.routes[0].filter = Filter { endpoint, events, ..Filter::default() };
    plan
}

#[tokio::test]
async fn g2_a_resource_is_one_event_however_often_it_is_offered() {
    let road = Road::with_plan(of_patients());
    let one = resource("Patient", "1/0001-Patient.ndjson/1", r#"{"resourceType":"Patient","id":"p-1"}"#);
    let first = road.inbound.resource(one.clone()).await.expect("taken");
    assert_eq!(road.inbound.resource(one.clone()).await, Ok(first));
    // The same content at another place is another line, and so another event.
    let second = road.inbound.resource(Resource { place: "1/0001-Patient.ndjson/2".to_owned(), ..one }).await;
    assert_ne!(second, Ok(first));
    let events = road.store.events(EventQuery { limit: 10, ..EventQuery::default() }).await.expect("events");
    assert_eq!(events.len(), 2);
    let event = &events[0];
    assert_eq!((event.address.model.as_str(), event.address.event_type.as_str()), ("FHIR", "Patient"));
    assert_eq!(event.door, "nightly");
    let body = road.store.body(first).await.expect("read").expect("kept");
    assert_eq!(&body[..], br#"{"resourceType":"Patient","id":"p-1"}"#);
}

#[tokio::test]
async fn what_no_handler_takes_is_refused_instead_of_parked_a_million_times() {
    let road = Road::with_plan(of_patients());
    let refused = road.inbound.resource(resource("Encounter", "1/e/1", "{}")).await;
    assert_eq!(refused, Err(NotTaken::Unrouted("Encounter".to_owned())));
    assert!(refused.unwrap_err().to_string().starts_with("no handler takes FHIR.Encounter"));
    let events = road.store.events(EventQuery { limit: 10, ..EventQuery::default() }).await.expect("events");
    assert!(events.is_empty());
}
