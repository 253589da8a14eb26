//! One invocation: takes shards, waits in memory, starts each piece of work at its moment, ends in time.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt;
use futures_util::future::{BoxFuture, Either, join_all, select};
use futures_util::stream::FuturesUnordered;
use jiff::{SignedDuration, Timestamp};
use shared::domain::{Mode, Partition, Settings, Shard};
use shared::kick::{KickedPin, PublisherEvent};
use shared::metrics::Metric;
use shared::random;
use shared::store::ShardOwner;

use crate::backlog::Backlog;
use crate::lanes::{IN_FLIGHT, Job, Kind, Lanes, Work};
use crate::look::{self, Loaded, Look};
use crate::publish::{Finished, publish};
use crate::rules::Rule;
use crate::{Publisher, Report, Span, account_work, check, circuit_work, foresight, sweep, video};

/// How often an owner looks for new work and for newer owners.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(2);

/// How long the due index may take to show what was written: on AWS far below a second as a rule, which is no promise.
pub const INDEX_LAG: SignedDuration = SignedDuration::from_secs(10);

/// How often somebody looks who gave its shards back.
const LAST_LOOKS_EVERY: SignedDuration = SignedDuration::from_secs(5);

/// Before that much time has passed, an owner has not surely seen a pin that was just written: it may have looked just
/// before the index shows it.
const SURELY_SEEN: SignedDuration = SignedDuration::from_secs(15);

/// How long after its time a kick begins a pin whose shard has an owner, who mostly has it by then.
const AFTER_OWNER: SignedDuration = SignedDuration::from_millis(300);

/// An owner that has less time than that left is not relied upon: clocks differ, and its last look comes before its end.
const RELIABLE: SignedDuration = SignedDuration::from_secs(30);

/// What the loop waits for.
enum Step {
    Looked(Option<Settings>, Vec<Look>),
    Loaded(Loaded),
    Done(Job, Finished),
    Swept(u32),
    Foreseen(u32),
}

/// One invocation at work.
pub struct Watch<'a> {
    publisher: &'a Publisher,
    span: Span,
    holder: String,
    mode: Mode,
    owned: BTreeSet<Shard>,
    /// What is due until then is done here, whoever owns its shard.
    own_until: Timestamp,
    lanes: Lanes,
    backlog: Backlog,
    running: FuturesUnordered<BoxFuture<'a, Step>>,
    working: BTreeMap<Kind, usize>,
    next_look: Timestamp,
    looking: bool,
    stopped: bool,
    report: Report,
}

impl<'a> Watch<'a> {
    pub fn new(publisher: &'a Publisher, span: Span) -> Self {
        let holder = random::token(&*publisher.platform.random);
        Self {
            publisher,
            span,
            holder,
            mode: Mode::Sandbox,
            owned: BTreeSet::new(),
            own_until: Timestamp::MIN,
            lanes: Lanes::default(),
            backlog: Backlog::default(),
            running: FuturesUnordered::new(),
            working: BTreeMap::new(),
            next_look: span.began + LOOK_EVERY,
            looking: false,
            stopped: false,
            report: Report::default(),
        }
    }

    /// Does what `event` asks for and what comes up meanwhile.
    pub async fn run(mut self, event: PublisherEvent) -> Report {
        let Some(settings) = look::settings(&self.publisher.platform).await else {
            self.report.unfinished += 1;
            return self.report;
        };
        if !settings.enabled && self.publisher.rules.keep(Rule::HeedSettings) {
            return self.report;
        }
        self.mode = settings.mode;
        self.publisher.circuits.refresh(self.mode).await;
        match event {
            PublisherEvent::Tick { shards, .. } => self.tick(&shards).await,
            PublisherEvent::Kick { pins } => self.kick(pins).await,
        }
        loop {
            self.work().await;
            if !self.leave().await {
                return self.report;
            }
        }
    }

    async fn tick(&mut self, shards: &[u8]) {
        let shards: Vec<_> = shards.iter().filter_map(|number| Shard::new(*number)).collect();
        if shards.contains(&Shard::FIRST) {
            let (publisher, end) = (self.publisher, self.span.last_claim);
            self.running.push(Box::pin(async move { Step::Swept(sweep::sweep(publisher, end).await) }));
        }
        let [ahead, foreseen] = self.publisher.rules.foresight.map(|time| self.now() + time);
        let horizon = self.horizon();
        let mut looks = look::look(&self.publisher.platform, self.mode, shards, ahead).await;
        let oldest = looks.iter().filter_map(|look| look.entries.as_ref()?.first()).map(|entry| entry.due.at).min();
        let overdue = oldest.map_or(SignedDuration::ZERO, |at| self.now().duration_since(at).max(SignedDuration::ZERO));
        self.report.oldest_overdue_ms = i64::try_from(overdue.as_millis()).unwrap_or(i64::MAX);
        if self.report.oldest_overdue_ms > 0 {
            let figure = (Metric::OldestOverdueMs, vec![self.report.oldest_overdue_ms]);
            self.publisher.platform.metrics.write(self.now(), &[figure]);
        }
        let mut later = Vec::new();
        for look in &mut looks {
            // The next look does not reach as far, so it cannot go on there.
            look.rest = None;
            later.extend(look.entries.iter_mut().flat_map(|e| e.extract_if(.., |entry| entry.due.at > horizon)));
        }
        later.retain(|entry| entry.due.at > foreseen);
        self.take_up(looks).await;
        if !later.is_empty() {
            let (publisher, end) = (self.publisher, self.span.last_claim);
            self.running.push(Box::pin(async move { Step::Foreseen(foresight::foresee(publisher, later, end).await) }));
        }
    }

    /// A kicked pin that is due before the shard's owner has surely seen it is done here; the owner does the others, and
    /// where there is none, this becomes it. If both try, the claim decides.
    async fn kick(&mut self, pins: Vec<KickedPin>) {
        let platform = &self.publisher.platform;
        let some = pins.chunks(look::AT_ONCE);
        let found = some.map(|some| platform.pins.load_all(some.iter().map(|kicked| (&kicked.owner, &kicked.id))));
        let found = join_all(found).await.into_iter().filter_map(Result::ok).flatten();
        let now = self.now();
        let in_shard = |job: Job| match job.due.partition {
            Partition::Open(mode, shard) if mode == self.mode => Some((shard, job)),
            _ => None,
        };
        let jobs: Vec<_> = found.filter_map(|pin| look::job(&pin, now)).filter_map(in_shard).collect();
        self.own_until = now + SURELY_SEEN;
        let shards: BTreeSet<_> = jobs.iter().map(|(shard, _)| *shard).collect();
        let owners = shards.into_iter().map(async |shard| (shard, platform.shards.load(shard).await.ok().flatten()));
        let mut owners: Vec<_> = join_all(owners).await;
        owners.retain(|(_, owner)| owner.as_ref().is_none_or(|owner| owner.horizon <= now + RELIABLE));
        let mine = self.take(owners.iter().map(|(shard, _)| *shard).collect()).await;
        let now = self.now();
        if owners.iter().any(|(_, owner)| owner.as_ref().is_some_and(|owner| owner.horizon > now)) {
            // That owner drops what it has as soon as it sees this one.
            self.next_look = now;
        }
        for (shard, job) in jobs {
            if mine.contains(&shard) {
                self.add(job);
            } else if job.due.at <= self.own_until {
                // What is due already, its owner cannot have seen yet.
                let after = if job.due.at > now { AFTER_OWNER } else { SignedDuration::ZERO };
                self.add(Job { after, ..job });
            }
        }
    }

    /// Lets a job wait that no look brought, unless a look did meanwhile.
    fn add(&mut self, job: Job) {
        if self.backlog.meet_job(&job, self.now()) {
            self.lanes.add(job);
        }
    }

    /// Takes the shards that have work, and their work.
    async fn take_up(&mut self, mut looks: Vec<Look>) {
        let now = self.now();
        looks.retain(|look| self.backlog.has_new(look, now));
        let mine = self.take(looks.iter().map(|look| look.shard).collect()).await;
        looks.retain(|look| mine.contains(&look.shard));
        self.backlog.meet(looks, self.lanes.room(), self.now());
    }

    /// Takes `shards`; answers those that it got.
    async fn take(&mut self, shards: Vec<Shard>) -> BTreeSet<Shard> {
        let owner = ShardOwner { holder: self.holder.clone(), since: self.span.began, horizon: self.span.last_claim };
        let store = &self.publisher.platform.shards;
        let taken = shards.into_iter().map(async |shard| {
            let taken = store.take(shard, &owner).await;
            // Ownership is for pace only, so work is not left lying because it could not be written down.
            taken
                .inspect_err(|error| tracing::warn!(%error, "a shard could not be taken"))
                .unwrap_or(true)
                .then_some(shard)
        });
        let taken: BTreeSet<_> = join_all(taken).await.into_iter().flatten().collect();
        self.owned.extend(&taken);
        taken
    }

    /// Works until nothing is left to wait for.
    async fn work(&mut self) {
        loop {
            let now = self.now();
            self.stopped |= now >= self.span.last_claim || self.publisher.is_stopping();
            if self.stopped {
                self.lanes.clear();
                self.backlog.clear();
            }
            self.begin(now);
            if self.running.is_empty() && self.lanes.is_empty() {
                return;
            }
            let wake = self.wake(now);
            let slept = self.publisher.platform.clock.sleep_until(wake);
            if self.running.is_empty() {
                slept.await;
            } else if let Either::Left((Some(step), _)) = select(self.running.next(), slept).await {
                self.step(step);
            }
        }
    }

    /// Starts what has come due, and a look where it is time for one.
    fn begin(&mut self, now: Timestamp) {
        while let Some(job) = self.take_job(now) {
            *self.working.entry(job.lane().kind()).or_default() += 1;
            let (publisher, span) = (self.publisher, self.span);
            self.running.push(Box::pin(async move {
                let finished = match &job.work {
                    Work::Pin(pin) => publish(publisher, pin, &job, span).await,
                    Work::Check(pin) => check::advance(publisher, pin, span).await,
                    Work::Upload(pin) | Work::LateUpload(pin) | Work::AskForVideo(pin) => {
                        video::advance(publisher, pin, &job, span).await
                    }
                    Work::Account(owner, id) => Box::pin(account_work::advance(publisher, owner, id)).await,
                    Work::Circuit(mode, kind) => circuit_work::advance(publisher, *mode, *kind).await,
                };
                Step::Done(job, finished)
            }));
        }
        while let Some(page) = self.backlog.next_page() {
            let platform = &self.publisher.platform;
            self.running.push(Box::pin(async move { Step::Loaded(look::jobs(platform, page).await) }));
        }
        if now >= self.next_look && !self.looking && !self.stopped {
            self.looking = true;
            let shards = self.owned.iter().map(|shard| (*shard, self.backlog.rest(*shard))).collect();
            // With enough to do, thousands of entries would be read over and over to take up a few.
            let until = self.backlog.wants(self.lanes.room()).then(|| self.horizon());
            let (publisher, mode) = (self.publisher, self.mode);
            self.running.push(Box::pin(async move {
                let platform = &publisher.platform;
                publisher.circuits.refresh(mode).await;
                let settings = look::settings(platform).await;
                Step::Looked(settings, look::look_as_owner(platform, mode, shards, until).await)
            }));
        }
    }

    /// The kinds of which more requests may be under way.
    fn open_kinds(&self) -> impl Iterator<Item = Kind> {
        let working = |kind| self.working.get(&kind).copied().unwrap_or_default();
        IN_FLIGHT.into_iter().filter(move |(kind, most)| working(*kind) < *most).map(|(kind, _)| kind)
    }

    fn take_job(&mut self, now: Timestamp) -> Option<Job> {
        let kinds: Vec<_> = self.open_kinds().collect();
        kinds.into_iter().find_map(|kind| self.lanes.take(kind, now + self.publisher.rules.early))
    }

    /// When the loop has to look up again if nothing finishes before.
    fn wake(&self, now: Timestamp) -> Timestamp {
        let next_job = self.open_kinds().filter_map(|kind| self.lanes.next(kind, now)).min();
        let next_job = next_job.map(|at| at - self.publisher.rules.early);
        let next_look = (!self.looking && !self.stopped).then_some(self.next_look);
        let end = if self.stopped { None } else { Some(self.span.last_claim) };
        let wake = [next_job, next_look, end].into_iter().flatten().min();
        wake.unwrap_or(now + LOOK_EVERY).max(now)
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Done(job, finished) => {
                self.working.entry(job.lane().kind()).and_modify(|working| *working -= 1);
                finished.count(&mut self.report);
                let now = self.now();
                self.backlog.done(&job, finished.again, now);
                self.backlog.forget(self.lanes.free(&job.lane(), finished.posted, now));
                for job in finished.jobs {
                    // It may be due at the very moment of what it came of, which is done.
                    self.backlog.forget(vec![(job.name(), job.due.at)]);
                    self.add(job);
                }
            }
            Step::Swept(missed) => self.report.failed += missed,
            Step::Foreseen(warned) => self.report.warned += warned,
            Step::Loaded(Loaded { jobs, idle, unread }) => {
                for job in jobs {
                    self.lanes.add(job);
                }
                self.backlog.page_read(idle, unread, self.now());
            }
            Step::Looked(settings, looks) => self.looked(settings.as_ref(), looks),
        }
    }

    fn looked(&mut self, settings: Option<&Settings>, looks: Vec<Look>) {
        self.looking = false;
        self.publisher.figures.write_if_due(&self.publisher.platform.metrics, self.now());
        self.next_look = self.now() + LOOK_EVERY;
        if !self.goes_on(settings) {
            self.stopped = true;
            return;
        }
        let since = self.span.began;
        let (lost, kept): (Vec<_>, Vec<_>) = looks.into_iter().partition(|look| look.is_lost(&self.holder, since));
        for Look { shard, .. } in lost {
            let partition = Partition::Open(self.mode, shard);
            self.owned.remove(&shard);
            self.lanes.leave(&partition, self.own_until);
            self.backlog.leave(&partition);
        }
        self.backlog.meet(kept, self.lanes.room(), self.now());
    }

    /// Gives the shards back; answers whether more work came up at the last moment.
    ///
    /// A kick that saw this owner a moment ago has left its pin to it: hence more looks, until the index must show what was
    /// written before. What such a look takes up without finding work in it is given back as well. Close to the end of the
    /// invocation no kick relies on it.
    async fn leave(&mut self) -> bool {
        let left: Vec<_> = self.owned.iter().copied().collect();
        self.give_back().await;
        let shown = self.now() + INDEX_LAG;
        if left.is_empty() || shown >= self.span.last_claim {
            return false;
        }
        loop {
            let settings = look::settings(&self.publisher.platform).await;
            if self.stopped || self.publisher.is_stopping() || !self.goes_on(settings.as_ref()) {
                return false;
            }
            self.publisher.circuits.refresh(self.mode).await;
            let looks = look::look(&self.publisher.platform, self.mode, left.clone(), self.horizon()).await;
            self.take_up(looks).await;
            if !self.backlog.is_empty() {
                // The others may still have to show what was left to this owner.
                self.take(left).await;
                return true;
            }
            self.give_back().await;
            let now = self.now();
            if now >= shown {
                return false;
            }
            self.publisher.platform.clock.sleep_until(shown.min(now + LAST_LOOKS_EVERY)).await;
        }
    }

    async fn give_back(&mut self) {
        for shard in std::mem::take(&mut self.owned) {
            give_back(self.publisher, shard, &self.holder).await;
        }
    }

    /// Whether the settings, where they could be read, still let this invocation publish.
    fn goes_on(&self, settings: Option<&Settings>) -> bool {
        let heeds = self.publisher.rules.keep(Rule::HeedSettings);
        !heeds || settings.is_none_or(|settings| settings.enabled && settings.mode == self.mode)
    }

    /// How far ahead it makes sense to look: not beyond the last claim.
    fn horizon(&self) -> Timestamp {
        (self.now() + self.publisher.rules.look_ahead).min(self.span.last_claim)
    }

    fn now(&self) -> Timestamp {
        self.publisher.platform.clock.now()
    }
}

async fn give_back(publisher: &Publisher, shard: Shard, holder: &str) {
    let now = publisher.platform.clock.now();
    if let Err(error) = publisher.platform.shards.give_back(shard, holder, now).await {
        tracing::warn!(%error, %shard, "a shard could not be given back; it is free when its horizon passes");
    }
}
