//! Bulk exports as jobs of the gateway: what each does, start, cancel.

use crate::caller::Caller;
use crate::gateway::Gateway;
use crate::intake;
use crate::problem::{Code, Problem};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use http::StatusCode;
use oxgate_dispatch::BoxFuture;
use oxgate_store::command::Command;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

/// The configured exports, and whoever carries them out.
pub trait Exports: Send + Sync + 'static {
    /// Each configured export as it stands, in the order of the configuration.
    fn list(&self) -> Vec<Export>;

    /// Starts a run, or goes on with one that failed.
    ///
    /// # Errors
    /// [`ExportRefusal`]: nothing has changed.
    fn start(&self, name: &str) -> Result<Export, ExportRefusal>;

    /// Ends the run for good and has the server drop its job.
    fn cancel<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Export, ExportRefusal>>;
}

/// An export as it stands. Configured names, counts and times; `progress` is the server's own word for how far it is.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Export {
    /// Its configured name.
    pub name: String,
    /// The server.
    pub base: String,
    /// `files` or `events`.
    pub into: &'static str,
    /// `idle`, `running`, `waiting`, `finished`, `failed` or `cancelled`.
    pub state: &'static str,
    /// The number of the present or last run; 0 before the first.
    pub run: u32,
    /// `_since` of that run.
    pub since: Option<String>,
    /// When it began (RFC 3339).
    pub started_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
    /// When the schedule starts the next one.
    pub next_run_at: Option<String>,
    /// Files that the server announced so far.
    pub files: u64,
    /// Of these, in place.
    pub files_done: u64,
    /// Resources in the files that are in place.
    pub resources: u64,
    /// Of these, events by now.
    pub events: u64,
    /// What the server last said about its progress, at most 100 characters.
    pub progress: Option<String>,
    /// Why it waits or failed, without content.
    pub error: Option<String>,
}

/// Why an export was not started or cancelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExportRefusal {
    /// Not in the configuration.
    Unknown,
    /// It runs already.
    Running,
    /// No run is under way.
    NotRunning,
    /// The gateway is stopping, or its disk refused.
    NotNow,
}

impl From<ExportRefusal> for Problem {
    fn from(refusal: ExportRefusal) -> Self {
        match refusal {
            ExportRefusal::Unknown => Self::new(
                Code::NoSuchExport,
                "no `[[bulk]]` of the configuration has this name; `GET /v1/bulk` lists them",
            ),
            ExportRefusal::Running => Self::new(Code::ExportRuns, "a run of this export is under way"),
            ExportRefusal::NotRunning => Self::new(Code::NoExportRuns, "no run of this export is under way"),
            ExportRefusal::NotNow => {
                Self::new(Code::ExportNotNow, "the run could not be written down; the gateway's log says why")
                    .retry_after(5)
            }
        }
    }
}

/// `GET /v1/bulk`.
pub(crate) async fn list(State(gateway): State<Arc<Gateway>>) -> Json<Value> {
    Json(json!({ "exports": gateway.exports.list() }))
}

/// `GET /v1/bulk/{name}`.
pub(crate) async fn show(
    State(gateway): State<Arc<Gateway>>,
    Path(name): Path<String>,
) -> Result<Json<Export>, Problem> {
    let found = gateway.exports.list().into_iter().find(|export| export.name == name);
    found.map(Json).ok_or_else(|| ExportRefusal::Unknown.into())
}

/// The body of an act on an export.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Why {
    why: String,
}

/// `POST /v1/bulk/{name}/start`: the run goes on by itself, over restarts.
pub(crate) async fn start(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(name): Path<String>,
    body: Body,
) -> Result<(StatusCode, Json<Export>), Problem> {
    let Why { why } = intake::act(body, "an object with `why`, a text").await?;
    let export = gateway.exports.start(&name)?;
    audit(&gateway, &caller, &why, "bulk.start").await?;
    Ok((StatusCode::ACCEPTED, Json(export)))
}

/// `POST /v1/bulk/{name}/cancel`: ends the run and has the server drop its job; what is in place stays.
pub(crate) async fn cancel(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(name): Path<String>,
    body: Body,
) -> Result<Json<Export>, Problem> {
    let Why { why } = intake::act(body, "an object with `why`, a text").await?;
    let export = gateway.exports.cancel(&name).await?;
    audit(&gateway, &caller, &why, "bulk.cancel").await?;
    Ok(Json(export))
}

async fn audit(gateway: &Gateway, caller: &Caller, why: &str, act: &str) -> Result<(), Problem> {
    let line = Command::Audit { actor: caller.actor(why), act: act.to_owned(), event: None };
    gateway.store.command(line).await?;
    Ok(())
}
