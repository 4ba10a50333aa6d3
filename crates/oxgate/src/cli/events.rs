//! `oxgate events`: what happened to events.

use super::by_filter::{ByFilter, Consent, Selection};
use super::envelope::Envelope;
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
    /// Find events by an identifier in them. What is looked for is read from a file or from stdin, so that it stands
    /// neither in the shell's history nor among the processes.
    Find {
        /// What kind of identifier.
        kind: Identifier,
        /// The file that holds it on its first line; a patient as `ID` or `ID TYPE`.
        #[arg(long, value_name = "FILE", default_value = "-")]
        from: std::path::PathBuf,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Send an edited event in the place of one.
    Resend {
        /// `evt_…`
        id: String,
        /// The edited message; `-` is stdin.
        file: std::path::PathBuf,
        /// The parked delivery (`dlv_…`) that it takes the place of.
        #[arg(long, value_name = "DELIVERY")]
        cancel: Option<String>,
        /// Why; goes to the audit.
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Deliver an event once more, or many by filter, at the tail of their lanes.
    Replay(Box<Replay>),
}

/// Once more.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// `evt_…`; without it, those that fit the filter.
    id: Option<String>,
    /// Only to this target.
    #[arg(long)]
    target: Option<String>,
    /// As new events, which their receivers take for others.
    #[arg(long)]
    as_new: bool,
    /// With a delivery in this state, e.g. `settled`.
    #[arg(long, help_heading = "Filter")]
    state: Option<String>,
    /// After this event (`evt_…`).
    #[arg(long, help_heading = "Filter", value_name = "EVENT")]
    after: Option<String>,
    /// Before this event (`evt_…`).
    #[arg(long, help_heading = "Filter", value_name = "EVENT")]
    before: Option<String>,
    #[command(flatten)]
    events: Selection,
    #[command(flatten)]
    consent: Consent,
}

impl Replay {
    async fn run(&self, shared: &Shared) -> Done {
        let text = |value: &Option<String>| value.clone().map(Value::from);
        let more = vec![("state", text(&self.state)), ("after", text(&self.after)), ("before", text(&self.before))];
        let (path, verb, done) = ("/v1/replays", "replay", "replayed");
        let mut many = ByFilter { path, verb, done, events: &self.events, more, consent: &self.consent };
        many.check(self.id.as_deref())?;
        let Some(id) = &self.id else {
            many.more.extend([("target", text(&self.target)), ("as_new", Some(self.as_new.into()))]);
            return many.run(shared).await;
        };
        let body = json!({"target": self.target, "as_new": self.as_new, "why": self.consent.why});
        let request = Request::post_json(format!("/v1/events/{}/replay", encoded(id)), &body);
        let made = shared.gateway()?.json(request).await?;
        shared.show(&made, |made| format!("replayed: {}", cell(made, "/deliveries")))
    }
}

/// What stands in a message and tells whom or what it is about.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Identifier {
    /// A patient's identifier, and its type where known.
    Patient,
    /// A visit number.
    Visit,
    /// An order, by either side's number.
    Order,
    /// A document.
    Document,
    /// An account number.
    Account,
    /// A referral.
    Referral,
    /// A Redox log id.
    Log,
}

impl Identifier {
    /// The body of a search for what stands on `line`.
    fn search(self, line: &str, limit: u32) -> Value {
        let (id, id_type) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let mut patient = json!({ "id": id });
        if !id_type.trim().is_empty() {
            patient["type"] = id_type.trim().into();
        }
        let (name, value) = match self {
            Self::Patient => ("patient", patient),
            Self::Visit => ("visit", line.into()),
            Self::Order => ("order", line.into()),
            Self::Document => ("document", line.into()),
            Self::Account => ("account", line.into()),
            Self::Referral => ("referral", line.into()),
            Self::Log => ("log", line.into()),
        };
        json!({ name: value, "limit": limit })
    }
}

/// All of a file, or of stdin.
fn read(file: &std::path::Path) -> Result<String, Failure> {
    let read = if file == std::path::Path::new("-") {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(file)
    };
    read.map_err(|error| Failure::failed(format!("cannot read {}: {error}", file.display())))
}

/// Which events.
#[derive(Debug, Args)]
pub(crate) struct Filter {
    #[command(flatten)]
    envelope: Envelope,
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
        let more = [("state", &self.state), ("log", &self.log)];
        for (name, value) in self.envelope.given().into_iter().chain(more) {
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
            Self::Find { kind, from, limit } => {
                let text = read(from)?;
                let line = text.lines().next().map(str::trim).filter(|line| !line.is_empty());
                let line = line.ok_or_else(|| Failure::usage("there is nothing to look for on the first line"))?;
                let found = gateway.json(Request::post_json("/v1/events/search", &kind.search(line, *limit))).await?;
                shared.show(&found, list)?;
                if found["complete"] != true {
                    let through = cell(&found, "/complete_through");
                    eprintln!("oxgate: newer events than {through} are not searched yet: ask again in a moment");
                }
                Ok(())
            }
            Self::Resend { id, file, cancel, why } => {
                let edited = read(file)?;
                let raw: &serde_json::value::RawValue = serde_json::from_str(&edited).map_err(|error| {
                    Failure::invalid(format!(
                        "{} is not JSON: line {}, column {}",
                        file.display(),
                        error.line(),
                        error.column()
                    ))
                })?;
                // The message goes as it is written: its numbers must not change on the way.
                let mut body = json!({ "why": why, "cancel": cancel }).to_string();
                body.pop();
                let body = format!("{body},\"body\":{}}}", raw.get());
                let path = format!("/v1/events/{}/resend", encoded(id));
                let answer = gateway.call(Request::post(path, "application/json", body.into())).await?.successful()?;
                let made: Value =
                    serde_json::from_slice(&answer.body).map_err(|error| Failure::peer(error.to_string()))?;
                shared.show(&made, |made| format!("{} in the place of {}", cell(made, "/event"), cell(made, "/parent")))
            }
            Self::Replay(replay) => replay.run(shared).await,
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
            ["/id", "/target", "/state", "/reason", "/attempts", "/receipt", "/downstream"]
                .map(|path| cell(delivery, path))
                .to_vec()
        })
        .collect();
    writeln!(
        text,
        "\n{}",
        table(&["DELIVERY", "TARGET", "STATE", "REASON", "ATTEMPTS", "REDOX LOG", "DOWNSTREAM"], &deliveries)
    )
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
