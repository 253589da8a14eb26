//! A pin from its draft to Pinterest.

use jiff::{SignedDuration, Timestamp};

use super::plan::LONGEST_SPREAD_SECONDS;
use super::{
    AccountId, Attempt, AttemptId, BoardId, Candidate, Check, Content, Doubt, Due, Failure, HistoryEntry, Hold, Mode,
    OwnerId, Partition, Picture, PinId, PinterestPinId, SectionId, Setback, Shard, VideoStage, VideoUpload, Warning,
};

/// How late a pin may go out by itself; after that somebody has to ask for it.
pub const GRACE: SignedDuration = SignedDuration::from_hours(24);

/// How late a pin may be and still count as one that goes out in time: what its account's pace and a short pause cost.
pub const LATE: SignedDuration = SignedDuration::from_mins(5);

/// One pin for one board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Our id of it.
    pub id: PinId,
    /// Whose it is.
    pub owner: OwnerId,
    /// The account that publishes it.
    pub account_id: AccountId,
    /// The mode of that account.
    pub mode: Mode,
    /// Where it goes.
    pub board_id: BoardId,
    /// Which section of the board, if any.
    pub section_id: Option<SectionId>,
    /// Whether the board was seen in the account when the pin was scheduled.
    pub board_verified: bool,
    /// What it shows.
    pub content: Content,
    /// What is known of the picture of the first file that it shows; absent where it shows an address.
    pub picture: Option<Box<Picture>>,
    /// How far its video is with Pinterest; absent where it shows none.
    pub video: Option<VideoUpload>,
    /// When its owner wants it published; absent for a draft. It never changes by itself.
    pub publish_at: Option<Timestamp>,
    /// The free slot of its account's plan that it was given, where it asked for one and as long as it goes out then.
    pub slot: Option<Timestamp>,
    /// Where it stands.
    pub state: State,
    /// What was seen to be in its way shortly before its time; whatever moves or changes the pin takes it back.
    pub warning: Option<Warning>,
    /// How many late pins of its account went before it when it was put behind them; whatever moves it takes that back.
    pub ahead: Option<u32>,
    /// When somebody took the published pin down from Pinterest.
    pub taken_down_at: Option<Timestamp>,
    /// Where it waits in the due index, if it does.
    pub due: Option<Due>,
    /// The last attempts, oldest first, at most [`super::attempt::KEPT`].
    pub attempts: Vec<Attempt>,
    /// Who created it, as the log names them.
    pub created_by: Option<String>,
    /// The last changes that people made of it, oldest first, at most [`super::history::KEPT`].
    pub history: Vec<HistoryEntry>,
    /// How many attempts were begun.
    pub attempts_begun: u32,
    /// By how many seconds Pinterest's clock, as its answer showed it, was ahead of ours when it created the pin.
    pub pinterest_clock_s: Option<i64>,
    /// What the request that created it asked for, where it carried an idempotency key.
    pub request_fingerprint: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// The last change.
    pub updated_at: Timestamp,
    /// Counts changes.
    pub version: u64,
}

/// Where a pin stands, with what belongs to that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Not to be published yet.
    Draft,
    /// Waits for its time.
    Scheduled {
        /// Why it was not published at the first try.
        setback: Option<Setback>,
    },
    /// A publisher has claimed it.
    Publishing {
        /// The claim, which is the record of the intent to post.
        attempt: AttemptId,
        /// After this moment the publisher is taken for dead.
        lease_until: Timestamp,
    },
    /// It may or may not be on Pinterest, and is looked for on its board.
    Checking(Check),
    /// It is on Pinterest.
    Published {
        /// When it was handed to Pinterest.
        at: Timestamp,
        /// How long after its time that was, in milliseconds.
        lateness_ms: i64,
        /// Pinterest's id of it.
        pinterest_pin_id: PinterestPinId,
    },
    /// Waits for something other than its time.
    Held {
        /// For what.
        reason: Hold,
        /// When it is tried again by itself, where that is known.
        until: Option<Timestamp>,
    },
    /// It will not be published as it is.
    Failed {
        /// Why.
        reason: Failure,
    },
    /// Nobody knows whether it is on Pinterest.
    NeedsReview {
        /// Why.
        reason: Doubt,
        /// Pins on the board that may be it.
        candidates: Vec<Candidate>,
    },
    /// Its owner called it off.
    Cancelled,
}

super::attempt::words! {
    /// The states' names.
    Status {
        /// See [`State::Draft`].
        Draft = "draft", "Not scheduled yet.";
        /// See [`State::Scheduled`].
        Scheduled = "scheduled", "Waiting for its time.";
        /// See [`State::Publishing`].
        Publishing = "publishing", "Being published.";
        /// See [`State::Published`].
        Published = "published", "On Pinterest.";
        /// See [`State::Held`].
        Held = "held", "On hold; its reason says why.";
        /// See [`State::Failed`].
        Failed = "failed", "Not published.";
        /// See [`State::NeedsReview`].
        NeedsReview = "needs_review", "May or may not be on Pinterest.";
        /// See [`State::Cancelled`].
        Cancelled = "cancelled", "Cancelled.";
    }
}

impl Status {
    /// Whether the pin is to go out: at its time, when what holds it is gone, or at this moment.
    pub fn waits(self) -> bool {
        matches!(self, Self::Scheduled | Self::Held | Self::Publishing)
    }
}

impl State {
    /// The state's name.
    pub fn status(&self) -> Status {
        match self {
            Self::Draft => Status::Draft,
            Self::Scheduled { .. } => Status::Scheduled,
            Self::Publishing { .. } | Self::Checking(_) => Status::Publishing,
            Self::Published { .. } => Status::Published,
            Self::Held { .. } => Status::Held,
            Self::Failed { .. } => Status::Failed,
            Self::NeedsReview { .. } => Status::NeedsReview,
            Self::Cancelled => Status::Cancelled,
        }
    }
}

/// Where a pin goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The account that publishes it.
    pub account_id: AccountId,
    /// The mode of that account.
    pub mode: Mode,
    /// The board.
    pub board_id: BoardId,
    /// Which section of the board, if any.
    pub section_id: Option<SectionId>,
    /// Whether the board was seen in the account.
    pub board_verified: bool,
}

impl Pin {
    /// A new draft of `owner`.
    pub fn draft(id: PinId, owner: OwnerId, to: Destination, content: Content, now: Timestamp) -> Self {
        Self {
            id,
            owner,
            account_id: to.account_id,
            mode: to.mode,
            board_id: to.board_id,
            section_id: to.section_id,
            board_verified: to.board_verified,
            picture: None,
            video: content.media().is_video().then(VideoUpload::default),
            content,
            publish_at: None,
            slot: None,
            state: State::Draft,
            warning: None,
            ahead: None,
            taken_down_at: None,
            due: None,
            attempts: Vec::new(),
            created_by: None,
            history: Vec::new(),
            attempts_begun: 0,
            pinterest_clock_s: None,
            request_fingerprint: None,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// The partition in which the pin waits while nothing is in its way.
    pub fn open_partition(&self) -> Partition {
        Partition::Open(self.mode, Shard::of(&self.account_id))
    }

    /// Whether the pin waits out of the publisher's way until something releases it.
    pub fn is_parked(&self) -> bool {
        matches!(self.state, State::Held { .. }) && self.due.as_ref().is_some_and(|due| due.partition.is_parking())
    }

    /// The slot in which the pin goes out, which is none any more once it has another time.
    pub fn is_in_slot(&self) -> Option<Timestamp> {
        let spread = SignedDuration::from_secs(LONGEST_SPREAD_SECONDS.into());
        let (slot, at) = (self.slot?, self.publish_at?);
        (slot..=slot + spread).contains(&at).then_some(slot)
    }

    /// Whether the pin is too late at `now` to be published without asking.
    pub fn is_missed(&self, now: Timestamp) -> bool {
        self.publish_at.is_some_and(|at| now.duration_since(at) > GRACE)
    }

    /// Whether the pin is so late at `now` that it counts as held up. One with a video is not late while the video is on its
    /// way.
    pub fn is_late(&self, now: Timestamp) -> bool {
        let ready = self.video.as_ref().and_then(|video| match video.stage {
            VideoStage::Ready { since, .. } => Some(since),
            _ => None,
        });
        self.publish_at.is_some_and(|at| now.duration_since(ready.map_or(at, |ready| ready.max(at))) > LATE)
    }

    /// The address of the published pin.
    pub fn pinterest_url(&self) -> Option<String> {
        match &self.state {
            State::Published { pinterest_pin_id, .. } if self.taken_down_at.is_none() => Some(pinterest_pin_id.url()),
            _ => None,
        }
    }
}

/// Cuts a moment to the millisecond, which is what the due index keeps.
pub fn to_millisecond(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}
