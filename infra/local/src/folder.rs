//! The data folder: private, and used by one process at a time.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use thiserror::Error;

/// A folder that this process alone uses until it drops this.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
    temporary: Option<TempDir>,
}

/// Why a folder cannot be used.
#[derive(Debug, Error)]
pub enum FolderError {
    /// It cannot be made, written or read.
    #[error("cannot use the folder {}", path.display())]
    Unusable {
        /// The folder or the file in it.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another process has it.
    #[error("{} is in use by another Pinwheel{holder}; stop it, or choose another folder with --data-dir", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
        /// ` (process 123)`, where it is known.
        holder: String,
    },
}

impl Folder {
    /// The folder at `path`, which is made, for its owner only, when it is missing.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let unusable = |source| FolderError::Unusable { path: path.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unusable)?;
        let path = path.canonicalize().map_err(unusable)?;
        let lock = lock(&path)?;
        Ok(Self { path, _lock: lock, temporary: None })
    }

    /// A new folder that is removed when this is dropped.
    pub fn temporary() -> Result<Self, FolderError> {
        let unusable = |source| FolderError::Unusable { path: std::env::temp_dir(), source };
        let temporary = tempfile::Builder::new().prefix("pinwheel-").tempdir().map_err(unusable)?;
        let mut folder = Self::open(temporary.path())?;
        folder.temporary = Some(temporary);
        Ok(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it goes away at the end.
    pub fn is_temporary(&self) -> bool {
        self.temporary.is_some()
    }

    /// A file in it that only its owner may read, made empty when it is missing.
    pub fn private_file(&self, name: &str) -> Result<PathBuf, FolderError> {
        let path = self.path.join(name);
        match OpenOptions::new().append(true).create(true).mode(0o600).open(&path) {
            Ok(_) => Ok(path),
            Err(source) => Err(FolderError::Unusable { path, source }),
        }
    }
}

/// The lock ends with the process, however it ends.
fn lock(folder: &Path) -> Result<File, FolderError> {
    let path = folder.join("lock");
    let unusable = |source| FolderError::Unusable { path: folder.to_owned(), source };
    let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0).map_err(unusable)?;
            write!(file, "{}", std::process::id()).map_err(unusable)?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            Err(FolderError::InUse { path: folder.to_owned(), holder: holder(&mut file).unwrap_or_default() })
        }
        Err(TryLockError::Error(source)) => Err(unusable(source)),
    }
}

fn holder(file: &mut File) -> Option<String> {
    let mut text = String::new();
    file.rewind().and_then(|()| file.read_to_string(&mut text)).ok()?;
    text.parse::<u32>().ok().map(|id| format!(" (process {id})"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_folder_and_its_files_are_for_their_owner_only() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::open(&parent.path().join("a/b")).unwrap();
        let file = folder.private_file("table.sqlite").unwrap();
        assert_eq!((mode(folder.path()), mode(&file), mode(&folder.path().join("lock"))), (0o700, 0o600, 0o600));
    }

    #[test]
    fn a_folder_that_was_there_keeps_its_permissions() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        Folder::open(folder.path()).unwrap();
        assert_eq!(mode(folder.path()), 0o755);
    }

    #[test]
    fn a_folder_is_used_once_at_a_time() {
        let parent = tempfile::tempdir().unwrap();
        let first = Folder::open(parent.path()).unwrap();
        let refused = Folder::open(parent.path()).unwrap_err();
        assert!(
            refused.to_string().contains(&format!("another Pinwheel (process {})", std::process::id())),
            "{refused}"
        );
        drop(first);
        Folder::open(parent.path()).unwrap();
    }

    #[test]
    fn a_folder_below_a_file_is_unusable() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let refused = Folder::open(&file.path().join("folder"));
        assert!(matches!(refused, Err(FolderError::Unusable { .. })));
    }

    #[test]
    fn a_temporary_folder_goes_away() {
        let folder = Folder::temporary().unwrap();
        let path = folder.path().to_owned();
        folder.private_file("secrets.json").unwrap();
        assert!(folder.is_temporary());
        drop(folder);
        assert!(!path.exists());
    }
}
