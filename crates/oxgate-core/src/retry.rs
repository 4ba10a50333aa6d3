//! When to try again: exponential back-off with full jitter, the random number given by the caller.

use std::time::Duration;

/// A back-off schedule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backoff {
    /// The longest first pause.
    pub first: Duration,
    /// The longest pause of all.
    pub most: Duration,
}

impl Backoff {
    /// The pause after `failures` failures in a row (1 after the first), given 64 random bits.
    ///
    /// Full jitter: uniform between a tenth of the ceiling and the ceiling, where the ceiling doubles with each failure
    /// up to `most`. The floor keeps a burst of small draws from hammering a target that is down.
    pub fn pause(&self, failures: u32, random: u64) -> Duration {
        let doubled = self.first.as_millis().saturating_mul(1 << failures.saturating_sub(1).min(32));
        let ceiling = u64::try_from(doubled.min(self.most.as_millis())).unwrap_or(u64::MAX).max(1);
        let floor = ceiling / 10;
        Duration::from_millis(floor + random % (ceiling - floor + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SCHEDULE: Backoff = Backoff { first: Duration::from_secs(1), most: Duration::from_mins(1) };

    proptest! {
        #[test]
        fn stays_between_floor_and_ceiling(failures in 0_u32..100, random: u64) {
            let pause = SCHEDULE.pause(failures, random);
            prop_assert!(pause <= SCHEDULE.most);
            prop_assert!(pause >= Duration::from_millis(100));
        }
    }

    #[test]
    fn doubles_up_to_the_most() {
        let ceilings: Vec<u128> = (1..9).map(|n| SCHEDULE.pause(n, 0).as_millis() * 10).collect();
        assert_eq!(ceilings, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    }
}
