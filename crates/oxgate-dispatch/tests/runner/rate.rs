//! A target's rate: no attempt starts before its turn, what waits is not under way, and nobody else waits with it.

use crate::support::{Call, START, Script, World, redox, say};
use oxgate_core::delivery::Policy;
use oxgate_core::{Fact, OrderKeys, State};
use oxgate_dispatch::{Limited, Outcome, Rate, Target, TargetSpec, TargetStatus, Wired};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn rate(starts: u32, per: Duration) -> Rate {
    Rate::new(NonZeroU32::new(starts).expect("some"), per)
}

fn wired(name: &str, rate: impl Into<Option<Rate>>, target: &Arc<Script>) -> Wired {
    let spec = TargetSpec { rate: rate.into(), ..TargetSpec::handler(name, "http") };
    Wired::new(spec, Arc::clone(target) as Arc<dyn Target>)
}

/// The pauses between the starts of calls.
fn gaps(calls: &[Call]) -> Vec<Duration> {
    calls.windows(2).map(|pair| pair[1].at.since(pair[0].at)).collect()
}

async fn standing(world: &World, name: &str) -> TargetStatus {
    let status = world.handle.as_ref().expect("started").status().await.expect("runs");
    status.targets.into_iter().find(|target| target.name == name).expect("configured")
}

#[tokio::test]
async fn g3_a_rate_holds_up_one_target_and_disturbs_no_order() {
    let mut world = World::new();
    let (app, other) = (Script::new(|_| say(Outcome::Accepted)), Script::new(|_| say(Outcome::Accepted)));
    for lane in 1..=2 {
        world.book.make_lane(lane, "app");
    }
    world.book.make_lane(3, "other");
    for seq in 0..20_u64 {
        world.book.accept(1, OrderKeys::from_keys(vec![seq % 3 + 1]));
        world.book.accept(2, OrderKeys::All);
        world.book.accept(3, OrderKeys::All);
    }
    world.start(vec![wired("app", rate(600, Duration::from_mins(1)), &app), wired("other", None, &other)]);
    world.settle().await;
    assert_eq!(other.accepted().len(), 20, "nobody else waits");
    let waits = standing(&world, "app").await;
    let until = START.plus(Duration::from_millis(100));
    assert_eq!(waits.limited, Some(Limited { until, lanes: vec![1, 2] }));
    assert_eq!((waits.in_flight, waits.lanes_waiting, waits.up), (0, 0, true), "what waits has no place");

    world.pass(SECOND * 3).await;
    let calls = app.calls();
    assert_eq!(gaps(&calls), [Duration::from_millis(100)].repeat(30), "as fast as it may, and no faster");
    world.pass(SECOND).await;
    let accepted = app.accepted();
    assert_eq!(accepted.len(), 40);
    let queues = [(0..3_u64).map(|key| vec![1, key]).collect::<Vec<_>>(), vec![vec![2]]].concat();
    for queue in queues {
        let of = |seq: &u64| match seq % 3 {
            1 => vec![1, (seq / 3) % 3],
            lane => vec![lane],
        };
        let order: Vec<u64> = accepted.iter().copied().filter(|seq| of(seq) == queue).collect();
        assert!(!order.is_empty() && order.is_sorted(), "{queue:?}: {order:?}");
    }
    assert_eq!(standing(&world, "app").await.limited, None, "nothing is left to wait");
}

#[tokio::test]
async fn a_slow_target_is_limited_by_its_places_and_not_by_its_rate() {
    let mut world = World::new();
    let app = Script::new(|_| crate::support::Reply::Hang);
    for lane in 1..=4 {
        world.book.make_lane(lane, "app");
        world.book.accept(lane, OrderKeys::All);
    }
    let spec = TargetSpec { rate: Some(rate(1, SECOND)), concurrency: 2, ..TargetSpec::handler("app", "http") };
    world.start(vec![Wired::new(spec, Arc::clone(&app) as Arc<dyn Target>)]);
    world.pass(SECOND * 10).await;
    assert_eq!(gaps(&app.calls()), [SECOND], "the third has no place");
    assert_eq!(standing(&world, "app").await.limited, None);
}

#[tokio::test]
async fn repeats_and_probes_count() {
    for outcome in [Outcome::EventFailed, Outcome::TargetFailed, Outcome::Unknown] {
        let mut world = World::new();
        let app = Script::new(move |_| say(outcome));
        for lane in 1..=3 {
            world.book.make_lane(lane, "app");
            world.book.accept(lane, OrderKeys::All);
        }
        let mut spec = TargetSpec { rate: Some(rate(1, SECOND)), ..TargetSpec::handler("app", "http") };
        spec.backoff.most = Duration::from_millis(200);
        world.start(vec![Wired::new(spec, Arc::clone(&app) as Arc<dyn Target>)]);
        world.pass(SECOND * 60).await;
        let calls = app.calls();
        assert!(gaps(&calls).iter().all(|gap| *gap >= SECOND), "{outcome:?}: {calls:?}");
        assert!(calls.len() > 45, "{outcome:?}: as good as always something was due, and yet only {}", calls.len());
    }
}

#[tokio::test]
async fn g5_what_waits_for_its_turn_is_not_begun() {
    let mut world = World::new();
    let peer = Script::new(|_| say(Outcome::Accepted));
    world.book.make_lane(1, "redox");
    let first = world.book.accept(1, OrderKeys::Free);
    let second = world.book.accept(1, OrderKeys::Free);
    let third = world.book.accept(1, OrderKeys::Free);
    let limited = || {
        let mut wired = redox(&peer);
        wired.spec.rate = Some(rate(1, Duration::from_mins(1)));
        wired
    };
    world.start(vec![limited()]);
    world.settle().await;
    assert_eq!((world.book.state(first), world.book.state(second)), (State::Settled, State::Queued));
    world.crash().await;
    world.start(vec![limited()]);
    world.settle().await;
    assert_eq!(world.book.state(second), State::Settled, "nothing was in doubt, and a new life begins rested");
    world.book.act(third, &Fact::Cancel, &Policy::REDOX);
    let hasty = world.book.accept_until(1, OrderKeys::Free, Some(START.plus(SECOND * 30)));
    let last = world.book.accept(1, OrderKeys::Free);
    world.pass(Duration::from_mins(1)).await;
    assert_eq!(world.book.state(third), State::Cancelled);
    assert_eq!(world.book.state(hasty), State::Expired, "its time was over before its turn came");
    assert_eq!(world.book.state(last), State::Settled);
    assert_eq!(peer.accepted(), [1, 2, 5]);
}

#[tokio::test]
async fn a_reload_changes_the_rate() {
    let mut world = World::new();
    let app = Script::new(|_| say(Outcome::Accepted));
    world.book.make_lane(1, "app");
    for _ in 0..100 {
        world.book.accept(1, OrderKeys::All);
    }
    world.start(vec![wired("app", rate(1, Duration::from_mins(1)), &app)]);
    world.pass(SECOND * 30).await;
    assert_eq!(app.accepted().len(), 1);
    let handle = world.handle.clone().expect("started");

    handle.replace_targets(vec![wired("app", rate(1, SECOND), &app)]).await;
    world.pass(SECOND * 10).await;
    assert_eq!(app.accepted().len(), 12, "what had been waited for counts, and one each second");
    handle.replace_targets(vec![wired("app", rate(1, Duration::from_mins(1)), &app)]).await;
    world.pass(SECOND * 59).await;
    assert_eq!(app.accepted().len(), 12, "a reload is no rest");
    handle.replace_targets(vec![wired("app", None, &app)]).await;
    world.settle().await;
    assert_eq!(app.accepted(), (1..=100).collect::<Vec<u64>>());
}
