//! Secrets by reference: a file (owner only) or an environment variable, never a value in the configuration.

use super::{ConfigError, Loaded};
use secrecy::SecretString;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use std::fmt;
use std::path::PathBuf;

/// Where a secret is.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SecretRef {
    /// The file's content without white space at its ends.
    File(PathBuf),
    /// The environment variable's value.
    Env(String),
}

impl<'de> de::Deserialize<'de> for SecretRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reference;

        impl<'de> Visitor<'de> for Reference {
            type Value = SecretRef;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a SecretRef")
            }

            // Whatever stands here may be the secret itself, so the message must not repeat it.
            fn visit_str<E: de::Error>(self, _: &str) -> Result<SecretRef, E> {
                Err(E::custom("SecretRef"))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SecretRef, A::Error> {
                let key: Option<String> = map.next_key()?;
                let reference = match key.as_deref() {
                    Some("file") => SecretRef::File(map.next_value()?),
                    Some("env") => SecretRef::Env(map.next_value()?),
                    _ => return Err(de::Error::custom("SecretRef")),
                };
                match map.next_key::<String>()? {
                    None => Ok(reference),
                    Some(_) => Err(de::Error::custom("SecretRef")),
                }
            }
        }

        deserializer.deserialize_any(Reference)
    }
}

impl SecretRef {
    /// Fetches the secret; `what` names it in the error.
    pub(crate) fn fetch(&self, loaded: &Loaded, what: &str) -> Result<SecretString, ConfigError> {
        let text = match self {
            Self::File(path) => {
                let path = loaded.resolve(path);
                std::fs::read_to_string(&path).map_err(|error| ConfigError::Secret {
                    what: format!("cannot read {what} from {}: {error}", path.display()),
                })?
            }
            Self::Env(name) => variable(name).ok_or_else(|| ConfigError::Secret {
                what: format!("{what} is expected in the environment variable {name}, which is not set"),
            })?,
        };
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(ConfigError::Secret { what: format!("{what} is empty") });
        }
        Ok(SecretString::from(trimmed))
    }
}

#[expect(clippy::disallowed_methods, reason = "the configuration is what reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
