//! The access key of the embedded parts: drawn at each start, and written where only the owner of the data folder reads it.
//!
//! The table and the secrets are whoever's that has it, so a program of another user of this machine must not.

use std::fmt;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use secrecy::ExposeSecret;
use shared::config::Config;
use shared::random::{self, Random};

use crate::folder::FolderError;

/// The file in the data folder, in the form of variables, so that a shell can read it too.
const FILE: &str = "access-key";

const ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET: &str = "AWS_SECRET_ACCESS_KEY";

/// Who may sign.
#[derive(Clone)]
pub struct AccessKey {
    /// The id, which is in every signed address.
    pub id: String,
    /// What it is signed with.
    pub secret: String,
    /// Whether its role may `s3:ListBucket`; to whoever may not, S3 answers 403 for what is missing, to tell nobody what is
    /// there.
    pub may_list: bool,
}

impl AccessKey {
    fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { id: id.into(), secret: secret.into(), may_list: true }
    }

    /// One that everybody knows, for parts that nobody else reaches; it may what the template grants.
    pub fn local() -> Self {
        Self::new("local", "local")
    }

    /// The one that `config` signs with.
    pub fn of(config: &Config) -> Self {
        let secret = config.aws.secret_access_key.expose_secret().to_owned();
        Self::new(config.aws.access_key_id.clone(), secret)
    }

    /// Draws one.
    pub fn random(random: &dyn Random) -> Self {
        let id: String = random::token(random).chars().filter(char::is_ascii_alphanumeric).take(16).collect();
        Self::new(format!("LOCAL{}", id.to_ascii_uppercase()), random::token(random))
    }

    /// Writes it into `folder`, for its owner only, in the place of an earlier one.
    pub fn save(&self, folder: &Path) -> Result<(), FolderError> {
        let path = folder.join(FILE);
        let write = || {
            // One that was there may have been made by somebody else.
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
            write!(file, "{ID}={}\n{SECRET}={}\n", self.id, self.secret)
        };
        write().map_err(|source| FolderError::Unusable { path: path.clone(), source })
    }

    /// The one of the Pinwheel that last began on `folder`; absent where none did.
    pub fn load(folder: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(folder.join(FILE)).ok()?;
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
            Some(line.to_owned())
        };
        Some(Self::new(value(ID)?, value(SECRET)?))
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::os::unix::fs::PermissionsExt;

    use shared::random::SystemRandom;

    use super::*;

    #[test]
    fn a_key_is_drawn_anew_and_only_the_owner_of_the_folder_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        assert!(AccessKey::load(folder.path()).is_none());
        let (first, second) = (AccessKey::random(&SystemRandom), AccessKey::random(&SystemRandom));
        assert!(first.id != second.id && first.secret != second.secret && first.secret.len() == 43);
        std::fs::write(folder.path().join(FILE), "everybody can read this").unwrap();
        for key in [first, second] {
            key.save(folder.path()).unwrap();
            let read = AccessKey::load(folder.path()).unwrap();
            assert_eq!((read.id, read.secret), (key.id, key.secret));
            let mode = folder.path().join(FILE).metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
