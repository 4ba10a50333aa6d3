//! `oxgate init`: write a commented configuration and keys, and say what to paste into Redox's dashboard.

use super::Shared;
use super::keys::Kind;
use crate::chance::OsEntropy;
use crate::exit::{Done, Failure};
use crate::gateway::http_client;
use crate::output::{cell, print};
use crate::serve::{make_folder, write_secret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use oxgate_core::Entropy;
use redox_client::keys;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;

/// The configuration as a text with `{{places}}` to fill.
const TEMPLATE: &str = include_str!("init/oxgate.toml");

/// Write a commented configuration and keys, and say what to paste into Redox's dashboard.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Where; made if absent. Files that exist are never overwritten.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Redox's address, as your region has it.
    #[arg(long, value_name = "URL", default_value = "https://api.redoxengine.com")]
    base_url: String,
    /// The OAuth client's id from the dashboard.
    #[arg(long, value_name = "ID", default_value = "00000000-0000-0000-0000-000000000000")]
    client_id: String,
    /// Your source at Redox.
    #[arg(long, value_name = "NAME=ID")]
    source: Vec<Named>,
    /// A destination you send to; repeat for several.
    #[arg(long, value_name = "NAME=ID")]
    destination: Vec<Named>,
    /// Where your application takes webhooks.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080/events")]
    handler: String,
    /// Where the gateway listens.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8600")]
    listen: String,
    /// Take everything from a running `oxgate emulator`, and register there.
    #[arg(long, value_name = "URL")]
    emulator: Option<String>,
    /// What kind of signing key.
    #[arg(long, value_enum, default_value_t)]
    kind: Kind,
}

/// `name=id`.
#[derive(Clone, Debug)]
struct Named {
    name: String,
    id: String,
    accepts: Vec<String>,
}

impl std::str::FromStr for Named {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, id) = text.split_once('=').ok_or("write NAME=ID")?;
        Ok(Self { name: name.to_owned(), id: id.to_owned(), accepts: Vec::new() })
    }
}

/// What goes into the places of the template.
struct Answers {
    base_url: String,
    client_id: String,
    sources: Vec<Named>,
    destinations: Vec<Named>,
    senders: Vec<String>,
}

impl Init {
    pub(crate) async fn run(&self, _: &Shared) -> Done {
        let config = self.folder.join("oxgate.toml");
        if config.exists() {
            return Err(Failure::failed(format!(
                "{} exists; init never overwrites: name another folder",
                config.display()
            )));
        }
        let emulator = match &self.emulator {
            None => None,
            Some(base) => Some(fetch(base).await?),
        };
        let answers = match (&emulator, &self.emulator) {
            (Some(info), Some(base)) => from_emulator(info, base),
            _ => self.answers(),
        };
        let token = self.write_keys()?;
        let pair = keys::generate(self.kind.of_client()).map_err(Failure::failed)?;
        write_secret(&self.folder.join("keys/redox-client.pem"), pair.pem.expose_secret())?;
        std::fs::write(&config, self.fill(&answers))
            .map_err(|error| Failure::failed(format!("cannot write {}: {error}", config.display())))?;
        let jwks = json!({"keys": [pair.jwk]});
        eprintln!("Wrote {} and its keys.", config.display());
        match (&emulator, &self.emulator) {
            (Some(info), Some(base)) => self.register(base, info, &jwks, &token).await,
            _ => self.paste(&jwks, &token),
        }
    }

    fn answers(&self) -> Answers {
        let example = |name: &str| Named {
            name: name.to_owned(),
            id: "00000000-0000-0000-0000-000000000000".to_owned(),
            accepts: Vec::new(),
        };
        let or = |given: &[Named], name: &str| if given.is_empty() { vec![example(name)] } else { given.to_vec() };
        Answers {
            base_url: self.base_url.clone(),
            client_id: self.client_id.clone(),
            sources: or(&self.source, "application"),
            destinations: or(&self.destination, "hospital"),
            senders: Vec::new(),
        }
    }

    /// Makes the keys that never leave this machine; returns the verification token, which goes into the dashboard.
    fn write_keys(&self) -> Result<String, Failure> {
        let random = || {
            let mut bytes = [0; 32];
            Entropy::fill(&OsEntropy, &mut bytes);
            bytes
        };
        let keys = self.folder.join("keys");
        make_folder(&keys)?;
        write_secret(&keys.join("store.key"), &STANDARD.encode(random()))?;
        write_secret(&keys.join("search.key"), &STANDARD.encode(random()))?;
        write_secret(&keys.join("webhook.secret"), &format!("whsec_{}", STANDARD.encode(random())))?;
        let token = random().iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").expect("writing to a string");
            text
        });
        write_secret(&keys.join("verification-token"), &token)?;
        Ok(token)
    }

    fn fill(&self, answers: &Answers) -> String {
        let mut sources = String::new();
        for source in &answers.sources {
            write!(sources, "[[source]]\nname = \"{}\"\nid = \"{}\"\n\n", source.name, source.id)
                .expect("writing to a string");
        }
        let mut destinations = String::new();
        for destination in &answers.destinations {
            let accepts = json!(destination.accepts);
            write!(
                destinations,
                "[[destination]]\nname = \"{}\"\nid = \"{}\"\naccepts = {accepts}\n\n",
                destination.name, destination.id
            )
            .expect("writing to a string");
        }
        let names: Vec<&str> = answers.destinations.iter().map(|destination| destination.name.as_str()).collect();
        TEMPLATE
            .replace("{{listen}}", &self.listen)
            .replace("{{base_url}}", &answers.base_url)
            .replace("{{client_id}}", &answers.client_id)
            .replace("{{sources}}", sources.trim_end())
            .replace("{{destinations}}", destinations.trim_end())
            .replace("{{partner_sources}}", &json!(answers.senders).to_string())
            .replace("{{partner_destinations}}", &json!(names).to_string())
            .replace("{{handler}}", &self.handler)
    }

    fn paste(&self, jwks: &Value, token: &str) -> Done {
        eprintln!("\nIn Redox's dashboard:");
        eprintln!(
            "  1. API keys: create an OAuth API key and paste the JWK set below. Put its client id into oxgate.toml."
        );
        eprintln!("  2. Destinations: create one with method POST, this verification token, and the endpoint");
        eprintln!("     https://<your public host>/redox/main");
        eprintln!("     {token}");
        eprintln!("  3. Fill in the ids of your source and destinations in oxgate.toml.");
        eprintln!(
            "\nThen: oxgate config check -c {0}, oxgate serve -c {0}\n",
            self.folder.join("oxgate.toml").display()
        );
        print(&serde_json::to_string_pretty(jwks).expect("a JWK set prints"))
    }

    /// Does at the emulator what a person does in the dashboard.
    async fn register(&self, base: &str, info: &Value, jwks: &Value, token: &str) -> Done {
        let base = base.trim_end_matches('/');
        let client = http_client()?;
        let refused =
            |what: &str, why: String| Failure::peer(format!("the emulator at {base} did not take {what}: {why}"));
        let url = format!("{base}/_emulator/keys?client_id={}", cell(info, "/client_id"));
        let answer =
            client.post(&url).json(jwks).send().await.map_err(|error| refused("the key set", error.to_string()))?;
        if !answer.status().is_success() {
            return Err(refused("the key set", answer.status().to_string()));
        }
        let ours = application_destination(info)
            .ok_or_else(|| refused("the endpoint", "it has no destination for an application".to_owned()))?;
        let url = format!("{base}/_emulator/destinations/{ours}");
        let change = json!({"url": format!("http://{}/redox/main", self.listen), "verification_token": token});
        let answer = client
            .patch(&url)
            .json(&change)
            .send()
            .await
            .map_err(|error| refused("the endpoint", error.to_string()))?;
        if !answer.status().is_success() {
            return Err(refused("the endpoint", answer.status().to_string()));
        }
        eprintln!("Registered the key set and the endpoint http://{}/redox/main with the emulator.", self.listen);
        eprintln!("\nThen: oxgate serve -c {}", self.folder.join("oxgate.toml").display());
        Ok(())
    }
}

async fn fetch(base: &str) -> Result<Value, Failure> {
    let url = format!("{}/_emulator", base.trim_end_matches('/'));
    let failed = |error: reqwest::Error| {
        Failure::peer(format!("no emulator answers at {url}: {error}; start one with `oxgate emulator`"))
    };
    http_client()?.get(&url).send().await.map_err(failed)?.json().await.map_err(failed)
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Names in the configuration are lower case without spaces.
fn slug(name: &str) -> String {
    let mut slug: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    while slug.contains("--") {
        slug = slug.replace("--", "-");
    }
    slug.trim_matches('-').to_owned()
}

fn items<'a>(info: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    info.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// The emulator's destination that pushes to a URL instead of simulating an EHR.
fn application_destination(info: &Value) -> Option<String> {
    let named = items(info, "destinations").find(|destination| text(destination, "behaviour") == "endpoint");
    named.or_else(|| items(info, "destinations").last()).map(|destination| text(destination, "id"))
}

fn from_emulator(info: &Value, base: &str) -> Answers {
    let ours = application_destination(info);
    let named = |value: &Value| {
        let accepts = value.get("accepts").and_then(Value::as_array).into_iter().flatten();
        // `*` takes everything, and so does an empty list here.
        let accepts = accepts.filter_map(Value::as_str).filter(|pattern| *pattern != "*").map(str::to_owned).collect();
        Named { name: slug(&text(value, "name")), id: text(value, "id"), accepts }
    };
    let mut sources: Vec<Named> = items(info, "sources").map(named).collect();
    let senders = sources.iter().skip(1).map(|source| source.id.clone()).collect();
    sources.truncate(1);
    Answers {
        base_url: base.trim_end_matches('/').to_owned(),
        client_id: text(info, "client_id"),
        sources,
        destinations: items(info, "destinations").filter(|value| Some(text(value, "id")) != ours).map(named).collect(),
        senders,
    }
}
