//! Which answers are awaited, late, answered or suspect.

use crate::gateway::Gateway;
use crate::params::{Params, parsed};
use crate::problem::Problem;
use crate::show;
use axum::Json;
use axum::extract::State;
use http::Uri;
use oxgate_core::EventId;
use oxgate_core::expectation::Standing;
use serde_json::{Value, json};
use std::sync::Arc;

/// `GET /v1/expectations`: newest first, by `standing` or by asking `event`.
pub(crate) async fn list(State(gateway): State<Arc<Gateway>>, uri: Uri) -> Result<Json<Value>, Problem> {
    let params = Params::read(&uri, &["standing", "event", "limit"])?;
    let standing = params.get("standing", "`armed`, `waiting`, `answered`, `late` or `closed`", standing)?;
    let event = params.get("event", "an event id (`evt_…`)", parsed::<EventId>)?;
    let rows = gateway.store.expectations(standing, event, params.limit(100, 1_000)?).await?;
    Ok(Json(json!({ "expectations": rows.iter().map(show::expectation).collect::<Vec<_>>() })))
}

fn standing(text: &str) -> Option<Standing> {
    (0..=u8::MAX).map_while(Standing::from_code).find(|known| known.as_str() == text)
}
