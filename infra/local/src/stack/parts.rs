//! The embedded parts, opened on the data folder.

use std::path::Path;
use std::sync::Arc;

use dynoxide::Database;
use pinterest_sim::{Analytics, App, OpenError, Simulator, Storage, Tier};
use shared::api::CALLBACK_PATH;
use shared::clock::SharedClock;
use shared::config::Config;
use shared::random::SystemRandom;

use super::{Pinterest, StartError};
use crate::access_key::AccessKey;
use crate::folder::Folder;
use crate::in_process::Parts;
use crate::issuer::SigningKey;
use crate::lambda::Lambda;
use crate::s3::S3;
use crate::secrets_manager::SecretsManager;

/// The Pinterest app that the simulator knows.
const APP_ID: &str = "1485555";

/// That app's secret, which opens nothing but the simulator.
const APP_SECRET: &str = "simulated-app-secret";

/// What stands below the functions.
pub struct Opened {
    pub parts: Parts,
    pub simulator: Option<Simulator>,
    pub key: SigningKey,
}

/// Opens everything that is kept in `folder`, or begins it.
pub fn open(folder: &Folder, config: &Config, pinterest: Pinterest, clock: &SharedClock) -> Result<Opened, StartError> {
    let database = database(&folder.private_file("table.sqlite")?)?;
    let secrets = SecretsManager::in_file(&folder.path().join("secrets.json"), clock.clone())
        .map_err(|error| StartError::Unreadable { what: "the secrets", source: error.into() })?;
    let issuer = SigningKey::in_file(&folder.path().join("issuer-key.pem"), &SystemRandom)?;
    let simulator = match pinterest {
        Pinterest::Simulated => Some(simulator(folder, config, clock.clone())?),
        Pinterest::Real => None,
    };
    let objects = S3::in_folder(&folder.path().join("media"), AccessKey::of(config), clock.clone())
        .map_err(|error| StartError::Unreadable { what: "the uploaded files", source: error.into() })?;
    let parts = Parts {
        database,
        secrets: Arc::new(secrets),
        lambda: Arc::new(Lambda::default()),
        objects: Arc::new(objects),
        event_bridge: Arc::default(),
    };
    Ok(Opened { parts, simulator, key: issuer })
}

fn database(path: &Path) -> Result<Database, StartError> {
    let unreadable = |source| StartError::Unreadable { what: "the table", source };
    let path = path.to_str().ok_or_else(|| unreadable("its path is not UTF-8".into()))?;
    Database::new(path).map_err(|error| unreadable(Box::new(error)))
}

fn simulator(folder: &Folder, config: &Config, clock: SharedClock) -> Result<Simulator, StartError> {
    let address = config.web.public_url.as_ref().map_or("", |url| url.as_str());
    let options = pinterest_sim::Options {
        storage: Storage::Folder(folder.path().join("pinterest")),
        clock: Arc::new(move || clock.now()),
        base_path: "/_pinterest".to_owned(),
        app: App {
            id: APP_ID.to_owned(),
            secret: APP_SECRET.to_owned(),
            redirect_uris: vec![format!("{}{CALLBACK_PATH}", address.trim_end_matches('/'))],
            tier: Tier::Standard,
        },
        seed: 1,
    };
    let simulator = Simulator::open(options)
        .map_err(|error: OpenError| StartError::Unreadable { what: "the simulated Pinterest", source: error.into() })?;
    // Else whoever tries it out would wait for days to see any figures.
    simulator.set_analytics(Analytics { pins_aged_days: 45, ..Analytics::default() });
    Ok(simulator)
}
