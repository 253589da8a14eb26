//! The next step of a circuit: ask Pinterest, let one pin try, release the others.

use futures_util::future::try_join_all;
use jiff::Timestamp;
use shared::domain::circuit::{PROBE_EVERY, Phase};
use shared::domain::{Circuit, CircuitKind, Mode, Pin};
use shared::pinterest::CallError;
use shared::store::{DueEntry, DueWork, StoreError};

use crate::circuits::Next;
use crate::lanes::Job;
use crate::publish::Finished;
use crate::{Publisher, look, release};

/// How many parked pins are looked at for one whose account can be used.
const CANDIDATES: usize = 20;

/// How many pins one page of a release has.
const PAGE: usize = 500;

/// How many pins are released at once.
const AT_ONCE: usize = 16;

/// Takes the step of the circuit of `kind` that is due.
pub async fn advance(publisher: &Publisher, mode: Mode, kind: CircuitKind) -> Finished {
    match step(publisher, mode, kind).await {
        Ok(jobs) => Finished { account: true, jobs, ..Finished::default() },
        // Another publisher takes it.
        Err(StoreError::Conflict) => Finished::default(),
        Err(error) => {
            tracing::error!(%error, %mode, kind = kind.code(), "a circuit's step could not be taken");
            Finished { unfinished: true, again: true, ..Finished::default() }
        }
    }
}

async fn step(publisher: &Publisher, mode: Mode, kind: CircuitKind) -> Result<Vec<Job>, StoreError> {
    let taken = publisher.circuits.change(mode, kind, take).await?;
    let Some(circuit) = taken else { return Ok(Vec::new()) };
    match circuit.phase {
        Phase::Releasing { .. } => release_page(publisher, circuit).await.map(|()| Vec::new()),
        _ => try_one(publisher, circuit).await,
    }
}

/// Takes a step that is due for this publisher alone: the others find it planned for later.
fn take(circuit: Option<Circuit>, now: Timestamp) -> Option<Next> {
    let mut circuit = circuit.filter(|circuit| circuit.due().is_some_and(|due| due.at <= now))?;
    if circuit.keeps_any_back() {
        circuit.phase = Phase::Open;
    }
    circuit.due_at = now + PROBE_EVERY;
    Some(Next::Put(circuit))
}

/// Lets one of the parked pins try, in an outage only after Pinterest answered a harmless question.
async fn try_one(publisher: &Publisher, circuit: Circuit) -> Result<Vec<Job>, StoreError> {
    let entries = publisher.platform.pins.due(&circuit.parking(), Timestamp::MAX).await?;
    if entries.is_empty() {
        // Nobody waits, so the next pin that comes due may as well be the one that tries.
        return forget(publisher, circuit).await.map(|()| Vec::new());
    }
    let Some(pin) = candidate(publisher, &entries).await? else { return Ok(Vec::new()) };
    if circuit.kind == CircuitKind::Outage && !answers(publisher, &pin).await {
        return Ok(Vec::new());
    }
    let try_with = |circuit: Option<Circuit>, now| {
        let mut circuit = circuit?;
        circuit.try_with(pin.id.clone(), now);
        Some(Next::Put(circuit))
    };
    publisher.circuits.change(circuit.mode, circuit.kind, try_with).await?;
    release::unpark(publisher, pin.clone()).await?;
    let pin = publisher.platform.pins.load(&pin.owner, &pin.id).await?;
    Ok(pin.and_then(|pin| look::job(&pin, publisher.platform.clock.now())).into_iter().collect())
}

/// The first parked pin that can try: one of an account that can be used.
async fn candidate(publisher: &Publisher, entries: &[DueEntry]) -> Result<Option<Pin>, StoreError> {
    let mut fallback = None;
    for entry in entries.iter().take(CANDIDATES) {
        let DueWork::Pin(owner, id) = &entry.work else { continue };
        let Ok(Some(pin)) = publisher.platform.pins.load(owner, id).await else { continue };
        let now = publisher.platform.clock.now();
        if !pin.is_parked() || pin.is_missed(now) {
            continue;
        }
        let session = publisher.sessions.get(owner, &pin.account_id).await;
        if session.is_ok_and(|session| session.is_some_and(|session| session.can_post(now))) {
            return Ok(Some(pin));
        }
        fallback.get_or_insert(pin);
    }
    Ok(fallback)
}

/// Whether Pinterest answers, whatever it says; asked for the account of `pin`, since a question creates nothing.
async fn answers(publisher: &Publisher, pin: &Pin) -> bool {
    let session = publisher.sessions.get(&pin.owner, &pin.account_id).await;
    let Ok(Some(token)) = session.map(|session| session.and_then(|session| session.token)) else { return true };
    match publisher.platform.pinterest.user_account(pin.mode, &token).await {
        Ok(_) => true,
        Err(CallError::Refused(refusal)) => refusal.status < 500,
        Err(_) => false,
    }
}

/// Releases the next page of what waits, in the order of time, and plans the next step.
async fn release_page(publisher: &Publisher, circuit: Circuit) -> Result<(), StoreError> {
    let entries = publisher.platform.pins.due(&circuit.parking(), Timestamp::MAX).await?;
    let mut count = 0;
    for some in entries[..entries.len().min(PAGE)].chunks(AT_ONCE) {
        let releases = some.iter().map(|entry| release::release_one(publisher, entry));
        count += try_join_all(releases).await?.into_iter().filter(|released| *released).count();
    }
    tracing::info!(mode = %circuit.mode, kind = circuit.kind.code(), count, "pins that waited for a circuit were released");
    let full = entries.len() > PAGE;
    let plan = |current: Option<Circuit>, now| {
        let mut current = current.filter(|current| matches!(current.phase, Phase::Releasing { .. }))?;
        Some(if current.released(full, now) { Next::Put(current) } else { Next::Forget(current) })
    };
    publisher.circuits.change(circuit.mode, circuit.kind, plan).await.map(drop)
}

/// Ends a circuit that nobody waits for, unless it changed since it was read.
async fn forget(publisher: &Publisher, circuit: Circuit) -> Result<(), StoreError> {
    let unchanged = |current: Option<Circuit>, _| current.filter(|current| *current == circuit).map(Next::Forget);
    publisher.circuits.change(circuit.mode, circuit.kind, unchanged).await.map(drop)
}
