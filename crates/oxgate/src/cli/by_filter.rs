//! Acts on many at once, by filter: counted and shown first, carried out when a person says so.

use super::Shared;
use super::counted::{self, Counted, number};
use super::envelope::Envelope;
use crate::exit::{Done, Failure};
use crate::gateway::Request;
use crate::output::{cell, table};
use clap::Args;
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// Which events, by what their envelopes say.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Filter")]
pub(crate) struct Selection {
    #[command(flatten)]
    envelope: Envelope,
    /// Redox's id of the source.
    #[arg(long)]
    source: Option<String>,
    /// Redox's id of the destination.
    #[arg(long)]
    destination: Option<String>,
    /// Accepted at this time or later, e.g. `2026-03-01T12:00:00Z`.
    #[arg(long, value_name = "TIME", value_parser = time)]
    from: Option<String>,
    /// Accepted before this time.
    #[arg(long, value_name = "TIME", value_parser = time)]
    to: Option<String>,
    /// Without any filter: all of them.
    #[arg(long)]
    all: bool,
}

/// A time as the API takes it.
fn time(text: &str) -> Result<String, String> {
    let at: Result<jiff::Timestamp, _> = text.parse();
    at.map(|_| text.to_owned()).map_err(|_| "write a time such as 2026-03-01T12:00:00Z".to_owned())
}

/// Whether to go on, and why.
#[derive(Debug, Args)]
pub(crate) struct Consent {
    /// By filter: only count.
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// By filter: do not ask.
    #[arg(long, short)]
    yes: bool,
    /// By filter: at most so many.
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Why; goes to the audit.
    #[arg(long, default_value = "")]
    pub(crate) why: String,
}

impl Selection {
    fn members(&self) -> Map<String, Value> {
        let more =
            [("source", &self.source), ("destination", &self.destination), ("from", &self.from), ("to", &self.to)];
        let given = self
            .envelope
            .given()
            .into_iter()
            .chain(more)
            .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?.into())));
        given.collect()
    }

    fn is_empty(&self) -> bool {
        !self.all && self.members().is_empty()
    }
}

/// An act by filter.
pub(crate) struct ByFilter<'a> {
    /// Where it is asked for.
    pub(crate) path: &'static str,
    /// What is done, as in "release 3 deliveries?".
    pub(crate) verb: &'static str,
    /// The member that counts what was done.
    pub(crate) done: &'static str,
    /// Which events.
    pub(crate) events: &'a Selection,
    /// The act's own members; absent ones are left out.
    pub(crate) more: Vec<(&'static str, Option<Value>)>,
    /// Whether to go on.
    pub(crate) consent: &'a Consent,
}

impl ByFilter<'_> {
    /// Refuses a filter beside an id, and no filter at all: a slip must not touch everything.
    pub(crate) fn check(&self, id: Option<&str>) -> Done {
        let has_filter = !self.events.is_empty() || self.more.iter().any(|(_, value)| value.is_some());
        match (id, has_filter) {
            (Some(_), true) => Err(Failure::usage("an id names one: leave the filter away, or the id")),
            (None, false) => Err(Failure::usage("name one by its id, or say which by filter; `--all` takes all")),
            _ => Ok(()),
        }
    }

    /// Counts, asks, carries out.
    pub(crate) async fn run(self, shared: &Shared) -> Done {
        let act = Counted {
            request: &|dry_run| Request::post_json(self.path, &self.body(dry_run)),
            deliveries: |counts| counts["deliveries"].as_u64().unwrap_or_default(),
            show: &counted,
            verb: self.verb,
            to: "",
        };
        let consent = counted::Consent::of(self.consent.dry_run, self.consent.yes);
        let Some(done) = act.run(shared, consent).await? else { return Ok(()) };
        shared.show(&done, |done| self.told(done))?;
        match done["refused"].as_u64() {
            None | Some(0) => Ok(()),
            Some(refused) => Err(Failure::failed(format!("{refused} were refused and are as they were"))),
        }
    }

    fn body(&self, dry_run: bool) -> Value {
        let mut body = Map::new();
        for (name, value) in &self.more {
            body.extend(value.clone().map(|value| ((*name).to_owned(), value)));
        }
        body.extend(self.consent.limit.map(|limit| ("limit".to_owned(), limit.into())));
        body.insert("events".to_owned(), self.events.members().into());
        body.insert("why".to_owned(), self.consent.why.clone().into());
        body.insert("dry_run".to_owned(), dry_run.into());
        body.into()
    }

    fn told(&self, done: &Value) -> String {
        let mut text = format!("{}: {}", self.done, cell(done, &format!("/{}", self.done)));
        let refusals = done["refusals"].as_array().into_iter().flatten();
        let rows: Vec<Vec<String>> = refusals
            .map(|one| ["/id", "/problem/code", "/problem/detail"].map(|path| cell(one, path)).to_vec())
            .collect();
        if !rows.is_empty() {
            write!(text, "\n{}", table(&["REFUSED", "CODE", "WHY"], &rows)).expect("writing to a string");
        }
        text
    }
}

/// What an act would touch, for a person: how many, in which lanes, and what it costs.
fn counted(counts: &Value) -> String {
    let mut text = number(counts["deliveries"].as_u64().unwrap_or_default());
    let requests = counts["redox_requests"].as_u64().unwrap_or_default();
    if requests > 0 {
        write!(text, ", {requests} requests out of Redox's quota").expect("writing to a string");
    }
    let rows: Vec<Vec<String>> = [("by_target", "target"), ("by_lane", "lane"), ("by_reason", "reason")]
        .into_iter()
        .flat_map(|(member, what)| {
            let groups = counts[member].as_object().into_iter().flatten();
            groups.map(move |(name, count)| vec![what.to_owned(), name.clone(), count.to_string()])
        })
        .collect();
    if !rows.is_empty() {
        write!(text, "\n{}", table(&["BY", "NAME", "DELIVERIES"], &rows)).expect("writing to a string");
    }
    let undecided = counts["need_decision"].as_u64().unwrap_or_default();
    if undecided > 0 {
        let left = "unknown outcomes are left alone: each needs its own decision (`--as`)";
        write!(text, "\n{undecided} {left}").expect("writing to a string");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn counts_are_shown_with_lanes_and_cost() {
        let counts = json!({
            "deliveries": 3, "redox_requests": 2, "need_decision": 1, "by_target": {"redox": 2, "app": 1},
            "by_lane": {"redox model=Order": 2, "app model=Notes": 1}, "by_reason": {},
        });
        let shown = counted(&counts);
        assert!(shown.starts_with("3 deliveries, 2 requests out of Redox's quota\nBY "), "{shown}");
        assert!(shown.contains("lane    redox model=Order  2") && shown.contains("1 unknown outcomes"), "{shown}");
        assert_eq!(counted(&json!({"deliveries": 0})), "0 deliveries");
    }

    #[test]
    fn a_slip_does_not_touch_everything() {
        let consent = Consent { dry_run: false, yes: true, limit: None, why: String::new() };
        let act = |events, more| ByFilter {
            path: "/v1/releases",
            verb: "release",
            done: "released",
            events,
            more,
            consent: &consent,
        };
        let (nothing, all) = (Selection::default(), Selection { all: true, ..Selection::default() });
        let target = || vec![("target", Some("app".into()))];
        assert!(act(&nothing, vec![("target", None)]).check(None).is_err());
        assert!(act(&nothing, target()).check(Some("dlv_1")).is_err());
        assert!(act(&nothing, target()).check(None).is_ok());
        assert!(act(&all, Vec::new()).check(None).is_ok());
        assert!(act(&nothing, Vec::new()).check(Some("dlv_1")).is_ok());
    }
}
