//! Which answers are awaited, late, answered or in doubt.

use crate::gateway::Gateway;
use crate::params::{Params, parsed};
use crate::problem::Problem;
use crate::show;
use axum::Json;
use axum::extract::State;
use http::Uri;
use oxgate_core::EventId;
use oxgate_core::expectation::{Judgement, Standing};
use oxgate_store::view::ExpectationQuery;
use serde_json::{Value, json};
use std::sync::Arc;

const GRADES: &str = "`exact`, `unguarded`, `unproven`, `suspect`, `ambiguous` or `overflow`";

/// `GET /v1/expectations`: newest first, by `standing`, by asking `event`, or by the `grade` of an answer.
pub(crate) async fn list(State(gateway): State<Arc<Gateway>>, uri: Uri) -> Result<Json<Value>, Problem> {
    let params = Params::read(&uri, &["standing", "event", "grade", "limit"])?;
    let standing = params.get("standing", "`armed`, `waiting`, `answered`, `late` or `closed`", standing)?;
    let event = params.get("event", "an event id (`evt_…`)", parsed::<EventId>)?;
    let judged = params.get("grade", GRADES, Judgement::named)?;
    let limit = params.limit(100, ExpectationQuery::LIMIT_MAX)?;
    let rows = gateway.store.expectations(ExpectationQuery { standing, event, judged, limit }).await?;
    Ok(Json(json!({ "expectations": rows.iter().map(show::expectation).collect::<Vec<_>>() })))
}

fn standing(text: &str) -> Option<Standing> {
    (0..=u8::MAX).map_while(Standing::from_code).find(|known| known.as_str() == text)
}
