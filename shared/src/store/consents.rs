//! Consents that were started, the one-time grants to pick boards after them, and links to start one by.
//!
//! All are kept under the hash of a secret that only the browser has; the secret itself is not stored.

mod links;

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::fmt::serde::timestamp::{millisecond, second};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::key::Key;
use super::table::{encode, number, text};
use super::{StoreError, Table};
use crate::domain::{AccountId, AppId, Mode, OwnerId};
pub(super) use links::use_link;
pub use links::{ConnectLink, LinkUse, ListedLink};

/// Consents and pick grants in the table.
#[derive(Debug, Clone)]
pub struct ConsentStore {
    table: Table,
}

/// A consent that somebody started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Whose account it is to be.
    pub owner: OwnerId,
    /// Who started it, as the log names them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<String>,
    /// The mode at that time.
    pub mode: Mode,
    /// The app at that time.
    pub app_id: AppId,
    /// The version of the settings at that time.
    pub settings_version: u64,
    /// The redirect URI that Pinterest was given.
    pub redirect_uri: String,
    /// The scopes that were asked for, as Pinterest was given them.
    pub scopes: String,
    /// Where the person goes afterwards.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub return_to: Option<String>,
    /// The hash of the secret in the browser's cookie.
    pub browser_hash: String,
    /// After this moment it is void; DynamoDB deletes it some time later.
    #[serde(with = "second::required")]
    pub expires_at: Timestamp,
    /// When it was consumed.
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    pub used_at: Option<Timestamp>,
    /// The account that came of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account_id: Option<AccountId>,
    /// The hash of the connect link that it was started by.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link: Option<String>,
    /// The only Pinterest account that may come of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expected_username: Option<String>,
}

/// The permission to pick the boards of one account, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickGrant {
    /// Whose account it is.
    pub owner: OwnerId,
    /// Who connected it, as the log names them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<String>,
    /// The account.
    pub account_id: AccountId,
    /// Where the person goes afterwards.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub return_to: Option<String>,
    /// After this moment it is void.
    #[serde(with = "second::required")]
    pub expires_at: Timestamp,
    /// When it was consumed.
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    pub used_at: Option<Timestamp>,
}

/// For how long after its end it is noted whose an item was: DynamoDB may delete the one some days later than the other.
const NOTED_LONGER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// That there is such an item of an owner.
#[derive(Serialize)]
struct NoteItem {
    #[serde(with = "second::required")]
    expires_at: Timestamp,
}

impl ConsentStore {
    /// The consents in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Stores a new consent under the hash of its state.
    pub async fn save(&self, hash: &str, consent: &Consent) -> Result<(), StoreError> {
        let key = Key::consent(hash);
        self.note(&consent.owner, &key, consent.expires_at).await?;
        self.put_new(&key, consent, "store a consent").await
    }

    /// Reads the consent with that hash.
    pub async fn load(&self, hash: &str) -> Result<Option<Consent>, StoreError> {
        self.table.get(&Key::consent(hash)).await
    }

    /// Marks the consent as used; [`StoreError::Conflict`] where it was used before or never existed.
    pub async fn consume(&self, hash: &str, now: Timestamp) -> Result<(), StoreError> {
        self.mark_used(&Key::consent(hash), now, "use a consent").await
    }

    /// Notes which account came of the consent, and keeps it `until` then.
    pub async fn complete(&self, hash: &str, account: &AccountId, until: Timestamp) -> Result<(), StoreError> {
        self.table
            .update(&Key::consent(hash))
            .update_expression("SET account_id = :account, expires_at = :until")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":account", text(account.as_str()))
            .expression_attribute_values(":until", number(until.as_second()))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("complete a consent", error))?;
        Ok(())
    }

    /// Stores a new pick grant under the hash of its secret.
    pub async fn save_pick(&self, hash: &str, grant: &PickGrant) -> Result<(), StoreError> {
        let key = Key::pick(hash);
        self.note(&grant.owner, &key, grant.expires_at).await?;
        self.put_new(&key, grant, "store a pick grant").await
    }

    /// Reads the pick grant with that hash.
    pub async fn load_pick(&self, hash: &str) -> Result<Option<PickGrant>, StoreError> {
        self.table.get(&Key::pick(hash)).await
    }

    /// Notes whose the item under `key` is going to be, so that it is found when that owner is erased.
    async fn note(&self, owner: &OwnerId, key: &Key, expires_at: Timestamp) -> Result<(), StoreError> {
        let item = NoteItem { expires_at: expires_at.checked_add(NOTED_LONGER).unwrap_or(expires_at) };
        let put = self.table.put(encode(&Key::consent_of(owner, key), &item)?);
        put.send().await.map_err(|error| StoreError::from_sdk("note whose a consent is", error))?;
        Ok(())
    }

    async fn put_new<T: Serialize>(&self, key: &Key, item: &T, operation: &'static str) -> Result<(), StoreError> {
        let put = self.table.put(encode(key, item)?).condition_expression("attribute_not_exists(pk)");
        match put.send().await.map_err(|error| StoreError::from_sdk(operation, error)) {
            // The key is the hash of a secret of one browser, so what is there is this very item, put by a call whose answer
            // was lost or by an earlier load of the page.
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A transaction, although it is of one write: the SDK gives it a token, so that a call repeated after a lost
    /// answer does not take its own mark for somebody else's.
    async fn mark_used(&self, key: &Key, now: Timestamp, operation: &'static str) -> Result<(), StoreError> {
        self.table
            .transact(operation, vec![TransactWriteItem::builder().update(used(&self.table, key, now)).build()])
            .await
    }
}

/// Marks the consent or grant under `key` as used, on condition that it exists and was not.
fn used(table: &Table, key: &Key, now: Timestamp) -> Update {
    Update::builder()
        .table_name(table.name())
        .key("pk", text(&key.pk))
        .key("sk", text(&key.sk))
        .update_expression("SET used_at = :now")
        .condition_expression("attribute_exists(pk) AND attribute_not_exists(used_at)")
        .expression_attribute_values(":now", number(now.as_millisecond()))
        .build()
        .expect("table, key and expression are set")
}

/// The write that uses up a pick grant, for a transaction with what the grant permits.
pub(super) fn use_pick(table: &Table, hash: &str, now: Timestamp) -> TransactWriteItem {
    TransactWriteItem::builder().update(used(table, &Key::pick(hash), now)).build()
}
