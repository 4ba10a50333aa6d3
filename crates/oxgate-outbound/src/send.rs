//! The Redox target: one delivery, one POST, with `Meta.Destinations` reduced to the delivery's own.
//!
//! Everything that can go wrong without the event leaving happens in `prepare`, before the dispatcher writes `sending`:
//! a token that is refused, a body that names nobody. What a crash finds as `sending` may therefore have left.

use crate::files::{Replaced, Uploads};
use crate::meter;
use crate::outcome;
use crate::plan;
use crate::transport::Transport;
use bytes::Bytes;
use oxgate_core::{DeliveryId, Reason};
use oxgate_dispatch::{Body, BoxFuture, Job, Outcome, QuotaGate, Report, Share, Target, TargetSpec, Wired};
use oxgate_store::Store;
use oxgate_store::command::Command;
use redox_model::envelope::{self, Envelope, Message};
use std::sync::Arc;

/// Sends deliveries to Redox with one account's credentials. The dispatcher takes the quota permit, lets the target
/// prepare, writes `sending` to disk, and only then calls it to send: an event that waits for the quota or for a token is
/// not in doubt.
#[derive(Debug)]
pub struct RedoxTarget<T> {
    transport: Arc<T>,
    store: Store,
    uploads: Uploads,
}

/// Why a stored event cannot be made into a request. None of it was sent.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
enum Unsendable {
    #[error("the body was not loaded")]
    NotLoaded,
    #[error("the stored body has no readable `Meta`")]
    Unreadable,
    #[error("the delivery's lane names none of the event's destinations")]
    NoDestination,
    #[error("the store cannot be read")]
    Store,
}

impl<T: Transport> RedoxTarget<T> {
    /// A target over this transport. `store` is asked only where a replayed delivery of an event with several
    /// destinations does not show its own by its number.
    pub fn new(transport: Arc<T>, store: Store) -> Self {
        Self { transport, store, uploads: Uploads::default() }
    }

    /// Uploads embedded files of more than so many bytes and sends their URIs instead.
    #[must_use]
    pub fn uploading_above(self, bytes: Option<usize>) -> Self {
        Self { uploads: Uploads::above(bytes), ..self }
    }

    /// The target as the dispatcher takes it; `quota` must be the gate of the transport's own [`Meter`](meter::Meter).
    pub fn wired(self, spec: TargetSpec, quota: Arc<QuotaGate>) -> Wired {
        Wired { quota: Some(quota), ..Wired::new(spec, Arc::new(self)) }
    }

    /// Makes the job's body the bytes to send.
    async fn make_ready(&self, job: Job) -> Result<Job, Report> {
        self.transport.ready().await.map_err(|error| outcome::of_error(&error.into()))?;
        let body = self.request(&job).await.map_err(|why| {
            tracing::error!(event.id = %job.event.id, delivery.id = %job.delivery, %why, "cannot be sent");
            why.report()
        })?;
        let body = self.with_uploads(&job, body).await?;
        Ok(Job { body: Body::Inline(body), ..job })
    }

    /// The body with files uploaded and named in it, where that is configured; the upload is a step of the timeline.
    async fn with_uploads(&self, job: &Job, body: Bytes) -> Result<Bytes, Report> {
        let kind = (job.event.address.model.as_str(), job.event.address.event_type.as_str());
        let replaced = self.uploads.replace(&*self.transport, &body, kind, job.delivery, job.started_at);
        let replaced = meter::by_share(job.share, replaced).await?;
        let Some(Replaced { body, uploaded }) = replaced else { return Ok(body) };
        if uploaded > 0 {
            let what = if uploaded == 1 { "file uploaded".to_owned() } else { format!("{uploaded} files uploaded") };
            let note = Command::Note { delivery: job.delivery, what, reason: Reason::NONE };
            if let Err(refused) = self.store.command(note).await {
                tracing::warn!(delivery.id = %job.delivery, %refused, "the timeline lacks an upload");
            }
        }
        Ok(body)
    }

    async fn send(&self, job: Job) -> Report {
        let Body::Inline(body) = job.body else { return Unsendable::NotLoaded.report() };
        let report = match meter::prepaid(self.transport.send(body)).await {
            Ok(reply) => outcome::of_reply(&reply),
            Err(error) => outcome::of_error(&error),
        };
        if report.outcome != Outcome::TargetFailed {
            self.uploads.forget(job.delivery);
        }
        report
    }

    /// The bytes to send: the accepted ones, with one destination.
    async fn request(&self, job: &Job) -> Result<Bytes, Unsendable> {
        let Body::Inline(body) = &job.body else { return Err(Unsendable::NotLoaded) };
        let Ok(Message::DataModel(envelope)) = envelope::read(body) else { return Err(Unsendable::Unreadable) };
        let index = self.destination(job.delivery, &envelope).await?;
        if envelope.destinations.len() == 1 {
            return Ok(body.clone());
        }
        Ok(envelope::with_only_destination(body, &envelope, index).into())
    }

    /// Which of the event's destinations the delivery goes to. The enqueue numbers deliveries as the body numbers
    /// destinations; those that a person adds later have higher numbers and tell by their lane.
    async fn destination(&self, delivery: DeliveryId, envelope: &Envelope<'_>) -> Result<usize, Unsendable> {
        let (count, n) = (envelope.destinations.len(), usize::from(delivery.n));
        match count {
            0 => return Err(Unsendable::NoDestination),
            1 => return Ok(0),
            _ if n < count => return Ok(n),
            _ => {}
        }
        let row =
            self.store.delivery(delivery).await.map_err(|_| Unsendable::Store)?.ok_or(Unsendable::NoDestination)?;
        let ids = envelope.destinations.iter().map(|item| item.id.as_deref().unwrap_or_default());
        ids.enumerate()
            .find(|(_, id)| plan::leads_to(&row.lane_label, id))
            .map(|(index, _)| index)
            .ok_or(Unsendable::NoDestination)
    }
}

/// The sibling of a Redox target for backfill: the same sender, places of its own (a quarter of the live ones, at least
/// one), so that backfill which waits for its share of the quota takes none from live deliveries.
pub fn backfill(live: &Wired) -> Wired {
    let concurrency = (live.spec.concurrency / 4).max(1);
    let spec = TargetSpec { name: plan::backfill_target(&live.spec.name), concurrency, ..live.spec.clone() };
    Wired { spec, share: Share::FollowUp, ..live.clone() }
}

impl<T: Transport> Target for RedoxTarget<T> {
    fn prepare(&self, job: Job) -> BoxFuture<'_, Result<Job, Report>> {
        Box::pin(self.make_ready(job))
    }

    fn deliver(&self, job: Job) -> BoxFuture<'_, Report> {
        Box::pin(self.send(job))
    }
}

impl Unsendable {
    fn report(&self) -> Report {
        match self {
            Self::NotLoaded => Report::new(Outcome::Rejected, Reason::word("body-not-loaded")),
            Self::Unreadable => Report::new(Outcome::Rejected, Reason::UNREADABLE),
            Self::NoDestination => Report::new(Outcome::Rejected, Reason::word("destination-unclear")),
            // Not the event's fault, and nothing left: the lane tries again.
            Self::Store => Report::new(Outcome::TargetFailed, Reason::word("store-unreadable")),
        }
    }
}
