//! Faults on purpose: rules that decide, reproducibly, which request or delivery goes wrong and how.

use crate::Emulator;
use crate::Rng;
use crate::exchange::{Request, Turn};
use crate::logs::Log;
use crate::observed::{Observed, What};
use crate::routing::catalogue::names;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// When something goes wrong, and what. Conditions that are null always hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// What goes wrong.
    pub kind: FaultKind,
    /// Only requests whose path begins so (`/endpoint`, `/v2/auth/token`); not for deliveries.
    #[serde(default)]
    pub path: Option<String>,
    /// Only this data model (`Order`) or event type (`Order.New`).
    #[serde(default)]
    pub model: Option<String>,
    /// Only this destination id; for requests: one of the destinations named.
    #[serde(default)]
    pub destination: Option<String>,
    /// How likely it strikes where it applies.
    #[serde(default = "always")]
    pub probability: f64,
    /// How often it may strike; null is without end.
    #[serde(default)]
    pub count: Option<u32>,
    /// How many matching occasions pass before it may strike.
    #[serde(default)]
    pub skip: u32,
    /// Own randomness for this rule, so that other rules do not change where it strikes.
    #[serde(default)]
    pub seed: Option<u64>,
    /// For `status` and `destination_error`.
    #[serde(default)]
    pub status: Option<u16>,
    /// For `latency` and `slow_body`: milliseconds, not scaled.
    #[serde(default)]
    pub ms: Option<u32>,
}

fn always() -> f64 {
    1.0
}

impl FaultRule {
    /// A rule that always strikes.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            path: None,
            model: None,
            destination: None,
            probability: 1.0,
            count: None,
            skip: 0,
            seed: None,
            status: None,
            ms: None,
        }
    }
}

/// Kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The reply to a request comes `ms` late; the request is processed at once.
    Latency,
    /// A request is answered with `status` and not processed.
    Status,
    /// The connection closes before the request is processed.
    DropBefore,
    /// The connection closes after the request was processed.
    DropAfter,
    /// The reply to a processed request breaks off in the middle of its body.
    CutReply,
    /// The reply to a processed request is whole for HTTP, but ends in the middle of its JSON.
    GarbledReply,
    /// The body of a reply comes in small portions over `ms`.
    SlowBody,
    /// A message is accepted, and the reply names an error all the same.
    AcceptedWithErrors,
    /// The caller's token expires just before it is checked.
    TokenExpired,
    /// The destination of a synchronous request answers with `status` (400).
    DestinationError,
    /// A destination cannot be reached.
    Unreachable,
    /// A delivered message is delivered once more: same log, new attempt.
    Duplicate,
    /// A message is delivered a second time under a new log, as when its sender repeats it.
    SendAgain,
    /// A message is overtaken by the next one of its queue.
    Reorder,
}

/// Why a rule is not taken.
#[derive(Debug, thiserror::Error)]
pub enum FaultError {
    /// A number is missing.
    #[error("fault kind {kind:?} needs {field:?}")]
    Needs {
        /// The kind.
        kind: FaultKind,
        /// The field.
        field: &'static str,
    },
    /// Not a probability.
    #[error("probability {0} is not between 0 and 1")]
    Probability(f64),
    /// Not a status.
    #[error("status {0} is not an HTTP status from 200 to 599")]
    Status(u16),
}

/// A rule in force.
#[derive(Debug)]
struct Armed {
    id: u64,
    rule: FaultRule,
    rng: Option<Rng>,
    passed: u32,
    struck: u32,
}

/// The rules in force, in the order in which they were set.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<Armed>,
    last_id: u64,
}

/// What a rule's conditions are held against.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    path: Option<String>,
    data_model: String,
    event_type: String,
    destinations: Vec<String>,
}

impl Scope {
    /// A request; the body is looked into only if it may be a message.
    pub(crate) fn request(request: &Request) -> Self {
        let mut scope = Self { path: Some(request.path.clone()), ..Self::default() };
        let message: Option<Value> = serde_json::from_slice(&request.body).ok();
        if let Some(meta) = message.as_ref().and_then(crate::routing::meta::Meta::read) {
            scope.data_model = meta.data_model;
            scope.event_type = meta.event_type;
            scope.destinations = meta.destinations.unwrap_or_default();
        }
        scope
    }

    /// A delivery.
    pub(crate) fn delivery(log: &Log) -> Self {
        Self {
            path: None,
            data_model: log.data_model.clone(),
            event_type: log.event_type.clone(),
            destinations: vec![log.destination.clone()],
        }
    }

    fn fits(&self, rule: &FaultRule) -> bool {
        let path =
            rule.path.as_ref().is_none_or(|wanted| self.path.as_ref().is_some_and(|path| path.starts_with(wanted)));
        let model = rule.model.as_ref().is_none_or(|wanted| names(wanted, &self.data_model, &self.event_type));
        let destination = rule.destination.as_ref().is_none_or(|wanted| self.destinations.contains(wanted));
        path && model && destination
    }
}

impl Faults {
    /// The configured rules.
    pub(crate) fn new(rules: &[FaultRule]) -> Result<Self, FaultError> {
        let mut faults = Self::default();
        for rule in rules {
            faults.add(rule.clone())?;
        }
        Ok(faults)
    }

    /// Puts a rule in force; its number.
    pub(crate) fn add(&mut self, rule: FaultRule) -> Result<u64, FaultError> {
        if !(0.0..=1.0).contains(&rule.probability) {
            return Err(FaultError::Probability(rule.probability));
        }
        match (rule.kind, rule.status, rule.ms) {
            (FaultKind::Status, None, _) => return Err(FaultError::Needs { kind: rule.kind, field: "status" }),
            (FaultKind::Latency | FaultKind::SlowBody, _, None) => {
                return Err(FaultError::Needs { kind: rule.kind, field: "ms" });
            }
            (_, Some(status), _) if !(200..=599).contains(&status) => return Err(FaultError::Status(status)),
            _ => {}
        }
        self.last_id += 1;
        let rng = rule.seed.map(Rng::new);
        self.rules.push(Armed { id: self.last_id, rule, rng, passed: 0, struck: 0 });
        Ok(self.last_id)
    }

    /// Ends one rule; whether it was in force.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|armed| armed.id != id);
        self.rules.len() < before
    }

    /// Ends every rule.
    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rules with how often each has struck.
    pub(crate) fn list(&self) -> Value {
        let element = |armed: &Armed| {
            let mut rule = serde_json::to_value(&armed.rule).unwrap_or_default();
            rule["id"] = armed.id.into();
            rule["struck"] = armed.struck.into();
            rule
        };
        self.rules.iter().map(element).collect()
    }

    /// The first rule of a kind that strikes here.
    fn strike(&mut self, kind: FaultKind, scope: &Scope, rng: &mut Rng) -> Option<FaultRule> {
        for armed in self.rules.iter_mut().filter(|armed| armed.rule.kind == kind) {
            let is_spent = armed.rule.count.is_some_and(|count| armed.struck >= count);
            if is_spent || !scope.fits(&armed.rule) {
                continue;
            }
            if armed.passed < armed.rule.skip {
                armed.passed += 1;
                continue;
            }
            if armed.rng.as_mut().unwrap_or(rng).chance(armed.rule.probability) {
                armed.struck += 1;
                return Some(armed.rule.clone());
            }
        }
        None
    }
}

impl Emulator {
    /// Whether a fault of this kind strikes here.
    pub(crate) fn strike(&mut self, turn: &mut Turn<'_>, kind: FaultKind, scope: &Scope) -> Option<FaultRule> {
        let rule = self.faults.strike(kind, scope, turn.rng)?;
        let mut seen = Observed::new(turn.now, What::FaultStruck);
        seen.status = rule.status;
        seen.detail = serde_json::to_value(kind).ok().and_then(|name| name.as_str().map(str::to_owned));
        if !scope.data_model.is_empty() {
            seen.event = Some(format!("{}.{}", scope.data_model, scope.event_type));
        }
        turn.effects.observed.push(seen);
        Some(rule)
    }
}

#[cfg(test)]
mod tests {
    use super::{FaultKind, FaultRule, Faults, Scope};
    use crate::Rng;

    fn strikes(rule: FaultRule, occasions: usize) -> Vec<bool> {
        let mut faults = Faults::default();
        let kind = rule.kind;
        faults.add(rule).unwrap();
        let mut rng = Rng::new(3);
        (0..occasions).map(|_| faults.strike(kind, &Scope::default(), &mut rng).is_some()).collect()
    }

    #[test]
    fn skip_and_count_bound_a_rule() {
        let rule = FaultRule { skip: 1, count: Some(2), ..FaultRule::new(FaultKind::DropAfter) };
        assert_eq!(strikes(rule, 5), [false, true, true, false, false]);
    }

    #[test]
    fn own_seed_strikes_at_the_same_places_whatever_else_happens() {
        let rule = || FaultRule { probability: 0.5, seed: Some(9), ..FaultRule::new(FaultKind::Duplicate) };
        let alone = strikes(rule(), 20);
        assert!(alone.contains(&true) && alone.contains(&false));
        let mut faults = Faults::default();
        faults.add(FaultRule { probability: 0.3, ..FaultRule::new(FaultKind::Reorder) }).unwrap();
        faults.add(rule()).unwrap();
        let mut rng = Rng::new(77);
        let among: Vec<bool> = (0..20)
            .map(|_| {
                faults.strike(FaultKind::Reorder, &Scope::default(), &mut rng);
                faults.strike(FaultKind::Duplicate, &Scope::default(), &mut rng).is_some()
            })
            .collect();
        assert_eq!(alone, among);
    }

    #[test]
    fn conditions_are_held_against_the_scope() {
        let scope = Scope {
            path: Some("/endpoint".to_owned()),
            data_model: "Order".to_owned(),
            event_type: "New".to_owned(),
            destinations: vec!["d1".to_owned()],
        };
        let fits = |change: fn(&mut FaultRule)| {
            let mut rule = FaultRule::new(FaultKind::Status);
            change(&mut rule);
            scope.fits(&rule)
        };
        assert!(fits(|rule| rule.model = Some("Order.New".to_owned())));
        assert!(!fits(|rule| rule.model = Some("Order.Cancel".to_owned())));
        assert!(fits(|rule| rule.path = Some("/end".to_owned())));
        assert!(!fits(|rule| rule.destination = Some("d2".to_owned())));
    }

    #[test]
    fn incomplete_rules_are_refused() {
        let mut faults = Faults::default();
        assert!(faults.add(FaultRule::new(FaultKind::Status)).is_err());
        assert!(faults.add(FaultRule::new(FaultKind::Latency)).is_err());
        assert!(faults.add(FaultRule { probability: 1.5, ..FaultRule::new(FaultKind::Duplicate) }).is_err());
        assert!(faults.add(FaultRule { status: Some(99), ..FaultRule::new(FaultKind::Status) }).is_err());
    }
}
