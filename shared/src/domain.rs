//! What Pinwheel is about, without I/O, clocks or wire formats.
//!
//! Scalars (ids, modes, words) know their text form; the things made of them (pins, accounts, settings) are not
//! serialized as such: stores and handlers have shapes of their own.

pub mod account;
pub mod analytics;
pub mod attempt;
pub mod attention;
pub mod characters;
pub mod check;
pub mod circuit;
pub mod content;
pub mod due;
pub mod entities;
pub mod erasure;
pub mod event;
pub mod fields;
pub mod history;
pub mod id;
pub mod import;
pub mod limits;
pub mod media;
pub mod mode;
pub mod picture;
pub mod pin;
pub mod pin_edit;
pub mod pin_moves;
pub mod pin_settle;
pub mod place;
pub mod plan;
pub mod reason;
pub mod scope;
pub mod settings;
mod stored_word;
pub mod template;
pub mod video;
pub mod webhook;
pub mod words;

pub use account::{
    Account, AccountHold, Connection, DoubtfulPin, Person, ReconnectReason, Resuming, SealedToken, SealedTokens,
};
pub use analytics::{Counts, DayRange, Metric};
pub use attempt::{Attempt, AttemptOutcome};
pub use attention::Attention;
pub use check::{Candidate, Check};
pub use circuit::{Circuit, CircuitKind};
pub use content::{AiDisclosure, AiDisclosures, Content, ContentNote, Cover, Media, Slide};
pub use due::{Due, Partition, Shard};
pub use erasure::{Erasure, ErasureState};
pub use event::{AccountState, Event, EventType, Happening, ImportState, Subject};
pub use fields::FieldError;
pub use history::{Action, HistoryEntry};
pub use id::{
    AccountId, AppId, AttemptId, BoardId, ConnectLinkId, EventId, ImportId, InvalidId, MediaId, OwnerId, PinId,
    PinterestMediaId, PinterestPinId, PinterestUserId, SectionId, TemplateId, WebhookId,
};
pub use import::{Import, ImportedRow, PlannedPin, RowNote};
pub use limits::{Limit, Limits, Reached};
pub use media::{MediaFile, MediaKind, MediaProblem, MediaStatus, MediaWarning, Shape};
pub use mode::Mode;
pub use picture::{Picture, Thumbnail, ThumbnailKind, ThumbnailState};
pub use pin::{Destination, Pin, State, Status};
pub use pin_edit::{Edit, NewTime};
pub use pin_moves::{IllegalMove, Turn, Wait};
pub use place::{
    BoardEntry, BoardIndex, FoundBoard, GivenBoard, GivenSection, Miss, MissedBoard, NoPlace, SectionEntry,
    SectionIndex, Suggestions,
};
pub use plan::{Alike, Clash, Neighbour, Neighbours, Plan, QuietHours, Slot, Zone};
pub use reason::{Doubt, Failure, Hold, Setback, Warning};
pub use scope::{Scope, Scopes};
pub use settings::{SecretRef, Settings};
pub use template::Template;
pub use video::{VideoStage, VideoUpload};
pub use webhook::{
    Delivery, DeliveryError, DeliveryStatus, Disabled, DisabledReason, OpenDelivery, Progress, Secrets, Webhook,
};
pub use words::{Likeness, Words};
