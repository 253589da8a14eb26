//! Publishes one pin: claim, one post, outcome.

use futures_util::future::join;
use jiff::{SignedDuration, Timestamp};
use shared::domain::{AttemptId, Due, Pin, State, Status};
use shared::kick::KickedPin;
use shared::pinterest::RateLimit;
use shared::store::{Claim, Lease, StoreError};

use crate::attempt::{self, Tried};
use crate::classify::Verdict;
use crate::lanes::{Job, PinWork};
use crate::look;
use crate::release;
use crate::session::{Session, SessionError};
use crate::{Publisher, Report, Span, doubts, ending};

/// A request takes at most 15 seconds and has to end within the invocation, which ends 30 seconds after the last claim.
pub const LATEST_POST: SignedDuration = SignedDuration::from_secs(12);

/// How often it is asked whether somebody else has posted a pin.
const ASK_AGAIN: SignedDuration = SignedDuration::from_millis(500);

/// Work that moves no pin on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aside {
    /// Of an account: its renewal, its release.
    Account,
    /// A step of a video.
    Video,
}

/// What became of a job.
#[derive(Debug, Default)]
pub struct Finished {
    /// Where the pin stands now; absent where it was not ours to touch.
    pub status: Option<Status>,
    /// When something was posted, with what Pinterest said of the limit.
    pub posted: Option<(Timestamp, Option<RateLimit>)>,
    /// What else was done.
    pub aside: Option<Aside>,
    /// How many looks at boards were made for pins in doubt.
    pub looks: u32,
    /// Whether AWS kept it from being done.
    pub unfinished: bool,
    /// Whether the same work is to be met again at the next look.
    pub again: bool,
    /// Somebody else is posting the pin: until then nothing of its account is posted here.
    pub busy_until: Option<Timestamp>,
    /// Work that came of it and is to be done soon.
    pub jobs: Vec<Job>,
    /// Pins that wait no longer, for whoever owns their shards.
    pub released: Vec<KickedPin>,
}

impl Finished {
    pub(crate) fn count(&self, report: &mut Report) {
        report.looked += self.looks;
        match self.status {
            Some(status) => report.count(status),
            None if self.unfinished => report.unfinished += 1,
            None if self.busy_until.is_some() => {}
            None => match self.aside {
                Some(Aside::Account) => report.accounts += 1,
                Some(Aside::Video) => report.videos += 1,
                None => report.lost += 1,
            },
        }
    }
}

/// Claims the pin of `job`, at its time, posts it once and records what came of it.
pub async fn publish(publisher: &Publisher, work: &PinWork, job: &Job, span: Span) -> Finished {
    let (platform, due) = (&publisher.platform, &job.due);
    if !job.after.is_zero()
        && let Some(finished) = Box::pin(others(publisher, work, due)).await
    {
        return finished;
    }
    let attempt = AttemptId::random(&*platform.random);
    let claim = claim(publisher, (work, due), &attempt, span);
    let (claim, session) = join(claim, publisher.sessions.get(&work.owner, &work.account)).await;
    match claim {
        Ok(Claim::Won(pin)) => Box::pin(won(publisher, *pin, &attempt, session, span)).await,
        Ok(Claim::Abandoned(pin)) => abandoned(publisher, *pin).await,
        Ok(Claim::Busy(since)) => busy(since, platform.clock.now()),
        Ok(Claim::Lost) => Finished::default(),
        Err(error) => {
            tracing::error!(%error, pin = %work.id, "a pin could not be claimed; the next poll tries again");
            Finished { unfinished: true, again: true, ..Finished::default() }
        }
    }
}

/// What becomes of a job whose pin somebody else was posting, or nothing where that is over and the pin is due all the same;
/// asked before the claim, for a fifth of one that is lost.
async fn others(publisher: &Publisher, work: &PinWork, due: &Due) -> Option<Finished> {
    let platform = &publisher.platform;
    // Where it cannot be read, the claim tells.
    let pin = platform.pins.load(&work.owner, &work.id).await.ok()?;
    let now = platform.clock.now();
    let Some(pin) = pin else { return Some(Finished::default()) };
    if look::in_flight(&pin, now).is_some() {
        return Some(busy(pin.updated_at, now));
    }
    let is_left = look::job(&pin, now).is_some_and(|job| job.due == *due);
    (!is_left).then(Finished::default)
}

/// Lets the lane of a pin wait that somebody else claimed at `since`, as long as it may be on its way.
fn busy(since: Timestamp, now: Timestamp) -> Finished {
    let busy_until = (now < look::posted_by(since)).then_some(now + ASK_AGAIN);
    Finished { busy_until, ..Finished::default() }
}

/// Claims, again and again under the same attempt while AWS does not answer: a claim whose answer was lost is then
/// recognized instead of standing in the way until its lease ends.
async fn claim(
    publisher: &Publisher,
    pin: (&PinWork, &Due),
    attempt: &AttemptId,
    span: Span,
) -> Result<Claim, StoreError> {
    let (PinWork { owner, id, .. }, due) = pin;
    let clock = &publisher.platform.clock;
    let mut pause = SignedDuration::from_millis(250);
    loop {
        let lease = Lease { now: clock.now() + publisher.rules.early, until: span.lease_until };
        match publisher.platform.pins.claim((owner, id), due, attempt, lease).await {
            Err(StoreError::Unavailable { code, .. }) if clock.now() + pause < span.last_claim => {
                tracing::warn!(code, pin = %id, "a pin could not be claimed; trying again");
                clock.sleep_until(clock.now() + pause).await;
                pause = (pause * 2).min(SignedDuration::from_secs(5));
            }
            result => return result,
        }
    }
}

async fn won(
    publisher: &Publisher,
    mut pin: Pin,
    attempt: &AttemptId,
    session: Result<Option<Session>, SessionError>,
    span: Span,
) -> Finished {
    let too_late = publisher.platform.clock.now() > span.last_claim + LATEST_POST;
    let session = if too_late { Err(SessionError::TooLate) } else { session };
    let tried = Box::pin(attempt::attempt(publisher, &mut pin, attempt, session, span.last_claim));
    let Tried { posted, verdict } = tried.await;
    if let State::Failed { reason } = pin.state {
        publisher.foresight.learn(&pin, reason, publisher.platform.clock.now());
    }
    if pin.is_parked() {
        publisher.sweeps.note(&pin).await;
    }
    let recorded = record(publisher, &pin, attempt, span).await;
    if let Some(verdict) = verdict.filter(|verdict| !matches!(verdict, Verdict::Hold(..))) {
        attempt::learn(publisher, &pin, &verdict).await;
    }
    if recorded && pin.in_check().is_some() {
        // If this fails, the first look does it.
        let _ = doubts::note(publisher, &pin).await;
    }
    let again = recorded && pin.is_parked() && release::unpark_if_mended(publisher, &pin).await;
    let status = recorded.then(|| pin.state.status());
    let jobs = if recorded { look::soon(&pin, publisher.platform.clock.now()) } else { Vec::new() };
    Finished { status, posted, unfinished: !recorded, again, jobs, ..Finished::default() }
}

/// Another publisher claimed the pin and went silent: it may have posted it, so it is looked for on its board.
async fn abandoned(publisher: &Publisher, mut pin: Pin) -> Finished {
    let before = pin.clone();
    ending::stopped(publisher, &mut pin);
    // By version, not by attempt: should the silent publisher have written its outcome after all, that one stands.
    match publisher.platform.pins.replace(&before, &pin).await {
        Ok(()) => {
            told(publisher, &pin);
            let _ = doubts::note(publisher, &pin).await;
            Finished { status: Some(pin.state.status()), ..Finished::default() }
        }
        Err(StoreError::Conflict) => Finished::default(),
        Err(error) => {
            tracing::error!(%error, pin = %pin.id, "an abandoned pin could not be marked as unknown; the next poll tries again");
            Finished { unfinished: true, again: true, ..Finished::default() }
        }
    }
}

/// Writes the outcome, again and again while the lease lasts: an outcome that is not written reads as unknown.
async fn record(publisher: &Publisher, pin: &Pin, attempt: &AttemptId, span: Span) -> bool {
    let clock = &publisher.platform.clock;
    let mut pause = SignedDuration::from_millis(250);
    loop {
        match publisher.platform.pins.record(pin, attempt).await {
            Ok(()) => {
                told(publisher, pin);
                return true;
            }
            Err(StoreError::Unavailable { code, .. }) if clock.now() + pause < span.lease_until => {
                tracing::warn!(code, pin = %pin.id, "an outcome could not be stored; trying again");
                clock.sleep_until(clock.now() + pause).await;
                pause = (pause * 2).min(SignedDuration::from_secs(5));
            }
            Err(error) => {
                tracing::error!(%error, pin = %pin.id, status = pin.state.status().code(), "an outcome could not be stored");
                return false;
            }
        }
    }
}

/// One line an outcome, with what a person on call needs and nothing of the content.
pub fn told(publisher: &Publisher, pin: &Pin) {
    publisher.figures.note(pin, publisher.platform.clock.now());
    let last = pin.attempts.last();
    let lateness_ms = match pin.state {
        State::Published { lateness_ms, .. } => Some(lateness_ms),
        _ => None,
    };
    tracing::info!(
        pin = %pin.id,
        account = %pin.account_id,
        status = pin.state.status().code(),
        lateness_ms,
        attempt = pin.attempts_begun,
        http_status = last.and_then(|attempt| attempt.http_status).filter(|_| lateness_ms.is_none()),
        code = last.and_then(|attempt| attempt.code),
        rid = last.and_then(|attempt| attempt.request_id.as_deref()),
        "an attempt ended",
    );
}
