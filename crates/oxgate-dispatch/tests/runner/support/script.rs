//! Targets that follow a script and remember what they were asked.

use oxgate_core::{Reason, Timestamp};
use oxgate_dispatch::{BoxFuture, Job, Outcome, Report, Target, TargetSpec, Wired};
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

type Plan = Box<dyn Fn(&Job) -> Reply + Send + Sync>;

/// A target that follows a script and remembers what it was asked.
pub(crate) struct Script {
    plan: Mutex<Plan>,
    calls: Mutex<Vec<Call>>,
    accepted: Mutex<Vec<u64>>,
    healthy: bool,
}

impl Script {
    pub(crate) fn new(plan: impl Fn(&Job) -> Reply + Send + Sync + 'static) -> Arc<Self> {
        Self::with_health(false, plan)
    }

    pub(crate) fn with_health(healthy: bool, plan: impl Fn(&Job) -> Reply + Send + Sync + 'static) -> Arc<Self> {
        let plan: Plan = Box::new(plan);
        Arc::new(Self { plan: Mutex::new(plan), calls: Mutex::default(), accepted: Mutex::default(), healthy })
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
