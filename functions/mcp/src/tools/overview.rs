//! Tools that say where things stand: the installation, the accounts, their boards.

use futures_util::future::join_all;
use http::request::Parts;
use rmcp::handler::server::tool::Extension;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::{tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::brief;
use crate::caller::{Answer, Caller, Refusal};
use crate::server::Server;

/// Of how many accounts the posting times are read.
const MOST_PLANS: usize = 10;

/// How many pages of boards are read for a search.
const MOST_PAGES: usize = 10;

/// How many boards are answered.
const MOST_BOARDS: usize = 100;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BoardsOf {
    /// The account, from `accounts`.
    account_id: String,
    /// Only boards whose name contains this.
    search: Option<String>,
}

#[tool_router(router = overview_tools, vis = "pub(crate)")]
impl Server {
    /// Says what time it is, whether Pinterest is set up, what keeps pins back, how many pins need attention, and how much of
    /// the limits is used.
    #[tool(annotations(title = "Status", read_only_hint = true, open_world_hint = false))]
    async fn status(&self, Extension(parts): Extension<Parts>) -> Answer {
        let caller = self.caller(&parts)?;
        let mut status = caller.get(&["status"], &[]).await?;
        status["now"] = json!(self.now());
        status["limits"] = caller.get(&["limits"], &[]).await?;
        Ok(brief::answer(status))
    }

    /// Lists the connected Pinterest accounts with their state, time zone and weekly posting times.
    #[tool(annotations(title = "Accounts", read_only_hint = true, open_world_hint = false))]
    async fn accounts(&self, Extension(parts): Extension<Parts>) -> Answer {
        let caller = self.caller(&parts)?;
        let list = caller.get(&["accounts"], &[("limit", Some("100"))]).await?;
        let mut accounts = brief::list(&list, "accounts", |account| {
            brief::only(account, &["id", "username", "mode", "state", "reason", "hold", "missing_scopes", "attention"])
        });
        let found = accounts["accounts"].as_array_mut().into_iter().flatten().take(MOST_PLANS);
        join_all(found.map(|account| add_plan(&caller, account))).await;
        Ok(brief::answer(accounts))
    }

    /// Lists the boards of an account.
    #[tool(annotations(title = "Boards", read_only_hint = true, open_world_hint = false))]
    async fn boards(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(BoardsOf { account_id, search }): Parameters<BoardsOf>,
    ) -> Answer {
        let caller = self.caller(&parts)?;
        let (mut found, mut is_whole) = every_board(&caller, &account_id).await?;
        if let Some(search) = search.map(|search| search.to_lowercase()) {
            let name = |board: &Value| board["name"].as_str().unwrap_or_default().to_lowercase();
            found.retain(|board| name(board).contains(&search));
        }
        is_whole &= found.len() <= MOST_BOARDS;
        found.truncate(MOST_BOARDS);
        let boards: Vec<_> =
            found.iter().map(|board| brief::only(board, &["id", "name", "privacy", "owner"])).collect();
        let mut answer = json!({ "boards": boards });
        if !is_whole {
            answer["note"] = json!("There are more boards. Search by a part of the name.");
        }
        Ok(brief::answer(answer))
    }
}

/// Adds the posting times of `account`, or why they could not be read.
async fn add_plan(caller: &Caller, account: &mut Value) {
    let id = account["id"].as_str().unwrap_or_default().to_owned();
    match caller.get(&["accounts", &id, "plan"], &[]).await {
        Ok(plan) => account["posting_plan"] = plan,
        Err(refusal) => account["posting_plan_problem"] = json!(refusal.to_string()),
    }
}

/// The boards of an account, and whether these are all.
async fn every_board(caller: &Caller, account: &str) -> Result<(Vec<Value>, bool), Refusal> {
    let (mut boards, mut cursor) = (Vec::new(), None::<String>);
    for _ in 0..MOST_PAGES {
        let query = [("limit", Some("100")), ("cursor", cursor.as_deref())];
        let page = caller.get(&["accounts", account, "boards"], &query).await?;
        boards.extend(page["items"].as_array().cloned().unwrap_or_default());
        cursor = page["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return Ok((boards, true));
        }
    }
    Ok((boards, false))
}
