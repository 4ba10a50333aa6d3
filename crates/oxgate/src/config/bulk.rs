//! `[[bulk]]`: FHIR bulk exports that the gateway carries out, on demand or on a schedule.

use super::secret::SecretRef;
use super::unit::Span;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use toml::Spanned;

/// One export.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of a configuration")]
pub(crate) struct Bulk {
    /// Ours; the endpoint that filters know its resources by.
    pub(crate) name: Spanned<String>,
    /// The server's FHIR base.
    pub(crate) base: Spanned<String>,
    /// Whose data; everything when left out.
    #[serde(default)]
    pub(crate) level: Level,
    /// `group`: the group's id.
    pub(crate) group: Option<String>,
    /// `_type`.
    #[serde(default)]
    pub(crate) types: Vec<Spanned<String>>,
    /// `_since`: a FHIR instant, or `last` for the time of the last finished run.
    pub(crate) since: Option<String>,
    /// `_until`: a FHIR instant.
    pub(crate) until: Option<String>,
    /// `_elements`.
    #[serde(default)]
    pub(crate) elements: Vec<String>,
    /// `_typeFilter`.
    #[serde(default)]
    pub(crate) type_filters: Vec<String>,
    /// How a comma inside a type filter is written.
    #[serde(default)]
    pub(crate) filter_comma: fhir_bulk::kickoff::FilterComma,
    /// `_outputFormat`: the name of NDJSON that the server wants to hear.
    pub(crate) output_format: Option<String>,
    /// `patient`: only these.
    #[serde(default)]
    pub(crate) patients: Vec<String>,
    /// `includeAssociatedData`.
    #[serde(default)]
    pub(crate) include_associated: Vec<String>,
    /// `organizeOutputBy`: the type to organise blocks of lines by.
    pub(crate) organize_by: Option<Spanned<String>>,
    /// `allowPartialManifests`: take files while the job still runs.
    #[serde(default)]
    pub(crate) partial: bool,
    /// Parameters that only this server knows.
    #[serde(default)]
    pub(crate) params: BTreeMap<String, String>,
    /// The version of the Bulk Data Access guide that the server follows.
    #[serde(default)]
    pub(crate) generation: fhir_bulk::kickoff::Generation,
    /// How to send the kick-off.
    #[serde(default)]
    pub(crate) method: fhir_bulk::kickoff::Method,
    /// Let the server ignore what it does not support.
    #[serde(default)]
    pub(crate) lenient: bool,
    /// A bearer token.
    pub(crate) token: Option<SecretRef>,
    /// SMART Backend Services: the client's id.
    pub(crate) client_id: Option<Spanned<String>>,
    /// Its private key, PEM.
    pub(crate) key: Option<SecretRef>,
    /// The key's id; its thumbprint unless given.
    pub(crate) kid: Option<String>,
    /// Scopes, separated by spaces.
    pub(crate) scope: Option<String>,
    /// The token endpoint, if the server does not say.
    pub(crate) token_url: Option<Spanned<String>>,
    /// Further hosts that may see the token.
    #[serde(default)]
    pub(crate) trust_hosts: Vec<Spanned<String>>,
    /// Certificates to trust besides the system's, PEM.
    pub(crate) ca_file: Option<PathBuf>,
    /// How often a run starts by itself; only on demand when left out.
    pub(crate) every: Option<Span>,
    /// What becomes of the resources.
    #[serde(default)]
    pub(crate) into: Into,
    /// Where runs are kept, a folder each; `bulk/{name}` of the data folder unless given.
    pub(crate) folder: Option<PathBuf>,
    /// Files at once.
    pub(crate) parallel: Option<u8>,
    /// Take files with another number of resources than was announced.
    #[serde(default)]
    pub(crate) any_count: bool,
    /// Have the server delete the job once everything is in place.
    #[serde(default)]
    pub(crate) delete: bool,
    /// Ask first whether the server exports at all.
    #[serde(default = "yes")]
    pub(crate) check_capabilities: bool,
    /// Longest pause between two requests, whatever the server asks for.
    pub(crate) longest_pause: Option<Span>,
    /// How long the job may take.
    pub(crate) max_wait: Option<Span>,
}

const fn yes() -> bool {
    true
}

/// Whose data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// Everything on the server.
    #[default]
    System,
    /// All patients'.
    Patients,
    /// A group's members'.
    Group,
}

/// What becomes of the resources.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Into {
    /// The files stay as they came.
    #[default]
    Files,
    /// Each becomes an event for the handlers, and its file goes.
    Events,
}
