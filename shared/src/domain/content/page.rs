//! Addresses that answer with a page about a picture, or with what Pinterest does not show, in place of the picture.
//!
//! Nothing is fetched to know this: the share pages and viewers that people copy from are told by their addresses. What is
//! not known here is taken, and shows when Pinterest fetches it.

use url::{Host, Url};

use super::FieldError;

/// Notes that `text` is the address of a page, or of a file that Pinterest shows as no image.
pub(super) fn check(errors: &mut Vec<FieldError>, field: &str, text: &str) {
    let Ok(url) = Url::parse(text) else { return };
    let found = page(&url).map(|message| ("not_an_image", message)).or_else(|| kind(&url));
    if let Some((code, message)) = found {
        errors.push(FieldError::new(field, code, message));
    }
}

/// What to give instead of the page at `url`.
fn page(url: &Url) -> Option<&'static str> {
    let Some(Host::Domain(host)) = url.host() else { return None };
    let host = host.strip_prefix("www.").or_else(|| host.strip_prefix("m.")).unwrap_or(host);
    let path = url.path();
    let has = |name: &str, values: &[&str]| {
        url.query_pairs().any(|(key, value)| key == name && values.contains(&value.as_ref()))
    };
    match host {
        "drive.google.com" | "docs.google.com" if !path.starts_with("/uc") && !path.starts_with("/thumbnail") => {
            Some("This is a Google Drive page, not the image itself. Download the image and upload it here.")
        }
        "photos.google.com" | "photos.app.goo.gl" => {
            Some("This is a Google Photos page, not the image itself. Download the image and upload it here.")
        }
        "dropbox.com" if !has("raw", &["1"]) && !has("dl", &["1"]) => Some(
            "This is a Dropbox page, not the image itself. Replace dl=0 with raw=1 at the end of the URL, or upload \
             the image here.",
        ),
        "1drv.ms" | "onedrive.live.com" if !path.starts_with("/download") => {
            Some("This is a OneDrive page, not the image itself. Download the image and upload it here.")
        }
        "icloud.com" | "share.icloud.com" => {
            Some("This is an iCloud page, not the image itself. Download the image and upload it here.")
        }
        "imgur.com" if !has_image_ending(path) => Some(
            "This is an Imgur page, not the image itself. Open the image and use its URL, which starts with \
             https://i.imgur.com/.",
        ),
        "canva.com" | "canva.link" => {
            Some("This is a Canva page, not the image itself. Export the design as PNG or JPEG and upload it here.")
        }
        "github.com" if path.contains("/blob/") && !has("raw", &["1", "true"]) => {
            Some("This is a GitHub page, not the image itself. Add ?raw=true to the URL, or upload the image here.")
        }
        "pin.it" => Some(PIN),
        host if is_pinterest(host) => Some(PIN),
        "instagram.com" | "facebook.com" | "fb.com" | "x.com" | "twitter.com" | "threads.net" => {
            Some("This is a social network page, not the image itself. Save the image and upload it here.")
        }
        "youtube.com" | "youtu.be" | "vimeo.com" | "tiktok.com" | "vm.tiktok.com" => {
            Some("This is a video page. Use the URL of an image, or upload the video file here.")
        }
        _ => None,
    }
}

const PIN: &str = "This is a Pinterest pin, not an image. Upload your own image here, or save that pin on Pinterest.";

/// `pinterest.com`, its countries, and the sites of languages such as `de.pinterest.com`.
fn is_pinterest(host: &str) -> bool {
    host.starts_with("pinterest.") || host.ends_with(".pinterest.com")
}

/// What the ending of the path says, unless a query asks for another format, as services do that convert pictures.
fn kind(url: &Url) -> Option<(&'static str, &'static str)> {
    if url.query().is_some() {
        return None;
    }
    let (_, ending) = url.path().rsplit('/').next()?.rsplit_once('.')?;
    match ending.to_ascii_lowercase().as_str() {
        "svg" => Some(("not_an_image", "Pinterest doesn't support SVG. Export the image as PNG.")),
        "heic" | "heif" => Some(("not_an_image", "Pinterest doesn't support HEIC photos. Save the photo as JPEG.")),
        "pdf" => Some(("not_an_image", "Pinterest doesn't support PDF. Export the page as PNG or JPEG.")),
        "htm" | "html" => {
            Some(("not_an_image", "This is the URL of a page, not of an image. Open the image itself and use its URL."))
        }
        "webm" | "avi" | "mkv" | "wmv" | "mpg" | "mpeg" | "flv" => Some((
            "media_unsupported",
            "Pinterest doesn't fetch videos from a URL. Upload the video here as MP4 or MOV.",
        )),
        _ => None,
    }
}

fn has_image_ending(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    [".jpg", ".jpeg", ".png", ".gif", ".webp"].iter().any(|ending| path.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(address: &str) -> Option<&'static str> {
        let mut errors = Vec::new();
        check(&mut errors, "content.media.url", address);
        errors.first().map(|error| error.code)
    }

    #[test]
    fn share_pages_and_viewers_are_no_pictures() {
        for address in [
            "https://drive.google.com/file/d/1AbC/view?usp=sharing",
            "https://drive.google.com/open?id=1AbC",
            "https://www.dropbox.com/s/abc/cake.jpg?dl=0",
            "https://www.dropbox.com/scl/fi/abc/cake.jpg?rlkey=x&dl=0",
            "https://www.dropbox.com/s/abc/cake.jpg",
            "https://1drv.ms/i/s!Abc",
            "https://onedrive.live.com/?id=1",
            "https://photos.app.goo.gl/abc",
            "https://photos.google.com/share/abc",
            "https://www.icloud.com/photos/#abc",
            "https://share.icloud.com/photos/abc",
            "https://imgur.com/gallery/abc",
            "https://www.canva.com/design/abc/view",
            "https://www.instagram.com/p/abc/",
            "https://m.facebook.com/photo?fbid=1",
            "https://github.com/o/r/blob/main/cake.jpg",
            "https://www.pinterest.com/pin/123/",
            "https://pinterest.de/pin/123/",
            "https://de.pinterest.com/pin/123/",
            "https://pin.it/abc",
            "https://www.youtube.com/watch?v=abc",
            "https://youtu.be/abc",
            "https://example.com/a.SVG",
            "https://example.com/a.heic",
            "https://example.com/a.pdf",
            "https://example.com/a.html#cake",
        ] {
            assert_eq!(found(address), Some("not_an_image"), "{address}");
        }
        assert_eq!(found("https://example.com/a.webm"), Some("media_unsupported"));
    }

    #[test]
    fn pictures_at_the_same_places_are() {
        for address in [
            "https://drive.google.com/uc?export=view&id=1AbC",
            "https://lh3.googleusercontent.com/abc",
            "https://www.dropbox.com/s/abc/cake.jpg?raw=1",
            "https://dl.dropboxusercontent.com/s/abc/cake.jpg",
            "https://i.imgur.com/abc.jpg",
            "https://imgur.com/abc.png",
            "https://github.com/o/r/blob/main/cake.jpg?raw=true",
            "https://raw.githubusercontent.com/o/r/main/cake.jpg",
            "https://i.pinimg.com/originals/a.jpg",
            "https://notpinterest.example/a.jpg",
            "https://pbs.twimg.com/media/a.jpg",
            "https://example.com/a.heic?format=jpg",
            "https://example.com/svg",
            "https://example.com/html/a.jpg",
            "https://example.com/image?id=7",
            "https://1.2.3.4/a.jpg",
        ] {
            assert_eq!(found(address), None, "{address}");
        }
    }
}
