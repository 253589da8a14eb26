//! The whole of Pinwheel on one machine: the functions behind a socket, their publisher, and the parts they stand on.

mod failure;
mod front;
mod install;
mod parts;
mod server;
mod sweep;
mod variables;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use pinterest_sim::Simulator;
use shared::clock::{SharedClock, SystemClock};
use shared::config::Config;
use shared::platform::{Platform, World};
use shared::random::{self, SharedRandom, SystemRandom};
use tokio::task::JoinHandle;
use url::Url;

pub use failure::StartError;
pub use variables::{DEFAULT_PORT, EVENTS, Embedded, IMPORTER, PUBLISHER};

use crate::access_key::AccessKey;
use crate::executions::Executions;
use crate::folder::Folder;
use crate::importing;
use crate::in_process::Parts;
use crate::issuer::Issuer;
use crate::lambda::Lambda;
use crate::publishing::{Publishing, TIME_LIMIT};
use crate::runtime::{Programs, has_program};
use crate::sending::Sending;
use front::{Front, Gate};
use parts::Opened;
pub(crate) use server::{Server, listen};

/// What a stack is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it keeps its data.
    pub data: Data,
    /// The port to listen at; 0 for any free one.
    pub port: u16,
    /// Which Pinterest the functions talk to.
    pub pinterest: Pinterest,
    /// The address that people use, where it is another than this machine's.
    pub public_url: Option<Url>,
    /// Whether it publishes, or leaves that to processes of their own.
    pub publishes: bool,
    /// The folder with the programs of the functions, where they are to run as on AWS, in processes of their own.
    pub functions: Option<PathBuf>,
    /// How many functions may run at once, as in an account of AWS; as many as are needed where it is nothing.
    pub executions: Option<usize>,
}

/// Where the data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// In this folder.
    Kept(PathBuf),
    /// In a folder that is removed at the end.
    Ephemeral,
}

/// Which Pinterest the functions talk to, unless variables say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pinterest {
    /// The simulator of this process.
    Simulated,
    /// Pinterest itself.
    Real,
}

/// A running stack.
pub struct Stack {
    config: Config,
    url: Url,
    sign_in_code: Option<String>,
    machine_secret: String,
    simulator: Option<Simulator>,
    gate: Gate,
    publishing: Option<Publishing>,
    sending: Option<Sending>,
    sweeping: JoinHandle<()>,
    server: Server,
    // Dropped last: a folder that goes away does so after everything that writes to it.
    folder: Folder,
}

impl Stack {
    /// Starts everything; it answers requests when this returns.
    ///
    /// The functions are configured by the variables of production; those that are not set point at embedded parts.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let folder = match &options.data {
            Data::Kept(path) => Folder::open(path)?,
            Data::Ephemeral => Folder::temporary()?,
        };
        let listener = listen(options.port).await?;
        let port = listener.local_addr().map_err(|source| StartError::Listen { port: options.port, source })?.port();
        let key = AccessKey::random(&SystemRandom);
        let embedded = Embedded { port, pinterest: options.pinterest, key };
        let (config, variables) = configure(&embedded, &options)?;
        // A key that the environment names is somebody's at AWS perhaps, and is written nowhere.
        if config.aws.access_key_id == embedded.key.id {
            embedded.key.save(folder.path())?;
        }
        let log = folder.path().join("functions.log");
        let programs = options.functions.clone().map(|folder| Programs { folder, variables, log });
        if let Some(missing) = programs.as_ref().and_then(missing) {
            return Err(missing);
        }

        let clock: SharedClock = Arc::new(SystemClock);
        let random: SharedRandom = Arc::new(SystemRandom);
        let Opened { parts, simulator, key } = parts::open(&folder, &config, options.pinterest, &clock)?;
        let executions = options.executions.map_or_else(Executions::unlimited, Executions::at_most);
        let parts = Parts { lambda: Arc::new(Lambda::within(executions.clone())), ..parts };
        let issuer = Issuer::new(&embedded.issuer(), key, clock.clone(), random.clone());
        let sign_in_code =
            config.web.public_url.as_ref().filter(|url| !is_of_this_machine(url)).map(|_| sign_in_code());
        let issuer = match (&config.web.public_url, &sign_in_code) {
            (Some(url), Some(code)) => issuer.with_public_origin(&url.origin().ascii_serialization(), code),
            _ => issuer,
        };
        let machine_secret = issuer.machine_secret().to_owned();
        let gate = Gate::default();
        let front = Front {
            parts: parts.clone(),
            simulator: simulator.clone(),
            issuer: Arc::new(issuer),
            gate: gate.clone(),
            executions,
            programs: programs.as_ref(),
            config: &config,
            clock: clock.clone(),
            random,
        };
        let server = Server::start(listener, front.router());

        let platform = platform(&config);
        install::create_what_is_missing(&platform).await?;
        install::free_shards(&platform).await?;
        let sweeping = sweep::start(parts.database, parts.objects, clock.clone());
        let importer = config.storage.importer_function.as_deref().unwrap_or(IMPORTER);
        match &programs {
            Some(programs) => importing::host_apart(programs.function("importer", &clock), &parts.lambda, importer),
            None => importing::host(platform.clone(), &parts.lambda, importer),
        }
        let lambda = parts.lambda.clone();
        let publishing = options.publishes.then(|| match &programs {
            Some(programs) => {
                let function = programs.function("publisher", &clock);
                Publishing::start_apart(function, parts.lambda, called(&config), &clock)
            }
            None => Publishing::start(&platform, parts.lambda, called(&config), TIME_LIMIT),
        });
        let sending = options.publishes.then(|| {
            let function = config.storage.events_function.as_deref().unwrap_or(EVENTS);
            match &programs {
                Some(programs) => Sending::start_apart(programs.function("events", &clock), lambda, function, &clock),
                None => Sending::start(&platform, lambda, function),
            }
        });
        gate.open();
        let url = embedded.url();
        Ok(Self {
            config,
            url,
            sign_in_code,
            machine_secret,
            simulator,
            gate,
            publishing,
            sending,
            sweeping,
            server,
            folder,
        })
    }

    /// Where it listens: `http://localhost:7878/`.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What a sign-in asks for besides a name, where others can reach this machine by its public address.
    pub fn sign_in_code(&self) -> Option<&str> {
        self.sign_in_code.as_deref()
    }

    /// The secret by which the machine client [`MACHINE_ID`](crate::issuer::MACHINE_ID) gets its tokens.
    pub fn machine_secret(&self) -> &str {
        &self.machine_secret
    }

    /// What the functions were configured with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The Pinterest of this process, if it has one.
    pub fn simulator(&self) -> Option<&Simulator> {
        self.simulator.as_ref()
    }

    /// Where the data is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Whether it publishes by itself.
    pub fn publishes(&self) -> bool {
        self.publishing.is_some()
    }

    /// Whether the data goes away at the end.
    pub fn is_ephemeral(&self) -> bool {
        self.folder.is_temporary()
    }

    /// Stops: no more requests, no more claims; what is in flight is finished within bounds.
    pub async fn stop(self) {
        self.gate.close();
        if let Some(sending) = self.sending {
            sending.stop();
        }
        // The publisher writes through the server's endpoints, so the server goes after it.
        if let Some(publishing) = self.publishing {
            publishing.stop().await;
        }
        self.sweeping.abort();
        self.server.stop().await;
    }
}

/// A platform of its own for each function, as each has a process of its own on AWS.
fn platform(config: &Config) -> Arc<Platform> {
    Arc::new(Platform::new(config.clone(), World::real()))
}

/// Whether an address is reached from this machine only.
pub(crate) fn is_of_this_machine(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

fn sign_in_code() -> String {
    random::token(&SystemRandom).chars().filter(char::is_ascii_alphanumeric).take(12).collect()
}

/// The name by which the publisher is called.
fn called(config: &Config) -> &str {
    config.storage.publisher_function.as_deref().unwrap_or(PUBLISHER)
}

fn missing(programs: &Programs) -> Option<StartError> {
    let functions = ["settings", "oauth", "accounts", "media", "pins", "events", "web", "mcp", "publisher", "importer"];
    let missing = functions.into_iter().find(|name| !has_program(&programs.folder, name))?;
    Some(StartError::NoProgram { function: missing, folder: programs.folder.clone() })
}

/// The configuration, and the variables of it that the environment does not set.
fn configure(embedded: &Embedded, options: &Options) -> Result<(Config, Vec<(String, String)>), StartError> {
    let given = Mutex::new(Vec::new());
    // Without a publisher there is nobody to call at once; the ticks of the others find every pin.
    let default = |name: &str| {
        let is_left_out = name == "PUBLISHER_FUNCTION" && !options.publishes;
        let value = if is_left_out { None } else { embedded.variable(name) };
        let mut given = given.lock().unwrap_or_else(PoisonError::into_inner);
        given.extend(value.clone().map(|value| (name.to_owned(), value)));
        value
    };
    let mut config = Config::from_env_or(&default).map_err(StartError::Configuration)?;
    if options.public_url.is_some() {
        config.web.public_url.clone_from(&options.public_url);
    }
    let mut given = given.into_inner().unwrap_or_else(PoisonError::into_inner);
    given.extend(options.public_url.as_ref().map(|url| ("PUBLIC_URL".to_owned(), url.to_string())));
    Ok((config, given))
}
