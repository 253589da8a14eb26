//! One attempt at a claimed pin: the post, the judgement, the move.

use jiff::{SignedDuration, Timestamp};
use shared::domain::attempt::shorten;
use shared::domain::pin::GRACE;
use shared::domain::{Attempt, AttemptId, AttemptOutcome, Connection, Doubt, Failure, Hold, IllegalMove, Pin, Setback};
use shared::pinterest::{Answer, CallError, CreatedPin, PinRequest, RateLimit};

use crate::Publisher;
use crate::backoff::{self, IMAGE_TRIES};
use crate::classify::{Verdict, classify};
use crate::renew::{self, Renewal};
use crate::session::{Session, SessionError};

/// How soon a pin is tried again when there is a new token for it.
const WITH_NEW_TOKEN: SignedDuration = SignedDuration::from_secs(1);

/// What an attempt did besides moving the pin.
#[derive(Debug, Default)]
pub struct Tried {
    /// When something was posted, with what Pinterest said of the limit.
    pub posted: Option<(Timestamp, Option<RateLimit>)>,
}

/// A judgement with the entry of the timeline that goes with it.
struct Judged {
    verdict: Verdict,
    entry: Attempt,
}

/// Posts `pin` once, if there is nothing in the way, and moves it by what came of it; the caller records it.
pub async fn attempt(
    publisher: &Publisher,
    pin: &mut Pin,
    id: &AttemptId,
    session: Result<Option<Session>, SessionError>,
    last_claim: Timestamp,
) -> Tried {
    let now = publisher.platform.clock.now();
    if let Some(verdict) = obstacle(pin, &session, now) {
        settle(publisher, pin, Judged { verdict, entry: entry(id, now) });
        return Tried::default();
    }
    let Ok(Some(Session { account, token: Some(token) })) = session else { return Tried::default() };
    let at = publisher.platform.clock.now();
    let result = publisher.platform.pinterest.create_pin(pin.mode, &token, &PinRequest::from(&*pin)).await;
    let ended = publisher.platform.clock.now();
    let mut judged = Judged { verdict: classify(&result), entry: answered(entry(id, at), &result, ended) };
    if judged.verdict == Verdict::TokenRefused {
        // A renewal that is cut off by the end of the invocation costs the account its tokens.
        let renewal =
            if ended < last_claim { renew::after_refusal(publisher, &account, pin).await } else { Renewal::Later };
        judged.verdict = match renewal {
            Renewal::NeedsReconnect => Verdict::Hold(Hold::NeedsReconnect, SignedDuration::ZERO),
            Renewal::Later => Verdict::Retry(Setback::TokenRefused),
            Renewal::Renewed => Verdict::TokenRefused,
        };
    }
    let rate = rate(&result, &judged.verdict);
    settle(publisher, pin, judged);
    Tried { posted: Some((at, rate)) }
}

/// Moves a pin whose publisher went silent to review.
pub fn give_to_review(publisher: &Publisher, pin: &mut Pin, id: &AttemptId) {
    let now = publisher.platform.clock.now();
    let message = Some("The publisher stopped before it recorded what came of this attempt.".to_owned());
    pin.record(Attempt { outcome: AttemptOutcome::Unknown, message, ..entry(id, now) });
    moved(pin.doubt(Doubt::PublisherStopped, now));
}

/// What keeps the pin from being posted at all.
fn obstacle(pin: &Pin, session: &Result<Option<Session>, SessionError>, now: Timestamp) -> Option<Verdict> {
    if pin.is_missed(now) {
        return Some(Verdict::Fail(Failure::Missed));
    }
    match session {
        Ok(Some(Session { token: Some(_), .. })) => None,
        // The access token has ended, and the renewal that is due may bring another.
        Ok(Some(Session { account, .. })) if account.refresh_at.is_some() => {
            Some(Verdict::Retry(Setback::TokenRefused))
        }
        Ok(Some(Session { account, .. })) if account.connection != Connection::Disconnected => {
            Some(Verdict::Hold(Hold::NeedsReconnect, SignedDuration::ZERO))
        }
        Ok(_) => Some(Verdict::Hold(Hold::Disconnected, SignedDuration::ZERO)),
        Err(error) => {
            tracing::error!(%error, account = %pin.account_id, "nothing could be posted for an account");
            Some(Verdict::Retry(Setback::AwsTrouble))
        }
    }
}

fn settle(publisher: &Publisher, pin: &mut Pin, judged: Judged) {
    let Judged { verdict, entry } = judged;
    let now = publisher.platform.clock.now();
    let alike = |tried: &&Attempt| {
        let answer = |attempt: &Attempt| (attempt.http_status, attempt.code, attempt.message.clone());
        tried.outcome == AttemptOutcome::Retry && answer(tried) == answer(&entry)
    };
    let tries = 1 + pin.attempts.iter().rev().take_while(alike).count();
    let (outcome, result) = match verdict {
        Verdict::Published(id) => (AttemptOutcome::Published, pin.published(id, entry.at, now)),
        Verdict::Unknown => (AttemptOutcome::Unknown, pin.doubt(Doubt::OutcomeUnknown, now)),
        Verdict::Fail(Failure::Missed) => (AttemptOutcome::Missed, pin.fail(Failure::Missed, now)),
        Verdict::Fail(reason) => (AttemptOutcome::Refused, pin.fail(reason, now)),
        Verdict::Hold(reason, pause) => {
            let until = (!pause.is_zero()).then(|| now + pause);
            (AttemptOutcome::Held, pin.hold(reason, until, now))
        }
        Verdict::Retry(Setback::ImageUnreachable) if tries >= IMAGE_TRIES => {
            (AttemptOutcome::Refused, pin.fail(Failure::ImageUnreadable, now))
        }
        Verdict::Retry(setback) => {
            let again = now + backoff::wait(setback, tries, &*publisher.platform.random);
            match pin.publish_at.filter(|at| again.duration_since(*at) > GRACE) {
                Some(_) => (AttemptOutcome::Refused, pin.fail(Failure::GaveUp, now)),
                None => (AttemptOutcome::Retry, pin.retry(setback, again, now)),
            }
        }
        Verdict::TokenRefused => (AttemptOutcome::Retry, pin.retry(Setback::TokenRefused, now + WITH_NEW_TOKEN, now)),
    };
    pin.record(Attempt { outcome, ..entry });
    moved(result);
}

/// A claimed pin is `publishing`, from which every outcome is a legal move.
fn moved(result: Result<(), IllegalMove>) {
    if let Err(error) = result {
        tracing::error!(%error, "a claimed pin was not publishing; its state stays as it is");
    }
}

fn entry(id: &AttemptId, at: Timestamp) -> Attempt {
    Attempt {
        id: id.clone(),
        at,
        outcome: AttemptOutcome::Held,
        http_status: None,
        code: None,
        message: None,
        request_id: None,
        took_ms: None,
    }
}

fn answered(entry: Attempt, result: &Result<Answer<CreatedPin>, CallError>, ended: Timestamp) -> Attempt {
    let took_ms = u64::try_from(ended.duration_since(entry.at).as_millis()).ok();
    let base = Attempt { took_ms, ..entry };
    match result {
        Ok(answer) => Attempt { http_status: Some(answer.status), request_id: answer.request_id.clone(), ..base },
        Err(CallError::Refused(refusal)) => Attempt {
            http_status: Some(refusal.status),
            code: refusal.code,
            message: Some(refusal.message.clone()),
            request_id: refusal.request_id.clone(),
            ..base
        },
        Err(CallError::Unreadable { status, request_id }) => Attempt {
            http_status: Some(*status),
            message: Some("Pinterest's answer could not be read.".to_owned()),
            request_id: request_id.clone(),
            ..base
        },
        Err(error @ (CallError::NotSent(source) | CallError::Unknown(source))) => {
            Attempt { message: Some(shorten(&format!("{error}: {source}"))), ..base }
        }
    }
}

/// What Pinterest said of the limit; a refusal for the limit closes it whatever the headers say.
fn rate(result: &Result<Answer<CreatedPin>, CallError>, verdict: &Verdict) -> Option<RateLimit> {
    let said = match result {
        Ok(answer) => answer.rate.clone(),
        Err(CallError::Refused(refusal)) => refusal.rate.clone(),
        Err(_) => return None,
    };
    match verdict {
        Verdict::Hold(Hold::RateLimited | Hold::SpamBlock, pause) => {
            Some(RateLimit { remaining: Some(0), reset_s: u64::try_from(pause.as_secs()).ok(), ..said })
        }
        _ => Some(said),
    }
}
