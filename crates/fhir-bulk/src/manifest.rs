//! Reads a manifest, of whichever generation, into one shape; says by JSON path what is wrong with one that is none.
//!
//! Source: HL7 FHIR Bulk Data Access, "Response - Output Manifest", versions 1.0 to 4.0 (ballot). Lists that are required but
//! missing are taken for empty, as servers in the field leave them out; what the client acts on must be there.

use crate::kickoff::Generation;
use crate::names::{ResourceType, Section};
use reqwest::Url;
use serde_json::{Map, Value};

/// More files than this in one manifest are taken for a mistake; the largest export known to us had some 20,000.
const FILES_MAX: usize = 1_000_000;

/// One page of what an export has produced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The server's time of the data, verbatim; the next export's `_since`.
    pub transaction_time: String,
    /// Whether the files need the token; some servers leave it out.
    pub requires_access_token: Option<bool>,
    /// The type by which blocks of lines are organised; then files have no one type.
    pub organized_by: Option<ResourceType>,
    /// Every file, in the order error, output, deleted.
    pub files: Vec<Announced>,
    /// The next page.
    pub next: Option<Url>,
    /// The first generation that has all that is in it.
    pub generation: Generation,
}

/// One file as the manifest announces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// Its list.
    pub section: Section,
    /// Its resource type; absent where blocks are organised by another type.
    pub kind: Option<ResourceType>,
    /// Where it is.
    pub url: Url,
    /// How many resources it has.
    pub count: Option<u64>,
    /// How many bytes it has (version 4).
    pub bytes: Option<u64>,
}

/// Why a body is no manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not JSON.
    #[error("the manifest is not JSON (line {line}, column {column})")]
    NotJson {
        /// Line.
        line: usize,
        /// Column.
        column: usize,
    },
    /// JSON, but none of the lists is there.
    #[error("the answer is JSON, but no manifest: it has none of output, deleted, error and outcome")]
    NoLists,
    /// A member is not what it must be.
    #[error("{path} of the manifest {problem}")]
    Member {
        /// JSON path.
        path: String,
        /// What is wrong.
        problem: Problem,
    },
    /// Too many files.
    #[error("the manifest announces more than {FILES_MAX} files")]
    TooMany,
}

/// What is wrong with a member.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It is not there.
    #[error("is missing")]
    Missing,
    /// It has another JSON type.
    #[error("is not {0}")]
    Not(&'static str),
    /// The address cannot be read.
    #[error("is no address")]
    NoAddress,
    /// The address is not one to download from.
    #[error("has the scheme {0:?}; only http and https are followed")]
    Scheme(String),
    /// Plain text would follow an encrypted start.
    #[error("is an http address, but the server was reached by https")]
    Downgrade,
}

/// Reads the body of a page that was found at `page`; relative addresses, which the guide does not have, count from there.
pub fn read(body: &[u8], page: &Url) -> Result<Manifest, ManifestError> {
    let value: Value = serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body))
        .map_err(|error| ManifestError::NotJson { line: error.line(), column: error.column() })?;
    let Value::Object(members) = value else { return Err(ManifestError::NoLists) };
    const LISTS: [(&str, Section); 4] = [
        ("error", Section::Error),
        ("outcome", Section::Error),
        ("output", Section::Output),
        ("deleted", Section::Deleted),
    ];
    if !LISTS.iter().any(|(name, _)| members.contains_key(*name)) {
        return Err(ManifestError::NoLists);
    }
    let transaction_time =
        text(&members, "transactionTime")?.ok_or_else(|| member("transactionTime", Problem::Missing))?;
    let organized_by = match text(&members, "outputOrganizedBy")? {
        Some(name) if !name.is_empty() => Some(
            ResourceType::try_from(name)
                .map_err(|_| member("outputOrganizedBy", Problem::Not("the name of a resource type")))?,
        ),
        _ => None,
    };
    let requires_access_token = match members.get("requiresAccessToken") {
        None | Some(Value::Null) => None,
        Some(Value::Bool(flag)) => Some(*flag),
        Some(_) => return Err(member("requiresAccessToken", Problem::Not("true or false"))),
    };
    let mut files = Vec::new();
    for (name, section) in LISTS {
        for (index, entry) in list(&members, name)?.iter().enumerate() {
            files.push(announced(entry, &format!("{name}[{index}]"), section, organized_by.is_some(), page)?);
            if files.len() > FILES_MAX {
                return Err(ManifestError::TooMany);
            }
        }
    }
    let next = next(&members, page)?;
    Ok(Manifest {
        transaction_time,
        requires_access_token,
        organized_by,
        files,
        next,
        generation: generation(&members),
    })
}

/// Whether a body that came with `202` is a page of a partial manifest rather than a note about the job.
pub(crate) fn looks_like_one(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body)
        .is_ok_and(|value| value.get("transactionTime").is_some() && value.get("output").is_some_and(Value::is_array))
}

fn announced(
    entry: &Value,
    path: &str,
    section: Section,
    is_organized: bool,
    page: &Url,
) -> Result<Announced, ManifestError> {
    let at = |name: &str| format!("{path}.{name}");
    let Value::Object(entry) = entry else { return Err(member(path, Problem::Not("an object"))) };
    let kind = match entry.get("type") {
        None | Some(Value::Null) if is_organized || section != Section::Output => None,
        None | Some(Value::Null) => return Err(member(&at("type"), Problem::Missing)),
        Some(Value::String(name)) => Some(
            ResourceType::try_from(name.clone())
                .map_err(|_| member(&at("type"), Problem::Not("the name of a resource type")))?,
        ),
        Some(_) => return Err(member(&at("type"), Problem::Not("text"))),
    };
    let url = match entry.get("url") {
        None | Some(Value::Null) => return Err(member(&at("url"), Problem::Missing)),
        Some(Value::String(url)) => address(url, &at("url"), page)?,
        Some(_) => return Err(member(&at("url"), Problem::Not("text"))),
    };
    let count = whole(entry.get("count"), &at("count"))?;
    let bytes = whole(entry.get("fileSize"), &at("fileSize"))?;
    Ok(Announced { section, kind, url, count, bytes })
}

/// An address that may be followed from `page`.
pub(crate) fn address(text: &str, path: &str, page: &Url) -> Result<Url, ManifestError> {
    let url = page.join(text).map_err(|_| member(path, Problem::NoAddress))?;
    match (page.scheme(), url.scheme()) {
        ("https", "http") => Err(member(path, Problem::Downgrade)),
        (_, "http" | "https") => Ok(url),
        (_, other) => Err(member(path, Problem::Scheme(other.to_owned()))),
    }
}

fn next(members: &Map<String, Value>, page: &Url) -> Result<Option<Url>, ManifestError> {
    for (index, link) in list(members, "link")?.iter().enumerate() {
        if link.get("relation").and_then(Value::as_str) == Some("next") {
            let path = format!("link[{index}].url");
            let url = link.get("url").and_then(Value::as_str).ok_or_else(|| member(&path, Problem::Missing))?;
            return address(url, &path, page).map(Some);
        }
    }
    Ok(None)
}

fn member(path: &str, problem: Problem) -> ManifestError {
    ManifestError::Member { path: path.to_owned(), problem }
}

fn text(members: &Map<String, Value>, name: &str) -> Result<Option<String>, ManifestError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(member(name, Problem::Not("text"))),
    }
}

fn list<'a>(members: &'a Map<String, Value>, name: &str) -> Result<&'a [Value], ManifestError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(member(name, Problem::Not("a list"))),
    }
}

/// A whole number, also written as text, as some servers do.
fn whole(value: Option<&Value>, path: &str) -> Result<Option<u64>, ManifestError> {
    let number = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.parse().ok(),
        Some(value) => value.as_u64(),
    };
    number.map(Some).ok_or_else(|| member(path, Problem::Not("a whole number")))
}

fn generation(members: &Map<String, Value>) -> Generation {
    let has = |name: &str| members.contains_key(name);
    let has_list = |name: &str| members.get(name).is_some_and(Value::is_array);
    if has("outcome") || has("manifestType") || has("outputFormat") || has_list("extension") {
        Generation::V4
    } else if has("outputOrganizedBy") || has("link") {
        Generation::V3
    } else if has("deleted") {
        Generation::V2
    } else {
        Generation::V1
    }
}

#[cfg(test)]
mod tests;
