//! Outage is not poison: targets that are down, events that nobody can take, and how the two are told apart.

use crate::support::{START, Script, World, handler, say};
use oxgate_core::lane::LaneState;
use oxgate_core::{OrderKeys, State, Timestamp};
use oxgate_dispatch::{Outcome, Target, TargetSpec};
use std::sync::Arc;
use std::time::Duration;

const NIGHT: Duration = Duration::from_hours(12);

#[tokio::test]
async fn g4_one_night_of_outage_parks_nothing_and_keeps_the_order() {
    let mut world = World::new();
    let (app, time) = (Script::new(|_| say(Outcome::Accepted)), Arc::clone(&world.time));
    let morning = START.plus(NIGHT);
    app.set_plan(move |job| say(if job.started_at < morning { Outcome::TargetFailed } else { Outcome::Accepted }));
    world.book.make_lane(1, "app");
    world.start(vec![handler(&app)]);
    for _ in 0..10_000 {
        world.book.accept(1, OrderKeys::All);
    }
    world.pass_until(morning).await;
    assert!(app.accepted().is_empty(), "{} is still night", oxgate_core::Clock::now(time.as_ref()));
    let probes = app.calls().len();
    assert!((140..1_500).contains(&probes), "a probe every few minutes, not {probes}");
    let status = world.handle.as_ref().expect("started").status().await.expect("runs");
    let standing = status.targets.iter().find(|target| target.name == "app").expect("configured");
    assert!(!standing.up && standing.lanes_waiting == 1 && standing.next_probe.is_some(), "{standing:?}");
    assert!(status.window_deliveries <= 1_024, "memory does not grow with the backlog");

    world.pass(Duration::from_mins(10)).await;
    assert_eq!(app.accepted(), (1..=10_000).collect::<Vec<u64>>());
    assert_eq!(world.book.count(State::Settled), 10_000);
    assert_eq!(world.book.count(State::Parked), 0);
}

#[tokio::test]
async fn one_probe_at_a_time_for_all_lanes_of_a_target() {
    let mut world = World::new();
    let app = Script::new(|_| say(Outcome::TargetFailed));
    for lane in 1..=20 {
        world.book.make_lane(lane, "app");
        world.book.accept(lane, OrderKeys::All);
    }
    world.start(vec![handler(&app)]);
    world.settle().await;
    let wave = app.calls().len();
    assert!(wave <= 8, "the first failure closes the door for those that had not begun: {wave}");
    world.pass(Duration::from_hours(1)).await;
    let calls = app.calls();
    let mut times: Vec<Timestamp> = calls[wave..].iter().map(|call| call.at).collect();
    let probes = times.len();
    times.dedup();
    assert_eq!(times.len(), probes, "probes come one by one");
    app.set_plan(|_| say(Outcome::Accepted));
    world.pass(Duration::from_mins(6)).await;
    assert_eq!(world.book.count(State::Settled), 20, "a success opens everything");
}

#[tokio::test]
async fn g4_poison_parks_only_with_evidence() {
    let mut world = World::new();
    let app =
        Script::new(|job| say(if job.delivery.event.seq == 1 { Outcome::EventFailed } else { Outcome::Accepted }));
    world.book.make_lane(1, "app");
    world.book.make_lane(2, "app");
    let poison = world.book.accept(1, OrderKeys::All);
    world.start(vec![handler(&app)]);
    world.pass(Duration::from_hours(10)).await;
    assert_eq!(world.book.state(poison), State::Queued, "alone, it may be the target as well");
    assert_eq!(world.book.entry(poison).row.counted, 0);

    // Another lane shows that the target is well.
    let began = world.now();
    for _ in 0..120 {
        world.book.accept(2, OrderKeys::All);
        world.pass(Duration::from_mins(1)).await;
        if world.book.state(poison) == State::Parked {
            break;
        }
    }
    assert_eq!(world.book.state(poison), State::Parked);
    assert!(world.now().since(began) >= Duration::from_hours(1), "twelve counted failures over an hour at least");
    assert!(world.book.entry(poison).row.counted >= 12);
    let next = world.book.accept(1, OrderKeys::All);
    world.settle().await;
    assert_eq!(world.book.state(next), State::Settled, "the next one's turn");
}

#[tokio::test]
async fn a_health_url_that_answers_is_evidence() {
    let mut world = World::new();
    let app = Script::with_health(true, |_| say(Outcome::EventFailed));
    world.book.make_lane(1, "app");
    let poison = world.book.accept(1, OrderKeys::All);
    world.start(vec![handler(&app)]);
    world.pass(Duration::from_hours(2)).await;
    assert_eq!(world.book.state(poison), State::Parked);
}

#[tokio::test]
async fn g4_a_strict_lane_tries_a_successor_and_parks_the_head_if_that_settles() {
    let mut world = World::new();
    let app =
        Script::new(|job| say(if job.delivery.event.seq == 1 { Outcome::EventFailed } else { Outcome::Accepted }));
    world.book.make_lane(1, "app");
    let ids: Vec<_> = (0..5).map(|_| world.book.accept(1, OrderKeys::All)).collect();
    world.start(vec![handler(&app)]);
    world.pass(Duration::from_mins(59)).await;
    assert!(app.accepted().is_empty(), "nothing overtakes for the first hour");
    world.pass(Duration::from_mins(30)).await;
    assert_eq!(world.book.state(ids[0]), State::Parked);
    assert_eq!(app.accepted(), [2, 3, 4, 5]);
}

#[tokio::test]
async fn a_trial_that_fails_puts_the_head_back() {
    let mut world = World::new();
    let app = Script::new(|_| say(Outcome::EventFailed));
    world.book.make_lane(1, "app");
    for _ in 0..5 {
        world.book.accept(1, OrderKeys::All);
    }
    world.start(vec![handler(&app)]);
    world.pass(Duration::from_hours(5)).await;
    assert_eq!(world.book.count(State::Queued), 5, "an application that fails with everything parks nothing");
    let tried = app.calls().iter().filter(|call| call.seq == 2).count();
    assert!((2..=5).contains(&tried), "one successor about every hour, not {tried}");
    assert!(app.calls().iter().all(|call| call.seq <= 2), "never more than one is set aside");
    app.set_plan(|_| say(Outcome::Accepted));
    world.pass(Duration::from_hours(1)).await;
    assert_eq!(app.accepted(), [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn rejected_for_good_parks_at_once_and_holds_as_configured() {
    let mut world = World::new();
    let plan = |job: &oxgate_dispatch::Job| {
        say(if job.delivery.event.seq == 1 { Outcome::Rejected } else { Outcome::Accepted })
    };
    let (app, strict) = (Script::new(plan), Script::new(plan));
    world.book.make_lane(1, "keyed");
    world.book.make_lane(2, "app");
    let mut spec = TargetSpec::handler("keyed", "http");
    spec.policy.on_park = oxgate_core::delivery::OnPark::HoldKey;
    let keyed = oxgate_dispatch::Wired::new(spec, Arc::clone(&strict) as Arc<dyn Target>);
    let bad = world.book.accept(1, OrderKeys::Some(vec![1]));
    let same_key = world.book.accept(1, OrderKeys::Some(vec![1, 2]));
    let other_key = world.book.accept(1, OrderKeys::Some(vec![3]));
    world.start(vec![handler(&app), keyed]);
    world.settle().await;
    assert_eq!(world.book.state(bad), State::Parked);
    assert_eq!(world.book.state(same_key), State::Held);
    assert_eq!(world.book.state(other_key), State::Settled);
    assert!(!strict.calls().iter().any(|call| call.seq == 2), "a held one never starts");

    world.book.act(bad, &oxgate_core::Fact::Cancel, &oxgate_core::delivery::Policy::HANDLER);
    world.settle().await;
    assert_eq!(world.book.state(same_key), State::Settled);
    assert_eq!(world.book.lane_state(1), LaneState::Open);
}
