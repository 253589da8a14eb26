//! Who may call, and by which address.

use url::Url;

use super::variables::is_bare;
use super::{SignInConfig, Variables};
use crate::api::is_loopback;

/// Addresses and claims.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// `PUBLIC_URL`: the address people use, without a path; else the domain name that API Gateway reports.
    pub public_url: Option<Url>,
    /// `OWNER_CLAIM`: the claim whose value owns data; `sub` where it is not set.
    pub owner_claim: String,
    /// `ADMIN_SCOPE`: a scope that makes its bearer an administrator, besides the group `pinwheel-admin`.
    pub admin_scope: Option<String>,
    /// `RETURN_TO_ORIGINS`: other origins that a person may be sent back to after connecting, separated by spaces.
    pub return_to_origins: Vec<url::Origin>,
    /// Where people sign in; without it the pages say that nobody can.
    pub sign_in: Option<SignInConfig>,
}

impl WebConfig {
    pub(super) fn read(variables: &mut Variables<'_>) -> Self {
        let public_url = variables.address("PUBLIC_URL");
        if public_url.as_ref().is_some_and(|url| !is_bare(url)) {
            variables.reject("PUBLIC_URL", "must be an address without a path, such as https://pins.example.com");
        }
        if public_url.as_ref().is_some_and(|url| url.scheme() == "http" && !is_loopback(url)) {
            variables.reject("PUBLIC_URL", "must begin with https://, since cookies are not safe without it");
        }
        Self {
            public_url,
            owner_claim: variables.optional("OWNER_CLAIM").unwrap_or_else(|| "sub".to_owned()),
            admin_scope: variables.optional("ADMIN_SCOPE"),
            return_to_origins: variables.origins("RETURN_TO_ORIGINS"),
            sign_in: SignInConfig::read(variables),
        }
    }
}
