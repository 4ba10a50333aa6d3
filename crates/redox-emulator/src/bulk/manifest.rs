//! The manifest of a job, page by page, as each generation of the guide writes it.

use super::files;
use super::job::{Content, Job, file_name};
use super::settings::{BulkConfig, BulkGeneration};
use jiff::Timestamp;
use serde_json::{Value, json};

/// What a manifest is written from.
pub(super) struct Source<'a> {
    pub(super) id: u64,
    pub(super) job: &'a Job,
    pub(super) config: &'a BulkConfig,
    pub(super) base: String,
    pub(super) now: Timestamp,
}

impl Source<'_> {
    pub(super) fn page(&self, page: usize, has_next: bool) -> Value {
        let (mut output, mut deleted, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        let start = page.saturating_mul(self.job.page);
        let files = self.job.files.iter().copied().enumerate().skip(start).take(self.job.page);
        for (place, content) in files {
            let url = self.link(content, place);
            match content {
                Content::Resources { kind, lines, .. } => {
                    let count = lines + u64::from(self.config.faults.wrong_counts);
                    let is_path = self.config.faults.path_as_type && place == 0;
                    let kind = if is_path { "../../outside" } else { kind.name() };
                    let mut file = json!({"type": kind, "url": url, "count": count});
                    if let Some(short) = self.config.sizes_short_by {
                        let size = files::whole(&self.job.selection, content).len() as u64;
                        file["fileSize"] = json!(size.saturating_sub(short));
                    }
                    output.push(file);
                }
                Content::Deleted => deleted.push(json!({"type": "Bundle", "url": url, "count": 1})),
                // The count of what could not be exported, not of lines, as one reference server writes it.
                Content::Warnings => errors.push(json!({"type": "OperationOutcome", "url": url, "count": 100})),
            }
        }
        let bulk = self.config;
        let needs_token = bulk.says_token.unwrap_or(bulk.requires_token && bulk.files_need_token);
        let mut body = json!({
            "transactionTime": self.job.created, "requiresAccessToken": needs_token, "output": output,
        });
        let request = format!("{}/$export", self.base);
        if bulk.generation == BulkGeneration::V4 {
            body["manifestType"] = json!("bulk-export");
            body["outputFormat"] = json!("application/fhir+ndjson");
            body["outcome"] = errors.into();
            body["extension"] = json!([]);
        } else {
            body["request"] = json!(request);
            body["error"] = errors.into();
        }
        if bulk.generation >= BulkGeneration::V2 {
            body["deleted"] = deleted.into();
        }
        if has_next {
            let url = format!("{}/jobs/{}?page={}", self.base, self.id, page + 1);
            body["link"] = json!([{"relation": "next", "url": url}]);
        }
        body
    }

    /// The address of a file; one that ends carries the time until which it lives.
    fn link(&self, content: Content, place: usize) -> String {
        let prefix = super::PREFIX;
        let base = self.config.files_base.as_ref().map_or_else(|| self.base.clone(), |base| format!("{base}{prefix}"));
        let name = file_name(content, place);
        let until = self.config.links_live.and_then(|life| self.now.checked_add(life).ok());
        let until = until.map_or_else(String::new, |until| format!("?until={}", until.as_millisecond()));
        format!("{base}/jobs/{}/files/{name}{until}", self.id)
    }
}
