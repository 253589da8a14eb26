//! Randomness, passed in.

use std::fmt::Debug;
use std::sync::Arc;

/// A source of unpredictable bytes.
pub trait Random: Debug + Send + Sync + 'static {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// A source of randomness shared by everything in a process.
pub type SharedRandom = Arc<dyn Random>;

/// Draws `N` bytes.
pub fn bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}

/// Draws a number evenly from `0.0..1.0`.
pub fn fraction(random: &dyn Random) -> f64 {
    let [a, b, c, d] = bytes::<4>(random);
    f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
}

/// Draws a version 4 UUID in its usual text form, as AWS asks of client request tokens.
pub fn uuid(random: &dyn Random) -> String {
    let mut raw = bytes::<16>(random);
    raw[6] = (raw[6] & 0x0f) | 0x40;
    raw[8] = (raw[8] & 0x3f) | 0x80;
    let hex = data_encoding::HEXLOWER.encode(&raw);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// Draws a secret of 256 bits as 43 characters of unpadded base64url.
pub fn token(random: &dyn Random) -> String {
    data_encoding::BASE64URL_NOPAD.encode(&bytes::<32>(random))
}

/// The randomness of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system always has randomness once it has started");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_says_its_version_and_variant() {
        let uuid = uuid(&SystemRandom);
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
        assert!("89ab".contains(&uuid[19..20]));
    }

    #[test]
    fn a_fraction_is_below_one() {
        #[derive(Debug)]
        struct Ones;
        impl Random for Ones {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(0xff);
            }
        }
        assert!(fraction(&Ones) < 1.0);
    }
}
