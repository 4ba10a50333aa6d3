//! The configuration file: TOML, one section a file, unknown keys refused with a suggestion, every secret by reference.
//!
//! A configuration is read whole, checked whole, and either taken or refused whole: at start, and again on SIGHUP.

/// What is wrong with a file, where, and what was probably meant.
mod error;

/// `name = { file = "…" }` or `{ env = "…" }`.
pub(crate) mod secret;

/// `[server]`, `[store]`, `[retention]`, `[log]`: the process itself.
pub(crate) mod process;

/// `[[account]]`, `[[source]]`, `[[destination]]`, `[[partner]]`: Redox's side.
pub(crate) mod redox;

/// `[[endpoint]]`, `[[handler]]`, `[[expectation]]`: the application's side.
pub(crate) mod local;

/// `[[mllp]]`: the HL7 senders' side.
pub(crate) mod mllp;

/// `[[bulk]]`: exports that the gateway carries out.
pub(crate) mod bulk;

/// `start_from` of handlers.
pub(crate) mod start;

/// Lengths of time and sizes with their units.
pub(crate) mod unit;

/// Rules that no single key can break alone.
mod check;

pub(crate) use error::ConfigError;

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// Listeners and limits.
    pub(crate) server: process::Server,
    /// The data folder and its keys.
    pub(crate) store: process::Store,
    /// How long things are kept.
    pub(crate) retention: process::Retention,
    /// Log lines.
    pub(crate) log: process::Log,
    /// Credentials at Redox.
    #[serde(rename = "account")]
    pub(crate) accounts: Vec<redox::Account>,
    /// A person's key for Redox's platform API.
    pub(crate) platform: Option<redox::Platform>,
    /// Who sends.
    #[serde(rename = "source")]
    pub(crate) sources: Vec<redox::Source>,
    /// Who receives.
    #[serde(rename = "destination")]
    pub(crate) destinations: Vec<redox::Destination>,
    /// Which of these belong to one health system.
    #[serde(rename = "partner")]
    pub(crate) partners: Vec<redox::Partner>,
    /// Doors that Redox pushes to.
    #[serde(rename = "endpoint")]
    pub(crate) endpoints: Vec<local::Endpoint>,
    /// Doors that HL7 v2 senders connect to.
    #[serde(rename = "mllp")]
    pub(crate) listeners: Vec<mllp::Mllp>,
    /// Who takes what arrives.
    #[serde(rename = "handler")]
    pub(crate) handlers: Vec<local::Handler>,
    /// Which answers belong to which questions.
    #[serde(rename = "expectation")]
    pub(crate) expectations: Vec<local::Expectation>,
    /// FHIR bulk exports.
    pub(crate) bulk: Vec<bulk::Bulk>,
}

/// A configuration with the file it came from; relative paths in it start at the file's folder.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// What it says.
    pub(crate) config: Config,
    /// Where it says so.
    pub(crate) path: PathBuf,
}

impl Loaded {
    /// Reads and checks a file.
    pub(crate) fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Unreadable { path: path.to_owned(), why: error.to_string() })?;
        let config = Config::parse(&text, path)?;
        Ok(Self { config, path: path.to_owned() })
    }

    /// A path of the configuration, made absolute from the file's folder.
    pub(crate) fn resolve(&self, path: &Path) -> PathBuf {
        match self.path.parent() {
            Some(folder) if path.is_relative() => folder.join(path),
            _ => path.to_owned(),
        }
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.resolve(&self.config.store.folder)
    }

    /// The Unix socket of the running gateway.
    pub(crate) fn socket(&self) -> PathBuf {
        self.data().join("oxgate.sock")
    }
}

impl Config {
    /// Reads and checks a text; `path` is for messages.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| ConfigError::from_toml(&error, text, path))?;
        check::all(&config).map_err(|finding| ConfigError::from_finding(finding, text, path))?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Config::parse(text, Path::new("oxgate.toml")).expect_err("refused").to_string()
    }

    #[test]
    fn an_empty_file_is_a_configuration() {
        assert!(Config::parse("", Path::new("oxgate.toml")).is_ok());
    }

    #[test]
    fn an_unknown_key_names_file_line_and_the_nearest_key() {
        let message = refused("[server]\nlissten = \"127.0.0.1:1\"\n");
        assert!(message.starts_with("oxgate.toml:2:1: "), "{message}");
        assert!(message.contains("`lissten`") && message.contains("did you mean `listen`?"), "{message}");
    }

    #[test]
    fn a_wrong_value_names_its_line() {
        let message = refused("[server]\nlisten = \"127.0.0.1:1\"\nbody_max = \"41 furlongs\"\n");
        assert!(message.starts_with("oxgate.toml:3:"), "{message}");
        assert!(message.contains("MiB"), "{message}");
    }

    #[test]
    fn a_secret_in_the_file_is_refused() {
        let message = refused("[[endpoint]]\nname = \"main\"\ntokens = [\"hunter2\"]\n");
        assert!(message.contains("file") && message.contains("env"), "{message}");
        assert!(!message.contains("hunter2"), "a message must not repeat a secret: {message}");
    }

    #[test]
    fn names_that_nothing_has_are_found_with_the_nearest() {
        let text = "[[destination]]\nname = \"memorial\"\nid = \"d-1\"\n[[partner]]\nname = \"p\"\ndestinations = [\"memoral\"]\n";
        let message = refused(text);
        assert!(message.contains("`memoral`") && message.contains("did you mean `memorial`?"), "{message}");
        assert!(message.starts_with("oxgate.toml:6:"), "{message}");
    }

    #[test]
    fn a_fhir_server_is_slug_and_environment() {
        let text = |fhir: &str| format!("[[destination]]\nname = \"a\"\nid = \"d-1\"\nfhir = \"{fhir}\"\n");
        assert!(Config::parse(&text("memorial-hospital/Production"), Path::new("oxgate.toml")).is_ok());
        let message = refused(&text("memorial/production"));
        assert!(
            message.starts_with("oxgate.toml:4:8: ") && message.contains("did you mean `Production`?"),
            "{message}"
        );
        for wrong in ["memorial", "/Production", "a b/Production", "../Production"] {
            assert!(refused(&text(wrong)).contains("names no FHIR server"), "{wrong}");
        }
    }

    #[test]
    fn a_rate_is_for_what_is_sent_to() {
        let text = |kind: &str, rate: &str| {
            let keys = "folder = \"f\"\nto = \"redox\"\nurl = \"http://127.0.0.1:1\"\nsecrets = [{ file = \"f\" }]";
            format!("[[handler]]\nname = \"a\"\nkind = \"{kind}\"\nrate = \"{rate}\"\n{keys}\n")
        };
        assert!(Config::parse(&text("http", "600/min"), Path::new("oxgate.toml")).is_ok());
        for kind in ["pull", "file", "forward", "discard", "ops", "responder"] {
            let message = refused(&text(kind, "50/s"));
            assert!(message.starts_with("oxgate.toml:4:8: `rate` is for handlers of kind `http`"), "{message}");
        }
        let message = refused(&text("http", "0/s"));
        assert!(message.starts_with("oxgate.toml:4:8: ") && message.contains("above 0"), "{message}");
    }

    #[test]
    fn two_of_one_name_are_refused_at_the_second() {
        let one = "[[destination]]\nname = \"a\"\nid = \"d-1\"\n";
        let message = refused(&(one.to_owned() + one));
        assert!(message.starts_with("oxgate.toml:5:"), "{message}");
    }

    /// The keys that serde would take, read from its own complaint about one that it does not.
    fn keys_of(section: &str) -> Vec<String> {
        let text = match section {
            "" => "zzz = 1".to_owned(),
            "server" | "store" | "retention" | "log" | "platform" => format!("[{section}]\nzzz = 1"),
            "match" => "[[handler]]\nname = \"a\"\nkind = \"http\"\nmatch = { zzz = 1 }".to_owned(),
            _ => format!("[[{section}]]\nzzz = 1"),
        };
        let error = toml::from_str::<Config>(&text).expect_err("no section has a key zzz").to_string();
        let line = error.lines().find(|line| line.starts_with("unknown field")).expect("an unknown field").to_owned();
        let mut keys: Vec<String> = line.split('`').skip(3).step_by(2).map(str::to_owned).collect();
        keys.sort();
        keys
    }

    #[test]
    fn the_schema_has_exactly_the_keys_that_are_read() {
        let schema: serde_json::Value = serde_json::from_str(include_str!("schema.json")).expect("JSON");
        let keys_in = |pointer: &str| {
            let properties = schema.pointer(pointer).and_then(serde_json::Value::as_object).expect(pointer);
            let mut keys: Vec<String> = properties.keys().cloned().collect();
            keys.sort();
            keys
        };
        assert_eq!(keys_of(""), keys_in("/properties"));
        for section in ["server", "store", "retention", "log", "platform"] {
            assert_eq!(keys_of(section), keys_in(&format!("/properties/{section}/properties")), "{section}");
        }
        let lists =
            ["account", "source", "destination", "partner", "endpoint", "mllp", "handler", "expectation", "bulk"];
        for section in lists {
            assert_eq!(keys_of(section), keys_in(&format!("/properties/{section}/items/properties")), "{section}");
        }
        assert_eq!(keys_of("match"), keys_in("/properties/handler/items/properties/match/properties"));
    }
}
