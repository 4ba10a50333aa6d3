//! Redox's side: credentials, sources, destinations, and which of them are one health system.

use super::error::nearest;
use super::secret::SecretRef;
use super::unit::{Size, Span};
use oxgate_outbound::validate::content::has;
use redox_model::validate::Requirement;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::PathBuf;
use toml::Spanned;

/// `[[account]]`: one set of credentials at Redox.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    /// Also the name of the target that deliveries go to.
    #[serde(default = "Account::usual_name")]
    pub(crate) name: Spanned<String>,
    /// `https://api.redoxengine.com`, or the emulator's address.
    #[serde(default = "Account::usual_base")]
    pub(crate) base_url: String,
    /// How to sign in.
    pub(crate) auth: Auth,
    /// `oauth`: the client's id.
    pub(crate) client_id: Option<String>,
    /// `oauth`: the private key, PEM.
    pub(crate) key: Option<SecretRef>,
    /// `oauth`: the key's id; the key's thumbprint unless given.
    pub(crate) kid: Option<String>,
    /// `oauth`: asked for only if given.
    pub(crate) scope: Option<String>,
    /// `legacy`: the source's API key.
    pub(crate) api_key: Option<SecretRef>,
    /// `legacy`: the source's secret. `oauth`: the secret shared with Redox (HS384), instead of `key`.
    pub(crate) secret: Option<SecretRef>,
    /// Certificates to trust besides the system's, PEM.
    pub(crate) ca_file: Option<PathBuf>,
    /// Sends at once.
    #[serde(default = "Account::usual_concurrency")]
    pub(crate) concurrency: u32,
    /// Files above this that stand in an event are uploaded first and named in it by their URI; embedded when left out.
    pub(crate) upload_above: Option<Size>,
}

impl Account {
    fn usual_name() -> Spanned<String> {
        Spanned::new(0..0, "redox".to_owned())
    }

    fn usual_base() -> String {
        "https://api.redoxengine.com".to_owned()
    }

    const fn usual_concurrency() -> u32 {
        8
    }
}

/// How an account signs in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Auth {
    /// OAuth 2.0 client credentials with a signed assertion.
    Oauth,
    /// API key and secret (deprecated by Redox, still working for existing keys).
    Legacy,
}

/// `[platform]`: a person's key for Redox's platform API, to look into logs and subscriptions.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Platform {
    /// `https://api.redoxengine.com`, or the emulator's address.
    #[serde(default = "Account::usual_base")]
    pub(crate) base_url: String,
    /// The organisation's number, from the dashboard.
    pub(crate) organization: String,
    /// Id, name or flag of the environment; needed where the organisation has several.
    pub(crate) environment: Option<String>,
    /// Needed where the environment has several regions: `AWS_USA_EAST_1`.
    pub(crate) service_region: Option<String>,
    /// The user-level API key's client id.
    pub(crate) client_id: String,
    /// Its private key, PEM.
    pub(crate) key: SecretRef,
    /// The key's id; the key's thumbprint unless given.
    pub(crate) kid: Option<String>,
    /// Certificates to trust besides the system's, PEM.
    pub(crate) ca_file: Option<PathBuf>,
    /// How long after a send whose answer was lost Redox's logs are first looked into for it.
    #[serde(default = "Platform::usual_look")]
    pub(crate) look_after: Span,
    /// How often Redox's logs are asked what became of accepted sends.
    #[serde(default = "Platform::usual_follow")]
    pub(crate) follow_every: Span,
    /// How often inbox and outbox are compared with Redox's logs.
    #[serde(default = "Platform::usual_reconcile")]
    pub(crate) reconcile_every: Span,
    /// How often subscriptions are asked what destinations accept.
    #[serde(default = "Platform::usual_capabilities")]
    pub(crate) subscriptions_every: Span,
}

impl Platform {
    const fn usual_look() -> Span {
        Span(std::time::Duration::from_mins(2))
    }

    const fn usual_follow() -> Span {
        Span(std::time::Duration::from_secs(30))
    }

    const fn usual_reconcile() -> Span {
        Span(std::time::Duration::from_hours(1))
    }

    const fn usual_capabilities() -> Span {
        Span(std::time::Duration::from_mins(15))
    }
}

/// `[[source]]`: whom Redox sees sending.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// Ours.
    pub(crate) name: Spanned<String>,
    /// Redox's.
    pub(crate) id: String,
    /// The account that may act for it.
    pub(crate) account: Option<Spanned<String>>,
    /// Nothing but this gateway sends as it, so that a lone log at Redox is proof of a send whose reply was lost.
    #[serde(default)]
    pub(crate) exclusive: bool,
}

/// `[[destination]]`: whom Redox hands events to.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Destination {
    /// Ours; may stand in `Meta.Destinations[].Name`.
    pub(crate) name: Spanned<String>,
    /// Redox's.
    pub(crate) id: String,
    /// What it takes: `Order.New`, `Results.*`, `Notes`; anything when empty.
    #[serde(default)]
    pub(crate) accepts: Vec<Spanned<String>>,
    /// What it requires beyond the documentation, of every event type that has the member: `Visit.VisitNumber`.
    #[serde(default)]
    pub(crate) requires: Vec<Required>,
    /// Its FHIR R4 server, as the dashboard names it: `memorial-hospital/Production`.
    pub(crate) fhir: Option<FhirServer>,
}

/// A FHIR server's part of addresses: slug and environment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct FhirServer {
    pub(crate) slug: String,
    pub(crate) environment: String,
}

impl TryFrom<String> for FhirServer {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        const ENVIRONMENTS: [&str; 3] = ["Development", "Staging", "Production"];
        let wrong =
            |why: String| format!("`{text}` names no FHIR server: {why}, as in \"memorial-hospital/Production\"");
        let (slug, environment) = text.split_once('/').ok_or_else(|| wrong("write slug/Environment".to_owned()))?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if slug.is_empty() || slug.len() > 128 || !slug.bytes().all(plain) {
            return Err(wrong("a slug is letters, digits and `-`".to_owned()));
        }
        if !ENVIRONMENTS.contains(&environment) {
            let hint = nearest(environment, ENVIRONMENTS.into_iter())
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(wrong(format!("the environment is {}{hint}", ENVIRONMENTS.join(", "))));
        }
        Ok(Self { slug: slug.to_owned(), environment: environment.to_owned() })
    }
}

impl From<FhirServer> for String {
    fn from(server: FhirServer) -> Self {
        format!("{}/{}", server.slug, server.environment)
    }
}

/// A member that a destination requires; some event type has it, or it stands in `Extensions`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Required(pub(crate) Requirement);

impl TryFrom<String> for Required {
    type Error = String;

    /// A misspelt member would refuse nothing, and nobody would notice.
    fn try_from(path: String) -> Result<Self, String> {
        let required = Requirement::parse(&path).map_err(|error| error.to_string())?;
        let events = redox_model::catalogue::events();
        if events.iter().any(|event| has(event, &required)) {
            return Ok(Self(required));
        }
        let paths: BTreeSet<String> =
            events.iter().flat_map(redox_model::tree::rows).map(|row| row.path.replace("[]", "")).collect();
        let hint = nearest(&required.to_string(), paths.iter().map(String::as_str))
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Err(format!("no event type has the member `{required}`{hint}"))
    }
}

impl From<Required> for String {
    fn from(required: Required) -> Self {
        required.0.to_string()
    }
}

/// `[[partner]]`: the Redox sources, destinations and facility codes of one health system.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Partner {
    /// Ours.
    pub(crate) name: Spanned<String>,
    /// `Meta.Source.ID`s that its events arrive with.
    #[serde(default)]
    pub(crate) sources: Vec<String>,
    /// Names of `[[destination]]`s that belong to it.
    #[serde(default)]
    pub(crate) destinations: Vec<Spanned<String>>,
    /// Facility codes, where one source serves several systems.
    #[serde(default)]
    pub(crate) facilities: Vec<String>,
}
