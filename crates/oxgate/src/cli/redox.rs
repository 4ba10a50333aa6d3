//! `oxgate redox`: what is set up at Redox and what its logs say, by the platform API.

use super::Shared;
use crate::config::Loaded;
use crate::config::unit;
use crate::exit::{Done, Failure};
use crate::gateway::Request;
use crate::output::{cell, table};
use crate::serve::redox::records;
use clap::{Args, Subcommand};
use oxgate_core::{Clock, Timestamp};
use oxgate_outbound::records::PlatformRecords;
use redox_client::PlatformError;
use redox_client::platform::Whole;
use redox_wire::id::TechnicalId;
use redox_wire::platform::{Destination, Log, LogFilter, LogKind, LogStatus, Subscription};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// What Redox has set up and what its logs say; needs [platform] in the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum Redox {
    /// Where events can go: Redox's destinations, and which of them the configuration knows.
    Destinations,
    /// What may go from where to where.
    Subscriptions(Links),
    /// What Redox's logs say, newest first.
    Logs(Logs),
    /// Compare inbox and outbox of the running gateway with Redox's logs.
    Reconcile {
        /// How far back: a span such as `24h`, or a time (RFC 3339).
        #[arg(long, default_value = "24h")]
        since: String,
    },
}

/// Which subscriptions.
#[derive(Debug, Args)]
pub(crate) struct Links {
    /// Only of this source: a configured name, or Redox's id.
    #[arg(long)]
    source: Option<String>,
    /// Only to this destination: a configured name, or Redox's id.
    #[arg(long)]
    destination: Option<String>,
    /// Only of this data model, e.g. `Order`.
    #[arg(long)]
    model: Option<String>,
}

/// Which logs.
#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// One log, by its id.
    id: Option<String>,
    /// Begun within this time.
    #[arg(long, default_value = "1h", value_parser = unit::span)]
    since: std::time::Duration,
    /// Only of this data model.
    #[arg(long)]
    model: Option<String>,
    /// Only of this event type.
    #[arg(long = "type")]
    event_type: Option<String>,
    /// Only of this source: a configured name, or Redox's id.
    #[arg(long)]
    source: Option<String>,
    /// Only to this destination: a configured name, or Redox's id.
    #[arg(long)]
    destination: Option<String>,
    /// Only with this status.
    #[arg(long, value_enum)]
    status: Option<Status>,
    /// Only this way.
    #[arg(long, value_enum)]
    way: Option<Way>,
    /// At most so many.
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

/// What became of a log.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Status {
    Pending,
    Succeeded,
    Failed,
    Filtered,
}

/// Which way, in Redox's words.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Way {
    /// Events of ours.
    Send,
    /// Events for us.
    Receive,
    /// Queries of ours.
    Request,
    /// Queries to us.
    Respond,
}

impl Redox {
    pub(crate) async fn run(&self, shared: &Shared) -> Done {
        match self {
            Self::Destinations => destinations(shared).await,
            Self::Subscriptions(links) => links.run(shared).await,
            Self::Logs(logs) => logs.run(shared).await,
            Self::Reconcile { since } => {
                let body = json!({ "since": since });
                let found = shared.gateway()?.json(Request::post_json("/v1/redox/reconcile", &body)).await?;
                shared.show(&found, differences)
            }
        }
    }
}

/// The records of the configured platform credentials, without a quota: a command asks a few questions.
fn ask(loaded: &Loaded) -> Result<PlatformRecords, Failure> {
    let unmetered = Arc::new(redox_client::meter::Unmetered);
    records(loaded, unmetered).map_err(Failure::failed)?.ok_or_else(|| {
        Failure::failed(format!(
            "{} has no [platform]: put a user-level API key there (dashboard, user menu, User API keys)",
            loaded.path.display()
        ))
    })
}

/// A peer that could not be reached or refused.
pub(crate) fn unanswered(error: &PlatformError) -> Failure {
    Failure::peer(format!("Redox's platform API gave no answer: {error}"))
}

fn warn_of_unreadable<T>(whole: &Whole<T>) {
    if whole.unreadable > 0 {
        eprintln!("{} elements of the answer could not be read and are not shown.", whole.unreadable);
    }
}

async fn destinations(shared: &Shared) -> Done {
    let loaded = shared.load()?;
    let records = ask(&loaded)?;
    let environment = records.environment().await.map_err(|error| unanswered(&error))?;
    let found = records.platform().destinations(environment).await.map_err(|error| unanswered(&error))?;
    warn_of_unreadable(&found);
    let links = records.platform().subscriptions(environment, None, None).await.map_err(|error| unanswered(&error))?;
    let mut models: HashMap<&str, Vec<&str>> = HashMap::new();
    for link in links.items.iter().filter(|link| !link.is_deleted) {
        let list = models.entry(link.destination.as_str()).or_default();
        if !list.contains(&link.data_model.as_str()) {
            list.push(&link.data_model);
        }
    }
    let configured = |id: &str| {
        let known = loaded.config.destinations.iter().find(|known| known.id == id);
        known.map(|known| known.name.get_ref().clone())
    };
    let shown = |one: &Destination| {
        let id = one.id.as_str();
        json!({
            "id": id, "name": one.name, "configured_as": configured(id), "endpoint": one.endpoint,
            "signs_in": one.credential.is_some(), "models": models.get(id).cloned().unwrap_or_default(),
        })
    };
    let list: Value = found.items.iter().map(shown).collect();
    shared.show(&json!({ "destinations": list }), |value| {
        rows(
            value,
            "/destinations",
            &["ID", "NAME", "CONFIGURED AS", "ENDPOINT", "MODELS"],
            &["/id", "/name", "/configured_as", "/endpoint", "/models"],
        )
    })
}

impl Links {
    async fn run(&self, shared: &Shared) -> Done {
        let loaded = shared.load()?;
        let records = ask(&loaded)?;
        let (source, destination) =
            (source_id(&loaded, self.source.as_ref()), destination_id(&loaded, self.destination.as_ref()));
        let environment = records.environment().await.map_err(|error| unanswered(&error))?;
        let found = records
            .platform()
            .subscriptions(environment, source.as_deref(), destination.as_deref())
            .await
            .map_err(|error| unanswered(&error))?;
        warn_of_unreadable(&found);
        let wanted = |link: &&Subscription| {
            self.model.as_ref().is_none_or(|model| model.eq_ignore_ascii_case(&link.data_model)) && !link.is_deleted
        };
        let shown = |link: &Subscription| {
            let (from, to) = (link.source.as_str(), link.destination.as_str());
            json!({
                "source": from, "source_name": source_name(&loaded, from),
                "destination": to, "destination_name": destination_name(&loaded, to),
                "data_model": link.data_model,
            })
        };
        let list: Value = found.items.iter().filter(wanted).map(shown).collect();
        shared.show(&json!({ "subscriptions": list }), |value| {
            rows(
                value,
                "/subscriptions",
                &["SOURCE", "", "DESTINATION", "", "MODEL"],
                &["/source", "/source_name", "/destination", "/destination_name", "/data_model"],
            )
        })
    }
}

impl Logs {
    async fn run(&self, shared: &Shared) -> Done {
        let loaded = shared.load()?;
        let records = ask(&loaded)?;
        let mut logs = match &self.id {
            Some(id) => vec![records.platform().log(id).await.map_err(|error| unanswered(&error))?],
            None => self.search(&loaded, &records).await?,
        };
        logs.sort_by_key(|log| std::cmp::Reverse(log.created_at));
        logs.truncate(self.limit);
        let shown = |one: &Log| shown_log(&loaded, one);
        let list: Value = logs.iter().map(shown).collect();
        let paths = ["/created_at", "/log", "/way", "/status", "/kind", "/source", "/destination", "/attempts"];
        let heading = ["CREATED", "LOG", "WAY", "STATUS", "KIND", "SOURCE", "DESTINATION", "ATTEMPTS"];
        shared.show(&json!({ "logs": list }), |value| rows(value, "/logs", &heading, &paths))
    }

    async fn search(&self, loaded: &Loaded, records: &PlatformRecords) -> Result<Vec<Log>, Failure> {
        let now: Timestamp = Clock::now(&crate::chance::SystemClock);
        let filter = LogFilter {
            created_after: Some(now.minus(self.since).millis()),
            data_model: self.model.clone(),
            event_type: self.event_type.clone(),
            source: source_id(loaded, self.source.as_ref()),
            destination: destination_id(loaded, self.destination.as_ref()),
            status: self.status.map(|status| match status {
                Status::Pending => LogStatus::Pending,
                Status::Succeeded => LogStatus::Succeeded,
                Status::Failed => LogStatus::Failed,
                Status::Filtered => LogStatus::Filtered,
            }),
            kind: self.way.map(|way| match way {
                Way::Send => LogKind::Send,
                Way::Receive => LogKind::Receive,
                Way::Request => LogKind::Request,
                Way::Respond => LogKind::Respond,
            }),
            ..LogFilter::default()
        };
        let found = oxgate_outbound::records::Records::search(records, filter).await;
        let found = found.map_err(|error| unanswered(&error))?;
        warn_of_unreadable(&found);
        Ok(found.items)
    }
}

fn shown_log(loaded: &Loaded, log: &Log) -> Value {
    let time = |at: Option<i64>| at.map(|at| Timestamp(at).to_string());
    let kind = [log.data_model.as_deref(), log.event_type.as_deref()].map(Option::unwrap_or_default).join(".");
    let named = |id: &Option<TechnicalId>, name: fn(&Loaded, &str) -> Option<String>| {
        id.as_ref().map(|id| name(loaded, id.as_str()).unwrap_or_else(|| id.to_string()))
    };
    json!({
        "log": log.id.as_str(),
        "way": log.kind.map(LogKind::word),
        "status": log.status.map(LogStatus::word),
        "kind": kind,
        "source": named(&log.source, source_name),
        "destination": named(&log.destination, destination_name),
        "created_at": time(log.created_at),
        "updated_at": time(log.updated_at),
        "attempts": log.attempts,
    })
}

/// A configured name's id, or what was given.
fn source_id(loaded: &Loaded, given: Option<&String>) -> Option<String> {
    let text = given?;
    let known = loaded.config.sources.iter().find(|known| known.name.get_ref() == text);
    Some(known.map_or_else(|| text.clone(), |known| known.id.clone()))
}

fn destination_id(loaded: &Loaded, given: Option<&String>) -> Option<String> {
    let text = given?;
    let known = loaded.config.destinations.iter().find(|known| known.name.get_ref() == text);
    Some(known.map_or_else(|| text.clone(), |known| known.id.clone()))
}

fn source_name(loaded: &Loaded, id: &str) -> Option<String> {
    loaded.config.sources.iter().find(|known| known.id == id).map(|known| known.name.get_ref().clone())
}

fn destination_name(loaded: &Loaded, id: &str) -> Option<String> {
    loaded.config.destinations.iter().find(|known| known.id == id).map(|known| known.name.get_ref().clone())
}

fn rows(value: &Value, list: &str, heading: &[&str], paths: &[&str]) -> String {
    let list = value.pointer(list).and_then(Value::as_array);
    let rows: Vec<Vec<String>> =
        list.into_iter().flatten().map(|one| paths.iter().map(|path| cell(one, path)).collect()).collect();
    table(heading, &rows)
}

/// What a comparison found, for a person.
fn differences(found: &Value) -> String {
    let number = |path: &str| found.pointer(path).and_then(Value::as_u64).unwrap_or(0);
    let mut text = format!(
        "Since {}: {} of Redox's logs and {} sends and events of the gateway were compared.",
        cell(found, "/since"),
        number("/logs"),
        number("/ours")
    );
    let mut add = |line: String| {
        text.push('\n');
        text.push_str(&line);
    };
    if number("/unreadable") > 0 {
        add(format!("{} logs could not be read: the comparison is not whole.", number("/unreadable")));
    }
    if number("/without_log") > 0 {
        add(format!("{} accepted sends have no log id and could not be compared.", number("/without_log")));
    }
    let paths = ["/created_at", "/log", "/way", "/status", "/kind", "/source", "/destination"];
    let only_redox =
        rows(found, "/only_redox", &["CREATED", "LOG", "WAY", "STATUS", "KIND", "SOURCE", "DESTINATION"], &paths);
    let ours = ["/at", "/event", "/delivery", "/log", "/kind"];
    let only_gateway = rows(found, "/only_gateway", &["AT", "EVENT", "DELIVERY", "LOG", "KIND"], &ours);
    let count = |path: &str| found.pointer(path).and_then(Value::as_array).map_or(0, Vec::len);
    if count("/only_redox") > 0 {
        add(format!("\nRedox has, the gateway has not:\n{only_redox}"));
    }
    if count("/only_gateway") > 0 {
        add(format!("\nThe gateway has, Redox has not:\n{only_gateway}"));
    }
    if count("/only_redox") + count("/only_gateway") == 0 {
        add("Both sides have the same.".to_owned());
    }
    text
}
