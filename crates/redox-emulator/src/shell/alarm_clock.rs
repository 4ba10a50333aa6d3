//! Wakes the core at the times it asked for.

use super::Shared;
use crate::exchange::Timer;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Longest sleep, so that a clock that is set by hand is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(1);

/// Timers by time and, within one instant, by order of asking.
#[derive(Debug, Default)]
pub(super) struct AlarmClock {
    timers: Mutex<Timers>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Timers {
    asked: u64,
    by_time: BTreeMap<(Timestamp, u64), Timer>,
}

impl AlarmClock {
    pub(super) fn add(&self, timers: Vec<Timer>) {
        if timers.is_empty() {
            return;
        }
        let mut own = self.timers.lock().unwrap_or_else(PoisonError::into_inner);
        for timer in timers {
            own.asked += 1;
            let key = (timer.at, own.asked);
            own.by_time.insert(key, timer);
        }
        drop(own);
        self.changed.notify_one();
    }

    /// The first timer if it is due; otherwise how long to sleep, none if there is nothing to wait for.
    fn next(&self, now: Timestamp) -> Result<Timer, Option<Duration>> {
        let mut own = self.timers.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(first) = own.by_time.first_entry() else { return Err(None) };
        let at = first.key().0;
        if at <= now {
            return Ok(first.remove());
        }
        Err(Some(Duration::try_from(at.duration_since(now)).unwrap_or(SLEEP_MAX).min(SLEEP_MAX)))
    }
}

/// Runs until the emulator stops.
pub(super) async fn run(shared: Arc<Shared>) {
    loop {
        match shared.alarms.next(shared.clock.now()) {
            Ok(timer) => {
                shared.turn(|emulator, now, rng| emulator.timer(timer, now, rng));
                // Many timers may be due at once; requests get their turn in between.
                tokio::task::yield_now().await;
                if shared.stop.is_cancelled() {
                    return;
                }
            }
            Err(sleep) => {
                let sleep = async {
                    match sleep {
                        Some(span) => tokio::time::sleep(span).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    () = shared.stop.cancelled() => return,
                    () = shared.alarms.changed.notified() => {}
                    () = sleep => {}
                }
            }
        }
    }
}
