//! When a failure is tried again: each target has a schedule of its own.

use crate::support::{Call, Script, World, say};
use oxgate_core::OrderKeys;
use oxgate_core::retry::Backoff;
use oxgate_dispatch::{Outcome, Target, TargetSpec, Wired};
use std::sync::Arc;
use std::time::Duration;

const QUICK: Backoff = Backoff { first: Duration::from_millis(100), most: Duration::from_secs(1) };
const SLOW: Backoff = Backoff { first: Duration::from_mins(1), most: Duration::from_mins(5) };

fn wired(name: &str, backoff: Backoff, target: &Arc<Script>) -> Wired {
    let spec = TargetSpec { backoff, ..TargetSpec::handler(name, "http") };
    Wired::new(spec, Arc::clone(target) as Arc<dyn Target>)
}

/// Each pause is within the ceiling of its failure, and not below a tenth of it (see [`Backoff::pause`]).
fn assert_within(backoff: Backoff, calls: &[Call], after: u32) {
    for (pair, failures) in calls.windows(2).zip(after..) {
        let pause = pair[1].at.since(pair[0].at);
        let ceiling = backoff.most.min(backoff.first * 2_u32.pow((failures - 1).min(16)));
        assert!((ceiling / 10..=ceiling).contains(&pause), "{pause:?} after {failures} failures of {backoff:?}");
    }
}

#[tokio::test]
async fn each_handler_is_tried_again_by_its_own_schedule() {
    // An event that fails for its own sake, and a target that is down.
    for outcome in [Outcome::EventFailed, Outcome::TargetFailed] {
        let mut world = World::new();
        let (quick, slow) = (Script::new(move |_| say(outcome)), Script::new(move |_| say(outcome)));
        world.book.make_lane(1, "quick");
        world.book.make_lane(2, "slow");
        world.book.accept(1, OrderKeys::All);
        world.book.accept(2, OrderKeys::All);
        world.start(vec![wired("quick", QUICK, &quick), wired("slow", SLOW, &slow)]);
        world.pass(Duration::from_mins(8)).await;
        assert_within(QUICK, &quick.calls(), 1);
        assert_within(SLOW, &slow.calls(), 1);
        assert!(quick.calls().len() > 480, "a second is the longest pause");
        assert!((4..=25).contains(&slow.calls().len()), "1, 2 and 4 minutes at most, then 5: {}", slow.calls().len());
    }
}

#[tokio::test]
async fn a_reload_changes_the_schedule_from_the_next_failure_on() {
    let mut world = World::new();
    let app = Script::new(|_| say(Outcome::EventFailed));
    world.book.make_lane(1, "app");
    world.book.accept(1, OrderKeys::All);
    world.start(vec![wired("app", QUICK, &app)]);
    world.pass(Duration::from_secs(10)).await;
    world.handle.clone().expect("started").replace_targets(vec![wired("app", SLOW, &app)]).await;
    let before = app.calls().len();
    world.pass(Duration::from_mins(30)).await;
    let calls = app.calls();
    assert_within(QUICK, &calls[..=before], 1);
    assert_within(SLOW, &calls[before..], u32::try_from(before).expect("small") + 1);
    assert!(calls.len() > before + 5, "five minutes at most");
}
