//! Pinterest's API v5 as Pinwheel speaks it.
//!
//! Every call is sent once: what a lost answer means is for the caller to judge. Facts are from Pinterest's OpenAPI
//! description 5.23 and its developer pages; where live answers differ, the code says so.

mod account;
mod analytics;
mod boards;
mod call;
mod echo;
mod fault;
mod listed_pins;
mod oauth;
mod pins;
mod refusal;
mod sections;
pub mod transport;
mod videos;

pub use account::UserAccount;
pub use analytics::{PinFigures, PinFiguresPage, RankedPin, Series, SeriesDay};
pub use boards::{Board, BoardPage, BoardRequest, PAGE as BOARD_PAGE, Privacy};
pub use call::Answer;
pub use fault::{CallError, RateLimit, Refusal};
pub use listed_pins::{ListedPin, PinPage};
pub use oauth::{ConsentRequest, TokenGrant};
pub use pins::{CreatedPin, MediaSource, PinRequest, PostedSlide};
pub use refusal::{Reach, RefusalKind};
pub use sections::{Section, SectionPage};
pub use transport::{Transport, TransportError};
pub use videos::{RegisteredVideo, VideoFile, VideoStatus};

use url::Url;

use crate::domain::Mode;

/// Pinterest's addresses.
#[derive(Debug, Clone)]
pub struct Hosts {
    /// The production API, ending in `/v5`.
    pub live: Url,
    /// The sandbox API, ending in `/v5`.
    pub sandbox: Url,
    /// The consent page; the same for both modes.
    pub authorize: Url,
}

impl Hosts {
    /// The address of `path` on the host of `mode`.
    fn api(&self, mode: Mode, path: &str) -> Url {
        let base = match mode {
            Mode::Live => &self.live,
            Mode::Sandbox => &self.sandbox,
        };
        let mut url = base.clone();
        url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
        url
    }
}

/// A client of both of Pinterest's hosts.
#[derive(Debug, Clone)]
pub struct Pinterest {
    transport: Transport,
    hosts: Hosts,
}

impl Pinterest {
    /// A client that sends by `transport`.
    pub fn new(transport: Transport, hosts: Hosts) -> Self {
        Self { transport, hosts }
    }

    /// Pinterest's addresses.
    pub fn hosts(&self) -> &Hosts {
        &self.hosts
    }
}
