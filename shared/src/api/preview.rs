//! How a pin or a file is shown in small.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Cover, Media, MediaFile, MediaStatus, Picture, Pin};
use crate::store::PreviewAddresses;

/// A picture to show, and what to show while there is none.
///
/// A file of the owner's own has an address that is signed for it alone. It stays the same for an hour as a rule, so that
/// browsers keep the picture, and is good for at least one more; whoever has it can see the picture.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Preview)]
pub struct PreviewBody {
    /// Of the thumbnail where there is one, otherwise of the image itself; `null` for a video without a thumbnail, and for a
    /// file that is not `ready`. Of a carousel, the first image.
    #[schema(required)]
    url: Option<String>,
    /// Of the image or the video itself, in pixels; `null` where it is not known.
    #[schema(required)]
    width: Option<u32>,
    /// In pixels; `null` where it is not known.
    #[schema(required)]
    height: Option<u32>,
    /// A colour as `#rrggbb` for the place of the picture until it is there; `null` where it is not known.
    #[schema(required)]
    color: Option<String>,
    #[schema(schema_with = kinds)]
    kind: &'static str,
    /// Of a video, in milliseconds; `null` where it is not known.
    #[schema(required)]
    duration_ms: Option<u64>,
    /// When the address stops being good; `null` for one of the pin's own, which does not.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

impl PreviewBody {
    /// How `file` is shown.
    pub fn of_file(file: &MediaFile, addresses: &PreviewAddresses<'_>) -> Self {
        let picture = Picture::of(file);
        let can_be_shown = file.status == MediaStatus::Ready && (picture.has_thumbnail || !file.kind.is_video());
        let url = can_be_shown.then(|| addresses.sign(&file.owner, &file.id, picture.has_thumbnail));
        Self::new(file.kind.shown_as(), url, picture, addresses)
    }

    /// How `pin` is shown; nothing is read for it.
    pub fn of_pin(pin: &Pin, addresses: &PreviewAddresses<'_>) -> Self {
        let picture = pin.picture.as_deref().cloned().unwrap_or_default();
        let media = pin.content.media();
        let file = match media {
            Media::ImageUrl { .. } => None,
            Media::Upload { id } | Media::Video { cover: Cover::Upload(id), .. } => Some(id),
            Media::Video { id, cover: Cover::Second(_) } => Some(id).filter(|_| picture.has_thumbnail),
            Media::Carousel { slides } => slides.first().map(|slide| &slide.id),
        };
        let kind = match media {
            Media::ImageUrl { .. } | Media::Upload { .. } => "image",
            Media::Video { .. } => "video",
            Media::Carousel { .. } => "carousel",
        };
        let signed = file.map(|id| addresses.sign(&pin.owner, id, picture.has_thumbnail));
        let color = picture.color.clone().or_else(|| pin.content.dominant_color().map(str::to_owned));
        let shown = Self::new(kind, signed, Picture { color, ..picture }, addresses);
        match media {
            Media::ImageUrl { url } => Self { url: Some(url.clone()), ..shown },
            _ => shown,
        }
    }

    fn new(kind: &'static str, signed: Option<String>, picture: Picture, addresses: &PreviewAddresses<'_>) -> Self {
        Self {
            expires_at: signed.as_ref().map(|_| addresses.expires_at()),
            url: signed,
            width: picture.width,
            height: picture.height,
            color: picture.color,
            kind,
            duration_ms: picture.duration_ms,
        }
    }
}

fn kinds() -> utoipa::openapi::schema::ObjectBuilder {
    use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(["image", "video", "carousel"]))
}
