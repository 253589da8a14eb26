//! `POST /v1/accounts/connect-links`: a link for somebody without a sign-in.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;
use shared::api::{Fields, Json, Origin, Problem, User};
use shared::domain::characters::trim_unseen;
use shared::domain::{ConnectLinkId, FieldError, OwnerId};
use shared::platform::Platform;
use shared::store::ConnectLink;
use utoipa::ToSchema;

use super::issue;
use crate::connect::app;
use crate::description::CreateLink;
use crate::return_to;

/// How long a link can be used, in hours: at least, at most, and where the request does not say it.
const HOURS: (u32, u32) = (1, 168);
const HOURS_BY_DEFAULT: u32 = 72;

/// How many links of one owner can be open at a time.
const MOST_OPEN: usize = 100;

/// How many of the links that were made lately are looked at to count the open ones.
const MOST_EXAMINED: i32 = 1_000;

/// The longest username that is compared, in characters; Pinterest's are shorter.
const LONGEST_USERNAME: usize = 100;

/// The link that is wanted.
#[derive(ToSchema)]
#[schema(as = NewConnectLink)]
#[expect(dead_code, reason = "the fields are read one by one, so that every wrong one is named")]
pub struct Request {
    /// Where the person goes on after the boards are picked: a path of this installation, or an address that it allows. Without
    /// it they are told that they can close the page.
    return_to: Option<String>,
    /// The Pinterest username of the account to connect. Any other account is refused.
    #[schema(max_length = 100)]
    expected_username: Option<String>,
    /// How long the link can be used.
    #[schema(minimum = 1, maximum = 168, default = 72)]
    expires_in_hours: Option<u32>,
}

/// A link to connect one account by.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreatedConnectLink)]
pub struct Created {
    /// By which it is listed and revoked.
    id: ConnectLinkId,
    /// Where the person connects the account. Whoever has it can use it, once.
    url: String,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    return_to: Option<String>,
    expected_username: Option<String>,
    hours: u32,
}

/// Creates a link by which somebody without a sign-in connects one Pinterest account for you. Its page says that you ask.
#[utoipa::path(
    post,
    path = "/v1/accounts/connect-links",
    operation_id = "create_connect_link",
    tag = "accounts",
    request_body = Request,
    responses((status = 201, description = "The link.", body = Created), CreateLink)
)]
pub async fn create(
    State(platform): State<Arc<Platform>>,
    user: User,
    origin: Origin,
    Json(body): Json<Value>,
) -> Result<(StatusCode, Json<Created>), Problem> {
    app(&platform.current_settings.get().await?)?;
    let wanted = Wanted::read(body, &origin, &platform.config.web.return_to_origins).map_err(Problem::invalid)?;
    admit(&platform, &user.owner).await?;
    let lasts = SignedDuration::from_hours(wanted.hours.into());
    // Stored to the second; the answer is to be what the link's end is.
    let expires_at = Timestamp::from_second((platform.clock.now() + lasts).as_second()).unwrap_or_default();
    let id = ConnectLinkId::new(platform.clock.now(), &*platform.random);
    let link = ConnectLink {
        id: Some(id.clone()),
        owner: user.owner,
        by: user.by,
        return_to: wanted.return_to,
        expected_username: wanted.expected_username,
        expires_at,
        used_at: None,
        revoked_at: None,
    };
    let url = issue(&platform, &origin, &link).await?;
    Ok((StatusCode::CREATED, Json(Created { id, url, expires_at })))
}

/// Refuses one more link where the owner has as many open ones as there may be.
async fn admit(platform: &Platform, owner: &OwnerId) -> Result<(), Problem> {
    let now = platform.clock.now();
    let since = now - SignedDuration::from_hours(HOURS.1.into());
    let (links, more) = platform.consents.recent_links(owner, since, MOST_EXAMINED).await?;
    if more || links.iter().filter(|link| link.is_open(now)).count() >= MOST_OPEN {
        let detail = format!(
            "You have {MOST_OPEN} connect links that can still be used, or made very many this week. Revoke one that you \
             don't need, or wait until some have ended."
        );
        return Err(Problem::conflict("too_many_links", detail));
    }
    Ok(())
}

impl Wanted {
    fn read(body: Value, origin: &Origin, allowed: &[url::Origin]) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let Some(mut fields) = Fields::open("", body, &mut errors) else { return Err(errors) };
        let return_to = fields.text("return_to").map(|text| return_to::parse(&text, origin, allowed));
        let return_to = return_to.and_then(|read| read.map_err(|error| fields.note(error)).ok());
        let username = fields.text("expected_username");
        let username = username.map(|text| trim_unseen(&text).trim_start_matches('@').to_owned());
        if username.as_ref().is_some_and(|name| name.is_empty() || name.chars().count() > LONGEST_USERNAME) {
            fields.wrong(
                "expected_username",
                "invalid",
                "Enter a Pinterest username of 1 to 100 characters, or omit it.",
            );
        }
        fields.check_characters("expected_username", username.as_deref());
        let hours = fields.number("expires_in_hours", HOURS).unwrap_or(HOURS_BY_DEFAULT);
        fields.close();
        if errors.is_empty() { Ok(Self { return_to, expected_username: username, hours }) } else { Err(errors) }
    }
}
