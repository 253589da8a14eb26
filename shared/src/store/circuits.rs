//! The circuits that keep back a mode's pins. A mode without one has no item here.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::key::{Key, circuit_partition};
use super::table::{Item, decode, encode, number, text};
use super::{EventStore, StoreError, Table};
use crate::domain::circuit::{FailingAccount, FailingOwner, FailingOwners, Phase};
use crate::domain::{AccountId, Circuit, CircuitKind, Happening, Hold, Mode, OwnerId, PinId};

/// The circuits in the table.
#[derive(Debug, Clone)]
pub struct CircuitStore {
    table: Table,
    events: EventStore,
}

#[derive(Serialize, Deserialize)]
struct CircuitItem {
    mode: Mode,
    kind: String,
    reason: String,
    #[serde(with = "millisecond::required")]
    opened_at: Timestamp,
    phase: PhaseWord,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    trial: Option<PinId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    releases_left: Option<u8>,
    /// What an earlier version counts by, which may still run.
    running: u32,
    trials: u32,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    failing: Vec<FailingOwnerItem>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    due_shard: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    due_at: Option<Timestamp>,
    version: u64,
}

#[derive(Serialize, Deserialize)]
struct FailingOwnerItem {
    owner: OwnerId,
    failures: u32,
    recent: u32,
    #[serde(with = "millisecond::required")]
    failed_at: Timestamp,
    accounts: Vec<FailingAccountItem>,
}

#[derive(Serialize, Deserialize)]
struct FailingAccountItem {
    account: AccountId,
    failures: u32,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum PhaseWord {
    Counting,
    Open,
    Trying,
    Releasing,
}

/// What a circuit item that cannot be read has wrong.
#[derive(Debug, thiserror::Error)]
#[error("the circuit's {0} is missing or not readable")]
struct Incomplete(&'static str);

impl CircuitStore {
    /// The circuits in `table`; that publishing pauses or goes on is told to `events`.
    pub fn new(table: Table, events: EventStore) -> Self {
        Self { table, events }
    }

    /// Reads the circuits of `mode` as they are now; none while everything works.
    pub async fn list(&self, mode: Mode) -> Result<Vec<Circuit>, StoreError> {
        let answer = self
            .table
            .query()
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(circuit_partition(mode)))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("read the circuits", error))?;
        // One of an unknown kind belongs to a later version, whose cause this one cannot know.
        let is_known = |item: &Item| item.get("sk").and_then(|sk| CircuitKind::from_code(sk.as_s().ok()?)).is_some();
        let items = answer.items.unwrap_or_default().into_iter().filter(is_known);
        items.map(|item| readable(mode, decode(item)?)).collect()
    }

    /// Lets the app of `mode` be tried at `now` instead of hours later, because somebody may have mended what Pinterest
    /// refused it for.
    pub async fn hasten(&self, mode: Mode, now: Timestamp) -> Result<(), StoreError> {
        let before = self.list(mode).await?;
        for mut circuit in before.clone() {
            if circuit.kind == CircuitKind::App && circuit.hasten(now) {
                match self.save(&before, &mut circuit).await {
                    // Somebody else took a step meanwhile, which is what was wanted.
                    Ok(()) | Err(StoreError::Conflict) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// Forgets that posts of `owner` failed.
    pub async fn forget_owner(&self, owner: &OwnerId) -> Result<(), StoreError> {
        for mode in Mode::ALL {
            let before = self.list(mode).await?;
            for mut circuit in before.clone() {
                if circuit.failing.forget(owner) {
                    self.save(&before, &mut circuit).await?;
                }
            }
        }
        Ok(())
    }

    /// Stores `circuit` as it is after a change, if nobody changed it since it was read among those of its mode, `before`;
    /// raises its version.
    ///
    /// [`StoreError::Conflict`] where somebody did.
    pub async fn save(&self, before: &[Circuit], circuit: &mut Circuit) -> Result<(), StoreError> {
        let seen = circuit.version;
        circuit.version += 1;
        let item = encode(&Key::circuit(circuit.mode, circuit.kind), &CircuitItem::from(&*circuit))?;
        let condition = if seen == 0 { "attribute_not_exists(pk)" } else { "version = :seen" };
        let seen = (seen > 0).then(|| [(":seen".to_owned(), number(seen))].into());
        if let Some(event) = self.event(before, (circuit.mode, circuit.kind), Some(circuit)).await? {
            let put = Put::builder().table_name(self.table.name()).set_item(Some(item)).condition_expression(condition);
            let put = put.set_expression_attribute_values(seen).build().expect("table and item are set");
            let writes = vec![TransactWriteItem::builder().put(put).build()];
            return self.events.transact("save a circuit", writes, (None, Some(event))).await;
        }
        let put = self.table.put(item).condition_expression(condition).set_expression_attribute_values(seen);
        put.send().await.map_err(|error| StoreError::from_sdk("save a circuit", error))?;
        Ok(())
    }

    /// Forgets `circuit`, if nobody changed it since it was read among those of its mode, `before`; [`StoreError::Conflict`]
    /// where somebody did.
    pub async fn forget(&self, before: &[Circuit], circuit: &Circuit) -> Result<(), StoreError> {
        let key = Key::circuit(circuit.mode, circuit.kind);
        let (condition, seen) = ("version = :seen", number(circuit.version));
        if let Some(event) = self.event(before, (circuit.mode, circuit.kind), None).await? {
            let delete =
                Delete::builder().table_name(self.table.name()).key("pk", text(key.pk)).key("sk", text(key.sk));
            let delete = delete.condition_expression(condition).expression_attribute_values(":seen", seen).build();
            let delete = TransactWriteItem::builder().delete(delete.expect("table and key are set")).build();
            return self.events.transact("forget a circuit", vec![delete], (None, Some(event))).await;
        }
        let delete = self.table.delete(&key).condition_expression(condition).expression_attribute_values(":seen", seen);
        delete.send().await.map_err(|error| StoreError::from_sdk("forget a circuit", error))?;
        Ok(())
    }

    /// What has to be written besides, so that it is known that publishing pauses or goes on by the change of one circuit.
    async fn event(
        &self,
        before: &[Circuit],
        (mode, kind): (Mode, CircuitKind),
        after: Option<&Circuit>,
    ) -> Result<Option<TransactWriteItem>, StoreError> {
        let others = before.iter().filter(|circuit| circuit.kind != kind).cloned();
        let after: Vec<_> = others.chain(after.cloned()).collect();
        if is_pausing(before) == is_pausing(&after) {
            return Ok(None);
        }
        self.events.of(|now| Happening::by_circuits(mode, (before, &after), now)).await
    }
}

fn is_pausing(circuits: &[Circuit]) -> bool {
    circuits.iter().any(Circuit::keeps_any_back)
}

impl From<&Circuit> for CircuitItem {
    fn from(circuit: &Circuit) -> Self {
        let (phase, trial, releases_left) = match &circuit.phase {
            Phase::Counting => (PhaseWord::Counting, None, None),
            Phase::Open => (PhaseWord::Open, None, None),
            Phase::Trying { pin } => (PhaseWord::Trying, Some(pin.clone()), None),
            Phase::Releasing { left } => (PhaseWord::Releasing, None, Some(*left)),
        };
        let due = circuit.due();
        Self {
            mode: circuit.mode,
            kind: circuit.kind.code().to_owned(),
            reason: circuit.reason.stored().to_owned(),
            opened_at: circuit.opened_at,
            phase,
            trial,
            releases_left,
            running: circuit.failing.iter().map(|failing| failing.recent).sum(),
            trials: circuit.trials,
            failing: circuit.failing.iter().map(FailingOwnerItem::from).collect(),
            due_shard: due.as_ref().map(|due| due.partition.to_string()),
            due_at: due.map(|due| due.at),
            version: circuit.version,
        }
    }
}

impl TryFrom<CircuitItem> for Circuit {
    type Error = Incomplete;

    fn try_from(item: CircuitItem) -> Result<Self, Incomplete> {
        let phase = match item.phase {
            PhaseWord::Counting => Phase::Counting,
            PhaseWord::Open => Phase::Open,
            PhaseWord::Trying => Phase::Trying { pin: item.trial.ok_or(Incomplete("pin that tries"))? },
            PhaseWord::Releasing => Phase::Releasing { left: item.releases_left.unwrap_or_default() },
        };
        Ok(Self {
            mode: item.mode,
            kind: CircuitKind::from_code(&item.kind).ok_or(Incomplete("kind"))?,
            reason: Hold::from_stored(&item.reason),
            opened_at: item.opened_at,
            phase,
            trials: item.trials,
            failing: FailingOwners::new(item.failing.into_iter().map(FailingOwner::from).collect()),
            due_at: item.due_at.unwrap_or(item.opened_at),
            version: item.version,
        })
    }
}

impl From<&FailingOwner> for FailingOwnerItem {
    fn from(failing: &FailingOwner) -> Self {
        let account = |failing: &FailingAccount| FailingAccountItem {
            account: failing.account.clone(),
            failures: failing.failures,
        };
        Self {
            owner: failing.owner.clone(),
            failures: failing.failures,
            recent: failing.recent,
            failed_at: failing.failed_at,
            accounts: failing.accounts.iter().map(account).collect(),
        }
    }
}

impl From<FailingOwnerItem> for FailingOwner {
    fn from(item: FailingOwnerItem) -> Self {
        let account = |item: FailingAccountItem| FailingAccount { account: item.account, failures: item.failures };
        Self {
            owner: item.owner,
            failures: item.failures,
            recent: item.recent,
            failed_at: item.failed_at,
            accounts: item.accounts.into_iter().map(account).collect(),
        }
    }
}

fn readable(mode: Mode, item: CircuitItem) -> Result<Circuit, StoreError> {
    Circuit::try_from(item).map_err(|error| StoreError::unreadable(circuit_partition(mode), error))
}
