//! Tools for pins that exist.

use http::Method;
use http::request::Parts;
use rmcp::handler::server::tool::Extension;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::{tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::brief;
use crate::caller::{Answer, JSON, Refusal};
use crate::server::Server;

/// How many pins are cancelled by a call.
const MOST_CANCELLED: usize = 25;

/// Which pins to list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Listed {
    /// Only pins of this account.
    account_id: Option<String>,
    /// Only pins with this status: `draft`, `scheduled`, `held`, `publishing`, `needs_review`, `failed`, `published` or
    /// `cancelled`.
    status: Option<String>,
    /// Only pins from this time on, in RFC 3339.
    from: Option<String>,
    /// Only pins before this time, in RFC 3339.
    to: Option<String>,
    /// `soonest` (the default) or `newest`.
    order: Option<String>,
    /// How many, up to 100; 50 if you don't say.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the other arguments unchanged.
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OnePin {
    /// The pin, from `list_pins`.
    pin_id: String,
}

/// What to change of a pin; what isn't given stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Edited {
    /// The pin, from `list_pins`.
    pin_id: String,
    /// Another board of the same account: its name, ID or URL; `Board/Section` for a section.
    board: Option<String>,
    /// A new title; an empty text removes it. So it is with the other texts and the link.
    title: Option<String>,
    /// A new description.
    description: Option<String>,
    /// A new alt text.
    alt_text: Option<String>,
    /// A new link.
    link: Option<String>,
    /// Another image, at a public URL.
    image_url: Option<String>,
    /// Another image, uploaded to Pinwheel.
    media_id: Option<String>,
    /// Another time: RFC 3339 with its offset, `next_slot`, `now`, or `draft` to take it out of the schedule.
    publish_at: Option<String>,
}

/// Which pins to move, and by how much.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Moved {
    /// These pins, at most 100. Give this, or `account_id` with `from` and `to`.
    pin_ids: Option<Vec<String>>,
    /// All waiting pins of this account between `from` and `to`.
    account_id: Option<String>,
    /// The first moment of the range, in RFC 3339.
    from: Option<String>,
    /// The end of the range; pins at this moment are not in it.
    to: Option<String>,
    /// Days later, or earlier if negative; each pin keeps its time of day. Give one of `by_days`, `by_minutes` and `start_at`.
    by_days: Option<i64>,
    /// Minutes later, or earlier if negative.
    by_minutes: Option<i64>,
    /// When the first of them goes out; the others keep their distance to it.
    start_at: Option<String>,
    /// Whether to show only what would happen.
    dry_run: Option<bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Cancelled {
    /// The pins, at most 25.
    #[schemars(length(min = 1, max = 25))]
    pin_ids: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Retried {
    /// The pin, from `list_pins`.
    pin_id: String,
    /// When to try again, in RFC 3339; at once if you don't say.
    publish_at: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Resolved {
    /// The pin that needs review.
    pin_id: String,
    /// It is on Pinterest, under this ID (one of its `candidates`, or the number in its URL).
    published_as: Option<String>,
    /// It is not on Pinterest and has to be published again. Only after the person looked at the board.
    publish_again: Option<bool>,
}

#[tool_router(router = pin_tools, vis = "pub(crate)")]
impl Server {
    /// Lists pins by account, status and time. `why` says why a pin isn't out, and `warning` what will keep it from going out.
    #[tool(annotations(title = "List pins", read_only_hint = true, open_world_hint = false))]
    async fn list_pins(&self, Extension(parts): Extension<Parts>, Parameters(of): Parameters<Listed>) -> Answer {
        let limit = of.limit.map(|limit| limit.to_string());
        let query = [
            ("account_id", of.account_id.as_deref()),
            ("status", of.status.as_deref()),
            ("from", of.from.as_deref()),
            ("to", of.to.as_deref()),
            ("order", of.order.as_deref()),
            ("limit", limit.as_deref()),
            ("cursor", of.cursor.as_deref()),
        ];
        let list = self.caller(&parts)?.get(&["pins"], &query).await?;
        Ok(brief::answer(brief::list(&list, "pins", brief::pin)))
    }

    /// Shows everything about a pin: its texts, its state with the reason, and the timeline of its attempts.
    #[tool(annotations(title = "Show a pin", read_only_hint = true, open_world_hint = false))]
    async fn get_pin(&self, Extension(parts): Extension<Parts>, Parameters(of): Parameters<OnePin>) -> Answer {
        let pin = self.caller(&parts)?.get(&["pins", &of.pin_id], &[]).await?;
        Ok(brief::answer(brief::whole_pin(pin)))
    }

    /// Changes a pin that isn't published yet: its texts, link, image, board or time.
    #[tool(annotations(
        title = "Edit a pin",
        read_only_hint = false,
        destructive_hint = true,
        idempotent_hint = true,
        open_world_hint = true
    ))]
    async fn edit_pin(&self, Extension(parts): Extension<Parts>, Parameters(edited): Parameters<Edited>) -> Answer {
        let body = (JSON, edited.body()?.to_string());
        let path = ["pins", &edited.pin_id];
        let pin = self.caller(&parts)?.send(Method::PATCH, &path, Some(body)).await?;
        Ok(brief::answer(brief::whole_pin(pin)))
    }

    /// Moves pins by days or minutes, or so that the first one goes out at a time. They keep their order and distances.
    #[tool(annotations(
        title = "Move pins",
        read_only_hint = false,
        destructive_hint = false,
        idempotent_hint = false,
        open_world_hint = true
    ))]
    async fn move_pins(&self, Extension(parts): Extension<Parts>, Parameters(moved): Parameters<Moved>) -> Answer {
        let answer = self.caller(&parts)?.post(&["pins", "move"], &moved.body()).await?;
        Ok(brief::answer(brief::list(&answer, "pins", |pin| {
            brief::only(pin, &["pin_id", "outcome", "from", "to", "local_time", "code", "message", "notes"])
        })))
    }

    /// Cancels pins that aren't published yet. Nothing on Pinterest is deleted.
    #[tool(annotations(
        title = "Cancel pins",
        read_only_hint = false,
        destructive_hint = true,
        idempotent_hint = true,
        open_world_hint = false
    ))]
    async fn cancel_pins(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(Cancelled { pin_ids }): Parameters<Cancelled>,
    ) -> Answer {
        if pin_ids.len() > MOST_CANCELLED {
            let text = format!("At most {MOST_CANCELLED} pins can be cancelled by a call. Nothing was cancelled.");
            return Err(Refusal::new(text));
        }
        let caller = self.caller(&parts)?;
        let mut outcomes = Vec::new();
        for id in &pin_ids {
            outcomes.push(match caller.send(Method::DELETE, &["pins", id], None).await {
                Ok(pin) => json!({"pin_id": id, "status": pin["status"]}),
                Err(refusal) => json!({"pin_id": id, "refused": refusal.to_string()}),
            });
        }
        Ok(brief::answer(json!({ "pins": outcomes })))
    }

    /// Tries a pin again that failed or is held, after its cause was fixed.
    #[tool(annotations(
        title = "Retry a pin",
        read_only_hint = false,
        destructive_hint = false,
        idempotent_hint = true,
        open_world_hint = true
    ))]
    async fn retry_pin(&self, Extension(parts): Extension<Parts>, Parameters(of): Parameters<Retried>) -> Answer {
        let at = of.publish_at.as_deref().unwrap_or("now");
        let pin = self.caller(&parts)?.post(&["pins", &of.pin_id, "retry"], &json!({"publish_at": at})).await?;
        Ok(brief::answer(brief::pin(&pin)))
    }

    /// Settles a pin that needs review, because nobody knows whether Pinterest published it.
    #[tool(annotations(
        title = "Settle a pin that needs review",
        read_only_hint = false,
        destructive_hint = true,
        idempotent_hint = true,
        open_world_hint = true
    ))]
    async fn resolve_pin(&self, Extension(parts): Extension<Parts>, Parameters(of): Parameters<Resolved>) -> Answer {
        let mut body = Map::new();
        body.extend(of.published_as.map(|id| ("published_as".to_owned(), json!(id))));
        body.extend(of.publish_again.map(|again| ("publish_again".to_owned(), json!(again))));
        let pin = self.caller(&parts)?.post(&["pins", &of.pin_id, "resolve"], &Value::Object(body)).await?;
        Ok(brief::answer(brief::pin(&pin)))
    }
}

impl Edited {
    /// What `PATCH /v1/pins/{id}` takes.
    fn body(&self) -> Result<Value, Refusal> {
        let mut content = Map::new();
        for (name, text) in [
            ("title", &self.title),
            ("description", &self.description),
            ("alt_text", &self.alt_text),
            ("link", &self.link),
        ] {
            let value = |text: &String| if text.trim().is_empty() { Value::Null } else { json!(text) };
            content.extend(text.as_ref().map(|text| (name.to_owned(), value(text))));
        }
        let media = match (&self.image_url, &self.media_id) {
            (Some(_), Some(_)) => {
                return Err(Refusal::new("Give image_url or media_id, not both. Nothing was changed."));
            }
            (Some(url), None) => Some(json!({"source_type": "image_url", "url": url})),
            (None, Some(id)) => Some(json!({"source_type": "media", "media_id": id})),
            (None, None) => None,
        };
        content.extend(media.map(|media| ("media".to_owned(), media)));
        let mut body = Map::new();
        if !content.is_empty() {
            body.insert("content".to_owned(), Value::Object(content));
        }
        body.extend(self.board.as_ref().map(|board| ("board_id".to_owned(), json!(board))));
        let time = |text: &String| if text == "draft" { Value::Null } else { json!(text) };
        body.extend(self.publish_at.as_ref().map(|text| ("publish_at".to_owned(), time(text))));
        Ok(Value::Object(body))
    }
}

impl Moved {
    /// What `POST /v1/pins/move` takes.
    fn body(&self) -> Value {
        let mut body = Map::new();
        let mut put = |name: &str, value: Option<Value>| body.extend(value.map(|value| (name.to_owned(), value)));
        put("pin_ids", self.pin_ids.as_ref().map(|ids| json!(ids)));
        let is_range = [&self.account_id, &self.from, &self.to].iter().any(|part| part.is_some());
        let range = brief::only(&json!({"account_id": self.account_id, "from": self.from, "to": self.to}), &RANGE);
        put("range", is_range.then_some(range));
        put("by_days", self.by_days.map(|days| json!(days)));
        put("by_minutes", self.by_minutes.map(|minutes| json!(minutes)));
        put("start_at", self.start_at.as_ref().map(|at| json!(at)));
        put("dry_run", self.dry_run.map(|dry_run| json!(dry_run)));
        Value::Object(body)
    }
}

const RANGE: [&str; 3] = ["account_id", "from", "to"];
