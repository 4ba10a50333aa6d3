//! Waiting for a submission to be done without asking again and again: whoever sees a delivery close wakes the waiters.

use oxgate_core::EventId;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Who waits for which event. Holds an entry for an event only while somebody waits for it.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    events: Mutex<HashMap<EventId, watch::Sender<()>>>,
}

/// One waiter; leaves the registry when dropped.
#[derive(Debug)]
pub(crate) struct Waiter<'a> {
    waiters: &'a Waiters,
    event: EventId,
    changed: Option<watch::Receiver<()>>,
}

impl Waiters {
    /// Registers a waiter. Register before reading the store: what closes after the read then wakes the waiter.
    pub(crate) fn register(&self, event: EventId) -> Waiter<'_> {
        let changed = self.lock().entry(event).or_insert_with(|| watch::Sender::new(())).subscribe();
        Waiter { waiters: self, event, changed: Some(changed) }
    }

    /// Something about this event has changed for good.
    pub(crate) fn wake(&self, event: EventId) {
        if let Some(sender) = self.lock().get(&event) {
            sender.send_replace(());
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<EventId, watch::Sender<()>>> {
        // The map is whole after every statement, whatever panicked meanwhile.
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiter<'_> {
    /// Resolves when the event has changed since the last call, or since the registration.
    pub(crate) async fn changed(&mut self) {
        let changed = self.changed.as_mut().expect("taken out on drop only");
        changed.changed().await.expect("the sender stays in the registry as long as a waiter does");
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut events = self.waiters.lock();
        self.changed = None;
        if events.get(&self.event).is_some_and(|sender| sender.receiver_count() == 0) {
            events.remove(&self.event);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_between_registration_and_wait_is_not_missed() {
        let (waiters, event) = (Waiters::default(), EventId { seq: 1, tag: 2 });
        let mut first = waiters.register(event);
        let mut second = waiters.register(event);
        waiters.wake(event);
        first.changed().await;
        second.changed().await;
        waiters.wake(EventId { seq: 9, tag: 9 });
        drop(first);
        assert_eq!(waiters.lock().len(), 1);
        drop(second);
        assert!(waiters.lock().is_empty());
    }
}
