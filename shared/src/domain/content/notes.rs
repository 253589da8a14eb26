//! What is worth knowing about texts and links, and is refused nobody: it may be meant.

use std::borrow::Cow;

use url::Url;

use super::{Content, Media};
use crate::domain::entities::{decode, decoded};
use crate::domain::fields::shortened;

/// How much of a text is shown as it would read.
const LONGEST_SHOWN: usize = 800;

/// Hosts of link shorteners that everybody may use, each with those below it. Pinterest blocks links of some of them, and does
/// not say of which.
const SHORTENERS: [&str; 50] = [
    "a.co",
    "adf.ly",
    "amzn.asia",
    "amzn.eu",
    "amzn.to",
    "bit.do",
    "bit.ly",
    "bitly.ws",
    "bl.ink",
    "buff.ly",
    "clck.ru",
    "cutt.ly",
    "db.tt",
    "dlvr.it",
    "ebay.us",
    "etsy.me",
    "fanlink.to",
    "fb.me",
    "ffm.to",
    "flip.it",
    "geni.us",
    "gg.gg",
    "goo.gl",
    "goo.su",
    "hubs.ly",
    "ift.tt",
    "is.gd",
    "j.mp",
    "kutt.it",
    "lnk.to",
    "lnkd.in",
    "ow.ly",
    "page.link",
    "pin.it",
    "po.st",
    "rb.gy",
    "rebrand.ly",
    "s.id",
    "short.gy",
    "shorturl.at",
    "smarturl.it",
    "snip.ly",
    "spoti.fi",
    "t.co",
    "t.ly",
    "tiny.cc",
    "tinyurl.com",
    "trib.al",
    "v.gd",
    "wp.me",
];

/// Parameters by which an advertising service, a network or a mailing recognizes one click of one person. Those by which
/// partners are paid are not among them: without them nobody is.
const CLICK_IDS: [&str; 24] = [
    "_hsenc",
    "_hsmi",
    "dclid",
    "epik",
    "fbclid",
    "gad_source",
    "gbraid",
    "gclid",
    "gclsrc",
    "igsh",
    "igshid",
    "li_fat_id",
    "mc_eid",
    "mkt_tok",
    "msclkid",
    "oly_anon_id",
    "oly_enc_id",
    "rdt_cid",
    "sccid",
    "srsltid",
    "ttclid",
    "twclid",
    "wbraid",
    "yclid",
];

/// One thing worth knowing: about which field, a stable code, and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentNote {
    /// The field as the API has it, such as `content.title`.
    pub field: String,
    /// A word for programs.
    pub code: &'static str,
    /// What a person reads.
    pub message: String,
}

impl ContentNote {
    /// Every code with what it means.
    pub const ALL: [(&'static str, &'static str); 3] = [
        (ENTITIES, "a text or URL contains HTML codes, such as `&amp;`; the message shows it without them."),
        (SHORT_LINK, "the link is from a public link shortener; Pinterest blocks links of some."),
        (CLICK_IDS_CODE, "the link contains IDs of a single click; the message shows it without them."),
    ];

    /// What is worth knowing about the text in `field`.
    pub fn of_text(field: &str, text: Option<&str>) -> Option<Self> {
        let read_as = decoded(text?)?;
        let read_as = shortened(&read_as, LONGEST_SHOWN);
        let message =
            format!("This contains HTML codes, which Pinterest shows as they are. Did you mean \"{read_as}\"?");
        Some(Self { field: field.to_owned(), code: ENTITIES, message })
    }

    fn of_link(field: &str, link: Option<&str>) -> Vec<Self> {
        let Some(link) = link else { return Vec::new() };
        let note = |code, message| Self { field: field.to_owned(), code, message };
        let short = shortener(link).map(|host| {
            let message = format!(
                "{host} is a link shortener, and Pinterest blocks links of some shorteners. Use the URL that it \
                 leads to."
            );
            note(SHORT_LINK, message)
        });
        let clicks = without_click_ids(link).map(|(names, rest)| {
            let rest = shortened(&rest, LONGEST_SHOWN);
            let message = format!(
                "The link contains {}, which identifies a single click and would be counted with every click on the \
                 pin. Consider using {rest} instead.",
                names.join(", ")
            );
            note(CLICK_IDS_CODE, message)
        });
        [Self::of_text(field, Some(link)), short, clicks].into_iter().flatten().collect()
    }
}

const ENTITIES: &str = "html_entities";
const SHORT_LINK: &str = "short_link";
const CLICK_IDS_CODE: &str = "click_ids";

impl Content {
    /// What is worth knowing about it, in the order of its fields.
    pub fn notes(&self) -> Vec<ContentNote> {
        let texts = [("title", self.title()), ("description", self.description()), ("alt_text", self.alt_text())];
        let texts = texts.into_iter().filter_map(|(name, text)| ContentNote::of_text(&format!("content.{name}"), text));
        let link = ContentNote::of_link("content.link", self.link());
        texts.chain(link).chain(of_media(self.media())).collect()
    }
}

fn of_media(media: &Media) -> Vec<ContentNote> {
    match media {
        Media::ImageUrl { url } => ContentNote::of_text("content.media.url", Some(url)).into_iter().collect(),
        Media::Upload { .. } | Media::Video { .. } => Vec::new(),
        Media::Carousel { slides } => {
            let slides = slides.iter().enumerate().flat_map(|(index, slide)| {
                let field = |name: &str| format!("content.media.items[{index}].{name}");
                let title = ContentNote::of_text(&field("title"), slide.title.as_deref());
                let description = ContentNote::of_text(&field("description"), slide.description.as_deref());
                let link = ContentNote::of_link(&field("link"), slide.link.as_deref());
                title.into_iter().chain(description).chain(link)
            });
            slides.collect()
        }
    }
}

/// The shortener that `link` leads to, where it is not the shortener's own front page.
fn shortener(link: &str) -> Option<&'static str> {
    let url = Url::parse(link).ok()?;
    let host = url.host_str()?.trim_end_matches('.');
    let is_at = |known: &str| host.strip_suffix(known).is_some_and(|before| before.is_empty() || before.ends_with('.'));
    SHORTENERS.into_iter().find(|known| is_at(known)).filter(|_| url.path() != "/")
}

/// The click ids that `link` has, and the link without them.
fn without_click_ids(link: &str) -> Option<(Vec<String>, Cow<'_, str>)> {
    let link = decode(link);
    let (address, fragment) = link.split_once('#').map_or((&*link, None), |(before, after)| (before, Some(after)));
    let (page, query) = address.split_once('?')?;
    let name = |parameter: &str| parameter.split('=').next().unwrap_or_default().to_owned();
    let is_click_id = |parameter: &&str| CLICK_IDS.contains(&&*name(parameter).to_ascii_lowercase());
    let (clicks, others): (Vec<_>, Vec<_>) = query.split('&').partition(is_click_id);
    if clicks.is_empty() {
        return None;
    }
    let mut rest = page.to_owned();
    if !others.is_empty() {
        rest = rest + "?" + &others.join("&");
    }
    if let Some(fragment) = fragment {
        rest = rest + "#" + fragment;
    }
    Some((clicks.into_iter().map(name).collect(), rest.into()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::super::Draft;
    use super::*;

    fn of_link(link: &str) -> Vec<(&'static str, String)> {
        ContentNote::of_link("content.link", Some(link)).into_iter().map(|note| (note.code, note.message)).collect()
    }

    #[test]
    fn a_short_link_is_told_by_its_host() {
        for (link, host) in [
            ("https://bit.ly/3abc", Some("bit.ly")),
            ("http://www.BIT.ly/3abc", Some("bit.ly")),
            ("https://band.lnk.to/album", Some("lnk.to")),
            ("https://tinyurl.com/pie", Some("tinyurl.com")),
            ("https://amzn.to/3abc?x=1", Some("amzn.to")),
            ("https://t.co./abc", Some("t.co")),
            ("https://bit.ly/", None),
            ("https://go.example.com/3abc", None),
            ("https://orbit.ly/3abc", None),
            ("https://bit.ly.example.com/3abc", None),
            ("https://example.com/?to=https://bit.ly/3abc", None),
            ("https://microsoft.com/x", None),
        ] {
            let found = of_link(link);
            assert_eq!(found.len(), usize::from(host.is_some()), "{link} {found:?}");
            assert!(
                host.is_none_or(|host| found[0].0 == "short_link" && found[0].1.starts_with(host)),
                "{link} {found:?}"
            );
        }
    }

    #[test]
    fn click_ids_are_named_and_the_link_is_shown_without_them() {
        for (link, names, rest) in [
            ("https://example.com/pie?fbclid=IwAR0", "fbclid", "https://example.com/pie "),
            ("https://example.com/pie?x=1&gclid=a&y=2#top", "gclid", "https://example.com/pie?x=1&y=2#top "),
            (
                "https://example.com/?epik=a&utm_source=b&MSCLKID=c",
                "epik, MSCLKID",
                "https://example.com/?utm_source=b ",
            ),
            ("https://example.com/?ttclid", "ttclid", "https://example.com/ "),
        ] {
            let found = of_link(link);
            let message = &found[0].1;
            assert_eq!((found.len(), found[0].0), (1, "click_ids"), "{link}");
            assert!(
                message.contains(&format!("contains {names},")) && message.contains(&format!("using {rest}")),
                "{message}"
            );
        }
        for link in [
            "https://example.com/fbclid=1",
            "https://example.com/?myfbclid=1&x=gclid",
            "https://example.com/#?fbclid=1",
            "https://example.com/?irclickid=1&utm_source=gclid&tag=x-20",
        ] {
            assert_eq!(of_link(link), [], "{link}");
        }
        let both = of_link("https://example.com/?a=1&amp;fbclid=2&amp;b=3");
        assert_eq!(both.iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["html_entities", "click_ids"]);
        assert!(both[0].1.contains("\"https://example.com/?a=1&fbclid=2&b=3\"?"), "{both:?}");
        assert!(both[1].1.contains("https://example.com/?a=1&b=3 "), "{both:?}");
    }

    #[test]
    fn every_text_and_address_is_looked_at_and_none_is_changed() {
        let text = |text: &str| Some(text.to_owned());
        let draft = Draft {
            title: text("Mac &amp; Cheese"),
            description: text("Mom&#8217;s own"),
            alt_text: text("Plain & simple"),
            link: text("https://bit.ly/x?a=1&amp;b=2"),
            media: Media::at("https://example.com/a.jpg?w=1&amp;h=2"),
            ..Draft::default()
        };
        let content = Content::check(draft.clone()).unwrap();
        assert_eq!(content.draft().title, draft.title);
        let notes = content.notes();
        let found: Vec<_> = notes.iter().map(|note| (note.field.as_str(), note.code)).collect();
        let expected = [
            ("content.title", ENTITIES),
            ("content.description", ENTITIES),
            ("content.link", ENTITIES),
            ("content.link", SHORT_LINK),
            ("content.media.url", ENTITIES),
        ];
        assert_eq!(found, expected);
        assert!(notes[0].message.contains("Mac & Cheese"), "{notes:?}");
        assert!(notes[1].message.contains("Mom’s own"), "{notes:?}");
    }

    #[test]
    fn the_tables_are_sorted_and_have_nothing_twice() {
        assert!(SHORTENERS.is_sorted_by(|one, other| one < other));
        assert!(CLICK_IDS.is_sorted_by(|one, other| one < other));
    }
}
