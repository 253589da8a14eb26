//! Connected accounts, and which owner a Pinterest account belongs to.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::consents::{LinkUse, use_link, use_pick};
use super::items::AccountItem;
use super::key::{ACCOUNT, Key, owner_partition};
use super::table::{decode, encode, number, text};
use super::{EventStore, StoreError, Table};
use crate::domain::{Account, AccountId, EventType, Happening, Mode, OwnerId, PinterestUserId};

/// The accounts in the table.
#[derive(Debug, Clone)]
pub struct AccountStore {
    table: Table,
    events: EventStore,
}

/// Which account of which owner stands for a Pinterest account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The owner who connected it.
    pub owner_id: OwnerId,
    /// The account it was connected as.
    pub account_id: AccountId,
}

impl AccountStore {
    /// The accounts in `table`; what happens to them goes to `events`.
    pub fn new(table: Table, events: EventStore) -> Self {
        Self { table, events }
    }

    /// Reads one account as it is now.
    pub async fn load(&self, owner: &OwnerId, id: &AccountId) -> Result<Option<Account>, StoreError> {
        let key = Key::account(owner, id);
        self.table.get(&key).await?.map(|item| readable(&key.to_string(), item)).transpose()
    }

    /// Lists all accounts of `owner`, disconnected ones included.
    pub async fn list(&self, owner: &OwnerId) -> Result<Vec<Account>, StoreError> {
        let partition = owner_partition(owner);
        let mut accounts = Vec::new();
        let mut from = None;
        loop {
            let answer = self
                .table
                .query()
                .key_condition_expression("pk = :pk AND begins_with(sk, :account)")
                .expression_attribute_values(":pk", text(&partition))
                .expression_attribute_values(":account", text(ACCOUNT))
                .consistent_read(true)
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(|error| StoreError::from_sdk("list accounts", error))?;
            for item in answer.items.unwrap_or_default() {
                accounts.push(readable(&partition, decode(item)?)?);
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(accounts);
            }
        }
    }

    /// Finds who connected a Pinterest account.
    pub async fn find_link(&self, mode: Mode, user: &PinterestUserId) -> Result<Option<Link>, StoreError> {
        self.table.get(&Key::link(mode, user)).await
    }

    /// Replaces an account that was read at `version`; raises its version by one.
    ///
    /// [`StoreError::Conflict`] where it changed in between.
    pub async fn save(&self, account: &mut Account, version: u64) -> Result<(), StoreError> {
        account.version = version + 1;
        let key = Key::account(&account.owner, &account.id);
        let put = self
            .table
            .put(encode(&key, &AccountItem::from(&*account))?)
            .condition_expression("version = :version")
            .expression_attribute_values(":version", number(version));
        self.table.put_once("save an account", put).await
    }

    /// The same for an account that has to be connected again from now on, and did not before.
    pub async fn save_refused(&self, account: &mut Account, version: u64) -> Result<(), StoreError> {
        match self.event(EventType::AccountNeedsReconnect, account, version).await? {
            None => self.save(account, version).await,
            Some(event) => {
                let writes = vec![replacement(&self.table, account, version)?];
                let event = (Some(&account.owner), Some(event));
                self.events.transact("save an account that has to be connected again", writes, event).await
            }
        }
    }

    /// What has to be written besides the next version of `account`, so that what happened to it is known.
    async fn event(
        &self,
        kind: EventType,
        account: &Account,
        version: u64,
    ) -> Result<Option<TransactWriteItem>, StoreError> {
        let told = |now| Happening { sequence: version + 1, ..Happening::to_account(kind, account, now) };
        self.events.of(|now| Some(told(now))).await
    }

    /// Stores a (re)connected account and its link in one transaction; `version` is absent for a new account.
    ///
    /// [`StoreError::Conflict`] where the Pinterest account was connected by somebody else or the account changed.
    pub async fn connect(&self, account: &mut Account, version: Option<u64>) -> Result<(), StoreError> {
        self.connect_by(account, version, None).await
    }

    /// The same, where the connect link with that hash is used up in the transaction; also [`StoreError::Conflict`] where it was
    /// used before or never existed.
    pub async fn connect_by(
        &self,
        account: &mut Account,
        version: Option<u64>,
        link: Option<&LinkUse>,
    ) -> Result<(), StoreError> {
        let used = link.map(|link| use_link(&self.table, account, link)).unwrap_or_default();
        account.version = version.map_or(1, |version| version + 1);
        let key = Key::account(&account.owner, &account.id);
        let put =
            Put::builder().table_name(self.table.name()).set_item(Some(encode(&key, &AccountItem::from(&*account))?));
        let put = match version {
            Some(version) => {
                put.condition_expression("version = :version").expression_attribute_values(":version", number(version))
            }
            None => put.condition_expression("attribute_not_exists(pk)"),
        };
        let link = Link { owner_id: account.owner.clone(), account_id: account.id.clone() };
        let link = Put::builder()
            .table_name(self.table.name())
            .set_item(Some(encode(&Key::link(account.mode, &account.user_id), &link)?))
            .condition_expression("attribute_not_exists(pk) OR account_id = :account")
            .expression_attribute_values(":account", text(account.id.as_str()));
        let writes = [put, link]
            .map(|put| TransactWriteItem::builder().put(put.build().expect("table and item are set")).build());
        let event = self.event(EventType::AccountConnected, account, version.unwrap_or_default()).await?;
        let writes = writes.into_iter().chain(used).collect();
        self.events.transact("connect an account", writes, (Some(&account.owner), event)).await
    }

    /// Replaces an account, read at `version`, as a pick grant permits, and uses the grant up in the same transaction.
    ///
    /// [`StoreError::Conflict`] where the account changed in between, or the grant was used before or never existed.
    pub async fn save_picked(
        &self,
        account: &mut Account,
        version: u64,
        grant: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let writes = vec![replacement(&self.table, account, version)?, use_pick(&self.table, grant, now)];
        self.table.transact("save the picked boards", writes).await
    }

    /// Stores a disconnected account, read at `version`, and frees its link in one transaction.
    pub async fn disconnect(&self, account: &mut Account, version: u64) -> Result<(), StoreError> {
        let account_put = replacement(&self.table, account, version)?;
        let link = Key::link(account.mode, &account.user_id);
        let free = Delete::builder()
            .table_name(self.table.name())
            .key("pk", text(link.pk))
            .key("sk", text(link.sk))
            .condition_expression("attribute_not_exists(pk) OR account_id = :account")
            .expression_attribute_values(":account", text(account.id.as_str()))
            .build();
        let free = TransactWriteItem::builder().delete(free.expect("table and key are set")).build();
        let event = self.event(EventType::AccountDisconnected, account, version).await?;
        self.events.transact("disconnect an account", vec![account_put, free], (Some(&account.owner), event)).await
    }
}

/// Replaces `account`, read at `version`, as part of a transaction; raises its version by one.
pub(super) fn replacement(table: &Table, account: &mut Account, version: u64) -> Result<TransactWriteItem, StoreError> {
    account.version = version + 1;
    let key = Key::account(&account.owner, &account.id);
    let put = Put::builder()
        .table_name(table.name())
        .set_item(Some(encode(&key, &AccountItem::from(&*account))?))
        .condition_expression("version = :version")
        .expression_attribute_values(":version", number(version))
        .build()
        .expect("table and item are set");
    Ok(TransactWriteItem::builder().put(put).build())
}

fn readable(key: &str, item: AccountItem) -> Result<Account, StoreError> {
    Account::try_from(item).map_err(|error| StoreError::unreadable(key, error))
}
