//! A video as large as Pinterest takes it, whose index is at its end, on its way to Pinterest.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::clock::{Clock, SystemClock};
use url::Url;

use crate::{World, files};

/// The largest video that Pinterest takes, in bytes.
const SIZE: u64 = 2_000_000_000;

/// Its length in milliseconds and its size in pixels.
const SHAPE: (u32, u16, u16) = (600_000, 1080, 1920);

/// How much longer it may take because the index is at the end, which is a matter of a few more reads.
const MUCH_LONGER: f64 = 1.5;

/// What came of sending it, by the clock on the wall.
#[derive(Debug)]
pub struct Sent {
    /// With the index at its end.
    pub index_last: SignedDuration,
    /// With the index at its beginning already, so that it is sent as it is.
    pub index_first: SignedDuration,
    /// Whether both were sent, byte for byte, with the index first.
    pub are_right: bool,
}

impl Sent {
    /// What is worse than promised.
    pub fn broken(&self) -> Option<String> {
        if !self.are_right {
            return Some("what Pinterest got is not the file with its index first".to_owned());
        }
        let ratio = self.index_last.as_secs_f64() / self.index_first.as_secs_f64();
        (ratio > MUCH_LONGER).then(|| format!("{ratio:.1} times as long because of an index at the end"))
    }
}

/// Sends the file in both forms; `begin` is called when the first is stored, and `end` when the second was sent.
///
/// The files are in `folder`, where their zeros take no room.
pub async fn send(folder: &Path, begin: impl FnOnce(), end: impl FnOnce()) -> Sent {
    let (milliseconds, width, height) = SHAPE;
    let world = World::with_files_in(folder).await;
    world.enable().await;
    world.link("alice", "shop").await;
    let moved = files::large_mp4_moved(SIZE, milliseconds, width, height);
    let [head, index] = files::large_mp4(SIZE, milliseconds, width, height);
    begin();
    let (index_last, first) = pass(&world, folder, &head, &index).await;
    let (index_first, second) = pass(&world, folder, &moved, &[]).await;
    end();
    let wanted = digest_of(&moved);
    Sent { index_last, index_first, are_right: first == wanted && second == wanted }
}

/// Stores a file and lets a pin show it; answers how long the pin took to go out, and what Pinterest got.
async fn pass(world: &World, folder: &Path, head: &[u8], tail: &[u8]) -> (SignedDuration, String) {
    let media = store(world, folder, head, tail).await;
    let boards = world.user("alice").get("/v1/accounts").await.json();
    let account = boards["items"][0]["id"].as_str().expect("it is connected").to_owned();
    let at = world.clock.now() + SignedDuration::from_mins(20);
    let pin = json!({
        "targets": [{"account_id": account, "board_id": "New arrivals"}],
        "publish_at": at,
        "content": {"media": {"source_type": "video", "media_id": media}},
    });
    let answer = world.user("alice").post("/v1/pins", &pin).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let begun = SystemClock.now();
    world.schedule_until(at + SignedDuration::from_mins(2)).await;
    let took = SystemClock.now().duration_since(begun);
    let path = format!("/v1/pins/{}", answer.json()["items"][0]["id"].as_str().expect("it has an id"));
    let read = world.user("alice").get(&path).await.json();
    assert_eq!(read["status"], "published", "{read}");
    let received = world.simulator.media().pop().and_then(|media| media.file).expect("a file came");
    (took, received.sha256)
}

/// Announces a file, lays it where S3 has it, and completes it.
async fn store(world: &World, folder: &Path, head: &[u8], tail: &[u8]) -> Value {
    let small = world.uploaded("alice", "video/mp4", &files::mp4(10_000, 720, 1280)).await;
    let wanted = json!({"content_type": "video/mp4", "size": SIZE});
    let answer = world.user("alice").post("/v1/media", &wanted).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let large = answer.json();
    let [facts, bytes] = places(folder, &large);
    // What S3 knows of it besides its bytes is as of the other one.
    std::fs::copy(&places(folder, &small)[0], facts).expect("the other one was uploaded");
    let mut file = File::create(bytes).expect("the folder can be written");
    file.set_len(SIZE).expect("zeros take no room");
    file.write_all(head).expect("it has a beginning");
    file.seek(SeekFrom::Start(SIZE - tail.len() as u64)).expect("it has an end");
    file.write_all(tail).expect("it has an end");
    let path = format!("/v1/media/{}/complete", large["id"].as_str().expect("it has an id"));
    let answer = world.user("alice").post(&path, &json!({})).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("ready")), "{}", answer.text());
    large["id"].clone()
}

/// Where S3 has what it knows of an announced file, and its bytes.
fn places(folder: &Path, announced: &Value) -> [PathBuf; 2] {
    let url = announced["upload"]["url"].as_str().and_then(|url| Url::parse(url).ok()).expect("it has an address");
    let bucket = url.host_str().and_then(|host| host.split_once(".s3.")).expect("the host names the bucket").0;
    let name = HEXLOWER.encode(&Sha256::digest(format!("{bucket}{}", url.path())));
    ["json", "bytes"].map(|extension| folder.join(&name).with_extension(extension))
}

/// The digest of a file of [`SIZE`] bytes that begins with `head` and has zeros behind it.
fn digest_of(head: &[u8]) -> String {
    let zeros = vec![0; 1 << 20];
    let mut digest = Sha256::new_with_prefix(head);
    let mut left = SIZE - head.len() as u64;
    while left > 0 {
        let some = left.min(zeros.len() as u64);
        digest.update(&zeros[..usize::try_from(some).expect("a megabyte")]);
        left -= some;
    }
    HEXLOWER.encode(&digest.finalize())
}
