//! The variables of production with the values that point at the embedded parts.

use url::Url;

use super::Pinterest;
use crate::access_key::AccessKey;
use crate::issuer::{CLIENT_ID, MACHINE_ID};
use crate::s3;

/// The port of a stack for which none was chosen.
pub const DEFAULT_PORT: u16 = 7878;

/// The publisher's name for kicks.
pub const PUBLISHER: &str = "pinwheel-publisher";

/// The name of the function that sends events.
pub const EVENTS: &str = "pinwheel-events";

/// The importer's name.
pub const IMPORTER: &str = "pinwheel-importer";

/// The addresses of a stack's embedded parts.
#[derive(Debug, Clone)]
pub struct Embedded {
    /// The port of the stack.
    pub port: u16,
    /// Which Pinterest goes with it.
    pub pinterest: Pinterest,
    /// Who may use them.
    pub key: AccessKey,
}

impl Embedded {
    /// The value of a variable that the environment does not set; nothing where production has a default too.
    pub fn variable(&self, name: &str) -> Option<String> {
        let pinterest = |path: &str| {
            (self.pinterest == Pinterest::Simulated).then(|| self.at("localhost", &format!("_pinterest/{path}")))
        };
        Some(match name {
            "AWS_REGION" => "us-east-1".to_owned(),
            "AWS_ACCESS_KEY_ID" => self.key.id.clone(),
            // Both are secrets of this machine, and neither is to be found from what the log says.
            "AWS_SECRET_ACCESS_KEY" | "SUBJECT_KEY" => self.key.secret.clone(),
            "AWS_ENDPOINT_URL_DYNAMODB" => self.aws("dynamodb"),
            "AWS_ENDPOINT_URL_SECRETS_MANAGER" => self.aws("secretsmanager"),
            "AWS_ENDPOINT_URL_EVENTBRIDGE" => self.aws("events"),
            "AWS_ENDPOINT_URL_LAMBDA" => self.aws("lambda"),
            // By the name that people open the pages by: they upload to it as well.
            "AWS_ENDPOINT_URL_S3" => self.at("localhost", s3::PATH.trim_start_matches('/')),
            "MEDIA_BUCKET" => "pinwheel-media".to_owned(),
            "TABLE_NAME" => "pinwheel".to_owned(),
            "APP_SECRET_ID" => "pinwheel/app".to_owned(),
            "TOKEN_KEYS_SECRET_ID" => "pinwheel/token-keys".to_owned(),
            "PUBLISHER_FUNCTION" => PUBLISHER.to_owned(),
            "IMPORTER_FUNCTION" => IMPORTER.to_owned(),
            "EVENTS_FUNCTION" => EVENTS.to_owned(),
            // Whoever tries it out has an endpoint on the same machine.
            "WEBHOOKS_TO_LOOPBACK" => "yes".to_owned(),
            "PUBLIC_URL" => self.at("localhost", ""),
            "OIDC_ISSUER" => self.issuer(),
            "MACHINE_CLIENTS" => MACHINE_ID.to_owned(),
            "OIDC_CLIENT_ID" => CLIENT_ID.to_owned(),
            "PINTEREST_API_LIVE" => return pinterest("live/v5"),
            "PINTEREST_API_SANDBOX" => return pinterest("sandbox/v5"),
            "PINTEREST_AUTHORIZE_URL" => return pinterest("oauth/"),
            _ => return None,
        })
    }

    /// The address of the stack, as people open it.
    pub fn url(&self) -> Url {
        Url::parse(&self.at("localhost", "")).expect("a port makes a whole address")
    }

    /// The claim `iss` of local tokens.
    pub fn issuer(&self) -> String {
        self.at("localhost", "_issuer")
    }

    /// Programs use the number, so that no resolver is asked and no other address family tried first.
    fn aws(&self, service: &str) -> String {
        self.at("127.0.0.1", &format!("_aws/{service}"))
    }

    fn at(&self, host: &str, path: &str) -> String {
        format!("http://{host}:{}/{path}", self.port)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use shared::config::Config;

    use super::*;

    fn config(pinterest: Pinterest) -> Config {
        let embedded = Embedded { port: 7878, pinterest, key: AccessKey::local() };
        Config::read(&|name| embedded.variable(name)).unwrap()
    }

    #[test]
    fn the_embedded_values_are_a_whole_configuration() {
        let config = config(Pinterest::Simulated);
        assert_eq!(config.aws.dynamodb.unwrap().as_str(), "http://127.0.0.1:7878/_aws/dynamodb");
        assert_eq!(config.web.public_url.unwrap().as_str(), "http://localhost:7878/");
        assert_eq!(config.pinterest.live.as_str(), "http://localhost:7878/_pinterest/live/v5");
        assert_eq!(config.storage.publisher_function.as_deref(), Some(PUBLISHER));
        assert_eq!(config.storage.importer_function.as_deref(), Some(IMPORTER));
    }

    #[test]
    fn without_a_simulator_the_addresses_are_pinterests_own() {
        let config = config(Pinterest::Real);
        assert_eq!(config.pinterest.live.host_str(), Some("api.pinterest.com"));
        assert_eq!(config.pinterest.authorize.host_str(), Some("www.pinterest.com"));
        assert_eq!(config.aws.dynamodb.unwrap().host_str(), Some("127.0.0.1"));
    }
}
