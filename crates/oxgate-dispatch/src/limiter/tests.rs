//! The quota against its figures and against a list of every request.

use super::*;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_000_000_000);

fn taken(quota: &mut Quota, share: Share, now: Timestamp) -> u32 {
    let mut count = 0;
    while quota.take(share, now).is_ok() {
        count += 1;
    }
    count
}

#[test]
fn shares_of_the_published_quota() {
    let mut quota = Quota::new(QuotaRules::default());
    assert_eq!(taken(&mut quota, Share::Live, NOW), 4_500);
    assert_eq!(taken(&mut quota, Share::Interactive, NOW), 750);
    assert_eq!(taken(&mut quota, Share::FollowUp, NOW), 750);
    assert_eq!(quota.used(NOW), 6_000, "four fifths of 7,500");
}

#[test]
fn unused_shares_flow_down_and_leave_live_work_a_reserve() {
    let mut quota = Quota::new(QuotaRules::default());
    assert_eq!(taken(&mut quota, Share::FollowUp, NOW), 5_250);
    assert_eq!(taken(&mut quota, Share::Live, NOW), 750);
    let mut quota = Quota::new(QuotaRules::default());
    assert_eq!(taken(&mut quota, Share::Live, NOW), 4_500, "nothing flows up");
}

#[test]
fn the_window_rolls_by_slots_and_forgets_late() {
    let mut quota = Quota::new(QuotaRules::default());
    taken(&mut quota, Share::Live, NOW);
    let free = quota.take(Share::Live, NOW).expect_err("used up");
    assert!(free >= NOW.plus(QUOTA_WINDOW), "never earlier than the window says");
    assert!(free <= NOW.plus(QUOTA_WINDOW).plus(Duration::from_secs(5)));
    assert!(quota.take(Share::Live, Timestamp(free.millis() - 1)).is_err());
    assert_eq!(quota.take(Share::Live, free), Ok(()));
}

#[test]
fn g9_slots_survive_a_restart() {
    let mut before = Quota::new(QuotaRules::default());
    for second in 0..200 {
        for _ in 0..30 {
            let _ = before.take(Share::Live, NOW.plus(Duration::from_secs(second)));
        }
    }
    let later = NOW.plus(Duration::from_secs(201));
    let mut after = Quota::new(QuotaRules::default());
    after.restore(&before.slots());
    assert_eq!(after.used(later), before.used(later));
    assert_eq!(after.used(later), 4_500);
    assert_eq!(taken(&mut after, Share::Live, later), 1_500, "the sum is what the peer counts");
}

proptest! {
    /// Whatever is asked when, no window of the peer's own clock ever holds more than four fifths of the quota.
    #[test]
    fn no_window_holds_more_than_its_part(steps in proptest::collection::vec((0_u64..20_000, 0_u8..3, 1_usize..20), 1..200)) {
        let rules = QuotaRules { requests: 100, ..QuotaRules::default() };
        let mut quota = Quota::new(rules);
        let mut now = NOW;
        let mut made: Vec<Timestamp> = Vec::new();
        for (pause, share, times) in steps {
            now = now.plus(Duration::from_millis(pause));
            let share = [Share::Live, Share::Interactive, Share::FollowUp][usize::from(share)];
            for _ in 0..times {
                match quota.take(share, now) {
                    Ok(()) => made.push(now),
                    Err(at) => prop_assert!(at > now, "asking again makes sense only later"),
                }
            }
            let in_window = made.iter().filter(|at| now.since(**at) < rules.window).count();
            prop_assert!(in_window <= 80, "{in_window} of 100");
            prop_assert!(quota.slots().len() <= 62, "slots are bounded by the window");
        }
    }
}

#[test]
fn a_refusal_stops_every_share_for_as_long_as_it_says() {
    let mut quota = Quota::new(QuotaRules::default());
    quota.refused(Some(Duration::from_secs(7)), NOW);
    for share in [Share::Live, Share::Interactive, Share::FollowUp] {
        assert_eq!(quota.take(share, NOW.plus(Duration::from_secs(6))), Err(NOW.plus(Duration::from_secs(7))));
    }
    assert_eq!(quota.take(Share::Live, NOW.plus(Duration::from_secs(7))), Ok(()));
    quota.refused(Some(Duration::from_hours(100)), NOW);
    assert_eq!(quota.take(Share::Live, NOW), Err(NOW.plus(Duration::from_hours(1))), "not for a week");
}

#[test]
fn refusals_without_a_pause_wait_longer_each_time() {
    let mut quota = Quota::new(QuotaRules::default());
    let mut now = NOW;
    let mut pauses = Vec::new();
    for _ in 0..6 {
        quota.refused(None, now);
        // Those that were under way beside it say nothing new.
        quota.refused(None, now.plus(Duration::from_millis(1)));
        let free = quota.take(Share::Live, now.plus(Duration::from_millis(2))).expect_err("paused");
        pauses.push(free.since(now).as_secs());
        now = free;
    }
    assert_eq!(pauses, [30, 60, 120, 240, 300, 300]);
    now = now.plus(QUOTA_WINDOW);
    assert_eq!(quota.take(Share::Live, now), Ok(()));
    quota.refused(None, now);
    assert_eq!(quota.take(Share::Live, now), Err(now.plus(REFUSED_PAUSE)), "a whole window without one is a new start");
}
