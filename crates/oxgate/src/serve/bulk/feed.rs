//! The resources of a run as events: line by line, each once, as fast as the store takes them.
//!
//! Every resource is offered under its run, file and line, by which the store knows it again; a cursor that is written down
//! every so often keeps a restart from offering all of them again. So a kill at any moment costs a few repeated offers and
//! no event (guarantee G2). A file is removed once the last of its lines is durable.

use super::record::Run;
use super::{Job, Parts};
use bytes::Bytes;
use fhir_bulk::names::Section;
use fhir_bulk::receipt::ReceiptFile;
use futures_util::{StreamExt, stream};
use oxgate_core::EventId;
use oxgate_inbound::{NotTaken, Resource};
use serde::Deserialize;
use std::io;
use std::path::Path;
use std::time::Duration;
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};

/// Resources offered at once: enough to fill the writer's groups, few enough to leave it to others as well.
const AT_ONCE: usize = 32;
/// Lines between two writings of the cursor.
const CURSOR_EVERY: u64 = 500;
/// How long to wait when the store has no room.
const NO_ROOM: Duration = Duration::from_secs(1);

/// Why the feeding ended early.
pub(super) enum Fed {
    /// No handler takes it.
    Untaken(NotTaken),
    /// A file of the run cannot be read.
    File(io::Error),
}

impl From<io::Error> for Fed {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

/// Makes events of every resource that is not one yet.
pub(super) async fn all(job: &Job, parts: &Parts, run: &Run) -> Result<(), Fed> {
    let receipt = run.receipt()?;
    // What is wrong with the data is for people, not for handlers: error files stay.
    let files = receipt.files.iter().filter(|file| file.section != Section::Error);
    let record = { job.lock().run.as_ref().map(|run| run.record.clone()) };
    let mut from = record.and_then(|record| record.file.map(|file| (file, record.lines)));
    for entry in files {
        // Files are in the order of the lock file, so those before the cursor's are done with.
        let (skip, is_begun) = match &from {
            Some((name, lines)) if *name == entry.name => (*lines, true),
            Some(_) => continue,
            None => (0, false),
        };
        from = None;
        let path = run.dir.join(&entry.name);
        let opened = match File::open(&path).await {
            // Removed after its last line.
            Err(error) if error.kind() == io::ErrorKind::NotFound && is_begun => continue,
            opened => opened?,
        };
        one(job, parts, run, entry, opened, skip).await?;
        remove(&path).await?;
    }
    Ok(())
}

async fn one(job: &Job, parts: &Parts, run: &Run, entry: &ReceiptFile, file: File, skip: u64) -> Result<(), Fed> {
    let lines = BufReader::with_capacity(256 * 1024, file).lines();
    let resources = stream::unfold((lines, 0_u64), |(mut lines, number)| async move {
        let line = next(&mut lines).await.transpose()?;
        Some((line.map(|line| (number + 1, line)), (lines, number + 1)))
    });
    let offered = resources
        .skip(usize::try_from(skip).unwrap_or(usize::MAX))
        .map(|line| async move {
            let (number, line) = line?;
            offer(job, parts, run, entry, number, line).await.map(|event| (number, event))
        })
        .buffered(AT_ONCE);
    tokio::pin!(offered);
    let (mut at, mut made) = (skip, 0);
    let mut ended = Ok(());
    while let Some(done) = offered.next().await {
        match done {
            Ok((number, event)) => {
                (at, made) = (number, made + u64::from(event.is_some()));
                if number % CURSOR_EVERY == 0 {
                    note(job, entry, at, &mut made);
                }
            }
            Err(error) => {
                ended = Err(error);
                break;
            }
        }
    }
    note(job, entry, at, &mut made);
    ended
}

/// Offers one line until it is durable; `None` for a blank one.
async fn offer(
    job: &Job,
    parts: &Parts,
    run: &Run,
    entry: &ReceiptFile,
    number: u64,
    line: String,
) -> Result<Option<EventId>, Fed> {
    let text = line.trim().trim_start_matches('\u{feff}');
    if text.is_empty() {
        return Ok(None);
    }
    let kind = match &entry.kind {
        Some(kind) => kind.to_string(),
        None => kind_of(text)?,
    };
    let place = format!("{}/{}/{number}", run.record.id, entry.name);
    let body = Bytes::copy_from_slice(text.as_bytes());
    drop(line);
    let _held = parts.bodies.take(body.len() as u64).await;
    let resource = Resource { door: job.spec.name.clone(), kind, place, body };
    loop {
        match parts.inbound.resource(resource.clone()).await {
            Ok(event) => return Ok(Some(event)),
            Err(NotTaken::Refused(refused)) => {
                tracing::debug!(export = job.spec.name, %refused, "the store has no room; the export waits");
                parts.timer.until(parts.clock.now().plus(NO_ROOM)).await;
            }
            Err(untaken) => return Err(Fed::Untaken(untaken)),
        }
    }
}

async fn next(lines: &mut Lines<BufReader<File>>) -> Result<Option<String>, Fed> {
    lines.next_line().await.map_err(Fed::File)
}

/// The type of a resource in a file of several.
fn kind_of(text: &str) -> Result<String, Fed> {
    #[derive(Deserialize)]
    struct Head {
        #[serde(rename = "resourceType")]
        kind: String,
    }
    serde_json::from_str::<Head>(text).map(|head| head.kind).map_err(|error| Fed::File(io::Error::other(error)))
}

/// Moves the cursor; the events made since it last moved are counted with it.
fn note(job: &Job, entry: &ReceiptFile, lines: u64, made: &mut u64) {
    job.note(|record| {
        record.events += std::mem::take(made);
        (record.file, record.lines) = (Some(entry.name.clone()), lines);
    });
}

async fn remove(path: &Path) -> Result<(), Fed> {
    tokio::fs::remove_file(path).await.map_err(Fed::File)
}
