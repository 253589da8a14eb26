//! What a pin shows, within Pinterest's limits.

mod address;
mod ai;
mod media;
mod notes;
mod page;

pub use ai::{AiDisclosure, AiDisclosures};
pub use media::{Cover, Media, SLIDES, Slide, is_video};
pub use notes::ContentNote;

use super::FieldError;
use super::characters::{check_characters, trim_unseen, without_unseen};

/// The content of a pin; new content is made by [`Content::check`], so it keeps Pinterest's limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    title: Option<String>,
    description: Option<String>,
    alt_text: Option<String>,
    link: Option<String>,
    dominant_color: Option<String>,
    ai_disclosures: AiDisclosures,
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
    /// What was made with AI; absent where nothing is said of it, which a template may then do.
    pub ai_disclosures: Option<AiDisclosures>,
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
            link: trimmed(draft.link),
            dominant_color: draft
                .dominant_color
                .map(|color| without_unseen(&color).into_owned())
                .filter(|color| !color.is_empty()),
            ai_disclosures: draft.ai_disclosures.unwrap_or_default(),
            media: Media::default(),
        };
        if let Some(link) = &content.link {
            address::check(&mut errors, "content.link", link);
        }
        if content.dominant_color.as_deref().is_some_and(|color| !is_color(color)) {
            let message = "Enter the color as # and six hexadecimal digits, such as #6E7874.";
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
            ai_disclosures: draft.ai_disclosures.unwrap_or_default(),
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
            ai_disclosures: Some(self.ai_disclosures),
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

    /// What was made with AI.
    pub fn ai_disclosures(&self) -> AiDisclosures {
        self.ai_disclosures
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
    let value = value.filter(|text| !trim_unseen(text).is_empty())?;
    let length = value.chars().count();
    if length > limit {
        errors.push(too_long(field, limit, length));
    }
    Some(value)
}

/// An address without what comes along unseen when it is pasted.
fn trimmed(address: Option<String>) -> Option<String> {
    address.map(|address| address::pasted(&address)).filter(|address| !address.is_empty())
}

/// Whether `link` can be followed, as far as that is seen from outside.
pub(super) fn leads_somewhere(link: &str) -> bool {
    let mut errors = Vec::new();
    address::check(&mut errors, "", link);
    errors.is_empty()
}

fn too_long(field: &str, limit: usize, length: usize) -> FieldError {
    let message = format!("Too long: {length} characters. Pinterest allows at most {limit}.");
    FieldError::new(field, "too_long", message)
}

/// Whether that is a colour as `#rrggbb`.
pub fn is_color(text: &str) -> bool {
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
            ai_disclosures: None,
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
        for bad in [
            "https://https://example.com/x",
            "http://https://example.com/x",
            "https://https.example.com:https/x",
            "https:/example.com/x",
            "https:example.com/x",
            "https:///example.com/x",
            "https://example",
            "https://example/x.y",
            "http://localhost/",
            "https://example..com",
            "https://.example.com",
            "https://www./x",
        ] {
            assert!(Content::check(Draft { link: Some(bad.into()), ..draft() }).is_err(), "{bad:?}");
            assert!(Content::check(Draft { media: Media::at(bad), ..draft() }).is_err(), "{bad:?}");
        }
        for good in [
            "HTTPS://Example.com/x",
            "https://example.com./x",
            "https://example.com/https://other.example/",
            "http://93.184.216.34/x",
            "http://[2001:db8::1]/x",
            "https://example.com:8443/x",
            "http://example.com",
            "https://example.com/a?b=c#d",
            "https://xn--bcher-kva.example/ü",
            "https://bücher.example",
        ] {
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
            "nas.local",
            "photos.internal",
            "shop.test",
            "router.lan",
        ] {
            let found = Content::check(Draft { media: Media::at(&format!("http://{host}:8080/a.jpg")), ..draft() })
                .unwrap_err();
            let found: Vec<_> = found.iter().map(|error| (error.field.as_str(), error.code)).collect();
            assert_eq!(found, [("content.media.url", "private_address")], "{host}");
        }
        for host in [
            "8.8.8.8",
            "172.32.0.1",
            "[2001:db8::1]",
            "localhost.example",
            "notlocalhost.example",
            "local.example",
            "thelocal.com",
        ] {
            assert!(
                Content::check(Draft { media: Media::at(&format!("http://{host}/a.jpg")), ..draft() }).is_ok(),
                "{host}"
            );
        }
        let own = Draft { link: Some("https://intranet.local/".into()), ..draft() };
        assert!(Content::check(own).is_ok(), "whom a link is for is the owner's business");
    }

    #[test]
    fn blanks_around_an_address_do_not_count() {
        let pasted = Draft {
            link: Some(" https://\u{200b}example.com/x\u{a0}\u{200e}\n".into()),
            media: Media::at("\u{feff}\thttps://example.com/a.jpg "),
            dominant_color: Some("\u{200b}#6E7874 ".into()),
            ..Draft::default()
        };
        let content = Content::check(pasted).unwrap();
        assert_eq!(content.link(), Some("https://example.com/x"));
        assert_eq!(content.dominant_color(), Some("#6E7874"));
        assert_eq!(content.media(), &Media::at("https://example.com/a.jpg"));
        let blank = Content::check(Draft { link: Some(" \u{a0}".into()), ..draft() }).unwrap();
        assert_eq!(blank.link(), None);
    }

    #[test]
    fn blank_texts_count_as_absent() {
        for blank in ["", "  ", "\u{200b}\u{feff}", "\u{3164}"] {
            let content = Content::check(Draft { title: Some(blank.into()), ..draft() }).unwrap();
            assert_eq!(content.title(), None, "{blank:?}");
        }
        let own = "\u{200f}\u{5e9}\u{5dc}\u{5d5}\u{5dd}\u{200d} ";
        let content = Content::check(Draft { title: Some(own.into()), ..draft() }).unwrap();
        assert_eq!(content.title(), Some(own), "a text is not changed");
    }
}
