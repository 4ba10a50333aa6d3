//! Names of files in the output folder, made from numbers and resource types only.
//!
//! No text of the server's reaches a path unless it is a [`ResourceType`]: ASCII letters, at most 64 of them. So no name
//! can climb out of the folder, hide, or collide with another.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest name of a resource type; the longest that HL7 has published has 37 letters.
const LETTERS_MAX: usize = 64;

/// The name of a FHIR resource type, such as `Patient`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResourceType(String);

/// Text that is no name of a resource type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a resource type: it takes 1 to 64 ASCII letters")]
pub struct NotAType;

impl TryFrom<String> for ResourceType {
    type Error = NotAType;

    fn try_from(text: String) -> Result<Self, NotAType> {
        let is_name = (1..=LETTERS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        if is_name { Ok(Self(text)) } else { Err(NotAType) }
    }
}

impl From<ResourceType> for String {
    fn from(kind: ResourceType) -> Self {
        kind.0
    }
}

impl ResourceType {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which list of the manifest a file is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// `error`, or `outcome` from version 4 on: what could not be exported, and notes.
    Error,
    /// `output`: the resources.
    Output,
    /// `deleted`: what is gone since `_since`.
    Deleted,
}

/// One file of an export: its list, and its number there, counted from 1 over all pages of the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId {
    /// The list.
    pub section: Section,
    /// The place in it, from 1.
    pub number: u32,
}

impl FileId {
    /// The name of the file: `0001-Patient.ndjson`, `deleted-0001-Bundle.ndjson`, `error-0001-OperationOutcome.ndjson`. Files
    /// without one type are called `mixed`.
    pub fn name(self, kind: Option<&ResourceType>) -> String {
        let prefix = match self.section {
            Section::Output => "",
            Section::Deleted => "deleted-",
            Section::Error => "error-",
        };
        let kind = kind.map_or("mixed", ResourceType::as_str);
        format!("{prefix}{:04}-{kind}.ndjson", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_reach_a_name() {
        for bad in
            ["", ".", "..", "../../etc/passwd", "Pa/tient", "a\\b", "Patient ", "Pätient", "C:", "x\0", &"a".repeat(65)]
        {
            assert_eq!(ResourceType::try_from(bad.to_owned()), Err(NotAType), "{bad:?}");
        }
        let kind = ResourceType::try_from("Patient".to_owned()).unwrap();
        let id = |section, number| FileId { section, number };
        assert_eq!(id(Section::Output, 1).name(Some(&kind)), "0001-Patient.ndjson");
        assert_eq!(id(Section::Deleted, 2).name(None), "deleted-0002-mixed.ndjson");
        assert_eq!(id(Section::Error, 12_345).name(Some(&kind)), "error-12345-Patient.ndjson");
    }
}
