//! A runner in a small world: a ledger in memory, targets that follow a script, time that is moved by hand.

mod book;
mod script;
mod time;

pub(crate) use book::{Book, Stall, Writes};
pub(crate) use script::{Call, Preparation, Reply, Script, handler, redox, say};
pub(crate) use time::{START, Seeded, Time};

use oxgate_core::{Clock, Timestamp};
use oxgate_dispatch::{BytesBudget, Handle, Ledger, Parts, Runner, Timer, Wired};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;

/// A book, a clock, and a runner on them that can be dropped and started again.
pub(crate) struct World {
    pub(crate) time: Arc<Time>,
    pub(crate) book: Arc<Book>,
    pub(crate) handle: Option<Handle>,
    task: Option<JoinHandle<()>>,
}

impl World {
    pub(crate) fn new() -> Self {
        let time = Time::new();
        Self { book: Book::new(Arc::clone(&time)), time, handle: None, task: None }
    }

    pub(crate) fn start(&mut self, targets: Vec<Wired>) {
        let runner = Runner::new(Parts {
            ledger: Arc::clone(&self.book) as Arc<dyn Ledger>,
            clock: Arc::clone(&self.time) as Arc<dyn Clock>,
            timer: Arc::clone(&self.time) as Arc<dyn Timer>,
            entropy: Arc::new(Seeded(Mutex::new(7))),
            bodies: BytesBudget::new(1 << 20),
            targets,
            observers: Vec::new(),
        });
        self.handle = Some(runner.handle());
        self.task = Some(tokio::spawn(runner.run()));
    }

    /// The process dies: whatever was under way is gone, the book stays.
    pub(crate) async fn crash(&mut self) {
        let task = self.task.take().expect("it runs");
        task.abort();
        assert!(task.await.expect_err("aborted").is_cancelled());
        self.book.reopen();
    }

    pub(crate) async fn stopped(&mut self) {
        self.task.take().expect("it runs").await.expect("the runner ends in peace");
    }

    /// Lets everything happen that happens without time passing.
    ///
    /// All is in memory and on one thread: when the book has not been called for many turns, nothing moves any more.
    pub(crate) async fn settle(&self) {
        let mut quiet = 0;
        let mut before = self.book.calls.load(Ordering::Relaxed);
        while quiet < 40 {
            tokio::task::yield_now().await;
            let calls = self.book.calls.load(Ordering::Relaxed);
            quiet = if calls == before { quiet + 1 } else { 0 };
            before = calls;
        }
    }

    /// Lets time pass up to `until`, stopping wherever somebody waits for a time.
    pub(crate) async fn pass_until(&self, until: Timestamp) {
        self.settle().await;
        while let Some(next) = self.time.next().filter(|next| *next <= until) {
            self.time.advance_to(next);
            self.settle().await;
        }
        self.time.advance_to(until);
        self.settle().await;
    }

    pub(crate) async fn pass(&self, span: Duration) {
        self.pass_until(self.time.now().plus(span)).await;
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.time.now()
    }
}
