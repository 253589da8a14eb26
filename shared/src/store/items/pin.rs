//! The pin item.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::attempt::AttemptItem;
use super::history::HistoryItem;
use super::shown::ShownItem;
use super::video::VideoItem;
use crate::domain::content::Draft;
use crate::domain::{
    AccountId, AiDisclosures, Attempt, AttemptId, BoardId, Candidate, Check, Content, Doubt, Due, Failure, Hold, Mode,
    OwnerId, Partition, Picture, Pin, PinId, PinterestPinId, SectionId, Setback, State, Status, Warning,
};

/// A pin as it lies in the table.
///
/// `owner` and `publish_at` are the keys of the calendar index, `due_shard` and `due_at` those of the due index.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct PinItem {
    id: PinId,
    /// The owner as it stands in keys.
    owner: String,
    account_id: AccountId,
    mode: Mode,
    board_id: BoardId,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    section_id: Option<SectionId>,
    board_verified: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    alt_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    color: Option<String>,
    /// What was made with AI, a letter each.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ai: Option<String>,
    #[serde(flatten)]
    shown: ShownItem,
    /// What is known of the picture, see [`Picture::stored`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    picture: Option<String>,
    /// How far the video is; present for a video only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    video: Option<VideoItem>,
    /// The calendar key, see [`calendar_key`].
    publish_at: String,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    slot: Option<Timestamp>,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    warning: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    held_until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ahead: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    due_shard: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    due_at: Option<Timestamp>,
    /// The last claim; it stays after the outcome, so that a repeated write of that outcome is recognized.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    attempt_id: Option<AttemptId>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    lease_until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    published_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    lateness_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pinterest_id: Option<PinterestPinId>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    taken_down_at: Option<Timestamp>,
    /// Present while the pin is looked for; `check` is a word that DynamoDB keeps for itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    in_check: Option<CheckItem>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    candidates: Vec<CandidateItem>,
    attempts_begun: u32,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    attempts: Vec<AttemptItem>,
    #[serde(flatten)]
    history: HistoryItem,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    clock_s: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    request: Option<String>,
    #[serde(with = "millisecond::required")]
    created_at: Timestamp,
    #[serde(with = "millisecond::required")]
    updated_at: Timestamp,
    version: u64,
}

/// A check as it lies in the table; the attempt in doubt is the item's `attempt_id`.
#[derive(Serialize, Deserialize)]
struct CheckItem {
    #[serde(with = "millisecond::required")]
    since: Timestamp,
    #[serde(with = "millisecond::required")]
    until: Timestamp,
    absent: u8,
    unclear: u8,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    unclear_since: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct CandidateItem {
    id: PinterestPinId,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    at: Option<Timestamp>,
}

/// What a pin item that cannot be read has wrong.
#[derive(Debug, thiserror::Error)]
#[error("the pin's {0} is missing or not readable")]
pub(in crate::store) struct Incomplete(pub(super) &'static str);

/// The sort key of the calendar: the time or `draft#` and the time of creation, then the id.
fn calendar_key(pin: &Pin) -> String {
    match pin.publish_at {
        Some(at) => format!("{}#{}", calendar_moment(at), pin.id),
        None => format!("draft#{}#{}", calendar_moment(pin.created_at), pin.id),
    }
}

/// A moment as the calendar sorts it: to the millisecond, always of the same length.
pub(in crate::store) fn calendar_moment(moment: Timestamp) -> String {
    format!("{moment:.3}")
}

impl From<&Pin> for PinItem {
    fn from(pin: &Pin) -> Self {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let mut item = Self {
            id: pin.id.clone(),
            owner: crate::store::key::encoded(&pin.owner),
            account_id: pin.account_id.clone(),
            mode: pin.mode,
            board_id: pin.board_id.clone(),
            section_id: pin.section_id.clone(),
            board_verified: pin.board_verified,
            title: own(pin.content.title()),
            description: own(pin.content.description()),
            alt_text: own(pin.content.alt_text()),
            link: own(pin.content.link()),
            color: own(pin.content.dominant_color()),
            ai: pin.content.ai_disclosures().stored(),
            shown: ShownItem::from(pin.content.media()),
            picture: pin.picture.as_deref().map(Picture::stored),
            video: pin.video.as_ref().map(VideoItem::from),
            publish_at: calendar_key(pin),
            slot: pin.slot,
            status: pin.state.status().code().to_owned(),
            reason: None,
            warning: pin.warning.map(|warning| warning.stored().to_owned()),
            held_until: None,
            ahead: pin.ahead,
            due_shard: pin.due.as_ref().map(|due| due.partition.to_string()),
            due_at: pin.due.as_ref().map(|due| due.at),
            attempt_id: pin.attempts.last().map(|attempt| attempt.id.clone()),
            lease_until: None,
            published_at: None,
            lateness_ms: None,
            pinterest_id: None,
            taken_down_at: pin.taken_down_at,
            in_check: None,
            candidates: Vec::new(),
            attempts_begun: pin.attempts_begun,
            attempts: pin.attempts.iter().map(AttemptItem::from).collect(),
            history: HistoryItem::from(pin),
            clock_s: pin.pinterest_clock_s,
            request: pin.request_fingerprint.clone(),
            created_at: pin.created_at,
            updated_at: pin.updated_at,
            version: pin.version,
        };
        item.set_state(&pin.state);
        item
    }
}

impl PinItem {
    fn set_state(&mut self, state: &State) {
        match state {
            State::Draft | State::Cancelled => {}
            State::Scheduled { setback } => self.reason = setback.map(|setback| setback.stored().to_owned()),
            State::Publishing { attempt, lease_until } => {
                self.attempt_id = Some(attempt.clone());
                self.lease_until = Some(*lease_until);
            }
            State::Checking(check) => {
                self.attempt_id = Some(check.attempt.clone());
                self.in_check = Some(CheckItem::from(check));
            }
            State::Published { at, lateness_ms, pinterest_pin_id } => {
                self.published_at = Some(*at);
                self.lateness_ms = Some(*lateness_ms);
                self.pinterest_id = Some(pinterest_pin_id.clone());
            }
            State::Held { reason, until } => {
                self.reason = Some(reason.stored().to_owned());
                self.held_until = *until;
            }
            State::Failed { reason } => self.reason = Some(reason.stored().to_owned()),
            State::NeedsReview { reason, candidates } => {
                self.reason = Some(reason.stored().to_owned());
                self.candidates = candidates.iter().map(CandidateItem::from).collect();
            }
        }
    }

    fn state(&self) -> Result<State, Incomplete> {
        let reason = self.reason.as_deref().unwrap_or_default();
        Ok(match Status::from_code(&self.status).ok_or(Incomplete("status"))? {
            Status::Draft => State::Draft,
            Status::Scheduled => State::Scheduled {
                // Whatever set it back, it waits for the time that is stored beside it.
                setback: self.reason.as_deref().map(Setback::from_stored),
            },
            Status::Publishing => {
                let attempt = self.attempt_id.clone().ok_or(Incomplete("attempt"))?;
                match &self.in_check {
                    Some(check) => State::Checking(check.of(attempt)),
                    None => State::Publishing { attempt, lease_until: self.lease_until.ok_or(Incomplete("lease"))? },
                }
            }
            Status::Published => State::Published {
                at: self.published_at.ok_or(Incomplete("time of publishing"))?,
                lateness_ms: self.lateness_ms.unwrap_or_default(),
                pinterest_pin_id: self.pinterest_id.clone().ok_or(Incomplete("Pinterest id"))?,
            },
            Status::Held => State::Held { reason: Hold::from_stored(reason), until: self.held_until },
            Status::Failed => State::Failed { reason: Failure::from_stored(reason) },
            Status::NeedsReview => State::NeedsReview {
                reason: Doubt::from_stored(reason),
                candidates: self.candidates.iter().map(CandidateItem::candidate).collect(),
            },
            Status::Cancelled => State::Cancelled,
        })
    }

    fn due(&self) -> Result<Option<Due>, Incomplete> {
        let (Some(partition), Some(at)) = (&self.due_shard, self.due_at) else { return Ok(None) };
        Ok(Some(Due { partition: Partition::from_str(partition).map_err(|()| Incomplete("due partition"))?, at }))
    }

    fn owner(&self) -> Result<OwnerId, Incomplete> {
        crate::store::key::owner_of(&format!("owner#{}", self.owner)).ok_or(Incomplete("owner"))
    }

    fn scheduled_for(&self) -> Result<Option<Timestamp>, Incomplete> {
        match self.publish_at.split_once('#') {
            Some(("draft", _)) => Ok(None),
            Some((moment, _)) => moment.parse().map(Some).map_err(|_| Incomplete("time")),
            None => Err(Incomplete("time")),
        }
    }
}

impl TryFrom<PinItem> for Pin {
    type Error = Incomplete;

    fn try_from(item: PinItem) -> Result<Self, Incomplete> {
        let (state, due, owner, publish_at) = (item.state()?, item.due()?, item.owner()?, item.scheduled_for()?);
        let (created_by, history) = item.history.read();
        let draft = Draft {
            title: item.title,
            description: item.description,
            alt_text: item.alt_text,
            link: item.link,
            dominant_color: item.color,
            ai_disclosures: Some(AiDisclosures::restore(item.ai.as_deref())),
            media: item.shown.into(),
        };
        Ok(Self {
            id: item.id,
            owner,
            account_id: item.account_id,
            mode: item.mode,
            board_id: item.board_id,
            section_id: item.section_id,
            board_verified: item.board_verified,
            content: Content::restore(draft),
            picture: item.picture.as_deref().map(Picture::from_stored).map(Box::new),
            video: item.video.map(VideoItem::video).transpose()?,
            publish_at,
            slot: item.slot,
            state,
            warning: item.warning.as_deref().map(Warning::from_stored),
            ahead: item.ahead,
            taken_down_at: item.taken_down_at,
            due,
            attempts: item.attempts.into_iter().map(Attempt::from).collect(),
            created_by,
            history,
            attempts_begun: item.attempts_begun,
            pinterest_clock_s: item.clock_s,
            request_fingerprint: item.request,
            created_at: item.created_at,
            updated_at: item.updated_at,
            version: item.version,
        })
    }
}

impl From<&Check> for CheckItem {
    fn from(check: &Check) -> Self {
        Self {
            since: check.since,
            until: check.until,
            absent: check.absent,
            unclear: check.unclear,
            unclear_since: check.unclear_since,
        }
    }
}

impl CheckItem {
    fn of(&self, attempt: AttemptId) -> Check {
        Check {
            attempt,
            since: self.since,
            until: self.until,
            absent: self.absent,
            unclear: self.unclear,
            unclear_since: self.unclear_since,
        }
    }
}

impl From<&Candidate> for CandidateItem {
    fn from(candidate: &Candidate) -> Self {
        Self { id: candidate.id.clone(), at: candidate.created_at }
    }
}

impl CandidateItem {
    fn candidate(&self) -> Candidate {
        Candidate { id: self.id.clone(), created_at: self.at }
    }
}
