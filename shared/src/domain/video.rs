//! A video on its way to Pinterest, ahead of the pin's time, so that the pin can go out at its second.
//!
//! A pin with a video waits in the due index for the next step of its video first, and for its own time once Pinterest
//! has the video ready. It has one entry there like every other pin, so that an edit or a cancel finds it where it is.

use jiff::{SignedDuration, Timestamp};

use super::pin::to_millisecond;
use super::{Failure, IllegalMove, Media, Pin, PinterestMediaId, Setback, State, Status, Warning};

/// How long before its pin's time a video is uploaded at the latest: time for an hour of setbacks.
pub const LEAD: SignedDuration = SignedDuration::from_hours(1);

/// Over how long before that the uploads of pins that go out at the same moment are spread, in seconds.
pub const SPREAD_SECONDS: u32 = 30 * 60;

/// For how long a video that Pinterest has ready is relied on. Pinterest does not say for how long it keeps one.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);

/// How far the video of a pin is with Pinterest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VideoUpload {
    /// What is done or to be done.
    pub stage: VideoStage,
    /// How often Pinterest failed at it, refused it or forgot it.
    pub failures: u32,
    /// How many uploads came to nothing on the way.
    pub lost: u32,
}

/// The stages of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VideoStage {
    /// It is to be uploaded.
    Waiting {
        /// Not before that moment, where an upload came to nothing.
        not_before: Option<Timestamp>,
    },
    /// A publisher is uploading it.
    Uploading {
        /// After this moment that publisher is taken for dead. It also tells one upload from the next.
        until: Timestamp,
    },
    /// Pinterest has the file and is making a video of it.
    Processing {
        /// Pinterest's id of it.
        media_id: PinterestMediaId,
        /// When it had been uploaded.
        since: Timestamp,
        /// When Pinterest is asked next.
        next: Timestamp,
    },
    /// Pins can be made with it.
    Ready {
        /// Pinterest's id of it.
        media_id: PinterestMediaId,
        /// Since when, as far as is known.
        since: Timestamp,
    },
    /// Pinterest does not take it, or it is not there any more.
    Refused {
        /// Why.
        reason: Failure,
    },
}

impl Default for VideoStage {
    fn default() -> Self {
        Self::Waiting { not_before: None }
    }
}

impl VideoStage {
    /// Every stage's word, with what it means.
    pub const TABLE: [(&str, &str); 5] = [
        ("waiting", "it is uploaded to Pinterest an hour or more before the pin's time, or as soon as possible."),
        ("uploading", "it is being uploaded to Pinterest."),
        ("processing", "Pinterest is processing the file."),
        ("ready", "Ready for the pin."),
        ("refused", "Pinterest rejected it; the pin's warning or reason says what to do."),
    ];

    /// The stable word for programs.
    pub fn code(&self) -> &'static str {
        let place = match self {
            Self::Waiting { .. } => 0,
            Self::Uploading { .. } => 1,
            Self::Processing { .. } => 2,
            Self::Ready { .. } => 3,
            Self::Refused { .. } => 4,
        };
        Self::TABLE[place].0
    }
}

impl VideoUpload {
    /// Whether the pin can be posted with it, or never will be.
    pub fn is_settled(&self) -> bool {
        matches!(self.stage, VideoStage::Ready { .. } | VideoStage::Refused { .. })
    }

    /// When the next step is due of a video whose pin is to go out at `at`, uploaded `lead` before that; for one that is
    /// settled that is the pin's own time.
    fn due(&self, at: Timestamp, lead: SignedDuration, now: Timestamp) -> Timestamp {
        match &self.stage {
            VideoStage::Waiting { not_before } => {
                let ahead = if at <= now { at } else { (at - lead).max(now) };
                not_before.map_or(ahead, |not_before| not_before.max(ahead))
            }
            VideoStage::Uploading { until } => *until,
            VideoStage::Processing { next, .. } => *next,
            VideoStage::Ready { .. } | VideoStage::Refused { .. } => at,
        }
    }

    /// The same upload for a pin that is to go out at `at`, or a new one where what there is would be too old by then.
    fn for_time(self, at: Timestamp, lead: SignedDuration, now: Timestamp) -> Self {
        let is_ahead = at.duration_since(now) > lead;
        match self.stage {
            VideoStage::Ready { since, .. } if at.duration_since(since) > GOOD_FOR => Self::default(),
            // Somebody planned it anew, long after that step was left.
            VideoStage::Uploading { until: next } | VideoStage::Processing { next, .. } if is_ahead && next < now => {
                Self::default()
            }
            _ => self,
        }
    }
}

impl Pin {
    /// The pin's video, where it still needs a step before the pin can be posted.
    pub fn unsettled_video(&self) -> Option<&VideoUpload> {
        self.video.as_ref().filter(|video| !video.is_settled())
    }

    /// When the pin is due next where it is to be posted at `at`.
    pub(super) fn due_for(&mut self, at: Timestamp, now: Timestamp) -> Timestamp {
        let lead = self.video_lead();
        self.video = self.video.take().map(|video| video.for_time(at, lead, now));
        self.video.as_ref().map_or(at, |video| video.due(at, lead, now))
    }

    /// How long before its time the pin's video is uploaded: the same for the same pin, and another for others, so that
    /// many for one moment do not queue.
    fn video_lead(&self) -> SignedDuration {
        let spread = self.id.as_str().bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        LEAD + SignedDuration::from_secs((spread % SPREAD_SECONDS).into())
    }

    /// Keeps an upload only where it is of the video that the pin shows now; one that was refused may be tried anew.
    pub(super) fn fit_video(&mut self, before: Option<&Media>) {
        let file = |media: &Media| media.files().first().map(|id| (*id).clone());
        let is_same = before.is_some_and(|media| media.is_video() && file(media) == file(self.content.media()));
        let is_refused = matches!(self.video, Some(VideoUpload { stage: VideoStage::Refused { .. }, .. }));
        if !self.content.media().is_video() {
            self.video = None;
        } else if self.video.is_none() || !is_same || is_refused {
            self.video = Some(VideoUpload::default());
        }
    }

    /// A publisher takes the upload until `until`; one that was taken before and never ended came to nothing.
    pub fn begin_upload(&mut self, until: Timestamp, now: Timestamp) -> Result<(), IllegalMove> {
        let was_taken = matches!(self.video, Some(VideoUpload { stage: VideoStage::Uploading { .. }, .. }));
        self.advance_video(VideoStage::Uploading { until: to_millisecond(until) }, now)?;
        if let Some(video) = self.video.as_mut().filter(|_| was_taken) {
            video.lost += 1;
        }
        Ok(())
    }

    /// Pinterest has the file as `media_id`, and is asked at `next` how far it is.
    pub fn uploaded(&mut self, media_id: PinterestMediaId, next: Timestamp, now: Timestamp) -> Result<(), IllegalMove> {
        let (since, next) = (to_millisecond(now), to_millisecond(next));
        self.advance_video(VideoStage::Processing { media_id, since, next }, now)
    }

    /// Pinterest is still at it and is asked again at `next`.
    pub fn still_processing(&mut self, next: Timestamp, now: Timestamp) -> Result<(), IllegalMove> {
        let Some(VideoStage::Processing { media_id, since, .. }) = self.video.as_ref().map(|video| video.stage.clone())
        else {
            return self.allow(&[], Status::Scheduled);
        };
        let version = self.version;
        self.advance_video(VideoStage::Processing { media_id, since, next: to_millisecond(next) }, now)?;
        // Nothing changed that anybody sees; a client's entity tag holds on.
        self.version = version;
        Ok(())
    }

    /// Pinterest has the video ready.
    pub fn video_ready(&mut self, media_id: PinterestMediaId, now: Timestamp) -> Result<(), IllegalMove> {
        self.advance_video(VideoStage::Ready { media_id, since: to_millisecond(now) }, now)
    }

    /// The file got lost on its way; it is sent again at `again`.
    pub fn upload_lost(&mut self, again: Timestamp, now: Timestamp) -> Result<(), IllegalMove> {
        self.put_upload_off(again, now)?;
        if let Some(video) = &mut self.video {
            video.lost += 1;
        }
        Ok(())
    }

    /// Pinterest failed at the video; it is sent again at `again`.
    pub fn upload_failed(&mut self, again: Timestamp, now: Timestamp) -> Result<(), IllegalMove> {
        self.put_upload_off(again, now)?;
        if let Some(video) = &mut self.video {
            video.failures += 1;
        }
        Ok(())
    }

    /// Nothing could be uploaded for a reason that has nothing to do with the video; it is tried at `again`.
    pub fn put_upload_off(&mut self, again: Timestamp, now: Timestamp) -> Result<(), IllegalMove> {
        self.advance_video(VideoStage::Waiting { not_before: Some(to_millisecond(again)) }, now)
    }

    /// The video will never do; the pin fails at its time unless it gets another one.
    pub fn refuse_video(&mut self, reason: Failure, now: Timestamp) -> Result<(), IllegalMove> {
        self.advance_video(VideoStage::Refused { reason }, now)?;
        self.warning = Some(Warning::VideoRefused);
        Ok(())
    }

    /// Publishing → failed for good, because of its video; another try needs another upload.
    pub fn fail_with_video(&mut self, reason: Failure, now: Timestamp) -> Result<(), IllegalMove> {
        self.fail(reason, now)?;
        if let Some(video) = &mut self.video {
            video.stage = VideoStage::Refused { reason };
        }
        Ok(())
    }

    /// Publishing → scheduled again, since Pinterest does not know the video any more or never got it; nothing was
    /// created.
    pub fn await_video(&mut self, is_gone: bool, now: Timestamp) -> Result<(), IllegalMove> {
        self.allow(&[Status::Publishing], Status::Scheduled)?;
        if is_gone && let Some(video) = &mut self.video {
            video.stage = VideoStage::default();
            video.failures += 1;
        }
        self.become_due(now, Some(Setback::VideoNotReady), now);
        Ok(())
    }

    fn advance_video(&mut self, stage: VideoStage, now: Timestamp) -> Result<(), IllegalMove> {
        self.allow(&[Status::Scheduled], Status::Scheduled)?;
        let (Some(video), Some(at)) = (&mut self.video, self.publish_at) else {
            return self.allow(&[], Status::Scheduled);
        };
        video.stage = stage;
        let setback = match self.state {
            State::Scheduled { setback } => setback.filter(|setback| *setback != Setback::VideoNotReady),
            _ => None,
        };
        // What was foreseen of the account or the board is as true as before.
        let warning = self.warning;
        self.become_due(at, setback, now);
        self.warning = warning;
        // The end of an upload's lease says nothing of when it ends.
        let is_uploading = matches!(self.video, Some(VideoUpload { stage: VideoStage::Uploading { .. }, .. }));
        let is_late = self.due.as_ref().is_some_and(|due| due.at > at) && (at <= now || !is_uploading);
        self.state = State::Scheduled { setback: if is_late { Some(Setback::VideoNotReady) } else { setback } };
        Ok(())
    }
}

#[cfg(test)]
mod tests;
