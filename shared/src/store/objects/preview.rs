//! Addresses by which a browser shows a file, signed here without a call: a list of pins has a hundred of them.
//!
//! One is signed for the full hour, so that within it the same file has the same address and the browser keeps the picture.

use std::fmt::Write;
use std::time::{Duration, SystemTime};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::{key, thumbnail_key};
use crate::config::Config;
use crate::domain::{MediaId, OwnerId};

/// For how long an address is the same.
const SAME: i64 = 3600;

/// How long an address is good from the full hour on: at least one hour from whenever it is answered.
const GOOD: SignedDuration = SignedDuration::from_hours(2);

/// What S3 is to say of how long the picture may be kept: its bytes never change.
const KEEP: &str = "private, max-age=7200, immutable";

/// What Signature Version 4 does not encode.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Who signs, and where the bucket is.
#[derive(Debug, Clone)]
pub struct PreviewSigner {
    /// With the bucket, without a slash at its end.
    base: String,
    host: String,
    /// The path of `base`.
    path: String,
    region: String,
    key_id: String,
    secret: SecretString,
    token: Option<SecretString>,
}

/// The addresses of one hour.
pub struct PreviewAddresses<'a> {
    signer: &'a PreviewSigner,
    /// The parameters that all of them have, encoded and in their order, as far as they come before the others.
    common: String,
    moment: String,
    scope: String,
    key: Box<dyn AsRef<[u8]> + Send>,
    expires_at: Timestamp,
}

impl PreviewSigner {
    /// Signs for the bucket of `config` as the function itself.
    pub fn new(config: &Config) -> Self {
        let (aws, bucket) = (&config.aws, &config.storage.media_bucket);
        let base = match &aws.s3 {
            None => config.upload_origin(),
            Some(url) => format!("{}/{bucket}", url.as_str().trim_end_matches('/')),
        };
        let address = base.split_once("://").map_or(base.as_str(), |(_, address)| address);
        let (host, path) = address.split_at(address.find('/').unwrap_or(address.len()));
        Self {
            host: host.to_owned(),
            path: path.to_owned(),
            region: aws.region.clone(),
            key_id: aws.access_key_id.clone(),
            secret: aws.secret_access_key.clone(),
            token: aws.session_token.clone(),
            base,
        }
    }

    /// The addresses of the hour that `now` is in.
    pub fn at(&self, now: Timestamp) -> PreviewAddresses<'_> {
        let hour = Timestamp::from_second(now.as_second().div_euclid(SAME) * SAME).unwrap_or(now);
        let moment = hour.strftime("%Y%m%dT%H%M%SZ").to_string();
        let scope = format!("{}/{}/s3/aws4_request", &moment[..8], self.region);
        let time = SystemTime::UNIX_EPOCH + Duration::try_from(hour.as_duration()).unwrap_or_default();
        let key = generate_signing_key(self.secret.expose_secret(), time, &self.region, "s3");
        let mut common = format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}&X-Amz-Date={moment}&X-Amz-Expires={}",
            encoded(&format!("{}/{scope}", self.key_id)),
            GOOD.as_secs(),
        );
        if let Some(token) = &self.token {
            let _ = write!(common, "&X-Amz-Security-Token={}", encoded(token.expose_secret()));
        }
        let _ = write!(common, "&X-Amz-SignedHeaders=host&response-cache-control={}&x-id=GetObject", encoded(KEEP));
        PreviewAddresses { signer: self, common, moment, scope, key: Box::new(key), expires_at: hour + GOOD }
    }
}

impl PreviewAddresses<'_> {
    /// The address of the thumbnail of a file, or of the file itself.
    pub fn sign(&self, owner: &OwnerId, id: &MediaId, thumbnail: bool) -> String {
        let name = if thumbnail { thumbnail_key(owner, id) } else { key(owner, id) };
        let PreviewSigner { base, host, path, .. } = self.signer;
        let common = &self.common;
        let request = format!("GET\n{path}/{name}\n{common}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD");
        let request = HEXLOWER.encode(&Sha256::digest(request));
        let to_sign = format!("AWS4-HMAC-SHA256\n{}\n{}\n{request}", self.moment, self.scope);
        let signature = calculate_signature(self.key.as_ref(), to_sign.as_bytes());
        format!("{base}/{name}?{common}&X-Amz-Signature={signature}")
    }

    /// When they stop being good.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

#[cfg(test)]
mod tests;
