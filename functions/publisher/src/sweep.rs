//! Once an hour: pins that are too late to go out without asking say so, wherever they wait, and files that were taken and
//! are not stored by anybody are stored on; tokens that nobody renews in time, since their mode is not in use, are renewed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use shared::domain::circuit::Phase;
use shared::domain::pin::GRACE;
use shared::domain::{
    Attempt, AttemptId, AttemptOutcome, Circuit, CircuitKind, Hold, Mode, Partition, Pin, Shard, State, Status,
};
use shared::kick::{ImporterEvent, PublisherEvent, start_import};
use shared::platform::Platform;
use shared::random;
use shared::store::{DueEntry, DueWork, OpenImport, Parking, StoreError};

use crate::attempt::entry;
use crate::circuits::Next;
use crate::rules::Rule;
use crate::{Publisher, account_work, ending};

/// How often it is done.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

/// How many pins one sweep moves at most; a longer backlog is gone through tick by tick.
const MOST: usize = 500;

/// How many failures end a sweep: the table is in trouble, and more calls do not help it.
const MOST_FAILURES: usize = 5;

/// How many entries are read at once of what is overdue while Pinterest is switched off.
const OVERDUE_PAGE: i32 = 1000;

/// How many files are looked after at a time.
const IMPORTS_AT_ONCE: usize = 16;

/// How soon the next sweep follows one that left something.
const NEXT_PART: SignedDuration = SignedDuration::from_secs(50);

/// For how long this process need not note again that pins are parked in a partition.
const NOTED: SignedDuration = SignedDuration::from_hours(1);

/// From this age on a note may be forgotten when its partition is empty: nobody relies on it any more.
const FORGET: SignedDuration = SignedDuration::from_hours(2);

/// Beyond this many notes the memory of them is dropped.
const MOST_NOTED: usize = 2000;

/// What the timeline says of a pin that was missed.
const MISSED: &str = "The pin was still waiting a day after its time.";
const MISSED_BY_LIMIT: &str = "The pin was still waiting a day after its time, because its account had more late \
                               pins than may go out in a day (pins_per_day).";

/// What this process remembers of where pins are parked.
#[derive(Debug)]
pub struct Sweeps {
    platform: Arc<Platform>,
    noted: Mutex<HashMap<Partition, Timestamp>>,
}

impl Sweeps {
    pub fn new(platform: Arc<Platform>) -> Self {
        Self { platform, noted: Mutex::default() }
    }

    /// Notes where `pin` is about to be parked. The partitions of circuits are few and always swept.
    pub async fn note(&self, pin: &Pin) {
        let Some(partition @ Partition::HeldAccount(_)) = pin.due.as_ref().map(|due| &due.partition) else { return };
        let now = self.platform.clock.now();
        if self.noted().get(partition).is_some_and(|at| now.duration_since(*at) < NOTED) {
            return;
        }
        match self.platform.sweeps.note(partition, now).await {
            Ok(()) => {
                let mut noted = self.noted();
                if noted.len() >= MOST_NOTED {
                    noted.clear();
                }
                noted.insert(partition.clone(), now);
            }
            Err(error) => tracing::warn!(%error, %partition, "it could not be noted where a pin is parked"),
        }
    }

    fn noted(&self) -> std::sync::MutexGuard<'_, HashMap<Partition, Timestamp>> {
        self.noted.lock().expect("nothing panics while it holds this lock")
    }
}

/// Sweeps if a sweep is due, until `end` at the latest; answers how many pins were missed.
pub async fn sweep(publisher: &Publisher, end: Timestamp) -> u32 {
    let mut sweep = Sweep { publisher, end, missed: 0, moved: 0, failures: 0 };
    if let Err(error) = sweep.run().await {
        tracing::error!(%error, "the sweep failed; it runs again in an hour");
    }
    sweep.missed
}

/// Does what cannot wait while Pinterest is switched off, once an hour and until `end` at the latest: renews the tokens of
/// both modes whose renewal has been due for a day. A permission that nobody renews for long is gone.
///
/// It is the tick of the first minute of an hour that does it, so that nothing has to be read for the others.
pub async fn while_disabled(publisher: &Publisher, event: &PublisherEvent, end: Timestamp) {
    let PublisherEvent::Tick { shards, scheduled_at } = event else { return };
    if !shards.contains(&Shard::FIRST.number()) || scheduled_at.as_second().rem_euclid(3600) >= 60 {
        return;
    }
    for partition in everywhere().filter(|partition| !partition.is_parking()) {
        if let Err(error) = renew_overdue_in(publisher, &partition, end).await {
            tracing::error!(%error, %partition, "overdue renewals could not be listed; the sweep tries again in an hour");
        }
    }
}

/// Renews the tokens of the account behind `entry`, if that is what is due there.
async fn renew_overdue(publisher: &Publisher, entry: &DueEntry) {
    let DueWork::Account(owner, id) = &entry.work else { return };
    if let Err(error) = account_work::renew_if_due(publisher, owner, id).await {
        tracing::warn!(%error, account = %id, "overdue tokens could not be renewed; the sweep tries again in an hour");
    }
}

async fn renew_overdue_in(publisher: &Publisher, partition: &Partition, end: Timestamp) -> Result<(), StoreError> {
    let (platform, mut from) = (&publisher.platform, None);
    loop {
        let page = platform.pins.due_page(partition, platform.clock.now() - GRACE, from, OVERDUE_PAGE).await?;
        for entry in &page.entries {
            if platform.clock.now() >= end {
                return Ok(());
            }
            renew_overdue(publisher, entry).await;
        }
        from = page.next;
        if from.is_none() {
            return Ok(());
        }
    }
}

/// One sweep at work.
struct Sweep<'a> {
    publisher: &'a Publisher,
    end: Timestamp,
    missed: u32,
    moved: usize,
    failures: usize,
}

impl Sweep<'_> {
    async fn run(&mut self) -> Result<(), StoreError> {
        let platform = &self.publisher.platform;
        let now = platform.clock.now();
        let by = random::token(&*platform.random);
        let Some(due) = platform.sweeps.take(now, EVERY, &by).await? else { return Ok(()) };
        for mode in Mode::ALL {
            if let Err(error) = abandoned(self.publisher, mode).await {
                tracing::error!(%error, %mode, "pins on hold for a missing circuit could not be listed");
            }
        }
        // Pins first: a file that waits is late, a pin that waits too long is lost.
        let pins = self.pins(now).await;
        let files = self.imports(due.imports_after, now).await;
        let is_rest = *pins.as_ref().unwrap_or(&false);
        if let Some(after) = files {
            platform.sweeps.go_on(now + NEXT_PART, after).await?;
        } else if is_rest {
            platform.sweeps.hasten(now + NEXT_PART).await?;
        }
        pins.map(|_| ())
    }

    /// Sweeps every partition; answers whether some are left for the next sweep.
    async fn pins(&mut self, now: Timestamp) -> Result<bool, StoreError> {
        let platform = &self.publisher.platform;
        let parkings = platform.sweeps.parkings().await?;
        let mut partitions: Vec<_> =
            everywhere().chain(parkings.iter().map(|parking| parking.partition.clone())).collect();
        // Every sweep begins elsewhere, so that what stops one does not hide the same partitions for ever.
        let hours = usize::try_from(now.as_second() / 3600).unwrap_or_default();
        let first = hours % partitions.len();
        partitions.rotate_left(first);
        for partition in partitions {
            if let Err(error) = self.partition(&partition, now).await {
                self.failures += 1;
                tracing::error!(%error, %partition, "a partition could not be swept; the sweep goes on with the others");
            }
            if self.moved >= MOST || self.failures >= MOST_FAILURES || platform.clock.now() >= self.end {
                return Ok(true);
            }
        }
        for parking in parkings {
            forget_if_empty(self.publisher, &parking, now).await?;
        }
        Ok(false)
    }

    /// Calls the importer for files that nobody is at work on: who sent one need not look after it. Answers the note with
    /// which the next sweep goes on, where this one's time did not suffice.
    async fn imports(&self, mut after: Option<String>, now: Timestamp) -> Option<Option<String>> {
        let platform = &self.publisher.platform;
        loop {
            if platform.clock.now() >= self.end {
                return Some(after);
            }
            let page = match platform.sweeps.open_imports(after.as_deref()).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::error!(%error, "unfinished imports could not be listed; the next sweep tries again");
                    return None;
                }
            };
            let looks = page.imports.into_iter().map(|open| async move {
                if let Err(error) = import(platform, &open, now).await {
                    tracing::error!(%error, import = %open.id, "a file could not be swept; the sweep goes on with the others");
                }
            });
            stream::iter(looks).buffer_unordered(IMPORTS_AT_ONCE).collect::<()>().await;
            after = page.next;
            after.as_ref()?;
        }
    }

    async fn partition(&mut self, partition: &Partition, now: Timestamp) -> Result<(), StoreError> {
        let entries = self.publisher.platform.pins.due(partition, now - GRACE).await?;
        for entry in entries {
            if self.moved >= MOST || self.failures >= MOST_FAILURES {
                return Ok(());
            }
            // Of the mode that is not in use: of the other one a tick renews them when they are due.
            if self.publisher.platform.clock.now() < self.end {
                renew_overdue(self.publisher, &entry).await;
            }
            match sweep_one(self.publisher, &entry, now).await {
                Ok(status) => {
                    self.missed += u32::from(status == Some(Status::Failed));
                    self.moved += usize::from(status.is_some());
                }
                Err(error) => {
                    self.failures += 1;
                    tracing::error!(%error, %partition, "a pin could not be swept; the sweep goes on with the others");
                }
            }
        }
        Ok(())
    }
}

/// Releases what waits for circuits of `mode` that are not there: a pin can be parked while its circuit goes.
async fn abandoned(publisher: &Publisher, mode: Mode) -> Result<(), StoreError> {
    for kind in CircuitKind::ALL {
        if publisher.platform.pins.earliest_due(&Partition::HeldCircuit(mode, *kind)).await?.is_none() {
            continue;
        }
        let release = |circuit: Option<Circuit>, now| match circuit {
            None => Some(Next::Put(Circuit::releasing(mode, *kind, now))),
            Some(mut circuit) if circuit.phase == Phase::Counting => {
                circuit.close_untried(now);
                Some(Next::Put(circuit))
            }
            Some(_) => None,
        };
        if publisher.circuits.change(mode, *kind, release).await?.is_some() {
            tracing::warn!(%mode, kind = kind.code(), "pins were on hold for a circuit that no longer exists; they are released");
        }
    }
    Ok(())
}

async fn import(platform: &Platform, open: &OpenImport, now: Timestamp) -> Result<(), StoreError> {
    match platform.imports.load(&open.owner, &open.id).await? {
        Some(import) if import.is_done() || import.is_expired(now) => platform.sweeps.forget_import(&open.id).await,
        Some(mut import) if import.is_stalled(now) => {
            let event = ImporterEvent { owner: import.owner.clone(), import: import.id.clone() };
            if let Err(error) = start_import(platform, &event).await {
                tracing::error!(%error, import = %import.id, "the importer could not be invoked; the next sweep tries again");
                return Ok(());
            }
            tracing::warn!(import = %import.id, "storing the pins of an abandoned import was resumed");
            platform.imports.called(&mut import, now).await
        }
        None if now.duration_since(open.noted_at) > FORGET => platform.sweeps.forget_import(&open.id).await,
        // Somebody is at work on it; or it was only noted yet, which comes first.
        Some(_) | None => Ok(()),
    }
}

/// Every partition that there is without parking at an account, of both modes.
fn everywhere() -> impl Iterator<Item = Partition> {
    Mode::ALL.into_iter().flat_map(|mode| {
        let open = Shard::all().map(move |shard| Partition::Open(mode, shard));
        open.chain(CircuitKind::ALL.iter().map(move |kind| Partition::HeldCircuit(mode, *kind)))
    })
}

/// Answers where the pin behind `entry` stands now, if it was moved.
async fn sweep_one(publisher: &Publisher, entry: &DueEntry, now: Timestamp) -> Result<Option<Status>, StoreError> {
    let DueWork::Pin(owner, id) = &entry.work else { return Ok(None) };
    let mut pin = match publisher.platform.pins.load(owner, id).await {
        Ok(Some(pin)) => pin,
        Ok(None) => return Ok(None),
        Err(error @ StoreError::Unreadable { .. }) => {
            tracing::error!(%error, pin = %id, "a pin can't be read and was skipped");
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let before = pin.clone();
    let attempt = AttemptId::random(&*publisher.platform.random);
    if !is_over(publisher, &mut pin, &attempt, now) {
        return Ok(None);
    }
    match publisher.platform.pins.replace(&before, &pin).await {
        Ok(()) => {
            publisher.figures.note(&pin, publisher.platform.clock.now());
            tracing::warn!(pin = %pin.id, account = %pin.account_id, status = pin.state.status().code(), "a pin was swept");
            Ok(Some(pin.state.status()))
        }
        // Somebody else moved it, who knows better.
        Err(StoreError::Conflict) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Ends a pin that is too late, or whose publisher died long ago; answers whether it did.
fn is_over(publisher: &Publisher, pin: &mut Pin, id: &AttemptId, now: Timestamp) -> bool {
    match &pin.state {
        State::Publishing { lease_until, .. } if *lease_until < now => {
            ending::stopped(publisher, pin);
            true
        }
        State::Scheduled { .. } | State::Held { .. } if pin.is_missed(now) && publisher.rules.keep(Rule::HeedGrace) => {
            let is_limited = matches!(pin.state, State::Held { reason: Hold::DailyLimit, .. });
            let message = if is_limited { MISSED_BY_LIMIT } else { MISSED };
            let message = Some(message.to_owned());
            pin.record(Attempt { outcome: AttemptOutcome::Missed, message, ..entry(id, now) });
            pin.miss(now).is_ok()
        }
        _ => false,
    }
}

async fn forget_if_empty(publisher: &Publisher, parking: &Parking, now: Timestamp) -> Result<(), StoreError> {
    let platform = &publisher.platform;
    let is_old = now.duration_since(parking.noted_at) > FORGET;
    if is_old && platform.pins.earliest_due(&parking.partition).await?.is_none() {
        platform.sweeps.forget(parking).await?;
    }
    Ok(())
}
