//! What an organisation has set up at Redox: environments, sources, destinations, subscriptions, OAuth keys.

use serde::Serialize;
use serde_json::Value;

use super::{Element, id, name};
use crate::id::TechnicalId;

/// A separate set of assets; the key of every request belongs to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its id, a UUID.
    pub id: TechnicalId,
    /// Its name.
    pub name: Option<String>,
    /// `Development`, `Staging` or `Production`; part of FHIR addresses.
    pub flag: Option<String>,
}

impl Element for Environment {
    const LIST: &'static [&'static str] = &["environments"];
    const ONE: &'static [&'static str] = &["environment"];

    fn from_json(value: &Value) -> Option<Self> {
        Some(Self { id: id(value, "id")?, name: name(value, "name"), flag: name(value, "environmentFlag") })
    }
}

/// Where requests start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// `Meta.Source.ID`.
    pub id: TechnicalId,
    /// Its name.
    pub name: Option<String>,
    /// Its environment.
    pub environment: Option<TechnicalId>,
    /// A legacy API key belongs to it.
    pub has_api_key: bool,
}

impl Element for Source {
    const LIST: &'static [&'static str] = &["sources"];
    const ONE: &'static [&'static str] = &["source"];

    fn from_json(value: &Value) -> Option<Self> {
        Some(Self {
            id: id(value, "id")?,
            name: name(value, "name"),
            environment: id(value, "environment"),
            has_api_key: name(value, "apiKey").is_some(),
        })
    }
}

/// Where Redox delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// `Meta.Destinations[].ID`.
    pub id: TechnicalId,
    /// Its name.
    pub name: Option<String>,
    /// Its environment.
    pub environment: Option<TechnicalId>,
    /// The address it delivers to, where the reader may see it.
    pub endpoint: Option<String>,
    /// The credential with which Redox signs in there, in place of a verification token.
    pub credential: Option<TechnicalId>,
}

impl Element for Destination {
    const LIST: &'static [&'static str] = &["destinations"];
    const ONE: &'static [&'static str] = &["destination"];

    fn from_json(value: &Value) -> Option<Self> {
        Some(Self {
            id: id(value, "id")?,
            name: name(value, "name"),
            environment: id(value, "environment"),
            endpoint: name(value, "endpoint"),
            credential: id(value, "authCredential"),
        })
    }
}

/// With which request a destination is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum VerificationMethod {
    /// A JSON body.
    Post,
    /// A query.
    Get,
}

/// What a destination is verified with; what is left out stays as it is.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verify {
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The token that it expects. A secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification_token: Option<String>,
    /// By which request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification_method: Option<VerificationMethod>,
}

/// A source may send a data model to a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// From.
    pub source: TechnicalId,
    /// To.
    pub destination: TechnicalId,
    /// What; all event types of it.
    pub data_model: String,
    /// It has ended.
    pub is_deleted: bool,
}

impl Element for Subscription {
    const LIST: &'static [&'static str] = &["subscriptions"];
    const ONE: &'static [&'static str] = &["subscription"];

    fn from_json(value: &Value) -> Option<Self> {
        Some(Self {
            source: id(value, "source")?,
            destination: id(value, "destination")?,
            data_model: name(value, "dataModel")?,
            is_deleted: value.get("deletedAt").is_some_and(|at| !at.is_null()),
        })
    }
}

/// An OAuth client of the environment, with the public keys that Redox knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthKey {
    /// The client id.
    pub id: TechnicalId,
    /// Its name.
    pub name: Option<String>,
    /// Where Redox fetches the keys, if it does.
    pub jwks_url: Option<String>,
    /// The `kid`s of keys that were pasted.
    pub kids: Vec<String>,
}

impl Element for OAuthKey {
    const LIST: &'static [&'static str] = &["apikeys"];
    const ONE: &'static [&'static str] = &["apikey"];

    fn from_json(value: &Value) -> Option<Self> {
        let keys = value.pointer("/jwkSet/keys").and_then(Value::as_array);
        Some(Self {
            id: id(value, "id")?,
            name: name(value, "name"),
            jwks_url: name(value, "jwksURL"),
            kids: keys.into_iter().flatten().filter_map(|key| name(key, "kid")).collect(),
        })
    }
}
