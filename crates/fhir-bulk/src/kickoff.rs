//! The request that starts an export: level, every parameter of the guide, and how they are spelled for each generation.
//!
//! Source: HL7 FHIR Bulk Data Access, "Bulk Data Kick-off Request", versions 1.0 to 4.0 (ballot). Version 4 takes only POST,
//! repeats parameters instead of joining them by commas, and codes `includeAssociatedData`.

use crate::names::ResourceType;
use jiff::Timestamp;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A GET with a longer URL is turned into a POST: servers and proxies commonly stop at 2,048 characters or little more.
const URL_MAX: usize = 2000;

/// Whose data is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Everything: `[base]/$export`.
    #[default]
    System,
    /// All patients: `[base]/Patient/$export`.
    Patients,
    /// The members of a group, by its id: `[base]/Group/[id]/$export`.
    Group(String),
}

/// The generation of the guide that a server follows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Generation {
    /// 1.0: GET only, few parameters.
    #[serde(rename = "1.0")]
    V1,
    /// 2.0: POST, `patient`, `_elements`, `deleted`.
    #[default]
    #[serde(rename = "2.0")]
    V2,
    /// 3.0: partial manifests, `organizeOutputBy`, `_until`.
    #[serde(rename = "3.0")]
    V3,
    /// 4.0 as balloted: POST only, repeated parameters, `outcome` for `error`.
    #[serde(rename = "4.0")]
    V4,
}

/// How the request is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// GET where the parameters and the generation allow it.
    #[default]
    Auto,
    /// GET.
    Get,
    /// POST with a `Parameters` resource.
    Post,
}

/// How a comma inside a type filter is told from the comma between two filters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterComma {
    /// `%2C`.
    #[default]
    Percent,
    /// A backslash before it, as some servers want.
    Backslash,
}

/// What to export. Lists that are empty and options that are `None` leave the parameter out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Export {
    /// Whose data.
    pub level: Level,
    /// `_type`: resource types.
    pub types: Vec<ResourceType>,
    /// `_since`: a FHIR instant, sent as it is written.
    pub since: Option<String>,
    /// `_until`: a FHIR instant.
    pub until: Option<String>,
    /// `_elements`: `element` or `Type.element`.
    pub elements: Vec<String>,
    /// `_typeFilter`: `Type?query`.
    pub type_filters: Vec<String>,
    /// `_outputFormat`: one of the names of NDJSON.
    pub output_format: Option<String>,
    /// `patient`: ids or references of patients.
    pub patients: Vec<String>,
    /// `includeAssociatedData`: codes such as `LatestProvenanceResources`.
    pub include_associated: Vec<String>,
    /// `organizeOutputBy`: a resource type.
    pub organize_by: Option<ResourceType>,
    /// `allowPartialManifests`.
    pub allow_partial_manifests: bool,
    /// Parameters that only this server knows, passed through.
    pub extra: Vec<(String, String)>,
    /// `Prefer: handling=lenient`: the server may ignore what it does not support.
    pub is_lenient: bool,
    /// How to send it.
    pub method: Method,
    /// What the server follows.
    pub generation: Generation,
    /// How commas in filters are written.
    pub filter_comma: FilterComma,
}

/// The kick-off as it goes out.
#[derive(Debug, Clone, PartialEq)]
pub struct KickOff {
    /// Where to; with the parameters of a GET.
    pub url: Url,
    /// The `Parameters` of a POST; `None` is a GET.
    pub body: Option<Value>,
    /// The `Prefer` header.
    pub prefer: &'static str,
}

/// Why no request can be made of an [`Export`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KickOffError {
    /// The base takes no path.
    #[error("the base must be an http or https address such as https://fhir.example.org/r4")]
    Base,
    /// Not a FHIR id.
    #[error("group id {0:?} is no FHIR id: letters, digits, '-' and '.', at most 64 of them")]
    Group(String),
    /// Not an instant.
    #[error("{name} {value:?} is no FHIR instant: write date, time and offset, as in 2026-11-22T08:30:00Z")]
    Instant {
        /// The parameter.
        name: &'static str,
        /// What was given.
        value: String,
    },
    /// Not `Type?query`.
    #[error("type filter {0:?} has not the form Type?query, as in Observation?category=laboratory")]
    Filter(String),
    /// Not `[Type.]element`.
    #[error("element {0:?} has not the form element or Type.element")]
    Element(String),
    /// Not a reference to a patient.
    #[error("patient {0:?} is neither a FHIR id nor Patient/id")]
    Patient(String),
    /// Only NDJSON is read here.
    #[error("output format {0:?} is not NDJSON; use application/fhir+ndjson, application/ndjson or ndjson")]
    Format(String),
    /// Not a name of a parameter.
    #[error("{0:?} cannot be the name of a parameter")]
    Name(String),
    /// GET cannot carry it.
    #[error("{0} needs POST, but GET was asked for")]
    NeedsPost(&'static str),
    /// The first generation has no POST.
    #[error("{0} needs POST, which version 1.0 of the guide does not have")]
    NoPost(&'static str),
}

impl Export {
    /// The request, checked as far as it can be without the server.
    pub fn kick_off(&self, base: &Url) -> Result<KickOff, KickOffError> {
        self.check()?;
        let mut url = base.clone();
        url.set_query(None);
        url.set_fragment(None);
        {
            let mut path = url.path_segments_mut().map_err(|()| KickOffError::Base)?;
            path.pop_if_empty();
            match &self.level {
                Level::System => {}
                Level::Patients => drop(path.push("Patient")),
                Level::Group(id) => drop(path.push("Group").push(id)),
            }
            path.push("$export");
        }
        if !matches!(url.scheme(), "http" | "https") {
            return Err(KickOffError::Base);
        }
        let prefer = if self.is_lenient { "respond-async, handling=lenient" } else { "respond-async" };
        let mut with_query = url.clone();
        for (name, value) in self.joined() {
            with_query.query_pairs_mut().append_pair(name, &value);
        }
        if self.sends_post(&with_query)? {
            return Ok(KickOff { url, body: Some(self.parameters()), prefer });
        }
        Ok(KickOff { url: with_query, body: None, prefer })
    }

    /// Decides between GET and POST.
    fn sends_post(&self, with_query: &Url) -> Result<bool, KickOffError> {
        let reason = if self.generation == Generation::V4 {
            Some("version 4.0 of the guide")
        } else if !self.patients.is_empty() {
            Some("patient")
        } else if with_query.as_str().len() > URL_MAX {
            Some("a request of this length")
        } else {
            None
        };
        match (self.method, reason) {
            (Method::Post, _) if self.generation == Generation::V1 => Err(KickOffError::NoPost("this request")),
            (Method::Post, _) => Ok(true),
            (Method::Auto, Some(reason)) if self.generation == Generation::V1 => Err(KickOffError::NoPost(reason)),
            (Method::Auto, reason) => Ok(reason.is_some()),
            // A long URL is the asker's risk; the rest a server would refuse.
            (Method::Get, Some(reason)) if self.generation == Generation::V4 || !self.patients.is_empty() => {
                Err(KickOffError::NeedsPost(reason))
            }
            (Method::Get, _) => Ok(false),
        }
    }

    fn check(&self) -> Result<(), KickOffError> {
        if let Level::Group(id) = &self.level
            && !is_id(id)
        {
            return Err(KickOffError::Group(id.clone()));
        }
        for (name, value) in [("_since", &self.since), ("_until", &self.until)] {
            if let Some(value) = value
                && value.parse::<Timestamp>().is_err()
            {
                return Err(KickOffError::Instant { name, value: value.clone() });
            }
        }
        if let Some(bad) = self.type_filters.iter().find(|filter| !is_filter(filter)) {
            return Err(KickOffError::Filter(bad.clone()));
        }
        if let Some(bad) = self.elements.iter().find(|element| !is_element(element)) {
            return Err(KickOffError::Element(bad.clone()));
        }
        if let Some(bad) = self.patients.iter().find(|patient| !is_id(bare(patient))) {
            return Err(KickOffError::Patient(bad.clone()));
        }
        if let Some(format) = &self.output_format
            && !["application/fhir+ndjson", "application/ndjson", "ndjson"].contains(&format.as_str())
        {
            return Err(KickOffError::Format(format.clone()));
        }
        let is_name = |name: &str| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        };
        match self.extra.iter().find(|(name, _)| !is_name(name)) {
            Some((name, _)) => Err(KickOffError::Name(name.clone())),
            None => Ok(()),
        }
    }

    /// Parameters as a query carries them: lists joined by commas.
    fn joined(&self) -> Vec<(&str, String)> {
        let types: Vec<&str> = self.types.iter().map(ResourceType::as_str).collect();
        let filters: Vec<String> = self.type_filters.iter().map(|filter| self.escaped(filter)).collect();
        let lists = [
            ("_type", types.join(",")),
            ("_elements", self.elements.join(",")),
            ("_typeFilter", filters.join(",")),
            ("includeAssociatedData", self.include_associated.join(",")),
        ];
        let lists = lists.into_iter().filter(|(_, value)| !value.is_empty());
        let singles = self.singles().into_iter().map(|(name, _, value)| (name, value));
        let partial = self.allow_partial_manifests.then(|| ("allowPartialManifests", "true".to_owned()));
        let extra = self.extra.iter().map(|(name, value)| (name.as_str(), value.clone()));
        singles.chain(lists).chain(partial).chain(extra).collect()
    }

    /// Parameters with one value: name, FHIR type, value.
    fn singles(&self) -> Vec<(&'static str, &'static str, String)> {
        [
            ("_outputFormat", "valueString", self.output_format.clone()),
            ("_since", "valueInstant", self.since.clone()),
            ("_until", "valueInstant", self.until.clone()),
            ("organizeOutputBy", "valueString", self.organize_by.clone().map(String::from)),
        ]
        .into_iter()
        .filter_map(|(name, kind, value)| Some((name, kind, value?)))
        .collect()
    }

    /// A filter whose commas cannot be taken for the end of it.
    fn escaped(&self, filter: &str) -> String {
        match self.filter_comma {
            FilterComma::Percent => filter.replace(',', "%2C"),
            FilterComma::Backslash => filter.replace(',', "\\,"),
        }
    }

    /// The `Parameters` resource of a POST.
    fn parameters(&self) -> Value {
        let mut list: Vec<Value> = Vec::new();
        for (name, kind, value) in self.singles() {
            list.push(json!({"name": name, kind: value}));
        }
        let is_repeated = self.generation == Generation::V4;
        let mut strings = |name: &str, values: Vec<String>| {
            let values = if is_repeated || values.is_empty() { values } else { vec![values.join(",")] };
            list.extend(values.into_iter().map(|value| json!({"name": name, "valueString": value})));
        };
        strings("_type", self.types.iter().cloned().map(String::from).collect());
        strings("_elements", self.elements.clone());
        let filter = |filter: &String| if is_repeated { filter.clone() } else { self.escaped(filter) };
        strings("_typeFilter", self.type_filters.iter().map(filter).collect());
        for patient in &self.patients {
            let reference = format!("Patient/{}", bare(patient));
            list.push(json!({"name": "patient", "valueReference": {"reference": reference}}));
        }
        for code in &self.include_associated {
            list.push(if is_repeated {
                json!({"name": "includeAssociatedData", "valueCoding": {"code": code}})
            } else {
                json!({"name": "includeAssociatedData", "valueCode": code})
            });
        }
        if self.allow_partial_manifests {
            list.push(json!({"name": "allowPartialManifests", "valueBoolean": true}));
        }
        list.extend(self.extra.iter().map(|(name, value)| json!({"name": name, "valueString": value})));
        json!({"resourceType": "Parameters", "parameter": list})
    }
}

/// FHIR's `id` (FHIR R4, "Data types", id).
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
        && !text.bytes().all(|byte| byte == b'.')
}

fn bare(patient: &str) -> &str {
    patient.strip_prefix("Patient/").unwrap_or(patient)
}

fn is_filter(text: &str) -> bool {
    text.split_once('?')
        .is_some_and(|(kind, query)| ResourceType::try_from(kind.to_owned()).is_ok() && !query.is_empty())
}

fn is_element(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.split('.').count() <= 2 && text.split('.').all(is_word)
}

#[cfg(test)]
mod tests;
