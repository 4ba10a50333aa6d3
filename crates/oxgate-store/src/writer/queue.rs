//! What waits for the writer: four classes of commands, bounded in number and in bytes.

use crate::Refused;
use crate::command::{Command, Outcome, Record};
use oxgate_core::limits::{GROUP_BYTES, GROUP_COMMANDS, WRITER_QUEUE_BYTES, WRITER_QUEUE_COMMANDS};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, oneshot};

/// Classes of commands, the most urgent first.
const CLASSES: usize = 4;

/// Work that can wait runs only in groups smaller than this.
const IDLE_ENOUGH: usize = 64;

/// Where the answer goes.
pub(super) type Reply = oneshot::Sender<Result<Outcome, Refused>>;

/// A command with whoever waits for it. Its permits go back when it is answered.
struct Item {
    command: Command,
    waiting: Waiting,
}

/// Who waits for a command's answer.
pub(super) struct Waiting {
    reply: Reply,
    _permits: [OwnedSemaphorePermit; 2],
}

impl Waiting {
    pub(super) fn answer(self, answer: Result<Outcome, Refused>) {
        // Whoever asked may have gone; the command counts all the same.
        let _ = self.reply.send(answer);
    }
}

/// Commands for one transaction, and who waits for them, in the same order.
#[derive(Default)]
pub(super) struct Group {
    pub(super) commands: Vec<Command>,
    pub(super) waiting: Vec<Waiting>,
}

/// The queue in front of the writer.
pub(crate) struct Queue {
    classes: Mutex<Classes>,
    arrived: Condvar,
    /// The same for a writer that is no thread.
    #[cfg(any(test, feature = "mutations"))]
    heard: tokio::sync::Notify,
    commands: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
}

#[derive(Default)]
struct Classes {
    lists: [VecDeque<Item>; CLASSES],
    closed: bool,
}

impl Queue {
    pub(crate) fn new() -> Self {
        Self {
            classes: Mutex::default(),
            arrived: Condvar::new(),
            #[cfg(any(test, feature = "mutations"))]
            heard: tokio::sync::Notify::new(),
            commands: Arc::new(Semaphore::new(WRITER_QUEUE_COMMANDS)),
            bytes: Arc::new(Semaphore::new(WRITER_QUEUE_BYTES)),
        }
    }

    /// Queues a command if there is room right now: for the doors, which tell their sender to come back.
    pub(crate) fn offer(&self, command: Command) -> Result<oneshot::Receiver<Result<Outcome, Refused>>, Refused> {
        let count = Arc::clone(&self.commands).try_acquire_owned().map_err(|error| no_room(&error))?;
        let bytes =
            Arc::clone(&self.bytes).try_acquire_many_owned(weight(&command)).map_err(|error| no_room(&error))?;
        self.push(command, [count, bytes])
    }

    /// Queues a command as soon as there is room: for our own, which have nowhere to come back to.
    pub(crate) async fn add(&self, command: Command) -> Result<oneshot::Receiver<Result<Outcome, Refused>>, Refused> {
        let count = Arc::clone(&self.commands).acquire_owned().await.map_err(|_| Refused::Closed)?;
        let bytes = Arc::clone(&self.bytes).acquire_many_owned(weight(&command)).await.map_err(|_| Refused::Closed)?;
        self.push(command, [count, bytes])
    }

    fn push(
        &self,
        command: Command,
        permits: [OwnedSemaphorePermit; 2],
    ) -> Result<oneshot::Receiver<Result<Outcome, Refused>>, Refused> {
        let (reply, answer) = oneshot::channel();
        let class = class(&command);
        let mut classes = self.classes.lock().unwrap_or_else(PoisonError::into_inner);
        if classes.closed {
            return Err(Refused::Closed);
        }
        classes.lists[class].push_back(Item { command, waiting: Waiting { reply, _permits: permits } });
        drop(classes);
        self.arrived.notify_one();
        #[cfg(any(test, feature = "mutations"))]
        self.heard.notify_one();
        Ok(answer)
    }

    /// The next group, as soon as there is one; `None` once the queue is closed and empty.
    pub(super) fn next_group(&self) -> Option<Group> {
        let mut classes = self.classes.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let group = classes.take();
            if !group.commands.is_empty() {
                return Some(group);
            }
            if classes.closed {
                return None;
            }
            classes = self.arrived.wait(classes).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Answers everything that arrives with `refusal` for as long as `span`; `false` once the queue is closed.
    pub(super) fn refuse_for(&self, span: Duration, refusal: &Refused) -> bool {
        let mut classes = self.classes.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            for item in classes.lists.iter_mut().flat_map(|list| list.drain(..)) {
                item.waiting.answer(Err(refusal.clone()));
            }
            if classes.closed {
                return false;
            }
            let (next, timeout) = self.arrived.wait_timeout(classes, span).unwrap_or_else(PoisonError::into_inner);
            classes = next;
            if timeout.timed_out() {
                return true;
            }
        }
    }

    /// Resolves when something has been queued since the last group.
    #[cfg(any(test, feature = "mutations"))]
    pub(super) async fn wanted(&self) {
        loop {
            let heard = self.heard.notified();
            if self.classes.lock().unwrap_or_else(PoisonError::into_inner).lists.iter().any(|list| !list.is_empty()) {
                return;
            }
            heard.await;
        }
    }

    /// The next group, if there is one.
    #[cfg(any(test, feature = "mutations"))]
    pub(super) fn try_group(&self) -> Option<Group> {
        let group = self.classes.lock().unwrap_or_else(PoisonError::into_inner).take();
        (!group.commands.is_empty()).then_some(group)
    }

    /// Takes nothing more; what is queued is still carried out.
    pub(crate) fn close(&self) {
        self.classes.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.commands.close();
        self.bytes.close();
        self.arrived.notify_all();
    }
}

impl Classes {
    /// What goes into one transaction: by class, each in order of arrival, within the group's limits.
    fn take(&mut self) -> Group {
        let mut group = Group::default();
        let mut bytes = 0;
        for (class, list) in self.lists.iter_mut().enumerate() {
            if class == CLASSES - 1 && group.commands.len() >= IDLE_ENOUGH {
                break;
            }
            while let Some(item) = list.front() {
                let more = weight(&item.command) as usize;
                let full = group.commands.len() >= GROUP_COMMANDS || bytes + more > GROUP_BYTES;
                if full && !group.commands.is_empty() {
                    return group;
                }
                let item = list.pop_front().expect("its front was just seen");
                bytes += more;
                group.commands.push(item.command);
                group.waiting.push(item.waiting);
            }
        }
        group
    }
}

fn no_room(error: &TryAcquireError) -> Refused {
    match error {
        TryAcquireError::NoPermits => Refused::Busy,
        TryAcquireError::Closed => Refused::Closed,
    }
}

fn inline(bytes: Option<&Vec<u8>>) -> u32 {
    u32::try_from(bytes.map_or(0, Vec::len)).unwrap_or(u32::MAX)
}

fn weight_of(record: &Record) -> u32 {
    let detail = record.attempt.as_ref().and_then(|attempt| attempt.detail.as_ref());
    let of_children = record.children.iter().map(|child| inline(child.event.body.inline.as_ref()));
    of_children.fold(inline(detail.and_then(|detail| detail.inline.as_ref())), u32::saturating_add)
}

/// Bytes of bodies that a command carries.
fn weight(command: &Command) -> u32 {
    match command {
        Command::Accept(accept) => inline(accept.event.body.inline.as_ref()),
        Command::Submit(submit) => inline(submit.event.body.inline.as_ref()),
        Command::Record(record) => weight_of(record),
        Command::Records(records) => records.iter().map(weight_of).fold(0, u32::saturating_add),
        Command::Part { bytes, .. } => inline(Some(bytes)),
        _ => 0,
    }
}

/// A command's class: senders who wait for an answer, what moves deliveries on, parts of large bodies, what can wait.
fn class(command: &Command) -> usize {
    match command {
        Command::Accept(_) | Command::Submit(_) | Command::DataKey { .. } => 0,
        Command::Record(_)
        | Command::Records(_)
        | Command::Lane(_)
        | Command::Reassign(_)
        | Command::Overtaken(_)
        | Command::Audit { .. }
        | Command::Quota { .. }
        | Command::Note { .. }
        | Command::Report { .. } => 1,
        Command::Part { .. } => 2,
        Command::Late
        | Command::Sweep { .. }
        | Command::Index { .. }
        | Command::Follow(_)
        | Command::BeginCatchUp { .. }
        | Command::CatchUp(_) => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(bytes: usize) -> Command {
        Command::Part { body: 1, part: 0, codec: 0, data_key: 0, bytes: vec![0; bytes] }
    }

    fn quota() -> Command {
        Command::Quota { egress: "default".into(), slot: 0, used: 1 }
    }

    fn queued(commands: impl IntoIterator<Item = Command>) -> Queue {
        let queue = Queue::new();
        for command in commands {
            queue.offer(command).unwrap();
        }
        queue
    }

    #[test]
    fn the_urgent_go_first() {
        let key = Command::DataKey { id: 1, kek: "a".into(), wrapped: Vec::new() };
        let queue = queued([Command::Late, part(1), quota(), key.clone()]);
        assert_eq!(queue.next_group().unwrap().commands, [key, quota(), part(1), Command::Late]);
    }

    #[test]
    fn a_group_is_bounded_in_bytes_and_in_number() {
        let queue = queued((0..5).map(|_| part(GROUP_BYTES / 2)));
        let sizes: Vec<usize> = (0..3).map(|_| queue.next_group().unwrap().commands.len()).collect();
        assert_eq!(sizes, [2, 2, 1]);
        let queue = queued((0..=GROUP_COMMANDS).map(|_| quota()));
        assert_eq!(queue.next_group().unwrap().commands.len(), GROUP_COMMANDS);
        assert_eq!(queue.next_group().unwrap().commands.len(), 1);
    }

    #[test]
    fn one_command_larger_than_a_group_goes_alone() {
        let queue = queued([part(GROUP_BYTES + 1), part(1)]);
        assert_eq!(queue.next_group().unwrap().commands.len(), 1);
    }

    #[test]
    fn what_can_wait_waits_for_a_small_group() {
        let queue = queued((0..IDLE_ENOUGH).map(|_| quota()).chain([Command::Late]));
        assert_eq!(queue.next_group().unwrap().commands.len(), IDLE_ENOUGH);
        assert_eq!(queue.next_group().unwrap().commands, [Command::Late]);
    }

    #[test]
    fn a_full_queue_says_so_and_recovers() {
        let queue = queued((0..WRITER_QUEUE_COMMANDS).map(|_| quota()));
        assert!(matches!(queue.offer(quota()), Err(Refused::Busy)));
        let group = queue.next_group().unwrap();
        for waiting in group.waiting {
            waiting.answer(Ok(Outcome::Done));
        }
        assert!(queue.offer(quota()).is_ok());
        let queue = queued((0..WRITER_QUEUE_BYTES / (1024 * 1024)).map(|_| part(1024 * 1024)));
        assert!(matches!(queue.offer(part(1)), Err(Refused::Busy)));
    }

    #[test]
    fn a_closed_queue_finishes_what_it_has() {
        let queue = queued([quota()]);
        queue.close();
        assert!(matches!(queue.offer(quota()), Err(Refused::Closed)));
        assert_eq!(queue.next_group().unwrap().commands.len(), 1);
        assert!(queue.next_group().is_none());
    }
}
