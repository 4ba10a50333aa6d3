//! `oxgate events`: what happened to events.

use super::{Shared, encoded};
use crate::exit::{Done, Failure};
use crate::gateway::{Gateway, Request};
use crate::output::{cell, print, table};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::fmt::Write;

/// What happened to events.
#[derive(Debug, Subcommand)]
pub(crate) enum Events {
    /// List events, newest first.
    List(Filter),
    /// Show one event: envelope, deliveries, timeline.
    Show {
        /// `evt_…`
        id: String,
        /// Print the body instead; needs the right to read patient data, and is audited.
        #[arg(long)]
        payload: bool,
    },
    /// Print events as they come, until interrupted.
    Tail(Filter),
    /// Deliver an event once more, at the tail of its lanes.
    Replay {
        /// `evt_…`
        id: String,
        /// Only to this target.
        #[arg(long)]
        target: Option<String>,
        /// Why; goes to the audit.
        #[arg(long, default_value = "")]
        why: String,
    },
}

/// Which events.
#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// `inbound`, `outbound` or `ops`.
    #[arg(long)]
    direction: Option<String>,
    /// A data model, e.g. `Order`.
    #[arg(long)]
    model: Option<String>,
    /// An event type, e.g. `New`.
    #[arg(long = "type")]
    event_type: Option<String>,
    /// An endpoint, or `api`.
    #[arg(long)]
    door: Option<String>,
    /// With a delivery in this state, e.g. `parked`.
    #[arg(long)]
    state: Option<String>,
    /// With this Redox log id.
    #[arg(long)]
    log: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

impl Filter {
    fn query(&self) -> String {
        let mut query = format!("limit={}", self.limit);
        let parts = [
            ("direction", &self.direction),
            ("model", &self.model),
            ("type", &self.event_type),
            ("door", &self.door),
            ("state", &self.state),
            ("log", &self.log),
        ];
        for (name, value) in parts {
            if let Some(value) = value {
                write!(query, "&{name}={}", encoded(value)).expect("writing to a string");
            }
        }
        query
    }
}

impl Events {
    pub(crate) async fn run(&self, shared: &Shared) -> Done {
        let gateway = shared.gateway()?;
        match self {
            Self::List(filter) => {
                let events = gateway.json(Request::get(format!("/v1/events?{}", filter.query()))).await?;
                shared.show(&events, list)
            }
            Self::Show { id, payload: true } => {
                let answer =
                    gateway.call(Request::get(format!("/v1/events/{}/payload", encoded(id)))).await?.successful()?;
                print(&String::from_utf8_lossy(&answer.body))
            }
            Self::Show { id, payload: false } => {
                let event = gateway.json(Request::get(format!("/v1/events/{}", encoded(id)))).await?;
                let timeline = gateway.json(Request::get(format!("/v1/events/{}/timeline", encoded(id)))).await?;
                shared.show(&json!({"event": event, "timeline": timeline}), one)
            }
            Self::Tail(filter) => tail(shared, &gateway, filter).await,
            Self::Replay { id, target, why } => {
                let body = json!({"target": target, "why": why});
                let made =
                    gateway.json(Request::post_json(format!("/v1/events/{}/replay", encoded(id)), &body)).await?;
                shared.show(&made, |made| format!("replayed: {}", cell(made, "/deliveries")))
            }
        }
    }
}

fn row(event: &Value) -> Vec<String> {
    let kind = format!("{}.{}", cell(event, "/data_model"), cell(event, "/event_type"));
    let mut row = ["/accepted_at", "/id", "/direction", "/door"].map(|path| cell(event, path)).to_vec();
    row.extend([kind, cell(event, "/redox/log"), cell(event, "/flags")]);
    row
}

fn list(events: &Value) -> String {
    let rows: Vec<_> = events.get("events").and_then(Value::as_array).into_iter().flatten().map(row).collect();
    table(&["ACCEPTED", "EVENT", "DIRECTION", "DOOR", "KIND", "REDOX LOG", "FLAGS"], &rows)
}

fn one(shown: &Value) -> String {
    let event = &shown["event"];
    let mut text = String::new();
    for (name, path) in [
        ("event", "/id"),
        ("direction", "/direction"),
        ("door", "/door"),
        ("model", "/data_model"),
        ("type", "/event_type"),
        ("source", "/source"),
        ("destination", "/destination"),
        ("partner", "/partner"),
        ("redox log", "/redox/log"),
        ("accepted", "/accepted_at"),
        ("bytes", "/body_bytes"),
        ("flags", "/flags"),
        ("parent", "/parent"),
    ] {
        let value = cell(event, path);
        if value != "-" {
            writeln!(text, "{name:<12} {value}").expect("writing to a string");
        }
    }
    let deliveries: Vec<_> = event
        .get("deliveries")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|delivery| {
            ["/id", "/target", "/state", "/reason", "/attempts", "/receipt"].map(|path| cell(delivery, path)).to_vec()
        })
        .collect();
    writeln!(text, "\n{}", table(&["DELIVERY", "TARGET", "STATE", "REASON", "ATTEMPTS", "REDOX LOG"], &deliveries))
        .expect("writing to a string");
    let steps: Vec<_> = shown
        .pointer("/timeline/timeline")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|step| ["/at", "/what", "/reason", "/status", "/event", "/actor"].map(|path| cell(step, path)).to_vec())
        .collect();
    write!(text, "\n{}", table(&["AT", "WHAT", "REASON", "STATUS", "EVENT", "BY"], &steps))
        .expect("writing to a string");
    text
}

/// Follows by asking for what is newer than the last event seen, woken by the gateway's event stream where it gives one.
async fn tail(shared: &Shared, gateway: &Gateway, filter: &Filter) -> Done {
    let mut last: Option<String> = None;
    let mut pause = tokio::time::interval(std::time::Duration::from_millis(500));
    loop {
        tokio::select! {
            _ = pause.tick() => {}
            stopped = tokio::signal::ctrl_c() => return stopped.map_err(Failure::from),
        }
        let after = last.as_ref().map_or_else(String::new, |last| format!("&after={last}"));
        let page = gateway.json(Request::get(format!("/v1/events?{}{after}", filter.query()))).await?;
        let mut events: Vec<&Value> = page.get("events").and_then(Value::as_array).into_iter().flatten().collect();
        events.sort_by_key(|event| cell(event, "/id"));
        for event in events {
            match shared.format {
                crate::output::Format::Json => print(&event.to_string())?,
                crate::output::Format::Text => print(&row(event).join("  "))?,
            }
            last = Some(cell(event, "/id"));
        }
    }
}
