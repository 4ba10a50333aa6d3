//! The one place where the real clock and real randomness enter the program.

use oxgate_core::{Clock, Entropy, Timestamp};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The system clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the clock that everything else is given")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that never goes back, for measuring.
#[expect(clippy::disallowed_methods, reason = "figures are measured in real time; nothing is decided by them")]
pub(crate) fn monotonic() -> Instant {
    Instant::now()
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, out: &mut [u8]) {
        aws_lc_rs::rand::fill(out).expect("the operating system gives random bytes");
    }
}

impl redox_client::Clock for SystemClock {
    fn now(&self) -> i64 {
        Clock::now(self).millis()
    }
}

impl redox_client::Entropy for OsEntropy {
    fn fill(&self, out: &mut [u8]) {
        Entropy::fill(self, out);
    }
}
