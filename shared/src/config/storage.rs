//! What belongs to this installation.

use super::Variables;

/// The names of the installation's table, bucket, secrets, publisher, importer and sender of events.
#[derive(Debug, Clone)]
pub struct StorageConfig {
    /// `TABLE_NAME`: the DynamoDB table.
    pub table: String,
    /// `APP_SECRET_ID`: the secret with the Pinterest app's ID and secret.
    pub app_secret_id: String,
    /// `TOKEN_KEYS_SECRET_ID`: the secret with the keys that seal tokens.
    pub token_keys_secret_id: String,
    /// `MEDIA_BUCKET`: the S3 bucket with the files that people upload.
    pub media_bucket: String,
    /// `PUBLISHER_FUNCTION`: the function to call at once when something is due soon; without it the next tick finds it.
    pub publisher_function: Option<String>,
    /// `IMPORTER_FUNCTION`: the function that stores the pins of files; without it no file is taken.
    pub importer_function: Option<String>,
    /// `EVENTS_FUNCTION`: the function to call at once when something happened; without it the next tick sends the event.
    pub events_function: Option<String>,
    /// `EVENT_BUS_NAME`: the EventBridge bus on which every event is put as well; without it none is.
    pub event_bus: Option<String>,
}

impl StorageConfig {
    pub(super) fn read(variables: &mut Variables<'_>) -> Self {
        Self {
            table: variables.required("TABLE_NAME"),
            app_secret_id: variables.required("APP_SECRET_ID"),
            token_keys_secret_id: variables.required("TOKEN_KEYS_SECRET_ID"),
            media_bucket: variables.required("MEDIA_BUCKET"),
            publisher_function: variables.optional("PUBLISHER_FUNCTION"),
            importer_function: variables.optional("IMPORTER_FUNCTION"),
            events_function: variables.optional("EVENTS_FUNCTION"),
            event_bus: variables.optional("EVENT_BUS_NAME"),
        }
    }
}
