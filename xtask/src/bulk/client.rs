//! The two clients, each a process that is timed and whose memory is read from the kernel.
#![expect(clippy::disallowed_methods, reason = "a measurement takes the time")]

use anyhow::{Context, Result, ensure};
use std::fmt::Write;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Files at once, for both.
const PARALLEL: &str = "4";
/// Between two looks at the memory of a process; its high-water mark only grows, so the last look counts.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// What a download took.
pub(crate) struct Downloaded {
    pub(crate) files: usize,
    pub(crate) bytes: u64,
    pub(crate) seconds: f64,
    pub(crate) resident_kib: u64,
}

impl Downloaded {
    /// In MB/s.
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    pub(crate) fn rate(&self) -> f64 {
        self.bytes as f64 / self.seconds / 1e6
    }
}

/// `oxgate fhir export` as a person would call it.
pub(crate) struct Export<'a> {
    pub(crate) binary: &'a Path,
    pub(crate) base: &'a str,
    pub(crate) is_checked: bool,
}

impl Export<'_> {
    pub(crate) fn run(&self, out: &Path) -> Result<Downloaded> {
        let mut command = Command::new(self.binary);
        command.args(["fhir", "export", self.base, "--type", "Observation", "--parallel", PARALLEL, "-o"]).arg(out);
        if !self.is_checked {
            command.arg("--no-verify");
        }
        timed(command, out)
    }
}

/// `curl --parallel` of the same links.
pub(crate) fn curl(links: &[String], out: &Path) -> Result<Downloaded> {
    std::fs::create_dir_all(out).context("a folder for curl")?;
    let mut config = String::new();
    for (number, link) in links.iter().enumerate() {
        writeln!(config, "url = \"{link}\"\noutput = \"{number}.ndjson\"").context("curl's list")?;
    }
    let list = out.with_extension("list");
    std::fs::write(&list, config).context("writing curl's list")?;
    let mut command = Command::new("curl");
    command.args(["--silent", "--fail", "--parallel", "--parallel-immediate", "--parallel-max", PARALLEL, "--config"]);
    command.arg(&list).current_dir(out);
    timed(command, out)
}

/// Runs a client, counts what it left in the folder, and removes that.
fn timed(mut command: Command, out: &Path) -> Result<Downloaded> {
    let begin = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let (status, resident_kib) = watched(child.context("starting a client")?)?;
    let seconds = begin.elapsed().as_secs_f64();
    ensure!(status.success(), "a client ended with {status}");
    let (mut files, mut bytes) = (0, 0);
    for entry in std::fs::read_dir(out).context("looking at what came")? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().ends_with(".ndjson") {
            files += 1;
            bytes += entry.metadata()?.len();
        }
    }
    std::fs::remove_dir_all(out).context("removing what came")?;
    Ok(Downloaded { files, bytes, seconds, resident_kib })
}

/// Waits for a process; its end, and the most memory it had (`VmHWM`, `proc_pid_status(5)`) at the last look.
fn watched(mut child: Child) -> Result<(ExitStatus, u64)> {
    let status = format!("/proc/{}/status", child.id());
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let looks = std::thread::spawn(move || {
        let mut most = 0;
        loop {
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let now = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
            most = now.unwrap_or(0).max(most);
            if stopped.recv_timeout(LOOK_EVERY) != Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                return most;
            }
        }
    });
    let ended = child.wait().context("waiting for a client")?;
    drop(stop);
    let most = looks.join().ok().context("the look at the memory")?;
    Ok((ended, most))
}
