//! What Pinterest said a few minutes ago.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::{SignedDuration, Timestamp};
use shared::clock::SharedClock;

/// How long it is believed. Pinterest's guidelines ask not to keep what it tells for longer than needed.
const KEEP: SignedDuration = SignedDuration::from_mins(10);

type Entries<K, V> = HashMap<K, (Timestamp, Arc<V>)>;

/// Remembers values for ten minutes.
#[derive(Debug)]
pub struct Kept<K, V> {
    clock: SharedClock,
    most: usize,
    entries: Mutex<Entries<K, V>>,
}

impl<K: Clone + Eq + Hash, V> Kept<K, V> {
    /// Nothing is known yet.
    pub fn new(clock: SharedClock) -> Self {
        Self::at_most(usize::MAX, clock)
    }

    /// The same for at most so many values; the oldest one is forgotten first.
    pub fn at_most(most: usize, clock: SharedClock) -> Self {
        Self { clock, most, entries: Mutex::default() }
    }

    /// What is known under `key`.
    pub fn get(&self, key: &K) -> Option<Arc<V>> {
        let now = self.clock.now();
        let fresh = |at: &Timestamp| now.duration_since(*at) < KEEP;
        self.lock().get(key).filter(|(at, _)| fresh(at)).map(|(_, value)| value.clone())
    }

    /// Remembers `value`, and forgets what is too old.
    pub fn put(&self, key: K, value: &Arc<V>) {
        let now = self.clock.now();
        let mut entries = self.lock();
        entries.retain(|_, (at, _)| now.duration_since(*at) < KEEP);
        if entries.len() >= self.most
            && let Some(oldest) = entries.iter().min_by_key(|(_, (at, _))| *at).map(|(key, _)| key.clone())
        {
            entries.remove(&oldest);
        }
        entries.insert(key, (now, value.clone()));
    }

    fn lock(&self) -> MutexGuard<'_, Entries<K, V>> {
        self.entries.lock().expect("nothing panics while it holds this lock")
    }
}
