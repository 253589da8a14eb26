//! Why a stack does not start, in words for the person who started it.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use shared::config::InvalidVariable;
use shared::store::StoreError;
use shared::vault::VaultError;
use thiserror::Error;

use crate::folder::FolderError;
use crate::issuer::KeyError;

/// Why a stack does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Somebody else listens at the port.
    #[error("port {0} is in use by another program; choose another one with --port")]
    PortInUse(u16),
    /// The port cannot be listened at for another reason.
    #[error("cannot listen at port {port}")]
    Listen {
        /// The port.
        port: u16,
        /// What the operating system said.
        source: io::Error,
    },
    /// A program that is not there.
    #[error("there is no program of the function {function} in {}; cargo lambda build makes them", folder.display())]
    NoProgram {
        /// The function.
        function: &'static str,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// Variables of the environment that cannot be right.
    #[error("the configuration is wrong: {}", listed(.0))]
    Configuration(Vec<InvalidVariable>),
    /// A file of the data folder that holds something else, or that another version wrote.
    #[error("cannot read {what} in the data folder")]
    Unreadable {
        /// What is kept there.
        what: &'static str,
        /// What went wrong.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The table, at the endpoint that it was looked for.
    #[error("cannot use the table at {endpoint}")]
    Table {
        /// The endpoint's address.
        endpoint: String,
        /// What went wrong there.
        source: StoreError,
    },
    /// The secrets, at the endpoint that they were looked for.
    #[error("cannot use the secrets at {endpoint}")]
    Secrets {
        /// The endpoint's address.
        endpoint: String,
        /// What went wrong there.
        source: VaultError,
    },
}

impl From<KeyError> for StartError {
    fn from(error: KeyError) -> Self {
        Self::Unreadable { what: "the issuer's key", source: error.into() }
    }
}

fn listed(invalid: &[InvalidVariable]) -> String {
    invalid.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
