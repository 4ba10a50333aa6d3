//! `oxgate hl7 faults`: what was wrong in the streams of HL7 senders lately, as the running gateway knows it.

use crate::cli::Shared;
use crate::exit::Done;
use crate::gateway::Request;
use crate::output::{cell, table};
use serde_json::Value;

/// How much of the bytes a table shows; JSON has all that was kept.
const SHOWN: usize = 60;

pub(super) async fn list(shared: &Shared) -> Done {
    let found = shared.gateway()?.json(Request::get("/v1/hl7/faults")).await?;
    shared.show(&found, |found| {
        let faults = found.get("faults").and_then(Value::as_array).into_iter().flatten();
        let rows: Vec<_> = faults
            .map(|fault| {
                let mut row =
                    ["/at", "/door", "/peer", "/kind", "/offset", "/length", "/why"].map(|at| cell(fault, at)).to_vec();
                row.push(cell(fault, "/bytes").chars().take(SHOWN).collect());
                row
            })
            .collect();
        table(&["AT", "DOOR", "PEER", "FAULT", "OFFSET", "LENGTH", "WHY", "BYTES"], &rows)
    })
}
