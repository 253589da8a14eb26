//! Connect links.
//!
//! What opens a link is under the hash of its secret. What its owner sees of it is an entry of their list, which has no part of
//! the secret and outlives the link; both are written in one transaction.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};
use jiff::fmt::serde::timestamp::{millisecond, second};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::ConsentStore;
use crate::domain::{Account, AccountId, ConnectLinkId, OwnerId};
use crate::store::key::{CONNECT_LINK, Key, owner_partition};
use crate::store::table::{decode, encode, number, text};
use crate::store::{StoreError, Table};

/// How long a link stays in the list after its end.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The permission to connect one account for an owner, for whoever has the link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectLink {
    /// Its entry in the owner's list; absent for the `start_url` of a consent, which is in none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<ConnectLinkId>,
    /// Whose account it is to be.
    pub owner: OwnerId,
    /// Who made the link, as the log names them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<String>,
    /// Where the person goes afterwards.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub return_to: Option<String>,
    /// The only Pinterest account that may come of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expected_username: Option<String>,
    /// After this moment it is void.
    #[serde(with = "second::required")]
    pub expires_at: Timestamp,
    /// When an account was connected by it.
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    pub used_at: Option<Timestamp>,
    /// When its owner revoked it.
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    pub revoked_at: Option<Timestamp>,
}

/// A connect link as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedLink {
    /// Its id.
    pub id: ConnectLinkId,
    /// The hash of its secret, by which it is found to be revoked.
    pub hash: String,
    /// Where the person goes afterwards.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub return_to: Option<String>,
    /// The only Pinterest account that may come of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expected_username: Option<String>,
    /// When it was made.
    #[serde(with = "millisecond::required")]
    pub created_at: Timestamp,
    /// After this moment it is void.
    #[serde(with = "second::required")]
    pub ends_at: Timestamp,
    /// When an account was connected by it.
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    pub used_at: Option<Timestamp>,
    /// That account.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account_id: Option<AccountId>,
    /// The account's username at that time.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub username: Option<String>,
    /// When its owner revoked it.
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    pub revoked_at: Option<Timestamp>,
    /// When DynamoDB deletes the entry.
    #[serde(with = "second::required")]
    expires_at: Timestamp,
}

/// That an account is connected by a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkUse {
    /// The hash of the link's secret.
    pub hash: String,
    /// The link's entry in the owner's list, where it has one.
    pub id: Option<ConnectLinkId>,
    /// When.
    pub at: Timestamp,
}

impl ListedLink {
    /// The entry of a new `link` under the hash of its secret.
    pub fn new(id: ConnectLinkId, hash: String, link: &ConnectLink, created_at: Timestamp) -> Self {
        Self {
            id,
            hash,
            return_to: link.return_to.clone(),
            expected_username: link.expected_username.clone(),
            created_at,
            ends_at: link.expires_at,
            used_at: None,
            account_id: None,
            username: None,
            revoked_at: None,
            expires_at: link.expires_at + KEPT,
        }
    }

    /// Whether an account can still be connected by it.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.used_at.is_none() && self.revoked_at.is_none() && now < self.ends_at
    }
}

impl ConsentStore {
    /// Stores a new connect link that is in no list under the hash of its secret.
    pub async fn save_link(&self, hash: &str, link: &ConnectLink) -> Result<(), StoreError> {
        let key = Key::connect_link(hash);
        self.note(&link.owner, &key, link.expires_at).await?;
        self.put_new(&key, link, "store a connect link").await
    }

    /// Stores a new connect link with its entry in the list of its owner.
    pub async fn save_listed_link(&self, link: &ConnectLink, listed: &ListedLink) -> Result<(), StoreError> {
        self.note(&link.owner, &Key::connect_link(&listed.hash), link.expires_at).await?;
        let entry = Key::listed_link(&link.owner, &listed.id);
        let items = [encode(&Key::connect_link(&listed.hash), link)?, encode(&entry, listed)?];
        let puts = items.map(|item| {
            let put = Put::builder().table_name(self.table.name()).set_item(Some(item));
            let put = put.condition_expression("attribute_not_exists(pk)").build();
            TransactWriteItem::builder().put(put.expect("table and item are set")).build()
        });
        self.table.transact("store a connect link", puts.into()).await
    }

    /// Reads the connect link with that hash.
    pub async fn load_link(&self, hash: &str) -> Result<Option<ConnectLink>, StoreError> {
        self.table.get(&Key::connect_link(hash)).await
    }

    /// Reads the entry of one of the owner's links.
    pub async fn load_listed_link(
        &self,
        owner: &OwnerId,
        id: &ConnectLinkId,
    ) -> Result<Option<ListedLink>, StoreError> {
        self.table.get(&Key::listed_link(owner, id)).await
    }

    /// Lists up to `limit` of the owner's links, the newest first, before the one that is named; and whether there are more.
    pub async fn list_links(
        &self,
        owner: &OwnerId,
        before: Option<&ConnectLinkId>,
        limit: i32,
    ) -> Result<(Vec<ListedLink>, bool), StoreError> {
        self.links_since(owner, &ConnectLinkId::bound(Timestamp::UNIX_EPOCH), before, limit).await
    }

    /// Lists up to `limit` of the owner's links that were made since `since`, the newest first, and whether there are more.
    pub async fn recent_links(
        &self,
        owner: &OwnerId,
        since: Timestamp,
        limit: i32,
    ) -> Result<(Vec<ListedLink>, bool), StoreError> {
        self.links_since(owner, &ConnectLinkId::bound(since), None, limit).await
    }

    async fn links_since(
        &self,
        owner: &OwnerId,
        low: &str,
        before: Option<&ConnectLinkId>,
        limit: i32,
    ) -> Result<(Vec<ListedLink>, bool), StoreError> {
        let start = before.map(|id| {
            let key = Key::listed_link(owner, id);
            [("pk".to_owned(), text(key.pk)), ("sk".to_owned(), text(key.sk))].into()
        });
        let answer = self
            .table
            .query()
            .key_condition_expression("pk = :owner AND sk BETWEEN :low AND :high")
            .expression_attribute_values(":owner", text(owner_partition(owner)))
            .expression_attribute_values(":low", text(format!("{CONNECT_LINK}{low}")))
            // Ids are of small letters and digits, before which this sorts behind all of them.
            .expression_attribute_values(":high", text(format!("{CONNECT_LINK}~")))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(limit)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("list connect links", error))?;
        let links: Result<Vec<_>, _> = answer.items.unwrap_or_default().into_iter().map(decode).collect();
        Ok((links?, answer.last_evaluated_key.is_some()))
    }

    /// Revokes a link; [`StoreError::Conflict`] where an account was connected by it, or it is gone.
    pub async fn revoke_link(&self, owner: &OwnerId, link: &ListedLink, now: Timestamp) -> Result<(), StoreError> {
        let opens = marked(&self.table, &Key::connect_link(&link.hash), "revoked_at", now);
        let opens = opens.condition_expression("attribute_exists(pk) AND attribute_not_exists(used_at)");
        let entry = marked(&self.table, &Key::listed_link(owner, &link.id), "revoked_at", now);
        let entry = entry.condition_expression("attribute_exists(pk)");
        self.table.transact("revoke a connect link", [opens, entry].map(written).into()).await
    }
}

/// The writes that use up a connect link, for a transaction with the account that is connected by it.
pub(crate) fn use_link(table: &Table, account: &Account, by: &LinkUse) -> Vec<TransactWriteItem> {
    let opens = marked(table, &Key::connect_link(&by.hash), "used_at", by.at);
    let is_good = "attribute_exists(pk) AND attribute_not_exists(used_at) AND attribute_not_exists(revoked_at)";
    let entry = by.id.as_ref().map(|id| {
        let update = marked(table, &Key::listed_link(&account.owner, id), "used_at", by.at);
        update
            .update_expression("SET used_at = :now, account_id = :account, username = :username")
            .expression_attribute_values(":account", text(account.id.as_str()))
            .expression_attribute_values(":username", text(&account.username))
            .condition_expression("attribute_exists(pk)")
    });
    [Some(opens.condition_expression(is_good)), entry].into_iter().flatten().map(written).collect()
}

/// Writes the time into an attribute of an item.
fn marked(
    table: &Table,
    key: &Key,
    attribute: &str,
    now: Timestamp,
) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
    Update::builder()
        .table_name(table.name())
        .key("pk", text(&key.pk))
        .key("sk", text(&key.sk))
        .update_expression(format!("SET {attribute} = :now"))
        .expression_attribute_values(":now", number(now.as_millisecond()))
}

fn written(update: aws_sdk_dynamodb::types::builders::UpdateBuilder) -> TransactWriteItem {
    TransactWriteItem::builder().update(update.build().expect("table, key and expression are set")).build()
}
