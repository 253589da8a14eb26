//! The address under which people reach this installation.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::StatusCode;
use http::request::Parts;
use lambda_http::request::RequestContext;
use url::Url;

use super::Problem;
use crate::platform::Platform;

/// The path of the OAuth redirect URI.
pub const CALLBACK_PATH: &str = "/app/pinterest/board";

/// Scheme and host, from `PUBLIC_URL` or else from API Gateway's request context; never from a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(Url);

impl Origin {
    /// The origin that people reach by `url`, which has no path.
    pub fn new(url: Url) -> Self {
        Self(url)
    }

    /// The OAuth redirect URI, to the letter.
    pub fn callback_url(&self) -> String {
        format!("{}{CALLBACK_PATH}", self.as_str())
    }

    /// The origin as browsers write it, without a slash at the end.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Whether this is this machine without TLS, where cookies cannot be `Secure`.
    pub fn is_plain_loopback(&self) -> bool {
        self.0.scheme() == "http" && is_loopback(&self.0)
    }

    /// Whether `url` is of this origin.
    pub fn contains(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }

    fn from_domain(domain: &str) -> Option<Self> {
        let host = domain.split(':').next().unwrap_or_default();
        let scheme = if matches!(host, "localhost" | "127.0.0.1") { "http" } else { "https" };
        Url::parse(&format!("{scheme}://{domain}/")).ok().map(Self)
    }
}

/// Whether `url` is an address of this machine, which nobody else can listen in on.
pub(crate) fn is_loopback(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

impl<S: Send + Sync> FromRequestParts<S> for Origin
where
    Arc<Platform>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if let Some(url) = &Arc::<Platform>::from_ref(state).config.web.public_url {
            return Ok(Self(url.clone()));
        }
        let domain = match parts.extensions.get::<RequestContext>() {
            Some(RequestContext::ApiGatewayV2(context)) => context.domain_name.as_deref(),
            _ => None,
        };
        domain.and_then(Self::from_domain).ok_or_else(|| {
            let detail = "This installation doesn't know its own URL. Set PUBLIC_URL.";
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "public_url_unknown", detail)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callback_has_no_port_but_the_one_it_was_called_with() {
        for (domain, url) in [
            ("pins.example.com", "https://pins.example.com/app/pinterest/board"),
            ("localhost:7878", "http://localhost:7878/app/pinterest/board"),
        ] {
            assert_eq!(Origin::from_domain(domain).map(|origin| origin.callback_url()).as_deref(), Some(url));
        }
    }
}
