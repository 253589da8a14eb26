//! How an attempt ends: the move of the pin and the entry of its timeline.

use jiff::{SignedDuration, Timestamp};
use shared::domain::pin::GRACE;
use shared::domain::{
    Attempt, AttemptOutcome, Failure, Hold, IllegalMove, Pin, PinterestPinId, Setback, State, Turn, Wait,
};

use crate::Publisher;
use crate::attempt::entry;
use crate::backoff::{self, IMAGE_TRIES, VIDEO_TRIES};
use crate::doubts;
use crate::rules::Rule;

/// How soon a pin is tried again when there is a new token for it.
const WITH_NEW_TOKEN: SignedDuration = SignedDuration::from_secs(1);

/// What is to become of a pin that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It is on Pinterest.
    Published(PinterestPinId),
    /// It may be on Pinterest.
    Unknown,
    /// It certainly is not, and never will be as it is.
    Fail(Failure),
    /// It certainly is not, and waits.
    Hold(Hold, Wait),
    /// It certainly is not, and is tried again.
    Retry(Setback),
    /// It certainly is not, and waits until then because of a pin in doubt that it could be taken for.
    WaitForTwin(Timestamp),
    /// It certainly is not, and waits behind others of its account.
    WaitItsTurn(Turn),
    /// It certainly is not, and waits for its video.
    AwaitVideo,
    /// It certainly is not, and Pinterest has lost its video.
    VideoGone,
    /// It certainly is not, and there is a new token to try it with at once.
    NewToken,
}

/// Moves the claimed `pin` as `ending` says and adds `entry` to its timeline.
pub fn settle(publisher: &Publisher, pin: &mut Pin, ending: Ending, mut entry: Attempt) {
    let now = publisher.platform.clock.now();
    let tries = 1 + tries_alike(pin, &entry);
    let (outcome, result) = match ending {
        Ending::WaitForTwin(until) => return wait_for_twin(pin, until, entry, now),
        Ending::WaitItsTurn(turn) => return wait_its_turn(pin, turn, entry, now),
        Ending::AwaitVideo => return await_video(pin, entry, now),
        Ending::VideoGone if pin.video.as_ref().is_none_or(|video| video.failures >= VIDEO_TRIES) => {
            (AttemptOutcome::Refused, pin.fail_with_video(Failure::VideoRefused, now))
        }
        Ending::VideoGone => (AttemptOutcome::Retry, pin.await_video(true, now)),
        Ending::Published(id) => (AttemptOutcome::Published, pin.published(id, entry.at, now)),
        Ending::Unknown if publisher.rules.keep(Rule::LookAfterUnknown) => {
            doubts::begin(publisher, pin, &entry.id, (entry.at, now));
            (AttemptOutcome::Unknown, Ok(()))
        }
        Ending::Unknown => (AttemptOutcome::Unknown, pin.retry(Setback::PinterestTrouble, now + WITH_NEW_TOKEN, now)),
        Ending::Fail(Failure::Missed) => (AttemptOutcome::Missed, pin.fail(Failure::Missed, now)),
        Ending::Fail(reason) => {
            if entry.message.is_none() && pin.unsettled_video().is_none() && pin.video.is_some() {
                entry.message = Some("Nothing was sent. The entry above says what happened to the video.".to_owned());
            }
            (AttemptOutcome::Refused, pin.fail(reason, now))
        }
        Ending::Hold(reason, wait) => (AttemptOutcome::Held, pin.hold(reason, wait, now)),
        Ending::Retry(Setback::ImageUnreachable) if tries >= IMAGE_TRIES => {
            // What it could not fetch is the cover, which is a second of the video or a file of ours.
            let is_video = pin.video.is_some();
            (
                AttemptOutcome::Refused,
                if is_video {
                    pin.fail_with_video(Failure::VideoRefused, now)
                } else {
                    pin.fail(Failure::ImageUnreadable, now)
                },
            )
        }
        Ending::Retry(setback) => {
            let again = now + backoff::wait(setback, tries, &*publisher.platform.random);
            match pin.publish_at.filter(|at| again.duration_since(*at) > GRACE) {
                Some(_) => (AttemptOutcome::Refused, pin.fail(Failure::GaveUp, now)),
                None => (AttemptOutcome::Retry, pin.retry(setback, again, now)),
            }
        }
        Ending::NewToken => (AttemptOutcome::Retry, pin.retry(Setback::TokenRefused, now + WITH_NEW_TOKEN, now)),
    };
    pin.record(Attempt { outcome, ..entry });
    moved(result);
}

/// Puts a pin off until more is known of its twin; waiting again takes no more room in the timeline.
fn wait_for_twin(pin: &mut Pin, until: Timestamp, entry: Attempt, now: Timestamp) {
    let message = Some(
        "Nothing was sent. Pinwheel is checking whether another pin with the same texts was published \
                        on this board."
            .to_owned(),
    );
    if pin.attempts.last().is_some_and(|last| last.message == message) {
        pin.attempts.pop();
    }
    if pin.is_missed(until) {
        pin.record(Attempt { outcome: AttemptOutcome::Missed, message, ..entry });
        moved(pin.fail(Failure::Missed, now));
    } else {
        pin.record(Attempt { outcome: AttemptOutcome::Retry, message, ..entry });
        moved(pin.retry(Setback::TwinInDoubt, until, now));
    }
}

/// Puts a late pin behind others of its account; waiting again takes no more room in the timeline.
fn wait_its_turn(pin: &mut Pin, turn: Turn, entry: Attempt, now: Timestamp) {
    let message = "Nothing was sent. The account's daily limit for late pins is used up (pins_per_day).";
    let message = Some(message.to_owned());
    if pin.attempts.last().is_some_and(|last| last.message == message) {
        pin.attempts.pop();
    }
    pin.record(Attempt { outcome: AttemptOutcome::Held, message, ..entry });
    moved(pin.hold(turn.reason, Wait::ForAccount(None), now));
    pin.expect(turn);
}

/// Puts a pin off until Pinterest has its video; that takes no more room in the timeline than once.
fn await_video(pin: &mut Pin, entry: Attempt, now: Timestamp) {
    let message = Some("Nothing was sent. Pinterest is still processing the video.".to_owned());
    if pin.attempts.last().is_some_and(|last| last.message == message) {
        pin.attempts.pop();
    }
    pin.record(Attempt { outcome: AttemptOutcome::Retry, message, ..entry });
    moved(pin.await_video(false, now));
}

/// Puts a claimed pin in doubt whose publisher went silent; the timeline says when it was claimed.
pub fn stopped(publisher: &Publisher, pin: &mut Pin) {
    let State::Publishing { attempt, lease_until } = pin.state.clone() else { return };
    let claimed_at = pin.updated_at;
    let message = Some("The publisher stopped before it recorded the result of this attempt.".to_owned());
    pin.record(Attempt { outcome: AttemptOutcome::Unknown, message, ..entry(&attempt, claimed_at) });
    if publisher.rules.keep(Rule::LookAfterDeath) {
        // A claim holds longer than the invocation, and no request outlives the invocation.
        doubts::begin(publisher, pin, &attempt, (claimed_at, lease_until - publisher.rules.lease_beyond));
    } else {
        let now = publisher.platform.clock.now();
        moved(pin.retry(Setback::AwsTrouble, now, now));
    }
}

/// A claimed pin is `publishing`, from which every outcome is a legal move.
pub fn moved(result: Result<(), IllegalMove>) {
    if let Err(error) = result {
        tracing::error!(%error, "a claimed pin was no longer publishing; its state is unchanged");
    }
}

/// How many tries right before this one ended with the same answer.
fn tries_alike(pin: &Pin, entry: &Attempt) -> usize {
    let answer = |attempt: &Attempt| (attempt.http_status, attempt.code, attempt.message.clone());
    let alike = |tried: &&Attempt| tried.outcome == AttemptOutcome::Retry && answer(tried) == answer(entry);
    pin.attempts.iter().rev().take_while(alike).count()
}
