//! The application: remembers each webhook it was given, in order, repeats included.

use super::hospital;
use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// What arrived.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arrived {
    /// Of each first arrival: the stream it belongs to (`Meta.DataModel`, or the system that sent it over MLLP), and what
    /// names it there (Redox's log id, or the control id behind its sender).
    pub(crate) first: Vec<(String, String)>,
    /// Webhooks whose id had arrived before.
    pub(crate) repeats: usize,
    seen: HashSet<String>,
}

/// A handle to the application.
#[derive(Clone)]
pub(crate) struct Application {
    arrived: Arc<Mutex<Arrived>>,
    pub(crate) addr: SocketAddr,
}

impl Application {
    pub(crate) async fn start() -> Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.context("a port for the application")?;
        let application = Self { arrived: Arc::default(), addr: listener.local_addr()? };
        let router = Router::new().route("/events", post(take)).with_state(application.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(application)
    }

    pub(crate) fn arrived(&self) -> Arrived {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn take(State(application): State<Application>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Some(id) = headers.get("webhook-id").and_then(|id| id.to_str().ok()).map(str::to_owned) else {
        return StatusCode::BAD_REQUEST;
    };
    let json: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let text = |pointer: &str| json.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let message = std::str::from_utf8(&body).ok().and_then(hospital::named);
    let arrival = message.unwrap_or_else(|| (text("/Meta/DataModel"), text("/Meta/Logs/0/ID")));
    let mut arrived = application.arrived.lock().unwrap_or_else(PoisonError::into_inner);
    if arrived.seen.insert(id) {
        arrived.first.push(arrival);
    } else {
        arrived.repeats += 1;
    }
    StatusCode::OK
}
