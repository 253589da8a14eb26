//! The next step of a circuit: ask Pinterest, let one pin try, release the others.

use std::collections::{BTreeMap, VecDeque};

use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use shared::domain::circuit::{PROBE_EVERY, Phase};
use shared::domain::pin::GRACE;
use shared::domain::{Circuit, CircuitKind, Mode, OwnerId, Pin};
use shared::kick::KickedPin;
use shared::pinterest::CallError;
use shared::store::{DueEntry, DueWork, StoreError};

use crate::circuits::Next;
use crate::lanes::Job;
use crate::late::Allowance;
use crate::publish::{Aside, Finished};
use crate::queue::Queue;
use crate::{Publisher, look, release};

/// How many parked pins are looked at for one whose account can be used, of as many owners where there are so many.
const CANDIDATES: usize = 20;

/// How many pages of what is parked are read to find them.
const PAGES: usize = 10;

/// How many entries one of these pages has.
const ENTRIES: i32 = 2000;

/// How many pins one page of a release has.
const PAGE: usize = 500;

/// How many of them one account has: about what it may post until the next page.
const PAGE_OF_ACCOUNT: usize = 14;

/// How soon the next step follows one that found no pin that can try.
const SOON: SignedDuration = SignedDuration::from_secs(2);

/// How many pins are released at once.
const AT_ONCE: usize = 16;

/// Takes the step of the circuit of `kind` that is due.
pub async fn advance(publisher: &Publisher, mode: Mode, kind: CircuitKind) -> Finished {
    match step(publisher, mode, kind).await {
        Ok(finished) => Finished { aside: Some(Aside::Account), ..finished },
        // Another publisher takes it.
        Err(StoreError::Conflict) => Finished::default(),
        Err(error) => {
            tracing::error!(%error, %mode, kind = kind.code(), "a circuit could not be advanced; the next tick tries again");
            Finished { unfinished: true, again: true, ..Finished::default() }
        }
    }
}

async fn step(publisher: &Publisher, mode: Mode, kind: CircuitKind) -> Result<Finished, StoreError> {
    let taken = publisher.circuits.change(mode, kind, take).await?;
    let Some(circuit) = taken else { return Ok(Finished::default()) };
    Ok(match circuit.phase {
        Phase::Releasing { .. } => {
            Finished { released: release_page(publisher, circuit).await?, ..Finished::default() }
        }
        _ => Finished { jobs: try_one(publisher, circuit).await?, ..Finished::default() },
    })
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
    let in_time = candidates(publisher, &circuit).await?;
    if in_time.is_empty() {
        // Nobody waits, or only what the sweep will end: the next pin that comes due may as well be the one that tries.
        return step_on(publisher, &circuit, Circuit::close_untried).await.map(|_| Vec::new());
    }
    let Some(pin) = candidate(publisher, &in_time).await? else {
        // None of the first ones can post: they say so themselves when they are out of the way.
        for entry in &in_time {
            release::release_one(publisher, entry).await?;
        }
        return step_on(publisher, &circuit, |circuit, now| circuit.due_at = now + SOON).await.map(|_| Vec::new());
    };
    if circuit.kind == CircuitKind::Outage && !answers(publisher, &pin).await {
        return Ok(Vec::new());
    }
    let id = pin.id.clone();
    if !step_on(publisher, &circuit, |circuit, now| circuit.try_with(id.clone(), now)).await? {
        // An answer or another publisher was faster.
        return Ok(Vec::new());
    }
    release::unpark(publisher, pin.clone()).await?;
    let pin = publisher.platform.pins.load(&pin.owner, &pin.id).await?;
    Ok(pin.and_then(|pin| look::job(&pin, publisher.platform.clock.now())).into_iter().collect())
}

/// Changes the open `circuit`, unless somebody else did since this publisher took its step; answers whether it did.
async fn step_on(
    publisher: &Publisher,
    circuit: &Circuit,
    apply: impl Fn(&mut Circuit, Timestamp),
) -> Result<bool, StoreError> {
    let change = |current: Option<Circuit>, now| {
        let mine = |current: &Circuit| current.version == circuit.version && current.phase == Phase::Open;
        let mut current = current.filter(mine)?;
        apply(&mut current, now);
        Some(Next::Put(current))
    };
    Ok(publisher.circuits.change(circuit.mode, circuit.kind, change).await?.is_some())
}

/// The parked pins that may try, of as many owners as there are, those first that failed least: that one owner's posts fail
/// says little of Pinterest.
async fn candidates(publisher: &Publisher, circuit: &Circuit) -> Result<Vec<DueEntry>, StoreError> {
    let now = publisher.platform.clock.now();
    let mut of_owners: BTreeMap<OwnerId, VecDeque<DueEntry>> = BTreeMap::new();
    let mut from = None;
    for _ in 0..PAGES {
        let page = publisher.platform.pins.due_page(&circuit.parking(), Timestamp::MAX, from, ENTRIES).await?;
        // A parked pin waits at its own time, so what is missed by now is known without reading it.
        for entry in page.entries.into_iter().filter(|entry| now.duration_since(entry.due.at) <= GRACE) {
            let DueWork::Pin(owner, _) = &entry.work else { continue };
            let of_owner = of_owners.entry(owner.clone()).or_default();
            if of_owner.len() < CANDIDATES {
                of_owner.push_back(entry);
            }
        }
        from = page.next;
        if from.is_none() || of_owners.len() >= CANDIDATES {
            break;
        }
    }
    let mut of_owners: Vec<_> = of_owners.into_iter().collect();
    of_owners.sort_by_key(|(owner, entries)| {
        (circuit.failing.recent(owner), entries.front().map_or(Timestamp::MAX, |entry| entry.due.at))
    });
    let mut candidates = Vec::new();
    while candidates.len() < CANDIDATES && of_owners.iter().any(|(_, entries)| !entries.is_empty()) {
        candidates.extend(of_owners.iter_mut().filter_map(|(_, entries)| entries.pop_front()));
    }
    candidates.truncate(CANDIDATES);
    Ok(candidates)
}

/// The first of `entries` whose pin can try: one whose account can be used. A pin whose video is not ready comes after all
/// others, for it is a while until it is posted.
async fn candidate(publisher: &Publisher, entries: &[DueEntry]) -> Result<Option<Pin>, StoreError> {
    let mut with_video = None;
    for entry in entries {
        let DueWork::Pin(owner, id) = &entry.work else { continue };
        let Ok(Some(pin)) = publisher.platform.pins.load(owner, id).await else { continue };
        let now = publisher.platform.clock.now();
        let Ok(Some(session)) = publisher.sessions.get(owner, &pin.account_id).await else { continue };
        let may_post =
            !pin.is_late(now) || Allowance::of(publisher, &session.account).await?.is_none_or(|it| it.left > 0);
        if !pin.is_parked() || !session.can_post(now) || !may_post {
            continue;
        }
        if pin.unsettled_video().is_none() {
            return Ok(Some(pin));
        }
        with_video.get_or_insert(pin);
    }
    Ok(with_video)
}

/// Whether Pinterest answers, whatever it says; asked for the account of `pin`, since a question creates nothing.
async fn answers(publisher: &Publisher, pin: &Pin) -> bool {
    let session = publisher.sessions.get(&pin.owner, &pin.account_id).await;
    let Ok(Some(token)) = session.map(|session| session.and_then(|session| session.token)) else { return true };
    match publisher.platform.pinterest.user_account(pin.mode, &token).await {
        Ok(_) => true,
        Err(CallError::Refused(refusal)) => refusal.kind.is_an_answer(),
        Err(_) => false,
    }
}

/// Releases the next page of what waits, of every owner and account a share at a time, and plans the next step. What an
/// account has beyond its share waits with the account from then on, out of the way of others.
async fn release_page(publisher: &Publisher, circuit: Circuit) -> Result<Vec<KickedPin>, StoreError> {
    let (entries, is_all) = page(publisher, &circuit).await?;
    let full = !is_all || entries.len() > PAGE;
    let mut released = BTreeMap::new();
    let (mut out, mut queue) = (Vec::new(), Queue::behind(PAGE_OF_ACCOUNT));
    for some in entries[..entries.len().min(PAGE)].chunks(AT_ONCE) {
        let pins = try_join_all(some.iter().map(|entry| release::parked(publisher, entry))).await?;
        let (share, rest): (Vec<_>, Vec<_>) = pins.into_iter().flatten().partition(|pin| {
            let of_account: &mut usize = released.entry(pin.account_id.clone()).or_default();
            *of_account += 1;
            *of_account <= PAGE_OF_ACCOUNT
        });
        let share = share.into_iter().map(async |pin| {
            let due_at = pin.publish_at.unwrap_or(Timestamp::UNIX_EPOCH);
            let kicked = KickedPin { owner: pin.owner.clone(), id: pin.id.clone(), due_at };
            Ok::<_, StoreError>(release::unpark_unless_moved(publisher, pin).await?.then_some(kicked))
        });
        out.extend(try_join_all(share).await?.into_iter().flatten());
        queue.park(publisher, rest).await?;
    }
    let count = out.len();
    tracing::info!(mode = %circuit.mode, kind = circuit.kind.code(), count, "pins that waited for a circuit were released");
    let plan = |current: Option<Circuit>, now| {
        let mut current = current.filter(|current| matches!(current.phase, Phase::Releasing { .. }))?;
        if current.released(full, now) {
            return Some(Next::Put(current));
        }
        let gone = Next::Forget(current.clone());
        Some(current.after_release(now).map_or(gone, Next::Put))
    };
    publisher.circuits.change(circuit.mode, circuit.kind, plan).await?;
    Ok(out)
}

/// The first of what waits of each owner, in turns, and whether that is all that waits.
async fn page(publisher: &Publisher, circuit: &Circuit) -> Result<(Vec<DueEntry>, bool), StoreError> {
    let mut of_owners: BTreeMap<OwnerId, VecDeque<DueEntry>> = BTreeMap::new();
    let (mut from, mut is_all) = (None, true);
    for _ in 0..PAGES {
        let page = publisher.platform.pins.due_page(&circuit.parking(), Timestamp::MAX, from, ENTRIES).await?;
        for entry in page.entries {
            let DueWork::Pin(owner, _) = &entry.work else { continue };
            let of_owner = of_owners.entry(owner.clone()).or_default();
            if of_owner.len() <= PAGE {
                of_owner.push_back(entry);
            } else {
                is_all = false;
            }
        }
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    let mut entries = Vec::new();
    while of_owners.values().any(|entries| !entries.is_empty()) {
        entries.extend(of_owners.values_mut().filter_map(VecDeque::pop_front));
    }
    Ok((entries, is_all && from.is_none()))
}
