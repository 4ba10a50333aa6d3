//! How the bulk server behaves, and what goes wrong on purpose.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// The generation of the guide that the server follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum BulkGeneration {
    /// 1.0: GET only.
    #[serde(rename = "1.0")]
    V1,
    /// 2.0: POST, `deleted`.
    #[default]
    #[serde(rename = "2.0")]
    V2,
    /// 3.0: partial manifests.
    #[serde(rename = "3.0")]
    V3,
    /// 4.0 as balloted: POST only, `outcome`.
    #[serde(rename = "4.0")]
    V4,
}

/// The bulk server. Durations that it waits are scaled by `time_scale`; the life of links is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of a test peer")]
pub struct BulkConfig {
    /// How many patients there are; each has 2 encounters and 4 observations.
    pub patients: u64,
    /// Most resources in one file.
    pub lines_per_file: u64,
    /// How long a job takes.
    pub job_time: SignedDuration,
    /// `Retry-After` of a running job, as it is sent; null leaves it out.
    pub retry_after: Option<String>,
    /// Kick-off, status and files need a token.
    pub requires_token: bool,
    /// Files need it too; otherwise they refuse it.
    pub files_need_token: bool,
    /// What the manifest says about it instead of the truth.
    pub says_token: Option<bool>,
    /// The generation of the guide.
    pub generation: BulkGeneration,
    /// The levels that the `CapabilityStatement` names: `system`, `patient`, `group`.
    pub levels: Vec<String>,
    /// Files on a page of the manifest, for clients that allow partial manifests.
    pub files_per_page: Option<usize>,
    /// How long links to files live after the manifest that names them was read.
    pub links_live: Option<SignedDuration>,
    /// Files are compressed for clients that take that.
    pub gzip: bool,
    /// The rest of a file may be asked for.
    pub ranges: bool,
    /// Files are made once and kept in memory, for measuring clients; then nothing else goes wrong with them either.
    pub keep_files: bool,
    /// Manifests announce the size of each file (version 4), too small by so many bytes.
    pub sizes_short_by: Option<u64>,
    /// A second kick-off is refused while a job runs or is not deleted.
    pub one_job: bool,
    /// There is an error file of warnings.
    pub error_file: bool,
    /// Another base for the addresses of files, such as the same server under another name.
    pub files_base: Option<String>,
    /// What goes wrong. A PATCH replaces all of it.
    pub faults: BulkFaults,
}

impl Default for BulkConfig {
    fn default() -> Self {
        Self {
            patients: 100,
            lines_per_file: 100,
            job_time: SignedDuration::from_secs(2),
            retry_after: Some("1".to_owned()),
            requires_token: false,
            files_need_token: true,
            says_token: None,
            generation: BulkGeneration::default(),
            levels: ["system", "patient", "group"].map(str::to_owned).to_vec(),
            files_per_page: None,
            links_live: None,
            gzip: true,
            ranges: false,
            keep_files: false,
            sizes_short_by: None,
            one_job: false,
            error_file: false,
            files_base: None,
            faults: BulkFaults::default(),
        }
    }
}

/// Faults. Numbers count down, one for each time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of a test peer")]
pub struct BulkFaults {
    /// Kick-offs answered 429.
    pub busy_kick_offs: u32,
    /// Status requests answered 429.
    pub busy_polls: u32,
    /// Status requests answered 503.
    pub failing_polls: u32,
    /// Every job fails with 500 and an `OperationOutcome`.
    pub failing_jobs: bool,
    /// The manifest is not JSON.
    pub garbled_manifest: bool,
    /// The type of the first file is a path.
    pub path_as_type: bool,
    /// Requests for files answered 429.
    pub busy_files: u32,
    /// Requests for files answered 500.
    pub failing_files: u32,
    /// Requests for files before which every token ends.
    pub expired_tokens: u32,
    /// Files whose connection breaks in the middle.
    pub broken_files: u32,
    /// Files that end early although HTTP says they are whole: the last line is cut.
    pub cut_files: u32,
    /// Files that lack their last line.
    pub short_files: u32,
    /// Files with a line that is not JSON.
    pub garbled_files: u32,
    /// Files with a resource of another type.
    pub mixed_files: u32,
    /// Counts in manifests are one too high.
    pub wrong_counts: bool,
    /// `Retry-After` of refusals, as it is sent.
    pub retry_after: Option<String>,
}
