//! How often attempts at a target may start: a token bucket that knows no clock.
//!
//! A target's [`Rate`] paces its attempts: `50/s` lets one start every 20 ms. What was left unused is remembered for a
//! tenth of a second ([`CATCH_UP`]) and no longer: enough to make up for a loop that was busy for a moment, too little for
//! a burst that a receiver would feel. [`Pacer`] counts in whole parts of a start: no rounding adds up to one too many.

use oxgate_core::Timestamp;
use std::num::NonZeroU32;
use std::time::Duration;

/// How much unused time is made up for.
pub const CATCH_UP: Duration = Duration::from_millis(100);

/// So many starts in so much time, evenly spread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    starts: NonZeroU32,
    per_ms: NonZeroU32,
}

impl Rate {
    /// `starts` in each `per`, of which whole milliseconds count: from one to 49 days.
    pub fn new(starts: NonZeroU32, per: Duration) -> Self {
        let per_ms = u32::try_from(per.as_millis()).unwrap_or(u32::MAX);
        Self { starts, per_ms: NonZeroU32::new(per_ms).unwrap_or(NonZeroU32::MIN) }
    }

    /// Starts in each [`Rate::per`].
    pub const fn starts(self) -> u32 {
        self.starts.get()
    }

    /// The time that the starts are counted in.
    pub const fn per(self) -> Duration {
        Duration::from_millis(self.per_ms.get() as u64)
    }

    /// Starts that may come together: as many as [`CATCH_UP`] allows, and one at least. In no span of time are there more
    /// starts than its share of the rate and these.
    pub fn burst(self) -> u64 {
        let allowed = u128::from(self.starts.get()) * CATCH_UP.as_millis() / u128::from(self.per_ms.get());
        u64::try_from(allowed).unwrap_or(u64::MAX).max(1)
    }
}

/// The bucket of one target. Each millisecond brings `starts` parts, and a start takes `per` (in ms) of them.
#[derive(Clone, Debug)]
pub struct Pacer {
    rate: Rate,
    /// Parts at `at`; [`Pacer::room`] at most.
    parts: u64,
    at: Timestamp,
}

impl Pacer {
    /// A rested one: a burst may start at once.
    pub fn new(rate: Rate) -> Self {
        Self { rate, parts: Self::room(rate), at: Timestamp::ZERO }
    }

    /// Goes on at another rate, neither rested nor tired by the change: a share of a start stays what it is.
    pub fn set_rate(&mut self, rate: Rate) {
        let scaled = u128::from(self.parts) * u128::from(rate.per_ms.get()) / u128::from(self.rate.per_ms.get());
        self.parts = u64::try_from(scaled).unwrap_or(u64::MAX).min(Self::room(rate));
        self.rate = rate;
    }

    /// When the next attempt may start, if none starts before.
    pub fn next_start(&self) -> Timestamp {
        let missing = self.start().saturating_sub(self.parts);
        self.at.plus(Duration::from_millis(missing.div_ceil(u64::from(self.rate.starts.get()))))
    }

    /// Counts a start at `now`, if one may be made.
    pub fn take(&mut self, now: Timestamp) -> bool {
        if now < self.next_start() {
            return false;
        }
        let waited = u64::try_from(now.since(self.at).as_millis()).unwrap_or(u64::MAX);
        let brought = waited.saturating_mul(u64::from(self.rate.starts.get()));
        self.parts = self.parts.saturating_add(brought).min(Self::room(self.rate)) - self.start();
        self.at = self.at.max(now);
        true
    }

    /// The clock was set back: the next start is not put off by it.
    pub fn clock_set_back(&mut self, by: Duration) {
        self.at = self.at.minus(by);
    }

    /// What a start takes.
    fn start(&self) -> u64 {
        u64::from(self.rate.per_ms.get())
    }

    fn room(rate: Rate) -> u64 {
        rate.burst().saturating_mul(u64::from(rate.per_ms.get()))
    }
}

#[cfg(test)]
mod tests;
