//! Connected accounts, and which owner a Pinterest account belongs to.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::consents::use_pick;
use super::items::AccountItem;
use super::key::{ACCOUNT, Key, owner_partition};
use super::table::{decode, encode, number, text};
use super::{StoreError, Table};
use crate::domain::{Account, AccountId, Mode, OwnerId, PinterestUserId};

/// The accounts in the table.
#[derive(Debug, Clone)]
pub struct AccountStore {
    table: Table,
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
    /// The accounts in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
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

    /// Stores a (re)connected account and its link in one transaction; `version` is absent for a new account.
    ///
    /// [`StoreError::Conflict`] where the Pinterest account was connected by somebody else or the account changed.
    pub async fn connect(&self, account: &mut Account, version: Option<u64>) -> Result<(), StoreError> {
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
        self.table.transact("connect an account", writes.into()).await
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
        let writes =
            vec![account_put, TransactWriteItem::builder().delete(free.expect("table and key are set")).build()];
        self.table.transact("disconnect an account", writes).await
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
