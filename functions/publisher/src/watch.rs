//! One invocation: takes shards, waits in memory, starts each piece of work at its moment, ends in time.

mod handover;
mod kicked;
mod ownership;

use std::collections::BTreeMap;

use futures_util::StreamExt;
use futures_util::future::{BoxFuture, Either, select};
use futures_util::stream::FuturesUnordered;
use jiff::{SignedDuration, Timestamp};
use shared::domain::{Mode, Settings, Shard, Status};
use shared::kick::{KickedPin, PublisherEvent};
use shared::metrics::Metric;
use shared::random;

use crate::backlog::Backlog;
use crate::lanes::{IN_FLIGHT, Job, Kind, Lanes, Work};
use crate::look::{self, Loaded, Look};
use crate::publish::{Aside, Finished, publish};
use crate::queue::{self, Late, Queue};
use crate::rules::Rule;
use crate::{Publisher, Report, Span, account_work, check, circuit_work, foresight, sweep, video};
use handover::Handover;

/// How often an owner looks for new work and for newer owners.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(2);

/// How long the due index may take to show what was written: on AWS far below a second as a rule, which is no promise.
pub const INDEX_LAG: SignedDuration = SignedDuration::from_secs(10);

/// An owner that has less time than that left is not relied upon: clocks differ, and its last look comes before its end.
const RELIABLE: SignedDuration = SignedDuration::from_secs(30);

/// How many entries that were handed over are left in the shard's row before they are cleared away.
const MOST_SEEN: usize = 20;

/// What the loop waits for.
enum Step {
    Looked(Option<Settings>, Vec<Look>),
    Loaded(Loaded),
    /// Pins that were handed over.
    Handed(Vec<Job>),
    /// The last owner of a shard posts no more: a pin that waited for that, and what it still has in flight.
    HandedOver(Job, Vec<Job>),
    /// Pins that were parked, or could not be.
    Queued(Queue, Vec<Job>, bool),
    Cleared,
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
    /// The shards that are this invocation's, with how often they had been taken by then.
    owned: BTreeMap<Shard, u64>,
    /// The shards whose last owner may not have seen yet that it lost them.
    handovers: BTreeMap<Shard, Handover>,
    /// The pins that were handed over, and when they were seen first.
    handed: BTreeMap<KickedPin, Timestamp>,
    /// What a kick brought for shards that had an owner until now: its pins that are under way come first.
    after_look: Vec<Job>,
    lanes: Lanes,
    backlog: Backlog,
    late: Late,
    /// Pins that a circuit let go, of whatever shard.
    released: Vec<KickedPin>,
    running: FuturesUnordered<BoxFuture<'a, Step>>,
    working: BTreeMap<Kind, usize>,
    next_look: Timestamp,
    looking: bool,
    /// Whether there is something to be met again by the next look, although nothing waits.
    look_again: bool,
    /// Until then there may be work to come that the index does not show yet.
    stays_until: Timestamp,
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
            owned: BTreeMap::new(),
            handovers: BTreeMap::new(),
            handed: BTreeMap::new(),
            after_look: Vec::new(),
            lanes: Lanes::default(),
            backlog: Backlog::default(),
            late: Late::default(),
            released: Vec::new(),
            running: FuturesUnordered::new(),
            working: BTreeMap::new(),
            next_look: span.began + LOOK_EVERY,
            looking: false,
            look_again: false,
            stays_until: Timestamp::MIN,
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
            sweep::while_disabled(self.publisher, &event, self.span.last_claim).await;
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

    /// Lets a job wait that no look brought, unless a look did meanwhile.
    fn add(&mut self, job: Job) {
        if self.backlog.meet_job(&job, self.now()) {
            self.line_up(job);
        }
    }

    /// Lets a job wait in its lane; what does not fit there is parked with its account, or met again later.
    fn line_up(&mut self, job: Job) {
        if let Some(job) = self.lanes.add(job).and_then(|late| self.late.push(late)) {
            self.backlog.forget(vec![(job.name(), job.due.at)]);
        }
    }

    /// Works until nothing is left to wait for.
    async fn work(&mut self) {
        loop {
            let now = self.now();
            self.stopped |= now >= self.span.last_claim || self.publisher.is_stopping();
            if self.stopped {
                self.lanes.clear();
                self.backlog.clear();
                self.late.clear();
                self.after_look.clear();
                (self.look_again, self.stays_until) = (false, Timestamp::MIN);
            }
            if !self.released.is_empty() {
                // Their shards may have no owner, and the next tick may be a minute away.
                let released = std::mem::take(&mut self.released);
                if !self.stopped {
                    self.kick(released).await;
                }
            }
            self.begin(now);
            let waits = !self.lanes.is_empty() || !self.after_look.is_empty() || self.look_again;
            if self.running.is_empty() && !waits && now >= self.stays_until {
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
            let Some(job) = self.wait_for_last_owner(job, now) else { continue };
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
        let lanes = &self.lanes;
        while let Some(page) = self.backlog.next_page(|owner| lanes.has_room(owner)) {
            let platform = &self.publisher.platform;
            self.running.push(Box::pin(async move { Step::Loaded(look::jobs(platform, page).await) }));
        }
        if let Some((mut queue, jobs)) = self.late.next() {
            let publisher = self.publisher;
            self.running.push(Box::pin(async move {
                let parked = queue::park_jobs(publisher, &mut queue, &jobs).await;
                Step::Queued(queue, jobs, parked)
            }));
        }
        if now >= self.next_look && !self.looking && !self.stopped {
            self.look();
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
            Step::Done(job, finished) => self.done(job, finished),
            Step::Swept(missed) => self.report.failed += missed,
            Step::Foreseen(warned) => self.report.warned += warned,
            Step::Loaded(Loaded { jobs, idle, unread }) => {
                for job in jobs {
                    self.line_up(job);
                }
                self.look_again |= !unread.is_empty();
                self.backlog.page_read(idle, unread, self.now());
                self.add_after_look();
            }
            Step::Handed(jobs) => {
                self.after_look.extend(jobs);
                self.add_after_look();
            }
            Step::HandedOver(job, in_flight) => self.last_owner_is_done(job, in_flight),
            Step::Queued(queue, jobs, parked) => {
                self.late.parked(queue);
                self.look_again |= !parked;
                for job in jobs {
                    self.backlog.done(&job, !parked, self.now());
                }
            }
            Step::Looked(settings, looks) => self.looked(settings.as_ref(), looks),
            Step::Cleared => {}
        }
    }

    fn done(&mut self, mut job: Job, finished: Finished) {
        self.working.entry(job.lane().kind()).and_modify(|working| *working -= 1);
        finished.count(&mut self.report);
        let now = self.now();
        if let Some(until) = finished.busy_until {
            self.lanes.free(&job.lane(), None, until);
            job.after = look::AFTER_OTHERS;
            self.line_up(job);
            return;
        }
        self.look_again |= finished.again;
        if !matches!(finished.status, None | Some(Status::Published)) || finished.aside == Some(Aside::Account) {
            // What comes of it, a release or a next step, is shown a while later.
            self.stays_until = now + INDEX_LAG;
        }
        self.backlog.done(&job, finished.again, now);
        self.lanes.free(&job.lane(), finished.posted, now);
        self.released.extend(finished.released);
        for job in finished.jobs {
            // It may be due at the very moment of what it came of, which is done.
            self.backlog.forget(vec![(job.name(), job.due.at)]);
            self.add(job);
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
