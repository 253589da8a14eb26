//! Who may call, and by which address.

use secrecy::SecretString;
use url::Url;

use super::variables::{is_bare, is_safe};
use super::{SignInConfig, Variables};

/// Addresses and claims.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// `PUBLIC_URL`: the address people use, without a path; else the domain name that API Gateway reports.
    pub public_url: Option<Url>,
    /// `OWNER_CLAIM`: the claim whose value owns data; `sub` where it is not set.
    pub owner_claim: String,
    /// `REQUIRED_SCOPE`: the scope that the tokens of people must have; `pinwheel/use` where it is not set.
    pub required_scope: String,
    /// `MACHINE_CLIENTS`: the subjects of the tokens that programs act by, separated by spaces; all others are people's.
    pub machine_clients: Vec<String>,
    /// `SUBJECT_KEY`: what the subjects of tokens are hashed with before the log names them; without it nobody is named.
    pub subject_key: Option<SecretString>,
    /// `RETURN_TO_ORIGINS`: other origins that a person may be sent back to after connecting, separated by spaces.
    pub return_to_origins: Vec<url::Origin>,
    /// `WEBHOOKS_TO_LOOPBACK`: `yes` lets webhooks have addresses of this machine, without TLS; never on AWS.
    pub webhooks_to_loopback: bool,
    /// Where people sign in; without it the pages say that nobody can.
    pub sign_in: Option<SignInConfig>,
}

impl WebConfig {
    pub(super) fn read(variables: &mut Variables<'_>) -> Self {
        let public_url = variables.address("PUBLIC_URL");
        if public_url.as_ref().is_some_and(|url| !is_bare(url)) {
            variables.reject("PUBLIC_URL", "must be an address without a path, such as https://pins.example.com");
        }
        if public_url.as_ref().is_some_and(|url| !is_safe(url)) {
            variables.reject("PUBLIC_URL", "must begin with https://, since cookies are not safe without it");
        }
        Self {
            public_url,
            owner_claim: variables.optional("OWNER_CLAIM").unwrap_or_else(|| "sub".to_owned()),
            required_scope: variables.optional("REQUIRED_SCOPE").unwrap_or_else(|| "pinwheel/use".to_owned()),
            machine_clients: variables.words("MACHINE_CLIENTS"),
            subject_key: variables.optional("SUBJECT_KEY").map(SecretString::from),
            return_to_origins: variables.origins("RETURN_TO_ORIGINS"),
            webhooks_to_loopback: variables.optional("WEBHOOKS_TO_LOOPBACK").as_deref() == Some("yes"),
            sign_in: SignInConfig::read(variables),
        }
    }
}
