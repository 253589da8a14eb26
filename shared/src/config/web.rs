//! Who may call, and by which address.

use url::Url;

use super::Variables;
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
            return_to_origins: origins(variables),
        }
    }
}

fn origins(variables: &mut Variables<'_>) -> Vec<url::Origin> {
    let text = variables.optional("RETURN_TO_ORIGINS").unwrap_or_default();
    let parsed: Vec<_> = text.split_whitespace().map(Url::parse).collect();
    if !parsed.iter().all(|url| url.as_ref().is_ok_and(is_bare)) {
        variables.reject("RETURN_TO_ORIGINS", "must be origins such as https://app.example.com, separated by spaces");
    }
    parsed.into_iter().flatten().map(|url| url.origin()).collect()
}

fn is_bare(url: &Url) -> bool {
    url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty()
}
