//! How far the server's clock is from ours, measured by the `Date` header of its replies.
//!
//! An assertion signed by a clock that is some minutes off is refused like a forged one, and a legacy token ends by the
//! server's clock. So both are corrected by what the last reply showed.

use std::sync::atomic::{AtomicI64, Ordering};

use redox_wire::reply::ReplyHeaders;

/// A reply that took longer than this places the server's clock too loosely to be used.
const LOOSEST: i64 = 10_000;

/// `Date` has whole seconds; an offset below this is taken for none.
const TOLERANCE: i64 = 2_000;

/// The offset as last measured, in ms; positive if the server is ahead.
#[derive(Debug, Default)]
pub(super) struct Skew(AtomicI64);

impl Skew {
    pub(super) fn offset(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Takes the middle of the exchange as the moment at which `Date` was written, and the middle of its second as its value.
    pub(super) fn observe(&self, asked: i64, received: i64, headers: &ReplyHeaders<'_>) {
        let took = received - asked;
        let Some(date) = headers.server_time() else { return };
        if !(0..=LOOSEST).contains(&took) {
            return;
        }
        let offset = date * 1000 + 500 - (asked + took / 2);
        let offset = if offset.abs() <= TOLERANCE + took / 2 { 0 } else { offset };
        let before = self.0.swap(offset, Ordering::Relaxed);
        if (offset - before).abs() > TOLERANCE {
            tracing::warn!(offset_ms = offset, "the server's clock differs from ours; corrected");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sun, 06 Nov 1994 08:49:37 GMT
    const SERVER: i64 = 784_111_777_000;

    fn measured(asked: i64, received: i64) -> i64 {
        let skew = Skew::default();
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        skew.observe(asked, received, &ReplyHeaders { date, ..ReplyHeaders::default() });
        skew.offset()
    }

    #[test]
    fn a_clock_that_is_off_is_measured_to_the_second() {
        assert_eq!(measured(SERVER - 600_000, SERVER - 600_000), 600_500);
        assert_eq!(measured(SERVER + 600_000, SERVER + 601_000), -600_000);
    }

    #[test]
    fn what_the_header_cannot_show_is_no_offset() {
        assert_eq!(measured(SERVER - 1_000, SERVER + 1_000), 0);
        assert_eq!(measured(SERVER - 2_000, SERVER + 800), 0);
        assert_eq!(measured(SERVER - 600_000, SERVER - 580_000), 0, "too slow to tell");
        assert_eq!(measured(SERVER, SERVER - 5_000), 0, "our clock was set back meanwhile");
    }
}
