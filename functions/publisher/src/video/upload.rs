//! Sends the file of a video to Pinterest.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use shared::domain::pin::to_millisecond;
use shared::domain::{Attempt, Failure, MediaFile, MediaId, Pin, PinterestMediaId};
use shared::pinterest::{CallError, VideoFile};
use shared::random::fraction;
use shared::store::StoreError;

use super::index_first;
use super::{Outcome, Step, TRIES, answered, begun, done, is_uploading, save, settle};
use crate::backoff::UPLOADS;
use crate::publish::Finished;

/// What an upload is reckoned to take: the calls around it, and the file at 20 MB a second. Two gigabytes have 130 of the
/// 210 seconds in which an invocation begins anything.
const AROUND: SignedDuration = SignedDuration::from_secs(30);
const BYTES_A_SECOND: u64 = 20_000_000;

/// The end of an upload before that of its invocation, for writing down what came of it.
const BEFORE_THE_END: SignedDuration = SignedDuration::from_secs(10);

/// By how much the ends of uploads that are taken at the same moment differ at most.
const TOLD_APART: SignedDuration = SignedDuration::from_secs(5);

/// Uploads the file `id` for `pin`, unless too little of the invocation is left for it: then the next one does.
pub async fn upload(step: &Step<'_>, mut pin: Pin, id: &MediaId) -> Result<Finished, StoreError> {
    let platform = &step.publisher.platform;
    let file = platform.media.load(&pin.owner, id).await?;
    let now = platform.clock.now();
    let version = pin.version;
    if pin.video.as_ref().is_some_and(|video| video.lost >= UPLOADS) {
        let told = begun(step.publisher, now);
        let before = pin.clone();
        let moved = settle(step.publisher, &mut pin, &Outcome::Refused(Failure::VideoNotUploaded), told);
        return save(step.publisher, &before, pin, moved).await;
    }
    let Some(file) = file.filter(|file| file.can_be_shown() && file.kind.is_video()) else {
        return gone(step, pin).await;
    };
    let reckoned = i64::try_from(file.size / BYTES_A_SECOND).unwrap_or(i64::MAX);
    if now + AROUND + SignedDuration::from_secs(reckoned) > step.span.last_claim {
        return Ok(Finished::default());
    }
    // Whether its bytes are in the bucket is asked before Pinterest is. What S3 cannot say now, the upload finds out.
    if matches!(platform.objects.read(&file.owner, &file.id, 0..=0).await, Ok(None)) {
        return gone(step, pin).await;
    }
    // Drawn, so that no two who take the upload at the same moment write the same.
    let drawn = SignedDuration::from_secs_f64(fraction(&*platform.random) * TOLD_APART.as_secs_f64());
    let until = to_millisecond(step.span.lease_until - drawn);
    if pin.begin_upload(until, now).is_err() {
        return Ok(Finished::default());
    }
    platform.pins.save_once(&pin, version).await?;
    let told = begun(step.publisher, now);
    let (outcome, told) = match Box::pin(send(step, &pin, &file)).await {
        Ok(media_id) => (Outcome::Uploaded(media_id), answered(step.publisher, told, None)),
        Err(NotSent { outcome, error }) => (outcome, answered(step.publisher, told, error.as_ref())),
    };
    record(step, &pin, id, until, &outcome, &told).await
}

/// Ends the wait for a file that is not there any more.
async fn gone(step: &Step<'_>, mut pin: Pin) -> Result<Finished, StoreError> {
    let before = pin.clone();
    let message = Some("The uploaded file no longer exists.".to_owned());
    let told = Attempt { message, ..begun(step.publisher, step.publisher.platform.clock.now()) };
    let moved = settle(step.publisher, &mut pin, &Outcome::Refused(Failure::MediaGone), told);
    save(step.publisher, &before, pin, moved).await
}

/// What came of an upload that did not succeed.
struct NotSent {
    outcome: Outcome,
    error: Option<CallError>,
}

/// Asks for a place and sends the file there.
async fn send(step: &Step<'_>, pin: &Pin, file: &MediaFile) -> Result<PinterestMediaId, NotSent> {
    let platform = &step.publisher.platform;
    let pieces = match index_first::pieces(&platform.objects, file).await {
        Ok(pieces) => pieces,
        Err(error) => {
            tracing::error!(%error, media = %file.id, "a video could not be read");
            return Err(NotSent { outcome: Outcome::Later(step.pause(pin)), error: None });
        }
    };
    let place = match platform.pinterest.register_video(pin.mode, &step.token).await {
        Ok(answer) => answer.body,
        Err(error) => return Err(NotSent { outcome: step.judged(pin, &error).await, error: Some(error) }),
    };
    let media_id = place.media_id.clone();
    let left = (step.span.last_claim + step.publisher.rules.last_claim - BEFORE_THE_END)
        .duration_since(platform.clock.now())
        .max(SignedDuration::ZERO);
    let chunks = platform.objects.parts(&file.owner, &file.id, pieces);
    let sent = VideoFile { kind: file.kind, size: file.size, chunks };
    let patience = Duration::try_from(left).unwrap_or_default();
    let random = &*platform.random;
    match platform.pinterest.upload_video(pin.mode, place, sent, random, patience).await {
        Ok(()) => Ok(media_id),
        Err(error @ CallError::NotSent(_)) => {
            Err(NotSent { outcome: Outcome::Later(step.pause(pin)), error: Some(error) })
        }
        // Whatever is wrong with one place, another is asked for.
        Err(error) => Err(NotSent { outcome: Outcome::Lost(step.pause(pin)), error: Some(error) }),
    }
}

/// Writes what came of the upload to the pin as it is by now, unless it has another video, or is not to go out any more.
async fn record(
    step: &Step<'_>,
    pin: &Pin,
    file: &MediaId,
    until: Timestamp,
    outcome: &Outcome,
    told: &Attempt,
) -> Result<Finished, StoreError> {
    let pins = &step.publisher.platform.pins;
    for _ in 0..TRIES {
        let Some(mut found) = pins.load(&pin.owner, &pin.id).await? else { break };
        let before = found.clone();
        if !is_uploading(&found, file, until) || settle(step.publisher, &mut found, outcome, told.clone()).is_err() {
            break;
        }
        match pins.replace(&before, &found).await {
            Err(StoreError::Conflict) => {}
            Ok(()) => return Ok(done(step.publisher, &found)),
            Err(error) => return Err(error),
        }
    }
    Ok(Finished::default())
}
