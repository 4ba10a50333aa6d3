//! Who uses the gateway: the EHR that pushes messages, the application that submits events until it is told they are safe.

use crate::across;
use crate::checks;
use crate::redox::Redox;
use crate::scenario::ACTIVE;
use crate::witness::Submitted;
use crate::world::{MARK, World};
use bytes::Bytes;
use oxgate_core::{Clock, Phi};
use oxgate_outbound::SubmissionError;
use oxgate_outbound::enqueue::EnqueueError;
use oxgate_outbound::submit::{Priority, Submission};
use redox_emulator::directory::fixture;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long an order that gets no answer waits for one.
pub(crate) const REPLY_WITHIN: Duration = Duration::from_mins(30);

/// A patient whom no order is about.
pub(crate) const STRANGER: &str = "PHIMARK-stranger";

/// How long an event that expires may take.
const EXPIRES: Duration = Duration::from_mins(5);

/// Pushes the scenario's messages over the active time.
pub(crate) async fn push(world: Arc<World>, redox: Arc<Redox>) {
    for number in 0..world.scenario.messages {
        pause(&world, world.scenario.messages).await;
        if let Err(error) = redox.push(&message(&world, number)) {
            world.broken("sim", &format!("the emulator does not push: {error:#}"));
        }
    }
}

/// Submits the scenario's events over the active time, each until it is acknowledged.
pub(crate) async fn submit(world: Arc<World>) {
    let mut senders = tokio::task::JoinSet::new();
    for number in 0..world.scenario.submissions {
        pause(&world, world.scenario.submissions).await;
        senders.spawn(until_acknowledged(Arc::clone(&world), number));
    }
    while senders.join_next().await.is_some() {}
}

/// Traffic comes in bursts.
async fn pause(world: &World, number: u64) {
    let most = u64::try_from(ACTIVE.as_millis()).unwrap_or(u64::MAX) / (number + 1) * 2;
    let span = if world.chance.thousandth(400) { world.chance.millis(0..50) } else { world.chance.millis(0..most) };
    tokio::time::sleep(span).await;
}

fn patient(world: &World) -> String {
    format!("{MARK}-{}", world.chance.among(0..world.scenario.patients))
}

fn message(world: &World, number: u64) -> Value {
    let one = patient(world);
    if world.chance.thousandth(80) {
        return stray(world);
    }
    let forwards = world.scenario.forwards;
    let (model, kind) = match world.chance.among(0..20) {
        0 => ("PatientAdmin", "PatientMerge"),
        1 => ("Scheduling", "New"),
        2..9 if forwards => ("Notes", world.chance.one_of(&["New", "New", "Replace"])),
        2..12 => ("PatientAdmin", "Discharge"),
        _ => ("PatientAdmin", "Arrival"),
    };
    let mut body = json!({
        "Meta": {"DataModel": model, "EventType": kind},
        "Patient": {
            "Identifiers": [{"ID": one, "IDType": "MR"}],
            "Demographics": {"FirstName": "Testina", "LastName": format!("{MARK}-Sampleton")},
        },
        "Visit": {"VisitNumber": format!("V-{number}"), "Reason": format!("{MARK} {}", "lorem ".repeat(40))},
    });
    if kind == "PatientMerge" {
        body["Patient"]["PreviousIdentifiers"] = json!([{"ID": patient(world), "IDType": "MR"}]);
    }
    if world.chance.thousandth(60) {
        // Nobody can tell whom it is about: a barrier.
        body["Patient"] = Value::Null;
    }
    body
}

/// A result that names an order of ours, and somebody whom that order is not about.
fn stray(world: &World) -> Value {
    let number = world.chance.among(0..world.scenario.submissions);
    let order = world.chance.one_of(&["ORD", "NOANSWER"]);
    json!({
        "Meta": {"DataModel": "Results", "EventType": "New"},
        "Patient": {
            "Identifiers": [{"ID": STRANGER, "IDType": "MR"}],
            "Demographics": {"FirstName": "Testina", "LastName": format!("{MARK}-Stranger")},
        },
        "Orders": [{"ID": format!("{order}-{number}"), "Status": "Resulted", "ResultsStatus": "Final"}],
    })
}

async fn until_acknowledged(world: Arc<World>, number: u64) {
    let expires = world.chance.thousandth(150);
    let backfill = world.chance.thousandth(world.scenario.backfill);
    let silent = world.chance.thousandth(200);
    let body = Bytes::from(order(&world, number, silent).to_string());
    let reply_within = silent.then_some(REPLY_WITHIN);
    let submitted = Submitted { body: body.clone(), acknowledged: None, reply_within };
    world.witness().submitted.insert(number, submitted);
    loop {
        if let Some(life) = world.living() {
            let now = world.gateway_clock.now();
            let submission = Submission {
                client: "key-1".to_owned(),
                body: Phi::new(body.clone()),
                content_type: "application/json".to_owned(),
                idempotency_key: Some(Phi::new(format!("{MARK}-submission-{number}"))),
                correlation: Some(Phi::new(format!("{MARK} ticket {number}"))),
                expires_at: expires.then(|| now.plus(EXPIRES)),
                reply_within,
                priority: if backfill { Priority::Backfill } else { Priority::Live },
            };
            let low_before = world.disk_is_low();
            let floor = world.witness().newest_acknowledged;
            let answer = life.within(life.outbound.submit(submission)).await;
            match answer {
                Some(Ok(queued)) => {
                    let event = queued.event();
                    checks::acknowledged(&world, &life.store, event);
                    across::heard(&world, &life.store, event, &body);
                    world.note("submitted", format_args!("{number} {event} repeat {}", queued.is_repeat()));
                    if !queued.is_repeat() && low_before && world.disk_is_low() {
                        world.broken("G9", &format!("{event} was taken while the disk was low"));
                    }
                    if !queued.is_repeat() && event.seq <= floor {
                        world
                            .broken("G3", &format!("{event} came after {floor} was acknowledged, and ranks before it"));
                    }
                    let mut witness = world.witness();
                    witness.newest_acknowledged = witness.newest_acknowledged.max(event.seq);
                    let first = witness.submitted.get_mut(&number).map(|one| *one.acknowledged.get_or_insert(event));
                    if silent {
                        witness.unanswered.insert(number);
                    }
                    drop(witness);
                    if first != Some(event) {
                        world.broken("G2", &format!("submission {number} is {first:?} and {event}"));
                    }
                    // The acknowledgement may get lost, and then the application asks again.
                    if !world.strikes(world.scenario.lost) {
                        return;
                    }
                }
                Some(Err(SubmissionError::Enqueue(EnqueueError::Refused(_) | EnqueueError::Read(_)))) | None => {}
                Some(Err(error)) => {
                    world.broken("sim", &format!("submission {number} is refused: {error}"));
                    return;
                }
            }
        }
        tokio::time::sleep(world.chance.millis(500..20_000)).await;
    }
}

fn order(world: &World, number: u64, silent: bool) -> Value {
    // What the simulated EHR answers, and what it leaves open.
    let id = format!("{}-{number}", if silent { "NOANSWER" } else { "ORD" });
    let destination =
        if silent || world.chance.thousandth(700) { fixture::EHR_DESTINATION } else { fixture::ARCHIVE_DESTINATION };
    let (model, kind) = if destination == fixture::EHR_DESTINATION { ("Order", "New") } else { ("Notes", "New") };
    let mut body = json!({
        "Meta": {
            "DataModel": model, "EventType": kind, "Source": {"ID": fixture::APPLICATION_SOURCE},
            "Destinations": [{"ID": destination}],
        },
        "Patient": {
            "Identifiers": [{"ID": patient(world), "IDType": "MR"}],
            "Demographics": {"FirstName": "Testina", "LastName": format!("{MARK}-Sampleton")},
        },
    });
    if model == "Order" {
        body["Order"] = json!({
            "ID": id, "Status": "New", "Procedure": {"Code": "GLU", "Description": "Glucose"},
        });
    } else {
        body["Note"] = json!({
            "DocumentID": format!("N-{number}"), "ContentType": "Plain Text", "DocumentType": "Note",
            "FileContents": "lorem", "Provider": {"ID": "4356789876"},
        });
    }
    body
}
