//! `GET /v1/accounts`: the caller's accounts in the order in which they were connected.

use std::sync::Arc;

use axum::extract::State;
use shared::api::description::PageQuery;
use shared::api::{Json, List, Page, Problem, Query, User, cursor};
use shared::domain::Account;
use shared::platform::Platform;

use crate::body::AccountBody;
use crate::description::ListAccounts;

const LIST: &str = "accounts";

/// Lists your accounts in both modes, including disconnected ones, with how many pins of each need a person.
#[utoipa::path(
    get,
    path = "/v1/accounts",
    operation_id = "list_accounts",
    tag = "accounts",
    params(PageQuery),
    responses((status = 200, description = "A part of the list.", body = List<AccountBody>), ListAccounts)
)]
pub async fn list(
    State(platform): State<Arc<Platform>>,
    user: User,
    query: Query,
) -> Result<Json<List<AccountBody>>, Problem> {
    let mut errors = Vec::new();
    let page = query.page(&mut errors);
    let after = page.place(LIST, &mut errors);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let settings = platform.current_settings.get().await?;
    let (accounts, next_cursor) = cut(platform.accounts.list(&user.owner).await?, &page, after.as_deref());
    let mut counts = platform.pins.attention_by_account(&user.owner).await?;
    let now = platform.clock.now();
    let show = |account: Account| {
        let attention = counts.remove(&account.id).unwrap_or_default();
        AccountBody::new(account, &settings, now).with(attention)
    };
    Ok(Json(List { items: accounts.into_iter().map(show).collect(), next_cursor }))
}

fn cut(mut accounts: Vec<Account>, page: &Page, after: Option<&str>) -> (Vec<Account>, Option<String>) {
    accounts.retain(|account| after.is_none_or(|after| place(account).as_str() > after));
    accounts.sort_by_key(place);
    let limit = usize::from(page.limit);
    let more = accounts.len() > limit;
    accounts.truncate(limit);
    let next = accounts.last().filter(|_| more).map(|last| cursor(LIST, &place(last)));
    (accounts, next)
}

/// Sorts by the time of creation; the id tells apart what was created in one millisecond.
fn place(account: &Account) -> String {
    format!("{:020}#{}", account.created_at.as_millisecond(), account.id)
}
