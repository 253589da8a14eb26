//! A pin as clients read it, with the holds that are derived when it is read.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::note::{self, NoteBody};
use super::{PreviewBody, Reason};
use crate::domain::{
    AccountId, Attempt, BoardId, Candidate, Check, Content, Cover, HistoryEntry, Hold, Media, MediaId, Mode, Pin,
    PinId, PinterestPinId, SectionId, Settings, Slide, State, Status,
};
use crate::store::PreviewAddresses;

pub mod description;

/// The Pin of the HTTP contract.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Pin)]
pub struct PinBody {
    id: PinId,
    account_id: AccountId,
    mode: Mode,
    board_id: BoardId,
    #[schema(required)]
    section_id: Option<SectionId>,
    /// Whether the board was seen in the account when the pin was scheduled.
    board_verified: bool,
    content: ContentBody,
    preview: PreviewBody,
    #[schema(schema_with = description::statuses)]
    status: &'static str,
    /// Why the pin is not out; `null` where there is nothing to say.
    #[schema(schema_with = description::reason)]
    reason: Option<Reason>,
    /// What texts and links have that may not be meant, while they can be changed; and in the answer to a change what is worth
    /// knowing of a new time.
    notes: Vec<NoteBody>,
    /// What would keep the pin from going out at its time, seen a quarter of an hour before; otherwise `null`.
    #[schema(schema_with = description::warning)]
    warning: Option<Reason>,
    /// When a held pin is tried again by itself, or its turn comes, as far as that is known.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    held_until: Option<Timestamp>,
    /// How many pins of its account went before it when it was put behind them, where it waits for that; otherwise `null`.
    #[schema(required)]
    ahead: Option<u32>,
    /// When a pin that met with a setback is tried again, or one in doubt looked for; otherwise `null`.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    next_attempt_at: Option<Timestamp>,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    publish_at: Option<Timestamp>,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    published_at: Option<Timestamp>,
    #[schema(required)]
    lateness_ms: Option<i64>,
    #[schema(required)]
    pinterest_pin_id: Option<PinterestPinId>,
    #[schema(required)]
    pinterest_url: Option<String>,
    /// When somebody took it down from Pinterest here; `null` where nobody did.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    taken_down_at: Option<Timestamp>,
    /// Pins on the board that may be this one, while it needs review; otherwise empty.
    candidates: Vec<CandidateBody>,
    attempts: Vec<AttemptBody>,
    /// That it was created, and the last ten times that somebody edited, moved or cancelled it, oldest first.
    history: Vec<HistoryBody>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// What a pin shows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PinContent)]
pub struct ContentBody {
    #[schema(required)]
    title: Option<String>,
    #[schema(required)]
    description: Option<String>,
    #[schema(required)]
    alt_text: Option<String>,
    #[schema(required)]
    link: Option<String>,
    #[schema(required)]
    dominant_color: Option<String>,
    /// What was made with AI; empty where nothing is declared.
    #[schema(schema_with = description::ai_disclosures)]
    ai_disclosures: Vec<&'static str>,
    media: MediaBody,
}

/// The picture.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "source_type", rename_all = "snake_case")]
#[schema(as = Media)]
enum MediaBody {
    /// An image that Pinterest fetches.
    ImageUrl {
        /// Its address.
        url: String,
    },
    /// An image of the owner's own.
    Media {
        /// Which.
        media_id: MediaId,
    },
    /// A video of the owner's own.
    Video {
        /// Which.
        media_id: MediaId,
        /// What is shown before it plays.
        cover: CoverBody,
        /// How far it is with Pinterest; `null` where nothing becomes of it.
        #[schema(required, schema_with = description::video_stages)]
        upload: Option<&'static str>,
    },
    /// Several images of the owner's own.
    Carousel {
        /// From the first to the last.
        items: Vec<SlideBody>,
    },
}

/// What is shown of a video before it plays: one of the two.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = Cover)]
enum CoverBody {
    /// A picture of the video itself.
    Second {
        /// At that second.
        at_seconds: u32,
    },
    /// An image of the owner's own.
    Image {
        /// Which.
        media_id: MediaId,
    },
}

/// One image of several.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CarouselItem)]
struct SlideBody {
    media_id: MediaId,
    #[schema(required)]
    title: Option<String>,
    #[schema(required)]
    description: Option<String>,
    #[schema(required)]
    link: Option<String>,
}

/// A pin on Pinterest that may be ours.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Candidate)]
struct CandidateBody {
    pinterest_pin_id: PinterestPinId,
    pinterest_url: String,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    created_at: Option<Timestamp>,
}

/// An entry of the timeline: a try, a look at the board, or what a person did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
struct AttemptBody {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(schema_with = description::kinds)]
    kind: &'static str,
    #[schema(schema_with = description::outcomes)]
    outcome: &'static str,
    #[schema(required)]
    http_status: Option<u16>,
    #[schema(required)]
    code: Option<i64>,
    #[schema(required)]
    message: Option<String>,
    #[schema(required)]
    request_id: Option<String>,
    #[schema(required)]
    took_ms: Option<u64>,
    /// Who asked for it: a hash that is the same for everything that they do, after `machine/` for a machine client; `null`
    /// where Pinwheel acted by itself.
    #[schema(required)]
    by: Option<String>,
}

/// Somebody's change of a pin.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HistoryEntry)]
struct HistoryBody {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(schema_with = description::actions)]
    action: &'static str,
    /// Who did it: a hash that is the same for everything that they do, after `machine/` for a machine client; `null` where it
    /// isn't known.
    #[schema(required)]
    by: Option<String>,
}

/// What holds every pin that waits, or every pin of a mode; nothing of it is stored.
fn derived_hold(pin: &Pin, settings: &Settings) -> Option<Hold> {
    if !matches!(pin.state.status(), Status::Scheduled | Status::Held) {
        return None;
    }
    let disabled = (!settings.enabled).then_some(Hold::Disabled);
    disabled.or((pin.mode != settings.mode).then_some(Hold::OtherMode))
}

/// The status that clients see.
pub fn status(pin: &Pin, settings: &Settings) -> Status {
    derived_hold(pin, settings).map_or(pin.state.status(), |_| Status::Held)
}

impl PinBody {
    /// Says `notes` as well.
    pub fn note(&mut self, notes: impl IntoIterator<Item = NoteBody>) {
        self.notes.extend(notes);
    }

    /// The pin as it stands under `settings`, with a picture that is signed with `previews`.
    pub fn new(pin: Pin, settings: &Settings, previews: &PreviewAddresses<'_>) -> Self {
        let derived = derived_hold(&pin, settings);
        let (published_at, lateness_ms, pinterest_pin_id) = match &pin.state {
            State::Published { at, lateness_ms, pinterest_pin_id } => {
                (Some(*at), Some(*lateness_ms), Some(pinterest_pin_id.clone()))
            }
            _ => (None, None, None),
        };
        Self {
            status: status(&pin, settings).code(),
            reason: derived.map(of_hold).or_else(|| reason(&pin.state)),
            notes: if can_be_changed(&pin) { note::bodies(pin.content.notes()) } else { Vec::new() },
            warning: pin.warning.map(|why| Reason { code: why.code(), message: why.message() }),
            held_until: until(&pin).filter(|_| derived.is_none()),
            ahead: pin.ahead.filter(|_| derived.is_none()),
            next_attempt_at: next_attempt(&pin).filter(|_| settings.enabled && pin.mode == settings.mode),
            pinterest_url: pin.pinterest_url(),
            published_at,
            lateness_ms,
            pinterest_pin_id,
            taken_down_at: pin.taken_down_at,
            candidates: candidates(&pin.state).iter().map(candidate).collect(),
            content: ContentBody::of_pin(&pin),
            preview: PreviewBody::of_pin(&pin, previews),
            history: pin.whole_history().map(history).collect(),
            attempts: pin.attempts.into_iter().map(attempt).collect(),
            id: pin.id,
            account_id: pin.account_id,
            mode: pin.mode,
            board_id: pin.board_id,
            section_id: pin.section_id,
            board_verified: pin.board_verified,
            publish_at: pin.publish_at,
            created_at: pin.created_at,
            updated_at: pin.updated_at,
        }
    }
}

fn can_be_changed(pin: &Pin) -> bool {
    matches!(pin.state.status(), Status::Draft | Status::Scheduled | Status::Held | Status::Failed)
}

fn reason(state: &State) -> Option<Reason> {
    match state {
        State::Scheduled { setback } => setback.map(|why| Reason { code: why.code(), message: why.message() }),
        State::Held { reason, .. } => Some(of_hold(*reason)),
        State::Failed { reason } => Some(Reason { code: reason.code(), message: reason.message() }),
        State::Checking(_) => Some(Reason { code: Check::CODE, message: Check::MESSAGE }),
        State::NeedsReview { reason, .. } => Some(Reason { code: reason.code(), message: reason.message() }),
        State::Draft | State::Publishing { .. } | State::Published { .. } | State::Cancelled => None,
    }
}

fn candidates(state: &State) -> &[Candidate] {
    match state {
        State::NeedsReview { candidates, .. } => candidates,
        _ => &[],
    }
}

fn candidate(candidate: &Candidate) -> CandidateBody {
    CandidateBody {
        pinterest_pin_id: candidate.id.clone(),
        pinterest_url: candidate.id.url(),
        created_at: candidate.created_at,
    }
}

fn of_hold(hold: Hold) -> Reason {
    Reason { code: hold.code(), message: hold.message() }
}

fn until(pin: &Pin) -> Option<Timestamp> {
    match &pin.state {
        State::Held { until, .. } => *until,
        _ => None,
    }
}

fn next_attempt(pin: &Pin) -> Option<Timestamp> {
    match &pin.state {
        State::Scheduled { setback: Some(_) } | State::Checking(_) => pin.due.as_ref().map(|due| due.at),
        _ => None,
    }
}

impl MediaBody {
    fn of(media: &Media) -> Self {
        match media.clone() {
            Media::ImageUrl { url } => Self::ImageUrl { url },
            Media::Upload { id } => Self::Media { media_id: id },
            Media::Video { id, cover: Cover::Second(second) } => {
                Self::Video { media_id: id, cover: CoverBody::Second { at_seconds: second }, upload: None }
            }
            Media::Video { id, cover: Cover::Upload(cover) } => {
                Self::Video { media_id: id, cover: CoverBody::Image { media_id: cover }, upload: None }
            }
            Media::Carousel { slides } => Self::Carousel {
                items: slides
                    .into_iter()
                    .map(|Slide { id, title, description, link }| SlideBody { media_id: id, title, description, link })
                    .collect(),
            },
        }
    }
}

impl ContentBody {
    /// What a pin shows, with how far its video is.
    fn of_pin(pin: &Pin) -> Self {
        let mut content = Self::of(&pin.content);
        if let MediaBody::Video { upload, .. } = &mut content.media {
            let is_over = matches!(pin.state, State::Draft | State::Cancelled);
            *upload = pin.video.as_ref().filter(|_| !is_over).map(|video| video.stage.code());
        }
        content
    }

    /// What is shown.
    pub fn of(content: &Content) -> Self {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Self {
            title: own(content.title()),
            description: own(content.description()),
            alt_text: own(content.alt_text()),
            link: own(content.link()),
            dominant_color: own(content.dominant_color()),
            ai_disclosures: content.ai_disclosures().codes(),
            media: MediaBody::of(content.media()),
        }
    }
}

fn attempt(attempt: Attempt) -> AttemptBody {
    AttemptBody {
        at: attempt.at,
        kind: attempt.outcome.kind(),
        outcome: attempt.outcome.code(),
        http_status: attempt.http_status,
        code: attempt.code,
        message: attempt.message,
        request_id: attempt.request_id,
        took_ms: attempt.took_ms,
        by: attempt.by,
    }
}

fn history(entry: HistoryEntry) -> HistoryBody {
    HistoryBody { at: entry.at, action: entry.action.code(), by: entry.by }
}

#[cfg(test)]
mod tests;
