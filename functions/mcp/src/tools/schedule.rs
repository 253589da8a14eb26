//! Tools that schedule pins.

use data_encoding::BASE32_NOPAD;
use http::request::Parts;
use rmcp::handler::server::tool::Extension;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::{tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::brief;
use crate::caller::{Answer, JSON, Refusal};
use crate::server::Server;

/// Minutes in a day.
const DAY: u32 = 24 * 60;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewPins {
    /// The pins in the order in which they take free posting times; at most 100.
    #[schemars(length(min = 1, max = 100))]
    pins: Vec<NewPin>,
}

/// A pin, for one board or for several.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewPin {
    /// The account, from `accounts`.
    account_id: String,
    /// The boards: names, IDs or URLs; `Board/Section` for a section. Each one gets a pin.
    #[schemars(length(min = 1, max = 50))]
    boards: Vec<String>,
    /// The public URL of the image. Give this, `media_id` or `video_id`.
    image_url: Option<String>,
    /// An image that was uploaded to Pinwheel.
    media_id: Option<String>,
    /// A video that was uploaded to Pinwheel.
    video_id: Option<String>,
    /// Up to 100 characters.
    title: Option<String>,
    /// Up to 800 characters, hashtags included.
    description: Option<String>,
    /// What the image shows, for people who can't see it; up to 500 characters.
    alt_text: Option<String>,
    /// The page that the pin leads to.
    link: Option<String>,
    /// A time in RFC 3339 with its offset (`2027-03-05T19:30:00+01:00`), `next_slot` for the account's next free posting time,
    /// `now`, or `draft` to save it without a time.
    publish_at: String,
    /// With several boards and a time: so many days from one board to the next, so that Pinterest doesn't take the pins for
    /// spam.
    #[schemars(range(min = 1, max = 90))]
    days_between_boards: Option<u32>,
    /// A template whose texts, hashtags and link parameters are added.
    template_id: Option<String>,
    /// What was made with AI: `ai_modified`, `synthetic_performer`.
    ai_disclosures: Option<Vec<String>>,
    /// Whether the same image or link may go out close to an earlier pin of the account. Only if the person says so.
    allow_close_repeats: Option<bool>,
    /// To schedule a pin again that is like an earlier one in every detail: 2 for the second time, and so on.
    copy: Option<u32>,
}

#[tool_router(router = schedule_tools, vis = "pub(crate)")]
impl Server {
    /// Shows what `schedule_pins` would do with the same arguments: the time of each pin, and what is worth knowing. Stores
    /// nothing. Use it to find free posting times, too.
    #[tool(annotations(title = "Preview pins", read_only_hint = true, open_world_hint = false))]
    async fn preview_pins(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(NewPins { pins }): Parameters<NewPins>,
    ) -> Answer {
        let batch = batch(&pins)?;
        let answer = self.caller(&parts)?.ask(&["pins", "batch", "preview"], &[], (JSON, batch.to_string())).await?;
        Ok(brief::answer(outcomes(&pins, &answer, "planned", |planned| {
            let mut brief =
                brief::only(planned, &["board_id", "section_id", "publish_at", "local_time", "time_zone", "notes"]);
            brief["board_verified"] = planned["board_verified"].clone();
            brief
        })))
    }

    /// Schedules up to 100 pins. Pins that are invalid are refused with the reason and don't affect the others. A repeated call
    /// with the same pins schedules nothing twice.
    #[tool(annotations(
        title = "Schedule pins",
        read_only_hint = false,
        destructive_hint = false,
        idempotent_hint = true,
        open_world_hint = true
    ))]
    async fn schedule_pins(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(NewPins { pins }): Parameters<NewPins>,
    ) -> Answer {
        let batch = batch(&pins)?;
        let answer = self.caller(&parts)?.post(&["pins", "batch"], &batch).await?;
        let mut outcomes = outcomes(&pins, &answer, "scheduled", brief::pin);
        let is_over = |pin: &Value| matches!(pin["status"].as_str(), Some("cancelled" | "failed" | "published"));
        let items = outcomes["pins"].as_array().cloned().unwrap_or_default();
        let earlier = items.iter().filter_map(|item| item["scheduled"].as_array()).flatten().any(is_over);
        if earlier {
            outcomes["note"] = json!(
                "Some of these pins were scheduled by an earlier call with the same arguments and are not waiting any more; \
                 their status says so. To schedule such a pin once more, set its copy to 2 (then 3, and so on)."
            );
        }
        Ok(brief::answer(outcomes))
    }
}

/// What `POST /v1/pins/batch` takes.
fn batch(pins: &[NewPin]) -> Result<Value, Refusal> {
    let mut items: Vec<Value> = Vec::with_capacity(pins.len());
    for (index, pin) in pins.iter().enumerate() {
        let item = pin.item(index)?;
        if let Some(twin) = items.iter().position(|other| other["key"] == item["key"]) {
            return Err(Refusal::new(format!(
                "pins[{index}] is the same as pins[{twin}]. Leave one out, or set copy to 2 if both are meant. Nothing was \
                 scheduled."
            )));
        }
        items.push(item);
    }
    Ok(json!({ "items": items }))
}

impl NewPin {
    /// The pin as `/v1` takes it, with a key that follows from everything it says.
    fn item(&self, index: usize) -> Result<Value, Refusal> {
        let mut content = Map::from_iter([("media".to_owned(), self.media(index)?)]);
        for (name, value) in [
            ("title", &self.title),
            ("description", &self.description),
            ("alt_text", &self.alt_text),
            ("link", &self.link),
        ] {
            content.extend(value.as_ref().map(|value| (name.to_owned(), json!(value))));
        }
        content.extend(self.ai_disclosures.as_ref().map(|declared| ("ai_disclosures".to_owned(), json!(declared))));
        let targets: Vec<_> =
            self.boards.iter().map(|board| json!({"account_id": self.account_id, "board_id": board})).collect();
        let mut item = json!({"targets": targets, "content": content, "publish_at": self.publish_at});
        if self.publish_at == "draft" {
            item["publish_at"] = Value::Null;
        }
        let mut spacing = Map::new();
        spacing.extend(
            self.days_between_boards.map(|days| ("interval_minutes".to_owned(), json!(days.saturating_mul(DAY)))),
        );
        if self.allow_close_repeats == Some(true) {
            spacing.extend(["same_image_hours", "same_link_hours"].map(|name| (name.to_owned(), json!(0))));
        }
        if !spacing.is_empty() {
            item["spacing"] = Value::Object(spacing);
        }
        if let Some(template) = &self.template_id {
            item["template_id"] = json!(template);
        }
        let named = json!([item, self.copy.unwrap_or(1)]).to_string();
        let digest = BASE32_NOPAD.encode(&Sha256::digest(named)[..20]).to_ascii_lowercase();
        item["key"] = json!(format!("mcp-{digest}"));
        Ok(item)
    }

    fn media(&self, index: usize) -> Result<Value, Refusal> {
        match (&self.image_url, &self.media_id, &self.video_id) {
            (Some(url), None, None) => Ok(json!({"source_type": "image_url", "url": url})),
            (None, Some(id), None) => Ok(json!({"source_type": "media", "media_id": id})),
            (None, None, Some(id)) => Ok(json!({"source_type": "video", "media_id": id})),
            _ => Err(Refusal::new(format!(
                "pins[{index}] needs exactly one of image_url, media_id and video_id. Nothing was scheduled."
            ))),
        }
    }
}

/// What became of each pin, in the order of `pins`.
fn outcomes(pins: &[NewPin], answer: &Value, done: &str, brief: impl Fn(&Value) -> Value) -> Value {
    let items = answer["items"].as_array().into_iter().flatten().zip(pins).enumerate();
    let (mut refused, mut outcomes) = (0, Vec::new());
    for (index, (item, pin)) in items {
        let mut outcome = json!({"index": index, "title": pin.title});
        if item["problem"].is_null() {
            let made = item[done]["items"].as_array().into_iter().flatten();
            outcome[done] = made.map(&brief).collect();
            if let Some(notes) = item[done]["notes"].as_array().filter(|notes| !notes.is_empty()) {
                outcome["notes"] = json!(notes);
            }
        } else {
            refused += 1;
            outcome["refused"] = brief::only(&item["problem"], &["code", "detail", "errors"]);
        }
        outcomes.push(outcome);
    }
    json!({"pins": outcomes, "refused": refused})
}
