//! From `[[bulk]]` to what an exporter needs.

use super::progress::Progress;
use super::record::Record;
use crate::chance::{OsEntropy, SystemClock};
use crate::config::Loaded;
use crate::config::bulk::{Bulk, Into, Level};
use fhir_bulk::kickoff::Generation;
use fhir_bulk::names::ResourceType;
use fhir_bulk::smart::{Backend, Client, SigningKey};
use fhir_bulk::{Auth, CountRule, Exporter, Limits, Origin, Setup, TokioTime, Url};
use oxgate_core::{Clock, Entropy, Timestamp};
use secrecy::SecretString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A configured export, checked.
#[derive(Clone, Debug)]
pub(in crate::serve) struct Spec {
    pub(super) name: String,
    pub(super) base: Url,
    pub(super) folder: PathBuf,
    pub(super) since: Option<String>,
    pub(super) every: Option<Duration>,
    pub(super) into: Into,
    what: fhir_bulk::Export,
    who: Who,
    trusted: Vec<Origin>,
    authorities: Option<Vec<u8>>,
    limits: Limits,
}

/// Who we are to the server.
#[derive(Clone, Debug)]
enum Who {
    Nobody,
    Bearer(SecretString),
    Smart { client_id: String, key: SigningKey, kid: String, scope: String, token_url: Option<Url> },
}

/// Every `[[bulk]]`, or what is wrong with the first one that cannot be used.
pub(in crate::serve) fn specs(loaded: &Loaded) -> Result<Vec<Spec>, String> {
    loaded.config.bulk.iter().map(|bulk| spec(loaded, bulk)).collect()
}

fn spec(loaded: &Loaded, bulk: &Bulk) -> Result<Spec, String> {
    let name = bulk.name.get_ref().clone();
    let named = |error: String| format!("[[bulk]] `{name}`: {error}");
    let url = |text: &str| Url::parse(text).map_err(|error| named(format!("`{text}` is no address: {error}")));
    let base = url(bulk.base.get_ref())?;
    let what = what(bulk).map_err(&named)?;
    // Whatever cannot be asked for is said now, not in the night when it is asked.
    what.kick_off(&base).map_err(|error| named(error.to_string()))?;
    let trusted = bulk.trust_hosts.iter().map(|host| url(host.get_ref()).map(|url| Origin::of(&url)));
    let authorities = bulk.ca_file.as_ref().map(|path| {
        let path = loaded.resolve(path);
        std::fs::read(&path).map_err(|error| named(format!("cannot read {}: {error}", path.display())))
    });
    let folder =
        bulk.folder.clone().map_or_else(|| loaded.data().join("bulk").join(&name), |path| loaded.resolve(&path));
    Ok(Spec {
        base,
        folder,
        since: bulk.since.clone(),
        every: bulk.every.map(|span| span.0),
        into: bulk.into,
        what,
        who: who(loaded, bulk).map_err(&named)?,
        trusted: trusted.collect::<Result<_, _>>()?,
        authorities: authorities.transpose()?,
        limits: limits(bulk),
        name,
    })
}

fn what(bulk: &Bulk) -> Result<fhir_bulk::Export, String> {
    let level = match (bulk.level, &bulk.group) {
        (Level::System, None) => fhir_bulk::Level::System,
        (Level::Patients, None) => fhir_bulk::Level::Patients,
        (Level::Group, Some(id)) => fhir_bulk::Level::Group(id.clone()),
        (Level::Group, None) => return Err("the level `group` needs `group`, the group's id".to_owned()),
        (_, Some(_)) => return Err("`group` is for the level `group`".to_owned()),
    };
    let kind = |name: &toml::Spanned<String>| {
        ResourceType::try_from(name.get_ref().clone()).map_err(|error| format!("`{}`: {error}", name.get_ref()))
    };
    if bulk.partial && bulk.generation < Generation::V3 {
        return Err("`partial` needs `generation = \"3.0\"` or `\"4.0\"`".to_owned());
    }
    Ok(fhir_bulk::Export {
        level,
        types: bulk.types.iter().map(kind).collect::<Result<_, _>>()?,
        since: bulk.since.clone().filter(|since| since != "last"),
        until: bulk.until.clone(),
        elements: bulk.elements.clone(),
        type_filters: bulk.type_filters.clone(),
        output_format: bulk.output_format.clone(),
        patients: bulk.patients.clone(),
        include_associated: bulk.include_associated.clone(),
        organize_by: bulk.organize_by.as_ref().map(kind).transpose()?,
        allow_partial_manifests: bulk.partial,
        extra: bulk.params.clone().into_iter().collect(),
        is_lenient: bulk.lenient,
        method: bulk.method,
        generation: bulk.generation,
        filter_comma: bulk.filter_comma,
    })
}

fn who(loaded: &Loaded, bulk: &Bulk) -> Result<Who, String> {
    match (&bulk.token, &bulk.client_id, &bulk.key) {
        (None, None, None) => Ok(Who::Nobody),
        (Some(token), None, None) => token.fetch(loaded, "`token`").map(Who::Bearer).map_err(|error| error.to_string()),
        (None, Some(client_id), Some(key)) => {
            let pem = key.fetch(loaded, "`key`").map_err(|error| error.to_string())?;
            let key = SigningKey::from_pem(&pem).map_err(|error| format!("`key`: {error}"))?;
            let thumbprint = || {
                let jwk = redox_client::keys::jwk_from_pem(&pem).map_err(|error| format!("`key`: {error}"))?;
                Ok::<_, String>(jwk.common.key_id.unwrap_or_default())
            };
            let kid = bulk.kid.clone().map_or_else(thumbprint, Ok)?;
            let token_url = bulk.token_url.as_ref().map(|url| Url::parse(url.get_ref())).transpose();
            Ok(Who::Smart {
                client_id: client_id.get_ref().clone(),
                key,
                kid,
                scope: bulk.scope.clone().unwrap_or_else(|| Client::SCOPE.to_owned()),
                token_url: token_url.map_err(|error| format!("`token_url` is no address: {error}"))?,
            })
        }
        _ => Err("give either `token`, or `client_id` and `key`, or none of them".to_owned()),
    }
}

fn limits(bulk: &Bulk) -> Limits {
    let mut limits = Limits {
        counts: if bulk.any_count { CountRule::Warn } else { CountRule::Reject },
        delete_after: bulk.delete,
        check_capabilities: bulk.check_capabilities,
        ..Limits::default()
    };
    limits.parallel = bulk.parallel.map_or(limits.parallel, usize::from);
    limits.patience = bulk.max_wait.map_or(limits.patience, |span| span.0);
    if let Some(most) = bulk.longest_pause {
        limits.pace.most = most.0;
        limits.pace.least = limits.pace.least.min(most.0);
    }
    limits
}

impl Spec {
    pub(super) const fn kind(&self) -> &'static str {
        match self.into {
            Into::Files => "files",
            Into::Events => "events",
        }
    }

    /// Its name when its resources become events: a door that filters may name.
    pub(in crate::serve) fn door(bulk: &Bulk) -> Option<String> {
        (bulk.into == Into::Events).then(|| bulk.name.get_ref().clone())
    }

    /// When the schedule starts a run after `last`; at once if there was none.
    pub(super) fn due(&self, last: Option<&Record>) -> Option<Timestamp> {
        let every = self.every?;
        Some(last.map_or(Timestamp(0), |record| record.started_at.time().plus(every)))
    }

    /// What is asked for, with the `_since` of a run.
    pub(super) fn export(&self, since: Option<String>) -> fhir_bulk::Export {
        fhir_bulk::Export { since, ..self.what.clone() }
    }

    /// How long to wait before a server that could not be reached is tried again.
    pub(super) fn pause(&self) -> Duration {
        self.limits.pace.most
    }

    pub(super) fn exporter(&self, watch: Arc<Progress>) -> Result<Exporter, fhir_bulk::ClientError> {
        let auth = match self.who.clone() {
            Who::Nobody => Auth::None,
            Who::Bearer(token) => Auth::Bearer(token),
            Who::Smart { client_id, key, kid, scope, token_url } => {
                let client = Client { client_id, key, kid, scope, token_url };
                let entropy: Arc<dyn fhir_bulk::Entropy> = Arc::new(|out: &mut [u8]| Entropy::fill(&OsEntropy, out));
                Auth::Backend(Box::new(Backend::new(client, &self.base, entropy)))
            }
        };
        Exporter::new(Setup {
            base: self.base.clone(),
            auth,
            trusted: self.trusted.clone(),
            authorities: self.authorities.clone(),
            limits: self.limits,
            time: Arc::new(TokioTime(|| {
                jiff::Timestamp::from_millisecond(Clock::now(&SystemClock).millis()).unwrap_or_default()
            })),
            watch,
        })
    }
}
