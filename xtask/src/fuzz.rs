//! `cargo xtask fuzz`: lets libFuzzer loose on the readers of bytes that strangers send.
//!
//! Works with the stable compiler: the coverage pass is asked of LLVM by name. There is no address sanitizer, which
//! would need nightly; the project's own code has no `unsafe` for it to watch.

use anyhow::{Context, Result, bail, ensure};
use std::path::Path;
use std::process::Command;

/// A target with the seeds it starts from and the words it may use, both below `fuzz/seeds`.
struct Target {
    name: &'static str,
    seeds: &'static str,
    words: Option<&'static str>,
}

const MESSAGES: (&str, Option<&str>) = ("message", Some("message.dict"));
const HL7: (&str, Option<&str>) = ("hl7", Some("hl7.dict"));

const TARGETS: [Target; 8] = [
    Target { name: "envelope", seeds: MESSAGES.0, words: MESSAGES.1 },
    Target { name: "typed", seeds: MESSAGES.0, words: MESSAGES.1 },
    Target { name: "validator", seeds: MESSAGES.0, words: MESSAGES.1 },
    Target { name: "reply", seeds: "reply", words: None },
    Target { name: "hl7", seeds: HL7.0, words: HL7.1 },
    Target { name: "mllp", seeds: "mllp", words: HL7.1 },
    Target { name: "hl7_escape", seeds: "hl7-escape", words: HL7.1 },
    Target { name: "hl7_mapping", seeds: HL7.0, words: HL7.1 },
];

/// What `cargo fuzz` passes with `--sanitizer none`, spelled for a compiler without unstable options.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing";

/// The longest input tried: long enough for every shape, short enough to try many.
const INPUT_BYTES_MAX: u32 = 4_096;

/// Builds the targets and runs each for so many seconds; a finding fails at once and stays in `fuzz/findings`.
pub(crate) fn run(root: &Path, seconds: u32, names: &[String]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| TARGETS.iter().all(|target| target.name != name.as_str())) {
        bail!("there is no target `{unknown}`; there are {}", TARGETS.map(|target| target.name).join(", "));
    }
    let folder = root.join("fuzz");
    let host = host()?;
    let built = cargo(&folder, "build", &host).arg("--bins").status().context("starting cargo")?;
    ensure!(built.success(), "the targets do not build ({built})");
    let chosen = |target: &&Target| names.is_empty() || names.iter().any(|name| name == target.name);
    for target in TARGETS.iter().filter(chosen) {
        fuzz(&folder, &host, target, seconds)?;
    }
    Ok(())
}

fn fuzz(folder: &Path, host: &str, target: &Target, seconds: u32) -> Result<()> {
    // What libFuzzer finds interesting is kept from run to run; the seeds stay as they were written.
    let corpus = folder.join("corpus").join(target.name);
    let findings = folder.join("findings");
    for made in [&corpus, &findings] {
        std::fs::create_dir_all(made).with_context(|| format!("making {}", made.display()))?;
    }
    let seeds = folder.join("seeds");
    let mut run = cargo(folder, "run", host);
    run.args(["--bin", target.name, "--"]).arg(&corpus).arg(seeds.join(target.seeds)).args([
        format!("-max_total_time={seconds}"),
        format!("-max_len={INPUT_BYTES_MAX}"),
        format!("-artifact_prefix={}/{}-", findings.display(), target.name),
        "-timeout=10".to_owned(),
        // The same inputs in the same order each time, as far as the time allows.
        "-seed=1".to_owned(),
        "-print_final_stats=1".to_owned(),
    ]);
    run.args(target.words.map(|words| format!("-dict={}", seeds.join(words).display())));
    eprintln!("fuzz: {} for {seconds} s", target.name);
    let status = run.status().context("starting the target")?;
    ensure!(status.success(), "{}: a finding ({status}); the input is in {}", target.name, findings.display());
    Ok(())
}

/// Cargo for the workspace of the targets. With a target triple the flags reach neither build scripts nor macros.
fn cargo(folder: &Path, command: &str, host: &str) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([command, "--quiet", "--release", "--locked", "--target", host]);
    cargo.current_dir(folder).env("RUSTFLAGS", FLAGS).env_remove("CARGO_ENCODED_RUSTFLAGS");
    cargo
}

/// The triple of this machine.
fn host() -> Result<String> {
    let output = Command::new("rustc").args(["--print", "host-tuple"]).output().context("asking rustc for its host")?;
    ensure!(output.status.success(), "rustc does not say its host ({})", output.status);
    Ok(String::from_utf8(output.stdout).context("the name of the host")?.trim().to_owned())
}
