//! Reloading the configuration; making, listing and revoking API keys.

use crate::caller::Caller;
use crate::gateway::{ConfigFault, Gateway};
use crate::guard::internal;
use crate::intake;
use crate::keys::{ApiKey, KeyError, NewApiKey};
use crate::params::time;
use crate::problem::{Code, Problem};
use crate::scope::Scope;
use crate::show;
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use http::StatusCode;
use oxgate_store::command::Command;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Why {
    why: String,
}

/// `POST /v1/admin/reload`: as a whole or not at all.
pub(crate) async fn reload(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let Why { why } = intake::act(body, "an object with `why`, a text").await?;
    audit(&gateway, &caller, &why, "config.reload").await?;
    let reloaded = (gateway.reload)().await.map_err(|faults| {
        let detail = format!("the configuration has {} faults; the one in force stays", faults.len());
        Problem::new(Code::ReloadRefused, detail).with("faults", faults.iter().map(fault).collect::<Value>())
    })?;
    Ok(Json(json!({ "changes": reloaded.changes })))
}

fn fault(fault: &ConfigFault) -> Value {
    let ConfigFault { file, line, key, message, nearest } = fault;
    json!({ "file": file, "line": line, "key": key, "message": message, "nearest": nearest })
}

/// Who did what, durable before the answer.
async fn audit(gateway: &Gateway, caller: &Caller, why: &str, act: &str) -> Result<(), Problem> {
    gateway.store.command(Command::Audit { actor: caller.actor(why), act: act.to_owned(), event: None }).await?;
    Ok(())
}

/// `GET /v1/admin/apikeys`: revoked ones too, oldest first; never the keys themselves.
pub(crate) async fn list_keys(State(gateway): State<Arc<Gateway>>) -> Result<Json<Value>, Problem> {
    let keys = Arc::clone(&gateway.keys);
    let all = blocking(move || keys.list()).await?;
    Ok(Json(json!({ "apikeys": all.iter().map(show_key).collect::<Vec<_>>() })))
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Create {
    name: String,
    scopes: BTreeSet<Scope>,
    expires: Option<String>,
    why: String,
}

/// `POST /v1/admin/apikeys`: the answer is the only time that the key is shown.
pub(crate) async fn create_key(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    body: Body,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let members = "an object with `name`, a text, `scopes`, a list of `submit`, `read`, `read-phi`, `operate` and `admin`, \
                   and if wanted `expires`, RFC 3339 or a span such as `90d`, and `why`, a text";
    let Create { name, scopes, expires, why } = intake::act(body, members).await?;
    let now = gateway.clock.now();
    let read = |text: String| time(&text, now).filter(|at| *at > now);
    let malformed =
        || Problem::new(Code::BadShape, "`expires` must be a future time: RFC 3339, or a span such as `90d`");
    let expires_at = expires.map(|text| read(text).ok_or_else(malformed)).transpose()?;
    let parts = (Arc::clone(&gateway.keys), Arc::clone(&gateway.entropy));
    let new = NewApiKey { name, scopes, expires_at };
    let (key, secret) = blocking(move || parts.0.create(new, now, &*parts.1)).await?.map_err(refused)?;
    if let Err(problem) = audit(&gateway, &caller, &why, &format!("apikey.create {}", key.id)).await {
        // A key that the audit does not know must open nothing.
        let keys = Arc::clone(&gateway.keys);
        blocking(move || keys.revoke(&key.id, now)).await?.map_err(refused)?;
        return Err(problem);
    }
    let mut document = show_key(&key);
    document["key"] = secret.expose().into();
    Ok((StatusCode::CREATED, Json(document)))
}

/// `DELETE /v1/admin/apikeys/{id}`: by id or name; revoked keys stay in the list.
pub(crate) async fn revoke_key(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let (keys, now) = (Arc::clone(&gateway.keys), gateway.clock.now());
    let key = blocking(move || keys.revoke(&id, now)).await?.map_err(refused)?;
    // After the act: a key that must go goes even while the store cannot write.
    audit(&gateway, &caller, "", &format!("apikey.revoke {}", key.id)).await?;
    Ok(Json(show_key(&key)))
}

fn show_key(key: &ApiKey) -> Value {
    json!({
        "id": key.id,
        "name": key.name,
        "scopes": key.scopes,
        "created_at": show::time(key.created_at),
        "expires_at": key.expires_at.map(show::time),
        "revoked_at": key.revoked_at.map(show::time),
    })
}

fn refused(error: KeyError) -> Problem {
    let detail = error.to_string();
    match error {
        KeyError::BadName | KeyError::NoScope => Problem::new(Code::BadShape, detail),
        KeyError::NameTaken | KeyError::Full => Problem::new(Code::NameTaken, detail),
        KeyError::Missing => Problem::new(Code::NoSuchApiKey, detail),
        KeyError::File(error) => {
            tracing::error!(error.kind = %error.kind(), "the API key file cannot be used");
            Problem::new(Code::Internal, "the API key file in the data folder could not be read or written")
        }
    }
}

/// Files are written on a thread that may wait.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|_panicked| internal())
}
