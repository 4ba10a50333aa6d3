//! The request quota: a rolling window per peer address.

use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

/// Admissions of the recent past, by peer. Refused requests do not count.
#[derive(Debug, Default)]
pub(crate) struct RateWindow {
    admitted: BTreeMap<Option<IpAddr>, VecDeque<Timestamp>>,
}

impl RateWindow {
    /// Admits a request unless `limit` were admitted within the last `window`.
    pub(crate) fn admit(&mut self, peer: Option<IpAddr>, now: Timestamp, limit: u32, window: SignedDuration) -> bool {
        let times = self.admitted.entry(peer).or_default();
        while times.front().is_some_and(|first| now.duration_since(*first) >= window) {
            times.pop_front();
        }
        let has_room = times.len() < usize::try_from(limit).unwrap_or(usize::MAX);
        if has_room {
            times.push_back(now);
        }
        has_room
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.admitted.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::RateWindow;
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn window_rolls_per_peer() {
        let mut window = RateWindow::default();
        let length = SignedDuration::from_secs(300);
        let at = |s: i64| Timestamp::from_second(1_000_000 + s).unwrap();
        let mut admit = |peer: Option<&str>, s| window.admit(peer.map(|p| p.parse().unwrap()), at(s), 2, length);
        assert!(admit(None, 0));
        assert!(admit(None, 10));
        assert!(!admit(None, 299), "two within 300 s");
        assert!(admit(Some("10.0.0.1"), 299), "another peer has its own window");
        assert!(admit(None, 300), "the first has left the window; the refused one never counted");
        assert!(!admit(None, 309));
        assert!(admit(None, 310));
    }
}
