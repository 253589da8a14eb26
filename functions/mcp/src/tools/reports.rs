//! Tools that report on files of pins and on how pins do.

use http::request::Parts;
use rmcp::handler::server::tool::Extension;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::{tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::brief;
use crate::caller::{Answer, Refusal};
use crate::server::Server;

/// An import, or a file to check.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CheckedImport {
    /// A CSV import that was started: shows its progress and the rows that were refused.
    import_id: Option<String>,
    /// The text of a CSV file in Pinterest's format: shows what an import of it would do, and stores nothing.
    csv: Option<String>,
    /// With `csv`: the account for rows that name none.
    account_id: Option<String>,
    /// With `csv`: the IANA time zone for times without an offset, such as `Europe/Berlin`.
    time_zone: Option<String>,
}

/// Whose figures.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Figures {
    /// The figures of this published pin. Give this or `account_id`.
    pin_id: Option<String>,
    /// The figures of this account, with its best pins.
    account_id: Option<String>,
    /// The first day, as in `2027-03-01`; 30 days ago if you don't say, at most 89 days back.
    from: Option<String>,
    /// The last day; yesterday if you don't say.
    to: Option<String>,
}

#[tool_router(router = report_tools, vis = "pub(crate)")]
impl Server {
    /// Checks a CSV file before it is imported, or shows how an import is going and which rows were refused.
    #[tool(annotations(title = "Check an import", read_only_hint = true, open_world_hint = false))]
    async fn check_import(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(of): Parameters<CheckedImport>,
    ) -> Answer {
        let caller = self.caller(&parts)?;
        match (of.import_id, of.csv) {
            (Some(id), None) => {
                let mut import = caller.get(&["pins", "imports", &id], &[]).await?;
                let query = [("status", Some("error")), ("limit", Some("50"))];
                let rows = caller.get(&["pins", "imports", &id, "rows"], &query).await?;
                import["refused_rows"] = rows["items"].clone();
                Ok(brief::answer(import))
            }
            (None, Some(csv)) => {
                let query = [
                    ("dry_run", Some("true")),
                    ("account_id", of.account_id.as_deref()),
                    ("time_zone", of.time_zone.as_deref()),
                ];
                let check = caller.ask(&["pins", "import"], &query, ("text/csv; charset=utf-8", csv)).await?;
                Ok(brief::answer(check))
            }
            _ => Err(Refusal::new("Give import_id or csv: one of the two.")),
        }
    }

    /// Shows how a pin or an account does on Pinterest: impressions, saves, pin clicks and outbound clicks by day. Pinterest's
    /// figures are final after about three days.
    #[tool(annotations(title = "Analytics", read_only_hint = true, open_world_hint = true))]
    async fn analytics(&self, Extension(parts): Extension<Parts>, Parameters(of): Parameters<Figures>) -> Answer {
        let caller = self.caller(&parts)?;
        let days = [("from", of.from.as_deref()), ("to", of.to.as_deref())];
        match (of.pin_id, of.account_id) {
            (Some(id), None) => Ok(brief::answer(caller.get(&["pins", &id, "analytics"], &days).await?)),
            (None, Some(id)) => {
                let mut figures = caller.get(&["accounts", &id, "analytics"], &days).await?;
                let best = caller.get(&["accounts", &id, "top-pins"], &days).await?;
                let best = brief::list(&best, "best", |pin| {
                    brief::only(pin, &["pinterest_url", "title", "link", "board_id", "created_at", "counts"])
                });
                figures["best_pins"] = json!(best["best"]);
                Ok(brief::answer(figures))
            }
            _ => Err(Refusal::new("Give pin_id or account_id: one of the two.")),
        }
    }
}
