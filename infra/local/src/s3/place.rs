//! Where the objects are: in memory, or two files each in a folder.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::file;

/// What is known of an object besides its bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Facts {
    pub content_type: String,
    pub tags: BTreeMap<String, String>,
    pub created_at: Timestamp,
    /// The entity tag, without quotes.
    pub tag: String,
}

/// Where the objects are.
pub enum Place {
    Memory(Mutex<BTreeMap<String, (Facts, Bytes)>>),
    Folder(PathBuf),
}

impl Place {
    pub fn memory() -> Self {
        Self::Memory(Mutex::default())
    }

    pub fn folder(path: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        Ok(Self::Folder(path.to_owned()))
    }

    pub fn facts(&self, name: &str) -> io::Result<Option<Facts>> {
        match self {
            Self::Memory(objects) => Ok(lock(objects).get(name).map(|(facts, _)| facts.clone())),
            Self::Folder(folder) => match file::read(&facts_in(folder, name))? {
                Some(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
                None => Ok(None),
            },
        }
    }

    /// The bytes first: an object is there when its facts are.
    pub fn put(&self, name: &str, facts: &Facts, bytes: &Bytes) -> io::Result<()> {
        match self {
            Self::Memory(objects) => {
                lock(objects).insert(name.to_owned(), (facts.clone(), bytes.clone()));
                Ok(())
            }
            Self::Folder(folder) => {
                file::replace(&bytes_in(folder, name), bytes)?;
                self.change(name, facts)
            }
        }
    }

    /// Changes the facts of an object that is there.
    pub fn change(&self, name: &str, facts: &Facts) -> io::Result<()> {
        match self {
            Self::Memory(objects) => {
                if let Some(object) = lock(objects).get_mut(name) {
                    object.0 = facts.clone();
                }
                Ok(())
            }
            Self::Folder(folder) => file::replace(&facts_in(folder, name), &serde_json::to_vec(facts)?),
        }
    }

    pub fn size(&self, name: &str) -> io::Result<u64> {
        match self {
            Self::Memory(objects) => Ok(lock(objects).get(name).map_or(0, |(_, bytes)| bytes.len() as u64)),
            Self::Folder(folder) => Ok(fs::metadata(bytes_in(folder, name))?.len()),
        }
    }

    /// The bytes from `from` up to, and without, `to`.
    pub fn read(&self, name: &str, from: u64, to: u64) -> io::Result<Vec<u8>> {
        match self {
            Self::Memory(objects) => {
                let index = |place| usize::try_from(place).unwrap_or(usize::MAX);
                let objects = lock(objects);
                let bytes = objects.get(name).and_then(|(_, bytes)| bytes.get(index(from)..index(to)));
                Ok(bytes.unwrap_or_default().to_vec())
            }
            Self::Folder(folder) => {
                let mut file = File::open(bytes_in(folder, name))?;
                file.seek(SeekFrom::Start(from))?;
                let mut bytes = Vec::new();
                file.take(to - from).read_to_end(&mut bytes)?;
                Ok(bytes)
            }
        }
    }

    /// The facts first, as an object without them is not there.
    pub fn delete(&self, name: &str) -> io::Result<()> {
        match self {
            Self::Memory(objects) => {
                lock(objects).remove(name);
                Ok(())
            }
            Self::Folder(folder) => {
                remove(&facts_in(folder, name))?;
                remove(&bytes_in(folder, name))
            }
        }
    }

    /// How many objects there are.
    pub fn count(&self) -> io::Result<usize> {
        match self {
            Self::Memory(objects) => Ok(lock(objects).len()),
            Self::Folder(folder) => {
                let mut count = 0;
                for entry in fs::read_dir(folder)? {
                    count += usize::from(entry?.path().extension().is_some_and(|extension| extension == "json"));
                }
                Ok(count)
            }
        }
    }

    /// Deletes every object of which `judge` says so.
    pub fn delete_where(&self, judge: impl Fn(&Facts) -> bool) -> io::Result<usize> {
        match self {
            Self::Memory(objects) => {
                let mut objects = lock(objects);
                let before = objects.len();
                objects.retain(|_, (facts, _)| !judge(facts));
                Ok(before - objects.len())
            }
            Self::Folder(folder) => {
                let mut deleted = 0;
                for entry in fs::read_dir(folder)? {
                    let path = entry?.path();
                    if path.extension().is_none_or(|extension| extension != "json") {
                        continue;
                    }
                    let facts = file::read(&path)?.and_then(|bytes| serde_json::from_slice(&bytes).ok());
                    if facts.is_some_and(|facts| judge(&facts)) {
                        remove(&path)?;
                        remove(&path.with_extension("bytes"))?;
                        deleted += 1;
                    }
                }
                Ok(deleted)
            }
        }
    }
}

fn lock(objects: &Mutex<BTreeMap<String, (Facts, Bytes)>>) -> MutexGuard<'_, BTreeMap<String, (Facts, Bytes)>> {
    objects.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Names come from outside, so a file is called by a hash of one.
fn facts_in(folder: &Path, name: &str) -> PathBuf {
    folder.join(HEXLOWER.encode(&Sha256::digest(name))).with_extension("json")
}

fn bytes_in(folder: &Path, name: &str) -> PathBuf {
    facts_in(folder, name).with_extension("bytes")
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
