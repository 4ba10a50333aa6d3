//! `oxgate fhir`: FHIR Bulk Data exports into a folder.

mod jobs;
mod last;
mod options;
mod progress;

use super::Shared;
use crate::exit::{Done, Failure};
use crate::output::{Format, json, print, table};
use clap::{Args, Subcommand};
use fhir_bulk::job::Phase;
use fhir_bulk::names::Section;
use fhir_bulk::{ExportError, Exporter, Fault, Report, Start};
use options::{Access, Behaviour, What};
use progress::Progress;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// FHIR Bulk Data.
#[derive(Debug, Subcommand)]
pub(crate) enum Fhir {
    /// Export from a server that speaks FHIR Bulk Data, into a folder.
    Export(Box<Export>),
    /// The exports that the running gateway carries out.
    #[command(subcommand)]
    Jobs(jobs::Jobs),
}

/// Export from a server that speaks FHIR Bulk Data, into a folder. It may be stopped at any time: `--resume` goes on.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The server's FHIR base, such as `https://fhir.example.org/r4`.
    #[arg(value_name = "BASE")]
    base: fhir_bulk::Url,
    /// Where the files go; made if it is not there.
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Go on with the export of this folder.
    #[arg(long, conflicts_with = "cancel")]
    resume: bool,
    /// Tell the server to drop the job of this folder.
    #[arg(long)]
    cancel: bool,
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    access: Access,
    #[command(flatten)]
    behaviour: Behaviour,
}

impl Fhir {
    pub(crate) async fn run(&self, shared: &Shared) -> Done {
        match self {
            Self::Export(export) => Box::pin(export.run(shared)).await,
            Self::Jobs(jobs) => jobs.run(shared).await,
        }
    }
}

impl Export {
    async fn run(&self, shared: &Shared) -> Done {
        let (dir, since) = self.place().await?;
        let watch = Arc::new(Progress::new());
        let exporter = self.exporter(Arc::clone(&watch))?;
        if self.cancel {
            let agreed = exporter.cancel(&dir).await.map_err(|error| failure(&error))?;
            let text = if agreed { "The server dropped the job." } else { "The server did not drop the job." };
            return match shared.format {
                Format::Json => json(&json!({"cancelled": true, "deleted": agreed})),
                Format::Text => print(text),
            };
        }
        let start = if self.resume { Start::Resume } else { Start::New(Box::new(self.what.export(since)?)) };
        let ended = tokio::select! {
            ended = Box::pin(exporter.run(&dir, start)) => ended.map_err(|error| failure(&error)),
            _ = tokio::signal::ctrl_c() => Err(Failure::failed("stopped")),
        };
        watch.clear();
        match ended {
            Ok(report) => show(shared, &dir, &report),
            Err(failure) => {
                self.hint(&dir).await;
                Err(failure)
            }
        }
    }

    /// Where the files of this run go, and from when on resources are wanted.
    async fn place(&self) -> Result<(PathBuf, Option<String>), Failure> {
        if !self.what.is_since_last() {
            return Ok((self.out.clone(), self.what.since.clone()));
        }
        let goes_on = self.resume || self.cancel;
        last::place(&self.out, goes_on).await.map(|last| (last.dir, Some(last.transaction_time)))
    }

    fn exporter(&self, watch: Arc<Progress>) -> Result<Exporter, Failure> {
        let setup = fhir_bulk::Setup {
            base: self.base.clone(),
            auth: self.access.auth(&self.base)?,
            trusted: self.access.trusted(),
            authorities: self.access.authorities()?,
            limits: self.behaviour.limits(),
            time: options::time(),
            watch,
        };
        Exporter::new(setup).map_err(Failure::failed)
    }

    /// What a person can do about an export that is not finished.
    async fn hint(&self, dir: &Path) {
        let Ok(Some(job)) = Exporter::look(dir).await else { return };
        let (base, dir) = (&self.base, self.out.display());
        let since = if self.what.is_since_last() { " --since last" } else { "" };
        if job.phase == Phase::Requested {
            eprintln!("Ask again for a job:      oxgate fhir export {base} -o {dir}{since} --resume");
        }
        if matches!(job.phase, Phase::Accepted | Phase::Complete) {
            eprintln!("The job is kept. Go on:   oxgate fhir export {base} -o {dir}{since} --resume");
            eprintln!("Or have it dropped:       oxgate fhir export {base} -o {dir}{since} --cancel");
        }
    }
}

/// The exit code of an error, and its text.
fn failure(error: &ExportError) -> Failure {
    match error.fault() {
        Fault::Local => Failure::failed(error),
        Fault::Usage => Failure::usage(error),
        Fault::Invalid => Failure::invalid(error),
        Fault::Peer => Failure::peer(error),
    }
}

/// What came: a line for each kind of file.
fn show(shared: &Shared, dir: &Path, report: &Report) -> Done {
    let receipt = &report.receipt;
    if shared.format == Format::Json {
        let mut shown = serde_json::to_value(receipt).map_err(|error| Failure::failed(error.to_string()))?;
        shown["dir"] = json!(dir);
        shown["jobDeleted"] = json!(report.deleted);
        return json(&shown);
    }
    let mut kinds: BTreeMap<(Section, String), (usize, u64, u64)> = BTreeMap::new();
    for file in &receipt.files {
        let kind = file.kind.as_ref().map_or_else(|| "mixed".to_owned(), ToString::to_string);
        let sums = kinds.entry((file.section, kind)).or_default();
        *sums = (sums.0 + 1, sums.1 + file.lines, sums.2 + file.bytes);
    }
    let rows: Vec<Vec<String>> = kinds
        .into_iter()
        .map(|((section, kind), (files, lines, bytes))| {
            let list = match section {
                Section::Output => "output",
                Section::Deleted => "deleted",
                Section::Error => "error",
            };
            let size = indicatif::HumanBytes(bytes).to_string();
            vec![list.to_owned(), kind, files.to_string(), lines.to_string(), size]
        })
        .collect();
    if !rows.is_empty() {
        print(&table(&["LIST", "TYPE", "FILES", "RESOURCES", "SIZE"], &rows))?;
    }
    if !receipt.severities.is_empty() {
        let list: Vec<String> = receipt.severities.iter().map(|(name, count)| format!("{count} {name}")).collect();
        print(&format!("The server reports issues: {}. They are in the error files.", list.join(", ")))?;
    }
    print(&format!("Everything is in {}, as of {}.", dir.display(), receipt.transaction_time))
}
