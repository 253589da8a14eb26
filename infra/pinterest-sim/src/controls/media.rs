//! What becomes of a video after its file was uploaded.

use serde::{Deserialize, Serialize};

use crate::simulator::Simulator;

/// How the processing of a video ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaOutcome {
    /// It succeeds if the file begins as an MP4 or MOV does, and fails if not.
    #[default]
    Succeeded,
    /// It fails whatever the file is.
    Failed,
    /// It never ends.
    Stuck,
}

/// What becomes of the files that are uploaded from now on. Those that are there already keep what
/// was set when they came. How long Pinterest takes is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediaProcessing {
    /// How long a file is processed, in milliseconds.
    pub processing_ms: u64,
    /// How that ends.
    pub outcome: MediaOutcome,
    /// How long a video is known once it has succeeded, in milliseconds; `None` for without end.
    pub expires_ms: Option<u64>,
}

impl Default for MediaProcessing {
    /// 20 seconds, then a success that stays.
    fn default() -> Self {
        Self { processing_ms: 20_000, outcome: MediaOutcome::default(), expires_ms: None }
    }
}

impl Simulator {
    /// Chooses what becomes of the files that are uploaded from now on.
    pub fn set_media_processing(&self, processing: MediaProcessing) {
        self.with_controls(|controls| controls.media = processing);
    }

    /// What becomes of a file that is uploaded now.
    pub fn media_processing(&self) -> MediaProcessing {
        self.with_controls(|controls| controls.media)
    }
}
