//! How far the video of a pin is, as it lies in the pin's item.

use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::pin::Incomplete;
use crate::domain::{Failure, PinterestMediaId, VideoStage, VideoUpload};

/// The attributes of a [`VideoUpload`].
#[derive(Serialize, Deserialize)]
pub(super) struct VideoItem {
    stage: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    media_id: Option<PinterestMediaId>,
    /// Since when it is being processed, or ready.
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    since: Option<Timestamp>,
    /// When the next step may be taken.
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    next: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    reason: Option<String>,
    #[serde(skip_serializing_if = "is_zero", default)]
    failures: u32,
    #[serde(skip_serializing_if = "is_zero", default)]
    lost: u32,
}

impl From<&VideoUpload> for VideoItem {
    fn from(video: &VideoUpload) -> Self {
        let nothing = Self {
            stage: video.stage.code().to_owned(),
            media_id: None,
            since: None,
            next: None,
            reason: None,
            failures: video.failures,
            lost: video.lost,
        };
        match video.stage.clone() {
            VideoStage::Waiting { not_before } => Self { next: not_before, ..nothing },
            VideoStage::Uploading { until } => Self { next: Some(until), ..nothing },
            VideoStage::Processing { media_id, since, next } => {
                Self { media_id: Some(media_id), since: Some(since), next: Some(next), ..nothing }
            }
            VideoStage::Ready { media_id, since } => Self { media_id: Some(media_id), since: Some(since), ..nothing },
            VideoStage::Refused { reason } => Self { reason: Some(reason.stored().to_owned()), ..nothing },
        }
    }
}

impl VideoItem {
    /// The upload, unless something of it is missing.
    pub(super) fn video(self) -> Result<VideoUpload, Incomplete> {
        let missing = Incomplete("video");
        let stage = match (self.stage.as_str(), self.media_id, self.since, self.next) {
            ("uploading", _, _, Some(until)) => VideoStage::Uploading { until },
            ("processing", Some(media_id), Some(since), Some(next)) => VideoStage::Processing { media_id, since, next },
            ("ready", Some(media_id), Some(since), _) => VideoStage::Ready { media_id, since },
            ("refused", ..) => {
                let reason = self.reason.as_deref().map(Failure::from_stored);
                VideoStage::Refused { reason: reason.ok_or(missing)? }
            }
            ("uploading" | "processing" | "ready", ..) => return Err(missing),
            // `waiting`, or a stage of another version: whatever that means, the video can be uploaded once more.
            (_, _, _, not_before) => VideoStage::Waiting { not_before },
        };
        Ok(VideoUpload { stage, failures: self.failures, lost: self.lost })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes the field by reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn every_stage_comes_back() {
        let (at, media_id) = (Timestamp::UNIX_EPOCH, || "7".parse().unwrap());
        for stage in [
            VideoStage::Waiting { not_before: None },
            VideoStage::Waiting { not_before: Some(at) },
            VideoStage::Uploading { until: at },
            VideoStage::Processing { media_id: media_id(), since: at, next: at },
            VideoStage::Ready { media_id: media_id(), since: at },
            VideoStage::Refused { reason: Failure::MediaGone },
        ] {
            let video = VideoUpload { stage, failures: 2, lost: 3 };
            let item: serde_dynamo::Item = serde_dynamo::to_item(VideoItem::from(&video)).unwrap();
            assert_eq!(serde_dynamo::from_item::<_, VideoItem>(item).unwrap().video().unwrap(), video);
        }
        let broken = VideoItem { stage: "ready".into(), ..VideoItem::from(&VideoUpload::default()) };
        assert!(broken.video().is_err());
        let newer = VideoItem { stage: "trimming".into(), ..VideoItem::from(&VideoUpload::default()) };
        assert_eq!(newer.video().unwrap().stage, VideoStage::Waiting { not_before: None });
    }
}
