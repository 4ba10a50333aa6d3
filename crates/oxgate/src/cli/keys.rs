//! `oxgate keys`: make and publish signing keys.

use super::Shared;
use crate::config::redox::Account;
use crate::config::secret::SecretRef;
use crate::exit::{Done, Failure};
use crate::output::{json, print};
use crate::serve::write_secret;
use clap::{Subcommand, ValueEnum};
use redox_client::keys::{self, JwkSet, KeyKind};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Make and publish signing keys.
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make a key pair: the private key into a new file, the public JWK to stdout.
    Generate {
        /// Where the private key goes.
        #[arg(long, short, default_value = "keys/redox-client.pem", value_name = "FILE")]
        out: PathBuf,
        /// What kind of key.
        #[arg(long, value_enum, default_value_t)]
        kind: Kind,
    },
    /// Print the public key set of the configured accounts, as served at `/.well-known/jwks.json`.
    Jwks {
        /// The public key of this private key file instead.
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Put a new key in an account's key file; the old one stays published beside it until it is deleted.
    Rotate {
        /// The account.
        #[arg(default_value = "redox")]
        account: String,
        /// What kind of key.
        #[arg(long, value_enum, default_value_t)]
        kind: Kind,
    },
}

/// Kinds of key that Redox takes.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum Kind {
    /// RSA, 3072 bits, signs RS384.
    #[default]
    Rsa,
    /// The curve P-384, signs ES384.
    P384,
}

impl Kind {
    pub(crate) const fn of_client(self) -> KeyKind {
        match self {
            Self::Rsa => KeyKind::Rsa3072,
            Self::P384 => KeyKind::P384,
        }
    }
}

impl Keys {
    pub(crate) fn run(&self, shared: &Shared) -> Done {
        match self {
            Self::Generate { out, kind } => {
                let pair = keys::generate(kind.of_client()).map_err(Failure::failed)?;
                write_secret(out, pair.pem.expose_secret())?;
                eprintln!("Private key: {} (owner only). Register the public key below with Redox.", out.display());
                json(&json!({"keys": [pair.jwk]}))
            }
            Self::Jwks { key: Some(path) } => json(&json!({"keys": [public(path)?]})),
            Self::Jwks { key: None } => {
                let loaded = shared.load()?;
                json(&serde_json::to_value(published(&loaded)?).map_err(|error| Failure::failed(error.to_string()))?)
            }
            Self::Rotate { account, kind } => rotate(shared, account, *kind),
        }
    }
}

fn public(path: &Path) -> Result<keys::Jwk, Failure> {
    let pem = std::fs::read_to_string(path)
        .map_err(|error| Failure::failed(format!("cannot read {}: {error}", path.display())))?;
    keys::jwk_from_pem(&SecretString::from(pem))
        .map_err(|error| Failure::invalid(format!("{}: {error}", path.display())))
}

/// Public keys of all accounts: the current one, and a former one that a rotation left beside it.
pub(crate) fn published(loaded: &crate::config::Loaded) -> Result<JwkSet, Failure> {
    let mut set = JwkSet { keys: Vec::new() };
    for account in &loaded.config.accounts {
        let Some(reference) = &account.key else { continue };
        let pem = reference
            .fetch(loaded, &format!("the key of account `{}`", account.name.get_ref()))
            .map_err(Failure::failed)?;
        set.keys.push(keys::jwk_from_pem(&pem).map_err(Failure::failed)?);
        if let SecretRef::File(path) = reference {
            let former = former_path(&loaded.resolve(path));
            if former.exists() {
                set.keys.push(public(&former)?);
            }
        }
    }
    Ok(set)
}

/// Where a rotation leaves the key it replaced.
fn former_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".former");
    PathBuf::from(name)
}

fn rotate(shared: &Shared, name: &str, kind: Kind) -> Done {
    let loaded = shared.load()?;
    let account: &Account = loaded
        .config
        .accounts
        .iter()
        .find(|account| account.name.get_ref() == name)
        .ok_or_else(|| Failure::usage(format!("the configuration has no account `{name}`")))?;
    let Some(SecretRef::File(path)) = &account.key else {
        return Err(Failure::usage(format!(
            "account `{name}` does not keep its key in a file, so there is none to replace"
        )));
    };
    if account.kid.is_some() {
        return Err(Failure::usage(format!(
            "account `{name}` fixes `kid`: take it out of the configuration, so that the new key gets its own"
        )));
    }
    let path = loaded.resolve(path);
    let former = former_path(&path);
    let cannot = |error: std::io::Error| Failure::failed(format!("cannot put {} aside: {error}", path.display()));
    let pair = keys::generate(kind.of_client()).map_err(Failure::failed)?;
    // The new key is whole before the old one moves, and the old one stays readable throughout.
    let fresh = path.with_extension("pem.new");
    write_secret(&fresh, pair.pem.expose_secret())?;
    std::fs::copy(&path, &former).map_err(cannot)?;
    std::fs::rename(&fresh, &path).map_err(cannot)?;
    eprintln!(
        "The former key is kept at {} and stays published. Delete it once Redox has the new key set",
        former.display()
    );
    eprintln!("and five minutes have passed. A running gateway takes the new key on SIGHUP.");
    print(&serde_json::to_string_pretty(&published(&loaded)?).map_err(|error| Failure::failed(error.to_string()))?)
}
