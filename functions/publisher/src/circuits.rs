//! The circuits as this process knows them, and what Pinterest's answers mean for them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::{SignedDuration, Timestamp};
use shared::domain::circuit::{ANSWERED_WITHIN, Phase, UnansweredPost};
use shared::domain::{Circuit, CircuitKind, Hold, Mode, OwnerId, Pin, PinId, Setback, Wait};
use shared::platform::Platform;
use shared::store::StoreError;

use crate::classify::Verdict;

/// How often a change is tried that others make at the same moment.
const TRIES: usize = 5;

/// For how long what was read is worth anything; it is read again every two seconds.
const FRESH: SignedDuration = SignedDuration::from_secs(15);

/// How long a pin that tries for its owner may take before another one does.
const TRIAL: SignedDuration = SignedDuration::from_secs(30);

/// Beyond this many owners the memory of who was answered is dropped.
const MOST_ANSWERED: usize = 2000;

/// What keeps whole modes back, and owners whose posts get no answer.
#[derive(Debug)]
pub struct Circuits {
    platform: Arc<Platform>,
    known: Mutex<Known>,
    /// Held while a circuit is changed, so that those of one process do not refuse each other's writes.
    changing: futures_util::lock::Mutex<()>,
}

/// What is known, and how often this process changed it: what was read before a change says nothing of the time after.
#[derive(Debug, Default)]
struct Known {
    circuits: BTreeMap<Mode, (Timestamp, Vec<Circuit>)>,
    changes: u64,
    /// Whom Pinterest answered last when.
    answered: HashMap<(Mode, OwnerId), Timestamp>,
    /// The pin that tries for its owner, and since when.
    trying: HashMap<OwnerId, (PinId, Timestamp)>,
}

/// What becomes of a circuit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// It is this from now on.
    Put(Circuit),
    /// It is gone.
    Forget(Circuit),
}

/// What an answer says of Pinterest, whatever it says of the pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The app itself is refused.
    AppRefused(Hold),
    /// There was none, or one of a server in trouble.
    NoAnswer,
    /// Pinterest works; `published` where it took the pin.
    Answered { published: bool },
}

impl Circuits {
    pub fn new(platform: Arc<Platform>) -> Self {
        Self { platform, known: Mutex::default(), changing: futures_util::lock::Mutex::default() }
    }

    /// Reads the circuits of `mode` as they are now; what is known stays in use for seconds while the table does not answer.
    pub async fn refresh(&self, mode: Mode) {
        let changes = lock(&self.known).changes;
        match self.platform.circuits.list(mode).await {
            Ok(circuits) => {
                let mut known = lock(&self.known);
                if known.changes == changes {
                    known.circuits.insert(mode, (self.platform.clock.now(), circuits));
                }
            }
            Err(error) => tracing::error!(%error, "the circuits could not be read; the last known ones stay in use"),
        }
    }

    /// What keeps `pin` back, and where it waits for that.
    pub fn keeping_back(&self, pin: &Pin) -> Option<(Hold, Wait)> {
        let now = self.platform.clock.now();
        let known = lock(&self.known);
        let circuits = known.of(pin.mode, now)?;
        if let Some(circuit) = circuits.iter().find(|circuit| circuit.keeps_back(pin)) {
            return Some((circuit.reason, Wait::ForCircuit(circuit.kind, circuit.until())));
        }
        let outage = circuits.iter().find(|circuit| circuit.kind == CircuitKind::Outage)?;
        let held_until = outage.failing.owner_held_until(&pin.owner).filter(|_| !outage.is_tried_by(&pin.id))?;
        let other = known.trying.get(&pin.owner).filter(|(trying, _)| *trying != pin.id);
        let tried_until = other.map_or(held_until, |(_, since)| held_until.max(*since + TRIAL));
        (now < tried_until).then_some((Hold::PinterestDown, Wait::ForAccount(Some(tried_until))))
    }

    /// Notes that `pin` is about to be posted: where its owner was held, it tries for the others.
    pub fn begin(&self, pin: &Pin) {
        let now = self.platform.clock.now();
        let mut known = lock(&self.known);
        let mut circuits = known.of(pin.mode, now).into_iter().flatten();
        if circuits.any(|circuit| circuit.failing.owner_held_until(&pin.owner).is_some()) {
            known.trying.insert(pin.owner.clone(), (pin.id.clone(), now));
        }
    }

    /// Whether Pinterest is known not to answer in `mode`, and no pin tries at this moment.
    pub fn is_down(&self, mode: Mode) -> bool {
        let is_down = |circuit: &Circuit| circuit.kind == CircuitKind::Outage && circuit.phase == Phase::Open;
        lock(&self.known).of(mode, self.platform.clock.now()).is_some_and(|circuits| circuits.iter().any(is_down))
    }

    /// Learns from what came of a post: opens, reopens or closes circuits. Answers until when the account of `pin` is to be
    /// held, if what it met concerns itself.
    ///
    /// While all goes well nothing is read or written; bad news are put to the circuits as they are in the table.
    pub async fn learn(&self, pin: &Pin, verdict: &Verdict) -> Result<Option<Timestamp>, StoreError> {
        let (mode, meaning) = (pin.mode, meaning(verdict));
        let answered = self.note(pin, meaning);
        let met = Met { pin, meaning, answered: &answered };
        let mut held_until = None;
        for kind in CircuitKind::ALL {
            let now = self.platform.clock.now();
            let known = lock(&self.known).of(mode, now).and_then(|known| find(known, *kind));
            let says_nothing_new = known.as_ref().is_some_and(|circuit| {
                *kind == CircuitKind::Outage && circuit.phase == Phase::Open && circuit.failing.is_failing(&pin.owner)
            });
            let is_news = meaning.is_bad_for(*kind) && !says_nothing_new;
            if !is_news && next(*kind, known, mode, met, now).is_none() {
                continue;
            }
            let after = self.change(mode, *kind, |circuit, now| next(*kind, circuit, mode, met, now)).await?;
            let after = after.filter(|after| meaning.is_bad_for(CircuitKind::Outage) && !after.keeps_any_back());
            held_until = held_until
                .max(after.and_then(|after| after.failing.account_held_until(&pin.owner, &pin.account_id, &answered)));
        }
        Ok(held_until)
    }

    /// Remembers that `pin` was answered; or says who was lately, where it was not.
    fn note(&self, pin: &Pin, meaning: Meaning) -> Vec<OwnerId> {
        let now = self.platform.clock.now();
        let mut known = lock(&self.known);
        known.trying.remove(&pin.owner);
        if meaning == Meaning::NoAnswer {
            let lately = |at: &Timestamp| now.duration_since(*at) < ANSWERED_WITHIN;
            let answered = known.answered.iter().filter(|((mode, _), at)| *mode == pin.mode && lately(at));
            return answered.map(|((_, owner), _)| owner.clone()).collect();
        }
        if known.answered.len() >= MOST_ANSWERED {
            known.answered.retain(|_, at| now.duration_since(*at) < ANSWERED_WITHIN);
        }
        if known.answered.len() < MOST_ANSWERED || known.answered.contains_key(&(pin.mode, pin.owner.clone())) {
            known.answered.insert((pin.mode, pin.owner.clone()), now);
        }
        Vec::new()
    }

    /// Changes a circuit as it is now; `change` answers nothing where there is nothing to be changed by then.
    ///
    /// Answers the circuit as it is after the change, if it was changed and is still there.
    pub async fn change(
        &self,
        mode: Mode,
        kind: CircuitKind,
        change: impl Fn(Option<Circuit>, Timestamp) -> Option<Next>,
    ) -> Result<Option<Circuit>, StoreError> {
        let _alone = self.changing.lock().await;
        for _ in 0..TRIES {
            let all = self.platform.circuits.list(mode).await?;
            let before = find(&all, kind);
            let written = match change(before.clone(), self.platform.clock.now()) {
                None => {
                    self.know(mode, kind, before);
                    return Ok(None);
                }
                Some(Next::Put(mut circuit)) => {
                    self.platform.circuits.save(&all, &mut circuit).await.map(|()| Some(circuit))
                }
                Some(Next::Forget(circuit)) => self.platform.circuits.forget(&all, &circuit).await.map(|()| None),
            };
            match written {
                Ok(after) => {
                    tell(before.as_ref(), after.as_ref());
                    self.know(mode, kind, after.clone());
                    return Ok(after);
                }
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Conflict)
    }

    /// Lets another pin try at once, since `pin`, if it is the one that tries, meets something of its own.
    pub async fn pass_on(&self, pin: &Pin) {
        let now = self.platform.clock.now();
        let trying = |known: &mut Known| {
            if known.trying.get(&pin.owner).is_some_and(|(trying, _)| *trying == pin.id) {
                known.trying.remove(&pin.owner);
            }
            let mut circuits = known.of(pin.mode, now)?.iter();
            circuits.find(|circuit| circuit.is_tried_by(&pin.id)).map(|circuit| circuit.kind)
        };
        let Some(kind) = trying(&mut lock(&self.known)) else { return };
        let pass_on = |circuit: Option<Circuit>, now| {
            let mut circuit = circuit.filter(|circuit| circuit.is_tried_by(&pin.id))?;
            circuit.pass_on(now);
            Some(Next::Put(circuit))
        };
        if let Err(error) = self.change(pin.mode, kind, pass_on).await {
            tracing::warn!(%error, "a circuit could not be passed on from a pin that can't be posted; it moves on by itself");
        }
    }

    fn know(&self, mode: Mode, kind: CircuitKind, circuit: Option<Circuit>) {
        let now = self.platform.clock.now();
        let mut known = lock(&self.known);
        known.changes += 1;
        let (read_at, known) = known.circuits.entry(mode).or_default();
        if now.duration_since(*read_at) >= FRESH {
            // What is known of the circuit of the other kind is too old to be kept.
            known.clear();
        }
        *read_at = now;
        known.retain(|known| known.kind != kind);
        known.extend(circuit);
    }
}

impl Known {
    /// The circuits of `mode` as they were seconds ago; none where that is not known.
    fn of(&self, mode: Mode, now: Timestamp) -> Option<&[Circuit]> {
        let (read_at, circuits) = self.circuits.get(&mode)?;
        (now.duration_since(*read_at) < FRESH).then_some(circuits.as_slice())
    }
}

/// What a pin met.
#[derive(Debug, Clone, Copy)]
struct Met<'a> {
    pin: &'a Pin,
    meaning: Meaning,
    /// Who was answered lately.
    answered: &'a [OwnerId],
}

impl Meaning {
    fn is_bad_for(self, kind: CircuitKind) -> bool {
        match kind {
            CircuitKind::App => matches!(self, Self::AppRefused(_)),
            CircuitKind::Outage => self == Self::NoAnswer,
        }
    }
}

fn meaning(verdict: &Verdict) -> Meaning {
    match verdict {
        Verdict::Hold(reason @ (Hold::TrialTier | Hold::AppNotApproved), _) => Meaning::AppRefused(*reason),
        Verdict::Unknown | Verdict::Retry(Setback::Unreachable) => Meaning::NoAnswer,
        Verdict::Published(_) => Meaning::Answered { published: true },
        _ => Meaning::Answered { published: false },
    }
}

/// What becomes of the circuit of `kind`, read as `circuit`, by what a pin met; nothing where it stays as it is.
fn next(kind: CircuitKind, circuit: Option<Circuit>, mode: Mode, met: Met<'_>, now: Timestamp) -> Option<Next> {
    match kind {
        CircuitKind::App => next_of_app(circuit, mode, met, now),
        CircuitKind::Outage => next_of_outage(circuit, mode, met, now),
    }
}

/// Only a pin that was taken shows that the app is accepted.
fn next_of_app(circuit: Option<Circuit>, mode: Mode, met: Met<'_>, now: Timestamp) -> Option<Next> {
    let refused = if let Meaning::AppRefused(reason) = met.meaning { Some(reason) } else { None };
    let Some(mut circuit) = circuit else {
        return refused.map(|reason| Next::Put(Circuit::refused(mode, reason, now)));
    };
    let is_trial = circuit.is_tried_by(&met.pin.id);
    let is_taken = met.meaning == Meaning::Answered { published: true };
    match (refused, &circuit.phase) {
        (Some(reason), Phase::Counting | Phase::Releasing { .. }) => circuit.refuse(reason, false, now),
        (Some(reason), _) if is_trial => circuit.refuse(reason, true, now),
        (None, Phase::Open | Phase::Trying { .. }) if is_taken => circuit.close(now),
        (None, _) if is_trial => circuit.postpone(now),
        _ => return None,
    }
    Some(Next::Put(circuit))
}

/// Any answer shows that the outage is over, and that the owner who got it is not in trouble.
fn next_of_outage(circuit: Option<Circuit>, mode: Mode, met: Met<'_>, now: Timestamp) -> Option<Next> {
    let Met { pin, meaning, answered } = met;
    let is_bad = meaning == Meaning::NoAnswer;
    let mut circuit = match circuit {
        Some(circuit) => circuit,
        None if is_bad => Circuit::counting(mode, now),
        None => return None,
    };
    if is_bad {
        let was_trial = circuit.is_tried_by(&pin.id);
        if circuit.keeps_any_back() && !was_trial && circuit.failing.is_failing(&pin.owner) {
            return None;
        }
        circuit.fail(UnansweredPost { owner: &pin.owner, account: &pin.account_id, was_trial, answered }, now);
        return Some(Next::Put(circuit));
    }
    let changed = circuit.answer(&pin.owner, &pin.account_id);
    match circuit.phase {
        Phase::Open | Phase::Trying { .. } => circuit.close(now),
        Phase::Counting if circuit.failing.is_empty() => return Some(Next::Forget(circuit)),
        _ if !changed => return None,
        _ => {}
    }
    Some(Next::Put(circuit))
}

fn find(circuits: &[Circuit], kind: CircuitKind) -> Option<Circuit> {
    circuits.iter().find(|circuit| circuit.kind == kind).cloned()
}

/// One line where a mode is kept back or set free, for whoever is on call.
fn tell(before: Option<&Circuit>, after: Option<&Circuit>) {
    let was_open = before.is_some_and(Circuit::keeps_any_back);
    let Some(after) = after else { return };
    let (mode, reason) = (after.mode.as_str(), after.reason.code());
    if after.keeps_any_back() && !was_open {
        tracing::error!(mode, reason, "publishing in this mode is paused until a pin succeeds");
    } else if was_open && !after.keeps_any_back() {
        tracing::warn!(mode, reason, since = %after.opened_at, "publishing works again; the pins on hold are released");
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nothing panics while it holds this lock")
}

#[cfg(test)]
mod tests;
