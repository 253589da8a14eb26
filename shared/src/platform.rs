//! Everything a function reaches outside itself, in one place.

use std::sync::Arc;

use aws_sdk_dynamodb::config::retry::RetryPartition;
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::retries::classifiers::SharedRetryClassifier;
use aws_types::SdkConfig;
use url::Url;

use crate::aws;
use crate::clock::{SharedClock, SystemClock};
use crate::config::Config;
use crate::event_bus::EventBus;
use crate::kick::EventKick;
use crate::metrics::{MetricSink, Metrics, Nowhere};
use crate::pinterest::{Pinterest, Transport, transport};
use crate::random::{SharedRandom, SystemRandom};
use crate::settings::CurrentSettings;
use crate::store::{
    AccountStore, Busy, CircuitStore, ConsentStore, ErasureStore, EventStore, ImportStore, MediaStore, ObjectStore,
    OwnerStore, PinStore, QuotaStore, SettingsStore, ShardStore, SweepStore, Table, TemplateStore, UseStore,
    WebhookStore,
};
use crate::vault::{CredentialVault, TokenVault};

/// The outside world as it is passed in.
#[derive(Debug, Clone)]
pub struct World {
    /// The time.
    pub clock: SharedClock,
    /// Randomness.
    pub random: SharedRandom,
    /// How AWS is reached.
    pub aws: SharedHttpClient,
    /// How Pinterest is reached.
    pub pinterest: Transport,
    /// Where figures go.
    pub metrics: Arc<dyn MetricSink>,
}

/// The outside world as a function uses it; made once a process, with the caches that go with it.
#[derive(Debug)]
pub struct Platform {
    /// What was set from outside.
    pub config: Config,
    /// The time.
    pub clock: SharedClock,
    /// Randomness.
    pub random: SharedRandom,
    /// The settings of the Pinterest module, for those who change them.
    pub settings: SettingsStore,
    /// The settings of the Pinterest module, for those who go by them.
    pub current_settings: CurrentSettings,
    /// Connected accounts.
    pub accounts: AccountStore,
    /// Pins.
    pub pins: PinStore,
    /// Files of pins on their way.
    pub imports: ImportStore,
    /// What is known of uploaded files.
    pub media: MediaStore,
    /// The uploaded files themselves.
    pub objects: ObjectStore,
    /// Consents on their way.
    pub consents: ConsentStore,
    /// Templates for what pins show.
    pub templates: TemplateStore,
    /// Everything that an owner has.
    pub owners: OwnerStore,
    /// Owners that are being erased.
    pub erasures: ErasureStore,
    /// How much owners have of what is limited.
    pub uses: UseStore,
    /// How much of Pinterest's quotas is taken.
    pub quotas: QuotaStore,
    /// Who works on which shard.
    pub shards: ShardStore,
    /// What keeps back all pins of a mode.
    pub circuits: CircuitStore,
    /// What happened.
    pub events: EventStore,
    /// Where events are sent.
    pub webhooks: WebhookStore,
    /// The hourly sweep of what is too late.
    pub sweeps: SweepStore,
    /// The Pinterest app's ID and secret.
    pub credentials: CredentialVault,
    /// Seals and opens tokens.
    pub tokens: TokenVault,
    /// Pinterest.
    pub pinterest: Pinterest,
    /// Figures for whoever watches over the installation.
    pub metrics: Metrics,
    /// Calls the publisher, or the importer, at once.
    pub lambda: aws_sdk_lambda::Client,
    /// Calls the function that sends events.
    pub event_kick: EventKick,
    sdk: SdkConfig,
}

impl World {
    /// The real one, without figures.
    pub fn real() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            aws: aws::https_client(),
            pinterest: transport::over_the_network(),
            metrics: Arc::new(Nowhere),
        }
    }
}

impl Platform {
    /// Puts `config` and `world` together.
    pub fn new(config: Config, world: World) -> Self {
        let World { clock, random, aws, pinterest, metrics } = world;
        let sdk = aws::sdk_config(&config.aws, aws, &clock);
        let table = Table::new(dynamodb(&sdk, &config), &config.storage.table);
        let secrets = secrets_manager(&sdk, &config);
        let storage = &config.storage;
        let settings = SettingsStore::new(table.clone(), clock.clone());
        let lambda = lambda(&sdk, &config);
        let kick =
            EventKick { lambda: lambda.clone(), function: storage.events_function.clone(), clock: clock.clone() };
        let events = EventStore::new(table.clone(), settings.clone(), clock.clone()).with_kick(kick.clone());
        Self {
            current_settings: CurrentSettings::new(settings.clone(), clock.clone()),
            settings,
            accounts: AccountStore::new(table.clone(), events.clone()),
            pins: PinStore::new(table.clone(), events.clone()),
            imports: ImportStore::new(table.clone(), events.clone()),
            media: MediaStore::new(table.clone()),
            objects: ObjectStore::new(s3(&sdk, &config), &config, clock.clone()),
            consents: ConsentStore::new(table.clone()),
            templates: TemplateStore::new(table.clone()),
            owners: OwnerStore::new(table.clone()),
            erasures: ErasureStore::new(table.clone()),
            uses: UseStore::new(table.clone()),
            quotas: QuotaStore::new(table.clone()),
            shards: ShardStore::new(table.clone()),
            circuits: CircuitStore::new(table.clone(), events.clone()),
            events,
            webhooks: WebhookStore::new(table.clone()),
            sweeps: SweepStore::new(table),
            credentials: CredentialVault::new(secrets.clone(), &storage.app_secret_id, clock.clone()),
            tokens: TokenVault::new(secrets, &storage.token_keys_secret_id, clock.clone(), random.clone()),
            pinterest: Pinterest::new(pinterest, config.pinterest.clone()),
            metrics: Metrics::new(&storage.table, metrics),
            lambda,
            event_kick: kick,
            config,
            clock,
            random,
            sdk,
        }
    }

    /// The bus of the installation, where it has one. Only whoever asks for it carries the client along.
    pub fn event_bus(&self) -> Option<EventBus> {
        let name = self.config.storage.event_bus.as_deref()?;
        Some(EventBus::new(event_bridge(&self.sdk, &self.config), name))
    }
}

fn dynamodb(sdk: &SdkConfig, config: &Config) -> aws_sdk_dynamodb::Client {
    let mut own = aws_sdk_dynamodb::config::Builder::from(sdk);
    own.set_retry_partition(Some(retries("dynamodb")));
    own.set_endpoint_url(endpoint(config.aws.dynamodb.as_ref()));
    own.push_retry_classifier(SharedRetryClassifier::new(Busy));
    aws_sdk_dynamodb::Client::from_conf(own.build())
}

fn secrets_manager(sdk: &SdkConfig, config: &Config) -> aws_sdk_secretsmanager::Client {
    let mut own = aws_sdk_secretsmanager::config::Builder::from(sdk);
    own.set_retry_partition(Some(retries("secrets manager")));
    own.set_endpoint_url(endpoint(config.aws.secrets_manager.as_ref()));
    aws_sdk_secretsmanager::Client::from_conf(own.build())
}

fn event_bridge(sdk: &SdkConfig, config: &Config) -> aws_sdk_eventbridge::Client {
    let mut own = aws_sdk_eventbridge::config::Builder::from(sdk);
    own.set_retry_partition(Some(retries("event bridge")));
    own.set_endpoint_url(endpoint(config.aws.event_bridge.as_ref()));
    aws_sdk_eventbridge::Client::from_conf(own.build())
}

fn lambda(sdk: &SdkConfig, config: &Config) -> aws_sdk_lambda::Client {
    let mut own = aws_sdk_lambda::config::Builder::from(sdk);
    own.set_retry_partition(Some(retries("lambda")));
    own.set_endpoint_url(endpoint(config.aws.lambda.as_ref()));
    aws_sdk_lambda::Client::from_conf(own.build())
}

fn s3(sdk: &SdkConfig, config: &Config) -> aws_sdk_s3::Client {
    let endpoint = endpoint(config.aws.s3.as_ref());
    let mut own = aws_sdk_s3::config::Builder::from(sdk);
    own.set_retry_partition(Some(retries("s3")));
    // Another endpoint has one name, so that the bucket has to be in the path, which the SDK puts right behind what it is
    // given.
    own.set_force_path_style(Some(endpoint.is_some()));
    own.set_endpoint_url(endpoint.map(|endpoint| endpoint + "/"));
    // A checksum that is computed beforehand cannot be in an address that somebody else uploads to.
    own.set_request_checksum_calculation(Some(RequestChecksumCalculation::WhenRequired));
    own.set_response_checksum_validation(Some(ResponseChecksumValidation::WhenRequired));
    aws_sdk_s3::Client::from_conf(own.build())
}

/// What a client may spend on retries, of its own: the SDK's default is one budget for the whole process, so that what
/// happened to another platform in it would decide whether a call of this one is repeated.
fn retries(name: &'static str) -> RetryPartition {
    RetryPartition::custom(name).build()
}

/// The SDK appends its own path to an endpoint, which may have one.
fn endpoint(url: Option<&Url>) -> Option<String> {
    url.map(|url| url.as_str().trim_end_matches('/').to_owned())
}
