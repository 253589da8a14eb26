//! What this function says of itself as OpenAPI.

use shared::api::description::{GatewayMessage, complete as completed, words};
use shared::api::{ProblemBody, Reason};
use shared::domain::{MediaKind, MediaProblem, MediaStatus, MediaWarning, ThumbnailKind};
use shared::problems;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::{OpenApi, ToSchema};

use crate::{ROUTES, announce, complete, delete, list, show};

#[derive(OpenApi)]
#[openapi(
    paths(list::list, announce::announce, show::show, complete::complete, delete::delete),
    components(schemas(ProblemBody, GatewayMessage))
)]
struct Description;

/// The description of this function.
pub fn description() -> utoipa::openapi::OpenApi {
    completed(Description::openapi(), ROUTES)
}

/// A file that is to be uploaded.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`announce` reads its fields one by one, to name every wrong one")]
pub struct NewMediaFile {
    #[schema(schema_with = content_types)]
    content_type: String,
    /// In bytes: up to 20,000,000 of an image and 2,000,000,000 of a video.
    #[schema(minimum = 1, maximum = 2_000_000_000)]
    size: u64,
    /// What you call it.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// A small picture of it, such as a browser makes, to be uploaded beside it.
    thumbnail: Option<NewThumbnail>,
    /// The mean colour of its picture, `#rrggbb`, for its place until it is loaded.
    #[schema(pattern = "^#[0-9a-fA-F]{6}$")]
    color: Option<String>,
}

/// A small picture, at most 480 pixels wide and high.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`announce` reads its fields one by one, to name every wrong one")]
pub struct NewThumbnail {
    #[schema(schema_with = thumbnail_types)]
    content_type: String,
    /// In bytes.
    #[schema(minimum = 1, maximum = 60_000)]
    size: u64,
}

problems!(
    /// Why files are not listed.
    ListMedia: USER QUERY
);
problems!(
    /// Why a file is not taken.
    Announce: USER CHANGE BODY, 409: "limit_reached"
);
problems!(
    /// Why a file is not shown.
    ShowMedia: USER PATH
);
problems!(
    /// Why a file is not checked.
    Complete: USER CHANGE PATH, 409: "not_uploaded" "changed_meanwhile" "limit_reached"
);
problems!(
    /// Why a file is not deleted.
    DeleteMedia: USER CHANGE PATH, 409: "media_in_use" "changed_meanwhile"
);

/// How a file stands.
pub fn statuses() -> ObjectBuilder {
    words(MediaStatus::table())
}

/// What may be wrong with a file.
pub fn problems() -> ArrayBuilder {
    ArrayBuilder::new().items(Reason::described(MediaProblem::table()))
}

/// What is worth knowing of a file.
pub fn warnings() -> ArrayBuilder {
    ArrayBuilder::new().items(Reason::described(MediaWarning::table()))
}

/// The kinds of files.
pub fn content_types() -> ObjectBuilder {
    let kinds = MediaKind::ALL.map(MediaKind::content_type);
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(kinds))
}

/// The kinds of thumbnails.
pub fn thumbnail_types() -> ObjectBuilder {
    let kinds = ThumbnailKind::ALL.map(ThumbnailKind::content_type);
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(kinds))
}

/// The one method of an upload.
pub fn put() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(["PUT"]))
}
