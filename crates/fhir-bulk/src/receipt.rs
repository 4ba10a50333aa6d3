//! `manifest.lock.json`: what an export brought, file by file, with sizes and hashes. The same export gives the same bytes,
//! however often it was interrupted: no time, address or order of arrival is in it.

use crate::job::{Done, Job, Page};
use crate::kickoff::{Export, Generation};
use crate::names::{ResourceType, Section};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What `format` says.
pub const FORMAT: &str = "fhir-bulk export";

/// The lock file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// [`FORMAT`].
    pub format: String,
    /// 1.
    pub version: u32,
    /// The server.
    pub base: String,
    /// What was asked for.
    pub export: Export,
    /// The server's time of the data, verbatim: the `_since` of the next export.
    pub transaction_time: String,
    /// The generation of the guide that the manifest was written by.
    pub generation: Generation,
    /// Every file.
    pub files: Vec<ReceiptFile>,
    /// Issues in the error files by severity.
    pub severities: BTreeMap<String, u64>,
}

/// One file of the lock file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptFile {
    /// Its name beside the lock file.
    pub name: String,
    /// Its list.
    pub section: Section,
    /// Its type, if it has one.
    #[serde(rename = "type")]
    pub kind: Option<ResourceType>,
    /// Lines that are not blank.
    pub lines: u64,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

impl Receipt {
    /// The receipt of an export whose files are all done.
    pub(crate) fn new(job: &Job, pages: &[Page], done: &BTreeMap<crate::names::FileId, Done>) -> Self {
        let planned = pages.iter().flat_map(|page| &page.files);
        let mut files: Vec<ReceiptFile> = Vec::new();
        let mut severities = BTreeMap::new();
        for (file, done) in planned.filter_map(|file| Some((file, done.get(&file.id)?))) {
            files.push(ReceiptFile {
                name: file.name(),
                section: file.id.section,
                kind: file.kind.clone(),
                lines: done.tally.lines,
                bytes: done.bytes,
                sha256: done.sha256.clone(),
            });
            if file.id.section == Section::Error {
                for (severity, count) in &done.tally.severities {
                    *severities.entry(severity.clone()).or_default() += count;
                }
            }
        }
        files.sort_by(|a, b| (a.section, &a.name.len(), &a.name).cmp(&(b.section, &b.name.len(), &b.name)));
        let first = pages.first();
        Self {
            format: FORMAT.to_owned(),
            version: 1,
            base: job.base.clone(),
            export: job.export.clone(),
            transaction_time: first.map(|page| page.transaction_time.clone()).unwrap_or_default(),
            generation: first.map(|page| page.generation).unwrap_or_default(),
            files,
            severities,
        }
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a receipt has only text keys");
        bytes.push(b'\n');
        bytes
    }

    /// Files of a list, lines and bytes in all.
    pub fn total(&self, section: Section) -> (usize, u64, u64) {
        let files = self.files.iter().filter(|file| file.section == section);
        files.fold((0, 0, 0), |(files, lines, bytes), file| (files + 1, lines + file.lines, bytes + file.bytes))
    }
}
