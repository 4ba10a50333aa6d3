//! One life of the gateway: the production code, put together as the binary does it, from its start to its death.

use crate::chance::Chance;
use crate::checks;
use crate::disk;
use crate::peers::{Peer, Watched};
use crate::redox::Redox;
use crate::scenario::Crash;
use crate::wire::Wire;
use crate::world::World;
use anyhow::{Context, Result};
use oxgate_core::Clock;
use oxgate_core::expectation::Rule;
use oxgate_core::filter::Filter;
use oxgate_core::lane::LaneBy;
use oxgate_core::order::OrderBy;
use oxgate_dispatch::{
    BytesBudget, ClockTimer, Handle, Observer, QuotaGate, QuotaRules, Runner, TargetSpec, Timer, Wired,
};
use oxgate_inbound::{CannotHandle, Counts, Endpoint, Inbound, Partner, Plan, Route, RouteKind};
use oxgate_outbound::plan::{Account, Destination, Source};
use oxgate_outbound::send::RedoxTarget;
use oxgate_outbound::{Outbound, Roads};
use oxgate_store::command::{Command, Outcome};
use oxgate_store::{Kek, Settings, Stepper, Store};
use redox_emulator::directory::fixture;
use secrecy::SecretString;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The handlers by name.
pub(crate) const APP: &str = "app";
pub(crate) const AUDIT: &str = "audit";
pub(crate) const WATCH: &str = "watch";
pub(crate) const REDOX: &str = "redox";

/// A living gateway.
pub(crate) struct Life {
    pub(crate) store: Store,
    pub(crate) router: axum::Router,
    pub(crate) outbound: Arc<Outbound<Wire>>,
    pub(crate) handle: Handle,
    world: Arc<World>,
    redox: Arc<Redox>,
    quota: Arc<QuotaGate>,
    death: CancellationToken,
}

/// What keeps it alive.
pub(crate) struct Body {
    pub(crate) stepper: Stepper,
    runner: Runner,
}

impl Life {
    /// Starts a gateway on the files in `folder`.
    pub(crate) fn start(
        world: &Arc<World>,
        redox: &Arc<Redox>,
        folder: &Path,
        number: u64,
    ) -> Result<(Arc<Self>, Body)> {
        let clock: Arc<dyn Clock> = Arc::clone(&world.gateway_clock) as _;
        let timer: Arc<dyn Timer> = Arc::new(ClockTimer::new(Arc::clone(&clock)));
        let chance = |part| Arc::new(Chance::new(world.seed.wrapping_mul(31).wrapping_add(number), part));
        let settings = Settings {
            kek: Some(Kek { name: "sim".to_owned(), key: [3; 32] }),
            ops: vec![WATCH.to_owned()],
            faults: disk::faults(world),
            ..Settings::new(folder, [7; 32])
        };
        let slow = chance("reads");
        let pause: oxgate_store::Pause = Arc::new(move || {
            let long = slow.millis(0..3);
            Box::pin(async move {
                if !long.is_zero() {
                    tokio::time::sleep(long).await;
                }
            })
        });
        let (store, stepper) =
            Store::open_stepped(settings, Arc::clone(&clock), chance("store"), pause).context("opening the store")?;
        let death = CancellationToken::new();
        let quota = Arc::new(QuotaGate::new("sim", QuotaRules::default(), Arc::clone(&clock), Arc::clone(&timer)));
        let parts = oxgate_inbound::Parts {
            store: store.clone(),
            clock: Arc::clone(&clock),
            entropy: chance("inbound"),
            counts: Arc::new(Counts::default()),
            budget: BytesBudget::default(),
            sync_budget: oxgate_core::limits::SYNC_BUDGET,
        };
        let inbound = Arc::new(Inbound::new(parts, inbound_plan(world)).context("the plan of the road in")?);
        let wire = Arc::new(Wire::new(world, redox, death.clone()));
        let clients = HashMap::from([("main".to_owned(), wire)]);
        let roads = Roads { plan: Arc::new(outbound_plan(world)), clients };
        let outbound = Arc::new(Outbound::new(store.clone(), Arc::clone(&clock), roads));
        let (observed, watched, seen) = (Arc::clone(&outbound), Arc::clone(world), store.clone());
        let observer: Observer = Arc::new(move |changes| {
            observed.observe(changes);
            checks::changes(&watched, &seen, changes);
        });
        let targets = targets(world, redox, &store, &quota, &death);
        let runner = Runner::new(oxgate_dispatch::Parts {
            ledger: Arc::new(store.clone()),
            clock,
            timer,
            entropy: chance("dispatch"),
            bodies: BytesBudget::default(),
            targets,
            observers: vec![observer],
        })
        .with_window(world.scenario.window);
        let (router, handle) = (oxgate_inbound::router(inbound), runner.handle());
        let (world, redox) = (Arc::clone(world), Arc::clone(redox));
        let life = Self { store, router, outbound, handle, world, redox, quota, death };
        Ok((Arc::new(life), Body { stepper, runner }))
    }

    /// Lives until the crash comes, or the world ends. Whether it died.
    pub(crate) async fn live(self: &Arc<Self>, body: Body, crash: Option<Crash>) -> (bool, Stepper) {
        let Body { mut stepper, runner } = body;
        let (death, over) = (self.death.clone(), self.world.over.clone());
        let spawn = |what: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>| {
            let death = death.clone();
            tokio::spawn(async move {
                tokio::select! {
                    biased;
                    () = death.cancelled() => (),
                    () = what => (),
                }
            })
        };
        let tasks =
            [spawn(Box::pin(runner.run())), spawn(Box::pin(chores(self.store.clone(), Arc::clone(&self.world))))];
        let died = tokio::select! {
            biased;
            () = over.cancelled() => false,
            () = disk::write(&self.world, &mut stepper, crash) => true,
        };
        self.death.cancel();
        for task in tasks {
            // Cancelled, and by their own account or not no longer of interest.
            let _ended = task.await;
        }
        (died, stepper)
    }

    /// Does something inside the gateway's process; `None` when that dies over it.
    pub(crate) async fn within<T>(&self, what: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.death.cancelled() => None,
            done = what => Some(done),
        }
    }

    /// Puts the configuration in force that the world has now.
    pub(crate) async fn reload(&self) {
        let targets = targets(&self.world, &self.redox, &self.store, &self.quota, &self.death);
        self.handle.replace_targets(targets).await;
    }
}

/// The rules of a target.
pub(crate) fn spec(world: &World, name: &str) -> TargetSpec {
    match name {
        APP => TargetSpec {
            policy: world.scenario.app_policy,
            order_by: world.scenario.app_order,
            concurrency: 3,
            ..TargetSpec::handler(APP, "http")
        },
        REDOX => TargetSpec { order_by: world.scenario.redox_order, concurrency: 2, ..TargetSpec::redox(REDOX) },
        name => TargetSpec::handler(name, "http"),
    }
}

fn targets(
    world: &Arc<World>,
    redox: &Arc<Redox>,
    store: &Store,
    quota: &Arc<QuotaGate>,
    death: &CancellationToken,
) -> Vec<Wired> {
    let watched = |name, inner| Arc::new(Watched::new(world, store, death, name, inner));
    let handlers = [APP, AUDIT, WATCH].into_iter().filter(|name| *name != AUDIT || !world.is_unplugged());
    let mut targets: Vec<Wired> = handlers
        .map(|name| Wired::new(spec(world, name), watched(name, Arc::new(Peer::new(world, death, name)))))
        .collect();
    let wire = Arc::new(Wire::new(world, redox, death.clone()));
    let target = RedoxTarget::new(wire, store.clone());
    let sender = watched(REDOX, Arc::new(target));
    targets.push(Wired { quota: Some(Arc::clone(quota)), ..Wired::new(spec(world, REDOX), sender) });
    targets
}

fn inbound_plan(world: &World) -> Plan {
    let route = |target: &str, order_by| Route {
        target: target.to_owned(),
        // What the calendar says is nobody's business here: it stays unrouted.
        filter: Filter {
            events: ["PatientAdmin", "Results", "Order"].map(str::to_owned).to_vec(),
            ..Filter::default()
        },
        lane_by: LaneBy::INBOUND.to_vec(),
        order_by,
        kind: RouteKind::Handler,
    };
    Plan {
        endpoints: vec![Endpoint {
            name: "main".to_owned(),
            tokens: vec![SecretString::from(fixture::VERIFICATION_TOKEN)],
            cannot_handle: CannotHandle::Keep,
            rules: Vec::new(),
            silent_after: None,
            body_bytes_max: 1024 * 1024,
        }],
        routes: vec![route(APP, world.scenario.app_order), route(AUDIT, OrderBy::All)],
        partners: vec![Partner {
            name: "memorial".to_owned(),
            sources: vec![fixture::EHR_SOURCE.to_owned()],
            destinations: vec![fixture::EHR_DESTINATION.to_owned()],
            facilities: Vec::new(),
        }],
        rules: Rule::built_in(),
        ..Plan::default()
    }
}

fn outbound_plan(world: &World) -> oxgate_outbound::plan::Plan {
    let account = Arc::new(Account { name: "main".to_owned(), target: REDOX.to_owned() });
    let destination = |name: &str, id: &str| Destination {
        name: name.to_owned(),
        id: id.to_owned(),
        accepts: Vec::new(),
        subscribed: Vec::new(),
        requires: Vec::new(),
        partner: Some("memorial".to_owned()),
        fhir: None,
    };
    oxgate_outbound::plan::Plan {
        sources: vec![Source { name: "App".to_owned(), id: fixture::APPLICATION_SOURCE.to_owned(), account }],
        destinations: vec![
            destination("EHR", fixture::EHR_DESTINATION),
            destination("Archive", fixture::ARCHIVE_DESTINATION),
        ],
        order_by: world.scenario.redox_order,
        ..oxgate_outbound::plan::Plan::default()
    }
}

/// What the binary does now and then: late answers and retention.
async fn chores(store: Store, world: Arc<World>) {
    loop {
        tokio::time::sleep(Duration::from_secs(10)).await;
        if let Ok(Some(due)) = store.next_late().await
            && due <= world.gateway_clock.now()
        {
            // Refused now, it is asked again.
            let _again = store.command(Command::Late).await;
        }
        if world.chance.thousandth(20) {
            while let Ok(Outcome::Rows(1..)) = store.command(Command::Sweep { rows: 64 }).await {}
        }
    }
}
