//! The next step of a pin's video, ahead of the pin's time: sending it to Pinterest, and asking how far it is there.
//!
//! Nothing of this makes a pin, so that every step may be repeated. The pin stays scheduled meanwhile, and whoever edits
//! or cancels it wins: what comes of a step is written to the pin as it is by then, or not at all.

mod ask;
mod index_first;
mod upload;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use shared::domain::{
    Account, Attempt, AttemptId, AttemptOutcome, Failure, IllegalMove, MediaId, Pin, PinterestMediaId, Setback,
    VideoStage,
};
use shared::pinterest::CallError;
use shared::store::StoreError;
use shared::vault::AccessToken;

use crate::attempt::{self, entry};
use crate::classify::{Verdict, refused};
use crate::lanes::{Job, PinWork};
use crate::publish::{Aside, Finished, publish};
use crate::renew::Renewal;
use crate::{Publisher, Span, backoff, hold, look, renew};

/// How soon it is tried again where the account or Pinterest is in the way and the pin's time has not come.
const OBSTACLE: SignedDuration = SignedDuration::from_mins(5);

/// How soon after a renewal the new token is tried.
const WITH_NEW_TOKEN: SignedDuration = SignedDuration::from_secs(1);

/// How often the outcome of a step is written to a pin that changes meanwhile.
const TRIES: usize = 5;

/// Takes the next step of the video of a pin.
pub async fn advance(publisher: &Publisher, work: &PinWork, job: &Job, span: Span) -> Finished {
    let stepped = Box::pin(step(publisher, work, job, span)).await;
    stepped.unwrap_or_else(|error| match error {
        // Somebody else moved the pin; the next look at the index shows what is left to do.
        StoreError::Conflict => Finished { again: true, ..Finished::default() },
        error => {
            tracing::error!(%error, pin = %work.id, "a step of a video could not be stored; the next poll tries again");
            Finished { unfinished: true, again: true, ..Finished::default() }
        }
    })
}

async fn step(publisher: &Publisher, work: &PinWork, job: &Job, span: Span) -> Result<Finished, StoreError> {
    let platform = &publisher.platform;
    let Some(pin) = platform.pins.load(&work.owner, &work.id).await? else { return Ok(Finished::default()) };
    let now = platform.clock.now();
    let is_mine = |found: Job| found.work.is_of_video() && found.due.at <= now;
    if !look::job(&pin, now).is_some_and(is_mine) {
        return Ok(Finished::default());
    }
    let Some((account, token)) = access(publisher, &pin, now).await else {
        let has_come = pin.publish_at.is_none_or(|at| at <= now);
        if has_come {
            // What is in the way holds the pin, or ends it.
            let mut finished = Box::pin(publish(publisher, work, job, span)).await;
            // Where it only puts the pin back, it is still in the way: the next look tries again, and not this very moment.
            finished.again |= finished.jobs.extract_if(.., |job| job.due.at <= now).count() > 0;
            return Ok(finished);
        }
        return put_off(publisher, pin, OBSTACLE).await;
    };
    let step = Step { publisher, span, account, token };
    match (pin.video.as_ref().map(|video| video.stage.clone()), pin.content.media().files().first()) {
        (Some(VideoStage::Processing { media_id, since, .. }), _) => ask::ask(&step, pin, &media_id, since).await,
        (Some(_), Some(file)) => {
            let file = (*file).clone();
            upload::upload(&step, pin, &file).await
        }
        _ => Ok(Finished::default()),
    }
}

/// What a step is made with.
struct Step<'a> {
    publisher: &'a Publisher,
    span: Span,
    account: Arc<Account>,
    token: AccessToken,
}

/// What Pinterest is asked with for `pin`, unless something keeps its account from being used.
async fn access(publisher: &Publisher, pin: &Pin, now: Timestamp) -> Option<(Arc<Account>, AccessToken)> {
    if pin.is_missed(now) || publisher.circuits.keeping_back(pin).is_some() {
        return None;
    }
    let session = publisher.sessions.get(&pin.owner, &pin.account_id).await;
    let told =
        |error: &_| tracing::error!(%error, account = %pin.account_id, "a video could not be sent for an account");
    let session = session.inspect_err(told).ok().flatten()?;
    let is_held = session.account.held_for(&pin.id, now).is_some();
    session.token.filter(|_| !is_held).map(|token| (session.account, token))
}

/// Lets the video wait without a word in the timeline: nothing was asked of Pinterest.
async fn put_off(publisher: &Publisher, mut pin: Pin, pause: SignedDuration) -> Result<Finished, StoreError> {
    let now = publisher.platform.clock.now();
    let before = pin.clone();
    let until = now + pause;
    let until = pin.publish_at.map_or(until, |at| until.min(at.max(now)));
    let moved = match pin.video.as_ref().map(|video| &video.stage) {
        Some(VideoStage::Processing { .. }) => pin.still_processing(until, now),
        _ => pin.put_upload_off(until, now),
    };
    save(publisher, &before, pin, moved).await
}

/// Writes the pin that was `before` after a move; for a pin that nobody else has changed.
async fn save(
    publisher: &Publisher,
    before: &Pin,
    pin: Pin,
    moved: Result<(), IllegalMove>,
) -> Result<Finished, StoreError> {
    if moved.is_err() {
        return Ok(Finished::default());
    }
    publisher.platform.pins.replace(before, &pin).await?;
    Ok(done(publisher, &pin))
}

fn done(publisher: &Publisher, pin: &Pin) -> Finished {
    Finished { aside: Some(Aside::Video), jobs: look::soon(pin, publisher.platform.clock.now()), ..Finished::default() }
}

/// What came of a step, for the pin and its timeline.
enum Outcome {
    /// Pinterest has the file.
    Uploaded(PinterestMediaId),
    /// Pinterest has the video ready.
    Ready(PinterestMediaId),
    /// Pinterest failed at the video, which is sent to it once more.
    Failed,
    /// Nothing was sent for now.
    Later(SignedDuration),
    /// The file, or part of it, was sent and is not there.
    Lost(SignedDuration),
    /// Nothing ever will.
    Refused(Failure),
}

/// Moves `pin` as `outcome` says and adds `told` to its timeline.
fn settle(publisher: &Publisher, pin: &mut Pin, outcome: &Outcome, told: Attempt) -> Result<(), IllegalMove> {
    let now = publisher.platform.clock.now();
    let word = match outcome {
        Outcome::Uploaded(id) => {
            pin.uploaded(id.clone(), now + ask::FIRST, now)?;
            AttemptOutcome::VideoUploaded
        }
        Outcome::Ready(id) => {
            pin.video_ready(id.clone(), now)?;
            AttemptOutcome::VideoReady
        }
        Outcome::Failed if pin.video.as_ref().is_some_and(|video| video.failures + 1 >= backoff::VIDEO_TRIES) => {
            pin.refuse_video(Failure::VideoRefused, now)?;
            AttemptOutcome::VideoRefused
        }
        Outcome::Failed => {
            // Where it is forgotten or refused at once, not at full speed.
            let pause = backoff::wait(Setback::VideoNotReady, 1, &*publisher.platform.random);
            pin.upload_failed(now + pause, now)?;
            AttemptOutcome::VideoNotUploaded
        }
        Outcome::Later(pause) => {
            pin.put_upload_off(now + *pause, now)?;
            AttemptOutcome::VideoNotUploaded
        }
        Outcome::Lost(pause) => {
            pin.upload_lost(now + *pause, now)?;
            AttemptOutcome::VideoNotUploaded
        }
        Outcome::Refused(reason) => {
            pin.refuse_video(*reason, now)?;
            AttemptOutcome::VideoRefused
        }
    };
    tracing::info!(
        pin = %pin.id,
        account = %pin.account_id,
        outcome = word.code(),
        http_status = told.http_status,
        took_ms = told.took_ms,
        "a step of a video ended",
    );
    pin.record(Attempt { outcome: word, ..told });
    Ok(())
}

/// An entry of the timeline that begins at `at`.
fn begun(publisher: &Publisher, at: Timestamp) -> Attempt {
    entry(&AttemptId::random(&*publisher.platform.random), at)
}

/// The entry with what Pinterest said.
fn answered(publisher: &Publisher, told: Attempt, error: Option<&CallError>) -> Attempt {
    let took = publisher.platform.clock.now().duration_since(told.at).as_millis();
    let told = Attempt { took_ms: u64::try_from(took).ok(), ..told };
    error.map_or(told.clone(), |error| attempt::refused(told, error))
}

impl Step<'_> {
    /// What it means that Pinterest gives no place for the video of `pin`. It was not told of the file, so that nothing is
    /// wrong with that.
    async fn judged(&self, pin: &Pin, error: &CallError) -> Outcome {
        let verdict = match error {
            CallError::Refused(refusal) => refused(refusal),
            _ => Verdict::Unknown,
        };
        match verdict {
            Verdict::Fail(Failure::Rejected) => Outcome::Failed,
            Verdict::Fail(reason) => Outcome::Refused(reason),
            _ => Outcome::Later(self.refused(pin, error).await.unwrap_or_else(|| self.pause(pin))),
        }
    }

    /// Does what a refusal means for the account or the app, and says for how long it is left alone; nothing where the
    /// error says nothing of that.
    ///
    /// Whatever holds a pin with an image is written down as it is there, so that this one is held by it at its time.
    async fn refused(&self, pin: &Pin, error: &CallError) -> Option<SignedDuration> {
        let CallError::Refused(refusal) = error else { return None };
        let verdict = refused(refusal);
        if self.publisher.platform.clock.now() >= self.span.last_claim {
            return Some(OBSTACLE);
        }
        match verdict {
            Verdict::TokenRefused => Some(match renew::after_refusal(self.publisher, &self.account, pin).await {
                Renewal::Renewed => WITH_NEW_TOKEN,
                Renewal::Later => self.pause(pin).max(SignedDuration::from_mins(1)),
                Renewal::NeedsReconnect => OBSTACLE,
            }),
            Verdict::ScopesRefused(missing) => {
                renew::scopes_refused(self.publisher, &self.account, &missing).await;
                Some(OBSTACLE)
            }
            Verdict::Hold(reason, pause) => {
                attempt::learn(self.publisher, pin, &verdict).await;
                hold::enter(self.publisher, pin, &self.account, reason, pause).await;
                Some(pause.clamp(SignedDuration::from_mins(1), OBSTACLE))
            }
            _ => None,
        }
    }

    /// The pause before the next upload, longer after each that came to nothing.
    fn pause(&self, pin: &Pin) -> SignedDuration {
        let failed = |attempt: &&Attempt| attempt.outcome == AttemptOutcome::VideoNotUploaded;
        let running = pin.attempts.iter().rev().take_while(failed).count();
        let lost = pin.video.as_ref().map_or(0, |video| usize::try_from(video.lost).unwrap_or_default());
        backoff::wait(Setback::VideoNotReady, 1 + running.max(lost), &*self.publisher.platform.random)
    }
}

/// Whether `pin` still shows that file and is being uploaded by whoever holds it until `until`.
fn is_uploading(pin: &Pin, file: &MediaId, until: Timestamp) -> bool {
    let stage = pin.video.as_ref().map(|video| &video.stage);
    matches!(stage, Some(VideoStage::Uploading { until: held }) if *held == until)
        && pin.content.media().files().first() == Some(&file)
}
