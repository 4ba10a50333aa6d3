//! The command behind `cargo xtask sim`: runs seeds, counts, and names the first broken promise.

use anyhow::{Context, Result, bail};
use clap::Parser;
use oxgate_sim::{Mutation, Report, run};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Seeds that are run unless said otherwise.
const USUAL: u64 = 50;

/// Seeds within which a deliberate bug must be found.
const TO_FIND: u64 = 2_000;

/// Simulates the gateway under many seeds.
#[derive(Debug, Parser)]
struct Cli {
    /// How many seeds to run: 50 unless said otherwise, up to 2,000 until a deliberate bug is found.
    #[arg(long)]
    seeds: Option<u64>,
    /// Only this seed, with its trace.
    #[arg(long)]
    seed: Option<u64>,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// A deliberate bug to build in, which must be found.
    #[arg(long)]
    mutation: Option<String>,
    /// Each deliberate bug in turn, and after how many seeds it is found.
    #[arg(long, conflicts_with_all = ["mutation", "seed"])]
    mutations: bool,
    /// Run each seed twice and compare the traces.
    #[arg(long)]
    twice: bool,
    /// Go on after a failing seed, and list them all.
    #[arg(long)]
    keep_going: bool,
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
    if cli.mutations {
        return each_mutation(cli);
    }
    let mutation = match &cli.mutation {
        Some(name) => Some(Mutation::from_name(name).with_context(|| format!("there is no mutation `{name}`"))?),
        None => None,
    };
    seeds(cli, mutation).tell(cli)
}

/// Runs every deliberate bug until it is found; whether each is, and by its own name.
fn each_mutation(cli: &Cli) -> Result<bool> {
    let mut out = std::io::stdout();
    let mut good = true;
    for mutation in Mutation::ALL {
        let all = seeds(cli, Some(mutation));
        let (guarantee, name) = (mutation.name()[..2].to_uppercase(), mutation.name());
        if let Some((seed, (how, _))) = all.failed.first_key_value() {
            good &= how.starts_with(&guarantee);
            writeln!(out, "{name}: found after {} seeds; seed {seed} breaks {how}", seed + 1 - cli.from)?;
        } else {
            good = false;
            writeln!(out, "{name}: not found in {} seeds", all.seeds)?;
        }
    }
    Ok(good)
}

/// Runs the seeds asked for, on as many threads as there are cores.
fn seeds(cli: &Cli, mutation: Option<Mutation>) -> All {
    let seeds = match cli.seed {
        Some(seed) => seed..seed + 1,
        None => cli.from..cli.from + cli.seeds.unwrap_or(if mutation.is_some() { TO_FIND } else { USUAL }),
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
                    if found && !cli.keep_going {
                        // What was begun is finished; nothing new begins.
                        next.store(seeds.end, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
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
    /// Failing seeds, how they failed, and their traces where they were kept.
    failed: BTreeMap<u64, (String, Vec<String>)>,
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
        self.failed.extend(failure.map(|found| (seed, found)));
    }

    fn tell(&self, cli: &Cli) -> Result<bool> {
        let mut out = std::io::stdout();
        for (seed, (how, lines)) in &self.failed {
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
            self.failed.len(),
            count("life"),
            count("group"),
            count("attempt"),
            count("operator"),
            count("calamity"),
        )?;
        Ok(self.failed.is_empty())
    }
}

fn print(lines: &[String]) {
    let mut error = std::io::stderr();
    for line in lines {
        // Nobody reads a closed pipe.
        let _closed = writeln!(error, "{line}");
    }
}
