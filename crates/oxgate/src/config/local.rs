//! The application's side: doors, handlers, expectations.

use super::secret::SecretRef;
use super::start::StartFrom;
use super::unit::{PerTime, Size, Span};
use oxgate_core::delivery::OnPark;
use oxgate_core::expectation::KeyKind;
use oxgate_core::filter::Filter;
use oxgate_core::lane::LaneBy;
use oxgate_core::order::OrderBy;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use toml::Spanned;

/// `[[endpoint]]`: a door that Redox pushes to, at `/redox/{name}`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Endpoint {
    /// The last part of its path.
    pub(crate) name: Spanned<String>,
    /// Verification tokens; two during a rotation.
    pub(crate) tokens: Vec<SecretRef>,
    /// What to do with an event that cannot be understood or handled.
    #[serde(default)]
    pub(crate) cannot_handle: CannotHandle,
    /// Redox's ids of the destinations that push here.
    #[serde(default)]
    pub(crate) destinations: Vec<String>,
    /// The same for some events; the first rule that takes the event counts.
    #[serde(default, rename = "rule")]
    pub(crate) rules: Vec<EndpointRule>,
    /// Alarm when nothing has come for so long.
    pub(crate) silent_after: Option<Span>,
}

/// `[[endpoint.rule]]`: what to do with some events that cannot be handled.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndpointRule {
    /// Which events.
    #[serde(default, rename = "match")]
    pub(crate) filter: Filter,
    /// What to do with them.
    pub(crate) cannot_handle: CannotHandle,
}

/// What to do with an event that cannot be understood or handled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CannotHandle {
    /// Answer 200, keep it, park it.
    #[default]
    Keep,
    /// Answer 503: Redox pauses the feed and keeps it.
    Hold,
}

impl From<CannotHandle> for oxgate_inbound::CannotHandle {
    fn from(value: CannotHandle) -> Self {
        match value {
            CannotHandle::Keep => Self::Keep,
            CannotHandle::Hold => Self::Hold,
        }
    }
}

/// `[[handler]]`: a local receiver of what arrives.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Handler {
    /// Also the name of the target that deliveries go to.
    pub(crate) name: Spanned<String>,
    /// What it is.
    pub(crate) kind: Spanned<HandlerKind>,
    /// `http`, `ops`, `responder`: where it listens. `nats`: the server, as `nats://host:4222` or, with TLS, `tls://…`. `mllp`: the receiver, as `mllp://host:port` or, with TLS, `mllps://…`.
    pub(crate) url: Option<Spanned<String>>,
    /// Standard Webhooks secrets (`whsec_…`); the first signs first, all sign during a rotation.
    #[serde(default)]
    pub(crate) secrets: Vec<SecretRef>,
    /// Which events it takes; all when left out.
    #[serde(default, rename = "match")]
    pub(crate) filter: Filter,
    /// Which of the events that are here already it gets when it is new.
    #[serde(default = "Handler::usual_start")]
    pub(crate) start_from: Spanned<StartFrom>,
    /// What tells its lanes apart.
    pub(crate) lane_by: Option<Vec<LaneBy>>,
    /// What waits for what inside a lane.
    #[serde(default)]
    pub(crate) order_by: OrderBy,
    /// What parking one event does to those behind it.
    pub(crate) on_park: Option<OnPark>,
    /// Failures that count before an event is parked.
    pub(crate) failures_max: Option<u16>,
    /// The time that lies between the first counted failure and parking.
    pub(crate) failures_span: Option<Span>,
    /// The longest pause after a first failure; it doubles with each further one.
    pub(crate) retry_first: Option<Span>,
    /// The longest pause of all.
    pub(crate) retry_most: Option<Span>,
    /// How long one attempt may take.
    pub(crate) timeout: Option<Span>,
    /// Deliveries at once, over all its lanes.
    pub(crate) concurrency: Option<u32>,
    /// `http`, `mllp`, `nats`: how often attempts start at most, repeats included, over all its lanes.
    pub(crate) rate: Option<Spanned<PerTime>>,
    /// Bodies above this are handed over as a link.
    pub(crate) inline_max: Option<Size>,
    /// Asked whether the handler is well when an event keeps failing.
    pub(crate) health_url: Option<String>,
    /// Certificates to trust besides the system's, PEM. `mllp`: instead of the system's.
    pub(crate) ca_file: Option<PathBuf>,
    /// `file`: where the files lie.
    pub(crate) folder: Option<PathBuf>,
    /// `file`: a file that has this size is followed by the next.
    pub(crate) rotate_size: Option<Size>,
    /// `forward`: where the events go that it makes.
    pub(crate) to: Option<Forward>,
    /// `forward`: how they are made.
    #[serde(default)]
    pub(crate) transform: TransformKind,
    /// `forward` to Redox: the `[[source]]` that `Meta.Source` is set to; left as it is unless given.
    pub(crate) source: Option<Spanned<String>>,
    /// `forward` to Redox: the `[[destination]]`s that `Meta.Destinations` is set to; left as it is unless given.
    #[serde(default)]
    pub(crate) destinations: Vec<Spanned<String>>,
    /// `forward` of HL7 v2: changes to the built-in mapping, TOML.
    pub(crate) mapping: Option<PathBuf>,
    /// `nats`: where messages go, e.g. `redox.{model}.{type}`.
    pub(crate) subject: Option<Spanned<String>>,
    /// `nats`: a `.creds` file, or the seed of an nkey.
    pub(crate) credentials: Option<SecretRef>,
    /// `nats`: the stream's servers sync before they acknowledge (`sync_interval: always`), which no client can see.
    #[serde(default)]
    pub(crate) synced: bool,
    /// `mllp`: the certificate to come with, PEM.
    pub(crate) cert_file: Option<PathBuf>,
    /// `mllp`: its private key, PEM.
    pub(crate) key: Option<SecretRef>,
}

impl Handler {
    fn usual_start() -> Spanned<StartFrom> {
        Spanned::new(0..0, StartFrom::Now)
    }
}

/// Where a forward's events go.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Forward {
    /// To Redox, as if an application had submitted them.
    Redox,
    /// To the other handlers, as if they had arrived at an endpoint of the forward's name.
    Handlers,
}

/// How a forward makes its events.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TransformKind {
    /// The same bytes.
    #[default]
    Copy,
    /// HL7 v2 messages as Redox events.
    Hl7,
}

/// What a handler is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum HandlerKind {
    /// A signed webhook for each event.
    Http,
    /// A signed webhook for operational events.
    Ops,
    /// Answers synchronous requests from Redox.
    Responder,
    /// Makes other events from events.
    Forward,
    /// Leased by consumers over the API.
    Pull,
    /// Written to files, one line each.
    File,
    /// Takes events and drops them, counted.
    Discard,
    /// Sends HL7 v2 messages to a receiver.
    Mllp,
    /// Published to a stream of NATS.
    Nats,
}

impl HandlerKind {
    /// Whether it speaks to nobody over HTTP, and so has neither address nor secrets.
    pub(crate) const fn is_without_peer(self) -> bool {
        matches!(self, Self::Forward | Self::Pull | Self::File | Self::Discard)
    }
}

/// `[[expectation]]`: a rule that replaces the built-in one of the same name, or adds one.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expectation {
    /// The rule's name; `order`, `appointment` and `referral` are built in.
    pub(crate) name: Spanned<String>,
    /// The questions.
    pub(crate) asks: Vec<String>,
    /// The answers.
    pub(crate) answers: Vec<String>,
    /// What they share.
    pub(crate) keys: Vec<KeyKind>,
    /// How long to wait, counted from the moment Redox has the question.
    pub(crate) within: Option<Span>,
}
