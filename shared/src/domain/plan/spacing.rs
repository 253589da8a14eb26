//! Pins that look alike are kept apart, since Pinterest takes the same link or image in quick succession for spam.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound::Excluded;

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::Plan;
use crate::domain::{Content, Media, Pin, PinId, Status};

/// A pin of the account that is planned or out, as far as spacing goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// The pin.
    pub id: PinId,
    /// When it goes out, or went out.
    pub at: Timestamp,
    alike: Alikes,
}

/// What pins can have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alike {
    /// They lead to the same page.
    Link,
    /// They show the same image.
    Image,
}

impl Alike {
    /// What the other pin does, as a person reads it.
    pub fn told(self) -> &'static str {
        match self {
            Self::Link => "leads to the same page",
            Self::Image => "shows the same image",
        }
    }
}

/// A pin that is too close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// What the two have in common.
    pub alike: Alike,
    /// The other pin.
    pub other: PinId,
    /// The first moment from which that one is no longer too close.
    pub until: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Alikes {
    link: Option<String>,
    /// An image, or several.
    images: Vec<String>,
}

impl Alikes {
    fn of(content: &Content) -> Self {
        let images = match content.media() {
            Media::ImageUrl { url } => vec![destination(url)],
            // A cover is no image that people are shown over and over.
            Media::Video { id, .. } => vec![id.to_string()],
            own => own.files().into_iter().map(ToString::to_string).collect(),
        };
        Self { link: content.link().map(destination), images }
    }
}

impl Neighbour {
    /// `pin` where it takes part in the plan: it waits for a time, goes out or is out.
    pub fn of(pin: &Pin) -> Option<Self> {
        let counts = matches!(
            pin.state.status(),
            Status::Scheduled | Status::Held | Status::Publishing | Status::Published | Status::NeedsReview
        );
        Some(Self::new(pin.id.clone(), pin.publish_at.filter(|_| counts)?, &pin.content))
    }

    /// A pin that is about to be planned.
    pub fn new(id: PinId, at: Timestamp, content: &Content) -> Self {
        Self { id, at, alike: Alikes::of(content) }
    }
}

/// Pins of an account, sorted so that those too close to a pin are found among very many.
#[derive(Debug, Default)]
pub struct Neighbours {
    links: HashMap<String, Moments>,
    images: HashMap<String, Moments>,
}

type Moments = BTreeMap<Timestamp, Vec<PinId>>;

impl Neighbours {
    /// Takes a pin.
    pub fn insert(&mut self, pin: &Neighbour) {
        let insert = |pins: &mut HashMap<String, Moments>, likeness: &String| {
            pins.entry(likeness.clone()).or_default().entry(pin.at).or_default().push(pin.id.clone());
        };
        pin.alike.link.iter().for_each(|link| insert(&mut self.links, link));
        pin.alike.images.iter().for_each(|image| insert(&mut self.images, image));
    }

    /// Forgets a pin that was taken with the same time and content.
    pub fn remove(&mut self, pin: &Neighbour) {
        let remove = |pins: &mut HashMap<String, Moments>, likeness: &String| {
            if let Some(ids) = pins.get_mut(likeness).and_then(|moments| moments.get_mut(&pin.at)) {
                ids.retain(|id| *id != pin.id);
            }
        };
        pin.alike.link.iter().for_each(|link| remove(&mut self.links, link));
        pin.alike.images.iter().for_each(|image| remove(&mut self.images, image));
    }

    /// The last of these pins that `pin` would be too close to; the pin itself is left out. Of two from which on there is
    /// room at the same moment, it may be either.
    pub fn clash(&self, pin: &Neighbour, plan: &Plan) -> Option<Clash> {
        let link = pin.alike.link.iter().filter_map(|link| self.links.get(link));
        let link = link.filter_map(|pins| last(pins, pin, plan.same_link_hours, Alike::Link));
        let images = pin.alike.images.iter().filter_map(|image| self.images.get(image));
        let images = images.filter_map(|pins| last(pins, pin, plan.same_image_hours, Alike::Image));
        link.chain(images).max_by_key(|clash| clash.until)
    }
}

/// The last of `pins` that is less than `hours` away from `pin`.
fn last(pins: &Moments, pin: &Neighbour, hours: u32, alike: Alike) -> Option<Clash> {
    let apart = SignedDuration::from_hours(hours.into());
    let (from, to) = (pin.at.checked_sub(apart).ok()?, pin.at.checked_add(apart).ok()?);
    if from >= to {
        return None;
    }
    let close = pins.range((Excluded(from), Excluded(to))).rev();
    let mut close = close.flat_map(|(at, ids)| ids.iter().rev().map(move |id| (at, id)));
    let (at, other) = close.find(|(_, id)| **id != pin.id)?;
    Some(Clash { alike, other: other.clone(), until: at.checked_add(apart).unwrap_or(Timestamp::MAX) })
}

impl Plan {
    /// How far from a pin's time another one can matter.
    pub fn reach(&self) -> SignedDuration {
        SignedDuration::from_hours(self.same_link_hours.max(self.same_image_hours).into())
    }
}

/// An address without what does not change where it leads: `www.`, a slash at the end, a fragment, campaign parameters and
/// the order of the others.
fn destination(address: &str) -> String {
    let Ok(url) = Url::parse(address) else { return address.to_owned() };
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    let mut query: Vec<_> = url.query_pairs().filter(|(name, _)| !name.starts_with("utm_")).collect();
    query.sort();
    let query: Vec<_> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{host}{port}{}?{}", url.path().trim_end_matches('/'), query.join("&"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::domain::content::Draft;
    use crate::random::SystemRandom;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn content(link: Option<&str>, image: &str) -> Content {
        let draft = Draft { link: link.map(str::to_owned), media: Media::at(image), ..Draft::default() };
        Content::check(draft).unwrap()
    }

    #[test]
    fn the_same_page_is_the_same_however_it_is_written() {
        let plain = destination("https://example.com/cake?b=2&a=1");
        for same in [
            "http://example.com/cake?a=1&b=2",
            "https://www.example.com/cake/?b=2&a=1",
            "https://EXAMPLE.com/cake?a=1&b=2&utm_source=pinterest&utm_medium=x#recipe",
        ] {
            assert_eq!(destination(same), plain, "{same}");
        }
        for other in
            ["https://example.com/cake", "https://example.com:8443/cake?a=1&b=2", "https://example.org/cake?a=1&b=2"]
        {
            assert_ne!(destination(other), plain, "{other}");
        }
    }

    /// From which moment on `pin` is too close to none of `pins`, by comparing it with each.
    fn compared(pin: &Neighbour, plan: &Plan, pins: &[Neighbour]) -> Option<Timestamp> {
        let untils = pins.iter().flat_map(|other| {
            let link = (pin.alike.link.is_some() && pin.alike.link == other.alike.link).then_some(plan.same_link_hours);
            let shares = pin.alike.images.iter().any(|image| other.alike.images.contains(image));
            let apart = [link, shares.then_some(plan.same_image_hours)].into_iter().flatten();
            let apart = apart.map(|hours| SignedDuration::from_hours(hours.into()));
            apart.filter(|apart| pin.at.duration_since(other.at).abs() < *apart).map(|apart| other.at + apart)
        });
        untils.max()
    }

    proptest::proptest! {
        #[test]
        fn sorted_neighbours_clash_as_all_compared_do(
            pins in proptest::collection::vec((0..200_i64, 0..3_usize, 0..3_usize), 0..40),
            gone in 0..10_usize,
            (at, link, image) in (0..200_i64, 0..3_usize, 0..3_usize),
            (same_link_hours, same_image_hours) in (0..60_u32, 0..60_u32),
        ) {
            let links = [None, Some("https://example.com/a"), Some("https://example.com/b")];
            let images = ["https://example.com/a.jpg", "https://example.com/b.jpg", "https://example.com/c.jpg"];
            let plan = Plan { same_link_hours, same_image_hours, ..Plan::default() };
            let pin = |(at, link, image): (i64, usize, usize)| {
                let at = NOW + SignedDuration::from_hours(at);
                Neighbour::new(PinId::random(&SystemRandom), at, &content(links[link], images[image]))
            };
            let pins: Vec<_> = pins.into_iter().map(pin).collect();
            let gone = gone.min(pins.len());
            let mut sorted = Neighbours::default();
            for pin in &pins {
                sorted.insert(pin);
            }
            for pin in &pins[..gone] {
                sorted.remove(pin);
            }
            let wanted = pin((at, link, image));
            sorted.insert(&wanted);
            let found = sorted.clash(&wanted, &plan);
            proptest::prop_assert_eq!(found.map(|clash| clash.until), compared(&wanted, &plan, &pins[gone..]));
        }
    }

    #[test]
    fn pins_that_look_alike_are_kept_apart_on_both_sides() {
        let plan = Plan { same_link_hours: 48, same_image_hours: 24, ..Plan::default() };
        let other = PinId::random(&SystemRandom);
        let (link, image) = (Some("https://example.com/a"), "https://example.com/a.jpg");
        let mut neighbours = Neighbours::default();
        neighbours.insert(&Neighbour::new(other.clone(), NOW, &content(link, image)));
        let wanted = |link: Option<&str>, image: &str, at| {
            Neighbour::new(PinId::random(&SystemRandom), at, &content(link, image))
        };
        let hours = |hours: i64| NOW + SignedDuration::from_hours(hours);
        for (link, image, at, expected) in [
            (link, "https://example.com/b.jpg", hours(47), Some((Alike::Link, hours(48)))),
            (link, "https://example.com/b.jpg", hours(-47), Some((Alike::Link, hours(48)))),
            (link, "https://example.com/b.jpg", hours(48), None),
            (link, "https://example.com/b.jpg", hours(-48), None),
            (None, image, hours(23), Some((Alike::Image, hours(24)))),
            (None, image, hours(24), None),
            (link, image, hours(30), Some((Alike::Link, hours(48)))),
            (None, "https://example.com/b.jpg", NOW, None),
        ] {
            let clash = neighbours.clash(&wanted(link, image, at), &plan);
            let found = clash.map(|clash| {
                assert_eq!(clash.other, other);
                (clash.alike, clash.until)
            });
            assert_eq!(found, expected, "{link:?} {image} {at}");
        }
        let free = Plan { same_link_hours: 0, same_image_hours: 0, ..Plan::default() };
        assert_eq!(neighbours.clash(&wanted(link, image, NOW), &free), None, "0 does not keep them apart");
    }
}
