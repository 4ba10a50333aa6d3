//! `cargo xtask bulk`: how much memory `oxgate fhir export` takes for files of any size, and how fast it brings them beside curl.
//!
//! Server and client are processes of the release build. The first part exports files that the emulator makes while it sends
//! them, and reads the client's high-water mark from the kernel. The second part has the emulator keep its files in memory, so
//! that it is no bottleneck, and lets curl, the export without checks and the export with every check take turns at the very
//! same files.

mod client;
mod server;

use anyhow::{Context, Result, bail, ensure};
use client::{Export, curl};
use serde_json::json;
use server::Server;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Most resident memory of an export, in MiB.
const RESIDENT_MIB_MAX: u64 = 64;
/// Least rate without checks, as a share of curl's.
const PLAIN_MIN: f64 = 0.9;
/// Least rate with every check.
const CHECKED_MIN: f64 = 0.4;
/// Bytes of an observation as the emulator writes it, about.
const LINE_BYTES: u64 = 256;
/// Observations of one patient.
const PER_PATIENT: u64 = 4;
/// Files of the second part.
const FILES: u64 = 8;
/// Files of the first part: as many as are downloaded at once.
const LARGE_FILES: u64 = 4;

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Bulk {
    /// Size of the export whose memory is measured; 0 leaves it out.
    #[arg(long, value_name = "N", default_value_t = 2)]
    gigabytes: u64,
    /// Rounds of curl and both kinds of export; 0 leaves them out.
    #[arg(long, value_name = "N", default_value_t = 7)]
    rounds: u32,
    /// Size of the export of each round.
    #[arg(long, value_name = "MB", default_value_t = 512)]
    megabytes: u64,
    /// Where to put what is downloaded; a folder in memory measures without the disk.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Measures, prints, and fails if an aim is missed.
pub(crate) fn run(asked: &Bulk) -> Result<()> {
    let binary = release_build()?;
    let dir = asked.dir.clone().unwrap_or_else(std::env::temp_dir);
    let home = tempfile::Builder::new().prefix("oxgate-bulk-").tempdir_in(&dir).context("a folder for the files")?;
    let mut missed = Vec::new();
    if asked.gigabytes > 0 {
        missed.extend(memory(&binary, home.path(), asked.gigabytes * 1_000_000_000)?);
    }
    if asked.rounds > 0 {
        missed.extend(speed(&binary, home.path(), asked.rounds, asked.megabytes * 1_000_000)?);
    }
    if missed.is_empty() { Ok(()) } else { bail!("missed: {}", missed.join("; ")) }
}

fn memory(binary: &Path, home: &Path, bytes: u64) -> Result<Option<String>> {
    let lines = bytes / LINE_BYTES;
    let bulk = json!({
        "patients": lines / PER_PATIENT, "lines_per_file": lines.div_ceil(LARGE_FILES), "gzip": false, "job_time": "0s",
    });
    let server = Server::start(binary, home, &bulk)?;
    let done = Export { binary, base: &server.bulk_base, is_checked: true }.run(&home.join("memory"))?;
    let resident = done.resident_kib / 1024;
    say(&format!(
        "memory: {} files, {} MB made on the way in {:.1} s with every check; most resident memory {resident} MiB (aim: under {RESIDENT_MIB_MAX})",
        done.files,
        done.bytes / 1_000_000,
        done.seconds,
    ))?;
    Ok((resident >= RESIDENT_MIB_MAX).then(|| format!("{resident} MiB resident")))
}

fn speed(binary: &Path, home: &Path, rounds: u32, bytes: u64) -> Result<Vec<String>> {
    let lines = bytes / LINE_BYTES;
    let bulk = json!({
        "patients": lines / PER_PATIENT, "lines_per_file": lines.div_ceil(FILES), "gzip": false, "job_time": "0s",
        "keep_files": true,
    });
    let server = Server::start(binary, home, &bulk)?;
    let links = server.links()?;
    let folder = |name: &str| home.join(name);
    let export = |is_checked| Export { binary, base: &server.bulk_base, is_checked };
    // The first download has the emulator make its files.
    let whole = curl(&links, &folder("warm"))?.bytes;
    say(&format!("speed: {} files, {} MB, {rounds} rounds, in MB/s", links.len(), whole / 1_000_000))?;
    say("round      curl  no-verify  every check   ratio  ratio")?;
    let (mut plain, mut checked) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        // Who comes first changes from round to round: what one leaves behind should not always meet the same next one.
        let mut rates = [0.0_f64; 3];
        for turn in 0..3 {
            let who = (turn + round as usize) % 3;
            let done = match who {
                0 => curl(&links, &folder("curl"))?,
                who => export(who == 2).run(&folder("export"))?,
            };
            ensure!(done.bytes == whole, "{} bytes came where there should be {whole}", done.bytes);
            rates[who] = done.rate();
        }
        let [base, without, with] = rates;
        plain.push(without / base);
        checked.push(with / base);
        say(&format!("{round:5}  {base:8.0}  {without:9.0}  {with:11.0}  {:6.2} {:6.2}", without / base, with / base))?;
    }
    let mut missed = Vec::new();
    for (name, ratios, aim) in [("no-verify", &mut plain, PLAIN_MIN), ("every check", &mut checked, CHECKED_MIN)] {
        ratios.sort_by(f64::total_cmp);
        let median = ratios[ratios.len() / 2];
        let (least, most) = (ratios[0], ratios[ratios.len() - 1]);
        say(&format!("{name}: median {median:.2} of curl, {least:.2} to {most:.2} (aim: {aim} or more)"))?;
        if median < aim {
            missed.push(format!("{name} at {median:.2} of curl"));
        }
    }
    Ok(missed)
}

fn say(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}").context("printing")
}

fn release_build() -> Result<PathBuf> {
    let built =
        Command::new(env!("CARGO")).args(["build", "--release", "--quiet", "--locked", "--bin", "oxgate"]).status();
    ensure!(built.context("building the release")?.success(), "the release does not build");
    let target = std::env::current_exe().context("our own path")?;
    let target = target.ancestors().nth(2).context("the build's folder")?;
    Ok(target.join("release").join("oxgate"))
}
