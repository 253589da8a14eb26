//! The circuits as this process knows them, and what Pinterest's answers mean for them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;
use shared::domain::circuit::Phase;
use shared::domain::{AccountId, Circuit, CircuitKind, Hold, Mode, Pin, PinId, Setback, Wait};
use shared::platform::Platform;
use shared::store::StoreError;

use crate::classify::Verdict;

/// How often a change is tried that others make at the same moment.
const TRIES: usize = 5;

/// What keeps whole modes back.
#[derive(Debug)]
pub struct Circuits {
    platform: Arc<Platform>,
    known: Mutex<Known>,
}

/// What is known, and how often this process changed it: what was read before a change says nothing of the time after.
#[derive(Debug, Default)]
struct Known {
    circuits: BTreeMap<Mode, Vec<Circuit>>,
    changes: u64,
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
        Self { platform, known: Mutex::default() }
    }

    /// Reads the circuits of `mode` as they are now; what is known stays in use while the table does not answer.
    pub async fn refresh(&self, mode: Mode) {
        let changes = lock(&self.known).changes;
        match self.platform.circuits.list(mode).await {
            Ok(circuits) => {
                let mut known = lock(&self.known);
                if known.changes == changes {
                    known.circuits.insert(mode, circuits);
                }
            }
            Err(error) => tracing::error!(%error, "the circuits could not be read; the last known ones stay in use"),
        }
    }

    /// What keeps `pin` back, and where it waits for that.
    pub fn keeping_back(&self, pin: &Pin) -> Option<(Hold, Wait)> {
        let known = lock(&self.known);
        let circuit = known.circuits.get(&pin.mode)?.iter().find(|circuit| circuit.keeps_back(&pin.id))?;
        Some((circuit.reason, Wait::ForCircuit(circuit.kind, circuit.until())))
    }

    /// Whether Pinterest is known not to answer in `mode`, and no pin tries at this moment.
    pub fn is_down(&self, mode: Mode) -> bool {
        let is_down = |circuit: &Circuit| circuit.kind == CircuitKind::Outage && circuit.phase == Phase::Open;
        lock(&self.known).circuits.get(&mode).is_some_and(|circuits| circuits.iter().any(is_down))
    }

    /// Learns from what came of a post: opens, reopens or closes circuits.
    ///
    /// While all goes well nothing is read or written; bad news are put to the circuits as they are in the table.
    pub async fn learn(&self, pin: &Pin, verdict: &Verdict) -> Result<(), StoreError> {
        let mode = pin.mode;
        let met = Met { pin: &pin.id, of: &pin.account_id, meaning: meaning(verdict) };
        for kind in CircuitKind::ALL {
            let now = self.platform.clock.now();
            let known = lock(&self.known).circuits.get(&mode).and_then(|known| find(known, *kind));
            if met.meaning.is_bad() || next(*kind, known, mode, met, now).is_some() {
                self.change(mode, *kind, |circuit, now| next(*kind, circuit, mode, met, now)).await?;
            }
        }
        Ok(())
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
        for _ in 0..TRIES {
            let before = find(&self.platform.circuits.list(mode).await?, kind);
            let written = match change(before.clone(), self.platform.clock.now()) {
                None => {
                    self.know(mode, kind, before);
                    return Ok(None);
                }
                Some(Next::Put(mut circuit)) => self.platform.circuits.save(&mut circuit).await.map(|()| Some(circuit)),
                Some(Next::Forget(circuit)) => self.platform.circuits.forget(&circuit).await.map(|()| None),
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
        let trying = |known: &Known| {
            let circuits = known.circuits.get(&pin.mode)?;
            circuits.iter().find(|circuit| circuit.is_tried_by(&pin.id)).map(|circuit| circuit.kind)
        };
        let Some(kind) = trying(&lock(&self.known)) else { return };
        let pass_on = |circuit: Option<Circuit>, now| {
            let mut circuit = circuit.filter(|circuit| circuit.is_tried_by(&pin.id))?;
            circuit.pass_on(now);
            Some(Next::Put(circuit))
        };
        if let Err(error) = self.change(pin.mode, kind, pass_on).await {
            tracing::warn!(%error, "a circuit waits for a pin that cannot try; it goes on by itself");
        }
    }

    fn know(&self, mode: Mode, kind: CircuitKind, circuit: Option<Circuit>) {
        let mut known = lock(&self.known);
        known.changes += 1;
        let known = known.circuits.entry(mode).or_default();
        known.retain(|known| known.kind != kind);
        known.extend(circuit);
    }
}

/// What a pin met.
#[derive(Debug, Clone, Copy)]
struct Met<'a> {
    pin: &'a PinId,
    of: &'a AccountId,
    meaning: Meaning,
}

impl Meaning {
    fn is_bad(self) -> bool {
        !matches!(self, Self::Answered { .. })
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
    let Met { pin, of, meaning } = met;
    let bad = match (kind, meaning) {
        (CircuitKind::App, Meaning::AppRefused(reason)) => Some(reason),
        (CircuitKind::Outage, Meaning::NoAnswer) => Some(Hold::PinterestDown),
        _ => None,
    };
    let good = match kind {
        // Only a pin that was taken shows that the app is accepted; any answer shows that the outage is over.
        CircuitKind::App => meaning == Meaning::Answered { published: true },
        CircuitKind::Outage => bad.is_none(),
    };
    let Some(mut circuit) = circuit else { return bad.map(|reason| Next::Put(Circuit::new(mode, reason, of, now))) };
    let is_trial = circuit.is_tried_by(pin);
    match (bad, &circuit.phase) {
        (Some(reason), Phase::Counting | Phase::Releasing { .. }) => circuit.fail(reason, of, false, now),
        (Some(reason), _) if is_trial => circuit.fail(reason, of, true, now),
        (None, Phase::Counting) if good => return Some(Next::Forget(circuit)),
        (None, Phase::Open | Phase::Trying { .. }) if good => circuit.close(now),
        (None, Phase::Releasing { .. }) if good && circuit.running > 0 => circuit.running = 0,
        (None, _) if is_trial => circuit.postpone(now),
        _ => return None,
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
        tracing::error!(mode, reason, "nothing is posted in this mode until a pin goes through again");
    } else if was_open && !after.keeps_any_back() {
        tracing::warn!(mode, reason, since = %after.opened_at, "pins go through again; those that waited are released");
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nothing panics while it holds this lock")
}

#[cfg(test)]
mod tests;
