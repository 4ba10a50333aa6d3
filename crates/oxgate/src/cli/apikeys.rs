//! `oxgate apikeys`: let applications and people in.

use super::{Shared, encoded};
use crate::chance::{OsEntropy, SystemClock};
use crate::exit::{Done, Failure};
use crate::gateway::Request;
use crate::output::{cell, table};
use clap::Subcommand;
use oxgate_api::{ApiKey, ApiKeys as KeyFile, NewApiKey, Scope};
use oxgate_core::Clock;
use serde_json::{Value, json};
use std::time::Duration;

/// Let applications and people in. Works on the data folder, or with --url on a running gateway.
#[derive(Debug, Subcommand)]
pub(crate) enum ApiKeys {
    /// Make a key and print it, once.
    Create {
        /// What people will call it.
        name: String,
        /// What it may do: `submit`, `read`, `read-phi`, `operate`, `admin`; repeat or separate by commas.
        #[arg(long, required = true, value_delimiter = ',')]
        scope: Vec<Scope>,
        /// Refuse it after so long, e.g. `90d`.
        #[arg(long, value_name = "TIME", value_parser = crate::config::unit::span)]
        expires_in: Option<Duration>,
    },
    /// List keys; what they open, not what they are.
    List,
    /// Refuse a key from now on.
    Revoke {
        /// Its id or name.
        key: String,
    },
}

impl ApiKeys {
    pub(crate) async fn run(&self, shared: &Shared) -> Done {
        let shown = if shared.url.is_some() { self.remote(shared).await? } else { self.local(shared)? };
        shared.show(&shown, |shown| match self {
            Self::Create { .. } => cell(shown, "/key"),
            Self::List => list(shown),
            Self::Revoke { .. } => format!("revoked {}", cell(shown, "/name")),
        })?;
        if matches!(self, Self::Create { .. }) && shared.format == crate::output::Format::Text {
            eprintln!("Keep it: only its hash is stored, and nobody can show it again.");
        }
        Ok(())
    }

    fn local(&self, shared: &Shared) -> Result<Value, Failure> {
        let folder = shared.load()?.data();
        crate::serve::make_folder(&folder)?;
        let keys = KeyFile::open(&folder)
            .map_err(|error| Failure::failed(format!("cannot read the API keys in {}: {error}", folder.display())))?;
        let now = SystemClock.now();
        match self {
            Self::Create { name, scope, expires_in } => {
                let new = NewApiKey {
                    name: name.clone(),
                    scopes: scope.iter().copied().collect(),
                    expires_at: expires_in.map(|span| now.plus(span)),
                };
                let (key, secret) = keys.create(new, now, &OsEntropy).map_err(Failure::failed)?;
                Ok(json!({"id": key.id, "name": key.name, "scopes": key.scopes, "key": secret.expose()}))
            }
            Self::List => {
                let keys: Vec<Value> = keys.list().iter().map(shown).collect();
                Ok(json!({"apikeys": keys}))
            }
            Self::Revoke { key } => keys.revoke(key, now).map(|key| shown(&key)).map_err(Failure::failed),
        }
    }

    async fn remote(&self, shared: &Shared) -> Result<Value, Failure> {
        let request = match self {
            Self::Create { name, scope, expires_in } => {
                let expires_at = expires_in.map(|span| SystemClock.now().plus(span).to_string());
                Request::post_json(
                    "/v1/admin/apikeys",
                    &json!({"name": name, "scopes": scope, "expires_at": expires_at}),
                )
            }
            Self::List => Request::get("/v1/admin/apikeys"),
            Self::Revoke { key } => Request::delete(format!("/v1/admin/apikeys/{}", encoded(key))),
        };
        shared.gateway()?.json(request).await
    }
}

fn shown(key: &ApiKey) -> Value {
    json!({
        "id": key.id,
        "name": key.name,
        "scopes": key.scopes,
        "created_at": key.created_at.to_string(),
        "expires_at": key.expires_at.map(|at| at.to_string()),
        "revoked_at": key.revoked_at.map(|at| at.to_string()),
    })
}

fn list(shown: &Value) -> String {
    let rows: Vec<_> = shown
        .get("apikeys")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|key| {
            ["/id", "/name", "/scopes", "/created_at", "/expires_at", "/revoked_at"]
                .map(|path| cell(key, path))
                .to_vec()
        })
        .collect();
    table(&["ID", "NAME", "SCOPES", "CREATED", "EXPIRES", "REVOKED"], &rows)
}
