//! The settings as they are answered: never with the secret, always with their entity tag.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use lambda_http::http::header;
use serde::Serialize;
use shared::api::{Json, Origin, entity_tag};
use shared::domain::{AppId, Limit, Mode, OwnerId, Scope, SecretRef, Settings};
use utoipa::ToSchema;

use crate::description;

/// Where an app is registered with Pinterest.
const CREATE_APP_URL: &str = "https://developers.pinterest.com/apps/connect/";

/// The settings as an answer, with what is doubtful about them.
pub struct Answer<'a> {
    /// The settings.
    pub settings: &'a Settings,
    /// Where this installation is.
    pub origin: &'a Origin,
    /// What the save itself gives rise to.
    pub warnings: Vec<Warning>,
}

/// Something that is allowed and will not do what is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// A stable word for programs.
    pub code: &'static str,
    /// The scope it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<&'static str>,
    /// What will not work and what to do.
    pub message: String,
}

/// The settings of the HTTP contract.
#[derive(Serialize, ToSchema)]
#[schema(as = Settings)]
pub struct Body<'a> {
    /// Disabled, nothing is connected, scheduled or published, and what is due waits.
    #[schema(schema_with = description::statuses)]
    status: &'static str,
    mode: Mode,
    #[schema(required)]
    app_id: Option<&'a AppId>,
    app_secret: Secret<'a>,
    /// What people who connect are asked for.
    scopes: Vec<String>,
    /// Whether pins with several images may be planned.
    #[schema(schema_with = description::carousels)]
    carousels: &'static str,
    /// How many late pins of an account go out by themselves in a day; 0 is no limit. Pins in time are not counted.
    pins_per_day: u32,
    /// What one owner may have.
    #[schema(schema_with = description::limits)]
    limits: BTreeMap<&'static str, u32>,
    /// Whether what happens is written to the event log.
    #[schema(schema_with = description::events)]
    events: &'static str,
    /// The redirect URI to register at Pinterest, byte for byte.
    callback_url: String,
    /// Where an app is created at Pinterest.
    create_app_url: &'static str,
    /// What is allowed and will not do what is wanted.
    warnings: Vec<Warning>,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    updated_at: Option<Timestamp>,
    #[schema(required)]
    updated_by: Option<&'a OwnerId>,
}

/// What is told of the app secret.
#[derive(Serialize, ToSchema)]
#[schema(as = AppSecret)]
struct Secret<'a> {
    /// Whether there is one.
    set: bool,
    /// Its last four characters.
    #[schema(required)]
    last4: Option<&'a str>,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    updated_at: Option<Timestamp>,
}

impl Warning {
    /// The app was exchanged for another.
    pub fn accounts_need_reconnect() -> Self {
        let message = "The app ID changed. Accounts that were connected through the previous app work until their \
                       access token expires, in 30 days at most. They can't be renewed and have to be reconnected.";
        Self { code: "accounts_need_reconnect", scope: None, message: message.to_owned() }
    }

    fn carousels_uncertain() -> Self {
        let message = "Pinterest's guide mentions only images and videos for organic pins. It accepts carousels, but \
                       may show them as something else, such as a video of the images, or refuse them one day. \
                       Publish one and look at it before you schedule many.";
        Self { code: "carousels_uncertain", scope: None, message: message.to_owned() }
    }

    fn missing(scope: Scope) -> Self {
        let lost = scope.needed_for().unwrap_or("something that publishing needs");
        let message =
            format!("Without {scope}, this won't work: {lost}. Add the scope, then have connected accounts reconnect.");
        Self { code: "scope_missing", scope: Some(scope.as_str()), message }
    }
}

impl IntoResponse for Answer<'_> {
    fn into_response(self) -> Response {
        let Self { settings, origin, warnings } = self;
        let missing = settings.scopes.missing_for_publishing();
        let uncertain = settings.carousels.then(Warning::carousels_uncertain);
        let body = Body {
            status: if settings.enabled { "enabled" } else { "disabled" },
            mode: settings.mode,
            app_id: settings.app_id.as_ref(),
            app_secret: settings.secret.as_ref().into(),
            scopes: settings.scopes.names(),
            carousels: if settings.carousels { "enabled" } else { "disabled" },
            pins_per_day: settings.pins_per_day,
            limits: Limit::ALL.map(|limit| (limit.setting(), settings.limits.setting(limit))).into(),
            events: if settings.events { "enabled" } else { "disabled" },
            callback_url: origin.callback_url(),
            create_app_url: CREATE_APP_URL,
            warnings: missing.iter().map(Warning::missing).chain(uncertain).chain(warnings).collect(),
            updated_at: settings.saved.as_ref().map(|saved| saved.at),
            updated_by: settings.saved.as_ref().map(|saved| &saved.by),
        };
        ([(header::ETAG, entity_tag(settings.version))], Json(body)).into_response()
    }
}

impl<'a> From<Option<&'a SecretRef>> for Secret<'a> {
    fn from(secret: Option<&'a SecretRef>) -> Self {
        Self {
            set: secret.is_some(),
            last4: secret.map(|secret| secret.last4.as_str()),
            updated_at: secret.map(|secret| secret.updated_at),
        }
    }
}
