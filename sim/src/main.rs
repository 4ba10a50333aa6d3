//! The command behind `cargo xtask sim`: runs seeds, counts, and names the first broken promise.

use anyhow::{Context, Result, bail};
use clap::Parser;
use oxgate_sim::{Mutation, Report, run};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Simulates the gateway under many seeds.
#[derive(Debug, Parser)]
struct Cli {
    /// How many seeds to run.
    #[arg(long, default_value_t = 50)]
    seeds: u64,
    /// Only this seed, with its trace.
    #[arg(long)]
    seed: Option<u64>,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// A deliberate bug to build in, which must be found.
    #[arg(long)]
    mutation: Option<String>,
    /// Run each seed twice and compare the traces.
    #[arg(long)]
    twice: bool,
}

fn main() -> ExitCode {
    match simulate(&Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("sim: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn simulate(cli: &Cli) -> Result<bool> {
    let mutation = match &cli.mutation {
        Some(name) => Some(Mutation::from_name(name).with_context(|| format!("there is no mutation `{name}`"))?),
        None => None,
    };
    let seeds = match cli.seed {
        Some(seed) => seed..seed + 1,
        None => cli.from..cli.from + cli.seeds,
    };
    let next = AtomicU64::new(seeds.start);
    let all = Mutex::new(All::default());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let done = one(cli, seed, mutation);
                    let found = !matches!(&done, Ok(report) if report.broken.is_none());
                    all.lock().unwrap_or_else(std::sync::PoisonError::into_inner).add(seed, done);
                    if found {
                        // What was begun is finished; nothing new begins.
                        next.store(seeds.end, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let all = all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    all.tell(cli)
}

/// One seed, and once more if the two are to be compared.
fn one(cli: &Cli, seed: u64, mutation: Option<Mutation>) -> Result<Report> {
    let keep = cli.seed.is_some();
    let first = run(seed, mutation, keep)?;
    if cli.twice && first.broken.is_none() {
        let second = run(seed, mutation, keep)?;
        if first.hash != second.hash {
            let place = first.lines.iter().zip(&second.lines).position(|(one, two)| one != two);
            let lines = place.map(|at| format!(": line {at}: {:?} and {:?}", first.lines[at], second.lines[at]));
            bail!("two runs of one seed differ{}", lines.unwrap_or_default());
        }
    }
    Ok(first)
}

/// What all seeds came to.
#[derive(Default)]
struct All {
    seeds: u64,
    counts: BTreeMap<&'static str, u64>,
    /// The failing seed with the smallest number, and how it failed.
    failed: Option<(u64, String, Vec<String>)>,
}

impl All {
    fn add(&mut self, seed: u64, done: Result<Report>) {
        self.seeds += 1;
        let failure = match done {
            Ok(report) => {
                for (kind, count) in &report.counts {
                    *self.counts.entry(kind).or_default() += count;
                }
                let keep = report.lines;
                match report.broken {
                    Some((guarantee, how)) => Some((format!("{guarantee}: {how}"), keep)),
                    None if keep.is_empty() => None,
                    None => {
                        print(&keep);
                        None
                    }
                }
            }
            Err(error) => Some((format!("the simulation itself: {error:#}"), Vec::new())),
        };
        if let Some((how, lines)) = failure
            && self.failed.as_ref().is_none_or(|(known, ..)| seed < *known)
        {
            self.failed = Some((seed, how, lines));
        }
    }

    fn tell(&self, cli: &Cli) -> Result<bool> {
        let mut out = std::io::stdout();
        if let Some((seed, how, lines)) = &self.failed {
            print(lines);
            let mutation = cli.mutation.as_ref().map(|name| format!(" --mutation {name}")).unwrap_or_default();
            writeln!(out, "seed {seed} breaks {how}")?;
            writeln!(out, "repeat it with: cargo xtask sim --seed {seed}{mutation}")?;
        }
        let count = |kind| self.counts.get(kind).copied().unwrap_or(0);
        writeln!(
            out,
            "sim: {} seeds, {} failed; {} lives, {} groups, {} attempts, {} acts of the operator, {} calamities",
            self.seeds,
            u8::from(self.failed.is_some()),
            count("life"),
            count("group"),
            count("attempt"),
            count("operator"),
            count("calamity"),
        )?;
        Ok(self.failed.is_none())
    }
}

fn print(lines: &[String]) {
    let mut error = std::io::stderr();
    for line in lines {
        // Nobody reads a closed pipe.
        let _closed = writeln!(error, "{line}");
    }
}
