//! Randomness that is passed in.

use std::sync::Arc;

/// Answers 256 fresh random bits.
pub type Random = Arc<dyn Fn() -> [u8; 32] + Send + Sync>;

/// Randomness that repeats itself from the same seed, for tests and simulations.
pub fn fixed(seed: u64) -> Random {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use std::sync::{Mutex, PoisonError};

    let generator = Mutex::new(StdRng::seed_from_u64(seed));
    Arc::new(move || {
        let mut bytes = [0; 32];
        generator
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut bytes);
        bytes
    })
}
