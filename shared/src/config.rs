//! Everything that is set from outside, read once at the start.
//!
//! One small struct per concern; every field names its variable. What contradicts itself stops the start, with every
//! wrong variable named at once.

mod aws;
mod pinterest;
mod publisher;
mod sign_in;
mod storage;
mod variables;
mod web;

pub use aws::AwsConfig;
pub use publisher::{OnUnknown, PublisherConfig};
pub use sign_in::SignInConfig;
pub use storage::StorageConfig;
pub use variables::{InvalidVariable, Variables};
pub use web::WebConfig;

use crate::pinterest::Hosts;

/// The configuration of a function.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where AWS is and who we are there.
    pub aws: AwsConfig,
    /// Which table, secrets and function belong to this installation.
    pub storage: StorageConfig,
    /// Who may call, and by which address.
    pub web: WebConfig,
    /// Pinterest's addresses.
    pub pinterest: Hosts,
    /// What the publisher may do by itself.
    pub publisher: PublisherConfig,
}

impl Config {
    /// Reads the configuration by `lookup`, which answers a variable's value; answers every variable that is wrong.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, Vec<InvalidVariable>> {
        let mut variables = Variables::new(lookup);
        let config = Self {
            aws: AwsConfig::read(&mut variables),
            storage: StorageConfig::read(&mut variables),
            web: WebConfig::read(&mut variables),
            pinterest: pinterest::read(&mut variables),
            publisher: PublisherConfig::read(&mut variables),
        };
        variables.finish(config)
    }

    /// The origin that browsers upload files to.
    pub fn upload_origin(&self) -> String {
        let (bucket, region) = (&self.storage.media_bucket, &self.aws.region);
        let top = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let own = || format!("https://{bucket}.s3.{region}.{top}");
        self.aws.s3.as_ref().map_or_else(own, |url| url.origin().ascii_serialization())
    }

    /// Reads the configuration from the environment of the process.
    pub fn from_env() -> Result<Self, Vec<InvalidVariable>> {
        Self::read(&environment)
    }

    /// The same, where a variable that is not set has the value that `fallback` answers.
    pub fn from_env_or(fallback: &dyn Fn(&str) -> Option<String>) -> Result<Self, Vec<InvalidVariable>> {
        Self::read(&|name| environment(name).or_else(|| fallback(name)))
    }
}

/// An empty variable is one that is not set.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn set(pairs: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        let base = [
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "key"),
            ("TABLE_NAME", "pinwheel"),
            ("APP_SECRET_ID", "app"),
            ("TOKEN_KEYS_SECRET_ID", "keys"),
            ("MEDIA_BUCKET", "media"),
        ];
        let all: Vec<(String, String)> =
            base.iter().chain(pairs).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        move |name| all.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    #[test]
    fn the_defaults_are_pinterests_own_addresses() {
        let config = Config::read(&set(&[])).unwrap();
        assert_eq!(config.pinterest.live.as_str(), "https://api.pinterest.com/v5");
        assert_eq!(config.pinterest.sandbox.as_str(), "https://api-sandbox.pinterest.com/v5");
        assert_eq!(config.web.owner_claim, "sub");
    }

    #[test]
    fn every_wrong_variable_is_named_at_once() {
        let wrong = Config::read(&set(&[
            ("TABLE_NAME", ""),
            ("PUBLIC_URL", "pinwheel.example"),
            ("PINTEREST_API_LIVE", "https://x.example/v4"),
            ("AWS_ENDPOINT_URL_DYNAMODB", "localhost:8000"),
            ("RETURN_TO_ORIGINS", "https://a.example/path"),
            ("ON_UNKNOWN", "again"),
        ]));
        let names: Vec<_> = wrong.unwrap_err().into_iter().map(|error| error.name).collect();
        assert_eq!(
            names,
            [
                "AWS_ENDPOINT_URL_DYNAMODB",
                "TABLE_NAME",
                "PUBLIC_URL",
                "RETURN_TO_ORIGINS",
                "PINTEREST_API_LIVE",
                "ON_UNKNOWN"
            ]
        );
    }

    #[test]
    fn addresses_without_tls_are_of_this_machine_only() {
        for (name, value, taken) in [
            ("RETURN_TO_ORIGINS", "https://app.example.com https://b.example:8443", true),
            ("RETURN_TO_ORIGINS", "http://localhost:3000 http://127.0.0.1 http://[::1]:1", true),
            ("RETURN_TO_ORIGINS", "http://app.example.com", false),
            ("RETURN_TO_ORIGINS", "https://app.example.com http://localhost.example.com", false),
            ("RETURN_TO_ORIGINS", "http://192.168.0.7:3000", false),
            ("RETURN_TO_ORIGINS", "ftp://localhost", false),
            ("OIDC_ORIGINS", "http://login.example.com", false),
            ("OIDC_ISSUER", "http://login.example.com", false),
            ("OIDC_ISSUER", "http://localhost:7878/_issuer", true),
            ("PUBLIC_URL", "http://pins.example.com", false),
            ("PUBLIC_URL", "http://localhost:7878", true),
        ] {
            let sign_in = [("OIDC_ISSUER", "https://i.example"), ("OIDC_CLIENT_ID", "pinwheel")];
            let read = Config::read(&set(&[sign_in[0], sign_in[1], (name, value)]));
            let refused: Vec<_> = read.err().into_iter().flatten().map(|error| error.name).collect();
            assert_eq!(refused, if taken { vec![] } else { vec![name] }, "{name}={value}");
        }
    }

    #[test]
    fn debug_does_not_say_the_keys() {
        let config =
            Config::read(&set(&[("AWS_SECRET_ACCESS_KEY", "hunter2"), ("AWS_SESSION_TOKEN", "hunter3")])).unwrap();
        assert!(!format!("{config:?}").contains("hunter"));
    }
}
