//! What a pin shows, within Pinterest's limits.

mod media;

pub use media::{Cover, Media, SLIDES, Slide, is_video};

use url::{Host, Url};

use super::FieldError;
use super::characters::{check_characters, refused_character};

/// The content of a pin; new content is made by [`Content::check`], so it keeps Pinterest's limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    title: Option<String>,
    description: Option<String>,
    alt_text: Option<String>,
    link: Option<String>,
    dominant_color: Option<String>,
    media: Media,
}

/// Content as it was given, before it is checked.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// At most 100 characters.
    pub title: Option<String>,
    /// At most 800 characters.
    pub description: Option<String>,
    /// At most 500 characters.
    pub alt_text: Option<String>,
    /// An absolute http or https address of at most 2048 characters.
    pub link: Option<String>,
    /// `#` and six hexadecimal digits.
    pub dominant_color: Option<String>,
    /// What it shows.
    pub media: Media,
}

impl Content {
    /// Checks `draft` against Pinterest's limits (OpenAPI `PinCreate`); answers every wrong field.
    ///
    /// Fields are named under `content.`. Empty texts count as absent.
    pub fn check(draft: Draft) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let media = draft.media;
        let content = Self {
            title: text(&mut errors, "content.title", draft.title, 100),
            description: text(&mut errors, "content.description", draft.description, 800),
            alt_text: text(&mut errors, "content.alt_text", draft.alt_text, 500),
            link: within(&mut errors, "content.link", draft.link, 2048),
            dominant_color: within(&mut errors, "content.dominant_color", draft.dominant_color, 7),
            media: Media::default(),
        };
        if let Some(link) = &content.link {
            check_address(&mut errors, "content.link", link);
        }
        if content.dominant_color.as_deref().is_some_and(|color| !is_color(color)) {
            let message = "Write the colour as # and six hexadecimal digits, such as #6E7874.";
            errors.push(FieldError::new("content.dominant_color", "invalid", message));
        }
        let content = content.with_media(media::check(&mut errors, media));
        if errors.is_empty() { Ok(content) } else { Err(errors) }
    }

    /// Takes content back from the table, where it was checked by the limits of its time.
    pub fn restore(draft: Draft) -> Self {
        Self {
            title: draft.title,
            description: draft.description,
            alt_text: draft.alt_text,
            link: draft.link,
            dominant_color: draft.dominant_color,
            media: draft.media,
        }
    }

    /// The same content with another picture, which is checked by who has its files.
    #[must_use]
    pub fn with_media(self, media: Media) -> Self {
        Self { media, ..self }
    }

    /// The content as it was given, to be changed and checked again.
    pub fn draft(&self) -> Draft {
        Draft {
            title: self.title.clone(),
            description: self.description.clone(),
            alt_text: self.alt_text.clone(),
            link: self.link.clone(),
            dominant_color: self.dominant_color.clone(),
            media: self.media.clone(),
        }
    }

    /// At most 100 characters.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// At most 800 characters.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// At most 500 characters.
    pub fn alt_text(&self) -> Option<&str> {
        self.alt_text.as_deref()
    }

    /// An absolute http or https address of at most 2048 characters.
    pub fn link(&self) -> Option<&str> {
        self.link.as_deref()
    }

    /// `#` and six hexadecimal digits.
    pub fn dominant_color(&self) -> Option<&str> {
        self.dominant_color.as_deref()
    }

    /// What it shows.
    pub fn media(&self) -> &Media {
        &self.media
    }
}

/// A text that people read.
fn text(errors: &mut Vec<FieldError>, field: &str, value: Option<String>, limit: usize) -> Option<String> {
    let value = within(errors, field, value, limit)?;
    errors.extend(check_characters(field, &value));
    Some(value)
}

fn within(errors: &mut Vec<FieldError>, field: &str, value: Option<String>, limit: usize) -> Option<String> {
    let value = value.filter(|text| !text.trim().is_empty())?;
    let length = value.chars().count();
    if length > limit {
        errors.push(too_long(field, limit, length));
    }
    Some(value)
}

fn too_long(field: &str, limit: usize, length: usize) -> FieldError {
    let message = format!("Pinterest takes at most {limit} characters here; this has {length}.");
    FieldError::new(field, "too_long", message)
}

fn check_address(errors: &mut Vec<FieldError>, field: &str, text: &str) {
    let usable = Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host().is_some()
            && url.username().is_empty()
            && url.password().is_none()
    });
    if !usable || text.contains(char::is_whitespace) || refused_character(text).is_some() {
        let message =
            "Write a full address that starts with https:// or http://, without spaces and without a password.";
        errors.push(FieldError::new(field, "invalid_url", message));
    }
}

/// Pinterest fetches the image, and this machine's own and its neighbours' addresses lead it nowhere.
fn check_is_public(errors: &mut Vec<FieldError>, field: &str, text: &str) {
    if Url::parse(text).is_ok_and(|url| url.host().is_some_and(|host| is_private(&host))) {
        let message = "Pinterest cannot reach this address, which belongs to a private network. Give one that opens from \
                       anywhere, or upload the image with POST /v1/media.";
        errors.push(FieldError::new(field, "private_address", message));
    }
}

fn is_private(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::Ipv4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.octets()[0] == 0,
        Host::Ipv6(ip) => {
            let inside = ip.to_ipv4_mapped().is_some_and(|ip| is_private(&Host::Ipv4(ip)));
            inside || ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
    }
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn draft() -> Draft {
        Draft { media: Media::at("https://example.com/a.jpg"), ..Draft::default() }
    }

    #[test]
    fn lengths_count_characters_up_to_pinterests_limits() {
        let full = Draft {
            title: Some("é".repeat(100)),
            description: Some("é".repeat(800)),
            alt_text: Some("é".repeat(500)),
            link: Some(format!("https://example.com/{}", "a".repeat(2028))),
            ..draft()
        };
        assert!(Content::check(full).is_ok());
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let wrong = Draft {
            title: Some("x".repeat(101)),
            description: Some("x".repeat(801)),
            alt_text: Some("x".repeat(501)),
            link: Some("example.com".into()),
            dominant_color: Some("red".into()),
            media: Media::at("ftp://example.com/a.jpg"),
        };
        let fields: Vec<_> = Content::check(wrong).unwrap_err().into_iter().map(|e| (e.field, e.code)).collect();
        let expected = [
            ("content.title", "too_long"),
            ("content.description", "too_long"),
            ("content.alt_text", "too_long"),
            ("content.link", "invalid_url"),
            ("content.dominant_color", "invalid"),
            ("content.media.url", "invalid_url"),
        ];
        assert_eq!(fields, expected.map(|(field, code)| (field.to_owned(), code)));
    }

    #[test]
    fn addresses_are_absolute_and_carry_no_password() {
        for bad in ["", "/a", "https://", "javascript:alert(1)", "https://a:b@example.com", "https://example.com/a b"] {
            assert!(Content::check(Draft { media: Media::at(bad), ..draft() }).is_err(), "{bad:?}");
        }
        for good in ["http://example.com", "https://example.com/a?b=c#d", "https://xn--bcher-kva.example/ü"] {
            assert!(Content::check(Draft { link: Some(good.into()), ..draft() }).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn an_image_is_where_pinterest_can_reach_it() {
        for host in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "a.localhost",
            "127.0.0.1",
            "127.9.9.9",
            "2130706433",
            "0x7f.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "[::1]",
            "[::]",
            "[fd00::1]",
            "[fe80::1]",
            "[::ffff:10.0.0.1]",
        ] {
            let found = Content::check(Draft { media: Media::at(&format!("http://{host}:8080/a.jpg")), ..draft() })
                .unwrap_err();
            let found: Vec<_> = found.iter().map(|error| (error.field.as_str(), error.code)).collect();
            assert_eq!(found, [("content.media.url", "private_address")], "{host}");
        }
        for host in ["8.8.8.8", "172.32.0.1", "[2001:db8::1]", "localhost.example", "notlocalhost"] {
            assert!(
                Content::check(Draft { media: Media::at(&format!("http://{host}/a.jpg")), ..draft() }).is_ok(),
                "{host}"
            );
        }
        assert!(
            Content::check(Draft { link: Some("http://localhost/".into()), ..draft() }).is_ok(),
            "a link is the owner's"
        );
    }

    #[test]
    fn blank_texts_count_as_absent() {
        let content = Content::check(Draft { title: Some("  ".into()), ..draft() }).unwrap();
        assert_eq!(content.title(), None);
    }
}
