//! API keys: random texts of which only a hash is kept, in one file that server and command line share.

mod file;
mod secret;

pub use secret::Secret;

use crate::caller::Caller;
use crate::scope::Scope;
use file::Stamp;
use oxgate_core::{Entropy, Timestamp};
use secret::Hash;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::RwLock;

/// The most keys in one file: each request is compared with all of them.
const KEYS_MAX: usize = 1_000;

/// Name of the file in the data folder.
const FILE: &str = "apikeys.json";

/// One API key as it is kept and listed. The key itself cannot be had from it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// Its id (`key_…`); not secret.
    pub id: String,
    /// What people call it; unique among the keys that are not revoked.
    pub name: String,
    hash: Hash,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether it opens the door at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// A key to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewApiKey {
    /// What people will call it: 1 to 64 letters, digits, `-`, `_` and `.`.
    pub name: String,
    /// What it may do; at least one scope.
    pub scopes: BTreeSet<Scope>,
    /// From when on it is refused.
    pub expires_at: Option<Timestamp>,
}

/// Why a key was not made or revoked.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The name is empty, too long or has other characters.
    #[error("not a name for an API key: use 1 to 64 letters, digits, `-`, `_` and `.`")]
    BadName,
    /// No scope was given.
    #[error("an API key needs at least one scope")]
    NoScope,
    /// A key that is not revoked has the name.
    #[error("an API key with this name exists; revoke it first or choose another name")]
    NameTaken,
    /// The file is full.
    #[error("there are {KEYS_MAX} API keys already; remove revoked ones from the file")]
    Full,
    /// No key has this id or name.
    #[error("no API key has this id or name")]
    Missing,
    /// The file could not be read or written.
    #[error("cannot use the API key file: {0}")]
    File(#[from] io::Error),
}

/// The API keys of one data folder.
///
/// Several processes may use the file at once: changes are made under a lock and written by rename, and a reader that
/// sees another file than it last read reads it again.
#[derive(Debug)]
pub struct ApiKeys {
    path: PathBuf,
    loaded: RwLock<(Stamp, Vec<ApiKey>)>,
}

impl ApiKeys {
    /// The keys in `folder`; none when the file does not exist.
    ///
    /// # Errors
    /// When the file cannot be read or is no key file.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join(FILE);
        let loaded = file::load(&path)?;
        Ok(Self { path, loaded: RwLock::new(loaded) })
    }

    /// The caller that presented `bearer`; `None` when it is no live key.
    pub fn authenticate(&self, bearer: &str, now: Timestamp) -> Option<Caller> {
        let presented = bearer.parse::<Secret>().ok()?.hash();
        self.refresh();
        let loaded = self.loaded.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Every key is compared, in constant time each, so that the time taken says nothing about which one is near.
        let mut found = None;
        for key in &loaded.1 {
            if presented.is(&key.hash) {
                found = Some(key);
            }
        }
        let key = found.filter(|key| key.is_live(now))?;
        Some(Caller { client: key.id.clone(), name: key.name.clone(), scopes: key.scopes.clone() })
    }

    /// All keys, revoked ones too, oldest first.
    pub fn list(&self) -> Vec<ApiKey> {
        self.refresh();
        self.loaded.read().unwrap_or_else(std::sync::PoisonError::into_inner).1.clone()
    }

    /// Makes a key. The returned secret is shown once; nobody can show it again.
    ///
    /// # Errors
    /// When the name or the scopes are not usable, or the file cannot be written.
    pub fn create(&self, new: NewApiKey, now: Timestamp, entropy: &dyn Entropy) -> Result<(ApiKey, Secret), KeyError> {
        let usable = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        if new.name.is_empty() || new.name.len() > 64 || !new.name.chars().all(usable) {
            return Err(KeyError::BadName);
        }
        if new.scopes.is_empty() {
            return Err(KeyError::NoScope);
        }
        let secret = Secret::draw(entropy);
        let key = ApiKey {
            id: secret::draw_id(entropy),
            name: new.name,
            hash: secret.hash(),
            scopes: new.scopes,
            created_at: now,
            expires_at: new.expires_at,
            revoked_at: None,
        };
        self.change(|keys| {
            if keys.len() >= KEYS_MAX {
                return Err(KeyError::Full);
            }
            if keys.iter().any(|known| known.name == key.name && known.revoked_at.is_none()) {
                return Err(KeyError::NameTaken);
            }
            keys.push(key.clone());
            Ok(key)
        })
        .map(|key| (key, secret))
    }

    /// Revokes the key with this id, or the live one with this name. Revoking twice changes nothing.
    ///
    /// # Errors
    /// When there is no such key, or the file cannot be written.
    pub fn revoke(&self, id_or_name: &str, now: Timestamp) -> Result<ApiKey, KeyError> {
        self.change(|keys| {
            let by_id = keys.iter().position(|key| key.id == id_or_name);
            let by_name = || keys.iter().position(|key| key.name == id_or_name && key.revoked_at.is_none());
            let place = by_id.or_else(by_name).ok_or(KeyError::Missing)?;
            let key = &mut keys[place];
            key.revoked_at = key.revoked_at.or(Some(now));
            Ok(key.clone())
        })
    }

    /// Reads, changes and writes the file while no other process does the same.
    fn change<T>(&self, change: impl FnOnce(&mut Vec<ApiKey>) -> Result<T, KeyError>) -> Result<T, KeyError> {
        let _lock = file::lock(&self.path)?;
        let (_, mut keys) = file::load(&self.path)?;
        let result = change(&mut keys)?;
        file::store(&self.path, &keys)?;
        *self.loaded.write().unwrap_or_else(std::sync::PoisonError::into_inner) = file::load(&self.path)?;
        Ok(result)
    }

    /// Takes the file anew when it is another one than was read last.
    ///
    /// A file that cannot be read leaves the keys as they were: a half-edited file must not lock everybody out.
    fn refresh(&self) {
        let known = self.loaded.read().unwrap_or_else(std::sync::PoisonError::into_inner).0;
        if file::stamp(&self.path).is_ok_and(|stamp| stamp == known) {
            return;
        }
        match file::load(&self.path) {
            Ok(loaded) => *self.loaded.write().unwrap_or_else(std::sync::PoisonError::into_inner) = loaded,
            Err(error) => {
                tracing::error!(error.kind = %error.kind(), "the API key file changed and cannot be read; the keys read last stay in force");
            }
        }
    }
}

#[cfg(test)]
mod tests;
