//! Where AWS is and who we are there. Lambda sets the first four itself.

use secrecy::SecretString;
use url::Url;

use super::Variables;

/// Region, credentials and endpoints of AWS.
#[derive(Debug, Clone)]
pub struct AwsConfig {
    /// `AWS_REGION`.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: SecretString,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: Option<SecretString>,
    /// `AWS_ENDPOINT_URL_DYNAMODB`: another endpoint in place of DynamoDB.
    pub dynamodb: Option<Url>,
    /// `AWS_ENDPOINT_URL_SECRETS_MANAGER`: another endpoint in place of Secrets Manager.
    pub secrets_manager: Option<Url>,
    /// `AWS_ENDPOINT_URL_EVENTBRIDGE`: another endpoint in place of EventBridge.
    pub event_bridge: Option<Url>,
    /// `AWS_ENDPOINT_URL_LAMBDA`: another endpoint in place of Lambda.
    pub lambda: Option<Url>,
    /// `AWS_ENDPOINT_URL_S3`: another endpoint in place of S3, which browsers reach as well.
    pub s3: Option<Url>,
}

impl AwsConfig {
    pub(super) fn read(variables: &mut Variables<'_>) -> Self {
        Self {
            region: variables.required("AWS_REGION"),
            access_key_id: variables.required("AWS_ACCESS_KEY_ID"),
            secret_access_key: variables.required("AWS_SECRET_ACCESS_KEY").into(),
            session_token: variables.optional("AWS_SESSION_TOKEN").map(SecretString::from),
            dynamodb: variables.address("AWS_ENDPOINT_URL_DYNAMODB"),
            secrets_manager: variables.address("AWS_ENDPOINT_URL_SECRETS_MANAGER"),
            event_bridge: variables.address("AWS_ENDPOINT_URL_EVENTBRIDGE"),
            lambda: variables.address("AWS_ENDPOINT_URL_LAMBDA"),
            s3: variables.address("AWS_ENDPOINT_URL_S3"),
        }
    }
}
