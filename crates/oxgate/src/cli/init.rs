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
use redox_client::endpoints::UNITED_STATES;
use redox_client::keys;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::fmt::Write;
use std::io::IsTerminal;
use std::path::PathBuf;

/// Asking.
mod ask;

use ask::Asker;

/// The configuration as a text with `{{places}}` to fill.
const TEMPLATE: &str = include_str!("init/oxgate.toml");

/// Write a commented configuration and keys, and say what to paste into Redox's dashboard.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Where; made if absent. Files that exist are never overwritten.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Redox's address, as your region has it [usual: <https://api.redoxengine.com>].
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// The OAuth client's id from the dashboard.
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Your source at Redox.
    #[arg(long, value_name = "NAME=ID")]
    source: Vec<Named>,
    /// A destination you send to; repeat for several.
    #[arg(long, value_name = "NAME=ID")]
    destination: Vec<Named>,
    /// Where your application takes webhooks [usual: <http://127.0.0.1:8080/events>].
    #[arg(long, value_name = "URL")]
    handler: Option<String>,
    /// Where Redox will reach the gateway, without the path.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Where the gateway listens.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8600")]
    listen: String,
    /// Take everything from a running `oxgate emulator`, and register there.
    #[arg(long, value_name = "URL")]
    emulator: Option<String>,
    /// Ask nothing: what no flag says gets a place to fill in. Without it a terminal is asked.
    #[arg(long)]
    no_input: bool,
    /// What kind of signing key.
    #[arg(long, value_enum, default_value_t)]
    kind: Kind,
}

/// Stands where an id of Redox's is to be filled in.
const NO_ID: &str = "00000000-0000-0000-0000-000000000000";

/// Stands where the gateway's public address is to be filled in.
const NO_HOST: &str = "https://<your public host>";

/// Where an application on the same machine would listen.
const USUAL_HANDLER: &str = "http://127.0.0.1:8080/events";

/// Destinations that a person is asked for; more are quicker to write than to answer.
const ASKED_MAX: usize = 20;

/// `name=id`.
#[derive(Clone, Debug)]
struct Named {
    name: String,
    id: String,
    accepts: Vec<String>,
    /// Slug and environment of its FHIR server.
    fhir: Option<String>,
}

impl std::str::FromStr for Named {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, id) = text.split_once('=').ok_or("write NAME=ID")?;
        // Checked where the configuration is: the names that it takes are its own affair.
        Ok(Self { name: name.to_owned(), id: id.to_owned(), accepts: Vec::new(), fhir: None })
    }
}

/// What goes into the places of the template.
struct Answers {
    base_url: String,
    client_id: String,
    sources: Vec<Named>,
    destinations: Vec<Named>,
    senders: Vec<String>,
    handler: String,
    public_url: Option<String>,
    /// Whether uploads are known to be possible.
    takes_uploads: bool,
}

const UPLOADS: &str = "upload_above = \"200 KiB\"";
const NO_UPLOADS: &str = "# upload_above = \"200 KiB\"";

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
            (Some(info), Some(base)) => {
                let usual = from_emulator(info, base);
                Answers { handler: self.handler.clone().unwrap_or(usual.handler), ..usual }
            }
            _ => self.answers()?,
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
            _ => self.paste(&jwks, &token, answers.public_url.as_deref()),
        }
    }

    /// From the flags; at a terminal what they leave open is asked.
    fn answers(&self) -> Result<Answers, Failure> {
        let asks = !self.no_input && std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        let mut ask = asks.then(|| Asker::new(std::io::stdin().lock(), std::io::stderr().lock()));
        let failed = |error: std::io::Error| Failure::failed(format!("cannot ask: {error}"));
        let mut text = |given: &Option<String>, question: &str, usual: &str| match (given, &mut ask) {
            (Some(given), _) => Ok(given.clone()),
            (None, Some(ask)) => ask.text(question, usual).map_err(failed),
            (None, None) => Ok(usual.to_owned()),
        };
        let base_url = text(&self.base_url, "Redox's address in your region", UNITED_STATES)?;
        let client_id = text(&self.client_id, "Client id of the OAuth API key (empty: later)", NO_ID)?;
        let handler = text(&self.handler, "Where your application takes webhooks", USUAL_HANDLER)?;
        let public_url = text(&self.public_url, "Where Redox will reach this gateway", NO_HOST)?;
        let mut named = |given: &[Named], question: &str, most: usize, usual: &str| {
            let all = match (given.is_empty(), &mut ask) {
                (true, Some(ask)) => ask.named(question, most).map_err(failed)?,
                _ => given.to_vec(),
            };
            let example = Named { name: usual.to_owned(), id: NO_ID.to_owned(), accepts: Vec::new(), fhir: None };
            Ok::<_, Failure>(if all.is_empty() { vec![example] } else { all })
        };
        Ok(Answers {
            sources: named(&self.source, "Your source at Redox", 1, "application")?,
            destinations: named(&self.destination, "A destination you send to", ASKED_MAX, "hospital")?,
            base_url,
            client_id,
            senders: Vec::new(),
            handler,
            public_url: Some(public_url).filter(|url| url != NO_HOST),
            takes_uploads: false,
        })
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
                "[[destination]]\nname = \"{}\"\nid = \"{}\"\naccepts = {accepts}\n",
                destination.name, destination.id
            )
            .expect("writing to a string");
            if let Some(fhir) = &destination.fhir {
                writeln!(destinations, "fhir = \"{fhir}\"").expect("writing to a string");
            }
            destinations.push('\n');
        }
        let names: Vec<&str> = answers.destinations.iter().map(|destination| destination.name.as_str()).collect();
        TEMPLATE
            .replace("{{listen}}", &self.listen)
            .replace("{{base_url}}", &answers.base_url)
            .replace("{{client_id}}", &answers.client_id)
            .replace("{{sources}}", sources.trim_end())
            .replace("{{upload_above}}", if answers.takes_uploads { UPLOADS } else { NO_UPLOADS })
            .replace("{{destinations}}", destinations.trim_end())
            .replace("{{partner_sources}}", &json!(answers.senders).to_string())
            .replace("{{partner_destinations}}", &json!(names).to_string())
            .replace(
                "{{public_url}}",
                &answers.public_url.as_ref().map_or_else(
                    || "# public_url = \"https://gateway.example.org\"".to_owned(),
                    |url| format!("public_url = \"{url}\""),
                ),
            )
            .replace("{{handler}}", &answers.handler)
    }

    /// Everything that the dashboard has to be told, ready to paste.
    fn paste(&self, jwks: &Value, token: &str, public_url: Option<&str>) -> Done {
        let host = public_url.unwrap_or(NO_HOST).trim_end_matches('/');
        eprintln!("\nIn Redox's dashboard:");
        eprintln!(
            "  1. API keys: create an OAuth API key. As its public key paste the JWK set below, or give this URL,"
        );
        eprintln!("     from which Redox then fetches rotated keys by itself:");
        eprintln!("       {host}/.well-known/jwks.json");
        eprintln!("     Put the key's client id into oxgate.toml.");
        eprintln!("  2. Destinations: create one with verification method POST,");
        eprintln!("       endpoint            {host}/redox/main");
        eprintln!("       verification token  {token}");
        eprintln!("     and press \"Verify\" once the gateway serves.");
        eprintln!("  3. Fill in the ids of your source and destinations in oxgate.toml, where they are zeros.");
        let config = self.folder.join("oxgate.toml");
        eprintln!("\nThen: oxgate config check -c {0}, oxgate serve -c {0}\n", config.display());
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
    // The FHIR base ends with its environment.
    let fhir_base = text(info, "fhir_base");
    let environment = fhir_base.rsplit('/').next().unwrap_or_default();
    let named = |value: &Value| {
        let accepts = value.get("accepts").and_then(Value::as_array).into_iter().flatten();
        // `*` takes everything, and so does an empty list here.
        let accepts = accepts.filter_map(Value::as_str).filter(|pattern| *pattern != "*").map(str::to_owned).collect();
        let fhir = value.get("slug").and_then(Value::as_str).map(|slug| format!("{slug}/{environment}"));
        Named { name: slug(&text(value, "name")), id: text(value, "id"), accepts, fhir }
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
        handler: USUAL_HANDLER.to_owned(),
        public_url: None,
        takes_uploads: true,
    }
}
