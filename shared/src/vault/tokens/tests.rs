//! A sealed token opens in its own place, unchanged, by its own key, and nowhere else.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;
use crate::random::SystemRandom;

/// A ring whose keys 2 and 3 are the same bytes, so that only the number tells them apart.
fn ring(current: u32) -> KeyRing {
    let key = data_encoding::BASE64.encode(&[7; 32]);
    let keys = format!(r#"{{"2":"{key}","3":"{key}"}}"#);
    let generated = "g".repeat(32);
    KeyRing::parse(&format!(r#"{{"generated":"{generated}","keys":{keys},"current":{current}}}"#)).unwrap()
}

fn relabelled(sealed: &SealedToken, version: u32) -> SealedToken {
    let mut bytes = BASE64URL_NOPAD.decode(sealed.0.as_bytes()).unwrap();
    bytes[..4].copy_from_slice(&version.to_be_bytes());
    SealedToken(BASE64URL_NOPAD.encode(&bytes))
}

#[test]
fn a_sealed_token_opens_in_its_place_and_in_no_other() {
    let (alice, bob): (OwnerId, OwnerId) = ("alice".parse().unwrap(), "bob".parse().unwrap());
    let (one, two) = (AccountId::random(&SystemRandom), AccountId::random(&SystemRandom));
    for purpose in [Purpose::Access, Purpose::Refresh] {
        let place = Place { owner: &alice, account: &one, purpose };
        let other = if purpose == Purpose::Access { Purpose::Refresh } else { Purpose::Access };
        let sealed = seal(&ring(1), "pina_token", place, [3; 12]);
        assert_eq!(open(&ring(1), &sealed, place).unwrap(), "pina_token");
        assert_eq!(open(&ring(2), &sealed, place).unwrap(), "pina_token", "older keys still read");
        for wrong in [
            Place { owner: &bob, ..place },
            Place { account: &two, ..place },
            Place { purpose: other, ..place },
            Place { owner: &bob, account: &two, purpose: other },
        ] {
            assert!(matches!(open(&ring(1), &sealed, wrong), Err(SealError::DoesNotOpen)), "{wrong:?}");
        }
    }
}

#[test]
fn places_whose_parts_join_to_the_same_text_are_different() {
    let (one, two): (OwnerId, OwnerId) = ("ab".parse().unwrap(), "a".parse().unwrap());
    let account = AccountId::random(&SystemRandom);
    let place = |owner| Place { owner, account: &account, purpose: Purpose::Access };
    assert_ne!(associated(place(&one).into(), 1), associated(place(&two).into(), 1));
    let sealed = seal(&ring(1), "pina_token", place(&one), [3; 12]);
    assert!(open(&ring(1), &sealed, place(&two)).is_err());
}

#[test]
fn a_token_does_not_open_under_the_number_of_another_key() {
    let alice: OwnerId = "alice".parse().unwrap();
    let account = AccountId::random(&SystemRandom);
    let place = Place { owner: &alice, account: &account, purpose: Purpose::Access };
    for (from, to) in [(1, 2), (2, 1), (2, 3), (3, 2)] {
        let sealed = seal(&ring(from), "pina_token", place, [3; 12]);
        let moved = relabelled(&sealed, to);
        assert!(matches!(open(&ring(from), &moved, place), Err(SealError::DoesNotOpen)), "{from} as {to}");
        assert!(matches!(open(&ring(to), &moved, place), Err(SealError::DoesNotOpen)), "{from} as {to}");
        assert_eq!(open(&ring(to), &relabelled(&moved, from), place).unwrap(), "pina_token", "and back");
    }
    let sealed = seal(&ring(1), "pina_token", place, [3; 12]);
    assert!(matches!(open(&ring(1), &relabelled(&sealed, 9), place), Err(SealError::NoSuchKey(9))));
}

#[test]
fn no_bit_of_a_sealed_token_can_be_flipped() {
    let alice: OwnerId = "alice".parse().unwrap();
    let account = AccountId::random(&SystemRandom);
    for purpose in [Purpose::Access, Purpose::Refresh] {
        let place = Place { owner: &alice, account: &account, purpose };
        for key in [1, 2] {
            let sealed = seal(&ring(key), "pina_token", place, [3; 12]);
            let bytes = BASE64URL_NOPAD.decode(sealed.0.as_bytes()).unwrap();
            for bit in 0..bytes.len() * 8 {
                let flipped = SealedToken(BASE64URL_NOPAD.encode(&with_flipped(&bytes, bit)));
                assert!(open(&ring(key), &flipped, place).is_err(), "bit {bit}");
            }
            // As it is stored: no other text stands for the same bytes.
            for bit in 0..sealed.0.len() * 8 {
                let Ok(text) = String::from_utf8(with_flipped(sealed.0.as_bytes(), bit)) else { continue };
                assert!(open(&ring(key), &SealedToken(text), place).is_err(), "bit {bit} of the text");
            }
        }
    }
}

#[test]
fn no_end_of_a_sealed_token_can_be_cut_off_or_added() {
    let alice: OwnerId = "alice".parse().unwrap();
    let account = AccountId::random(&SystemRandom);
    let place = Place { owner: &alice, account: &account, purpose: Purpose::Access };
    let sealed = seal(&ring(2), "pina_token", place, [3; 12]).0;
    for end in 0..sealed.len() {
        assert!(open(&ring(2), &SealedToken(sealed[..end].to_owned()), place).is_err(), "{end}");
    }
    for more in ["A", "AA", "AAAA", "=", "\n"] {
        assert!(open(&ring(2), &SealedToken(format!("{sealed}{more}")), place).is_err(), "{more:?}");
    }
}

fn with_flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[bit / 8] ^= 1 << (bit % 8);
    flipped
}
