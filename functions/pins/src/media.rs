//! Whether a pin can be made with uploaded files, and that they stay for it.

use shared::api::Problem;
use shared::domain::{Content, Cover, FieldError, Media, MediaFile, MediaId, MediaStatus, Mode, Picture};
use shared::store::{StoreError, Stored};

use crate::desk::Desk;

/// What is said of a file that is not there, or somebody else's.
pub const ABSENT: &str = "This file doesn't exist. Upload it and use its ID.";

/// The field of the file that a pin shows.
const FILE: &str = "content.media.media_id";

const SANDBOX: &str = "Pinterest's sandbox doesn't accept video pins. Use an image, or schedule the video for an \
                       account in live mode.";

/// The code of what is said of a carousel where the settings do not allow any.
pub const NOT_ALLOWED: &str = "carousels_disabled";

const CAROUSELS: &str = "Carousels are switched off, because Pinterest may show them as something else. Create one \
                         pin per image, or ask an administrator to allow carousels in the settings.";

/// How often a row that changes meanwhile is read again.
const TRIES: usize = 3;

/// Notes what speaks against the files of `content`, for an account of `mode`.
pub async fn check(
    desk: &Desk,
    mode: Mode,
    content: Option<&Content>,
    errors: &mut Vec<FieldError>,
) -> Result<(), Problem> {
    let Some(content) = content else { return Ok(()) };
    match content.media() {
        Media::ImageUrl { .. } => {}
        Media::Upload { id } => {
            find(desk, FILE, (id, Wanted::Image), errors).await?;
        }
        Media::Video { id, cover } => {
            if mode == Mode::Sandbox {
                errors.push(FieldError::new("content.media.source_type", "video_in_sandbox", SANDBOX));
            }
            let video = find(desk, FILE, (id, Wanted::Video), errors).await?;
            check_cover(desk, cover, video.as_ref(), errors).await?;
        }
        Media::Carousel { slides } => {
            if !desk.settings.carousels {
                errors.push(FieldError::new("content.media.source_type", NOT_ALLOWED, CAROUSELS));
            }
            let mut files = Vec::with_capacity(slides.len());
            for (index, slide) in slides.iter().enumerate() {
                let field = format!("content.media.items[{index}].media_id");
                files.push(find(desk, &field, (&slide.id, Wanted::Image), errors).await?);
            }
            check_shapes(&files, errors);
        }
    }
    Ok(())
}

async fn check_cover(
    desk: &Desk,
    cover: &Cover,
    video: Option<&MediaFile>,
    errors: &mut Vec<FieldError>,
) -> Result<(), Problem> {
    match cover {
        Cover::Upload(id) => {
            find(desk, "content.media.cover.media_id", (id, Wanted::Image), errors).await?;
        }
        Cover::Second(second) => {
            let length = video.and_then(|video| video.shape.duration_ms);
            if let Some(length) = length.filter(|length| u64::from(*second) * 1000 > *length) {
                let message = format!("The video is {} seconds long. Choose a second within it.", length / 1000);
                errors.push(FieldError::new("content.media.cover.at_seconds", "past_the_end", message));
            }
        }
    }
    Ok(())
}

/// Pinterest shows the images of a carousel in one frame: each has to have the shape of the first, in whatever size.
fn check_shapes(files: &[Option<MediaFile>], errors: &mut Vec<FieldError>) {
    let size = |file: &MediaFile| file.shape.width.zip(file.shape.height);
    let Some(first) = files.first().and_then(Option::as_ref).and_then(size) else { return };
    for (index, file) in files.iter().enumerate().skip(1) {
        if let Some((width, height)) = file.as_ref().and_then(size).filter(|found| !same_shape(first, *found)) {
            let message = format!(
                "All images of a carousel need the same aspect ratio. The first is {} by {} pixels, this one {width} \
                 by {height}. Crop it to the same ratio.",
                first.0, first.1
            );
            errors.push(FieldError::new(format!("content.media.items[{index}].media_id"), "ratio_differs", message));
        }
    }
}

/// Whether one is the other in another size, give or take the pixel that scaling rounds away.
fn same_shape(one: (u32, u32), other: (u32, u32)) -> bool {
    let [(width, height), (other_width, other_height)] = [one, other].map(|(w, h)| (u64::from(w), u64::from(h)));
    (width * other_height).abs_diff(other_width * height) <= width.max(height).max(other_width).max(other_height)
}

/// What a file is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Image,
    Video,
}

/// The file, or what speaks against it.
async fn find(
    desk: &Desk,
    field: &str,
    (id, wanted): (&MediaId, Wanted),
    errors: &mut Vec<FieldError>,
) -> Result<Option<MediaFile>, Problem> {
    let file = load(desk, id).await?;
    let objection = match &file {
        None => Some(("not_found", ABSENT)),
        Some(file) => objection(file, wanted),
    };
    let is_good = objection.is_none();
    errors.extend(objection.map(|(code, message)| FieldError::new(field, code, message)));
    Ok(file.filter(|_| is_good))
}

/// The file, if it is there.
pub async fn load(desk: &Desk, id: &MediaId) -> Result<Option<MediaFile>, Problem> {
    let file = desk.function.platform.media.load(&desk.owner, id).await?;
    Ok(file.filter(|file| file.is_there(desk.now)))
}

/// Lets the files of `content` stay until their owner deletes them; answers what is known of the picture that is shown first.
pub async fn keep(desk: &Desk, content: &Content) -> Result<Option<Box<Picture>>, Problem> {
    let mut files = Vec::new();
    for id in content.media().files() {
        files.push(keep_one(desk, id).await?);
    }
    let picture = |index: usize| files.get(index)?.as_ref().map(Picture::of);
    let shown = match content.media() {
        Media::Video { cover: Cover::Upload(_), .. } => {
            let duration_ms = picture(0).and_then(|video| video.duration_ms);
            picture(1).map(|cover| Picture { duration_ms, ..cover })
        }
        _ => picture(0),
    };
    Ok(shown.map(Box::new))
}

/// Its bytes first: should this die in between, they stay for too long, and are not missing when the pin is due.
async fn keep_one(desk: &Desk, id: &MediaId) -> Result<Option<MediaFile>, Problem> {
    let platform = &desk.function.platform;
    for _ in 0..TRIES {
        let file = platform.media.load(&desk.owner, id).await?;
        let file = match file {
            Some(file) if file.expires_at.is_some() && file.status == MediaStatus::Ready => file,
            settled => return Ok(settled),
        };
        platform.objects.keep(&file, Stored::Used).await?;
        let kept = MediaFile { expires_at: None, ..file.clone() };
        match platform.media.replace(&file, &kept).await {
            Err(StoreError::Conflict) => {}
            done => return Ok(done.map(|()| Some(kept))?),
        }
    }
    Ok(None)
}

fn objection(file: &MediaFile, wanted: Wanted) -> Option<(&'static str, &'static str)> {
    match (file.status, wanted) {
        (MediaStatus::AwaitingUpload, _) => {
            Some(("media_not_ready", "The file hasn't been checked yet. Finish uploading it first."))
        }
        (MediaStatus::Rejected, _) => {
            Some(("media_rejected", "Pinterest would reject this file. Open the file to see why and what to do."))
        }
        (MediaStatus::Deleting, _) => Some(("not_found", ABSENT)),
        (MediaStatus::Ready, Wanted::Image) if file.kind.is_video() => Some((
            "not_an_image",
            "This file is a video. Use {\"source_type\": \"video\", \"media_id\": …}. Covers and carousels need JPEG \
             or PNG.",
        )),
        (MediaStatus::Ready, Wanted::Video) if !file.kind.is_video() => {
            Some(("not_a_video", "This file is an image. Use {\"source_type\": \"media\", \"media_id\": …}."))
        }
        (MediaStatus::Ready, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::same_shape;

    #[test]
    fn images_of_a_carousel_have_one_ratio_in_any_size() {
        for (one, other, same) in [
            ((1000, 1500), (1000, 1500), true),
            ((1000, 1500), (600, 900), true),
            ((1000, 1500), (333, 500), true),
            ((1080, 1080), (500, 500), true),
            ((1000, 1500), (1500, 1000), false),
            ((1000, 1500), (1000, 1490), false),
            ((1080, 1080), (1080, 1350), false),
            ((u32::MAX, u32::MAX), (1, 1), true),
        ] {
            assert_eq!(same_shape(one, other), same, "{one:?} {other:?}");
            assert_eq!(same_shape(other, one), same, "{other:?} {one:?}");
        }
    }
}
