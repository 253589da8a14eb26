//! The stage of one run: the world, its publishers, its people.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use local::in_process::{Hook, ItemKey, LaggingReads};
use pinterest_sim::{Answers, MediaProcessing};
use shared::domain::Shard;
use shared::kick::PublisherEvent;

use super::Run;
use super::aws::Aws;
use super::dice::Dice;
use super::endpoints::{Endpoint, Endpoints};
use super::extent::Extent;
use super::fleet::Fleet;
use super::invariant::Invariant;
use super::judge::Judge;
use super::mirror::{Mirror, Reflecting};
use super::mortal::Life;
use super::people::{OWNER, People};
use super::pinterest::{Calling, transport};
use super::plan::{Media, Plan};
use super::planted::{Client, Planted};
use super::senders::Senders;
use super::surroundings::Surroundings;
use super::tamper::Tampering;
use super::trace::Trace;
use super::weather::Weather;
use crate::world::{EVENTS, Instance, PUBLISHER, TABLE};
use crate::{START, World};

/// How long before a moment the schedule fires that has something due at it.
const BEFORE_DUE: SignedDuration = SignedDuration::from_secs(2);

/// When a backlog is due, after the start.
const BACKLOG_DUE: SignedDuration = SignedDuration::from_secs(20);

/// What senders of events and their endpoints draw from is another sequence than the rest.
const SENDERS: u64 = 0x7365_6e64_6572_7321;

/// More than two clocks differ.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(11);

/// Everything there is in one run.
pub struct Scene {
    /// What everybody shares.
    pub around: Arc<Surroundings>,
    /// The functions and the embedded parts.
    pub world: Arc<World>,
    /// The publishers.
    pub fleet: Arc<Fleet>,
    /// The people.
    pub people: People,
    /// Who sends events, where they are on.
    pub senders: Option<Arc<Senders>>,
    indexes: Option<Arc<LaggingReads>>,
}

impl Scene {
    /// A fresh installation in that weather, enabled, without accounts.
    pub async fn new(seed: u64, dice: Dice, weather: Weather, planted: Planted, extent: &Extent) -> Self {
        let mut world = World::drawn(seed).await;
        world.enable().await;
        if extent.backlog > 0 {
            // What is left of a backlog comes to rest within a run, and not a day later.
            world.change_settings(|settings| settings.pins_per_day = 0).await;
        }
        if extent.has_events {
            world.change_settings(|settings| settings.events = true).await;
        }
        let around = Arc::new(Surroundings {
            clock: world.clock,
            table: world.parts.database.clone(),
            mirror: Mirror::of(world.parts.database.clone()),
            simulator: world.simulator.clone(),
            trace: Trace::new(world.clock),
            dice,
            weather,
            judge: Judge::default(),
        });
        let (board_order, created_at_shift_s) = extent.boards;
        world.simulator.set_answers(Answers { board_order, created_at_shift_s, ..Answers::default() });
        world.watch(Arc::new(Reflecting(around.clone())));
        let indexes = match around.weather.index_lag {
            SignedDuration::ZERO => None,
            _ => Some(world.lagging_reads(seed).await),
        };
        if let Some(indexes) = indexes.as_ref().filter(|_| extent.is_piecemeal) {
            indexes.move_piecemeal();
        }
        let mut hooks: Vec<Arc<dyn Hook>> = Vec::new();
        hooks.extend(indexes.clone().map(|indexes| indexes as Arc<dyn Hook>));
        if let Some(tamper) = planted.tamper {
            hooks.push(Arc::new(Tampering::new(tamper, around.clone(), indexes.clone())));
        }
        functions(&mut world, &around, &hooks);
        if extent.has_events {
            let webhooks = events::router(world.platform("webhooks"));
            world.replace(events::ROUTES, webhooks);
        }
        let world = Arc::new(world);
        let senders = extent.has_events.then(|| senders(seed, &world, &around, &hooks, extent));
        let fleet = Fleet {
            world: world.clone(),
            around: around.clone(),
            hooks,
            planted,
            idle: std::sync::Mutex::default(),
            born: AtomicU64::new(0),
            events: extent.events,
            room: extent.events.limit.map(tokio::sync::Semaphore::new),
        };
        let fleet = Arc::new(fleet);
        world.parts.lambda.host(PUBLISHER, fleet.handler());
        // The sweep of all partitions comes once an hour, and not right at the start.
        let sweeps = &world.platform("seed").sweeps;
        sweeps.hasten(START + SignedDuration::from_hours(1)).await.expect("the table answers");
        let people = People {
            world: world.clone(),
            around: around.clone(),
            accounts: Vec::new(),
            video: None,
            image: None,
            made: std::sync::Mutex::default(),
        };
        Self { around, world, fleet, people, senders, indexes }
    }

    /// Connects the accounts of `plan`.
    pub async fn connect(&mut self, plan: &Plan) {
        self.world.simulator.set_rotation(plan.rotation);
        if let Some(senders) = &self.senders {
            senders.make_webhooks().await;
        }
        for (index, (planned, renewal)) in plan.accounts.iter().zip(&plan.renewals).enumerate() {
            let beside = self.people.accounts.first().filter(|_| plan.backlog > 0 && index == 1);
            let shard = beside.map(|first| Shard::of(&first.account.id));
            let mut seeded = self.world.seed_account_in(&planned.owner, &planned.username, shard).await;
            if let Some(at) = renewal {
                let version = seeded.account.version;
                seeded.account.refresh_at = Some(START + *at);
                let accounts = &self.world.platform("seed").accounts;
                accounts.save(&mut seeded.account, version).await.expect("nobody else saves");
            }
            self.people.accounts.push(seeded);
        }
        if plan.shows(Media::Video) {
            let processing_ms = self.around.dice.number(0..30_000);
            let processing = MediaProcessing { processing_ms, ..MediaProcessing::default() };
            self.world.simulator.set_media_processing(processing);
            self.people.video = Some(self.world.seed_video(OWNER).await);
        }
        if plan.shows(Media::Image) {
            self.people.image = Some(self.world.ready_media(OWNER, &crate::files::png(1000, 1500)).await);
        }
        for number in 0..plan.backlog {
            let title = format!("Backlog {number}");
            self.world.seed_pin(&self.people.accounts[0], &title, START + BACKLOG_DUE).await;
        }
        self.follow_indexes();
    }

    /// Lets the indexes show what was written past everybody.
    pub fn take_up(&self, key: &ItemKey) {
        if let Some(indexes) = &self.indexes {
            indexes.take_up(&key.table, &key.pk, &key.sk);
        }
    }

    /// Lets the indexes show what was written past them, and lag from now on.
    fn follow_indexes(&self) {
        let Some(indexes) = &self.indexes else { return };
        for row in self.around.rows() {
            indexes.take_up(TABLE, row.text("pk"), row.text("sk"));
        }
        indexes.lag(self.around.weather.index_lag);
    }

    /// The event of a schedule that has the shards in which there is work.
    pub fn tick(&self) -> PublisherEvent {
        let own = self.people.accounts.iter().map(|seeded| Shard::of(&seeded.account.id).number());
        let mut shards: Vec<_> = own.chain([Shard::FIRST.number()]).collect();
        shards.sort_unstable();
        shards.dedup();
        PublisherEvent::Tick { shards, scheduled_at: self.around.now() }
    }

    /// From now on nothing goes wrong any more, and indexes show what there is.
    pub fn calm_down(&self) {
        self.around.weather.calm_down();
        if let Some(indexes) = &self.indexes {
            indexes.lag(SignedDuration::ZERO);
        }
    }

    /// Waits for the invocations that kicks have started.
    pub async fn finish(&self) {
        if AssertUnwindSafe(self.world.parts.lambda.finish()).catch_unwind().await.is_err() {
            self.panicked("in a kicked publisher");
        }
    }

    /// Notes that something panicked.
    pub fn panicked(&self, place: &str) {
        self.around.breach(Invariant::NoPanic, format!("there was a panic {place}"));
    }

    /// The earliest moment, from which on something can be done, if there is one before `end`: shortly before it is due,
    /// or as soon as every clock has it that a lease is over.
    pub fn next_work(&self, end: Timestamp) -> Option<Timestamp> {
        let rows = self.around.rows();
        let open = rows.iter().filter(|row| row.text("due_shard").starts_with("live#"));
        let moments = open.filter_map(|row| {
            let due = row.moment("due_at").map(|at| at - BEFORE_DUE);
            let free = row.moment("lease_until").filter(|_| row.text("status") == "publishing");
            due.max(free.map(|at| at + CLOCKS_DIFFER))
        });
        moments.min().filter(|at| *at < end)
    }

    /// When the next delivery is due at somebody who lives, if that is known.
    pub fn next_delivery(&self) -> Timestamp {
        let webhooks = self.around.mirror.rows();
        let webhooks = webhooks.iter().filter(|row| row.text("due_shard").starts_with("webhooks#"));
        let living = webhooks.filter(|row| !row.text("address").contains("//dead."));
        living.filter_map(|row| row.moment("due_at")).min().unwrap_or(Timestamp::MIN)
    }

    /// The table and Pinterest as they are, and what time it is, as text.
    pub fn left(&self) -> String {
        let pins = self.around.simulator.all_pins(pinterest_sim::Mode::Live);
        format!("{:?} {:?} {}", self.around.rows(), pins, self.around.now())
    }

    /// What came of it.
    pub fn end(&self, seed: u64) -> Run {
        let mut ends = BTreeMap::new();
        for row in self.around.rows().iter().filter(|row| row.is_pin()) {
            *ends.entry(row.text("status").to_owned()).or_default() += 1;
        }
        // Its functions hold the whole run, twenty thousand of which are no longer small.
        self.world.parts.lambda.close();
        Run {
            seed,
            trace: self.around.trace.text(),
            breaches: self.around.judge.breaches(),
            calls: self.world.meter.total().calls,
            ends,
        }
    }
}

/// Those who send events to endpoints that `seed` draws.
fn senders(
    seed: u64,
    world: &Arc<World>,
    around: &Arc<Surroundings>,
    hooks: &[Arc<dyn Hook>],
    extent: &Extent,
) -> Arc<Senders> {
    let dice = Arc::new(Dice::new(seed ^ SENDERS));
    let owners: &[&str] = if extent.is_crowded { &["owner0", "owner1", "owner2"] } else { &[OWNER] };
    let all = Endpoint::draw(&dice, owners);
    let endpoints = Arc::new(Endpoints { around: around.clone(), dice: dice.clone(), all });
    let senders = Arc::new(Senders {
        world: world.clone(),
        around: around.clone(),
        hooks: hooks.to_vec(),
        endpoints,
        dice,
        idle: std::sync::Mutex::default(),
        born: AtomicU64::new(0),
    });
    world.parts.lambda.host(EVENTS, senders.handler());
    senders
}

/// Puts functions in the world's place that meet the weather.
fn functions(world: &mut World, around: &Arc<Surroundings>, hooks: &[Arc<dyn Hook>]) {
    let platform = |world: &World, actor: &str| {
        let life = Arc::new(Life::endless());
        let aws: Arc<dyn Hook> = Arc::new(Aws { around: around.clone(), life: life.clone(), is_disturbed: true });
        let hooks: Vec<_> = hooks.iter().cloned().chain([aws]).collect();
        let pinterest = transport(Calling {
            around: around.clone(),
            actor: actor.to_owned(),
            clock: world.clock,
            life,
            client: Client::SendsOnce,
            pinterest: world.pinterest_router(),
        });
        world.platform_in(Instance { actor, hooks: &hooks, clock: world.clock, pinterest, variables: &[] })
    };
    world.replace(settings::ROUTES, settings::router(platform(world, "settings")));
    world.replace(oauth::ROUTES, oauth::router(platform(world, "oauth")));
    world.replace(accounts::ROUTES, accounts::router(platform(world, "accounts")));
    world.replace(pins::ROUTES, pins::router(platform(world, "pins")));
    world.host_importer(platform(world, "importer"));
}
