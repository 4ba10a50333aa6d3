//! Forwards: what they make, what they refuse, and that made events take the usual road without going round.

use super::forward::{Copied, Denied, ForwardHandler, Made, Refusal, Transform, Way};
use crate::tests::fixture::{PATIENT, Road, arrival, endpoint, message, plan, route};
use crate::{Inbound, Plan, PlanError, RouteKind};
use oxgate_core::delivery::Policy;
use oxgate_core::filter::Filter;
use oxgate_core::{Fact, Flags, Reason, State};
use oxgate_dispatch::{BoxFuture, Outcome, Report, Target};
use oxgate_store::command::{Child, Record, Recorded};
use oxgate_store::view::EventRow;
use std::sync::Arc;

/// Whatever the test says.
type Script = dyn Fn(&[u8]) -> Result<Vec<Made>, Refusal> + Send + Sync;

struct Scripted(Box<Script>);

impl Transform for Scripted {
    fn transform(&self, _event: &EventRow, body: &[u8]) -> Result<Vec<Made>, Refusal> {
        (self.0)(body)
    }
}

struct ToHandlers(Arc<Inbound>);

impl Way for ToHandlers {
    fn child<'a>(&'a self, forward: &'a str, made: Made) -> BoxFuture<'a, Result<Child, Denied>> {
        Box::pin(self.0.child(forward, made))
    }
}

/// `app` takes the usual; `turn` forwards admissions.
fn forwarding() -> Plan {
    let mut plan = plan();
    let events = vec!["PatientAdmin".to_owned()];
    plan.routes[0].filter.endpoint.push("turn".into());
    plan.routes.push(route("turn", Filter { events, ..Filter::default() }, RouteKind::Forward));
    plan
}

fn handler(road: &Road, transform: impl Transform) -> ForwardHandler {
    ForwardHandler::new("turn", Arc::new(transform), Arc::new(ToHandlers(Arc::clone(&road.inbound))))
}

async fn handed_over(transform: impl Transform) -> (Road, Report) {
    let road = Road::with_plan(forwarding());
    let event = road.post(arrival("log-1")).await.event();
    let report = handler(&road, transform).deliver(road.job(event).await).await;
    (road, report)
}

#[tokio::test]
async fn made_events_are_written_with_the_settle_and_go_to_other_handlers_only() {
    let road = Road::with_plan(forwarding());
    let event = road.post(arrival("log-1")).await.event();
    let deliveries = road.deliveries(event).await;
    assert_eq!(deliveries.iter().map(|row| row.target.as_str()).collect::<Vec<_>>(), ["turn"]);
    let report = handler(&road, Copied).deliver(road.job(event).await).await;
    assert_eq!((report.outcome, report.children.len()), (Outcome::Accepted, 1));
    assert_eq!(road.events().await.len(), 1, "nothing is written before the settle");

    let settle = Record { children: report.children, ..Record::new(deliveries[0].id, Fact::Accepted, Policy::HANDLER) };
    let Ok(Recorded::Done { row, children, .. }) = road.store.record(settle).await else { panic!("settled") };
    assert_eq!((row.state, children.len()), (State::Settled, 1));
    let child = road.event(children[0]).await;
    assert_eq!((child.door.as_str(), child.parent, child.partner.as_str()), ("turn", Some(event), "north"));
    assert!(!child.flags.has(Flags::WITHOUT_ID));
    let rows = road.deliveries(child.id).await;
    assert_eq!(rows.iter().map(|row| row.target.as_str()).collect::<Vec<_>>(), ["app"]);
    assert!(rows[0].lane_label.contains("endpoint=turn"), "{}", rows[0].lane_label);
    assert_eq!(road.store.body(child.id).await.expect("readable"), road.store.body(event).await.expect("readable"));
}

#[tokio::test]
async fn what_can_never_be_made_is_refused_with_its_reason() {
    let one = |body: String| Scripted(Box::new(move |_| Ok(vec![Made::json(body.clone())])));
    for (transform, reason) in [
        (one("no JSON".into()), "child-unreadable"),
        (one(message("PatientSearch.Query", None, PATIENT)), "child-is-a-query"),
        (one(message("Media.New", None, PATIENT)), "child-unrouted"),
        (Scripted(Box::new(|_| Ok(Vec::new()))), "nothing-made"),
        (Scripted(Box::new(|_| Ok(vec![Made::json("{}"); 65]))), "too-many-children"),
        (Scripted(Box::new(|_| panic!("of the test"))), "transform-panicked"),
    ] {
        let (_road, report) = handed_over(transform).await;
        assert_eq!((report.outcome, report.reason.as_str()), (Outcome::Rejected, reason));
        assert!(report.children.is_empty());
    }
}

#[tokio::test]
async fn a_refusal_keeps_what_it_quotes_out_of_sight() {
    let refusal = || Refusal::new(Reason::word("no-pid")).with_detail("patient Marzibando has no PID-3");
    let (_road, report) = handed_over(Scripted(Box::new(move |_| Err(refusal())))).await;
    assert_eq!(report.detail.as_deref(), Some(&b"patient Marzibando has no PID-3"[..]));
    assert!(!format!("{report:?}").contains("Marzibando"));
}

struct Full;

impl Way for Full {
    fn child<'a>(&'a self, _forward: &'a str, _made: Made) -> BoxFuture<'a, Result<Child, Denied>> {
        Box::pin(std::future::ready(Err(Denied::NotNow)))
    }
}

#[tokio::test]
async fn a_gateway_without_room_is_no_fault_of_the_event() {
    let road = Road::with_plan(forwarding());
    let event = road.post(arrival("log-1")).await.event();
    let handler = ForwardHandler::new("turn", Arc::new(Copied), Arc::new(Full));
    let report = handler.deliver(road.job(event).await).await;
    assert_eq!((report.outcome, report.reason.as_str()), (Outcome::TargetFailed, "not-now"));
}

#[test]
fn only_forwards_to_handlers_are_doors_of_their_own() {
    let mut plan = forwarding();
    plan.endpoints = vec![endpoint("main")];
    assert!(plan.clone().check().is_ok());
    plan.routes[1].kind = RouteKind::Handler;
    assert!(matches!(plan.check(), Err(PlanError::UnknownEndpoint { .. })));
}
