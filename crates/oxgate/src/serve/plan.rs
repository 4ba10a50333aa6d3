//! From the configuration to the parts: what each crate needs to know, in its own words.

use super::bulk::{Spec, specs};
use super::forward::{self, Ways};
use super::{hl7, keys, nats, redox};
use crate::chance::SystemClock;
use crate::config::Loaded;
use crate::config::local::{Forward, Handler, HandlerKind};
use crate::exit::with_causes;
use oxgate_api::Routes;
use oxgate_core::delivery::Policy;
use oxgate_core::expectation::Rule;
use oxgate_core::lane::LaneBy;
use oxgate_core::limits;
use oxgate_core::retry::Backoff;
use oxgate_dispatch::{QuotaGate, TargetSpec, Wired};
use oxgate_inbound::counts::Counts;
use oxgate_inbound::handle::{
    DiscardHandler, FileHandler, FileSettings, Folders, HttpHandler, HttpSettings, OpsHandler, PeerSettings,
};
use oxgate_inbound::plan as inbound;
use oxgate_inbound::respond::Responder;
use oxgate_outbound::meter::Meter;
use oxgate_outbound::records::PlatformRecords;
use oxgate_outbound::send::{self, RedoxTarget};
use oxgate_outbound::{Roads, plan as outbound};
use oxgate_store::Store;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How long fetching a token may take at most, besides the send itself.
const TOKEN_MARGIN: Duration = Duration::from_mins(1);

/// A file of a file handler is followed by the next at this size unless configured otherwise.
const FILE_SIZE: u64 = 64 * 1024 * 1024;

/// What outlives a reload.
#[derive(Clone)]
pub(crate) struct Lasting {
    pub(crate) store: Store,
    pub(crate) counts: Arc<Counts>,
    /// The quota of this machine's address, shared by all accounts.
    pub(crate) gate: Arc<QuotaGate>,
    /// Where the gateway is reached, for links.
    pub(crate) api_base: String,
    /// Folders that handlers write to.
    pub(crate) folders: Arc<Folders>,
    /// Where forwards send what they make.
    pub(crate) ways: Arc<Ways>,
    /// Redox's own records, with platform credentials.
    pub(crate) records: Option<Arc<PlatformRecords>>,
}

/// What a configuration makes of the parts.
pub(crate) struct Built {
    pub(crate) inbound: inbound::Plan,
    pub(crate) roads: Roads,
    pub(crate) routes: Routes,
    pub(crate) targets: Vec<Wired>,
    pub(crate) jwks: Value,
}

/// Whether everything that the configuration names can be had: secrets, keys, certificates, addresses.
pub(crate) fn check(loaded: &Loaded) -> Result<(), String> {
    keys::of_store(loaded)?;
    specs(loaded)?;
    inbound_plan(loaded)?;
    outbound_plan(loaded)?;
    for account in &loaded.config.accounts {
        redox::client(loaded, account, Arc::new(redox_client::meter::Unmetered))?;
    }
    redox::records(loaded, Arc::new(redox_client::meter::Unmetered))?;
    let peers = loaded.config.handlers.iter().filter(|handler| !handler.kind.get_ref().is_without_peer());
    for handler in loaded.config.handlers.iter().filter(|handler| *handler.kind.get_ref() == HandlerKind::Forward) {
        forward::transform(loaded, handler)?;
    }
    for handler in peers {
        let named = |error| format!("handler `{}`: {error}", handler.name.get_ref());
        match handler.kind.get_ref() {
            HandlerKind::Mllp => drop(hl7::handler(loaded, handler, spec(handler).timeout).map_err(named)?),
            HandlerKind::Nats => nats::check(loaded, handler, spec(handler).timeout).map_err(named)?,
            _ => drop(Responder::new(&peer(loaded, handler)?).map_err(|error| named(with_causes(&error)))?),
        }
    }
    Ok(())
}

/// Builds everything, or says what cannot be built; nothing is in force yet.
pub(crate) fn build(loaded: &Loaded, lasting: &Lasting) -> Result<Built, String> {
    let mut clients = HashMap::new();
    let mut targets = Vec::new();
    for account in &loaded.config.accounts {
        let client = Arc::new(redox::client(loaded, account, Arc::new(Meter::new(lasting.gate.clone())))?);
        let mut spec = TargetSpec::redox(account.name.get_ref());
        spec.concurrency = account.concurrency.max(1);
        // A send that must fetch a token first takes longer; cut off too early it would be unknown without need.
        spec.timeout += TOKEN_MARGIN;
        if let Some(platform) = &loaded.config.platform {
            spec.check_after = platform.look_after.0;
        }
        let evidence = redox::evidence(loaded, lasting, spec.timeout);
        let target = RedoxTarget::new(client.clone(), lasting.store.clone())
            .uploading_above(account.upload_above.map(|size| size.0));
        let live = Wired { evidence, ..target.wired(spec, lasting.gate.clone()) };
        targets.push(send::backfill(&live));
        targets.push(live);
        clients.insert(account.name.get_ref().clone(), client);
    }
    for handler in &loaded.config.handlers {
        targets.extend(wired(loaded, handler, lasting)?);
    }
    let jwks = crate::cli::keys::published(loaded).map_err(|failure| failure.message)?;
    let (inbound, outbound) = (inbound_plan(loaded)?, Arc::new(outbound_plan(loaded)?));
    let specs = targets.iter().map(|target| target.spec.clone()).collect();
    Ok(Built {
        routes: Routes {
            inbound: inbound.routes.clone(),
            listeners: inbound.listeners.clone(),
            outbound: outbound.clone(),
            targets: specs,
        },
        inbound,
        roads: Roads { plan: outbound, clients },
        targets,
        jwks: serde_json::to_value(jwks).map_err(|error| error.to_string())?,
    })
}

/// The names of the handlers that operational events go to.
pub(crate) fn ops_targets(loaded: &Loaded) -> Vec<String> {
    let ops = loaded.config.handlers.iter().filter(|handler| *handler.kind.get_ref() == HandlerKind::Ops);
    ops.map(|handler| handler.name.get_ref().clone()).collect()
}

fn rules(loaded: &Loaded) -> Vec<Rule> {
    let own: Vec<Rule> = loaded
        .config
        .expectations
        .iter()
        .map(|rule| Rule {
            name: rule.name.get_ref().clone(),
            asks: rule.asks.clone(),
            answers: rule.answers.clone(),
            keys: rule.keys.clone(),
            within: rule.within.map(|span| span.0),
        })
        .collect();
    let built_in = Rule::built_in().into_iter().filter(|rule| own.iter().all(|ours| ours.name != rule.name));
    built_in.chain(own.clone()).collect()
}

fn inbound_plan(loaded: &Loaded) -> Result<inbound::Plan, String> {
    let config = &loaded.config;
    let mut endpoints = Vec::new();
    for endpoint in &config.endpoints {
        let name = endpoint.name.get_ref().clone();
        let what = format!("a token of endpoint `{name}`");
        let tokens = endpoint.tokens.iter().map(|token| token.fetch(loaded, &what).map_err(|error| error.to_string()));
        endpoints.push(inbound::Endpoint {
            tokens: tokens.collect::<Result<_, _>>()?,
            cannot_handle: endpoint.cannot_handle.into(),
            rules: endpoint.rules.iter().map(|rule| (rule.filter.clone(), rule.cannot_handle.into())).collect(),
            silent_after: endpoint.silent_after.map(|span| span.0),
            body_bytes_max: config.server.body_max.0,
            name,
        });
    }
    let mut routes = Vec::new();
    for handler in &config.handlers {
        let kind = match handler.kind.get_ref() {
            HandlerKind::Http | HandlerKind::Mllp | HandlerKind::Nats | HandlerKind::Pull | HandlerKind::File => {
                inbound::RouteKind::Handler
            }
            HandlerKind::Responder => {
                let named = |error| format!("handler `{}`: {error}", handler.name.get_ref());
                inbound::RouteKind::Responder(
                    Responder::new(&peer(loaded, handler)?).map_err(|error| named(with_causes(&error)))?,
                )
            }
            HandlerKind::Forward if handler.to == Some(Forward::Handlers) => inbound::RouteKind::Forward,
            HandlerKind::Forward => inbound::RouteKind::Handler,
            HandlerKind::Discard => inbound::RouteKind::Discard,
            // Operational events are made in the store and addressed there.
            HandlerKind::Ops => continue,
        };
        routes.push(inbound::Route {
            target: handler.name.get_ref().clone(),
            filter: handler.filter.clone(),
            lane_by: handler.lane_by.clone().unwrap_or_else(|| LaneBy::INBOUND.to_vec()),
            order_by: handler.order_by,
            kind,
        });
    }
    let id_of = |name: &str| {
        config
            .destinations
            .iter()
            .find(|destination| destination.name.get_ref() == name)
            .map(|destination| destination.id.clone())
    };
    let partners = config.partners.iter().map(|partner| inbound::Partner {
        name: partner.name.get_ref().clone(),
        sources: partner.sources.clone(),
        destinations: partner.destinations.iter().filter_map(|name| id_of(name.get_ref())).collect(),
        facilities: partner.facilities.clone(),
    });
    let listeners = hl7::listeners(loaded)?;
    let exports = config.bulk.iter().filter_map(Spec::door).collect();
    Ok(inbound::Plan { endpoints, listeners, exports, routes, partners: partners.collect(), rules: rules(loaded) })
}

fn outbound_plan(loaded: &Loaded) -> Result<outbound::Plan, String> {
    let config = &loaded.config;
    let account = |name: &str| Arc::new(outbound::Account { name: name.to_owned(), target: name.to_owned() });
    let only = match config.accounts.as_slice() {
        [only] => Some(only.name.get_ref().clone()),
        _ => None,
    };
    let mut sources = Vec::new();
    for source in &config.sources {
        let name = source.name.get_ref();
        let named = source.account.as_ref().map(|name| name.get_ref().clone()).or_else(|| only.clone());
        let Some(named) = named else {
            return Err(format!("source `{name}` must say which `account` may act for it: there is not exactly one"));
        };
        sources.push(outbound::Source { name: name.clone(), id: source.id.clone(), account: account(&named) });
    }
    let partner_of = |destination: &str| {
        let has = |partner: &&crate::config::redox::Partner| {
            partner.destinations.iter().any(|name| name.get_ref() == destination)
        };
        config.partners.iter().find(has).map(|partner| partner.name.get_ref().clone())
    };
    let destinations = config
        .destinations
        .iter()
        .map(|given| outbound::Destination { partner: partner_of(given.name.get_ref()), ..destination(given) });
    Ok(outbound::Plan {
        sources,
        destinations: destinations.collect(),
        rules: rules(loaded),
        level: config.server.validate.into(),
        ..outbound::Plan::default()
    })
}

/// A destination on its own, without the partner that it belongs to.
pub(crate) fn destination(given: &crate::config::redox::Destination) -> outbound::Destination {
    outbound::Destination {
        name: given.name.get_ref().clone(),
        id: given.id.clone(),
        accepts: given.accepts.iter().map(|pattern| pattern.get_ref().clone()).collect(),
        subscribed: Vec::new(),
        requires: given.requires.iter().map(|required| required.0.clone()).collect(),
        partner: None,
        fhir: given
            .fhir
            .clone()
            .map(|server| outbound::FhirServer { slug: server.slug, environment: server.environment }),
    }
}

fn peer(loaded: &Loaded, handler: &Handler) -> Result<PeerSettings, String> {
    let name = handler.name.get_ref();
    let what = format!("a secret of handler `{name}`");
    let secrets = handler.secrets.iter().map(|secret| secret.fetch(loaded, &what).map_err(|error| error.to_string()));
    Ok(PeerSettings {
        url: handler
            .url
            .as_ref()
            .map(|url| url.get_ref().clone())
            .ok_or_else(|| format!("handler `{name}` needs `url`"))?,
        secrets: secrets.collect::<Result<_, _>>()?,
        timeout: spec(handler).timeout,
        ca_file: handler.ca_file.as_ref().map(|path| loaded.resolve(path)),
        health_url: handler.health_url.clone(),
    })
}

fn spec(handler: &Handler) -> TargetSpec {
    let kind = match handler.kind.get_ref() {
        HandlerKind::Http => "http",
        HandlerKind::Ops => "ops",
        HandlerKind::Responder => "responder",
        HandlerKind::Forward => "forward",
        HandlerKind::Pull => "pull",
        HandlerKind::File => "file",
        HandlerKind::Discard => "discard",
        HandlerKind::Mllp => "mllp",
        HandlerKind::Nats => "nats",
    };
    let mut spec = TargetSpec::handler(handler.name.get_ref(), kind);
    spec.order_by = handler.order_by;
    spec.policy = Policy {
        on_park: handler.on_park.unwrap_or(Policy::HANDLER.on_park),
        failures_max: handler.failures_max.unwrap_or(Policy::HANDLER.failures_max).max(1),
        failures_span: handler.failures_span.map_or(Policy::HANDLER.failures_span, |span| span.0),
        ..Policy::HANDLER
    };
    let usual = spec.backoff;
    spec.backoff = Backoff {
        first: handler.retry_first.map_or(usual.first, |span| span.0),
        most: handler.retry_most.map_or(usual.most, |span| span.0),
    };
    // Receivers of HL7 v2 often take one connection, and keep their order by it.
    let usual = if *handler.kind.get_ref() == HandlerKind::Mllp { 1 } else { spec.concurrency };
    spec.concurrency = handler.concurrency.unwrap_or(usual).max(1);
    spec.rate = handler.rate.as_ref().map(|rate| rate.get_ref().0);
    spec.timeout = handler.timeout.map_or(spec.timeout, |span| span.0);
    if matches!(handler.kind.get_ref(), HandlerKind::Forward | HandlerKind::File) {
        spec.inline_max = u64::MAX;
        return spec;
    }
    spec.inline_max = match handler.kind.get_ref() {
        // A receiver of HL7 v2 cannot follow a link.
        HandlerKind::Mllp => u64::MAX,
        _ => handler.inline_max.map_or(limits::WEBHOOK_INLINE_BYTES, |size| size.0) as u64,
    };
    spec
}

/// The target of a handler; a responder has none, it answers on the call.
fn wired(loaded: &Loaded, handler: &Handler, lasting: &Lasting) -> Result<Option<Wired>, String> {
    let named = |error: &dyn std::error::Error| format!("handler `{}`: {}", handler.name.get_ref(), with_causes(error));
    let clock = Arc::new(SystemClock);
    let target: Arc<dyn oxgate_dispatch::Target> = match handler.kind.get_ref() {
        HandlerKind::Responder => return Ok(None),
        // Its consumers come and lease.
        HandlerKind::Pull => return Ok(Some(Wired::without_sender(spec(handler)))),
        HandlerKind::File => {
            let folder = handler
                .folder
                .as_ref()
                .ok_or_else(|| format!("handler `{}` needs `folder`", handler.name.get_ref()))?;
            let rotate_bytes = handler.rotate_size.map_or(FILE_SIZE, |size| size.0 as u64);
            let settings = FileSettings { folder: loaded.resolve(folder), rotate_bytes };
            Arc::new(
                FileHandler::new(&settings, lasting.store.clone(), &lasting.folders).map_err(|error| named(&error))?,
            )
        }
        HandlerKind::Http => {
            let settings = HttpSettings { peer: peer(loaded, handler)?, api_base: lasting.api_base.clone() };
            Arc::new(HttpHandler::new(&settings, lasting.store.clone(), clock).map_err(|error| named(&error))?)
        }
        HandlerKind::Nats => {
            let named = |error| format!("handler `{}`: {error}", handler.name.get_ref());
            let parts = (lasting.store.clone(), lasting.api_base.as_str());
            nats::target(loaded, handler, spec(handler).timeout, parts).map_err(named)?
        }
        HandlerKind::Ops => Arc::new(OpsHandler::new(&peer(loaded, handler)?, clock).map_err(|error| named(&error))?),
        HandlerKind::Forward => Arc::new(forward::handler(loaded, handler, &lasting.ways)?),
        HandlerKind::Discard => Arc::new(DiscardHandler::new(lasting.counts.clone())),
        HandlerKind::Mllp => {
            let named = |error| format!("handler `{}`: {error}", handler.name.get_ref());
            Arc::new(hl7::handler(loaded, handler, spec(handler).timeout).map_err(named)?)
        }
    };
    Ok(Some(Wired::new(spec(handler), target)))
}

/// A secret of 32 bytes, written as base64.
pub(super) fn key_bytes(secret: &SecretString, what: &str) -> Result<[u8; 32], String> {
    use base64::Engine;
    let decoded = base64::engine::general_purpose::STANDARD.decode(secret.expose_secret());
    let bytes = decoded.map_err(|_| format!("{what} is not base64; `oxgate init` writes one"))?;
    bytes
        .try_into()
        .map_err(|bytes: Vec<u8>| format!("{what} has {} bytes, 32 are needed; `oxgate init` writes one", bytes.len()))
}
