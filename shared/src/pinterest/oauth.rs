//! The consent page and the token endpoint.

use std::time::Duration;

use bytes::Bytes;
use data_encoding::BASE64;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use serde::Deserialize;
use url::{Url, form_urlencoded};

use super::call::{bare, sensitive};
use super::{Answer, CallError, Pinterest};
use crate::domain::{AppId, Mode, Scopes};
use crate::vault::{AccessToken, AppCredentials, AuthorizationCode, RefreshToken};

/// How long the token endpoint may take; shorter than a refresh lease.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the consent page is asked.
#[derive(Debug, Clone)]
pub struct ConsentRequest<'a> {
    /// The app.
    pub app_id: &'a AppId,
    /// Where Pinterest sends the browser; must equal a registered address to the letter.
    pub redirect_uri: &'a str,
    /// What is asked for.
    pub scopes: &'a Scopes,
    /// Comes back unchanged.
    pub state: &'a str,
}

/// A new pair of tokens (OpenAPI `OauthAccessTokenResponse`).
#[derive(Debug)]
pub struct TokenGrant {
    /// The access token.
    pub access: AccessToken,
    /// How long it lasts, in seconds.
    pub expires_in_s: u32,
    /// The refresh token, where one came; an old one then stays in use.
    pub refresh: Option<RefreshToken>,
    /// How long the refresh token lasts, in seconds.
    pub refresh_expires_in_s: Option<u32>,
    /// What was granted; optional from Pinterest's version 5.28 on.
    pub scope: Option<Scopes>,
}

#[derive(Deserialize)]
struct Body {
    access_token: String,
    expires_in: u32,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    refresh_token_expires_in: Option<u32>,
    #[serde(default)]
    scope: Option<String>,
}

impl Pinterest {
    /// The address of the consent page.
    pub fn authorize_url(&self, request: &ConsentRequest<'_>) -> Url {
        let mut url = self.hosts.authorize.clone();
        url.query_pairs_mut()
            .append_pair("client_id", request.app_id.as_str())
            .append_pair("redirect_uri", request.redirect_uri)
            .append_pair("response_type", "code")
            .append_pair("scope", &request.scopes.to_string())
            .append_pair("state", request.state);
        url
    }

    /// Exchanges the code that the consent brought; never to be repeated, since a code works once.
    pub async fn exchange_code(
        &self,
        mode: Mode,
        app: &AppCredentials,
        code: &AuthorizationCode,
        redirect_uri: &str,
    ) -> Result<TokenGrant, CallError> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", redirect_uri),
            ("continuous_refresh", "true"),
        ];
        self.token(mode, app, &fields).await.map(|answer| answer.body)
    }

    /// Exchanges a refresh token for a new pair; never to be repeated blindly, since the old one may be spent.
    pub async fn refresh(
        &self,
        mode: Mode,
        app: &AppCredentials,
        token: &RefreshToken,
    ) -> Result<TokenGrant, CallError> {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token.expose())];
        self.token(mode, app, &fields).await.map(|answer| answer.body)
    }

    /// Asks for a token of the app owner's own account, which shows whether Pinterest accepts the app ID and secret.
    pub async fn client_credentials(&self, mode: Mode, app: &AppCredentials) -> Result<Answer<TokenGrant>, CallError> {
        self.token(mode, app, &[("grant_type", "client_credentials"), ("scope", "user_accounts:read")]).await
    }

    async fn token(
        &self,
        mode: Mode,
        app: &AppCredentials,
        fields: &[(&str, &str)],
    ) -> Result<Answer<TokenGrant>, CallError> {
        let basic = BASE64.encode(format!("{}:{}", app.app_id, app.secret.expose()).as_bytes());
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request: Request<Bytes> = bare(Method::POST, &self.hosts.api(mode, "oauth/token"))
            .header(AUTHORIZATION, sensitive(&format!("Basic {basic}")))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.into())
            .expect("the parts of our own requests are valid");
        let answer: Answer<Body> = self.send(request, PATIENCE).await?;
        Ok(Answer { body: answer.body.into(), status: answer.status, request_id: answer.request_id, rate: answer.rate })
    }
}

impl From<Body> for TokenGrant {
    fn from(body: Body) -> Self {
        Self {
            access: AccessToken::new(body.access_token),
            expires_in_s: body.expires_in,
            refresh: body.refresh_token.filter(|token| !token.is_empty()).map(RefreshToken::new),
            refresh_expires_in_s: body.refresh_token_expires_in,
            scope: body.scope.map(|text| Scopes::parse_known(&text)),
        }
    }
}
