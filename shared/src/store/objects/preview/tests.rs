//! What is signed here is what the SDK signs, and it stays the same for an hour.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_s3::presigning::PresigningConfig;

use super::*;
use crate::aws;
use crate::clock::SystemClock;
use crate::random::SystemRandom;

const HOUR: Timestamp = Timestamp::constant(1_800_000_000, 0);

fn config(more: &[(&str, &str)]) -> Config {
    let base = [
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        ("TABLE_NAME", "pinwheel"),
        ("APP_SECRET_ID", "app"),
        ("TOKEN_KEYS_SECRET_ID", "keys"),
        ("MEDIA_BUCKET", "pinwheel-media"),
    ];
    let all: Vec<_> = base.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Config::read(&|name| all.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone())).unwrap()
}

fn file() -> (OwnerId, MediaId) {
    ("alice".parse().unwrap(), MediaId::new(HOUR, &SystemRandom))
}

fn parts(url: &str) -> (String, BTreeSet<String>) {
    let (place, query) = url.split_once('?').unwrap();
    (place.to_owned(), query.split('&').map(str::to_owned).collect())
}

#[tokio::test]
async fn an_address_is_signed_as_the_sdk_signs_it() {
    for more in [&[][..], &[("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjE+/==")]] {
        let config = config(more);
        let sdk = aws::sdk_config(&config.aws, aws::https_client(), &(Arc::new(SystemClock) as _));
        let (owner, id) = file();
        for thumbnail in [false, true] {
            let ours = PreviewSigner::new(&config).at(HOUR).sign(&owner, &id, thumbnail);
            let name = if thumbnail { thumbnail_key(&owner, &id) } else { key(&owner, &id) };
            let start = SystemTime::UNIX_EPOCH + Duration::try_from(HOUR.as_duration()).unwrap();
            let signing = PresigningConfig::builder().start_time(start).expires_in(Duration::from_hours(2)).build();
            let get = aws_sdk_s3::Client::new(&sdk).get_object().bucket("pinwheel-media").key(name);
            let theirs = get.response_cache_control(KEEP).presigned(signing.unwrap()).await.unwrap();
            assert_eq!(parts(&ours), parts(theirs.uri()), "{more:?} {thumbnail}");
        }
    }
}

#[test]
fn an_address_is_the_same_within_the_hour_and_good_for_another() {
    let signer = PreviewSigner::new(&config(&[]));
    let (owner, id) = file();
    let at = |seconds: i64| signer.at(HOUR + SignedDuration::from_secs(seconds)).sign(&owner, &id, false);
    assert_eq!(at(0), at(3599));
    assert_ne!(at(0), at(3600));
    assert_ne!(at(0), at(-1));
    assert_eq!(signer.at(HOUR + SignedDuration::from_secs(3599)).expires_at(), HOUR + GOOD);
}

#[test]
fn another_endpoint_has_the_bucket_in_its_path() {
    let (owner, id) = file();
    for (endpoint, begins) in [
        ("http://127.0.0.1:7878/_s3", "http://127.0.0.1:7878/_s3/pinwheel-media/"),
        ("http://127.0.0.1:7878/_s3/", "http://127.0.0.1:7878/_s3/pinwheel-media/"),
        ("http://localhost:9000", "http://localhost:9000/pinwheel-media/"),
    ] {
        let signer = PreviewSigner::new(&config(&[("AWS_ENDPOINT_URL_S3", endpoint)]));
        assert!(signer.at(HOUR).sign(&owner, &id, false).starts_with(begins), "{endpoint}");
    }
}
