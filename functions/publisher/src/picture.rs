//! What Pinterest gets to show: addresses at which it fetches images, and the video that it has already.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use shared::domain::{Cover, Failure, Media, MediaFile, MediaId, Pin, Setback, Slide, VideoStage};
use shared::pinterest::{MediaSource, PostedSlide};
use shared::store::StoreError;

use crate::Publisher;
use crate::ending::Ending;

/// How long Pinterest may take to fetch an image of ours.
const GOOD_FOR: Duration = Duration::from_hours(1);

/// The picture of a pin as it is posted.
#[derive(Debug)]
pub struct Picture {
    /// The addresses of its images, in their order.
    addresses: Vec<SecretString>,
    /// Pinterest's id of its video.
    video: Option<String>,
}

/// Gets ready what `pin` shows, or says how the attempt ends without it.
///
/// Whoever has a signed address can read the file, so it is made for one attempt and is kept nowhere.
pub async fn of(publisher: &Publisher, pin: &Pin) -> Result<Picture, Ending> {
    let video = match pin.video.as_ref().map(|video| &video.stage) {
        None => None,
        Some(VideoStage::Ready { media_id, .. }) => Some(media_id.to_string()),
        Some(VideoStage::Refused { reason }) => return Err(Ending::Fail(*reason)),
        Some(_) => return Err(Ending::AwaitVideo),
    };
    let own = match pin.content.media() {
        Media::ImageUrl { url } => return Ok(Picture { addresses: vec![SecretString::from(url.as_str())], video }),
        Media::Upload { id } => vec![id],
        Media::Video { cover: Cover::Second(_), .. } => Vec::new(),
        Media::Video { cover: Cover::Upload(cover), .. } => vec![cover],
        Media::Carousel { slides } => slides.iter().map(|slide| &slide.id).collect(),
    };
    let mut addresses = Vec::with_capacity(own.len());
    for id in own {
        addresses.push(address(publisher, pin, id).await?);
    }
    Ok(Picture { addresses, video })
}

impl Picture {
    /// The picture as the body of the post has it.
    pub fn source<'a>(&'a self, pin: &'a Pin) -> MediaSource<'a> {
        let mut addresses = self.addresses.iter().map(ExposeSecret::expose_secret);
        match pin.content.media() {
            Media::ImageUrl { .. } | Media::Upload { .. } => {
                MediaSource::ImageUrl { url: addresses.next().unwrap_or_default() }
            }
            Media::Video { cover, .. } => MediaSource::VideoId {
                media_id: self.video.as_deref().unwrap_or_default(),
                cover_image_url: addresses.next(),
                cover_image_key_frame_time: match cover {
                    Cover::Second(second) => Some(*second),
                    Cover::Upload(_) => None,
                },
            },
            Media::Carousel { slides } => {
                let items = slides.iter().zip(addresses).map(|(slide, url)| posted(slide, url));
                MediaSource::MultipleImageUrls { items: items.collect() }
            }
        }
    }
}

fn posted<'a>(slide: &'a Slide, url: &'a str) -> PostedSlide<'a> {
    PostedSlide {
        url,
        title: slide.title.as_deref(),
        description: slide.description.as_deref(),
        link: slide.link.as_deref(),
    }
}

/// An address of the owner's own file, signed now.
async fn address(publisher: &Publisher, pin: &Pin, id: &MediaId) -> Result<SecretString, Ending> {
    let platform = &publisher.platform;
    let unread = |error: StoreError| {
        tracing::error!(%error, pin = %pin.id, "the file of a pin could not be read");
        Ending::Retry(Setback::AwsTrouble)
    };
    let file = platform.media.load(&pin.owner, id).await.map_err(unread)?;
    if !file.as_ref().is_some_and(MediaFile::can_be_shown) {
        return Err(Ending::Fail(Failure::MediaGone));
    }
    platform.objects.sign_read(&pin.owner, id, GOOD_FOR).await.map_err(|error| {
        tracing::error!(%error, pin = %pin.id, "the address of a pin's file could not be signed");
        Ending::Retry(Setback::AwsTrouble)
    })
}
