//! `media_source` of a new pin: what may be in it, and taking the pictures over.

use data_encoding::BASE64;
use url::{Host, Url};

use super::fields::Fields;
use super::{Caller, Incoming, Refusal, video};
use crate::draw;
use crate::simulator::World;
use crate::store::{Media, MediaItem, Picture};

const FETCH_FAILED: &str = "Sorry we could not fetch the image.";
const INVALID_URL: &str =
    "Whoops! It looks like you entered an invalid URL. Try creating a Pin again with a valid URL.";
/// The fields of a picture that comes with the pin.
const UPLOADED: (&str, &str) = ("content_type", "data");
const SOURCES: [&str; 6] =
    ["image_url", "image_base64", "multiple_image_urls", "multiple_image_base64", "video_id", "pin_url"];

/// Reads `media_source` and takes over its pictures.
pub(super) fn take(
    world: &mut World<'_>,
    call: &Incoming,
    caller: &Caller,
    body: &Fields<'_>,
) -> Result<Media, Refusal> {
    let source = body.required("media_source")?;
    let everything = [
        "source_type",
        "url",
        "content_type",
        "data",
        "items",
        "index",
        "media_id",
        "cover_image_url",
        "cover_image_content_type",
        "cover_image_data",
        "cover_image_key_frame_time",
        "is_standard",
        "is_affiliate_link",
    ];
    let source_type = Fields::of(source, "media_source.", &everything)?;
    source_type.required("source_type")?;
    let fields = |known: &[&str]| Fields::of(source, "media_source.", known);
    match source_type.word("source_type", &SOURCES)?.unwrap_or_default() {
        "image_url" => {
            let fields = fields(&["source_type", "url", "is_standard"])?;
            fields.flag("is_standard")?;
            Ok(Media::Image(fetch(world, &fields, "url")?))
        }
        "image_base64" => {
            let fields = fields(&["source_type", "content_type", "data", "is_standard"])?;
            fields.flag("is_standard")?;
            Ok(Media::Image(upload(world, &fields, UPLOADED)?))
        }
        "multiple_image_urls" => items(world, &fields(&["source_type", "items", "index"])?, "url"),
        "multiple_image_base64" => items(world, &fields(&["source_type", "items", "index"])?, "data"),
        "video_id" => Ok(Media::Video(video::take(world, call, caller, &fields(&video::FIELDS)?)?)),
        _ => Err(Refusal::not_simulated("media_source.source_type pin_url")),
    }
}

fn items(world: &mut World<'_>, fields: &Fields<'_>, kind: &str) -> Result<Media, Refusal> {
    let Some(items) = fields.required("items")?.as_array() else {
        return Err(Refusal::invalid("'media_source.items' is not of type 'array'"));
    };
    match items.len() {
        0 | 1 => {
            return Err(Refusal::invalid("the value of 'media_source.items' is too short (constraint: minItems=2)"));
        }
        2..=5 => {}
        _ => {
            return Err(Refusal::invalid("the value of 'media_source.items' is too long (constraint: maxItems=5)"));
        }
    }
    // Invented: that an index past the end is refused.
    if fields.count("index")?.is_some_and(|index| index >= items.len() as u64) {
        return Err(Refusal::invalid("the value of 'media_source.index' is past the last item"));
    }
    let known: &[&str] = if kind == "url" {
        &["url", "title", "description", "link"]
    } else {
        &["content_type", "data", "title", "description", "link"]
    };
    let mut taken = Vec::with_capacity(items.len());
    for item in items {
        let item = Fields::of(item, "media_source.items.", known)?;
        let picture = if kind == "url" { fetch(world, &item, "url")? } else { upload(world, &item, UPLOADED)? };
        taken.push(MediaItem {
            title: item.text("title", 100)?,
            description: item.text("description", 800)?,
            link: link(world, &item)?,
            picture,
        });
    }
    Ok(Media::Images(taken))
}

/// A link of a pin: a web address that is not on a blocked domain.
pub(super) fn link(world: &World<'_>, fields: &Fields<'_>) -> Result<Option<String>, Refusal> {
    let Some(link) = fields.text("link", 2048)? else {
        return Ok(None);
    };
    let Some(url) = web_address(&link) else {
        return Err(Refusal::bad(format!("Parameter 'link' with the value '{link}' is not a valid URL format.")));
    };
    let host = url.host_str().unwrap_or_default().to_lowercase();
    let is_on =
        |domain: &String| host == *domain || host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.ends_with('.'));
    if world.controls.blocked_domains.iter().any(is_on) {
        return Err(Refusal::link_blocked());
    }
    Ok(Some(link))
}

/// Nothing is fetched: an address is good unless it can only be inside somebody's network. This
/// machine itself counts as the public internet, because the simulator runs on it.
pub(super) fn fetch(world: &mut World<'_>, fields: &Fields<'_>, name: &str) -> Result<Picture, Refusal> {
    let source = fields.required_text(name, 2048)?;
    let url = web_address(&source).ok_or_else(|| Refusal::bad(INVALID_URL))?;
    let is_private = match url.host() {
        Some(Host::Domain(name)) => [".invalid", ".internal", ".local"].iter().any(|end| name.ends_with(end)),
        Some(Host::Ipv4(address)) => address.is_private() || address.is_link_local() || address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_unique_local() || address.is_unicast_link_local(),
        None => true,
    };
    if is_private {
        return Err(Refusal::bad(FETCH_FAILED));
    }
    Ok(Picture { source, hash: draw::picture_path(world.rng) })
}

/// A picture that came with the pin, in two fields: its type and its bytes in base64.
pub(super) fn upload(
    world: &mut World<'_>,
    fields: &Fields<'_>,
    (kind, bytes): (&str, &str),
) -> Result<Picture, Refusal> {
    fields.required(kind)?;
    let content_type = fields.word(kind, &["image/jpeg", "image/png"])?.unwrap_or_default();
    let Some(text) = fields.required(bytes)?.as_str().filter(|text| is_base64(text)) else {
        return Err(Refusal::invalid(format!("the value of '{bytes}' does not match '^[a-zA-Z0-9+\\/=]+$'")));
    };
    let data = BASE64.decode(text.as_bytes()).map_err(|_| Refusal::image_broken())?;
    let magic: &[u8] = if content_type == "image/png" { b"\x89PNG\r\n\x1a\n" } else { b"\xff\xd8\xff" };
    if !data.starts_with(magic) {
        return Err(Refusal::image_broken());
    }
    let id = draw::id(world.rng);
    world.insert_picture(&id, content_type, &data)?;
    Ok(Picture { source: format!("/pictures/{id}"), hash: draw::picture_path(world.rng) })
}

fn is_base64(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
}

fn web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}
