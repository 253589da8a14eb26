//! Consents that were started and the one-time grants to pick boards after them.
//!
//! Both are kept under the hash of a secret that only the browser has; the secret itself is not stored.

use jiff::Timestamp;
use jiff::fmt::serde::timestamp::{millisecond, second};
use serde::{Deserialize, Serialize};

use super::key::Key;
use super::table::{encode, number, text};
use super::{StoreError, Table};
use crate::domain::{AccountId, AppId, Mode, OwnerId};

/// Consents and pick grants in the table.
#[derive(Debug, Clone)]
pub struct ConsentStore {
    table: Table,
}

/// A consent that somebody started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Who started it.
    pub owner: OwnerId,
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
}

/// The permission to pick the boards of one account, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickGrant {
    /// Whose account it is.
    pub owner: OwnerId,
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

impl ConsentStore {
    /// The consents in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Stores a new consent under the hash of its state.
    pub async fn save(&self, hash: &str, consent: &Consent) -> Result<(), StoreError> {
        self.put_new(&Key::consent(hash), consent, "store a consent").await
    }

    /// Reads the consent with that hash.
    pub async fn load(&self, hash: &str) -> Result<Option<Consent>, StoreError> {
        self.table.get(&Key::consent(hash)).await
    }

    /// Marks the consent as used; [`StoreError::Conflict`] where it was used before or never existed.
    pub async fn consume(&self, hash: &str, now: Timestamp) -> Result<(), StoreError> {
        self.mark_used(&Key::consent(hash), now, "use a consent").await
    }

    /// Notes which account came of the consent.
    pub async fn complete(&self, hash: &str, account: &AccountId) -> Result<(), StoreError> {
        self.table
            .update(&Key::consent(hash))
            .update_expression("SET account_id = :account")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":account", text(account.as_str()))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("complete a consent", error))?;
        Ok(())
    }

    /// Stores a new pick grant under the hash of its secret.
    pub async fn save_pick(&self, hash: &str, grant: &PickGrant) -> Result<(), StoreError> {
        self.put_new(&Key::pick(hash), grant, "store a pick grant").await
    }

    /// Reads the pick grant with that hash.
    pub async fn load_pick(&self, hash: &str) -> Result<Option<PickGrant>, StoreError> {
        self.table.get(&Key::pick(hash)).await
    }

    /// Marks the pick grant as used; [`StoreError::Conflict`] where it was used before or never existed.
    pub async fn consume_pick(&self, hash: &str, now: Timestamp) -> Result<(), StoreError> {
        self.mark_used(&Key::pick(hash), now, "use a pick grant").await
    }

    async fn put_new<T: Serialize>(&self, key: &Key, item: &T, operation: &'static str) -> Result<(), StoreError> {
        self.table
            .put(encode(key, item)?)
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await
            .map_err(|error| StoreError::from_sdk(operation, error))?;
        Ok(())
    }

    async fn mark_used(&self, key: &Key, now: Timestamp, operation: &'static str) -> Result<(), StoreError> {
        self.table
            .update(key)
            .update_expression("SET used_at = :now")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(used_at)")
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk(operation, error))?;
        Ok(())
    }
}
