//! One life of the gateway: the production code, put together as the binary does it, from its start to its death.

use crate::books::Books;
use crate::bounds;
use crate::chance::Chance;
use crate::checks;
use crate::disk;
use crate::forward;
use crate::late;
use crate::peers::{Peer, Watched};
use crate::plans::{self, APP, AUDIT, COPIES, LATE, ORDERS, PULL, REDOX, WATCH};
use crate::redox::Redox;
use crate::scenario::Crash;
use crate::wire::Wire;
use crate::world::World;
use anyhow::{Context, Result};
use axum::body::Body as Bytes;
use http_body_util::BodyExt;
use oxgate_api::{ApiKeys, Export, ExportRefusal, Exports, Feed, Gateway, ReconcileFault, Reloaded, Requests, Routing};
use oxgate_core::Clock;
use oxgate_dispatch::{
    BoxFuture, BytesBudget, ClockTimer, Evidence, Handle, Observer, QuotaGate, QuotaRules, Runner, Timer, Wired,
};
use oxgate_inbound::{Beginning, Counts, Inbound, Inbox};
use oxgate_outbound::reconcile::Reconciler;
use oxgate_outbound::send::{RedoxTarget, backfill};
use oxgate_outbound::{Outbound, Roads};
use oxgate_store::command::{Command, Outcome};
use oxgate_store::{Kek, Settings, Stepper, Store};
use redox_emulator::directory::fixture;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// A living gateway.
pub(crate) struct Life {
    pub(crate) store: Store,
    /// The whole HTTP surface, as the owner of the data folder reaches it.
    pub(crate) router: axum::Router,
    pub(crate) outbound: Arc<Outbound<Wire>>,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) bodies: BytesBudget,
    world: Arc<World>,
    handle: Handle,
    roads: Way,
}

/// All that targets are made of.
#[derive(Clone)]
struct Way {
    world: Arc<World>,
    redox: Arc<Redox>,
    store: Store,
    clock: Arc<dyn Clock>,
    quota: Arc<QuotaGate>,
    inbound: Arc<Inbound>,
    outbound: Arc<Outbound<Wire>>,
    /// Where to look for sends in doubt: it remembers, and so outlives a change of targets.
    evidence: Option<Arc<dyn Evidence>>,
    death: CancellationToken,
}

/// How a life ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    Crash,
    Restart,
    /// There is nothing more to learn.
    World,
}

/// Before a start that failed is tried again.
const AGAIN: Duration = Duration::from_secs(1);

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
        let (store, stepper) = open(world, folder, &clock, &chance)?;
        let death = CancellationToken::new();
        let bodies = BytesBudget::new(world.scenario.bodies);
        let parts = oxgate_inbound::Parts {
            store: store.clone(),
            clock: Arc::clone(&clock),
            entropy: chance("inbound"),
            counts: Arc::new(Counts::default()),
            budget: bodies.clone(),
            sync_budget: oxgate_core::limits::SYNC_BUDGET,
        };
        let inbound = Arc::new(Inbound::new(parts, plans::inbound(world)).context("the plan of the road in")?);
        let clients = HashMap::from([("main".to_owned(), Arc::new(Wire::new(world, redox, death.clone())))]);
        let roads = Roads { plan: Arc::new(plans::outbound(world)), clients };
        let outbound = Arc::new(Outbound::new(store.clone(), Arc::clone(&clock), roads));
        let inbox = Inbox::new(store.clone(), Arc::clone(&clock), Arc::clone(&timer), chance("inbox"));
        let way = Way {
            world: Arc::clone(world),
            redox: Arc::clone(redox),
            store: store.clone(),
            quota: Arc::new(QuotaGate::new("sim", QuotaRules::default(), Arc::clone(&clock), Arc::clone(&timer))),
            clock,
            evidence: evidence(world, redox, &store, &death),
            inbound,
            outbound: Arc::clone(&outbound),
            death,
        };
        let inbox = Arc::new(inbox);
        let runner = way.runner(timer, &bodies, &inbox, chance("dispatch"));
        let gateway = way.gateway(&runner, &bodies, &inbox, folder, chance("api"))?;
        let life = Self {
            store,
            router: oxgate_api::local_router(gateway),
            outbound,
            inbox,
            bodies,
            world: Arc::clone(world),
            handle: runner.handle(),
            roads: way,
        };
        Ok((Arc::new(life), Body { stepper, runner }))
    }

    /// Lives until the crash comes, it is stopped at the time of a restart, or the world ends.
    pub(crate) async fn live(
        self: &Arc<Self>,
        body: Body,
        crash: Option<Crash>,
        restart: Option<Duration>,
    ) -> (End, Stepper) {
        let Body { mut stepper, runner } = body;
        let (death, over) = (self.roads.death.clone(), self.world.over.clone());
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
        let tasks = [
            spawn(Box::pin(runner.run())),
            spawn(Box::pin(chores(self.store.clone(), Arc::clone(&self.world)))),
            spawn(Box::pin(Arc::clone(self).open_doors())),
        ];
        let end = tokio::select! {
            biased;
            () = over.cancelled() => End::World,
            () = disk::write(&self.world, &mut stepper, crash) => End::Crash,
            () = until(&self.world, restart) => End::Restart,
        };
        death.cancel();
        for task in tasks {
            // Cancelled, and by their own account or not no longer of interest.
            let _ended = task.await;
        }
        (end, stepper)
    }

    /// Notes where a new handler begins, opens the doors, and gives it what was there before.
    async fn open_doors(self: Arc<Self>) {
        let late = self.world.configuration().late;
        let beginnings = late.map(|since| Beginning { target: LATE.to_owned(), since });
        while self.roads.inbound.begin_catch_ups(beginnings.as_slice()).await.is_err() {
            // The process ends, and is started again at once.
            tokio::time::sleep(AGAIN).await;
        }
        self.world.set_living(Some(Arc::clone(&self)));
        late::catch_up(&self.world, &self.roads.inbound).await;
    }

    /// Does something inside the gateway's process; `None` when that dies over it.
    pub(crate) async fn within<T>(&self, what: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.roads.death.cancelled() => None,
            done = what => Some(done),
        }
    }

    /// Calls the API as the owner of the data folder; status and answer, `None` when the gateway dies over it.
    pub(crate) async fn call(&self, path: &str, body: &Value) -> Option<(u16, Value)> {
        let request = http::Request::post(path).body(Bytes::from(body.to_string())).ok()?;
        let router = self.router.clone();
        let asked = async move {
            let Ok(response) = router.oneshot(request).await;
            let status = response.status().as_u16();
            let answer = response.into_body().collect().await;
            (status, answer.map(http_body_util::Collected::to_bytes).unwrap_or_default())
        };
        let (status, answer) = self.within(asked).await?;
        if status >= 400 && memchr::memmem::find(&answer, crate::world::MARK.as_bytes()).is_some() {
            self.world.broken("G8", &format!("the problem that {path} answers names a patient"));
        }
        Some((status, serde_json::from_slice(&answer).unwrap_or_default()))
    }

    /// Puts the configuration in force that the world has now.
    pub(crate) async fn reload(&self) {
        self.handle.replace_targets(self.roads.targets()).await;
    }
}

fn open(
    world: &Arc<World>,
    folder: &Path,
    clock: &Arc<dyn Clock>,
    chance: &dyn Fn(&'static str) -> Arc<Chance>,
) -> Result<(Store, Stepper)> {
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
    Store::open_stepped(settings, Arc::clone(clock), chance("store"), pause).context("opening the store")
}

/// Redox's logs, for a gateway that has a key for them. Nobody else sends as the application's source.
fn evidence(
    world: &Arc<World>,
    redox: &Arc<Redox>,
    store: &Store,
    death: &CancellationToken,
) -> Option<Arc<dyn Evidence>> {
    let books = Arc::new(Books::new(world, redox, death.clone()));
    let exclusive = HashSet::from([fixture::APPLICATION_SOURCE.to_owned()]);
    let clock: Arc<dyn Clock> = Arc::clone(&world.gateway_clock) as _;
    let time = (Arc::clone(&clock), Arc::new(ClockTimer::new(clock)) as _);
    let longest = plans::spec(world, REDOX).timeout;
    let reconciler = Reconciler::new(store.clone(), books, time, exclusive, longest);
    world.scenario.platform.then(|| Arc::new(reconciler) as _)
}

impl Way {
    fn runner(&self, timer: Arc<dyn Timer>, bodies: &BytesBudget, inbox: &Arc<Inbox>, entropy: Arc<Chance>) -> Runner {
        let (outbound, watched, seen) = (Arc::clone(&self.outbound), Arc::clone(&self.world), self.store.clone());
        let inbox = Arc::clone(inbox);
        let observer: Observer = Arc::new(move |changes| {
            outbound.observe(changes);
            inbox.observe(changes);
            checks::changes(&watched, &seen, changes);
        });
        let world = Arc::clone(&self.world);
        let runner = Runner::new(oxgate_dispatch::Parts {
            ledger: Arc::new(self.store.clone()),
            clock: Arc::clone(&self.clock),
            timer,
            entropy,
            bodies: bodies.clone(),
            targets: self.targets(),
            observers: vec![observer],
        });
        runner.with_window(self.world.scenario.window).watched(Arc::new(move |held| bounds::check(&world, held)))
    }

    fn gateway(
        &self,
        runner: &Runner,
        bodies: &BytesBudget,
        inbox: &Arc<Inbox>,
        folder: &Path,
        entropy: Arc<Chance>,
    ) -> Result<Arc<Gateway>> {
        let keyed = self.store.keyed().clone();
        let outbound: Arc<Outbound<Wire>> = Arc::clone(&self.outbound);
        Ok(Arc::new(Gateway {
            store: self.store.clone(),
            inbound: Arc::clone(&self.inbound),
            inbox: Arc::clone(inbox),
            outbound,
            routing: Arc::new(Routing::new(keyed, Arc::clone(&self.clock), plans::known(&self.world))),
            runner: runner.handle(),
            keys: Arc::new(ApiKeys::open(folder).context("the API keys")?),
            clock: Arc::clone(&self.clock),
            entropy,
            bodies: bodies.clone(),
            exports: Arc::new(NoExports),
            feed: Feed::default(),
            reload: Arc::new(|| Box::pin(std::future::ready(Ok(Reloaded::default())))),
            reconcile: Arc::new(|_| Box::pin(std::future::ready(Err(ReconcileFault::NoPlatform)))),
            jwks: Arc::new(|| Value::Null),
            requests: Requests::default(),
            started_at: self.clock.now(),
            version: "sim",
        }))
    }

    fn targets(&self) -> Vec<Wired> {
        let world = &self.world;
        let unplugged = world.is_unplugged();
        let mut targets = Vec::new();
        for name in plans::names(world) {
            let spec = plans::spec(world, name);
            let peer = || Arc::new(Peer::new(world, &self.death, name));
            match name {
                PULL => targets.push(Wired::without_sender(spec)),
                AUDIT if unplugged => {}
                APP | AUDIT | LATE | WATCH => targets.push(Wired::new(spec, self.watched(name, peer()))),
                COPIES => {
                    let forward = Arc::new(forward::copies(world, &self.inbound, name));
                    targets.push(Wired::new(spec, self.watched(name, forward)));
                }
                ORDERS => {
                    let forward = Arc::new(forward::orders(world, &self.outbound, name));
                    targets.push(Wired::new(spec, self.watched(name, forward)));
                }
                REDOX => targets.extend(self.to_redox()),
                _ => {}
            }
        }
        targets
    }

    /// The road to Redox, and its sibling for backfill.
    fn to_redox(&self) -> [Wired; 2] {
        let wire = Arc::new(Wire::new(&self.world, &self.redox, self.death.clone()));
        let sender = self.watched(REDOX, Arc::new(RedoxTarget::new(wire, self.store.clone())));
        let (quota, evidence) = (Some(Arc::clone(&self.quota)), self.evidence.clone());
        let live = Wired { quota, evidence, ..Wired::new(plans::spec(&self.world, REDOX), sender) };
        let later = backfill(&live);
        [live, later]
    }

    fn watched(&self, name: &'static str, inner: Arc<dyn oxgate_dispatch::Target>) -> Arc<Watched> {
        Arc::new(Watched::new(&self.world, &self.store, &self.death, name, inner))
    }
}

/// No bulk exports are configured.
struct NoExports;

impl Exports for NoExports {
    fn list(&self) -> Vec<Export> {
        Vec::new()
    }

    fn start(&self, _: &str) -> Result<Export, ExportRefusal> {
        Err(ExportRefusal::Unknown)
    }

    fn cancel<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Export, ExportRefusal>> {
        Box::pin(std::future::ready(Err(ExportRefusal::Unknown)))
    }
}

/// The time of the next restart; without one it never comes.
async fn until(world: &World, restart: Option<Duration>) {
    match restart {
        Some(at) => tokio::time::sleep(at.saturating_sub(world.clock.elapsed())).await,
        None => std::future::pending().await,
    }
}

/// What the binary does now and then: late answers and retention.
async fn chores(store: Store, world: Arc<World>) {
    loop {
        tokio::time::sleep(Duration::from_secs(30)).await;
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
