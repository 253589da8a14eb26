//! One try at publishing a pin, as its timeline keeps it.

use jiff::Timestamp;

use super::AttemptId;

/// How many attempts a pin remembers.
pub const KEPT: usize = 20;

/// The longest message of Pinterest's that is kept, in bytes.
pub const MESSAGE_LIMIT: usize = 200;

/// What came of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The try itself; for a look at the board, the try that it is about.
    pub id: AttemptId,
    /// When the request was handed to the transport, or when the try or look ended without one.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: AttemptOutcome,
    /// Pinterest's HTTP status, where it answered.
    pub http_status: Option<u16>,
    /// Pinterest's own error code, where it gave one.
    pub code: Option<i64>,
    /// Pinterest's message, or ours where Pinterest did not answer; at most [`MESSAGE_LIMIT`] bytes.
    pub message: Option<String>,
    /// Pinterest's `x-pinterest-rid`, which its support asks for.
    pub request_id: Option<String>,
    /// How long the call took, in milliseconds.
    pub took_ms: Option<u64>,
    /// Who asked for it, as the log names them, where a person or a machine client did.
    pub by: Option<String>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$vdoc:meta])* $variant:ident = $code:literal, $message:literal;)+
        $(_ => $other:ident, $other_message:literal;)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
            $(
                /// A word that another version of this program stored. It is written back as it is.
                $other(&'static str),
            )?
        }

        impl $name {
            /// Every value that this version gives.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// A stable word for programs.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ $(Self::$other(_) => crate::domain::stored_word::OTHER,)? }
            }

            /// What it means and what to do, in words.
            pub fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)+ $(Self::$other(_) => $other_message,)? }
            }

            /// Every stable word with its meaning.
            pub fn table() -> impl Iterator<Item = (&'static str, &'static str)> {
                let known = Self::ALL.iter().map(|value| (value.code(), value.message()));
                $(let known = known.chain([(crate::domain::stored_word::OTHER, $other_message)]);)?
                known
            }

            /// The value with that stable word.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }

            $(
                /// The word by which it is stored, which is [`Self::code`] unless another version stored it.
                pub fn stored(self) -> &'static str {
                    if let Self::$other(word) = self { word } else { self.code() }
                }

                /// The value that was stored as that word, which may be one of a newer version.
                pub fn from_stored(code: &str) -> Self {
                    Self::from_code(code).unwrap_or_else(|| Self::$other(crate::domain::stored_word::intern(code)))
                }
            )?
        }
    };
}
pub(crate) use words;

words! {
    /// What came of a try.
    AttemptOutcome {
        /// The pin is on Pinterest.
        Published = "published", "Pinterest created the pin.";
        /// Certainly not created; it will be tried again.
        Retry = "retry", "Pinterest didn't create the pin. Pinwheel will try again.";
        /// Certainly not created; the pin waits for something else.
        Held = "held", "Pinterest didn't create the pin. It is on hold.";
        /// Certainly not created, and it never will be as it is.
        Refused = "refused", "Pinterest rejected the pin.";
        /// Nobody knows whether Pinterest created it.
        Unknown = "unknown", "Pinterest's response was lost, so the pin may or may not exist.";
        /// The pin was due too long ago to be published without asking.
        Missed = "missed", "The pin was due too long ago.";
        /// The board has the pin.
        FoundOnBoard = "found_on_board", "The pin is on its board.";
        /// The board does not have the pin.
        NotOnBoard = "not_on_board", "The pin isn't on its board.";
        /// The board could not be read, or not far enough.
        BoardUnclear = "board_unclear", "The board doesn't show whether the pin is there.";
        /// The board has pins that may be this one.
        SeveralOnBoard = "several_on_board", "One or more pins on the board may be this one.";
        /// Pinterest has the file of the pin's video.
        VideoUploaded = "video_uploaded", "The video was uploaded to Pinterest.";
        /// The upload came to nothing; another is made.
        VideoNotUploaded = "video_not_uploaded", "The video couldn't be uploaded to Pinterest. Pinwheel will try again.";
        /// Pinterest has the video ready.
        VideoReady = "video_ready", "Pinterest has finished processing the video.";
        /// Pinterest does not take the video.
        VideoRefused = "video_refused", "Pinterest rejected the video.";
        /// A person asked for another try.
        Retried = "retried", "Someone retried the pin.";
        /// A person found the pin on Pinterest.
        FoundPublished = "found_published", "Someone found the pin on Pinterest.";
        /// A person looked, did not find the pin and had it published again.
        PublishAgain = "publish_again", "Someone checked the board and published the pin again.";
        /// A person let a pin be that had failed or was in doubt.
        Dismissed = "dismissed", "Someone dismissed the pin.";
        /// A person took the pin down from Pinterest.
        TakenDown = "taken_down", "Someone took the pin down from Pinterest.";
        /// A person wanted to take the pin down, and Pinterest refused.
        NotTakenDown = "not_taken_down", "Pinterest didn't delete the pin.";
        _ => Other, "An event recorded by another version of Pinwheel.";
    }
}

impl AttemptOutcome {
    /// What kind of entry of the timeline it belongs to: `publish`, `look`, `video`, or what a person did, `retry`, `resolve` or
    /// `take_down`.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Published
            | Self::Retry
            | Self::Held
            | Self::Refused
            | Self::Unknown
            | Self::Missed
            | Self::Other(_) => "publish",
            Self::FoundOnBoard | Self::NotOnBoard | Self::BoardUnclear | Self::SeveralOnBoard => "look",
            Self::VideoUploaded | Self::VideoNotUploaded | Self::VideoReady | Self::VideoRefused => "video",
            Self::Retried => "retry",
            Self::TakenDown | Self::NotTakenDown => "take_down",
            Self::FoundPublished | Self::PublishAgain | Self::Dismissed => "resolve",
        }
    }

    /// Whether it is there because somebody asked for it.
    pub fn is_by_a_person(self) -> bool {
        matches!(self.kind(), "retry" | "resolve" | "take_down")
    }

    /// Whether it came of a look at the board.
    pub fn is_look(self) -> bool {
        self.kind() == "look"
    }
}

impl Attempt {
    /// The entry for what a person did at `at`; `message` says who and how.
    pub fn by_a_person(id: AttemptId, at: Timestamp, outcome: AttemptOutcome, message: &str) -> Self {
        let message = Some(shorten(message));
        Self { id, at, outcome, http_status: None, code: None, message, request_id: None, took_ms: None, by: None }
    }
}

/// Cuts `message` to [`MESSAGE_LIMIT`] bytes at a character boundary.
pub fn shorten(message: &str) -> String {
    let mut end = message.len().min(MESSAGE_LIMIT);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    message[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_is_cut_between_characters() {
        assert_eq!(shorten(&"é".repeat(150)).len(), 200);
        assert_eq!(shorten(&format!("x{}", "é".repeat(150))).len(), 199);
        assert_eq!(shorten("short"), "short");
    }
}
