#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use jiff::Timestamp;
use shared::clock::SystemClock;

use super::place::Facts;
use super::*;

fn facts(state: &str, created_at: Timestamp) -> Facts {
    let tags = [("state".to_owned(), state.to_owned())].into();
    Facts { content_type: "image/png".to_owned(), tags, created_at, tag: "x".to_owned() }
}

#[test]
fn a_folder_and_the_memory_keep_objects_alike() {
    let folder = tempfile::tempdir().unwrap();
    for place in [Place::memory(), Place::folder(&folder.path().join("media")).unwrap()] {
        let created = Timestamp::UNIX_EPOCH;
        assert!(place.facts("b/k").unwrap().is_none());
        place.put("b/k", &facts("pending", created), &Bytes::from_static(b"0123456789")).unwrap();
        place.put("b/../etc", &facts("used", created), &Bytes::from_static(b"x")).unwrap();
        assert_eq!((place.size("b/k").unwrap(), place.read("b/k", 2, 5).unwrap()), (10, b"234".to_vec()));
        let day = jiff::SignedDuration::from_hours(24);
        assert_eq!(lifecycle::expire(&place, created + day).unwrap(), 0);
        assert_eq!(lifecycle::expire(&place, created + day + day).unwrap(), 1);
        assert!(place.facts("b/k").unwrap().is_none());
        assert_eq!(lifecycle::expire(&place, created + day * 1000).unwrap(), 0, "what is used stays");
        place.delete("b/../etc").unwrap();
        assert!(place.facts("b/../etc").unwrap().is_none());
    }
}

#[test]
fn nothing_is_done_without_a_signature() {
    let s3 = S3::in_memory(AccessKey::local(), Arc::new(SystemClock));
    for method in ["GET", "PUT", "DELETE"] {
        let request = http::Request::builder().method(method).uri("/_s3/b/k").header("host", "localhost");
        let answer = s3.handle(&request.body(Bytes::new()).unwrap());
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{method}");
    }
}

#[test]
fn only_who_may_list_is_told_that_something_is_missing() {
    for (may_list, status, code) in [(true, 404, "NoSuchKey"), (false, 403, "AccessDenied")] {
        let s3 = S3::in_memory(AccessKey { may_list, ..AccessKey::local() }, Arc::new(SystemClock));
        let answer = s3.told(Refusal::MISSING).response();
        assert_eq!(answer.status(), status, "{code}");
        assert!(String::from_utf8_lossy(answer.body()).contains(code), "{code}");
        assert_eq!(s3.told(Refusal::RANGE), Refusal::RANGE, "nothing else is hidden");
    }
}
