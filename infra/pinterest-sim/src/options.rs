//! What a simulator is opened with, and how opening can fail.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What time it is, asked at each call, so that a test can move it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Everything that a simulator needs to know when it is opened.
pub struct Options {
    /// Where the world is kept.
    pub storage: Storage,
    /// The source of every time: token lifetimes, `created_at`, rate-limit windows.
    pub clock: Clock,
    /// The path that the router is nested under, `""` or for instance `"/_pinterest"`: the prefix
    /// of links in pages and of addresses for uploads.
    pub base_path: String,
    /// The one Pinterest app that this Pinterest knows.
    pub app: App,
    /// The source of every id and token. Two simulators in memory with the same seed and clock
    /// that get the same calls give the same answers.
    pub seed: u64,
}

/// Where people, boards, pins, videos and tokens are kept.
pub enum Storage {
    /// In memory: gone with the last clone of the simulator.
    Memory,
    /// In an `SQLite` file in this folder, which is made when it is missing. Every change is
    /// committed before it is answered, so that it survives a killed process.
    Folder(PathBuf),
}

/// A Pinterest app as its owner sees it on the developer pages.
#[derive(Clone)]
pub struct App {
    /// The app ID, digits.
    pub id: String,
    /// The app secret.
    pub secret: String,
    /// The registered redirect URIs; a consent must name one of them byte for byte.
    pub redirect_uris: Vec<String>,
    /// What the app may do. [`crate::Simulator::set_tier`] changes it until the simulator closes.
    pub tier: Tier,
}

impl fmt::Debug for App {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("App")
            .field("id", &self.id)
            .field("redirect_uris", &self.redirect_uris)
            .field("tier", &self.tier)
            .finish_non_exhaustive()
    }
}

/// The access tier of an app (<https://developers.pinterest.com/docs/key-concepts/access-tiers/>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Not approved yet: tokens can be had, and every call with one is answered 401 code 3.
    Unapproved,
    /// Small daily quotas for the whole app, and no pins on the live host.
    Trial,
    /// Quotas by the minute and person.
    Standard,
}

/// Why a simulator could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be made or written.
    #[error("cannot use the folder {}", path.display())]
    Folder {
        /// The folder that was asked for.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// `SQLite` cannot open or prepare its file.
    #[error("cannot open the simulator's database")]
    Database(#[from] rusqlite::Error),
}
