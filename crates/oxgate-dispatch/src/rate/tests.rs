//! Rates: even, exact, and never more than a share and a burst.

use super::{Pacer, Rate};
use oxgate_core::Timestamp;
use proptest::prelude::*;
use std::num::NonZeroU32;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const BEGIN: Timestamp = Timestamp(1_800_000_000_000);

fn rate(starts: u32, per: Duration) -> Rate {
    Rate::new(NonZeroU32::new(starts).expect("some"), per)
}

/// All starts until `end`, each as early as may be.
fn eager(pacer: &mut Pacer, mut now: Timestamp, end: Timestamp) -> Vec<i64> {
    let mut starts = Vec::new();
    while now < end {
        if pacer.take(now) {
            starts.push(now.since(BEGIN).as_millis().try_into().expect("a short test"));
        } else {
            now = pacer.next_start();
        }
    }
    starts
}

#[test]
fn starts_are_spread_evenly() {
    let mut pacer = Pacer::new(rate(600, Duration::from_mins(1)));
    assert_eq!(eager(&mut pacer, BEGIN, BEGIN.plus(SECOND / 2)), [0, 100, 200, 300, 400]);
    // A third of a second is no whole number of milliseconds: rather late than early.
    let mut pacer = Pacer::new(rate(3, SECOND));
    assert_eq!(eager(&mut pacer, BEGIN, BEGIN.plus(SECOND * 2)), [0, 334, 668, 1_002, 1_336, 1_670]);
    let mut pacer = Pacer::new(rate(1, Duration::from_hours(24)));
    assert_eq!(eager(&mut pacer, BEGIN, BEGIN.plus(Duration::from_hours(36))), [0, 86_400_000]);
}

#[test]
fn what_was_left_unused_is_made_up_for_a_tenth_of_a_second() {
    let mut pacer = Pacer::new(rate(50, SECOND));
    assert_eq!(eager(&mut pacer, BEGIN, BEGIN.plus(Duration::from_millis(41))), [0, 0, 0, 0, 0, 20, 40]);
    let rested = BEGIN.plus(SECOND);
    assert_eq!(eager(&mut pacer, rested, rested.plus(Duration::from_millis(1))).len(), 5);
}

#[test]
fn a_fast_rate_is_reached_although_the_clock_is_coarser() {
    let mut pacer = Pacer::new(rate(5_000, SECOND));
    let starts = eager(&mut pacer, BEGIN, BEGIN.plus(SECOND));
    assert_eq!(starts.len(), 500 + 5 * 999);
}

#[test]
fn a_change_brings_no_burst_of_its_own() {
    let mut pacer = Pacer::new(rate(50, SECOND));
    assert_eq!(eager(&mut pacer, BEGIN, BEGIN.plus(Duration::from_millis(1))).len(), 5);
    for _ in 0..3 {
        pacer.set_rate(rate(3_000, Duration::from_mins(1)));
        assert!(!pacer.take(BEGIN));
        pacer.set_rate(rate(50, SECOND));
        assert!(!pacer.take(BEGIN));
    }
    pacer.set_rate(rate(1, SECOND));
    assert_eq!(pacer.next_start(), BEGIN.plus(SECOND), "and the slower one holds from now on");
}

#[test]
fn a_clock_that_is_set_back_puts_nothing_off() {
    let mut pacer = Pacer::new(rate(1, SECOND));
    assert!(pacer.take(BEGIN));
    let hour = Duration::from_hours(1);
    pacer.clock_set_back(hour);
    assert_eq!(pacer.next_start(), BEGIN.minus(hour).plus(SECOND));
    assert!(!pacer.take(BEGIN.minus(hour)));
}

proptest! {
    /// However the tries come, and however often the rate is changed between two.
    #[test]
    fn no_span_has_more_starts_than_its_share_and_a_burst(
        rates in proptest::collection::vec((1_u32..20_000, 1_u64..100_000), 1..4),
        tries in proptest::collection::vec((0_u64..3_000, 0_usize..8), 1..400),
    ) {
        let rates: Vec<Rate> = rates.into_iter().map(|(n, ms)| rate(n, Duration::from_millis(ms))).collect();
        let mut pacer = Pacer::new(rates[0]);
        let (mut now, mut starts) = (BEGIN, Vec::new());
        for (wait, which) in tries {
            // Mostly close together: that is where it matters.
            now = now.plus(Duration::from_millis(if wait < 2_000 { wait / 100 } else { wait }));
            if let Some(rate) = rates.get(which) {
                pacer.set_rate(*rate);
            }
            let allowed = pacer.next_start() <= now;
            prop_assert_eq!(pacer.take(now), allowed, "what it announces is what it does");
            if allowed {
                starts.push(now.millis().cast_unsigned());
            }
        }
        // The fastest of the rates bounds them all.
        let burst = rates.iter().map(|rate| rate.burst()).max().expect("one at least");
        for (first, begin) in starts.iter().enumerate() {
            for (last, end) in starts.iter().enumerate().skip(first) {
                let share = |rate: &Rate| {
                    u128::from(end - begin) * u128::from(rate.starts()) / rate.per().as_millis()
                };
                let share = rates.iter().map(share).max().expect("one at least");
                prop_assert!((last - first + 1) as u128 <= share + u128::from(burst), "{first}..={last}");
            }
        }
    }
}
