//! The address at which Pinterest fetches the picture of a pin.

use std::time::Duration;

use secrecy::SecretString;
use shared::domain::{Failure, Media, MediaStatus, Pin, Setback};
use shared::store::StoreError;

use crate::Publisher;
use crate::ending::Ending;

/// How long Pinterest may take to fetch an image of ours.
const GOOD_FOR: Duration = Duration::from_hours(1);

/// The address that the owner gave, or one that is signed now for the owner's own file; or how the attempt ends without one.
///
/// Whoever has a signed address can read the file, so it is made for one attempt and is kept nowhere.
pub async fn address(publisher: &Publisher, pin: &Pin) -> Result<SecretString, Ending> {
    let id = match pin.content.media() {
        Media::ImageUrl { url } => return Ok(SecretString::from(url.as_str())),
        Media::Upload { id } => id,
    };
    let platform = &publisher.platform;
    let unread = |error: StoreError| {
        tracing::error!(%error, pin = %pin.id, "the file of a pin could not be read");
        Ending::Retry(Setback::AwsTrouble)
    };
    let file = platform.media.load(&pin.owner, id).await.map_err(unread)?;
    if file.is_none_or(|file| file.status != MediaStatus::Ready) {
        return Err(Ending::Fail(Failure::MediaGone));
    }
    platform.objects.sign_read(&pin.owner, id, GOOD_FOR).await.map_err(|error| {
        tracing::error!(%error, pin = %pin.id, "the address of a pin's file could not be signed");
        Ending::Retry(Setback::AwsTrouble)
    })
}
