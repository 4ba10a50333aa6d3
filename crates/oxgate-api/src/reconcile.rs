//! `POST /v1/redox/reconcile`: what Redox has and the gateway has not, and the other way round.

use crate::gateway::{Gateway, ReconcileFault};
use crate::guard::internal;
use crate::intake;
use crate::params::time;
use crate::problem::{Code, Problem};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use oxgate_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// How far back it looks unless told.
const USUAL: Duration = Duration::from_hours(24);

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Since {
    since: Option<String>,
}

/// Looks at both sides and changes neither.
pub(crate) async fn reconcile(State(gateway): State<Arc<Gateway>>, body: Body) -> Result<Json<Value>, Problem> {
    let members = "an object with `since`, RFC 3339 or a span such as `24h`";
    let Since { since } = intake::act(body, members).await?;
    let now = gateway.clock.now();
    let since = match since {
        None => now.minus(USUAL),
        Some(text) => past(&text, now).ok_or_else(|| {
            Problem::new(Code::BadShape, "`since` must be a past time: RFC 3339, or a span such as `24h`")
        })?,
    };
    match (gateway.reconcile)(since).await {
        Ok(found) => Ok(Json(found.0)),
        Err(fault @ ReconcileFault::NoPlatform) => Err(Problem::new(Code::NoPlatform, fault.to_string())),
        Err(fault @ ReconcileFault::Peer(_)) => Err(Problem::new(Code::PlatformSilent, fault.to_string())),
        Err(fault @ ReconcileFault::Store(_)) => {
            tracing::error!(%fault, "the two sides cannot be compared");
            Err(internal())
        }
    }
}

/// A time, or a span counted back from now. The shared reader counts spans forward.
fn past(text: &str, now: Timestamp) -> Option<Timestamp> {
    let at = time(text, now)?;
    Some(if at > now { now.minus(at.since(now)) } else { at })
}
