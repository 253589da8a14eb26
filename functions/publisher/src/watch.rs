//! One invocation: takes shards, waits in memory, starts each piece of work at its moment, ends in time.

use std::collections::BTreeSet;

use futures_util::StreamExt;
use futures_util::future::{BoxFuture, Either, select};
use futures_util::stream::FuturesUnordered;
use jiff::{SignedDuration, Timestamp};
use shared::domain::{Mode, Partition, Settings, Shard};
use shared::kick::{KickedPin, PublisherEvent};
use shared::random;
use shared::store::{DueEntry, DueWork, ShardOwner};

use crate::lanes::{Job, Lanes, Work};
use crate::look::{self, Loaded, Look};
use crate::publish::{Finished, publish};
use crate::rules::Rule;
use crate::{Publisher, Report, Span, account_work, check, circuit_work, foresight, sweep};

/// How often an owner looks for new work and for newer owners.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(2);

/// How many requests are under way at once.
const IN_FLIGHT: usize = 64;

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
    lanes: Lanes,
    running: FuturesUnordered<BoxFuture<'a, Step>>,
    working: usize,
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
            lanes: Lanes::default(),
            running: FuturesUnordered::new(),
            working: 0,
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
        let mut looks = look::look(&self.publisher.platform, self.mode, &shards, ahead).await;
        let oldest = looks.iter().filter_map(|look| look.entries.as_ref()?.first()).map(|entry| entry.due.at).min();
        let overdue = oldest.map_or(SignedDuration::ZERO, |at| self.now().duration_since(at).max(SignedDuration::ZERO));
        self.report.oldest_overdue_ms = i64::try_from(overdue.as_millis()).unwrap_or(i64::MAX);
        let mut later = Vec::new();
        for entries in looks.iter_mut().filter_map(|look| look.entries.as_mut()) {
            later.extend(entries.extract_if(.., |entry| entry.due.at > horizon));
        }
        later.retain(|entry| entry.due.at > foreseen);
        self.take_up(looks).await;
        if !later.is_empty() {
            let (publisher, end) = (self.publisher, self.span.last_claim);
            self.running.push(Box::pin(async move { Step::Foreseen(foresight::foresee(publisher, later, end).await) }));
        }
    }

    /// A kicked pin that is due before the shard's owner looks again is done here; the owner does the others.
    async fn kick(&mut self, pins: Vec<KickedPin>) {
        let platform = &self.publisher.platform;
        for kicked in pins {
            let Ok(Some(pin)) = platform.pins.load(&kicked.owner, &kicked.id).await else { continue };
            let now = platform.clock.now();
            let Some(job) = look::job(&pin, now) else { continue };
            let Partition::Open(mode, shard) = job.due.partition else { continue };
            if mode != self.mode {
                continue;
            }
            let owner = platform.shards.load(shard).await.ok().flatten();
            let owned_by_another = owner.is_some_and(|owner| owner.holder != self.holder && owner.horizon > now);
            let mine = !owned_by_another && self.take(shard).await;
            if mine || job.due.at <= now + LOOK_EVERY {
                self.lanes.add(job);
            }
        }
    }

    /// Takes the shards that have work, and their work.
    async fn take_up(&mut self, looks: Vec<Look>) {
        let mut entries = Vec::new();
        for look in looks {
            let found = self.unmet(look.entries.unwrap_or_default());
            if !found.is_empty() && self.take(look.shard).await {
                entries.extend(found);
            }
        }
        let loaded = look::jobs(&self.publisher.platform, entries).await;
        self.loaded(loaded);
    }

    async fn take(&mut self, shard: Shard) -> bool {
        let owner = ShardOwner { holder: self.holder.clone(), since: self.span.began, horizon: self.span.last_claim };
        let taken = self.publisher.platform.shards.take(shard, &owner).await;
        // Ownership is for pace only, so work is not left lying because it could not be written down.
        let taken = taken.inspect_err(|error| tracing::warn!(%error, "a shard could not be taken")).unwrap_or(true);
        if taken {
            self.owned.insert(shard);
        }
        taken
    }

    /// Works until nothing is left to wait for.
    async fn work(&mut self) {
        loop {
            let now = self.now();
            self.stopped |= now >= self.span.last_claim || self.publisher.is_stopping();
            if self.stopped {
                self.lanes.clear();
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
        while self.working < IN_FLIGHT
            && let Some(job) = self.lanes.take(now + self.publisher.rules.early)
        {
            self.working += 1;
            let (publisher, span) = (self.publisher, self.span);
            self.running.push(Box::pin(async move {
                let finished = match &job.work {
                    Work::Pin(pin) => publish(publisher, pin, &job.due, span).await,
                    Work::Check(pin) => check::advance(publisher, pin, span).await,
                    Work::Account(owner, id) => Box::pin(account_work::advance(publisher, owner, id)).await,
                    Work::Circuit(mode, kind) => circuit_work::advance(publisher, *mode, *kind).await,
                };
                Step::Done(job, finished)
            }));
        }
        if now >= self.next_look && !self.looking && !self.stopped && !self.owned.is_empty() {
            self.looking = true;
            let shards: Vec<_> = self.owned.iter().copied().collect();
            let (publisher, mode, until) = (self.publisher, self.mode, self.horizon());
            self.running.push(Box::pin(async move {
                let platform = &publisher.platform;
                publisher.circuits.refresh(mode).await;
                let settings = look::settings(platform).await;
                Step::Looked(settings, look::look(platform, mode, &shards, until).await)
            }));
        }
    }

    /// When the loop has to look up again if nothing finishes before.
    fn wake(&self, now: Timestamp) -> Timestamp {
        let full = self.working >= IN_FLIGHT;
        let next_job = self.lanes.next(now).filter(|_| !full).map(|at| at - self.publisher.rules.early);
        let next_look = (!self.looking && !self.stopped && !self.owned.is_empty()).then_some(self.next_look);
        let end = if self.stopped { None } else { Some(self.span.last_claim) };
        let wake = [next_job, next_look, end].into_iter().flatten().min();
        wake.unwrap_or(now + LOOK_EVERY).max(now)
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Done(job, finished) => {
                self.working -= 1;
                finished.count(&mut self.report);
                if finished.again {
                    self.lanes.unmeet(&job.name(), job.due.at);
                } else {
                    self.lanes.finish(&job.name(), job.due.at, self.now());
                }
                self.lanes.free(&job.lane(), finished.posted);
                finished.jobs.into_iter().for_each(|job| self.lanes.add(job));
            }
            Step::Swept(missed) => self.report.failed += missed,
            Step::Foreseen(warned) => self.report.warned += warned,
            Step::Loaded(loaded) => self.loaded(loaded),
            Step::Looked(settings, looks) => self.looked(settings, looks),
        }
    }

    fn looked(&mut self, settings: Option<Settings>, looks: Vec<Look>) {
        self.looking = false;
        self.next_look = self.now() + LOOK_EVERY;
        let heeds = self.publisher.rules.keep(Rule::HeedSettings);
        if settings.is_some_and(|settings| !settings.enabled || settings.mode != self.mode) && heeds {
            self.stopped = true;
            return;
        }
        let mut entries = Vec::new();
        for look in looks {
            if look.owner.is_some_and(|owner| owner.holder != self.holder) {
                self.owned.remove(&look.shard);
                self.lanes.leave(&Partition::Open(self.mode, look.shard));
            } else {
                entries.extend(self.unmet(look.entries.unwrap_or_default()));
            }
        }
        if !entries.is_empty() {
            let platform = &self.publisher.platform;
            self.running.push(Box::pin(async move { Step::Loaded(look::jobs(platform, entries).await) }));
        }
    }

    /// Gives the shards back; answers whether more work came up at the last moment.
    ///
    /// A kick that saw this owner a moment ago has left its pin to it, hence another look after giving back; and what
    /// that look takes up without finding work in it is given back as well.
    async fn leave(&mut self) -> bool {
        loop {
            let owned: Vec<_> = std::mem::take(&mut self.owned).into_iter().collect();
            for shard in &owned {
                give_back(self.publisher, *shard, &self.holder).await;
            }
            if self.stopped || owned.is_empty() {
                return false;
            }
            let looks = look::look(&self.publisher.platform, self.mode, &owned, self.horizon()).await;
            self.take_up(looks).await;
            if !self.lanes.is_empty() {
                return true;
            }
        }
    }

    fn loaded(&mut self, loaded: Loaded) {
        for job in loaded.jobs {
            self.lanes.add(job);
        }
        let now = self.now();
        for entry in loaded.idle {
            self.lanes.finish(name(&entry), entry.due.at, now);
        }
        for entry in loaded.unread {
            self.lanes.unmeet(name(&entry), entry.due.at);
        }
    }

    fn unmet(&mut self, entries: Vec<DueEntry>) -> Vec<DueEntry> {
        let (mut unmet, now) = (entries, self.now());
        unmet.retain(|entry| !self.lanes.meet(name(entry), entry.due.at, now));
        unmet
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

fn name(entry: &DueEntry) -> &str {
    match &entry.work {
        DueWork::Pin(_, id) => id.as_str(),
        DueWork::Account(_, id) => id.as_str(),
        DueWork::Circuit(_, kind) => kind.code(),
    }
}
