//! One attempt: a permit, the body, the durable start where the target demands it, the delivery, its report.

use super::Shared;
use super::records::plain;
use crate::budget::BytesPermit;
use crate::ledger::ReadFailed;
use crate::limiter::Share;
use crate::scheduler::Start;
use crate::target::{Body, BoxFuture, Job, Outcome, Report, Target, Wired};
use oxgate_core::delivery::Mode;
use oxgate_core::{Fact, Reason, State, Timestamp};
use oxgate_store::command::Recorded;
use oxgate_store::faults::Mutation;
use oxgate_store::view::EventRow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio_util::bytes::Bytes;

/// How long a health URL may take to answer.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(5);

/// What the target reported that did not return.
const PANICKED: Reason = Reason::word("target-panicked");

/// An attempt that is over.
pub(super) struct Finished {
    pub(super) start: Start,
    pub(super) wired: Wired,
    pub(super) end: End,
}

/// How far it came.
pub(super) enum End {
    /// The store could not be read, or nothing may start any more; the row is as it was, and so is everything else.
    NotBegun,
    /// The start with this ticket was refused: it may be durable or not, but nothing has left.
    StartRefused(u64),
    /// The row has moved on; nothing has left.
    MovedOn,
    /// The target could not be made ready for it; the start was not recorded and nothing has left.
    NotReady(Reported),
    /// The target was asked, or did not need to be.
    Reported(Reported),
}

/// What came of asking the target.
pub(super) struct Reported {
    pub(super) report: Report,
    pub(super) asked: bool,
    pub(super) attempt_no: u32,
    pub(super) started_at: Timestamp,
    pub(super) healthy: bool,
}

/// Everything an attempt needs, read before anything is promised.
struct Loaded {
    /// `None` when it, or its body, is no longer stored.
    event: Option<(EventRow, Body)>,
    out_of_order: bool,
    bytes: BytesPermit,
}

/// Runs one attempt.
pub(super) async fn run(shared: Arc<Shared>, start: Start, wired: Wired) -> Finished {
    let end = attempt(&shared, &start, &wired).await;
    Finished { start, wired, end }
}

async fn attempt(shared: &Shared, start: &Start, wired: &Wired) -> End {
    let Some(sender) = &wired.sender else { return End::NotBegun };
    // Waiting for room and permits comes before the start, so that a crash meanwhile leaves nothing in doubt.
    let ready = tokio::select! {
        biased;
        () = shared.stopping.cancelled() => return End::NotBegun,
        ready = ready(shared, start, wired, sender.as_ref()) => ready,
    };
    let (ready, bytes) = match ready {
        Ok(ready) => ready,
        Err(end) => return end,
    };
    let _bytes = if shared.ledger.mutation() == Some(Mutation::G9KeepBytes) {
        std::mem::forget(bytes);
        None
    } else {
        Some(bytes)
    };
    let mut attempt_no = start.row.attempts + 1;
    if wired.spec.policy.mode == Mode::Once {
        let ticket = shared.entropy.number();
        match shared.ledger.record(plain(start.id, Fact::Start { ticket }, wired.spec.policy)).await {
            Ok(Recorded::Done { row, .. }) if row.state == State::Sending => attempt_no = row.attempts,
            Ok(_) => return End::MovedOn,
            Err(refused) => {
                tracing::warn!(delivery = %start.id, %refused, "a start was not recorded, so nothing is sent");
                return End::StartRefused(ticket);
            }
        }
    }
    let started_at = shared.clock.now();
    let asked = matches!(ready, Ready::Job(_));
    let report = match ready {
        Ready::Job(job) => {
            let job = Job { attempt_no, started_at, deadline: started_at.plus(wired.spec.timeout), ..*job };
            deliver(shared, sender.as_ref(), job, wired.spec.policy.mode).await
        }
        Ready::Hopeless(report) => report,
    };
    let healthy = report.outcome == Outcome::EventFailed && is_healthy(shared, sender.as_ref()).await;
    End::Reported(Reported { report, asked, attempt_no, started_at, healthy })
}

/// What may now be promised.
enum Ready {
    /// To deliver this.
    Job(Box<Job>),
    /// That it goes nowhere, for its own sake.
    Hopeless(Report),
}

/// Loads the event and lets the target prepare itself: all that can fail without leaving anything in doubt.
async fn ready(
    shared: &Shared,
    start: &Start,
    wired: &Wired,
    sender: &dyn Target,
) -> Result<(Ready, BytesPermit), End> {
    // A rank of its own is the mark of a replay.
    let replay = start.rank != start.id.event.seq;
    let share = if replay { Share::FollowUp } else { wired.share };
    let Loaded { event, out_of_order, bytes } = load(shared, start, wired, share).await.map_err(|error| {
        tracing::warn!(delivery = %start.id, %error, "cannot prepare an attempt; it is tried again");
        End::NotBegun
    })?;
    let Some((event, body)) = event else {
        return Ok((Ready::Hopeless(Report::new(Outcome::Rejected, Reason::BODY_EXPIRED)), bytes));
    };
    let (started_at, attempt_no) = (shared.clock.now(), start.row.attempts + 1);
    let deadline = started_at.plus(wired.spec.timeout);
    let job = Job { delivery: start.id, attempt_no, event, body, out_of_order, share, started_at, deadline };
    let prepared = CatchPanic::of(|| sender.prepare(job));
    let prepared = tokio::select! {
        biased;
        prepared = prepared => prepared.unwrap_or_else(|Panicked| {
            tracing::error!(delivery = %start.id, "a target panicked");
            Err(Report::new(Outcome::EventFailed, PANICKED))
        }),
        () = shared.timer.until(deadline) => Err(Report::new(Outcome::TargetFailed, Reason::TIMEOUT)),
    };
    match prepared {
        Ok(job) => Ok((Ready::Job(Box::new(job)), bytes)),
        Err(report) if matches!(report.outcome, Outcome::Rejected | Outcome::EventFailed) => {
            Ok((Ready::Hopeless(report), bytes))
        }
        Err(report) => {
            let report = Report { outcome: Outcome::TargetFailed, ..report };
            Err(End::NotReady(Reported { report, asked: true, attempt_no, started_at, healthy: false }))
        }
    }
}

async fn load(shared: &Shared, start: &Start, wired: &Wired, share: Share) -> Result<Loaded, ReadFailed> {
    if let Some(quota) = &wired.quota {
        quota.permit(share).await;
    }
    let event = shared.ledger.event(start.id.event).await?.filter(|event| event.has_body);
    let inline = event.as_ref().filter(|event| event.body_bytes <= wired.spec.inline_max);
    let bytes = shared.bodies.take(inline.map_or(0, |event| event.body_bytes)).await;
    let body = match inline {
        Some(_) => shared.ledger.body(start.id.event).await?.map(|body| Body::Inline(Bytes::from(body))),
        None => Some(Body::Large),
    };
    // Fresh deliveries cannot have been overtaken, and most are fresh: no read for them.
    let fresh = start.row.attempts == 0 && start.row.reason == Reason::NONE && start.rank == start.id.event.seq;
    let noted = !fresh && shared.ledger.out_of_order(start.id).await?;
    if start.overtaken && !noted {
        // What the receiver is told must be what the row says, whatever becomes of this attempt.
        shared.ledger.overtaken(start.id).await.map_err(|refused| ReadFailed(refused.to_string()))?;
    }
    let told = shared.ledger.mutation() != Some(Mutation::G3HideOvertaking);
    let out_of_order = told && (start.overtaken || noted);
    Ok(Loaded { event: event.zip(body), out_of_order, bytes })
}

async fn deliver(shared: &Shared, sender: &dyn Target, job: Job, mode: Mode) -> Report {
    let delivery = job.delivery;
    let timeout = shared.timer.after(job.started_at, job.deadline.since(job.started_at));
    let attempt = CatchPanic::of(|| sender.deliver(job));
    let doubtful = |repeatable: Outcome, reason: Reason| {
        Report::new(if mode == Mode::Once { Outcome::Unknown } else { repeatable }, reason)
    };
    tokio::select! {
        biased;
        report = attempt => report.unwrap_or_else(|Panicked| {
            tracing::error!(%delivery, "a target panicked");
            doubtful(Outcome::EventFailed, PANICKED)
        }),
        () = timeout => doubtful(Outcome::TargetFailed, Reason::TIMEOUT),
    }
}

async fn is_healthy(shared: &Shared, sender: &dyn Target) -> bool {
    let asked = CatchPanic::of(|| sender.healthy());
    tokio::select! {
        biased;
        healthy = asked => healthy.unwrap_or(false),
        () = shared.timer.after(shared.clock.now(), HEALTH_TIMEOUT) => false,
    }
}

/// A future whose panics are values. The target's own state is its own to keep sound; ours is not touched by it.
pub(super) struct CatchPanic<'a, T>(Option<BoxFuture<'a, T>>);

pub(super) struct Panicked;

impl<'a, T> CatchPanic<'a, T> {
    pub(super) fn of(make: impl FnOnce() -> BoxFuture<'a, T>) -> Self {
        Self(catch_unwind(AssertUnwindSafe(make)).ok())
    }
}

impl<T> Future for CatchPanic<'_, T> {
    type Output = Result<T, Panicked>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(inner) = &mut self.0 else { return Poll::Ready(Err(Panicked)) };
        if let Ok(poll) = catch_unwind(AssertUnwindSafe(|| inner.as_mut().poll(context))) {
            return poll.map(Ok);
        }
        self.0 = None;
        Poll::Ready(Err(Panicked))
    }
}
