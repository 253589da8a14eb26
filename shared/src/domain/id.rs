//! Identifiers that cannot be mixed up: each is made by parsing, so an invalid one cannot exist.

use std::fmt;
use std::str::FromStr;

use data_encoding::{Encoding, Specification};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::random::{self, Random};

/// A text that is not the identifier it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not {expected}")]
pub struct InvalidId {
    /// What would have been valid, in words.
    pub expected: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $valid:expr, $pattern:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schema(value_type = String, pattern = $pattern)]
        pub struct $name(String);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) { Ok(Self(text.to_owned())) } else { Err(InvalidId { expected: $expected }) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// Who data belongs to: the verified value of the claim named by `OWNER_CLAIM`, 1–256 bytes that are not all blank.
    OwnerId, |text| (1..=256).contains(&text.len()) && !text.trim().is_empty(),
    "^\\s*\\S[\\s\\S]*$", "an owner of 1 to 256 bytes that are not all blank"
);
id!(
    /// A connected Pinterest account: `acc_` and 26 characters of base32.
    AccountId, |text| is_ours(text, "acc_"), "^acc_[a-z2-7]{26}$", "an account id such as acc_… with 26 letters and digits"
);
id!(
    /// A pin of ours: `pin_` and 26 characters of base32.
    PinId, |text| is_ours(text, "pin_"), "^pin_[a-z2-7]{26}$", "a pin id such as pin_… with 26 letters and digits"
);
id!(
    /// A template of ours: `tpl_` and 26 characters of base32.
    TemplateId, |text| is_ours(text, "tpl_"), "^tpl_[a-z2-7]{26}$", "a template id such as tpl_… with 26 letters and digits"
);
id!(
    /// A webhook: `wh_` and 26 characters of base32.
    WebhookId, |text| is_ours(text, "wh_"), "^wh_[a-z2-7]{26}$", "a webhook id such as wh_… with 26 letters and digits"
);
id!(
    /// An uploaded file: `media_`, its time in twelve letters, and 14 characters of base32.
    MediaId, |text| is_ours(text, "media_") && text[6..18].bytes().all(|b| (b'a'..=b'p').contains(&b)),
    "^media_[a-p]{12}[a-z2-7]{14}$", "a media id such as media_… with 26 letters and digits"
);
id!(
    /// A connect link: `link_`, its time in twelve letters, and 14 characters of base32.
    ConnectLinkId, |text| is_ours(text, "link_") && text[5..17].bytes().all(|b| (b'a'..=b'p').contains(&b)),
    "^link_[a-p]{12}[a-z2-7]{14}$", "the id of a connect link such as link_… with 26 letters and digits"
);
id!(
    /// One try at publishing a pin: `att_` and 26 characters of base32.
    AttemptId, |text| is_ours(text, "att_"), "^att_[a-z2-7]{26}$", "an attempt id such as att_… with 26 letters and digits"
);
id!(
    /// A file of pins that was taken: `imp_` and 26 characters of base32.
    ImportId, |text| is_ours(text, "imp_"), "^imp_[a-z2-7]{26}$", "an import id such as imp_… with 26 letters and digits"
);
id!(
    /// Something that happened: `evt_`, its time in twelve letters, its place among the events of its subject in five, and
    /// 9 characters of base32.
    EventId, |text| is_ours(text, "evt_") && text[4..21].bytes().all(|b| (b'a'..=b'p').contains(&b)),
    "^evt_[a-p]{17}[a-z2-7]{9}$", "an event id such as evt_… with 26 letters and digits"
);
id!(
    /// A Pinterest app, as its developer page shows it: digits.
    AppId, is_digits, "^[0-9]{1,32}$", "an app ID of digits, as Pinterest shows it"
);
id!(
    /// A Pinterest board: digits (OpenAPI `PinCreate.board_id`).
    BoardId, is_digits, "^[0-9]{1,32}$", "a board id of digits"
);
id!(
    /// A section of a Pinterest board: digits (OpenAPI `PinCreate.board_section_id`).
    SectionId, is_digits, "^[0-9]{1,32}$", "a board section id of digits"
);
id!(
    /// A pin on Pinterest: digits.
    PinterestPinId, is_digits, "^[0-9]{1,32}$", "a Pinterest pin id of digits"
);
id!(
    /// A file that was uploaded to Pinterest: digits (OpenAPI `MediaUpload.media_id`).
    PinterestMediaId, is_digits, "^[0-9]{1,32}$", "a Pinterest media id of digits"
);
id!(
    /// A person or business on Pinterest (OpenAPI `Account.id`); stable where the username is not.
    PinterestUserId, |text| (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric()),
    "^[A-Za-z0-9]{1,64}$", "a Pinterest user id"
);

impl PinterestPinId {
    /// The pin's public page (`https://www.pinterest.com/pin/{id}/`).
    pub fn url(&self) -> String {
        format!("https://www.pinterest.com/pin/{self}/")
    }
}

fn is_digits(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_ours(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 26 && rest.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7')))
}

fn base32() -> Encoding {
    let mut lower = Specification::new();
    lower.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    lower.encoding().expect("32 distinct symbols are a valid base32 alphabet")
}

fn ours(prefix: &str, entropy: &[u8; 17]) -> String {
    // 17 bytes make 28 characters; the first 26 carry 130 bits.
    format!("{prefix}{}", &base32().encode(entropy)[..26])
}

impl AccountId {
    /// Draws a new account id.
    pub fn random(random: &dyn Random) -> Self {
        Self(ours("acc_", &random::bytes(random)))
    }
}

impl MediaId {
    /// Draws a new media id, which sorts by `now`.
    pub fn new(now: Timestamp, random: &dyn Random) -> Self {
        let drawn = &base32().encode(&random::bytes::<17>(random))[..14];
        Self(format!("media_{}{drawn}", time_letters(now)))
    }
}

impl ConnectLinkId {
    /// Draws a new id of a connect link, which sorts by `now`.
    pub fn new(now: Timestamp, random: &dyn Random) -> Self {
        let drawn = &base32().encode(&random::bytes::<17>(random))[..14];
        Self(format!("link_{}{drawn}", time_letters(now)))
    }

    /// What sorts before every link made at `at` or later.
    pub fn bound(at: Timestamp) -> String {
        format!("link_{}", time_letters(at))
    }
}

impl WebhookId {
    /// What stands for the bus of the installation among webhooks; nobody makes a webhook of this id.
    pub fn bus() -> Self {
        Self("wh_eventbridgebusaaaaaaaaaaaa".to_owned())
    }
}

impl EventId {
    /// The id of the event of `subject` with that sequence number, written at `at`. Ids sort by that time, and those of one
    /// subject within a millisecond by their sequence number.
    pub fn derived(at: Timestamp, subject: &str, sequence: u64) -> Self {
        let hash = base32().encode(&digest(&[subject.as_bytes(), &sequence.to_be_bytes()]));
        Self(format!("evt_{}{}{}", time_letters(at), letters(sequence, 5), &hash[..9]))
    }

    /// When the event was written, to the millisecond.
    pub fn at(&self) -> Timestamp {
        Self::time_of_bound(&self.0)
    }

    /// The moment that a bound stands for, or an id of an event.
    pub fn time_of_bound(bound: &str) -> Timestamp {
        let letters = bound.get(4..16).unwrap_or_default();
        let ms = letters.bytes().fold(0, |ms, letter| (ms << 4) | i64::from(letter.wrapping_sub(b'a') & 0xf));
        Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
    }

    /// What sorts behind every event written before `at`, and before all others.
    pub fn bound(at: Timestamp) -> String {
        format!("evt_{}", time_letters(at))
    }
}

/// A moment as twelve letters that sort like it.
fn time_letters(at: Timestamp) -> String {
    letters(u64::try_from(at.as_millisecond()).unwrap_or_default(), 12)
}

/// The lowest bits of a number as so many letters that sort like it.
fn letters(number: u64, count: u64) -> String {
    let letter = |place: u64| char::from(b'a' + ((number >> (place * 4)) & 0xf) as u8);
    (0..count).rev().map(letter).collect()
}

impl AttemptId {
    /// Draws a new attempt id.
    pub fn random(random: &dyn Random) -> Self {
        Self(ours("att_", &random::bytes(random)))
    }

    /// Derives the id of what a person did with `pin` by `request`, so that the same request is recognized.
    pub fn derived(pin: &PinId, idempotency_key: &str, request: &str) -> Self {
        Self(ours("att_", &digest(&[pin.as_str().as_bytes(), idempotency_key.as_bytes(), request.as_bytes()])))
    }
}

impl ImportId {
    /// Derives the id of a file from everything that decides what becomes of it, so that the same file is recognized.
    pub fn derived(owner: &OwnerId, parts: &[&[u8]]) -> Self {
        Self(ours("imp_", &digest(&[&[owner.as_str().as_bytes()], parts].concat())))
    }
}

impl TemplateId {
    /// Draws a new template id.
    pub fn random(random: &dyn Random) -> Self {
        Self(ours("tpl_", &random::bytes(random)))
    }
}

impl WebhookId {
    /// Draws a new webhook id.
    pub fn random(random: &dyn Random) -> Self {
        Self(ours("wh_", &random::bytes(random)))
    }

    /// Derives the id of the webhook that is made by a request with that key, so that the same request is recognized.
    pub fn derived(owner: &OwnerId, idempotency_key: &str) -> Self {
        Self(ours("wh_", &digest(&[owner.as_str().as_bytes(), idempotency_key.as_bytes()])))
    }
}

/// The beginning of a hash over `parts`, each with its length, so that no two lists of parts read alike.
fn digest(parts: &[&[u8]]) -> [u8; 17] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut start = [0; 17];
    start.copy_from_slice(&hash.finalize()[..17]);
    start
}

impl PinId {
    /// Draws a new pin id.
    pub fn random(random: &dyn Random) -> Self {
        Self(ours("pin_", &random::bytes(random)))
    }

    /// Derives the id of the pin at `position` of a request, so that the same request names the same pins again.
    pub fn derived(owner: &OwnerId, idempotency_key: &str, position: u32) -> Self {
        let parts = [owner.as_str().as_bytes(), idempotency_key.as_bytes(), &position.to_be_bytes()];
        Self(ours("pin_", &digest(&parts)))
    }

    /// Derives the id of the pin in the line of a file, so that whoever stores the file again stores nothing twice.
    pub fn of_import(owner: &OwnerId, import: &ImportId, line: u32) -> Self {
        // No key of a request has a space in it.
        Self::derived(owner, &format!("import {import}"), line)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn drawn_ids_parse() {
        let id = PinId::random(&SystemRandom);
        assert_eq!(id.as_str().parse::<PinId>(), Ok(id));
        assert!(AccountId::random(&SystemRandom).as_str().parse::<PinId>().is_err());
    }

    #[test]
    fn media_ids_sort_by_time_and_parse() {
        let at = |ms| MediaId::new(Timestamp::from_millisecond(ms).unwrap(), &SystemRandom);
        let times = [0, 1, 15, 16, 1_800_000_000_000, 1_800_000_000_001, 4_000_000_000_000];
        let ids: Vec<_> = times.map(at).into();
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(ids.iter().all(|id| id.as_str().parse::<MediaId>().is_ok()));
        assert!("media_z".parse::<MediaId>().is_err());
    }

    #[test]
    fn event_ids_tell_their_time_and_sort_by_it() {
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        let times = [0, 1, 15, 16, 1_800_000_000_000, 1_800_000_000_001];
        let ids: Vec<_> = times.map(|ms| EventId::derived(at(ms), "pin_a", 7)).into();
        assert!(ids.is_sorted(), "{ids:?}");
        for (id, ms) in ids.iter().zip(times) {
            assert_eq!((id.at(), id.as_str().parse::<EventId>().as_ref()), (at(ms), Ok(id)));
            assert!(EventId::bound(at(ms)).as_str() < id.as_str() && id.as_str() < EventId::bound(at(ms + 1)).as_str());
        }
        let of_one: Vec<_> = (1..40).map(|sequence| EventId::derived(at(1), "pin_a", sequence)).collect();
        assert!(of_one.is_sorted(), "{of_one:?}");
        assert_eq!(EventId::derived(at(1), "pin_a", 7), ids[1]);
        assert!(
            [("pin_b", 7), ("pin_a", 8)].map(|(of, n)| EventId::derived(at(1), of, n)).iter().all(|id| *id != ids[1])
        );
    }

    #[test]
    fn derived_ids_depend_on_every_part_and_on_nothing_else() {
        let owner: OwnerId = "ab".parse().unwrap();
        let other: OwnerId = "a".parse().unwrap();
        let id = PinId::derived(&owner, "c", 0);
        assert_eq!(id, PinId::derived(&owner, "c", 0));
        assert_ne!(id, PinId::derived(&owner, "c", 1));
        assert_ne!(id, PinId::derived(&other, "bc", 0));
    }

    #[test]
    fn ids_from_pinterest_are_digits() {
        for bad in ["", "12a", "１２", "-1", " 1"] {
            assert!(bad.parse::<BoardId>().is_err(), "{bad:?}");
        }
        assert!("549755885175".parse::<BoardId>().is_ok());
    }
}
