//! Ids and tokens, all drawn from the one seeded source.

use rand::RngExt;
use rand::rngs::StdRng;

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// An id of 18 digits, like those of Pinterest's boards and pins.
pub(crate) fn id(rng: &mut StdRng) -> String {
    rng.random_range(100_000_000_000_000_000_u64..1_000_000_000_000_000_000).to_string()
}

/// A request id for `x-pinterest-rid`.
pub(crate) fn request_id(rng: &mut StdRng) -> String {
    rng.random_range(1_000_000_000_000_000_u64..10_000_000_000_000_000).to_string()
}

/// Capital letters and digits.
pub(crate) fn letters(rng: &mut StdRng, count: usize) -> String {
    (0..count).map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())])).collect()
}

/// A token with its prefix: `pina` (access), `pinr` (refresh), `pinc` (client credentials).
pub(crate) fn token(rng: &mut StdRng, prefix: &str) -> String {
    format!("{prefix}_{}", letters(rng, 56))
}

/// An authorization code.
pub(crate) fn code(rng: &mut StdRng) -> String {
    format!("{:032x}", rng.random::<u128>())
}

/// Whether something of this probability happens now.
pub(crate) fn happens(rng: &mut StdRng, probability: f64) -> bool {
    rng.random_bool(probability.clamp(0.0, 1.0))
}

/// A hash for the path of a picture, `ab/cd/ef/abcdef…`, as on `i.pinimg.com`.
pub(crate) fn picture_path(rng: &mut StdRng) -> String {
    let hash = code(rng);
    format!("{}/{}/{}/{hash}", &hash[0..2], &hash[2..4], &hash[4..6])
}
