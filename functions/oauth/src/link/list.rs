//! `GET /v1/accounts/connect-links`: the links that somebody made, without what opens them.

use std::sync::Arc;

use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use shared::api::description::PageQuery;
use shared::api::{Json, List, Problem, Query, User, cursor, foreign_cursor};
use shared::domain::characters::parse_pasted;
use shared::domain::{AccountId, ConnectLinkId};
use shared::platform::Platform;
use shared::store::ListedLink;
use utoipa::ToSchema;

use crate::description::{self, ListLinks};

/// A connect link as it stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConnectLink)]
pub struct LinkBody {
    id: ConnectLinkId,
    #[schema(schema_with = description::states)]
    state: &'static str,
    #[schema(required)]
    expected_username: Option<String>,
    #[schema(required)]
    return_to: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it ends, or would have ended.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// When an account was connected by it; `null` where none was.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    used_at: Option<Timestamp>,
    /// That account.
    #[schema(required)]
    account_id: Option<AccountId>,
    /// The account's Pinterest username at that time.
    #[schema(required)]
    username: Option<String>,
    /// When you revoked it; `null` where you did not.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
}

/// Lists your connect links, the newest first; for 30 days after their end. What opens a link is only in the answer to the
/// request that made it.
#[utoipa::path(
    get,
    path = "/v1/accounts/connect-links",
    operation_id = "list_connect_links",
    tag = "accounts",
    params(PageQuery),
    responses((status = 200, description = "A part of the list.", body = List<LinkBody>), ListLinks)
)]
pub async fn list(
    State(platform): State<Arc<Platform>>,
    user: User,
    query: Query,
) -> Result<Json<List<LinkBody>>, Problem> {
    const NAME: &str = "connect links";
    let mut errors = Vec::new();
    let page = query.page(&mut errors);
    let before = page.place(NAME, &mut errors).map(|place| parse_pasted(&place));
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let before = before.transpose().map_err(|_| Problem::invalid(vec![foreign_cursor()]))?;
    let (links, more) = platform.consents.list_links(&user.owner, before.as_ref(), page.limit.into()).await?;
    let next_cursor = links.last().filter(|_| more).map(|last| cursor(NAME, last.id.as_str()));
    let now = platform.clock.now();
    let items = links.into_iter().map(|link| LinkBody::new(link, now)).collect();
    Ok(Json(List { items, next_cursor }))
}

impl LinkBody {
    /// The link as it is at `now`.
    pub fn new(link: ListedLink, now: Timestamp) -> Self {
        let state = if link.used_at.is_some() {
            "used"
        } else if link.revoked_at.is_some() {
            "revoked"
        } else if link.is_open(now) {
            "open"
        } else {
            "expired"
        };
        Self {
            id: link.id,
            state,
            expected_username: link.expected_username,
            return_to: link.return_to,
            created_at: link.created_at,
            expires_at: link.ends_at,
            used_at: link.used_at,
            account_id: link.account_id,
            username: link.username,
            revoked_at: link.revoked_at,
        }
    }
}
