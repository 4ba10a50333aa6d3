//! Is the process up, can it take work, and which keys does it sign with?

use crate::gateway::Gateway;
use crate::metrics::health_name;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use oxgate_store::view::Health;
use serde_json::{Value, json};
use std::sync::Arc;

/// `GET /healthz`: the process answers. Says nothing about the store: a restart would not help a full disk.
pub(crate) async fn healthz(State(gateway): State<Arc<Gateway>>) -> Json<Value> {
    Json(json!({ "status": "up", "version": gateway.version }))
}

/// `GET /readyz`: new work is taken and deliveries flow.
///
/// A target that is down does not make the gateway unready: taking events while the application is away is what it is
/// for. Targets that are down are named all the same.
pub(crate) async fn readyz(State(gateway): State<Arc<Gateway>>) -> Response {
    let health = gateway.store.health();
    let runner = gateway.runner.status().await;
    let mut reasons = Vec::new();
    match health {
        Health::Well => {}
        Health::DiskLow => reasons.push("the disk is nearly full: new work is refused"),
        Health::Sick => reasons.push("the store cannot write: everything is refused until a probe succeeds"),
    }
    match &runner {
        None => reasons.push("the dispatcher has stopped"),
        Some(status) if !status.ready => reasons.push("the dispatcher is still recovering what a restart left"),
        Some(_) => {}
    }
    let targets = runner.as_ref().map(|status| status.targets.as_slice()).unwrap_or_default();
    let down: Vec<&str> = targets.iter().filter(|target| !target.up).map(|target| target.name.as_str()).collect();
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let document = json!({
        "ready": reasons.is_empty(),
        "reasons": reasons,
        "store": health_name(health),
        "targets_down": down,
    });
    (status, Json(document)).into_response()
}

/// `GET /.well-known/jwks.json`: our public keys (RFC 7517 §5).
pub(crate) async fn jwks(State(gateway): State<Arc<Gateway>>) -> Response {
    ([(header::CONTENT_TYPE, "application/jwk-set+json")], (gateway.jwks)().to_string()).into_response()
}
