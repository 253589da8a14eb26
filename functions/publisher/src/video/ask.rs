//! Asks Pinterest how far it is with a video that was uploaded.

use jiff::{SignedDuration, Timestamp};
use shared::domain::{Attempt, Pin, PinterestMediaId};
use shared::pinterest::{CallError, RefusalKind, VideoStatus};
use shared::store::StoreError;

use super::{Outcome, Step, answered, begun, save, settle};
use crate::publish::Finished;

/// How soon after the upload Pinterest is asked first.
pub const FIRST: SignedDuration = SignedDuration::from_secs(3);

/// The shortest and the longest pause between two questions: half of the time that it has taken so far.
const PAUSES: [SignedDuration; 2] = [SignedDuration::from_secs(3), SignedDuration::from_mins(1)];

/// The longest pause where the pin's time has come.
const LATE: SignedDuration = SignedDuration::from_secs(10);

/// How long Pinterest may not know of a file that it was sent: sending it anew costs more than waiting.
const UNSEEN: SignedDuration = SignedDuration::from_mins(10);

/// The pause after a refusal, which has nothing to do with how far the video is.
const REFUSED: SignedDuration = SignedDuration::from_mins(1);

/// How long Pinterest may be at a video before it is sent once more; operators see minutes.
const PATIENCE: SignedDuration = SignedDuration::from_hours(2);

/// Asks how far the video `id` is, which was uploaded at `since`.
pub async fn ask(
    step: &Step<'_>,
    mut pin: Pin,
    id: &PinterestMediaId,
    since: Timestamp,
) -> Result<Finished, StoreError> {
    let (publisher, before) = (step.publisher, pin.clone());
    let clock = &publisher.platform.clock;
    let told = begun(publisher, clock.now());
    let result = publisher.platform.pinterest.video_status(pin.mode, &step.token, id).await;
    let now = clock.now();
    let waited = now.duration_since(since);
    let mut refused = None;
    let outcome = match &result {
        Ok(answer) => match answer.body {
            VideoStatus::Succeeded => Some((Outcome::Ready(id.clone()), None)),
            VideoStatus::Failed => Some((Outcome::Failed, Some("Pinterest couldn't process the video."))),
            VideoStatus::Registered if waited > UNSEEN => {
                Some((Outcome::Lost(step.pause(&pin)), Some("Pinterest didn't receive the file.")))
            }
            VideoStatus::Registered | VideoStatus::Processing | VideoStatus::Other if waited > PATIENCE => {
                Some((Outcome::Failed, Some("Pinterest didn't finish processing the video within two hours.")))
            }
            VideoStatus::Registered | VideoStatus::Processing | VideoStatus::Other => None,
        },
        Err(CallError::Refused(refusal)) if is_unknown(&refusal.kind) && waited > UNSEEN => {
            Some((Outcome::Failed, None))
        }
        Err(_) if waited > PATIENCE => Some((Outcome::Failed, None)),
        Err(error) => {
            refused = step.refused(&pin, error).await;
            None
        }
    };
    let moved = if let Some((outcome, message)) = outcome {
        let status = result.as_ref().ok().map(|answer| answer.status);
        let told = answered(publisher, told, result.as_ref().err());
        let message = message.map(str::to_owned).or_else(|| told.message.clone());
        let told = Attempt { http_status: status.or(told.http_status), message, ..told };
        settle(publisher, &mut pin, &outcome, told)
    } else {
        let own = pause(waited, pin.publish_at.is_some_and(|at| at <= now));
        pin.still_processing(now + refused.map_or(own, |pause| pause.max(REFUSED)), now)
    };
    save(publisher, &before, pin, moved).await
}

fn is_unknown(kind: &RefusalKind) -> bool {
    matches!(kind, RefusalKind::VideoNotFound | RefusalKind::NotFound)
}

fn pause(waited: SignedDuration, is_late: bool) -> SignedDuration {
    let [shortest, longest] = PAUSES;
    (waited / 2).clamp(shortest, if is_late { LATE } else { longest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_it_takes_the_less_it_is_asked_about() {
        let seconds = |waited: i64, is_late| pause(SignedDuration::from_secs(waited), is_late).as_secs();
        assert_eq!([0, 3, 9, 30, 180, 7200].map(|waited| seconds(waited, false)), [3, 3, 4, 15, 60, 60]);
        assert_eq!([0, 30, 7200].map(|waited| seconds(waited, true)), [3, 10, 10], "a late pin waits for the answer");
    }
}
