//! How a file is to be taken.

use http::HeaderMap;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use shared::api::{IdempotencyKey, Query};
use shared::domain::{FieldError, ImportId, OwnerId};

/// The parameters of an import.
#[derive(Debug)]
pub struct Options {
    /// Whether to say only what would become of the rows.
    pub dry_run: bool,
    /// Whether good rows are stored beside wrong ones.
    pub only_good: bool,
    /// The account of rows that name none, by its id or name.
    pub account: Option<String>,
    /// The zone of dates without an offset.
    pub zone: TimeZone,
    zone_name: String,
    key: Option<IdempotencyKey>,
}

impl Options {
    /// Reads the parameters and the header; notes everything that is wrong with them.
    pub fn read(query: &Query, headers: &HeaderMap, errors: &mut Vec<FieldError>) -> Self {
        let dry_run = query.parsed("dry_run", "true or false", errors).unwrap_or(false);
        let only_good = match query.one("mode") {
            None | Some("all") => false,
            Some("good") => true,
            Some(_) => {
                let message = "Expected all (one invalid row rejects the file) or good (valid rows are imported).";
                errors.push(FieldError::new("mode", "invalid", message));
                false
            }
        };
        let zone_name = query.one("time_zone").unwrap_or("UTC").to_owned();
        let zone = TimeZone::get(&zone_name).unwrap_or_else(|_| {
            let message = "Unknown time zone. Use an IANA name such as Europe/Berlin or America/New_York.";
            errors.push(FieldError::new("time_zone", "invalid", message));
            TimeZone::UTC
        });
        let key = IdempotencyKey::read(headers, errors);
        Self { dry_run, only_good, account: query.one("account_id").map(str::to_owned), zone, zone_name, key }
    }

    /// The id of `file`: the same file, taken in the same way under the same key or none, has the same one.
    pub fn import_id(&self, owner: &OwnerId, file: &[u8]) -> ImportId {
        let mode: &[u8] = if self.only_good { b"good" } else { b"all" };
        let account = self.account.as_deref().unwrap_or_default().as_bytes();
        let key = self.key.as_ref().map_or("", IdempotencyKey::as_str).as_bytes();
        ImportId::derived(owner, &[&Sha256::digest(file), mode, account, self.zone_name.as_bytes(), key])
    }
}
