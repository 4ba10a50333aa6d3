//! Not sent to Redox twice by accident: durable starts, crashes, panics, refusals, evidence.

use crate::support::{Preparation, Reply, Script, Stall, World, Writes, redox, say};
use oxgate_core::delivery::Policy;
use oxgate_core::lane::LaneState;
use oxgate_core::{Clock, DeliveryId, Fact, OrderKeys, Reason, State, Timestamp};
use oxgate_dispatch::limiter::{QuotaGate, QuotaRules, Share};
use oxgate_dispatch::{BoxFuture, Doubt, Evidence, Finding, Outcome, Report, Timer, Wired};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn world_with(count: usize) -> (World, Vec<DeliveryId>) {
    let world = World::new();
    world.book.make_lane(1, "redox");
    let ids = (0..count).map(|_| world.book.accept(1, OrderKeys::All)).collect();
    (world, ids)
}

#[tokio::test]
async fn g5_the_start_is_durable_before_the_target_is_asked() {
    let (mut world, ids) = world_with(1);
    let book = Arc::clone(&world.book);
    let seen: Arc<Mutex<Vec<State>>> = Arc::default();
    let states = Arc::clone(&seen);
    let peer = Script::new(move |job| {
        states.lock().expect("alone").push(book.state(job.delivery));
        Reply::Say(Report::accepted().with_receipt("log-1").with_status(200))
    });
    world.start(vec![redox(&peer)]);
    world.settle().await;
    assert_eq!(*seen.lock().expect("alone"), [State::Sending]);
    let entry = world.book.entry(ids[0]);
    assert_eq!((entry.row.state, entry.receipt.as_deref()), (State::Settled, Some("log-1")));
}

#[tokio::test]
async fn g5_a_crash_under_way_is_unknown_then_parked_and_holds_the_lane() {
    let (mut world, ids) = world_with(3);
    let peer = Script::new(|_| Reply::Hang);
    world.start(vec![redox(&peer)]);
    world.settle().await;
    assert_eq!(world.book.state(ids[0]), State::Sending);
    world.crash().await;

    peer.set_plan(|_| say(Outcome::Accepted));
    world.start(vec![redox(&peer)]);
    world.pass(Duration::from_hours(24)).await;
    let entry = world.book.entry(ids[0]);
    assert_eq!((entry.row.state, entry.row.reason), (State::Parked, Reason::UNKNOWN_OUTCOME));
    assert_eq!(world.book.lane_state(1), LaneState::Blocked { by: ids[0] });
    assert_eq!(peer.calls().len(), 1, "neither it nor what follows it has been sent");

    world.book.act(ids[0], &Fact::DecideAccepted, &Policy::REDOX);
    world.settle().await;
    assert_eq!(world.book.lane_state(1), LaneState::Open);
    assert_eq!(peer.calls().iter().map(|call| call.seq).collect::<Vec<_>>(), [1, 2, 3]);
}

#[tokio::test]
async fn g5_a_panic_is_unknown_for_redox_and_a_failure_for_a_handler() {
    let (mut world, ids) = world_with(2);
    world.book.make_lane(2, "app");
    let handled = world.book.accept(2, OrderKeys::All);
    let (peer, app) = (
        Script::new(|_| Reply::Panic),
        Script::new(|job| match job.attempt_no {
            1 => Reply::Panic,
            _ => say(Outcome::Accepted),
        }),
    );
    world.start(vec![redox(&peer), crate::support::handler(&app)]);
    world.pass(Duration::from_mins(1)).await;
    assert_eq!(world.book.state(ids[0]), State::Parked);
    assert_eq!(world.book.lane_state(1), LaneState::Blocked { by: ids[0] });
    assert_eq!(peer.calls().len(), 1);
    assert_eq!(world.book.state(handled), State::Settled);
    let numbers: Vec<u32> = app.calls().iter().map(|call| call.attempt_no).collect();
    assert_eq!(numbers, [1, 2], "attempt numbers rise");
}

#[tokio::test]
async fn g5_an_attempt_beyond_its_deadline_is_unknown() {
    let (mut world, ids) = world_with(2);
    let peer = Script::new(|_| Reply::Hang);
    world.start(vec![redox(&peer)]);
    world.pass(Duration::from_mins(3)).await;
    assert_eq!(world.book.state(ids[0]), State::Parked);
    assert_eq!(world.book.state(ids[1]), State::Queued);
}

#[tokio::test]
async fn known_not_accepted_is_sent_again() {
    let (mut world, ids) = world_with(2);
    let peer = Script::new(|job| say(if job.attempt_no < 4 { Outcome::TargetFailed } else { Outcome::Accepted }));
    world.start(vec![redox(&peer)]);
    world.pass(Duration::from_mins(10)).await;
    assert_eq!(world.book.state(ids[0]), State::Settled);
    let numbers: Vec<(u64, u32)> = peer.calls().iter().map(|call| (call.seq, call.attempt_no)).collect();
    assert_eq!(numbers[..4], [(1, 1), (1, 2), (1, 3), (1, 4)]);
}

#[tokio::test]
async fn g5_nothing_is_sent_while_the_start_cannot_be_recorded() {
    for writes in [Writes::Refused, Writes::TakeEffectAndRefused] {
        let (mut world, ids) = world_with(2);
        let peer = Script::new(|_| say(Outcome::Accepted));
        world.book.set_writes(writes);
        world.start(vec![redox(&peer)]);
        world.pass(Duration::from_mins(5)).await;
        assert!(peer.calls().is_empty(), "{writes:?}");
        world.book.set_writes(Writes::Succeed);
        world.pass(Duration::from_mins(1)).await;
        assert_eq!(peer.calls().iter().map(|call| call.seq).collect::<Vec<_>>(), [1, 2], "{writes:?}");
        assert_eq!(world.book.state(ids[1]), State::Settled);
    }
}

#[tokio::test]
async fn an_outcome_is_kept_until_the_store_takes_it() {
    // The second is a commit that took effect although it was reported as failed.
    for (writes, meanwhile) in [(Writes::Refused, State::Sending), (Writes::TakeEffectAndRefused, State::Settled)] {
        let (mut world, ids) = world_with(2);
        let book = Arc::clone(&world.book);
        let peer = Script::new(move |job| {
            if job.delivery.event.seq == 1 {
                book.set_writes(writes);
            }
            say(Outcome::Accepted)
        });
        world.start(vec![redox(&peer)]);
        world.pass(Duration::from_mins(5)).await;
        assert_eq!(world.book.state(ids[0]), meanwhile);
        assert_eq!(peer.calls().len(), 1, "its successor waits until the store writes again");
        let status = world.handle.as_ref().expect("started").status().await.expect("runs");
        assert!(status.store_refuses);
        world.book.set_writes(Writes::Succeed);
        world.pass(Duration::from_mins(1)).await;
        assert_eq!(peer.accepted(), [1, 2]);
        assert_eq!(world.book.count(State::Settled), 2);
    }
}

#[tokio::test]
async fn a_graceful_stop_waits_and_leaves_the_rest_sending() {
    let (mut world, ids) = world_with(2);
    let peer = Script::new(|_| Reply::Hang);
    world.start(vec![redox(&peer)]);
    world.settle().await;
    let handle = world.handle.clone().expect("started");
    handle.stop(Duration::from_secs(20)).await;
    world.settle().await;
    assert!(!handle.status().await.expect("still waiting").ready);
    world.pass(Duration::from_secs(20)).await;
    world.stopped().await;
    assert_eq!(handle.status().await, None);
    assert_eq!(world.book.state(ids[0]), State::Sending, "unknown at the next start");
    assert_eq!(world.book.state(ids[1]), State::Queued, "nothing new was begun");
}

#[tokio::test]
async fn g5_a_target_that_is_not_ready_leaves_nothing_in_doubt() {
    let (mut world, ids) = world_with(2);
    let peer = Script::new(|_| say(Outcome::Accepted));
    peer.prepares(Preparation::Fails(Report::new(Outcome::TargetFailed, Reason::TOKEN_REFUSED)));
    peer.prepares(Preparation::Fails(Report::new(Outcome::Unknown, Reason::TIMEOUT)));
    world.start(vec![redox(&peer)]);
    world.settle().await;
    let entry = world.book.entry(ids[0]);
    assert_eq!((entry.row.state, entry.row.reason), (State::Queued, Reason::TOKEN_REFUSED));
    assert_eq!((entry.row.attempts, entry.attempts.len()), (0, 0), "no attempt was begun");
    world.pass(Duration::from_mins(1)).await;
    assert_eq!(peer.accepted(), [1, 2], "in order, once it is ready");

    let (mut world, ids) = world_with(1);
    peer.prepares(Preparation::Hangs);
    world.start(vec![redox(&peer)]);
    world.settle().await;
    assert_eq!(world.book.state(ids[0]), State::Queued);
    world.crash().await;
    peer.prepares(Preparation::Hangs);
    world.start(vec![redox(&peer)]);
    world.pass(Duration::from_mins(3)).await;
    assert_eq!(world.book.state(ids[0]), State::Settled, "neither a crash nor a preparation without end is an attempt");
}

#[tokio::test]
async fn an_event_that_cannot_be_prepared_is_parked() {
    let (mut world, ids) = world_with(3);
    let peer = Script::new(|_| say(Outcome::Accepted));
    peer.prepares(Preparation::Fails(Report::new(Outcome::Rejected, Reason::UNREADABLE)));
    peer.prepares(Preparation::Panics);
    world.start(vec![redox(&peer)]);
    world.pass(Duration::from_mins(1)).await;
    let entry = world.book.entry(ids[0]);
    assert_eq!((entry.row.state, entry.row.reason), (State::Parked, Reason::UNREADABLE));
    assert_eq!(world.book.state(ids[1]), State::Parked);
    assert_eq!(peer.accepted(), [3]);
}

struct Log(Mutex<Vec<Finding>>, Mutex<Vec<(Doubt, Timestamp)>>, Arc<crate::support::Time>);

impl Evidence for Log {
    fn look(&self, doubt: Doubt) -> BoxFuture<'_, Finding> {
        self.1.lock().expect("alone").push((doubt, self.2.now()));
        let finding = self.0.lock().expect("alone").remove(0);
        Box::pin(std::future::ready(finding))
    }
}

#[tokio::test]
async fn evidence_settles_or_sends_again() {
    let (mut world, ids) = world_with(3);
    let peer = Script::new(|job| {
        say(if job.attempt_no == 1 && job.delivery.event.seq < 3 { Outcome::Unknown } else { Outcome::Accepted })
    });
    let later = Finding::Later(crate::support::START.plus(Duration::from_mins(10)));
    let found = Finding::Accepted { receipt: Some("log-9".into()), reason: Reason::FOUND_IN_LOG };
    let log = Arc::new(Log(Mutex::new(vec![later, found, Finding::Absent]), Mutex::default(), Arc::clone(&world.time)));
    let wired = Wired { evidence: Some(Arc::clone(&log) as Arc<dyn Evidence>), ..redox(&peer) };
    world.start(vec![wired]);
    world.pass(Duration::from_mins(30)).await;
    let looks: Vec<(u64, i64)> = log
        .1
        .lock()
        .expect("alone")
        .iter()
        .map(|(doubt, at)| (doubt.delivery.event.seq, at.since(crate::support::START).as_secs().cast_signed() / 60))
        .collect();
    assert_eq!(looks, [(1, 2), (1, 10), (2, 12)], "two minutes after the attempt, then when the log says");
    assert_eq!(world.book.entry(ids[0]).receipt.as_deref(), Some("log-9"));
    assert_eq!(world.book.count(State::Settled), 3);
    let sent: Vec<(u64, u32)> = peer.calls().iter().map(|call| (call.seq, call.attempt_no)).collect();
    assert_eq!(sent, [(1, 1), (2, 1), (2, 2), (3, 1)]);
}

/// A Redox target whose log tells this of the one doubt that there is.
fn with_log(world: &World, peer: &Arc<Script>, finding: Finding) -> Wired {
    let log = Log(Mutex::new(vec![finding]), Mutex::default(), Arc::clone(&world.time));
    Wired { evidence: Some(Arc::new(log)), ..redox(peer) }
}

#[tokio::test]
async fn g5_a_doubts_late_answer_leaves_the_next_attempt_its_place() {
    // The row is told before the record is answered, and the next attempt is under way by then.
    let (mut world, ids) = world_with(1);
    let peer = Script::new(|job| if job.attempt_no == 1 { say(Outcome::Unknown) } else { Reply::Hang });
    world.book.stall(Stall::Answering("evidence absent"));
    world.start(vec![with_log(&world, &peer, Finding::Absent)]);
    world.pass(Duration::from_mins(2)).await;
    assert_eq!(world.book.state(ids[0]), State::Sending, "the second attempt is under way");
    world.book.move_on();
    world.pass(Duration::from_secs(10)).await;
    assert_eq!(world.book.facts(ids[0]), ["start", "no outcome", "evidence absent", "start"]);
    assert_eq!(peer.calls().len(), 2);
}

#[tokio::test]
async fn g5_a_log_that_is_found_late_leaves_the_next_attempt_its_place() {
    let (mut world, ids) = world_with(1);
    let peer = Script::new(|job| say(if job.attempt_no == 1 { Outcome::Unknown } else { Outcome::Accepted }));
    let found = Finding::Accepted { receipt: Some("log-1".into()), reason: Reason::FOUND_IN_LOG };
    world.start(vec![with_log(&world, &peer, found)]);
    world.settle().await;
    peer.prepares(Preparation::Hangs);
    world.book.stall(Stall::Taking("evidence accepted"));
    world.pass(Duration::from_mins(2)).await;
    // A person is quicker than the record of what was found.
    world.book.act(ids[0], &Fact::DecideResend, &Policy::REDOX);
    world.settle().await;
    world.book.move_on();
    world.settle().await;
    assert_eq!(world.book.facts(ids[0]), ["start", "no outcome", "evidence accepted"]);
    assert_eq!((world.book.state(ids[0]), peer.calls().len()), (State::Queued, 1), "the second is being prepared");
    world.pass(Duration::from_mins(10)).await;
    assert_eq!(peer.calls().iter().map(|call| call.attempt_no).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test]
async fn g5_a_refused_start_undoes_no_other_attempt() {
    let (mut world, ids) = world_with(1);
    let peer = Script::new(|_| say(Outcome::Accepted));
    world.book.set_writes(Writes::Refused);
    world.start(vec![redox(&peer)]);
    world.settle().await;
    assert_eq!(world.book.facts(ids[0])[..2], ["start", "start refused"]);
    // However it came about: another attempt begins on the same row before the refused one is undone.
    world.book.act(ids[0], &Fact::Start { ticket: 1 }, &Policy::REDOX);
    world.book.set_writes(Writes::Succeed);
    world.pass(Duration::from_hours(1)).await;
    assert_eq!(world.book.state(ids[0]), State::Sending);
    assert!(peer.calls().is_empty(), "nothing starts beside it");
}

#[tokio::test]
async fn permits_are_taken_before_the_start_is_recorded() {
    let (mut world, ids) = world_with(4);
    let peer = Script::new(|_| say(Outcome::Accepted));
    let rules = QuotaRules { requests: 5, ..QuotaRules::default() };
    let (clock, timer) = (Arc::clone(&world.time) as Arc<dyn Clock>, Arc::clone(&world.time) as Arc<dyn Timer>);
    let gate = Arc::new(QuotaGate::new("egress", rules, clock, timer));
    world.start(vec![Wired { quota: Some(Arc::clone(&gate)), ..redox(&peer) }]);
    world.settle().await;
    assert_eq!(peer.accepted(), [1, 2, 3], "sixty in a hundred for live work");
    assert_eq!(world.book.state(ids[3]), State::Queued, "a crash while it waits leaves nothing in doubt");
    assert_eq!(gate.unsaved().iter().map(|(_, used)| used).sum::<u32>(), 3);
    assert!(gate.unsaved().is_empty());
    world.pass(Duration::from_mins(6)).await;
    assert_eq!(world.book.state(ids[3]), State::Settled);
}

#[tokio::test]
async fn what_waits_for_its_own_share_takes_no_place_from_others() {
    let mut world = World::new();
    let mut spare = Vec::new();
    for lane in 2..6 {
        world.book.make_lane(lane, "spare");
        spare.push(world.book.accept(lane, OrderKeys::All));
    }
    world.book.make_lane(1, "redox");
    let urgent = world.book.accept(1, OrderKeys::All);
    let peer = Script::new(|_| say(Outcome::Accepted));
    let (clock, timer) = (Arc::clone(&world.time) as Arc<dyn Clock>, Arc::clone(&world.time) as Arc<dyn Timer>);
    let rules = QuotaRules { requests: 100, ..QuotaRules::default() };
    let gate = Arc::new(QuotaGate::new("egress", rules, clock, timer));
    while gate.try_permit(Share::FollowUp).is_ok() {}
    let live = Wired { quota: Some(gate), ..redox(&peer) };
    let sibling = oxgate_dispatch::TargetSpec { name: "spare".into(), concurrency: 2, ..live.spec.clone() };
    world.start(vec![Wired { spec: sibling, share: Share::FollowUp, ..live.clone() }, live]);
    world.settle().await;
    assert_eq!(world.book.state(urgent), State::Settled);
    assert!(spare.iter().all(|id| world.book.state(*id) == State::Queued));
    world.pass(Duration::from_mins(6)).await;
    assert_eq!(world.book.count(State::Settled), 5);
}
