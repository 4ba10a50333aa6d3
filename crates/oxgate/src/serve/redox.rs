//! Clients of Redox from the configuration: one for each account, and one that asks the platform API.

use super::plan::Lasting;
use crate::chance::{OsEntropy, SystemClock};
use crate::config::Loaded;
use crate::config::redox::{Account, Auth, Platform};
use crate::config::secret::SecretRef;
use crate::exit::with_causes;
use oxgate_core::Clock;
use oxgate_dispatch::{ClockTimer, Evidence};
use oxgate_outbound::reconcile::Reconciler;
use oxgate_outbound::records::PlatformRecords;
use redox_client::{
    Client, Credentials, Endpoints, LegacyKey, Meter, OAuthClient, Setup, SigningKey, TransportOptions, TrustRoots,
};
use secrecy::SecretString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The client of an account.
pub(crate) fn client(loaded: &Loaded, account: &Account, meter: Arc<dyn Meter>) -> Result<Client, String> {
    let named = |error: String| format!("account `{}`: {error}", account.name.get_ref());
    let credentials = credentials(loaded, account).map_err(named)?;
    set_up(loaded, &account.base_url, account.ca_file.as_ref(), credentials, meter).map_err(named)
}

/// The platform API's records, where there are credentials for it.
pub(crate) fn records(loaded: &Loaded, meter: Arc<dyn Meter>) -> Result<Option<PlatformRecords>, String> {
    let Some(platform) = &loaded.config.platform else { return Ok(None) };
    let named = |error: String| format!("[platform]: {error}");
    let Platform { base_url, organization, environment, service_region, client_id, key, kid, ca_file, .. } = platform;
    let key = SigningKey::from_pem(&fetch(loaded, key, "key").map_err(named)?)
        .map_err(|error| named(format!("`key`: {error}")))?;
    let kid = Some(key_id(kid.as_ref(), &key).map_err(named)?);
    let credentials = Credentials::OAuth(OAuthClient { client_id: client_id.clone(), key, kid, scope: None });
    let client = set_up(loaded, base_url, ca_file.as_ref(), credentials, meter).map_err(named)?;
    let platform = redox_client::Platform::new(client, organization.clone());
    Ok(Some(PlatformRecords::new(platform, environment.clone(), service_region.clone())))
}

/// Where to look for sends in doubt, with platform credentials. `attempt_max` is the longest that an attempt takes.
pub(super) fn evidence(loaded: &Loaded, lasting: &Lasting, attempt_max: Duration) -> Option<Arc<dyn Evidence>> {
    let records = lasting.records.clone()?;
    let exclusive = loaded.config.sources.iter().filter(|source| source.exclusive).map(|source| source.id.clone());
    let store = lasting.store.clone();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let time = (Arc::clone(&clock), Arc::new(ClockTimer::new(clock)) as _);
    Some(Arc::new(Reconciler::new(store, records, time, exclusive.collect(), attempt_max)))
}

fn set_up(
    loaded: &Loaded,
    base_url: &str,
    ca_file: Option<&PathBuf>,
    credentials: Credentials,
    meter: Arc<dyn Meter>,
) -> Result<Client, String> {
    let endpoints = Endpoints::below(base_url).map_err(|error| error.to_string())?;
    let roots = match ca_file {
        None => TransportOptions::default().roots,
        Some(path) => TrustRoots::SystemAnd(loaded.resolve(path)),
    };
    let setup = Setup {
        endpoints,
        credentials,
        transport: TransportOptions { roots },
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        meter,
    };
    Client::new(setup).map_err(|error| with_causes(&error))
}

fn credentials(loaded: &Loaded, account: &Account) -> Result<Credentials, String> {
    let wanted = |reference: Option<&SecretRef>, what: &str| -> Result<SecretString, String> {
        fetch(loaded, reference.ok_or_else(|| format!("`{what}` is missing"))?, what)
    };
    match account.auth {
        Auth::Legacy => Ok(Credentials::Legacy(LegacyKey {
            api_key: wanted(account.api_key.as_ref(), "api_key")?,
            secret: wanted(account.secret.as_ref(), "secret")?,
        })),
        Auth::Oauth => {
            let (key, kid) = if let Some(key) = &account.key {
                let key = SigningKey::from_pem(&fetch(loaded, key, "key")?);
                let key = key.map_err(|error| format!("`key`: {error}"))?;
                let kid = key_id(account.kid.as_ref(), &key)?;
                (key, Some(kid))
            } else {
                let secret = SigningKey::from_shared_secret(&wanted(account.secret.as_ref(), "secret")?);
                (secret.map_err(|error| format!("`secret`: {error}"))?, account.kid.clone())
            };
            let client_id = account.client_id.clone().ok_or("`client_id` is missing")?;
            Ok(Credentials::OAuth(OAuthClient { client_id, key, kid, scope: account.scope.clone() }))
        }
    }
}

fn fetch(loaded: &Loaded, reference: &SecretRef, what: &str) -> Result<SecretString, String> {
    reference.fetch(loaded, &format!("`{what}`")).map_err(|error| error.to_string())
}

/// The configured id of a key, or its thumbprint.
fn key_id(configured: Option<&String>, key: &SigningKey) -> Result<String, String> {
    if let Some(kid) = configured {
        return Ok(kid.clone());
    }
    let jwk = key.public_jwk().map_err(|error| format!("`key`: {error}"))?;
    jwk.common.key_id.ok_or_else(|| "`key` has no thumbprint".to_owned())
}
