//! What a request asks for, in a form that can be compared.

use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::domain::{Content, Cover, Media, Slide};

use super::form::{Request, Target};
use super::spacing::Spacing;

/// A request in its canonical form. What is stored is compared with what comes later, so the order of fields stays.
#[derive(Serialize)]
struct Canonical<'a> {
    targets: &'a [Target],
    title: Option<&'a str>,
    description: Option<&'a str>,
    alt_text: Option<&'a str>,
    link: Option<&'a str>,
    dominant_color: Option<&'a str>,
    /// Left out where nothing is declared, as before there was anything to declare.
    #[serde(skip_serializing_if = "Option::is_none")]
    ai: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cover: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slides: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spacing: Option<Spacing>,
}

/// What tells `request` from every other: SHA-256 of its canonical form. `"now"` counts as the word, not as a time.
pub fn fingerprint(request: &Request) -> String {
    let content: &Content = &request.content;
    let (image_url, media_id) = match content.media() {
        Media::ImageUrl { url } => (Some(url.as_str()), None),
        Media::Upload { id } | Media::Video { id, .. } => (None, Some(id.as_str())),
        Media::Carousel { .. } => (None, None),
    };
    let cover = match content.media() {
        Media::Video { cover: Cover::Second(second), .. } => Some(json!(second)),
        Media::Video { cover: Cover::Upload(cover), .. } => Some(json!(cover.as_str())),
        _ => None,
    };
    let slide = |Slide { id, title, description, link }: &Slide| json!([id.as_str(), title, description, link]);
    let slides = match content.media() {
        Media::Carousel { slides } => Some(slides.iter().map(slide).collect()),
        _ => None,
    };
    let canonical = Canonical {
        targets: &request.targets,
        title: content.title(),
        description: content.description(),
        alt_text: content.alt_text(),
        link: content.link(),
        dominant_color: content.dominant_color(),
        ai: content.ai_disclosures().stored(),
        image_url,
        media_id,
        cover,
        slides,
        spacing: request.spacing,
    };
    let text = serde_json::to_vec(&canonical).expect("a plain structure");
    BASE64URL_NOPAD.encode(&Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::super::form::Form;
    use super::*;

    fn request(change: impl FnOnce(&mut Value)) -> String {
        let mut body = json!({
            "targets": [{"account_id": "acc_aaaaaaaaaaaaaaaaaaaaaaaaaa", "board_id": "1"}],
            "content": {"title": "a", "media": {"source_type": "image_url", "url": "https://example.com/a.jpg"}},
            "publish_at": "now",
        });
        change(&mut body);
        fingerprint(&Form::read(body, None, &mut Vec::new()).request().unwrap())
    }

    #[test]
    fn whatever_is_asked_for_differently_has_another_fingerprint() {
        let mut seen = std::collections::BTreeSet::from([request(|_| ())]);
        let file = |number: u8| format!("media_aaaaaaaaaaaa{}", char::from(b'a' + number).to_string().repeat(14));
        let video = move |cover: Value| json!({"source_type": "video", "media_id": file(0), "cover": cover});
        let carousel = move |first: u8, title: &str| {
            let items = json!([{"media_id": file(first), "title": title}, {"media_id": file(2)}]);
            json!({"source_type": "carousel", "items": items})
        };
        let media = [
            video(json!({"at_seconds": 1})),
            video(json!({"at_seconds": 2})),
            video(json!({"media_id": file(1)})),
            carousel(0, "A"),
            carousel(1, "A"),
            carousel(0, "B"),
        ];
        for media in media {
            assert!(seen.insert(request(|body| body["content"]["media"] = media.clone())), "{media}");
        }
        let changes: [fn(&mut Value); 12] = [
            |body| body["content"]["ai_disclosures"] = json!(["ai_modified"]),
            |body| body["content"]["ai_disclosures"] = json!(["synthetic_performer", "ai_modified"]),
            |body| body["publish_at"] = Value::Null,
            |body| body["publish_at"] = json!("2027-01-01T00:00:00Z"),
            |body| body["targets"][0]["board_id"] = json!("2"),
            |body| body["targets"][0]["section_id"] = json!("1"),
            |body| body["targets"][0]["account_id"] = json!("acc_bbbbbbbbbbbbbbbbbbbbbbbbbb"),
            |body| body["content"]["title"] = json!("b"),
            |body| body["content"]["title"] = Value::Null,
            |body| body["content"] = json!({"description": "a", "media": body["content"]["media"]}),
            |body| {
                body["content"]["media"] =
                    json!({"source_type": "media", "media_id": "media_aaaaaaaaaaaaaaaaaaaaaaaaaa"});
            },
            |body| body["targets"] = json!([body["targets"][0], body["targets"][0]]),
        ];
        for (index, change) in changes.into_iter().enumerate() {
            assert!(seen.insert(request(change)), "change {index}");
        }
    }

    #[test]
    fn the_same_request_written_differently_has_the_same_fingerprint() {
        let changes: [fn(&mut Value); 4] = [
            |body| body["content"]["ai_disclosures"] = json!([]),
            |body| body["content"]["link"] = Value::Null,
            |body| body["content"]["alt_text"] = json!(" "),
            |body| body["targets"][0]["publish_at"] = json!("now"),
        ];
        for (index, change) in changes.into_iter().enumerate() {
            assert_eq!(request(|_| ()), request(change), "change {index}");
        }
        let at = |text: &'static str| request(|body| body["publish_at"] = json!(text));
        assert_eq!(at("2027-01-01T00:00:00Z"), at("2027-01-01T02:00:00+02:00"));
    }
}
