//! The world around the gateway: the clocks, the calamities in force, the gateway that lives at the moment.

use crate::chance::Chance;
use crate::clock::WorldClock;
use crate::configuration::{Change, Configuration};
use crate::life::Life;
use crate::scenario::Scenario;
use crate::witness::Witness;
use oxgate_core::Clock;
use oxgate_store::faults::Mutation;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Stands in everything that only the body store may hold.
pub(crate) const MARK: &str = "PHIMARK";

/// Everything that outlives the gateway.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) scenario: Scenario,
    pub(crate) mutation: Option<Mutation>,
    /// The true time.
    pub(crate) clock: Arc<WorldClock>,
    /// The time as the gateway's machine has it.
    pub(crate) gateway_clock: Arc<WorldClock>,
    pub(crate) chance: Chance,
    /// Set at the first broken promise: there is nothing more to learn.
    pub(crate) over: CancellationToken,
    app_down: AtomicBool,
    redox_down: AtomicBool,
    disk_low: AtomicBool,
    unplugged: AtomicBool,
    healed: AtomicBool,
    life: Mutex<Option<Arc<Life>>>,
    /// Each with the last event that was accepted before it; the last one is in force.
    configurations: Mutex<Vec<(u64, Arc<Configuration>)>>,
    witness: Mutex<Witness>,
}

impl World {
    /// The world of a seed, before anything happens. Call it inside the runtime.
    pub(crate) fn new(seed: u64, mutation: Option<Mutation>, keep_trace: bool) -> Arc<Self> {
        let scenario = Scenario::of(seed);
        let configuration = Arc::new(Configuration::of(&scenario));
        Arc::new(Self {
            seed,
            scenario,
            mutation,
            clock: Arc::new(WorldClock::new()),
            gateway_clock: Arc::new(WorldClock::new()),
            chance: Chance::new(seed, "world"),
            over: CancellationToken::new(),
            app_down: AtomicBool::new(false),
            redox_down: AtomicBool::new(false),
            disk_low: AtomicBool::new(false),
            unplugged: AtomicBool::new(false),
            healed: AtomicBool::new(false),
            life: Mutex::default(),
            configurations: Mutex::new(vec![(0, configuration)]),
            witness: Mutex::new(Witness::new(keep_trace)),
        })
    }

    /// What has been seen so far.
    pub(crate) fn witness(&self) -> MutexGuard<'_, Witness> {
        self.witness.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something happened.
    pub(crate) fn note(&self, kind: &'static str, what: std::fmt::Arguments<'_>) {
        self.witness().trace.note(self.clock.elapsed(), kind, what);
    }

    /// A promise is broken. The first one counts.
    pub(crate) fn broken(&self, guarantee: &'static str, what: &str) {
        self.note("BROKEN", format_args!("{guarantee}: {what}"));
        let mut witness = self.witness();
        if witness.broken.is_none() {
            witness.broken = Some((guarantee, what.to_owned()));
        }
        self.over.cancel();
    }

    /// What is configured at the moment.
    pub(crate) fn configuration(&self) -> Arc<Configuration> {
        self.configuration_at(u64::MAX)
    }

    /// What was configured when the event with this number was accepted.
    pub(crate) fn configuration_at(&self, event: u64) -> Arc<Configuration> {
        let all = self.configurations.lock().unwrap_or_else(PoisonError::into_inner);
        let before = all.iter().rposition(|(last, _)| *last < event).unwrap_or(0);
        Arc::clone(&all[before].1)
    }

    /// Changes the configuration after the event with this number.
    pub(crate) fn configure(&self, last: u64, change: Change) {
        let new = Arc::new(self.configuration().with(change));
        self.note("configure", format_args!("{change:?} after {last}"));
        self.configurations.lock().unwrap_or_else(PoisonError::into_inner).push((last, new));
    }

    /// The gateway that lives, if one does.
    pub(crate) fn living(&self) -> Option<Arc<Life>> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_living(&self, life: Option<Arc<Life>>) {
        *self.life.lock().unwrap_or_else(PoisonError::into_inner) = life;
    }

    pub(crate) fn app_is_down(&self) -> bool {
        self.app_down.load(Ordering::Relaxed)
    }

    pub(crate) fn redox_is_down(&self) -> bool {
        self.redox_down.load(Ordering::Relaxed)
    }

    pub(crate) fn disk_is_low(&self) -> bool {
        self.disk_low.load(Ordering::Relaxed)
    }

    pub(crate) fn is_unplugged(&self) -> bool {
        self.unplugged.load(Ordering::Relaxed)
    }

    /// Whether the calamities are over.
    pub(crate) fn is_healed(&self) -> bool {
        self.healed.load(Ordering::Relaxed)
    }

    /// Whether a misfortune strikes that is so likely in a thousand; none does any more once the world is healed.
    pub(crate) fn strikes(&self, likely: u64) -> bool {
        !self.is_healed() && self.chance.thousandth(likely)
    }

    /// Lets the scenario's calamities come and go, then heals the world.
    pub(crate) async fn calamities(self: Arc<Self>) {
        let scenario = &self.scenario;
        let mut acts: Vec<(Duration, Act)> = Vec::new();
        let mut span = |(at, long): (Duration, Duration), what: fn(&Self) -> &AtomicBool, name: &'static str| {
            acts.push((at, Act::Set(what, true, name)));
            acts.push((at + long, Act::Set(what, false, name)));
        };
        scenario.app_outages.iter().for_each(|one| span(*one, |world| &world.app_down, "app-down"));
        scenario.redox_outages.iter().for_each(|one| span(*one, |world| &world.redox_down, "redox-down"));
        scenario.disk_low.iter().for_each(|one| span(*one, |world| &world.disk_low, "disk-low"));
        scenario.unplugged.iter().for_each(|one| span(*one, |world| &world.unplugged, "unplugged"));
        acts.extend(scenario.clock_jumps.iter().map(|(at, by)| (*at, Act::Jump(*by))));
        acts.sort_by_key(|(at, _)| *at);
        for (at, act) in acts {
            tokio::time::sleep(at.saturating_sub(self.clock.elapsed())).await;
            self.act(act).await;
        }
        tokio::time::sleep(crate::scenario::ACTIVE.saturating_sub(self.clock.elapsed())).await;
        for switch in [&self.app_down, &self.redox_down, &self.disk_low, &self.unplugged] {
            switch.store(false, Ordering::Relaxed);
        }
        self.healed.store(true, Ordering::Relaxed);
        self.note("healed", format_args!("nothing fails any more"));
        self.replug().await;
    }

    async fn act(&self, act: Act) {
        match act {
            Act::Set(which, on, name) => {
                which(self).store(on, Ordering::Relaxed);
                self.note("calamity", format_args!("{name} {on}"));
                if name == "unplugged" {
                    self.replug().await;
                }
            }
            Act::Jump(by) => {
                self.gateway_clock.jump(by);
                self.note("calamity", format_args!("clock {by} ms, now {}", self.gateway_clock.now()));
            }
        }
    }

    async fn replug(&self) {
        if let Some(life) = self.living() {
            life.within(life.reload()).await;
        }
    }
}

enum Act {
    Set(fn(&World) -> &AtomicBool, bool, &'static str),
    Jump(i64),
}
