//! Where people sign in, for the pages.

use url::Url;

use super::Variables;
use super::variables::is_safe;

/// The OIDC issuer and what a page needs to sign somebody in there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInConfig {
    /// `OIDC_ISSUER`: the address under which the issuer describes itself.
    pub issuer: Url,
    /// `OIDC_CLIENT_ID`: the public client that the pages are.
    pub client_id: String,
    /// `OIDC_SCOPE`: what the pages ask for; `openid pinwheel/use` where it is not set.
    pub scope: String,
    /// `OIDC_ORIGINS`: where else than at its own address the issuer answers, separated by spaces.
    others: Vec<url::Origin>,
}

impl SignInConfig {
    pub(super) fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let issuer = variables.address("OIDC_ISSUER");
        if issuer.as_ref().is_some_and(|issuer| !is_safe(issuer)) {
            variables.reject("OIDC_ISSUER", "must begin with https://, since people send their sign-in there");
        }
        let client_id = variables.optional("OIDC_CLIENT_ID");
        if issuer.is_some() != client_id.is_some() {
            let missing = if issuer.is_some() { "OIDC_CLIENT_ID" } else { "OIDC_ISSUER" };
            variables.reject(missing, "is needed: OIDC_ISSUER and OIDC_CLIENT_ID go together");
        }
        let scope = variables.optional("OIDC_SCOPE").unwrap_or_else(|| "openid pinwheel/use".to_owned());
        // A template leaves gaps where a parameter is empty.
        let scope = scope.split_whitespace().collect::<Vec<_>>().join(" ");
        let others = variables.origins("OIDC_ORIGINS");
        Some(Self { issuer: issuer?, client_id: client_id?, scope, others })
    }

    /// Every origin that a page speaks to in order to sign somebody in.
    pub fn origins(&self) -> impl Iterator<Item = String> {
        std::iter::once(self.issuer.origin())
            .chain(self.others.iter().cloned())
            .map(|origin| origin.ascii_serialization())
    }
}
