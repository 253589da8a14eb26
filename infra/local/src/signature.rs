//! Who signed a request, and whether it is the one that was signed (AWS Signature Version 4, in a header or an address).

use std::time::{Duration, SystemTime};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use axum::http::{Request, header};
use bytes::Bytes;
use data_encoding::HEXLOWER;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

use crate::access_key::AccessKey;

/// By how much the clocks of both sides may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// The longest that an address can be good for.
const LONGEST: u64 = 7 * 24 * 3600;

/// What S3 is called in a signature; it signs paths as they are, and bodies only where a header says so.
pub const S3: &str = "s3";

/// Why a request counts as nobody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsigned {
    /// There is no signature, or none that is complete.
    Missing,
    /// The access key is unknown.
    Key,
    /// Its time is too far from ours.
    Skewed,
    /// The address is not good yet.
    NotYet,
    /// The address is not good any more.
    Expired,
    /// Headers that matter are not signed.
    Headers,
    /// Something else was signed.
    Signature,
    /// The body is not as long as it says.
    Length,
    /// The body is not the one that was signed.
    Hash,
}

/// What a request says of its signature.
struct Claim {
    access_key: String,
    /// Date, region and service.
    scope: [String; 3],
    moment: String,
    /// For how many seconds; absent where the signature is in a header.
    lasts: Option<u64>,
    headers: Vec<String>,
    signature: String,
}

/// Checks that `key` signed `request` for `service` as it is, for now. The address of the request is the whole one.
pub fn check(request: &Request<Bytes>, service: &str, key: &AccessKey, now: Timestamp) -> Result<(), Unsigned> {
    let claim = Claim::of(request).filter(|claim| claim.scope[2] == service).ok_or(Unsigned::Missing)?;
    if claim.access_key != key.id {
        return Err(Unsigned::Key);
    }
    let moment = claim.moment().ok_or(Unsigned::Missing)?;
    match claim.lasts {
        None if now.duration_since(moment).abs() > SKEW => return Err(Unsigned::Skewed),
        Some(_) if service != S3 => return Err(Unsigned::Missing),
        Some(_) if moment > now + SKEW => return Err(Unsigned::NotYet),
        Some(seconds) if now > moment + Duration::from_secs(seconds.min(LONGEST)) => return Err(Unsigned::Expired),
        _ => {}
    }
    let is_signed = |name: &str| claim.headers.iter().any(|signed| signed == name);
    let bound = |name: &str| name.starts_with("x-amz-") || name == "content-type" && claim.lasts.is_some();
    if !is_signed("host") || request.headers().keys().any(|name| bound(name.as_str()) && !is_signed(name.as_str())) {
        return Err(Unsigned::Headers);
    }
    if claim.expected(request, key, moment).as_deref() != Some(claim.signature.as_str()) {
        return Err(Unsigned::Signature);
    }
    body(request)
}

/// What was signed of the body holds, or nothing was.
fn body(request: &Request<Bytes>) -> Result<(), Unsigned> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let length = header("content-length").map(str::parse::<usize>);
    if length.is_some_and(|length| length.as_ref() != Ok(&request.body().len())) {
        return Err(Unsigned::Length);
    }
    match header("x-amz-content-sha256") {
        None | Some("UNSIGNED-PAYLOAD") => Ok(()),
        Some(hash) if hash == HEXLOWER.encode(&Sha256::digest(request.body())) => Ok(()),
        Some(_) => Err(Unsigned::Hash),
    }
}

impl Claim {
    fn of(request: &Request<Bytes>) -> Option<Self> {
        match request.headers().get(header::AUTHORIZATION) {
            Some(header) => Self::in_header(header.to_str().ok()?, request),
            None => Self::in_address(request.uri().query()?),
        }
    }

    fn in_header(header: &str, request: &Request<Bytes>) -> Option<Self> {
        let fields = header.strip_prefix("AWS4-HMAC-SHA256 ")?;
        let field = |name: &str| {
            fields.split(',').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
        };
        let moment = request.headers().get("x-amz-date")?.to_str().ok()?.to_owned();
        Self::new(&field("Credential")?, moment, None, &field("SignedHeaders")?, field("Signature")?)
    }

    fn in_address(query: &str) -> Option<Self> {
        let field = |wanted: &str| {
            let pair = pairs(query).find(|(name, _)| *name == wanted)?.1;
            percent_decode_str(pair).decode_utf8().ok().map(std::borrow::Cow::into_owned)
        };
        if field("X-Amz-Algorithm")? != "AWS4-HMAC-SHA256" {
            return None;
        }
        let lasts = Some(field("X-Amz-Expires")?.parse().ok()?);
        let headers = field("X-Amz-SignedHeaders")?;
        Self::new(&field("X-Amz-Credential")?, field("X-Amz-Date")?, lasts, &headers, field("X-Amz-Signature")?)
    }

    fn new(credential: &str, moment: String, lasts: Option<u64>, headers: &str, signature: String) -> Option<Self> {
        let parts: Vec<_> = credential.split('/').map(str::to_owned).collect();
        let [access_key, date, region, service, end] = <[String; 5]>::try_from(parts).ok()?;
        let is_whole = end == "aws4_request" && moment.starts_with(&date);
        let headers = headers.split(';').map(str::to_owned).collect();
        is_whole.then_some(Self { access_key, scope: [date, region, service], moment, lasts, headers, signature })
    }

    fn moment(&self) -> Option<Timestamp> {
        let civil = DateTime::strptime("%Y%m%dT%H%M%SZ", &self.moment).ok()?;
        TimeZone::UTC.to_timestamp(civil).ok()
    }

    /// The signature that the request would have from whoever has the secret.
    fn expected(&self, request: &Request<Bytes>, key: &AccessKey, moment: Timestamp) -> Option<String> {
        let [date, region, service] = &self.scope;
        let canonical = HEXLOWER.encode(&Sha256::digest(self.canonical(request)?));
        let to_sign = format!("AWS4-HMAC-SHA256\n{}\n{date}/{region}/{service}/aws4_request\n{canonical}", self.moment);
        let moment = SystemTime::UNIX_EPOCH + Duration::try_from(moment.as_duration()).ok()?;
        let key = generate_signing_key(&key.secret, moment, region, service);
        Some(calculate_signature(key, to_sign.as_bytes()))
    }

    fn canonical(&self, request: &Request<Bytes>) -> Option<String> {
        let mut query: Vec<_> =
            pairs(request.uri().query().unwrap_or_default()).filter(|(name, _)| *name != "X-Amz-Signature").collect();
        query.sort_unstable();
        let query: Vec<_> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers: Option<Vec<_>> =
            self.headers.iter().map(|name| Some(format!("{name}:{}\n", of(request, name)?))).collect();
        let is_s3 = self.scope[2] == S3;
        let hash = match request.headers().get("x-amz-content-sha256") {
            Some(hash) => hash.to_str().ok()?.to_owned(),
            None if is_s3 => "UNSIGNED-PAYLOAD".to_owned(),
            None => HEXLOWER.encode(&Sha256::digest(request.body())),
        };
        // Everything but S3 encodes the parts of a path once more.
        let path = request.uri().path();
        let path = if is_s3 { path.to_owned() } else { path.replace('%', "%25") };
        Some(format!(
            "{}\n{}\n{}\n{}\n{}\n{hash}",
            request.method(),
            path,
            query.join("&"),
            headers?.concat(),
            self.headers.join(";"),
        ))
    }
}

/// Signs `request` in a header, as the SDK does.
#[cfg(test)]
pub fn sign(request: &mut Request<Bytes>, service: &str, key: &AccessKey, now: Timestamp) {
    let moment = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    request.headers_mut().insert("x-amz-date", moment.parse().expect("a date is a header"));
    let mut headers: Vec<_> = request.headers().keys().map(ToString::to_string).collect();
    headers.sort_unstable();
    let scope = [moment[..8].to_owned(), "us-east-1".to_owned(), service.to_owned()];
    let claim = Claim { access_key: key.id.clone(), scope, moment, lasts: None, headers, signature: String::new() };
    let signature = claim.expected(request, key, now).expect("the headers are text");
    let [date, region, service] = &claim.scope;
    let header = format!(
        "AWS4-HMAC-SHA256 Credential={}/{date}/{region}/{service}/aws4_request, SignedHeaders={}, Signature={signature}",
        claim.access_key,
        claim.headers.join(";"),
    );
    request.headers_mut().insert(header::AUTHORIZATION, header.parse().expect("a signature is a header"));
}

/// The header as it is signed; without a header, the host is in the address.
fn of(request: &Request<Bytes>, name: &str) -> Option<String> {
    let values: Vec<_> =
        request.headers().get_all(name).iter().map(|value| value.to_str().ok()).collect::<Option<_>>()?;
    match (values.is_empty(), name) {
        (true, "host") => request.uri().authority().map(ToString::to_string),
        (true, _) => None,
        (false, _) => {
            let folded = values.iter().map(|value| value.split_whitespace().collect::<Vec<_>>().join(" "));
            Some(folded.collect::<Vec<_>>().join(","))
        }
    }
}

fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}
