//! Queries: answered on the same call, whatever the answer; recorded without content.

use crate::gateway::{Act, Gateway, order, plan};
use bytes::Bytes;
use oxgate_core::{Phi, Reason, State};
use oxgate_outbound::Roads;
use oxgate_outbound::plan::Plan;
use oxgate_outbound::query::{QueryError, QueryOutcome};
use oxgate_outbound::validate::Invalid;
use redox_client::transport::{Lost, NotSent};
use redox_model::validate::Level;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

const WITHIN: Duration = Duration::from_secs(30);

fn search(destinations: &str) -> String {
    order("O-1", destinations).replace(r#""Order","EventType":"New""#, r#""PatientSearch","EventType":"Query""#)
}

async fn ask(gateway: &Gateway, body: &str) -> Result<QueryOutcome, QueryError> {
    gateway.outbound.query(Phi::new(Bytes::from(body.to_owned())), WITHIN).await
}

#[tokio::test]
async fn an_answer_is_passed_on_and_recorded_without_content() {
    let gateway = Gateway::new();
    let found = r#"{"Patient":{"Notes":["Testina"]},"Meta":{"DataModel":"PatientSearch"}}"#;
    gateway.redox.next(Act::Say(200, found));
    let answer = ask(&gateway, &search(r#"[{"Name":"Lab"}]"#)).await.unwrap();
    assert_eq!((answer.status, &answer.body.expose()[..]), (200, found.as_bytes()));
    assert_eq!(answer.content_type.as_deref(), Some("application/json; charset=utf-8"));
    assert_eq!(gateway.redox.sent(), [search(r#"[{"ID":"d-lab","Name":"Lab"}]"#)]);
    let event = answer.event.unwrap();
    let row = gateway.store.event(event).await.unwrap().unwrap();
    assert_eq!((row.address.kind().as_str(), row.body_bytes), ("PatientSearch.Query", 0));
    let delivery = &gateway.store.deliveries(event).await.unwrap()[0];
    assert_eq!(delivery.row.state, State::Settled);
    assert!(gateway.store.busy_lanes().await.unwrap().is_empty(), "nothing for the dispatcher");
}

#[tokio::test]
async fn errors_in_an_answer_are_the_applications_to_read() {
    let gateway = Gateway::new();
    let failed = r#"{"Meta":{"Errors":[{"Text":"no match","Type":"query","Module":"Send"}]}}"#;
    let route = r#"{"Meta":{"Errors":[{"Text":"No subscriptions","Module":"Subscriptions"}]}}"#;
    for (status, body) in [(200, failed), (400, failed), (400, route), (413, "too large"), (500, failed)] {
        gateway.redox.next(Act::Say(status, body));
        let answer = ask(&gateway, &search(r#"[{"ID":"d-lab"}]"#)).await.unwrap();
        assert_eq!((answer.status, &answer.body.expose()[..]), (status, body.as_bytes()));
        assert!(answer.event.is_some());
    }
}

#[tokio::test]
async fn what_is_no_answer_is_not_passed_on() {
    let gateway = Gateway::new();
    let no_answer = |reason| move |error: &QueryError| matches!(error, QueryError::NoAnswer { reason: r, event: Some(_) } if *r == reason);
    type Check = Box<dyn Fn(&QueryError) -> bool>;
    let late: Check = Box::new(|error| matches!(error, QueryError::Late { event: Some(_) }));
    let limited: Check = Box::new(|error| matches!(error, QueryError::RateLimited { event: Some(_), .. }));
    let cases: Vec<(Act, Check)> = vec![
        (Act::Say(200, ""), Box::new(no_answer(Reason::UNREADABLE_REPLY))),
        (Act::Say(200, "<html>"), Box::new(no_answer(Reason::UNREADABLE_REPLY))),
        (Act::Say(401, "Invalid request"), Box::new(no_answer(Reason::TOKEN_REFUSED))),
        (Act::Say(502, "<html>"), Box::new(no_answer(Reason::status(502)))),
        (Act::Say(429, ""), limited),
        (Act::Say(504, ""), Box::new(|error| matches!(error, QueryError::Late { .. }))),
        (Act::Fail(Lost::Timeout.into()), late),
        (Act::Fail(Lost::Broken("x".into()).into()), Box::new(no_answer(Reason::RESET))),
        (Act::Fail(NotSent::Connect("x".into()).into()), Box::new(no_answer(Reason::CONNECT))),
    ];
    for (act, holds) in cases {
        gateway.redox.next(act);
        let error = ask(&gateway, &search(r#"[{"ID":"d-lab"}]"#)).await.unwrap_err();
        assert!(holds(&error), "{error:?}");
    }
}

#[tokio::test]
async fn only_a_query_to_one_destination_leaves() {
    let gateway = Gateway::new();
    let error = ask(&gateway, &order("O-1", r#"[{"ID":"d-lab"}]"#)).await.unwrap_err();
    assert_eq!(error, QueryError::Invalid(Invalid::IsEvent { kind: "Order.New".into() }));
    let error = ask(&gateway, &search(r#"[{"ID":"d-lab"},{"ID":"d-radiology"}]"#)).await.unwrap_err();
    assert_eq!(error, QueryError::Invalid(Invalid::QueryToSeveral { count: 2 }));
    assert!(gateway.redox.sent().is_empty());
}

#[tokio::test]
async fn a_query_is_checked_as_an_event_is() {
    let refused = |error| match error {
        QueryError::Invalid(Invalid::Content { kind, problems, .. }) => {
            (kind, problems.into_iter().map(|problem| problem.path).collect::<Vec<_>>())
        }
        other => panic!("{other:?}"),
    };
    let gateway = Gateway::new();
    let wrong = search(r#"[{"ID":"d-lab"}]"#).replace(r#""IDType":"MR""#, r#""IDType":["MR"]"#);
    let error = ask(&gateway, &wrong).await.unwrap_err();
    assert_eq!(refused(error), ("PatientSearch.Query".into(), vec!["$.Patient.Identifiers[0].IDType".into()]));
    // The answer to a query has its name, and is none.
    let meta = r#""Meta":{"DataModel":"Scheduling","EventType":"Booked","Destinations":[{"ID":"d-lab"}],"Source":{"ID":"s-1"}}"#;
    let error = ask(&gateway, &format!(r#"{{{meta},"Visits":[]}}"#)).await.unwrap_err();
    assert_eq!(refused(error), ("Scheduling.BookedResponse".into(), vec!["$.Meta.EventType".into()]));
    assert!(gateway.redox.sent().is_empty());
    let clients = HashMap::from([("main".to_owned(), Arc::clone(&gateway.redox))]);
    let unchecked = Arc::new(Plan { level: Level::Off, ..plan() });
    gateway.outbound.replace(Roads { plan: unchecked, clients });
    assert_eq!(ask(&gateway, &wrong).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_query_is_answered_while_the_store_takes_nothing() {
    let gateway = Gateway::new();
    gateway.store.close().await;
    let answer = ask(&gateway, &search(r#"[{"ID":"d-lab"}]"#)).await.unwrap();
    assert_eq!((answer.status, answer.event), (200, None));
}
