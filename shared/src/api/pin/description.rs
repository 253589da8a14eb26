//! What a pin says of itself in the description.

use utoipa::openapi::OneOfBuilder;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};

use crate::api::description::words;
use crate::api::{Note, Reason};
use crate::domain::{
    Action, AiDisclosure, AttemptOutcome, Check, ContentNote, Doubt, Failure, Hold, Setback, Status, VideoStage,
    Warning,
};

/// How a pin stands.
pub fn statuses() -> ObjectBuilder {
    words(Status::table())
}

/// Why a pin is not out.
pub fn reason() -> OneOfBuilder {
    let checking = std::iter::once((Check::CODE, Check::MESSAGE));
    Reason::described(
        Hold::table().chain(Setback::table()).chain(checking).chain(Failure::table()).chain(Doubt::table()),
    )
}

/// What would keep a pin from going out.
pub fn warning() -> OneOfBuilder {
    Reason::described(Warning::table())
}

/// What kinds of entries a timeline has.
pub fn kinds() -> ObjectBuilder {
    words([
        ("publish", "an attempt to publish."),
        ("look", "a check of the board for a pin whose outcome was unknown."),
        ("video", "a step in sending the pin's video to Pinterest."),
        ("retry", "someone retried the pin."),
        ("resolve", "someone resolved a pin that needed review."),
        ("take_down", "someone took the pin down from Pinterest, or tried to."),
    ])
}

/// What somebody did to a pin.
pub fn actions() -> ObjectBuilder {
    words(Action::table())
}

/// What came of a try.
pub fn outcomes() -> ObjectBuilder {
    words(AttemptOutcome::table())
}

/// How far a video is with Pinterest.
pub fn video_stages() -> OneOfBuilder {
    let none = ObjectBuilder::new().schema_type(SchemaType::new(Type::Null));
    OneOfBuilder::new().item(words(VideoStage::TABLE)).item(none)
}

/// What can be declared of AI.
pub fn ai_disclosures() -> ArrayBuilder {
    let words = words([
        ("ai_modified", "the image or video was created or edited with AI."),
        ("synthetic_performer", "a person who can be seen or heard was generated with AI."),
    ]);
    ArrayBuilder::new().items(words).unique_items(true).max_items(Some(AiDisclosure::ALL.len()))
}

/// What pins that are too close have in common.
pub fn alikes() -> ObjectBuilder {
    words([("link", "they lead to the same page."), ("image", "they show the same image.")])
}

/// What a change of its time alone says of a pin.
const TOO_CLOSE: (&str, &str) =
    ("too_close", "in the answer to a change: another pin with the same link or image is closer than the plan allows.");

/// What can be done to the time of a pin, and what there can be to know of its content.
pub fn notes() -> ObjectBuilder {
    words(Note::ALL.map(Note::told).into_iter().chain([TOO_CLOSE]).chain(ContentNote::ALL))
}
