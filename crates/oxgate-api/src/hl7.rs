//! `GET /v1/hl7/faults`: what was wrong in the streams of HL7 senders lately.

use crate::caller::Caller;
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::scope::Scope;
use crate::show;
use axum::Json;
use axum::extract::State;
use oxgate_inbound::mllp::Fault;
use oxgate_store::command::Command;
use serde_json::{Value, json};
use std::sync::Arc;

/// The newest first. The bytes are patient data, most likely: only for `read-phi`, and audited.
pub(crate) async fn faults(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Result<Json<Value>, Problem> {
    let faults = gateway.inbound.faults().list();
    let with_bytes = caller.may(Scope::ReadPhi);
    if with_bytes && !faults.is_empty() {
        let line = Command::Audit { actor: caller.actor(""), act: "hl7-faults.read".to_owned(), event: None };
        gateway.store.command(line).await?;
    }
    let faults: Vec<Value> = faults.iter().map(|fault| one(fault, with_bytes)).collect();
    Ok(Json(json!({ "faults": faults })))
}

fn one(fault: &Fault, with_bytes: bool) -> Value {
    let mut value = json!({
        "door": fault.door,
        "peer": fault.peer.to_string(),
        "at": show::time(fault.at),
        "kind": fault.kind.as_str(),
        "offset": fault.offset,
        "length": fault.length,
        "why": fault.why,
    });
    if with_bytes {
        value["bytes"] = fault.sample.escape_ascii().to_string().into();
    }
    value
}
