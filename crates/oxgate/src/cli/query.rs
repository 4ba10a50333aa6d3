//! `oxgate query`: ask Redox a question and print the answer.

use super::{Shared, read_input};
use crate::exit::{Done, Failure};
use crate::gateway::Request;
use clap::Args;
use serde_json::Value;
use std::path::PathBuf;

/// Ask Redox a question and print the answer.
#[derive(Debug, Args)]
pub(crate) struct Query {
    /// A file with a synchronous request such as `PatientSearch.Query`; `-` is stdin.
    file: PathBuf,
}

impl Query {
    pub(crate) async fn run(&self, shared: &Shared) -> Done {
        let body = read_input(&self.file)?;
        let request = Request::post("/v1/queries", "application/json", body.into());
        let answer = shared.gateway()?.call(request).await?;
        let ours = answer
            .headers
            .get("content-type")
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/problem+json"));
        if ours {
            return Err(answer.problem());
        }
        match serde_json::from_slice::<Value>(&answer.body) {
            Ok(value) => crate::output::json(&value)?,
            Err(_) => crate::output::print(&String::from_utf8_lossy(&answer.body))?,
        }
        if answer.status.is_success() {
            Ok(())
        } else {
            Err(Failure::peer(format!("Redox answered {}", answer.status)))
        }
    }
}
