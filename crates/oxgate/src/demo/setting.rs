//! The stage: an emulator, an application, and a gateway with its configuration in a temporary folder, all on free ports.

use super::application::Application;
use crate::chance::{OsEntropy, SystemClock};
use crate::config::Loaded;
use crate::exit::Failure;
use crate::gateway::http_client;
use crate::serve::{self, Running, write_secret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oxgate_api::{ApiKeys, NewApiKey, Scope};
use oxgate_core::{Clock, Entropy};
use redox_client::keys::{self, KeyKind};
use redox_emulator::EhrConfig;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const TEMPLATE: &str = include_str!("oxgate.toml");

/// Everything that plays a part.
pub(crate) struct Setting {
    pub(crate) redox: redox_emulator::Running,
    pub(crate) application: Application,
    pub(crate) gateway: Running,
    pub(crate) api_key: String,
    pub(crate) http: reqwest::Client,
    /// What the emulator says about itself.
    pub(crate) info: Value,

    /// The token that Redox is to come with.
    pub(crate) token: String,
    folder: tempfile::TempDir,
}

impl Setting {
    /// Starts everything; nothing is registered yet.
    pub(crate) async fn make() -> Result<Self, Failure> {
        let http = http_client()?;
        let folder = tempfile::Builder::new().prefix("oxgate-demo-").tempdir()?;
        let ehr = EhrConfig { results_delay: span("600ms")?, ..EhrConfig::default() };
        let config = redox_emulator::Config { ehr, strict: true, ..redox_emulator::Config::default() };
        let redox = redox_emulator::start(config, redox_emulator::SystemClock, 1).await?;
        let info = redox.info();
        let secret = format!("whsec_{}", STANDARD.encode(random()));
        let (application, address) = Application::start(&secret).await?;
        let token = STANDARD.encode(random()).replace(['/', '+', '='], "x");
        let jwks = write_keys(folder.path(), &secret, &token)?;
        let config = folder.path().join("oxgate.toml");
        std::fs::write(&config, fill(&info, &redox.base_url(), &format!("http://{address}")))?;
        let loaded = Loaded::read(&config).map_err(Failure::failed)?;
        let api_key = api_key(&loaded)?;
        // The gateway asks the platform API as soon as it runs, and needs its key to be known by then.
        redox.control().register_keys(&jwks).await.map_err(Failure::failed)?;
        let gateway = serve::start(loaded).await?;
        Ok(Self { redox, application, gateway, api_key, http, info, token, folder })
    }

    pub(crate) fn config_path(&self) -> PathBuf {
        self.folder.path().join("oxgate.toml")
    }

    pub(crate) fn gateway_url(&self) -> String {
        format!("http://{}", self.gateway.addr)
    }

    /// Stops everything and removes the folder.
    pub(crate) async fn end(self) {
        self.gateway.stop().await;
        self.application.end();
        self.redox.shutdown().await;
    }
}

fn span(text: &str) -> Result<jiff::SignedDuration, Failure> {
    text.parse().map_err(|_| Failure::failed(format!("`{text}` is no length of time")))
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    Entropy::fill(&OsEntropy, &mut bytes);
    bytes
}

fn write_keys(folder: &Path, secret: &str, token: &str) -> Result<Value, Failure> {
    let keys = folder.join("keys");
    write_secret(&keys.join("store.key"), &STANDARD.encode(random()))?;
    write_secret(&keys.join("search.key"), &STANDARD.encode(random()))?;
    write_secret(&keys.join("webhook.secret"), secret)?;
    write_secret(&keys.join("verification-token"), token)?;
    let pair = keys::generate(KeyKind::P384).map_err(Failure::failed)?;
    write_secret(&keys.join("redox-client.pem"), pair.pem.expose_secret())?;
    Ok(json!({"keys": [pair.jwk]}))
}

fn fill(info: &Value, redox: &str, application: &str) -> String {
    let id = |list: &str, index: usize| info[list][index]["id"].as_str().unwrap_or_default().to_owned();
    TEMPLATE
        .replace("{{redox}}", redox)
        .replace("{{client_id}}", info["client_id"].as_str().unwrap_or_default())
        .replace("{{organization}}", &info["organization_id"].to_string())
        .replace("{{source}}", &id("sources", 0))
        .replace("{{hospital_source}}", &id("sources", 1))
        .replace("{{hospital}}", &id("destinations", 0))
        .replace("{{archive}}", &id("destinations", 1))
        .replace("{{application}}", application)
}

fn api_key(loaded: &Loaded) -> Result<String, Failure> {
    let folder = loaded.data();
    serve::make_folder(&folder)?;
    let new = NewApiKey { name: "demo".to_owned(), scopes: Scope::ALL.into_iter().collect(), expires_at: None };
    let keys = ApiKeys::open(&folder)?;
    let (_, secret) = keys.create(new, SystemClock.now(), &OsEntropy).map_err(Failure::failed)?;
    Ok(secret.expose().to_owned())
}
