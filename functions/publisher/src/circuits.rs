//! The circuits as this process knows them, and what Pinterest's answers mean for them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;
use shared::domain::circuit::{FAILURES_TO_OPEN, Phase};
use shared::domain::{Circuit, CircuitKind, Hold, Mode, Pin, PinId, Setback, Wait};
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
    /// How many posts running got no answer.
    failures: Mutex<BTreeMap<Mode, u32>>,
}

/// What is known, and how often this process changed it: what was read before a change says nothing of the time after.
#[derive(Debug, Default)]
struct Known {
    circuits: BTreeMap<Mode, Vec<Circuit>>,
    changes: u64,
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
        Self { platform, known: Mutex::default(), failures: Mutex::default() }
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

    /// Learns from what came of a post: opens, reopens or closes circuits.
    ///
    /// While all goes well nothing is read or written; bad news are put to the circuits as they are in the table.
    pub async fn learn(&self, mode: Mode, pin: &PinId, verdict: &Verdict) -> Result<(), StoreError> {
        let meaning = meaning(verdict);
        let met = (pin, meaning, self.count(mode, meaning));
        for kind in CircuitKind::ALL {
            let now = self.platform.clock.now();
            let known = lock(&self.known).circuits.get(&mode).and_then(|known| find(known, *kind));
            if meaning.is_bad() || next(*kind, known, mode, met, now).is_some() {
                self.change(mode, *kind, |circuit, now| next(*kind, circuit, mode, met, now)).await?;
            }
        }
        Ok(())
    }

    /// Changes a circuit as it is now; `change` answers nothing where there is nothing to be changed by then.
    pub async fn change(
        &self,
        mode: Mode,
        kind: CircuitKind,
        change: impl Fn(Option<Circuit>, Timestamp) -> Option<Circuit>,
    ) -> Result<Option<Circuit>, StoreError> {
        for _ in 0..TRIES {
            let circuits = self.platform.circuits.list(mode).await?;
            let before = find(&circuits, kind);
            let Some(mut circuit) = change(before.clone(), self.platform.clock.now()) else { return Ok(None) };
            match self.platform.circuits.save(&mut circuit).await {
                Ok(()) => {
                    tell(before.as_ref(), &circuit);
                    self.know(circuit.clone());
                    return Ok(Some(circuit));
                }
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Conflict)
    }

    /// Notes that a circuit is gone.
    pub fn gone(&self, circuit: &Circuit) {
        let mut known = lock(&self.known);
        known.changes += 1;
        if let Some(known) = known.circuits.get_mut(&circuit.mode) {
            known.retain(|known| known.kind != circuit.kind);
        }
    }

    fn know(&self, circuit: Circuit) {
        let mut known = lock(&self.known);
        known.changes += 1;
        let known = known.circuits.entry(circuit.mode).or_default();
        known.retain(|known| known.kind != circuit.kind);
        known.push(circuit);
    }

    fn count(&self, mode: Mode, meaning: Meaning) -> u32 {
        let mut failures = lock(&self.failures);
        let failures = failures.entry(mode).or_default();
        *failures = if meaning == Meaning::NoAnswer { failures.saturating_add(1) } else { 0 };
        *failures
    }
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
fn next(
    kind: CircuitKind,
    circuit: Option<Circuit>,
    mode: Mode,
    met: (&PinId, Meaning, u32),
    now: Timestamp,
) -> Option<Circuit> {
    let (pin, meaning, failures) = met;
    let bad = match (kind, meaning) {
        (CircuitKind::App, Meaning::AppRefused(reason)) => Some(reason),
        (CircuitKind::Outage, Meaning::NoAnswer) => Some(Hold::PinterestDown),
        _ => None,
    };
    let enough = kind == CircuitKind::App || failures >= FAILURES_TO_OPEN;
    let Some(mut circuit) = circuit else {
        return bad.filter(|_| enough).map(|reason| Circuit::open(mode, reason, now));
    };
    let is_trial = circuit.is_tried_by(pin);
    let is_releasing = matches!(circuit.phase, Phase::Releasing { .. });
    let good = match kind {
        // Only a pin that was taken shows that the app is accepted; any answer shows that the outage is over.
        CircuitKind::App => meaning == Meaning::Answered { published: true },
        CircuitKind::Outage => bad.is_none(),
    };
    match bad {
        Some(reason) if is_trial || (is_releasing && enough) => circuit.fail(reason, is_trial, now),
        None if good && !is_releasing => circuit.close(now),
        None if is_trial => circuit.postpone(now),
        _ => return None,
    }
    Some(circuit)
}

fn find(circuits: &[Circuit], kind: CircuitKind) -> Option<Circuit> {
    circuits.iter().find(|circuit| circuit.kind == kind).cloned()
}

/// One line where a mode is kept back or set free, for whoever is on call.
fn tell(before: Option<&Circuit>, after: &Circuit) {
    let was_open = before.is_some_and(|circuit| !matches!(circuit.phase, Phase::Releasing { .. }));
    let is_open = !matches!(after.phase, Phase::Releasing { .. });
    let (mode, reason) = (after.mode.as_str(), after.reason.code());
    if is_open && !was_open {
        tracing::error!(mode, reason, "nothing is posted in this mode until a pin goes through again");
    } else if was_open && !is_open {
        tracing::warn!(mode, reason, since = %after.opened_at, "pins go through again; those that waited are released");
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nothing panics while it holds this lock")
}

#[cfg(test)]
mod tests;
