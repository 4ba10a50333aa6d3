//! Recording, after the answer and without content, that a synchronous exchange took place.

use crate::classify::Question;
use crate::inbound::Inbound;
use crate::plan::Ready;
use crate::verify::Verified;
use oxgate_core::Direction;
use oxgate_store::Refused;
use oxgate_store::command::{Accept, NewDelivery, NewEvent, SealedBody};
use std::sync::Arc;

/// Leaves the exchange to a task of its own, so that the asker does not wait for a disk. Too many at once, or a store
/// that refuses, and it is only counted.
pub(super) fn record(inbound: &Arc<Inbound>, plan: &Ready, verified: &Verified, question: &Question, row: NewDelivery) {
    let Ok(permit) = Arc::clone(&inbound.recordings).try_acquire_owned() else {
        inbound.counts().queries_unrecorded.add_one();
        return;
    };
    let event = event(inbound, plan, verified, question);
    let inbound = Arc::clone(inbound);
    let tasks = inbound.tasks.clone();
    tasks.spawn(async move {
        if write(&inbound, event, row).await.is_err() {
            inbound.counts().queries_unrecorded.add_one();
        }
        drop(permit);
    });
}

async fn write(inbound: &Inbound, event: impl FnOnce(SealedBody) -> NewEvent, row: NewDelivery) -> Result<(), Refused> {
    let no_content = inbound.parts.store.seal(&[]).await?;
    // Never de-duplicated: each asker waited for an answer of its own.
    let accept = Accept { event: event(no_content), dedup: None, deliveries: vec![row], answers: None };
    inbound.parts.store.accept(accept).await.map(drop)
}

/// The event, once it has a body.
fn event(
    inbound: &Inbound,
    plan: &Ready,
    verified: &Verified,
    question: &Question,
) -> impl FnOnce(SealedBody) -> NewEvent + Send + use<> {
    let tag = inbound.parts.store.tag();
    let (door, accepted_at) = (verified.door().name().to_owned(), verified.at());
    let partner = plan.partner_of(&question.reading.address).to_owned();
    let reading = question.reading.clone();
    move |body| NewEvent {
        tag,
        direction: Direction::Inbound,
        door,
        partner,
        address: reading.address,
        flags: reading.flags,
        accepted_at,
        parent: None,
        content: reading.content,
        content_type: String::new(),
        body,
        refs: reading.refs,
        correlation: None,
    }
}
