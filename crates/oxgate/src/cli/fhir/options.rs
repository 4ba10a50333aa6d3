//! The options of `oxgate fhir export`: what to ask for, who we are, and how to behave.

use crate::chance::{OsEntropy, SystemClock};
use crate::exit::Failure;
use clap::{Args, ValueEnum};
use fhir_bulk::kickoff::{FilterComma, Generation, Method};
use fhir_bulk::names::ResourceType;
use fhir_bulk::smart::{Backend, Client, SigningKey};
use fhir_bulk::{Auth, CountRule, Entropy, Level, Limits, Origin, Time, TokioTime, Url};
use secrecy::SecretString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What to ask for.
#[derive(Debug, Args)]
#[command(next_help_heading = "What to export")]
pub(super) struct What {
    /// All patients' data only, instead of everything on the server.
    #[arg(long, conflicts_with = "group")]
    patients: bool,
    /// The data of a group's members.
    #[arg(long, value_name = "ID")]
    group: Option<String>,
    /// Resource types, separated by commas (`_type`).
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',', value_parser = resource_type)]
    types: Vec<ResourceType>,
    /// Only what has changed since: a FHIR instant, or `last` for the time of the last export in this folder (`_since`).
    #[arg(long, value_name = "INSTANT")]
    pub(super) since: Option<String>,
    /// Only what had changed until then (`_until`).
    #[arg(long, value_name = "INSTANT")]
    until: Option<String>,
    /// Elements, separated by commas (`_elements`).
    #[arg(long, value_name = "[TYPE.]ELEMENT", value_delimiter = ',')]
    elements: Vec<String>,
    /// A search that resources of a type must match; may be repeated (`_typeFilter`).
    #[arg(long, value_name = "TYPE?QUERY")]
    type_filter: Vec<String>,
    /// The name of NDJSON that the server wants to hear (`_outputFormat`).
    #[arg(long, value_name = "FORMAT")]
    output_format: Option<String>,
    /// Only these patients; may be repeated (`patient`).
    #[arg(long, value_name = "ID")]
    patient: Vec<String>,
    /// Associated data, separated by commas (`includeAssociatedData`).
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    include_associated: Vec<String>,
    /// The type to organise blocks of lines by (`organizeOutputBy`).
    #[arg(long, value_name = "TYPE", value_parser = resource_type)]
    organize_by: Option<ResourceType>,
    /// Take files while the job still runs (`allowPartialManifests`).
    #[arg(long)]
    partial: bool,
    /// A parameter that only this server knows; may be repeated.
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,
    /// Let the server ignore what it does not support.
    #[arg(long)]
    lenient: bool,
    /// How to send the kick-off.
    #[arg(long, value_enum, default_value_t)]
    method: Verb,
    /// The version of the Bulk Data Access guide that the server follows.
    #[arg(long, value_enum, default_value_t)]
    generation: Guide,
    /// How a comma inside a type filter is written.
    #[arg(long, value_enum, default_value_t)]
    filter_comma: Comma,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Verb {
    /// GET where that is possible.
    #[default]
    Auto,
    /// GET.
    Get,
    /// POST.
    Post,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Guide {
    #[value(name = "1.0")]
    One,
    #[default]
    #[value(name = "2.0")]
    Two,
    #[value(name = "3.0")]
    Three,
    /// As balloted.
    #[value(name = "4.0")]
    Four,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Comma {
    /// `%2C`.
    #[default]
    Percent,
    /// `\,`.
    Backslash,
}

impl What {
    pub(super) fn is_since_last(&self) -> bool {
        self.since.as_deref() == Some("last")
    }

    pub(super) fn export(&self, since: Option<String>) -> Result<fhir_bulk::Export, Failure> {
        let level = match (&self.group, self.patients) {
            (Some(id), _) => Level::Group(id.clone()),
            (None, true) => Level::Patients,
            (None, false) => Level::System,
        };
        let generation = match self.generation {
            Guide::One => Generation::V1,
            Guide::Two => Generation::V2,
            Guide::Three => Generation::V3,
            Guide::Four => Generation::V4,
        };
        if self.partial && generation < Generation::V3 {
            return Err(Failure::usage("--partial needs --generation 3.0 or 4.0"));
        }
        Ok(fhir_bulk::Export {
            level,
            types: self.types.clone(),
            since,
            until: self.until.clone(),
            elements: self.elements.clone(),
            type_filters: self.type_filter.clone(),
            output_format: self.output_format.clone(),
            patients: self.patient.clone(),
            include_associated: self.include_associated.clone(),
            organize_by: self.organize_by.clone(),
            allow_partial_manifests: self.partial,
            extra: self.params.clone(),
            is_lenient: self.lenient,
            method: match self.method {
                Verb::Auto => Method::Auto,
                Verb::Get => Method::Get,
                Verb::Post => Method::Post,
            },
            generation,
            filter_comma: match self.filter_comma {
                Comma::Percent => FilterComma::Percent,
                Comma::Backslash => FilterComma::Backslash,
            },
        })
    }
}

fn resource_type(text: &str) -> Result<ResourceType, String> {
    ResourceType::try_from(text.to_owned()).map_err(|error| error.to_string())
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Who we are.
#[derive(Debug, Args)]
#[command(next_help_heading = "Access")]
pub(super) struct Access {
    /// A file with a bearer token.
    #[arg(long, value_name = "FILE", conflicts_with = "client_id")]
    bearer_file: Option<PathBuf>,
    /// SMART Backend Services: the id of the registered client.
    #[arg(long, value_name = "ID", requires = "key")]
    client_id: Option<String>,
    /// Its private key: RSA or P-384, in PEM.
    #[arg(long, value_name = "FILE", requires = "client_id")]
    key: Option<PathBuf>,
    /// The id of the key, if it is not its thumbprint.
    #[arg(long, value_name = "KID", requires = "client_id")]
    kid: Option<String>,
    /// Scopes, separated by spaces.
    #[arg(long, value_name = "SCOPES", requires = "client_id", default_value = Client::SCOPE)]
    scope: String,
    /// The token endpoint, if the server does not say.
    #[arg(long, value_name = "URL", requires = "client_id")]
    token_url: Option<Url>,
    /// A further host that may see the token, as in `https://files.example.org`; may be repeated.
    #[arg(long, value_name = "URL")]
    trust_host: Vec<Url>,
    /// Certificate authorities to trust beside the system's, in PEM.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

impl Access {
    pub(super) fn auth(&self, base: &Url) -> Result<Auth, Failure> {
        if let Some(path) = &self.bearer_file {
            return Ok(Auth::Bearer(SecretString::from(read(path)?.trim())));
        }
        let (Some(client_id), Some(path)) = (&self.client_id, &self.key) else { return Ok(Auth::None) };
        let pem = SecretString::from(read(path)?);
        let wrong = |error: &dyn std::fmt::Display| Failure::invalid(format!("{}: {error}", path.display()));
        let key = SigningKey::from_pem(&pem).map_err(|error| wrong(&error))?;
        let thumbprint = || {
            let jwk = redox_client::keys::jwk_from_pem(&pem).map_err(|error| wrong(&error))?;
            Ok::<_, Failure>(jwk.common.key_id.unwrap_or_default())
        };
        let kid = self.kid.clone().map_or_else(thumbprint, Ok)?;
        let (scope, token_url) = (self.scope.clone(), self.token_url.clone());
        let client = Client { client_id: client_id.clone(), key, kid, scope, token_url };
        let entropy: Arc<dyn Entropy> = Arc::new(|out: &mut [u8]| oxgate_core::Entropy::fill(&OsEntropy, out));
        Ok(Auth::Backend(Box::new(Backend::new(client, base, entropy))))
    }

    pub(super) fn trusted(&self) -> Vec<Origin> {
        self.trust_host.iter().map(Origin::of).collect()
    }

    pub(super) fn authorities(&self) -> Result<Option<Vec<u8>>, Failure> {
        self.ca_file.as_deref().map(|path| read(path).map(String::into_bytes)).transpose()
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::failed(format!("cannot read {}: {error}", path.display())))
}

/// How to behave.
#[derive(Debug, Args)]
#[command(next_help_heading = "Behaviour")]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of a command line")]
pub(super) struct Behaviour {
    /// Files at once.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    parallel: u16,
    /// Do not look at lines, counts and hashes, nor wait for the disk.
    #[arg(long)]
    no_verify: bool,
    /// Take files with another number of resources than was announced, with a warning.
    #[arg(long)]
    any_count: bool,
    /// Do not ask first whether the server exports at all.
    #[arg(long)]
    no_capability_check: bool,
    /// Have the server delete the job once everything is in place.
    #[arg(long)]
    delete: bool,
    /// Longest pause between two requests, whatever the server asks for.
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = crate::config::unit::span)]
    longest_pause: Duration,
    /// How long the job may take.
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = crate::config::unit::span)]
    max_wait: Duration,
}

impl Behaviour {
    pub(super) fn limits(&self) -> Limits {
        let mut limits = Limits {
            parallel: usize::from(self.parallel),
            verify: !self.no_verify,
            counts: if self.any_count { CountRule::Warn } else { CountRule::Reject },
            check_capabilities: !self.no_capability_check,
            delete_after: self.delete,
            patience: self.max_wait,
            ..Limits::default()
        };
        limits.pace.most = self.longest_pause;
        limits.pace.least = limits.pace.least.min(self.longest_pause);
        limits
    }
}

/// The system's clock.
pub(super) fn time() -> Arc<dyn Time> {
    Arc::new(TokioTime(|| {
        let millis = oxgate_core::Clock::now(&SystemClock).millis();
        jiff::Timestamp::from_millisecond(millis).unwrap_or_default()
    }))
}
