//! The clock that the shell reads; the core is only ever told the time.

use jiff::Timestamp;

/// Where the shell takes the time from.
pub trait Clock: Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync + 'static> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the emulator reads the machine's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
