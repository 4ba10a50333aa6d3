//! OAuth clients: who may sign assertions, with which keys, and what their tokens allow.

use crate::config::{Client, PlatformRole};
use crate::directory::Directory;
use jsonwebtoken::jwk::JwkSet;
use serde_json::Value;
use std::collections::BTreeMap;

/// The registered clients and their keys.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    clients: BTreeMap<String, Registered>,
}

/// One client.
#[derive(Debug)]
pub(crate) struct Registered {
    pub(crate) name: String,
    pub(crate) keys: JwkSet,
    pub(crate) jwks_url: Option<String>,
    pub(crate) shared_secret: Option<String>,
    pub(crate) sources: Vec<String>,
    pub(crate) role: PlatformRole,
}

/// Why a key set cannot be registered.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// No such client.
    #[error("no OAuth client has the id {0:?}; GET /_emulator names the known one")]
    UnknownClient(String),
    /// Not a key set.
    #[error("not a JWK set (RFC 7517): expected {{\"keys\": [..]}} with RSA or P-384 public keys: {0}")]
    NotKeys(#[source] serde_json::Error),
    /// A key that no assertion could name.
    #[error("key {0} of the set has no \"kid\"; assertions name their key by it")]
    Unnamed(usize),
}

impl Keys {
    /// Registers the configured clients.
    pub(crate) fn new(clients: &[Client]) -> Result<Self, KeysError> {
        let mut keys = Self::default();
        clients.iter().try_for_each(|client| keys.add(client))?;
        Ok(keys)
    }

    /// Adds a client, or puts another in the place of one with the same id.
    pub(crate) fn add(&mut self, client: &Client) -> Result<(), KeysError> {
        let keys = client.jwks.as_ref().map_or(Ok(JwkSet { keys: Vec::new() }), key_set)?;
        let registered = Registered {
            name: client.name.clone(),
            keys,
            jwks_url: client.jwks_url.clone(),
            shared_secret: client.shared_secret.clone(),
            sources: client.sources.clone(),
            role: client.platform_role,
        };
        self.clients.insert(client.client_id.clone(), registered);
        Ok(())
    }

    /// Replaces the key set of a client; how many keys it has now.
    pub(crate) fn register(&mut self, client_id: &str, set: &Value) -> Result<usize, KeysError> {
        let client = self.clients.get_mut(client_id).ok_or_else(|| KeysError::UnknownClient(client_id.to_owned()))?;
        client.keys = key_set(set)?;
        Ok(client.keys.keys.len())
    }

    /// Changes name and key address of a client where they are given.
    pub(crate) fn describe(&mut self, client_id: &str, name: Option<String>, jwks_url: Option<String>) {
        if let Some(client) = self.clients.get_mut(client_id) {
            client.name = name.unwrap_or_else(|| std::mem::take(&mut client.name));
            client.jwks_url = jwks_url.or_else(|| client.jwks_url.take());
        }
    }

    /// Sets or removes the secret for HS384 assertions.
    pub(crate) fn set_secret(&mut self, client_id: &str, secret: Option<String>) -> Result<(), KeysError> {
        let client = self.clients.get_mut(client_id).ok_or_else(|| KeysError::UnknownClient(client_id.to_owned()))?;
        client.shared_secret = secret;
        Ok(())
    }

    /// Lets every client act for one more source.
    pub(crate) fn add_source(&mut self, source: &str) {
        for client in self.clients.values_mut() {
            client.sources.push(source.to_owned());
        }
    }

    pub(crate) fn remove(&mut self, client_id: &str) {
        self.clients.remove(client_id);
    }

    pub(crate) fn get(&self, client_id: &str) -> Option<&Registered> {
        self.clients.get(client_id)
    }

    /// Every client with its id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Registered)> {
        self.clients.iter().map(|(id, client)| (id.as_str(), client))
    }

    /// The first client's id.
    pub(crate) fn first_client(&self) -> Option<&str> {
        self.clients.keys().next().map(String::as_str)
    }

    /// The client that issued an assertion, and the sources it acts for. On the older path the issuer is a source's API
    /// key; the keys are then those of the client that acts for this source.
    pub(crate) fn issuer(&self, issuer: &str, directory: &Directory) -> Option<(&str, &Registered, Vec<String>)> {
        if let Some((id, client)) = self.clients.get_key_value(issuer) {
            return Some((id, client, client.sources.clone()));
        }
        let source = directory.sources.iter().find(|source| source.api_key.as_deref() == Some(issuer))?;
        let (id, client) = self.iter().find(|(_, client)| client.sources.contains(&source.id))?;
        Some((id, client, vec![source.id.clone()]))
    }
}

fn key_set(set: &Value) -> Result<JwkSet, KeysError> {
    let set: JwkSet = serde::Deserialize::deserialize(set).map_err(KeysError::NotKeys)?;
    match set.keys.iter().position(|key| key.common.key_id.is_none()) {
        Some(index) => Err(KeysError::Unnamed(index)),
        None => Ok(set),
    }
}
