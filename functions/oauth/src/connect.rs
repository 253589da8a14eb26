//! Begins a consent: answers the address of Pinterest's consent page and binds what comes back to this browser.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use shared::api::{Json, Origin, Problem, User};
use shared::domain::characters::without_unseen;
use shared::domain::settings::Obstacle;
use shared::domain::{Account, AccountId, AppId, Connection, Limit, Limits, OwnerId, Settings};
use shared::limits::{self, Room};
use shared::pinterest::ConsentRequest;
use shared::platform::Platform;
use shared::store::{ConnectLink, Consent, StoreError};
use utoipa::ToSchema;

use crate::cookie::BROWSER;
use crate::description::Connect;
use crate::proof::Proof;
use crate::{link, return_to};

/// How long a person has for the consent page.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// The body of the request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Connecting)]
pub struct Request {
    /// Where the person goes on after the boards are picked: a path of this installation, or an address that it allows.
    #[serde(default)]
    return_to: Option<String>,
    /// The account to connect again, where it is one. Whoever has as many accounts as they may have needs it for one that works
    /// without that.
    #[serde(default)]
    #[schema(value_type = Option<AccountId>)]
    account_id: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Consent)]
struct Started {
    /// Pinterest's consent page, for the browser that has the cookie.
    authorize_url: String,
    /// A page of this installation that starts the same for any browser, within ten minutes and once. Send people there whose
    /// browser can't keep the cookie, since the page that called this belongs to another site.
    start_url: String,
}

/// What a consent is begun for.
pub struct Starting {
    /// Whose account it is to be.
    pub owner: OwnerId,
    /// Who starts it, as the log names them.
    pub by: Option<String>,
    /// Where the person goes afterwards.
    pub return_to: Option<String>,
    /// The hash of the connect link that it is started by.
    pub link: Option<String>,
    /// The only Pinterest account that may come of it.
    pub expected_username: Option<String>,
}

/// Starts connecting an account: returns the URL of Pinterest's consent page, for the browser that has the cookie.
#[utoipa::path(
    post,
    path = "/v1/accounts/connect",
    operation_id = "connect_account",
    tag = "accounts",
    request_body = Request,
    responses((status = 200, description = "Where to send the browser.", body = Started, headers(("Set-Cookie" = String, description = "Binds what comes back to this browser."))), Connect)
)]
pub async fn connect(
    State(platform): State<Arc<Platform>>,
    user: User,
    origin: Origin,
    headers: HeaderMap,
    Json(request): Json<Request>,
) -> Result<Response, Problem> {
    let settings = platform.current_settings.get().await?;
    let app_id = app(&settings)?;
    let allowed = &platform.config.web.return_to_origins;
    let return_to = request.return_to.map(|text| return_to::parse(&text, &origin, allowed)).transpose();
    let return_to = return_to.map_err(|error| Problem::invalid(vec![error]))?;
    admit(&platform, &settings.limits, &user.owner, request.account_id.as_deref()).await?;
    let link = ConnectLink {
        id: None,
        owner: user.owner.clone(),
        by: user.by.clone(),
        return_to: return_to.clone(),
        expected_username: None,
        expires_at: platform.clock.now() + PATIENCE,
        used_at: None,
        revoked_at: None,
    };
    let start_url = link::issue(&platform, &origin, &link).await?;
    let starting = Starting { owner: user.owner, by: user.by, return_to, link: None, expected_username: None };
    let (browser, authorize_url) = begin(&platform, &origin, &headers, (&settings, app_id), starting).await?;
    let started = Started { authorize_url, start_url };
    Ok(([(header::SET_COOKIE, BROWSER.set(&origin, &browser))], Json(started)).into_response())
}

/// Stores a consent for the browser that sent `headers`; answers its secret for the cookie and the address of Pinterest's page.
pub async fn begin(
    platform: &Platform,
    origin: &Origin,
    headers: &HeaderMap,
    (settings, app_id): (&Settings, AppId),
    starting: Starting,
) -> Result<(Proof, String), StoreError> {
    let state = Proof::random(&*platform.random);
    // A browser that is on its way in another tab keeps its cookie, or that other consent would be refused.
    let browser = BROWSER.read(headers, origin).unwrap_or_else(|| Proof::random(&*platform.random));
    let consent = Consent {
        by: starting.by,
        owner: starting.owner,
        mode: settings.mode,
        app_id,
        settings_version: settings.version,
        redirect_uri: origin.callback_url(),
        scopes: settings.scopes.to_string(),
        return_to: starting.return_to,
        browser_hash: browser.hash(),
        expires_at: platform.clock.now() + PATIENCE,
        used_at: None,
        account_id: None,
        link: starting.link,
        expected_username: starting.expected_username,
    };
    platform.consents.save(&state.hash(), &consent).await?;
    let Consent { app_id, redirect_uri, .. } = &consent;
    let request = ConsentRequest { app_id, redirect_uri, scopes: &settings.scopes, state: state.expose() };
    Ok((browser, platform.pinterest.authorize_url(&request).into()))
}

/// Refuses to begin where the person has as many accounts as they may have, unless one of these is to be connected again.
/// Which one it becomes shows when Pinterest sends the person back, and is looked at once more then.
async fn admit(platform: &Platform, limits: &Limits, owner: &OwnerId, again: Option<&str>) -> Result<(), Problem> {
    if limits.most(Limit::Accounts).is_none() {
        return Ok(());
    }
    let accounts = platform.accounts.list(owner).await?;
    let mut connected = accounts.iter().filter(|account| account.tokens().is_some());
    let named = again.map(|id| without_unseen(id).trim().to_owned());
    let is_again = |account: &Account| named.as_deref() == Some(account.id.as_str()) || needs_consent(account);
    let room = Room::counted(limits, Limit::Accounts, limits::connected(&accounts));
    match room.admit(1) {
        Err(reached) if !connected.any(is_again) => {
            let problem = Problem::from(reached);
            let detail = format!("{} Name it as account_id.", problem.detail);
            Err(Problem { detail, ..problem })
        }
        _ => Ok(()),
    }
}

/// Whether the account can only be put right by another consent.
fn needs_consent(account: &Account) -> bool {
    !matches!(account.connection, Connection::Connected(_)) || !account.missing_scopes().is_empty()
}

/// The app to connect through: 403 where Pinterest is switched off, 409 where something is missing.
pub fn app(settings: &Settings) -> Result<AppId, Problem> {
    let obstacles = settings.obstacles();
    if obstacles.contains(&Obstacle::Disabled) {
        return Err(Problem::disabled());
    }
    match &settings.app_id {
        Some(app_id) if obstacles.is_empty() => Ok(app_id.clone()),
        _ => {
            let reasons: Vec<_> = obstacles.iter().map(|obstacle| obstacle.message()).collect();
            Err(Problem::new(StatusCode::CONFLICT, "not_configured", reasons.join(" ")))
        }
    }
}
