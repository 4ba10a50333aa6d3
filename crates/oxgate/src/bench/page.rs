//! `docs/reference/performance.md`, written by the command that measured.

use super::Figures;
use super::figures::Spread;
use std::fmt::Write;

/// The page for these figures; `command` is what was typed.
pub(crate) fn page(figures: &[Figures], command: &str) -> String {
    let mut page = String::from(HEAD);
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let profile = if cfg!(debug_assertions) { "a debug build: no figure to quote" } else { "a release build" };
    // Writing into a string cannot fail.
    let _ = write!(page, "\nMeasured with `{command}` on {cores} cores, {profile}.\n\n");
    page.push_str(TABLE);
    for of in figures {
        let kind = match (of.distinct, of.delivers) {
            (true, false) => "new, application down",
            (true, true) => "new, delivered meanwhile",
            (false, _) => "redeliveries",
        };
        let _ = writeln!(
            page,
            "| {} | {kind} | {:.0} | {} | {} | {} | {} | {} | {} | {} | {} | {:.0} | {:.1} |",
            of.connections,
            of.events_per_s.median(),
            of.p50_us,
            of.p90_us,
            of.p99_us,
            of.max_us,
            spread(&of.ratio_to_floor),
            spread(&of.ratio_to_append),
            spread(&of.ratio_to_noop),
            of.floor_p50_us,
            of.fdatasync_p50_us,
            of.events_per_sync,
        );
    }
    page
}

/// `0.52 (0.48–0.55)`
fn spread(of: &Spread) -> String {
    format!("{:.2} ({:.2}–{:.2})", of.median(), of.least(), of.most())
}

const HEAD: &str = "\
# How fast the gateway receives

Written by `oxgate bench receive --write`; measure your own machine with the same command, with `--dir` on the disk that the store will be on.

A figure per second says more about a disk and a processor than about a program. So the gateway is compared with *floors*: the same HTTP stack,
in the same process with the same load generator, that does less.

- **Floor** (overwrite): a file of zeros, written over in place, one `fdatasync` for all bodies that queued up meanwhile. No store that keeps its word can be faster.
- **Append**: the same into a growing file.
- **No-op**: answers at once.

Everybody takes turns in each round. A ratio is taken within a round; the table has the median of the rounds, with the least and the most in parentheses.
The load sends `PatientAdmin.Arrival` of invented patients, about 4.4 KB each, over connections that stay open; each posts its next message when the last one was answered.
Load, gateway and floors share the machine's cores.
";

const TABLE: &str = "\
| connections | messages | events/s | p50 µs | p90 µs | p99 µs | longest µs | to the floor | to append | to no-op | floor p50 µs | fdatasync p50 µs | events per sync |
|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
";
