//! Targets that follow a script and remember what they were asked.

use oxgate_core::{Reason, Timestamp};
use oxgate_dispatch::{BoxFuture, Job, Outcome, Report, Target, TargetSpec, Wired};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// What a scripted target does with a job.
pub(crate) enum Reply {
    Say(Report),
    Panic,
    /// Never returns.
    Hang,
}

pub(crate) fn say(outcome: Outcome) -> Reply {
    Reply::Say(Report::new(outcome, Reason::word("scripted")))
}

/// One call of a target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Call {
    pub(crate) seq: u64,
    pub(crate) attempt_no: u32,
    pub(crate) at: Timestamp,
}

/// How a scripted target prepares itself.
pub(crate) enum Preparation {
    Fails(Report),
    Panics,
    /// Never returns.
    Hangs,
}

type Plan = Box<dyn Fn(&Job) -> Reply + Send + Sync>;

/// A target that follows a script and remembers what it was asked.
pub(crate) struct Script {
    plan: Mutex<Plan>,
    calls: Mutex<Vec<Call>>,
    accepted: Mutex<Vec<u64>>,
    preparations: Mutex<VecDeque<Preparation>>,
    healthy: bool,
}

impl Script {
    pub(crate) fn new(plan: impl Fn(&Job) -> Reply + Send + Sync + 'static) -> Arc<Self> {
        Self::with_health(false, plan)
    }

    pub(crate) fn with_health(healthy: bool, plan: impl Fn(&Job) -> Reply + Send + Sync + 'static) -> Arc<Self> {
        let plan: Plan = Box::new(plan);
        Arc::new(Self {
            plan: Mutex::new(plan),
            calls: Mutex::default(),
            accepted: Mutex::default(),
            preparations: Mutex::default(),
            healthy,
        })
    }

    /// How it prepares itself next; without a word it is ready.
    pub(crate) fn prepares(&self, preparation: Preparation) {
        self.preparations.lock().expect("no test panics while it holds this").push_back(preparation);
    }

    pub(crate) fn set_plan(&self, plan: impl Fn(&Job) -> Reply + Send + Sync + 'static) {
        *self.plan.lock().expect("no test panics while it holds this") = Box::new(plan);
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("no test panics while it holds this").clone()
    }

    /// Sequence numbers in the order in which they were accepted.
    pub(crate) fn accepted(&self) -> Vec<u64> {
        self.accepted.lock().expect("no test panics while it holds this").clone()
    }
}

impl Target for Script {
    fn prepare(&self, job: Job) -> BoxFuture<'_, Result<Job, Report>> {
        let next = self.preparations.lock().expect("no test panics while it holds this").pop_front();
        match next {
            None => Box::pin(std::future::ready(Ok(job))),
            Some(Preparation::Fails(report)) => Box::pin(std::future::ready(Err(report))),
            Some(Preparation::Panics) => Box::pin(async { panic!("scripted") }),
            Some(Preparation::Hangs) => Box::pin(std::future::pending()),
        }
    }

    fn deliver(&self, job: Job) -> BoxFuture<'_, Report> {
        let call = Call { seq: job.delivery.event.seq, attempt_no: job.attempt_no, at: job.started_at };
        self.calls.lock().expect("no test panics while it holds this").push(call);
        let reply = (self.plan.lock().expect("no test panics while it holds this"))(&job);
        match reply {
            Reply::Say(report) => {
                if report.outcome == Outcome::Accepted {
                    self.accepted.lock().expect("no test panics while it holds this").push(call.seq);
                }
                Box::pin(async move {
                    // Other attempts get their turn, as they would while a peer answers.
                    tokio::task::yield_now().await;
                    report
                })
            }
            Reply::Panic => Box::pin(async { panic!("scripted") }),
            Reply::Hang => Box::pin(std::future::pending()),
        }
    }

    fn healthy(&self) -> BoxFuture<'_, bool> {
        Box::pin(std::future::ready(self.healthy))
    }
}

pub(crate) fn handler(target: &Arc<Script>) -> Wired {
    Wired::new(TargetSpec::handler("app", "http"), Arc::clone(target) as Arc<dyn Target>)
}

pub(crate) fn redox(target: &Arc<Script>) -> Wired {
    Wired::new(TargetSpec::redox("redox"), Arc::clone(target) as Arc<dyn Target>)
}
