//! `GET /v1/accounts/{id}/analytics`.

use std::sync::Arc;

use axum::extract::{Path, State};
use futures_util::FutureExt;
use http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use shared::analytics_quota::Category;
use shared::api::{Json, Problem, Query, User};
use shared::domain::characters::parse_pasted;
use shared::domain::{Account, AccountId, DayRange, OwnerId, Scope};
use shared::pinterest::{CallError, RefusalKind, Series};
use shared::platform::Platform;
use utoipa::ToSchema;

use super::body::{CountsBody, DayBody, FiguresNote, Shown, to_second};
use super::{Asker, Unread, range};
use crate::Function;
use crate::description::{FiguresQuery, ShowAccountFigures};

/// How an account does.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountAnalytics {
    account_id: AccountId,
    #[schema(value_type = String, format = Date)]
    from: Date,
    #[schema(value_type = String, format = Date)]
    to: Date,
    /// The last day up to which all counts are final; `null` while none are.
    #[schema(required, value_type = Option<String>, format = Date)]
    complete_until: Option<Date>,
    /// The days that Pinterest has counts for, in order.
    days: Vec<DayBody>,
    /// The sum of the days.
    totals: CountsBody,
    notes: Vec<FiguresNote>,
    /// When Pinterest was asked; answers are repeated for ten minutes.
    #[schema(value_type = String, format = DateTime)]
    read_at: Timestamp,
}

/// Shows how often all pins of an account were seen, saved and clicked, by day, whoever published them.
///
/// Pinterest is asked when this is called, and nothing is stored. It has figures for the last 89 days, up to yesterday, in
/// UTC, and revises those of the last days. Paid activity counts too.
#[utoipa::path(
    get,
    path = "/v1/accounts/{id}/analytics",
    operation_id = "show_account_analytics",
    tag = "analytics",
    params(("id" = AccountId, Path, description = "The account."), FiguresQuery),
    responses((status = 200, description = "The figures.", body = AccountAnalytics), ShowAccountFigures)
)]
pub async fn show(
    State(function): State<Function>,
    user: User,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<AccountAnalytics>, Problem> {
    let range = range::read_alone(&query, &function.platform)?;
    let account = load(&function.platform, &user.owner, &id).await?;
    let known = read(&function, &account, range).await?;
    let (read_at, series) = &*known;
    let Shown { days, totals, complete_until, notes } = Shown::new(series, range);
    let (from, to, read_at) = (range.from, range.to, *read_at);
    Ok(Json(AccountAnalytics { account_id: account.id, from, to, complete_until, days, totals, notes, read_at }))
}

/// Reads the account `id` of `owner`; 404 where there is none, and where it belongs to somebody else.
pub async fn load(platform: &Platform, owner: &OwnerId, id: &str) -> Result<Account, Problem> {
    let missing = || Problem::not_found("account");
    let id = parse_pasted(id).map_err(|_| missing())?;
    platform.accounts.load(owner, &id).await?.ok_or_else(missing)
}

async fn read(function: &Function, account: &Account, range: DayRange) -> Result<Arc<(Timestamp, Series)>, Problem> {
    let asker = Asker::open(function, account, &[Scope::USER_ACCOUNTS_READ]).await?;
    let key = ((account.id.clone(), account.token_version), range);
    if let Some(known) = function.figures.accounts.get(&key) {
        return Ok(known);
    }
    let pinterest = &function.platform.pinterest;
    let call = || pinterest.account_analytics(&asker.token, range).boxed();
    let series = asker.ask(Category::Analytics, call).await.map_err(|unread| of_account(unread, account))?;
    let known = Arc::new((to_second(function.platform.clock.now()), series));
    function.figures.accounts.put(key, &known);
    Ok(known)
}

/// What a refusal means that is about the account as a whole.
pub fn of_account(unread: Unread, account: &Account) -> Problem {
    match &unread {
        Unread::Call(CallError::Refused(refusal))
            if refusal.kind == RefusalKind::NotPermitted && account.account_type.as_deref() != Some("BUSINESS") =>
        {
            let detail = "Pinterest gives the figures of an account to business accounts only. Convert the account to a \
                          free business account on Pinterest, then reconnect it here.";
            Problem::new(StatusCode::FORBIDDEN, "not_permitted", detail)
        }
        _ => unread.into(),
    }
}
