//! Leases on a real store: runs, order, expiry, what is durable when.

use super::{Ask, Inbox, InboxError, Verdict};
use crate::tests::fixture::{ManualClock, Road, arrival, message};
use oxgate_core::delivery::Policy;
use oxgate_core::{Clock, DeliveryId, State, Timestamp};
use oxgate_dispatch::{BoxFuture, Timer};
use oxgate_store::view::Change;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Resolves when the clock of the test has been moved far enough.
struct HandMoved {
    clock: Arc<ManualClock>,
    moved: Arc<Notify>,
}

impl Timer for HandMoved {
    fn until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        let (clock, moved) = (Arc::clone(&self.clock), Arc::clone(&self.moved));
        Box::pin(async move {
            loop {
                let rung = moved.notified();
                if clock.now() >= at {
                    return;
                }
                rung.await;
            }
        })
    }
}

struct House {
    road: Road,
    inbox: Arc<Inbox>,
    moved: Arc<Notify>,
}

impl House {
    fn new() -> Self {
        let road = Road::new();
        let moved = Arc::new(Notify::new());
        let timer = Arc::new(HandMoved { clock: road.clock.clone(), moved: Arc::clone(&moved) });
        let entropy = Arc::new(crate::tests::fixture::Seeded::new(9));
        let inbox = Arc::new(Inbox::new(road.store.clone(), road.clock.clone(), timer, entropy));
        Self { road, inbox, moved }
    }

    fn pass(&self, span: Duration) {
        self.road.clock.pass(span);
        self.moved.notify_waiters();
    }

    /// Arrivals for the handler `app`, in this order.
    async fn arrive(&self, logs: &[&str]) -> Vec<DeliveryId> {
        let mut ids = Vec::new();
        for log in logs {
            ids.push(self.road.post(arrival(log)).await.event().delivery(0));
        }
        ids
    }

    async fn settle(&self, lease: &str, named: &[DeliveryId], verdict: Verdict) -> Result<Vec<State>, InboxError> {
        let states = self.inbox.settle(("app", Policy::HANDLER), lease, named, verdict).await?;
        Ok(states.into_iter().map(|(_, state)| state).collect())
    }

    async fn state(&self, id: DeliveryId) -> State {
        self.road.store.delivery(id).await.expect("readable").expect("there").row.state
    }
}

fn ask(most: usize) -> Ask {
    let within = Duration::from_secs(30);
    Ask { target: "app".into(), most, within, wait: Duration::ZERO, inline_max: 1 << 20 }
}

fn ids(run: &super::Run) -> Vec<DeliveryId> {
    run.deliveries.iter().map(|leased| leased.delivery.id).collect()
}

#[tokio::test]
async fn g1_what_is_acknowledged_is_settled_before_the_answer() {
    let house = House::new();
    let made = house.arrive(&["log-1", "log-2", "log-3"]).await;
    let run = house.inbox.lease(&ask(2)).await.expect("readable").expect("a run");
    assert_eq!(ids(&run), made[..2]);
    assert_eq!(run.deliveries[0].body.as_deref(), Some(arrival("log-1").as_bytes()));
    assert_eq!(house.inbox.lease(&ask(2)).await.expect("readable"), None, "the lane is leased");
    let states = house.settle(&run.lease, &[], Verdict::Ack).await.expect("settled");
    assert_eq!(states, [State::Settled, State::Settled]);
    // Nothing of it stands in memory: another inbox over the same store goes on behind it.
    let other = House { inbox: Arc::clone(&House::new().inbox), ..house };
    assert_eq!(other.state(made[0]).await, State::Settled);
    assert_eq!(other.state(made[2]).await, State::Queued);
    let row = other.road.store.delivery(made[0]).await.expect("readable").expect("there");
    assert_eq!(row.row.attempts, 1);
}

#[tokio::test]
async fn one_by_one_and_then_the_rest() {
    let house = House::new();
    let made = house.arrive(&["log-1", "log-2", "log-3"]).await;
    let run = house.inbox.lease(&ask(9)).await.expect("readable").expect("a run");
    house.settle(&run.lease, &made[..1], Verdict::Ack).await.expect("settled");
    let again = house.settle(&run.lease, &made[..1], Verdict::Ack).await;
    assert!(matches!(again, Err(InboxError::NotLeased { count: 1 })), "{again:?}");
    house.settle(&run.lease, &[], Verdict::Ack).await.expect("settled");
    assert!(matches!(house.settle(&run.lease, &[], Verdict::Ack).await, Err(InboxError::LeaseOver)));
    assert_eq!(house.inbox.leased(), 0);
}

#[tokio::test]
async fn a_lease_that_runs_out_gives_its_deliveries_back() {
    let house = House::new();
    let made = house.arrive(&["log-1"]).await;
    let first = house.inbox.lease(&ask(9)).await.expect("readable").expect("a run");
    house.pass(Duration::from_secs(29));
    let until = house.inbox.extend("app", &first.lease, Duration::from_secs(30)).expect("it still holds");
    assert_eq!(until, house.road.clock.now().plus(Duration::from_secs(30)));
    // A consumer that waits gets them the moment the lease is over.
    let inbox = Arc::clone(&house.inbox);
    let waiting = tokio::spawn(async move { inbox.lease(&Ask { wait: Duration::from_mins(5), ..ask(9) }).await });
    house.pass(Duration::from_secs(30));
    let second = loop {
        // The other task may not have begun to wait yet; it looks at the clock when it does.
        house.moved.notify_waiters();
        if waiting.is_finished() {
            break waiting.await.expect("no panic").expect("readable").expect("a run");
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(ids(&second), made);
    assert!(matches!(house.settle(&first.lease, &[], Verdict::Ack).await, Err(InboxError::LeaseOver)));
    assert!(matches!(house.inbox.extend("app", &first.lease, Duration::from_secs(1)), Err(InboxError::LeaseOver)));
    assert!(matches!(
        house.inbox.settle(("other", Policy::HANDLER), &second.lease, &[], Verdict::Ack).await,
        Err(InboxError::LeaseOver)
    ));
    house.settle(&second.lease, &[], Verdict::Ack).await.expect("settled");
}

#[tokio::test]
async fn a_nack_counts_waits_and_gives_the_rest_back() {
    let house = House::new();
    let made = house.arrive(&["log-1", "log-2"]).await;
    let run = house.inbox.lease(&ask(9)).await.expect("readable").expect("a run");
    let later = Verdict::Nack { retry_in: Duration::from_secs(10), park: false };
    assert_eq!(house.settle(&run.lease, &made[..1], later).await.expect("recorded"), [State::Queued]);
    assert_eq!(house.inbox.lease(&ask(9)).await.expect("readable"), None, "the second must not pass the first");
    house.pass(Duration::from_secs(10));
    let run = house.inbox.lease(&ask(9)).await.expect("readable").expect("a run");
    assert_eq!(ids(&run), made);
    assert_eq!(run.deliveries[0].delivery.row.counted, 1);
    let park = Verdict::Nack { retry_in: Duration::ZERO, park: true };
    assert_eq!(house.settle(&run.lease, &made[..1], park).await.expect("recorded"), [State::Parked]);
    let run = house.inbox.lease(&ask(9)).await.expect("readable").expect("a run");
    assert_eq!(ids(&run), made[1..]);
}

#[tokio::test]
async fn lanes_are_leased_side_by_side_and_in_turn() {
    let house = House::new();
    let arrivals = house.arrive(&["log-1", "log-2"]).await;
    let order = message("Order.New", Some(("log-3", "a")), r#""Order":{"ID":"7"}"#);
    let order = house.road.post(order).await.event().delivery(0);
    let first = house.inbox.lease(&ask(1)).await.expect("readable").expect("a run");
    let second = house.inbox.lease(&ask(1)).await.expect("readable").expect("a run");
    assert_eq!((ids(&first), ids(&second)), (vec![arrivals[0]], vec![order]));
    for run in [&first, &second] {
        house.settle(&run.lease, &[], Verdict::Ack).await.expect("settled");
    }
    assert_eq!(ids(&house.inbox.lease(&ask(1)).await.expect("readable").expect("a run")), arrivals[1..]);
}

#[tokio::test]
async fn a_large_body_is_left_where_it_is_and_another_handler_gets_nothing() {
    let house = House::new();
    house.arrive(&["log-1"]).await;
    let elsewhere = Ask { target: "other".into(), ..ask(9) };
    assert_eq!(house.inbox.lease(&elsewhere).await.expect("readable"), None);
    let run = house.inbox.lease(&Ask { inline_max: 10, ..ask(9) }).await.expect("readable").expect("a run");
    assert_eq!(run.deliveries[0].body, None);
}

#[tokio::test]
async fn what_arrives_ends_the_wait() {
    let house = House::new();
    let inbox = Arc::clone(&house.inbox);
    let waiting = tokio::spawn(async move { inbox.lease(&Ask { wait: Duration::from_mins(5), ..ask(9) }).await });
    let made = house.arrive(&["log-1"]).await;
    let run = loop {
        let changes: Vec<Change> = vec![Change::Overflow { lane: 1 }];
        house.inbox.observe(&changes);
        if waiting.is_finished() {
            break waiting.await.expect("no panic").expect("readable").expect("a run");
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(ids(&run), made);
}
