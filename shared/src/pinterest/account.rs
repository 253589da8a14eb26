//! Who a token belongs to.

use http::Method;
use serde::Deserialize;

use super::call::{PATIENCE, authorized, empty};
use super::{Answer, CallError, Pinterest};
use crate::domain::{Mode, PinterestUserId};
use crate::vault::AccessToken;

/// The account behind a token (OpenAPI `Account`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UserAccount {
    /// Stays when the name changes.
    pub id: PinterestUserId,
    /// The name.
    pub username: String,
    /// The address of the picture.
    #[serde(default)]
    pub profile_image: Option<String>,
    /// `BUSINESS` or `PINNER` (OpenAPI `UserAccountType`).
    #[serde(default)]
    pub account_type: Option<String>,
}

impl Pinterest {
    /// Asks who `token` belongs to (`GET /user_account`, scope `user_accounts:read`).
    pub async fn user_account(&self, mode: Mode, token: &AccessToken) -> Result<Answer<UserAccount>, CallError> {
        let url = self.hosts.api(mode, "user_account");
        self.send(empty(authorized(Method::GET, &url, token)), PATIENCE).await
    }
}
