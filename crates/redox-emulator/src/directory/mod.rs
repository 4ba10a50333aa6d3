//! Who may send what to whom: sources, destinations, subscriptions.

/// The organisation that every emulator starts with.
pub mod fixture;

use crate::routing::catalogue::{names, same_model};
use serde::{Deserialize, Serialize};

/// An organisation with one environment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Directory {
    /// Numeric id, as in the paths of the platform API.
    pub organization_id: u32,
    /// The environment that everything here belongs to.
    pub environment: Environment,
    /// Where requests start; the application's own first.
    pub sources: Vec<Source>,
    /// Where requests go.
    pub destinations: Vec<Destination>,
    /// Which of these may be combined, by data model.
    pub subscriptions: Vec<Subscription>,
}

impl Default for Directory {
    fn default() -> Self {
        fixture::organisation()
    }
}

/// An isolated set of assets.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// UUID.
    pub id: String,
    /// Name.
    pub name: String,
    /// `Development`, `Staging` or `Production`.
    pub environment_flag: String,
    /// Regions that it is configured with; with several, a search of logs must name one.
    #[serde(default = "one_region")]
    pub service_regions: Vec<String>,
}

fn one_region() -> Vec<String> {
    vec!["AWS_USA_EAST_1".to_owned()]
}

/// Where a request starts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// UUID.
    pub id: String,
    /// Name.
    pub name: String,
    /// Legacy API key, if it has one.
    #[serde(default)]
    pub api_key: Option<String>,
    /// Secret of the API key.
    #[serde(default)]
    pub secret: Option<String>,
}

/// Where Redox delivers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Destination {
    /// UUID.
    pub id: String,
    /// Name.
    pub name: String,
    /// What stands behind it.
    pub behaviour: Behaviour,
    /// Where to POST, for [`Behaviour::Endpoint`]; while null its messages wait.
    pub url: Option<String>,
    /// Shared secret sent with every delivery.
    pub verification_token: String,
    /// How it is verified.
    pub verification_method: VerificationMethod,
    /// What it takes: `*`, a data model (`Order`), or one event type (`Order.New`).
    pub accepts: Vec<String>,
    /// What a filter drops on purpose, in the same notation: Redox accepts it and its log ends as `filtered`.
    pub filters: Vec<String>,
    /// Its name in the addresses of the FHIR API, for [`Behaviour::Ehr`].
    pub slug: Option<String>,
    /// The source that a simulated EHR answers as.
    pub answers_as: Option<String>,
    /// Whether it has echoed a challenge at its present URL; strict emulators deliver only then.
    pub is_verified: bool,
}

impl Destination {
    /// Whether it takes this event type.
    pub fn accepts(&self, data_model: &str, event_type: &str) -> bool {
        matches(&self.accepts, data_model, event_type)
    }

    /// Whether its filter drops this event type.
    pub fn filters(&self, data_model: &str, event_type: &str) -> bool {
        matches(&self.filters, data_model, event_type)
    }

    /// Whether it takes some event type of the data model.
    pub fn accepts_model(&self, data_model: &str) -> bool {
        self.accepts.iter().any(|pattern| {
            pattern == "*" || same_model(pattern.split_once('.').map_or(pattern, |(model, _)| model), data_model)
        })
    }
}

fn matches(patterns: &[String], data_model: &str, event_type: &str) -> bool {
    patterns.iter().any(|pattern| pattern == "*" || names(pattern, data_model, event_type))
}

/// What stands behind a destination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    /// A URL of somebody else, to which the emulator delivers.
    #[default]
    Endpoint,
    /// A simulated EHR, which answers.
    Ehr,
    /// A simulated receiver that takes everything and never answers.
    Archive,
}

/// Method of a verification request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum VerificationMethod {
    /// Challenge in a JSON body.
    #[default]
    Post,
    /// Challenge in the query.
    Get,
}

/// A link without which nothing travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// Source id.
    pub source: String,
    /// Destination id.
    pub destination: String,
    /// Data model.
    pub data_model: String,
}

impl Directory {
    /// The source with this id.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == id)
    }

    /// The destination with this id.
    pub fn destination(&self, id: &str) -> Option<&Destination> {
        self.destinations.iter().find(|destination| destination.id == id)
    }

    pub(crate) fn destination_mut(&mut self, id: &str) -> Option<&mut Destination> {
        self.destinations.iter_mut().find(|destination| destination.id == id)
    }

    /// Name of a source for people; its id when it is not known (any more).
    pub(crate) fn source_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.source(id).map_or(id, |source| &source.name)
    }

    /// Name of a destination for people; its id when it is not known (any more).
    pub(crate) fn destination_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.destination(id).map_or(id, |destination| &destination.name)
    }

    /// Whether the triple is subscribed.
    pub fn is_subscribed(&self, source: &str, destination: &str, data_model: &str) -> bool {
        self.subscriptions.iter().any(|link| {
            link.source == source && link.destination == destination && same_model(&link.data_model, data_model)
        })
    }

    /// Every destination subscribed to the model of a source that takes the event type, in configured order.
    pub(crate) fn subscribers(&self, source: &str, data_model: &str, event_type: &str) -> Vec<&Destination> {
        let takes = |destination: &&Destination| {
            self.is_subscribed(source, &destination.id, data_model) && destination.accepts(data_model, event_type)
        };
        self.destinations.iter().filter(takes).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Destination, Directory, fixture};

    #[test]
    fn accepts_reads_stars_models_and_event_types() {
        let archive = Destination {
            accepts: ["Notes", "Results.New", "Clinical Summary.PatientPush"].map(str::to_owned).to_vec(),
            ..Destination::default()
        };
        assert!(archive.accepts("Notes", "Replace"));
        assert!(archive.accepts("Results", "New") && !archive.accepts("Results", "Query"));
        assert!(archive.accepts("ClinicalSummary", "PatientPush"), "both spellings mean the same model");
        assert!(archive.accepts_model("Results") && !archive.accepts_model("Order"));
    }

    #[test]
    fn fixture_is_usable_at_once() {
        let directory = Directory::default();
        let to = |model, event| {
            let list = directory.subscribers(fixture::APPLICATION_SOURCE, model, event);
            list.into_iter().map(|destination| destination.id.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(to("PatientAdmin", "Arrival"), [fixture::EHR_DESTINATION, fixture::ARCHIVE_DESTINATION]);
        assert_eq!(to("Order", "New"), [fixture::EHR_DESTINATION]);
        assert!(directory.is_subscribed(fixture::EHR_SOURCE, fixture::APPLICATION_DESTINATION, "Results"));
    }
}
