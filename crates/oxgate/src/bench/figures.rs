//! From rounds to what is printed: medians over the rounds, ratios within each round.

use super::Plan;
use super::gateway::Counted;
use super::load::Run;
use serde_json::{Value, json};

/// One turn of everybody.
#[derive(Clone, Debug)]
pub(super) struct Round {
    pub(super) gateway: Run,
    pub(super) counted: Counted,
    pub(super) overwrite: Run,
    pub(super) append: Run,
    pub(super) noop: Run,
    pub(super) bare_sync_us: u32,
}

/// A figure of every round, sorted: the median, and how far the rounds lie apart.
#[derive(Clone, Debug)]
pub(crate) struct Spread(Vec<f64>);

impl Spread {
    fn of(rounds: &[Round], figure: impl Fn(&Round) -> f64) -> Self {
        let mut figures: Vec<f64> = rounds.iter().map(figure).collect();
        figures.sort_unstable_by(f64::total_cmp);
        Self(figures)
    }

    pub(crate) fn median(&self) -> f64 {
        self.0.get(self.0.len() / 2).copied().unwrap_or(0.0)
    }

    pub(crate) fn least(&self) -> f64 {
        self.0.first().copied().unwrap_or(0.0)
    }

    pub(crate) fn most(&self) -> f64 {
        self.0.last().copied().unwrap_or(0.0)
    }
}

/// What was measured with so many connections.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    pub(crate) connections: usize,
    pub(crate) body_bytes: usize,
    pub(crate) distinct: bool,
    pub(crate) delivers: bool,
    pub(crate) rounds: u32,
    /// Messages answered by the gateway, over all rounds.
    pub(crate) messages: usize,
    pub(crate) events_per_s: Spread,
    /// Of all the gateway's answers.
    pub(crate) p50_us: u32,
    pub(crate) p90_us: u32,
    pub(crate) p99_us: u32,
    pub(crate) max_us: u32,
    pub(crate) ratio_to_floor: Spread,
    pub(crate) ratio_to_append: Spread,
    pub(crate) ratio_to_noop: Spread,
    pub(crate) floor_per_s: Spread,
    pub(crate) append_per_s: Spread,
    pub(crate) noop_per_s: Spread,
    pub(crate) floor_p50_us: u32,
    pub(crate) fdatasync_p50_us: f64,
    /// Events that shared one sync, on average.
    pub(crate) events_per_sync: f64,
    pub(crate) duplicates: u64,
    pub(crate) backlog: u64,
}

impl Figures {
    pub(super) fn of(plan: &Plan, body_bytes: usize, rounds: &[Round]) -> Self {
        let took = all(rounds, |round| &round.gateway);
        let floor = all(rounds, |round| &round.overwrite);
        let sum = |figure: fn(&Counted) -> u64| rounds.iter().map(|round| figure(&round.counted)).sum::<u64>();
        Self {
            connections: plan.connections,
            body_bytes,
            distinct: plan.distinct,
            delivers: plan.delivers,
            rounds: plan.rounds,
            messages: took.len(),
            events_per_s: Spread::of(rounds, |round| round.gateway.rate()),
            p50_us: percentile(&took, 50),
            p90_us: percentile(&took, 90),
            p99_us: percentile(&took, 99),
            max_us: took.last().copied().unwrap_or(0),
            ratio_to_floor: Spread::of(rounds, |round| round.gateway.rate() / round.overwrite.rate()),
            ratio_to_append: Spread::of(rounds, |round| round.gateway.rate() / round.append.rate()),
            ratio_to_noop: Spread::of(rounds, |round| round.gateway.rate() / round.noop.rate()),
            floor_per_s: Spread::of(rounds, |round| round.overwrite.rate()),
            append_per_s: Spread::of(rounds, |round| round.append.rate()),
            noop_per_s: Spread::of(rounds, |round| round.noop.rate()),
            floor_p50_us: percentile(&floor, 50),
            fdatasync_p50_us: Spread::of(rounds, |round| f64::from(round.bare_sync_us)).median(),
            events_per_sync: quotient(sum(|counted| counted.events), sum(|counted| counted.groups)),
            duplicates: sum(|counted| counted.duplicates),
            backlog: rounds.last().map_or(0, |round| round.counted.backlog),
        }
    }

    /// One object; ratios are medians of the rounds, `spread` has the least and the most of each.
    pub(crate) fn json(&self) -> Value {
        let ends = |spread: &Spread| json!([round2(spread.least()), round2(spread.most())]);
        json!({
            "connections": self.connections,
            "body_bytes": self.body_bytes,
            "distinct": self.distinct,
            "delivers": self.delivers,
            "rounds": self.rounds,
            "messages": self.messages,
            "events_per_s": self.events_per_s.median().round(),
            "p50_us": self.p50_us,
            "p90_us": self.p90_us,
            "p99_us": self.p99_us,
            "max_us": self.max_us,
            "ratio_to_floor": round2(self.ratio_to_floor.median()),
            "ratio_to_append": round2(self.ratio_to_append.median()),
            "ratio_to_noop": round2(self.ratio_to_noop.median()),
            "spread": {
                "ratio_to_floor": ends(&self.ratio_to_floor),
                "ratio_to_append": ends(&self.ratio_to_append),
                "ratio_to_noop": ends(&self.ratio_to_noop),
            },
            "floor_per_s": self.floor_per_s.median().round(),
            "append_per_s": self.append_per_s.median().round(),
            "noop_per_s": self.noop_per_s.median().round(),
            "floor_p50_us": self.floor_p50_us,
            "fdatasync_p50_us": self.fdatasync_p50_us,
            "events_per_sync": round2(self.events_per_sync),
            "duplicates": self.duplicates,
            "backlog": self.backlog,
        })
    }
}

fn all(rounds: &[Round], run: impl Fn(&Round) -> &Run) -> Vec<u32> {
    let mut took: Vec<u32> = rounds.iter().flat_map(|round| run(round).took_us.iter().copied()).collect();
    took.sort_unstable();
    took
}

/// The value that so many per cent of the sorted values do not exceed.
fn percentile(sorted: &[u32], per_cent: usize) -> u32 {
    let rank = (sorted.len() * per_cent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few minutes")]
fn quotient(of: u64, by: u64) -> f64 {
    if by == 0 { 0.0 } else { of as f64 / by as f64 }
}

fn round2(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;
    use std::time::Duration;

    fn run(answers: u32) -> Run {
        Run { span: Duration::from_secs(1), took_us: (1..=answers).collect() }
    }

    fn round(gateway: u32, floor: u32) -> Round {
        let counted = Counted { events: u64::from(gateway), groups: 10, duplicates: 0, backlog: 0 };
        Round {
            gateway: run(gateway),
            counted,
            overwrite: run(floor),
            append: run(floor),
            noop: run(floor * 2),
            bare_sync_us: 300,
        }
    }

    #[test]
    fn a_ratio_is_taken_within_a_round_and_its_median_over_the_rounds() {
        let plan = Plan {
            connections: 1,
            span: Duration::from_secs(3),
            rounds: 3,
            distinct: true,
            delivers: false,
            folder: PathBuf::new(),
        };
        // A slow moment of the machine slows both: the ratios stay.
        let rounds = [round(100, 200), round(10, 20), round(60, 80)];
        let figures = Figures::of(&plan, 4_400, &rounds).json();
        assert_eq!(figures["ratio_to_floor"], 0.5);
        assert_eq!(figures["spread"]["ratio_to_floor"], json!([0.5, 0.75]));
        assert_eq!(figures["ratio_to_noop"], 0.25);
        assert_eq!((&figures["messages"], &figures["events_per_s"]), (&json!(170), &json!(60.0)));
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let sorted: Vec<u32> = (1..=200).collect();
        assert_eq!([50, 90, 99].map(|per_cent| percentile(&sorted, per_cent)), [100, 180, 198]);
        assert_eq!(percentile(&[7], 99), 7);
        assert_eq!(percentile(&[], 99), 0);
    }
}
