//! What content says of itself as it is given.

use shared::api::description::words;
use shared::api::pin::description::ai_disclosures;
use shared::domain::MediaId;
use utoipa::ToSchema;
use utoipa::openapi::OneOfBuilder;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

/// What a new pin shows, within Pinterest's limits.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`content` reads its fields one by one, to name every wrong one")]
pub struct NewContent {
    #[schema(max_length = 100)]
    title: Option<String>,
    #[schema(max_length = 800)]
    description: Option<String>,
    #[schema(max_length = 500)]
    alt_text: Option<String>,
    /// Where the pin leads: an http or https address.
    #[schema(max_length = 2048)]
    link: Option<String>,
    #[schema(pattern = "^#[0-9A-Fa-f]{6}$")]
    dominant_color: Option<String>,
    /// What was made with AI, which Pinterest's policy asks creators to declare. Left out or `null`, the template says it, or nobody.
    #[schema(schema_with = given_ai_disclosures)]
    ai_disclosures: Option<Vec<String>>,
    media: NewMedia,
}

/// What a changed pin shows: a field that is given replaces the former one, `null` clears it, and what is not given stays.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`content` reads its fields one by one, to name every wrong one")]
pub struct ContentChange {
    #[schema(max_length = 100)]
    title: Option<String>,
    #[schema(max_length = 800)]
    description: Option<String>,
    #[schema(max_length = 500)]
    alt_text: Option<String>,
    #[schema(max_length = 2048)]
    link: Option<String>,
    #[schema(pattern = "^#[0-9A-Fa-f]{6}$")]
    dominant_color: Option<String>,
    /// What was made with AI, which Pinterest's policy asks creators to declare. `[]` or `null` takes it back.
    #[schema(schema_with = given_ai_disclosures)]
    ai_disclosures: Option<Vec<String>>,
    #[schema(nullable = false)]
    media: Option<NewMedia>,
}

/// A picture.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`content` reads its fields one by one, to name every wrong one")]
pub struct NewMedia {
    #[schema(schema_with = source_types)]
    source_type: String,
    /// For `image_url`: a JPEG or PNG that Pinterest can fetch without signing in.
    #[schema(max_length = 2048, nullable = false)]
    url: Option<String>,
    /// For `media` and `video`: an uploaded image or video that is `ready`.
    #[schema(nullable = false)]
    media_id: Option<MediaId>,
    /// For `video`: what is shown before it plays; the picture at one second where nothing is said.
    #[schema(nullable = false)]
    cover: Option<NewCover>,
    /// Only answered, and passed over.
    #[schema(nullable = false)]
    upload: Option<String>,
    /// For `carousel`: images of the same ratio of width to height.
    #[schema(nullable = false, min_items = 2, max_items = 5)]
    items: Option<Vec<NewSlide>>,
}

/// What is shown of a video before it plays: exactly one of the two.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`content::media` reads its fields one by one, to name every wrong one")]
pub struct NewCover {
    /// A picture of the video itself.
    #[schema(maximum = 900)]
    at_seconds: Option<u32>,
    /// An uploaded image that is `ready`.
    #[schema(pattern = "^media_[a-p]{12}[a-z2-7]{14}$")]
    media_id: Option<String>,
}

/// One image of a carousel.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`content::media` reads its fields one by one, to name every wrong one")]
pub struct NewSlide {
    /// An uploaded image that is `ready`.
    media_id: MediaId,
    #[schema(max_length = 100)]
    title: Option<String>,
    #[schema(max_length = 800)]
    description: Option<String>,
    /// Where the image leads: an http or https address.
    #[schema(max_length = 2048)]
    link: Option<String>,
}

/// The same as it is given: `null` says nothing of it.
pub fn given_ai_disclosures() -> OneOfBuilder {
    OneOfBuilder::new().item(ai_disclosures()).item(ObjectBuilder::new().schema_type(SchemaType::new(Type::Null)))
}

fn source_types() -> ObjectBuilder {
    words([
        ("image_url", "an image that Pinterest fetches from its URL."),
        ("media", "an image that you uploaded."),
        ("video", "a video that you uploaded; not in the sandbox."),
        ("carousel", "two to five images that you uploaded, if the settings allow carousels."),
    ])
}
