//! The application: remembers each webhook it was given, in order, repeats included.

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
    /// (`Meta.DataModel`, Redox's log id, `webhook-id`) of each first arrival.
    pub(crate) first: Vec<(String, String, String)>,
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
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut arrived = application.arrived.lock().unwrap_or_else(PoisonError::into_inner);
    if arrived.seen.insert(id.clone()) {
        arrived.first.push((text("/Meta/DataModel"), text("/Meta/Logs/0/ID"), id));
    } else {
        arrived.repeats += 1;
    }
    StatusCode::OK
}
