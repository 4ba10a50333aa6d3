//! Which road a verified delivery takes: synchronous requests go to *respond*, everything else to *accept*.
//!
//! Reading and hashing happen here, on the request's own task, large bodies on a thread for blocking work, so that the
//! store's writer never parses. A body that makes our own reading panic is kept like one that cannot be read.

use crate::accept::reading::{Reader, Reading, Unreadable};
use crate::accept::{self, Prepared};
use crate::inbound::Inbound;
use crate::plan::Ready;
use crate::turned_away::{TurnedAway, Why};
use crate::verify::Verified;
use oxgate_core::Keyed;
use redox_model::catalogue::{EventInfo, Mode};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Bodies above this are read on a thread for blocking work: below it the hand-over costs more than it saves others.
const OWN_TASK_BYTES_MAX: usize = 1024 * 1024;

/// The two roads.
#[derive(Debug)]
pub(crate) enum Class {
    /// To be answered on this call.
    Synchronous(Box<Question>),
    /// To be made durable and delivered later.
    Asynchronous(Box<Prepared>),
}

/// A synchronous request, as its envelope tells it.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) reading: Reading,
    /// The catalogue's entry, which names the event type of the answer.
    pub(crate) info: &'static EventInfo,
}

/// What reading needs, owned, so that it can move to another thread.
struct Work {
    plan: Arc<Ready>,
    verified: Arc<Verified>,
    keyed: Keyed,
    reader: Reader,
}

/// Reads the envelope and decides; for an asynchronous event also everything that is decided before the writer.
///
/// # Errors
/// Only when the process is ending and takes no more blocking work.
pub(crate) async fn classify(
    inbound: &Inbound,
    plan: &Arc<Ready>,
    verified: &Arc<Verified>,
) -> Result<Class, TurnedAway> {
    let keyed = inbound.parts.store.keyed().clone();
    let work = Work { plan: Arc::clone(plan), verified: Arc::clone(verified), keyed, reader: inbound.reader };
    let guarded = move || catch_unwind(AssertUnwindSafe(|| work.run())).ok();
    let class = if verified.body().len() > OWN_TASK_BYTES_MAX {
        let ended = tokio::task::spawn_blocking(guarded).await;
        ended.map_err(|_| TurnedAway::for_now(Why::Stopping, "come back when it has started again", 5))?
    } else {
        guarded()
    };
    Ok(class.unwrap_or_else(|| {
        inbound.counts().panics.add_one();
        tracing::error!(
            endpoint.name = verified.door().name(),
            body.bytes = verified.body().len(),
            "reading a body panicked; it is kept as unreadable"
        );
        Class::Asynchronous(Box::new(accept::prepare_unreadable(verified.arrival())))
    }))
}

impl Work {
    fn run(&self) -> Class {
        let body = self.verified.body();
        let reading = match (self.reader)(body) {
            Ok(reading) => reading,
            Err(Unreadable) => {
                return Class::Asynchronous(Box::new(accept::prepare_unreadable(self.verified.arrival())));
            }
        };
        match reading.info {
            Some(info) if info.mode == Mode::SyncQuery => Class::Synchronous(Box::new(Question { reading, info })),
            _ => Class::Asynchronous(Box::new(accept::prepare(
                &self.plan,
                self.verified.arrival(),
                &self.keyed,
                reading,
            ))),
        }
    }
}
