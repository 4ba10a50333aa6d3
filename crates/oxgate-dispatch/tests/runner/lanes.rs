//! Lanes under a running gateway: order under failures, pause, drain, orphans, expiry, spills, overflow.

use crate::support::{Reply, Script, World, Writes, handler, say};
use oxgate_core::delivery::Policy;
use oxgate_core::lane::LaneState;
use oxgate_core::{DeliveryId, EventId, Fact, OrderKeys, Reason, State};
use oxgate_dispatch::{Outcome, TargetSpec, Wired};
use std::sync::Arc;
use std::time::Duration;

/// Some number that looks like chance and is the same on every run.
const fn scatter(seed: u64, no: u32) -> u64 {
    (seed.wrapping_mul(2_654_435_761).wrapping_add(no as u64 * 40_503)) >> 7 & 0xff
}

#[tokio::test]
async fn g3_order_holds_under_failures() {
    let mut world = World::new();
    let app = Script::new(|job| {
        say(match scatter(job.delivery.event.seq, job.attempt_no) {
            0..40 => Outcome::EventFailed,
            40..60 => Outcome::TargetFailed,
            60..70 => Outcome::Unknown,
            _ => Outcome::Accepted,
        })
    });
    let mut keys_of: Vec<(i64, OrderKeys)> = Vec::new();
    for lane in 1..=3 {
        world.book.make_lane(lane, "app");
    }
    world.start(vec![handler(&app)]);
    for seq in 1..=600_u64 {
        let lane = i64::try_from(seq % 3 + 1).expect("small");
        let keys = match (lane, seq % 17) {
            (1, _) => OrderKeys::All,
            (_, 0) => OrderKeys::Barrier,
            (_, 1) => OrderKeys::from_keys(vec![seq % 5 + 1, seq % 7 + 1]),
            _ => OrderKeys::from_keys(vec![seq % 7 + 1]),
        };
        world.book.accept(lane, keys.clone());
        keys_of.push((lane, keys));
        if seq % 100 == 0 {
            world.pass(Duration::from_secs(5)).await;
        }
    }
    world.pass(Duration::from_hours(12)).await;
    let accepted = app.accepted();
    assert_eq!(accepted.len(), 600, "all of them, each once");
    for (at, later) in accepted.iter().enumerate() {
        let of = |seq: u64| &keys_of[usize::try_from(seq).expect("small") - 1];
        let (lane, keys) = of(*later);
        let overtaken = accepted[at..].iter().find(|earlier| {
            let (other, before) = of(**earlier);
            *earlier < later && lane == other && before.precedes(keys)
        });
        assert_eq!(overtaken, None, "{later} came before it");
    }
}

#[tokio::test]
async fn g3_a_successor_waits_until_the_settle_is_durable() {
    let mut world = World::new();
    let app = Script::new(|_| say(Outcome::Accepted));
    world.book.make_lane(1, "app");
    for _ in 0..3 {
        world.book.accept(1, OrderKeys::All);
    }
    world.book.set_writes(Writes::Refused);
    world.start(vec![handler(&app)]);
    world.pass(Duration::from_mins(5)).await;
    assert_eq!(app.accepted(), [1], "a crash now would send the first again, and it must come first then too");
    world.crash().await;
    world.book.set_writes(Writes::Succeed);
    world.start(vec![handler(&app)]);
    world.settle().await;
    assert_eq!(app.accepted(), [1, 1, 2, 3]);
}

#[tokio::test]
async fn pause_resume_and_drain() {
    let mut world = World::new();
    let app = Script::new(|_| say(Outcome::Accepted));
    world.book.make_lane(1, "app");
    world.start(vec![handler(&app)]);
    world.book.set_lane(1, LaneState::Paused);
    let id = world.book.accept(1, OrderKeys::All);
    world.pass(Duration::from_hours(1)).await;
    assert_eq!(world.book.state(id), State::Queued);
    world.book.set_lane(1, LaneState::Open);
    world.settle().await;
    assert_eq!(world.book.state(id), State::Settled);

    // A drain starts what was there when it began, and nothing that came later.
    world.book.set_lane(1, LaneState::Paused);
    let ids = [(); 3].map(|()| world.book.accept(1, OrderKeys::All));
    world.book.set_lane(1, LaneState::Draining { through: ids[1].event.seq });
    world.pass(Duration::from_hours(1)).await;
    assert_eq!(ids.map(|id| world.book.state(id)), [State::Settled, State::Settled, State::Queued]);
    let later = world.book.accept(1, OrderKeys::Free);
    world.pass(Duration::from_hours(1)).await;
    assert_eq!(world.book.state(later), State::Queued);
    world.book.set_lane(1, LaneState::Open);
    world.settle().await;
    assert_eq!([ids[2], later].map(|id| world.book.state(id)), [State::Settled; 2]);
}

#[tokio::test]
async fn g3_what_waits_for_another_lane_starts_up_to_its_rank() {
    let mut world = World::new();
    let app = Script::new(|_| say(Outcome::Accepted));
    world.book.make_lane(1, "app");
    let ids = [(); 4].map(|()| world.book.accept(1, OrderKeys::Free));
    world.book.set_lane(1, LaneState::After { lane: 1, through: ids[1].event.seq });
    world.start(vec![handler(&app)]);
    world.pass(Duration::from_hours(1)).await;
    assert_eq!(app.accepted(), [1, 2]);
    world.crash().await;
    world.start(vec![handler(&app)]);
    world.pass(Duration::from_hours(1)).await;
    assert_eq!(app.accepted(), [1, 2], "a restart forgets nothing of it");
    world.book.set_lane(1, LaneState::Open);
    world.settle().await;
    assert_eq!(app.accepted().len(), 4);
}

#[tokio::test]
async fn g4_a_person_who_is_quicker_than_an_orphaning_is_not_overwritten() {
    let mut world = World::new();
    world.book.make_lane(1, "app");
    let id = world.book.accept(1, OrderKeys::All);
    // The dispatcher sees the lane open and asks to orphan it; the store refuses until a person has paused it.
    world.book.set_writes(Writes::Refused);
    world.start(vec![]);
    world.settle().await;
    world.book.set_lane(1, LaneState::Paused);
    world.book.set_writes(Writes::Succeed);
    world.pass(Duration::from_mins(1)).await;
    assert_eq!(world.book.lane_state(1), LaneState::Paused, "the pause stands");
    // Resumed, the lane is nobody's again.
    world.book.set_lane(1, LaneState::Open);
    world.settle().await;
    assert_eq!((world.book.lane_state(1), world.book.state(id)), (LaneState::Orphaned, State::Queued));
}

#[tokio::test]
async fn g3_who_comes_out_of_order_is_on_record_before_anybody_is_told() {
    let mut world = World::new();
    let told = Arc::new(std::sync::Mutex::new(Vec::new()));
    let app = Script::new(|_| Reply::Hang);
    world.book.make_lane(1, "app");
    let ids = [(); 2].map(|()| world.book.accept(1, OrderKeys::Some(vec![7])));
    let park = Policy { failures_max: 1, failures_span: Duration::ZERO, ..Policy::HANDLER };
    let refused = Fact::EventFailure { reason: Reason::status(400), counts: true, retry_at: world.now() };
    world.book.act(ids[0], &refused, &park);
    world.start(vec![handler(&app)]);
    world.settle().await;
    assert_eq!(app.calls().len(), 1, "the later one is under way");
    world.book.act(ids[0], &Fact::Release, &park);
    world.settle().await;
    let heard = Arc::clone(&told);
    app.set_plan(move |job| {
        heard.lock().expect("no test panics while it holds this").push((job.delivery, job.out_of_order));
        say(Outcome::Accepted)
    });
    let first = || told.lock().expect("no test panics while it holds this").first().copied();
    // The attempt of the later one runs into its time limit, and the store writes nothing at that moment.
    world.book.set_writes(Writes::Refused);
    world.pass(Duration::from_mins(10)).await;
    assert_eq!((first(), world.book.is_overtaken(ids[0])), (None, false));
    world.book.set_writes(Writes::Succeed);
    world.pass(Duration::from_mins(10)).await;
    assert_eq!(first(), Some((ids[0], true)));
    assert!(world.book.is_overtaken(ids[0]) && !world.book.is_overtaken(ids[1]));
}

#[tokio::test]
async fn lanes_of_a_target_that_is_gone_are_orphaned_and_come_back() {
    let mut world = World::new();
    let app = Script::new(|_| say(Outcome::Accepted));
    world.book.make_lane(1, "app");
    world.book.make_lane(2, "unrouted");
    let id = world.book.accept(1, OrderKeys::All);
    world.start(vec![]);
    world.settle().await;
    assert_eq!(world.book.lane_state(1), LaneState::Orphaned);
    assert_eq!(world.book.lane_state(2), LaneState::Open, "the unrouted belong to nobody on purpose");
    let handle = world.handle.clone().expect("started");

    handle.replace_targets(vec![handler(&app)]).await;
    world.settle().await;
    assert_eq!(world.book.lane_state(1), LaneState::Open);
    assert_eq!(world.book.state(id), State::Settled);

    // A target without sender starts nothing and orphans nothing.
    handle.replace_targets(vec![Wired::without_sender(TargetSpec::handler("app", "pull"))]).await;
    let leased = world.book.accept(1, OrderKeys::All);
    world.settle().await;
    assert_eq!((world.book.state(leased), world.book.lane_state(1)), (State::Queued, LaneState::Open));
}

/// Nothing in them starts, so nothing else brings them to anybody's notice.
#[tokio::test]
async fn g4_lanes_that_hold_only_parked_deliveries_are_orphaned_too() {
    let mut world = World::new();
    let app = Script::new(|_| say(Outcome::Accepted));
    let (lanes, by) = ([1, 2, 3, 4, 5], DeliveryId { event: EventId { seq: 77, tag: 0 }, n: 0 });
    for lane in lanes {
        world.book.make_lane(lane, if lane == 5 { "unrouted" } else { "app" });
    }
    for lane in [1, 2, 3, 5] {
        let id = world.book.accept(lane, OrderKeys::All);
        world.book.move_unheard(id, State::Parked);
    }
    world.book.set_lane(2, LaneState::Blocked { by });
    world.book.set_lane(3, LaneState::Paused);
    world.book.reopen();
    let is =
        |world: &World, expected: [LaneState; 5]| assert_eq!(lanes.map(|lane| world.book.lane_state(lane)), expected);
    let orphaned = || [LaneState::Orphaned, LaneState::Orphaned, LaneState::Paused, LaneState::Open, LaneState::Open];
    world.start(vec![]);
    world.settle().await;
    // What a person has paused stays as it is, and a lane that has nothing is nobody's concern.
    is(&world, orphaned());

    // Nor is it forgotten by a reload that takes the target away, or brings it back, without a restart.
    let handle = world.handle.clone().expect("started");
    handle.replace_targets(vec![handler(&app)]).await;
    world.settle().await;
    is(&world, [LaneState::Open, LaneState::Open, LaneState::Paused, LaneState::Open, LaneState::Open]);
    world.crash().await;
    world.start(vec![handler(&app)]);
    world.settle().await;
    world.book.set_lane(2, LaneState::Blocked { by });
    world.handle.clone().expect("started").replace_targets(vec![]).await;
    world.settle().await;
    is(&world, orphaned());
}

#[tokio::test]
async fn g6_deliveries_expire_while_they_wait() {
    let mut world = World::new();
    let app = Script::new(|_| say(Outcome::TargetFailed));
    world.book.make_lane(1, "app");
    world.book.make_lane(2, "app");
    world.book.set_lane(2, LaneState::Paused);
    let expires_at = Some(world.now().plus(Duration::from_hours(2)));
    let ids: Vec<DeliveryId> =
        [1, 1, 2].into_iter().map(|lane| world.book.accept_until(lane, OrderKeys::All, expires_at)).collect();
    let last = world.book.accept(1, OrderKeys::All);
    world.start(vec![handler(&app)]);
    world.pass(Duration::from_hours(3)).await;
    for id in ids {
        assert_eq!(world.book.state(id), State::Expired);
    }
    app.set_plan(|_| say(Outcome::Accepted));
    world.pass(Duration::from_mins(10)).await;
    assert_eq!(world.book.state(last), State::Settled);
}

#[tokio::test]
async fn g4_one_bad_key_does_not_starve_its_lane() {
    let mut world = World::new();
    let bad = OrderKeys::Some(vec![13]);
    let app = Script::new(|job| {
        let of_bad = job.delivery.event.seq <= 3_000;
        say(if of_bad { Outcome::EventFailed } else { Outcome::Accepted })
    });
    world.book.make_lane(1, "app");
    for _ in 0..3_000 {
        world.book.accept(1, bad.clone());
    }
    let others: Vec<DeliveryId> = (100..200).map(|key| world.book.accept(1, OrderKeys::Some(vec![key]))).collect();
    world.start(vec![handler(&app)]);
    world.pass(Duration::from_mins(10)).await;
    for id in &others {
        assert_eq!(world.book.state(*id), State::Settled, "{id} shares no key with the bad ones");
    }
    assert!(world.book.count(State::Held) > 500);
    assert_eq!(app.calls().iter().filter(|call| call.seq <= 3_000 && call.seq > 1).count(), 0);

    app.set_plan(|_| say(Outcome::Accepted));
    world.pass(Duration::from_hours(1)).await;
    assert_eq!(world.book.count(State::Settled), 3_100);
    let order: Vec<u64> = app.accepted().into_iter().filter(|seq| *seq <= 3_000).collect();
    assert_eq!(order, (1..=3_000).collect::<Vec<u64>>(), "the held ones come back in order");
}

#[tokio::test]
async fn an_overflow_and_failing_reads_lose_nothing() {
    let mut world = World::new();
    let app = Script::new(|_| say(Outcome::Accepted));
    world.book.make_lane(1, "app");
    world.start(vec![handler(&app)]);
    world.settle().await;
    world.book.set_fails_reads(true);
    for _ in 0..50 {
        world.book.accept(1, OrderKeys::All);
    }
    world.book.overflow(1);
    world.pass(Duration::from_mins(1)).await;
    assert!(app.accepted().is_empty(), "bodies cannot be read");
    world.book.set_fails_reads(false);
    world.pass(Duration::from_mins(1)).await;
    assert_eq!(app.accepted(), (1..=50).collect::<Vec<u64>>());
    // The word of a pause is lost with the rest.
    world.book.set_lane(1, LaneState::Paused);
    let held_up = world.book.accept(1, OrderKeys::All);
    world.book.overflow(1);
    world.settle().await;
    assert_eq!(world.book.state(held_up), State::Queued);
    world.book.set_lane(1, LaneState::Open);
    world.settle().await;
    assert_eq!(world.book.state(held_up), State::Settled);
    // A lane that the runner has not heard of: idle at its start.
    let quiet = Arc::clone(&world.book);
    quiet.make_lane(7, "app");
    quiet.reopen();
    let id = quiet.accept(7, OrderKeys::All);
    world.settle().await;
    assert_eq!(quiet.state(id), State::Settled);
}

#[tokio::test]
async fn a_disagreement_with_the_store_is_no_storm_of_attempts() {
    let mut world = World::new();
    let book = Arc::clone(&world.book);
    let app = Script::new(move |job| {
        book.move_unheard(job.delivery, State::Held);
        say(Outcome::Accepted)
    });
    world.book.make_lane(1, "app");
    let id = world.book.accept(1, OrderKeys::All);
    let behind = world.book.accept(1, OrderKeys::All);
    world.start(vec![handler(&app)]);
    world.pass(Duration::from_secs(59)).await;
    assert_eq!(app.calls().len(), 1, "held rows take no result; the place is kept");
    let handle = world.handle.clone().expect("started");
    assert_eq!(handle.status().await.expect("runs").illegal, 1);
    world.book.move_unheard(id, State::Queued);
    app.set_plan(|_| say(Outcome::Accepted));
    world.pass(Duration::from_secs(2)).await;
    assert_eq!(app.accepted(), [1, 1, 2], "read again, and the repeat carries the same id");
    assert_eq!(world.book.state(behind), State::Settled);
}
