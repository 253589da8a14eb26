//! One attempt at a claimed pin: the post, the judgement, the move.

use jiff::{SignedDuration, Timestamp};
use shared::domain::attempt::shorten;
use shared::domain::{Account, Attempt, AttemptId, AttemptOutcome, Connection, Failure, Hold, Pin, Setback, Wait};
use shared::pinterest::{Answer, CallError, CreatedPin, PinRequest, RateLimit};
use shared::vault::SealError;

use crate::Publisher;
use crate::classify::{Verdict, classify};
use crate::doubts;
use crate::ending::{Ending, settle};
use crate::hold;
use crate::late;
use crate::picture;
use crate::publish::LATEST_POST;
use crate::renew::{self, Renewal};
use crate::rules::Rule;
use crate::session::{Session, SessionError};

/// How soon the next invocation tries a pin again whose hold could not be taken down in time.
const SOON: SignedDuration = SignedDuration::from_mins(1);

/// What an attempt did besides moving the pin.
#[derive(Debug, Default)]
pub struct Tried {
    /// When something was posted, with what Pinterest said of the limit.
    pub posted: Option<(Timestamp, Option<RateLimit>)>,
    /// What came of the post.
    pub verdict: Option<Verdict>,
}

/// Posts `pin` once, if there is nothing in the way, and moves it by what came of it; the caller records it.
pub async fn attempt(
    publisher: &Publisher,
    pin: &mut Pin,
    id: &AttemptId,
    session: Result<Option<Session>, SessionError>,
    last_claim: Timestamp,
) -> Tried {
    let at = publisher.platform.clock.now();
    if let Some(ending) = obstacle(publisher, pin, &session, at) {
        let ending = with_release(publisher, &session, ending).await;
        settle(publisher, pin, ending, entry(id, at));
        publisher.circuits.pass_on(pin).await;
        return Tried::default();
    }
    let Ok(Some(Session { account, token: Some(token) })) = session else { return Tried::default() };
    if let Some(ending) = twin(publisher, pin, &account).await {
        settle(publisher, pin, ending, entry(id, at));
        publisher.circuits.pass_on(pin).await;
        return Tried::default();
    }
    let picture = match picture::of(publisher, pin).await {
        Ok(picture) => picture,
        Err(ending) => {
            settle(publisher, pin, ending, entry(id, at));
            publisher.circuits.pass_on(pin).await;
            return Tried::default();
        }
    };
    if let Some(ending) = late::keep_back(publisher, pin, &account).await {
        settle(publisher, pin, ending, entry(id, at));
        publisher.circuits.pass_on(pin).await;
        return Tried::default();
    }
    publisher.circuits.begin(pin);
    let at = publisher.platform.clock.now();
    // The last thing before the post: what was read before it may have taken its time.
    if at > last_claim + LATEST_POST {
        settle(publisher, pin, Ending::Retry(Setback::AwsTrouble), entry(id, at));
        publisher.circuits.pass_on(pin).await;
        return Tried::default();
    }
    let request = PinRequest::showing(pin, picture.source(pin));
    let result = publisher.platform.pinterest.create_pin(pin.mode, &token, &request).await;
    let ended = publisher.platform.clock.now();
    let verdict = classify(&result);
    let ending = end(publisher, pin, &account, verdict.clone(), ended < last_claim).await;
    settle(publisher, pin, ending, answered(entry(id, at), &result, ended));
    let created_at = result.as_ref().ok().and_then(|answer| answer.body.created_at());
    pin.pinterest_clock_s = created_at.map(|created_at| created_at.duration_since(ended).as_secs());
    Tried { posted: Some((at, result.ok().map(|answer| answer.rate))), verdict: Some(verdict) }
}

/// Tells the circuits what came of a post, after it was recorded: what is known of a pin must not wait for them.
pub async fn learn(publisher: &Publisher, pin: &Pin, verdict: &Verdict) {
    match publisher.circuits.learn(pin, verdict).await {
        Ok(None) => {}
        Ok(Some(until)) => hold::enter_unanswered(publisher, pin, until).await,
        Err(error) => {
            tracing::warn!(%error, "a circuit could not be changed; the next pin with the same result changes it");
        }
    }
}

/// The same ending, once the release of a pin that waits for its account is planned.
async fn with_release(
    publisher: &Publisher,
    session: &Result<Option<Session>, SessionError>,
    ending: Ending,
) -> Ending {
    match (ending, session) {
        (Ending::Hold(Hold::PinterestDown, Wait::ForAccount(Some(until))), Ok(Some(session))) => {
            let wait = hold::enter_of_owner(publisher, &session.account, until).await;
            Ending::Hold(Hold::PinterestDown, wait)
        }
        (ending, _) => ending,
    }
}

/// Does what has to be done before the pin is moved, and says how the attempt ends.
///
/// In the last part of an invocation nothing but the pin itself is written: `in_time` says that there is more time. A
/// renewal that is cut off would cost the account its tokens.
async fn end(publisher: &Publisher, pin: &Pin, account: &Account, verdict: Verdict, in_time: bool) -> Ending {
    if in_time && matches!(verdict, Verdict::Hold(..)) {
        // What ends a hold is written before the pin is parked.
        learn(publisher, pin, &verdict).await;
    }
    match verdict {
        Verdict::Published(id) => Ending::Published(id),
        Verdict::Unknown => Ending::Unknown,
        Verdict::Fail(failure) => Ending::Fail(failure),
        Verdict::Retry(setback) => Ending::Retry(setback),
        Verdict::VideoGone => Ending::VideoGone,
        Verdict::Hold(reason, _) if !in_time => {
            Ending::Hold(reason, Wait::Until(publisher.platform.clock.now() + SOON))
        }
        Verdict::Hold(reason, pause) => Ending::Hold(reason, hold::enter(publisher, pin, account, reason, pause).await),
        Verdict::TokenRefused | Verdict::ScopesRefused(_) if !in_time => Ending::Retry(Setback::TokenRefused),
        Verdict::ScopesRefused(missing) => {
            renew::scopes_refused(publisher, account, &missing).await;
            Ending::Hold(Hold::NeedsReconnect, Wait::ForAccount(None))
        }
        Verdict::TokenRefused => match renew::after_refusal(publisher, account, pin).await {
            Renewal::NeedsReconnect => Ending::Hold(Hold::NeedsReconnect, Wait::ForAccount(None)),
            Renewal::Later => Ending::Retry(Setback::TokenRefused),
            Renewal::Renewed => Ending::NewToken,
        },
    }
}

/// What keeps `pin` from being posted because of another one that it could be taken for.
async fn twin(publisher: &Publisher, pin: &Pin, account: &Account) -> Option<Ending> {
    match doubts::twin_in_doubt(publisher, pin, account).await {
        Ok(Some(until)) => Some(Ending::WaitForTwin(until)),
        Ok(None) => None,
        Err(error) => {
            tracing::error!(%error, pin = %pin.id, "a pin that looks the same could not be read");
            Some(Ending::Retry(Setback::AwsTrouble))
        }
    }
}

/// What keeps the pin from being posted at all.
fn obstacle(
    publisher: &Publisher,
    pin: &Pin,
    session: &Result<Option<Session>, SessionError>,
    now: Timestamp,
) -> Option<Ending> {
    if pin.is_missed(now) && publisher.rules.keep(Rule::HeedGrace) {
        return Some(Ending::Fail(Failure::Missed));
    }
    // The account first: a pin that cannot be posted anyway must not wait where others are let go by trying it.
    let account = match session {
        Ok(Some(session)) => session.account.clone(),
        Ok(None) => return Some(Ending::Hold(Hold::Disconnected, Wait::ForAccount(None))),
        Err(error) => {
            tracing::error!(%error, account = %pin.account_id, "nothing could be posted for an account");
            return Some(Ending::Retry(match error {
                SessionError::Seal(SealError::NoSuchKey(_)) => Setback::TokenKeyMissing,
                _ => Setback::AwsTrouble,
            }));
        }
    };
    if let Some(hold) = account.held_for(&pin.id, now).filter(|_| publisher.rules.keep(Rule::HeedHolds)) {
        return Some(Ending::Hold(hold.reason, Wait::ForAccount(Some(hold.until))));
    }
    if matches!(session, Ok(Some(Session { token: Some(_), .. }))) {
        return publisher.circuits.keeping_back(pin).map(|(reason, wait)| Ending::Hold(reason, wait));
    }
    Some(match &account.connection {
        Connection::Disconnected => Ending::Hold(Hold::Disconnected, Wait::ForAccount(None)),
        // The access token has ended, and the renewal that is due may bring another.
        _ if account.refresh_at.is_some() => Ending::Retry(Setback::TokenRefused),
        _ => Ending::Hold(Hold::NeedsReconnect, Wait::ForAccount(None)),
    })
}

/// An entry of the timeline of which nothing is known yet but when.
pub fn entry(id: &AttemptId, at: Timestamp) -> Attempt {
    Attempt {
        id: id.clone(),
        at,
        outcome: AttemptOutcome::Held,
        http_status: None,
        code: None,
        message: None,
        request_id: None,
        took_ms: None,
        by: None,
    }
}

fn answered(entry: Attempt, result: &Result<Answer<CreatedPin>, CallError>, ended: Timestamp) -> Attempt {
    let ended = Attempt { took_ms: u64::try_from(ended.duration_since(entry.at).as_millis()).ok(), ..entry };
    match result {
        Ok(answer) => Attempt { http_status: Some(answer.status), request_id: answer.request_id.clone(), ..ended },
        Err(error) => refused(ended, error),
    }
}

/// The entry with what Pinterest said, or what is known of why it said nothing.
pub fn refused(entry: Attempt, error: &CallError) -> Attempt {
    match error {
        CallError::Refused(refusal) => Attempt {
            http_status: Some(refusal.status),
            code: refusal.code,
            message: Some(refusal.message.clone()),
            request_id: refusal.request_id.clone(),
            ..entry
        },
        CallError::Unreadable { status, request_id } => Attempt {
            http_status: Some(*status),
            message: Some("Pinterest's response couldn't be read.".to_owned()),
            request_id: request_id.clone(),
            ..entry
        },
        CallError::NotSent(source) | CallError::Unknown(source) => {
            Attempt { message: Some(shorten(&format!("{error}: {source}"))), ..entry }
        }
    }
}
