//! Texts that are said again and again, put around what a pin says itself.

use std::collections::BTreeMap;

use jiff::Timestamp;
use url::Url;

use super::TemplateId;
use super::content::{AiDisclosures, ContentNote, Draft, leads_somewhere};

/// A template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Our id of it.
    pub id: TemplateId,
    /// What its owner calls it.
    pub name: String,
    /// The title, with places for what the pin says; absent leaves the pin's own.
    pub title: Option<String>,
    /// The description likewise.
    pub description: Option<String>,
    /// The alt text likewise.
    pub alt_text: Option<String>,
    /// Put at the end of the description, those that are not in it already.
    pub hashtags: Vec<String>,
    /// Added to the link, those that it does not have already.
    pub link_params: BTreeMap<String, String>,
    /// What was made with AI, of pins that say nothing of it themselves.
    pub ai_disclosures: AiDisclosures,
    /// When it was made.
    pub created_at: Timestamp,
    /// The last change.
    pub updated_at: Timestamp,
    /// Counts changes.
    pub version: u64,
}

/// What a place in a template stands for.
pub const PLACES: [&str; 4] = ["title", "description", "alt_text", "link"];

impl Template {
    /// What a pin shows that says `own` itself; within Pinterest's limits it is not yet.
    pub fn apply(&self, own: &Draft) -> Draft {
        let told = |name: &str| match name {
            "title" => own.title.as_deref(),
            "description" => own.description.as_deref(),
            "alt_text" => own.alt_text.as_deref(),
            _ => own.link.as_deref(),
        };
        let put = |template: &Option<String>, own: &Option<String>| match template {
            Some(template) => Some(fill(template, |name| told(name).unwrap_or_default().to_owned())),
            None => own.clone(),
        };
        Draft {
            title: put(&self.title, &own.title),
            description: self.tagged(put(&self.description, &own.description)),
            alt_text: put(&self.alt_text, &own.alt_text),
            link: own.link.as_deref().map(|link| self.linked(link)),
            ai_disclosures: own.ai_disclosures.or(Some(self.ai_disclosures)),
            ..own.clone()
        }
    }

    /// What is worth knowing about its texts.
    pub fn notes(&self) -> Vec<ContentNote> {
        let texts = [("title", &self.title), ("description", &self.description), ("alt_text", &self.alt_text)];
        texts.into_iter().filter_map(|(field, text)| ContentNote::of_text(field, text.as_deref())).collect()
    }

    fn tagged(&self, description: Option<String>) -> Option<String> {
        let text = description.unwrap_or_default();
        let said: Vec<_> = hashtags(&text).map(str::to_lowercase).collect();
        let missing = self.hashtags.iter().filter(|tag| !said.contains(&tag.to_lowercase()));
        let missing: Vec<_> = missing.map(String::as_str).collect();
        let tags = missing.join(" ");
        let parts = [text.trim_end(), &tags].into_iter().filter(|part| !part.is_empty());
        Some(parts.collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty())
    }

    /// A link that is none is left to those who judge it.
    fn linked(&self, link: &str) -> String {
        let parsed = Url::parse(link).ok().filter(|_| leads_somewhere(link));
        let Some(mut url) = parsed else { return link.to_owned() };
        let has = |url: &Url, name: &str| url.query_pairs().any(|(known, _)| known == name);
        let missing: Vec<_> = self.link_params.iter().filter(|(name, _)| !has(&url, name)).collect();
        if missing.is_empty() {
            return link.to_owned();
        }
        url.query_pairs_mut().extend_pairs(missing);
        url.into()
    }
}

/// The hashtags in `text`, each with its `#`: one ends where its letters, marks, digits and underscores end. What follows `#`
/// in an address is none.
fn hashtags(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split_whitespace().filter(|word| !word.contains("://"));
    words.flat_map(|word| {
        word.match_indices('#').filter_map(|(at, _)| {
            let rest = &word[at + 1..];
            let is_part = |c: char| c.is_alphanumeric() || c == '_' || is_mark(c);
            let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            (length > 0).then(|| &word[at..=at + length])
        })
    })
}

/// What is written above, below or behind a letter, and holds a word together: accents on their own, the vowel signs of
/// Indian and Thai scripts, joiners.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e30}'..='\u{e4e}' | '\u{200c}' | '\u{200d}')
}

/// The places of a template that stand for nothing.
pub fn unknown_places(template: &str) -> Vec<String> {
    let mut unknown = Vec::new();
    fill(template, |name| {
        if !PLACES.contains(&name) {
            unknown.push(name.to_owned());
        }
        String::new()
    });
    unknown
}

/// Puts what `told` says into the places `{…}`; `{{` and `}}` stand for the braces themselves.
fn fill(template: &str, mut told: impl FnMut(&str) -> String) -> String {
    let (mut filled, mut rest) = (String::new(), template);
    while let Some(at) = rest.find(['{', '}']) {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("{{") {
            filled.push('{');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("}}") {
            filled.push('}');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            filled.push_str(&told(name));
            rest = after;
        } else {
            filled.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    fn template() -> Template {
        Template {
            id: TemplateId::random(&SystemRandom),
            name: "Recipes".into(),
            title: Some("{title} – an easy recipe".into()),
            description: Some("{description}\n\nMore at {link}".into()),
            alt_text: None,
            hashtags: vec!["#recipes".into(), "#EasyCooking".into()],
            link_params: BTreeMap::from([
                ("utm_source".into(), "pinterest".into()),
                ("utm_medium".into(), "social".into()),
            ]),
            ai_disclosures: AiDisclosures::default(),
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            version: 1,
        }
    }

    fn own() -> Draft {
        Draft {
            title: Some("Apple pie".into()),
            description: Some("With cinnamon. #Recipes".into()),
            alt_text: Some("A pie".into()),
            link: Some("https://example.com/pie?utm_source=mail&x=1#top".into()),
            ..Draft::default()
        }
    }

    #[test]
    fn a_template_is_put_around_what_the_pin_says() {
        let draft = template().apply(&own());
        assert_eq!(draft.title.as_deref(), Some("Apple pie – an easy recipe"));
        let description =
            "With cinnamon. #Recipes\n\nMore at https://example.com/pie?utm_source=mail&x=1#top #EasyCooking";
        assert_eq!(draft.description.as_deref(), Some(description), "a tag that is there is not repeated");
        assert_eq!(draft.alt_text.as_deref(), Some("A pie"));
        let link = "https://example.com/pie?utm_source=mail&x=1&utm_medium=social#top";
        assert_eq!(draft.link.as_deref(), Some(link), "what the link says itself stays");
        assert_eq!(template().apply(&draft).link, draft.link, "a second time adds nothing");
    }

    #[test]
    fn a_hashtag_ends_where_its_letters_end() {
        for (text, has_tag) in [
            ("Try #recipes!", true),
            ("#RECIPES,", true),
            ("(#recipes)", true),
            ("#tea#recipes", true),
            ("#recipes", true),
            ("\u{201e}#recipes\u{201c}", true),
            ("#recipesforlunch", false),
            ("#recipes_for_lunch", false),
            ("#recipe", false),
            ("recipes", false),
            ("# recipes", false),
            ("https://example.com/#recipes", false),
        ] {
            let template = Template { hashtags: vec!["#recipes".into()], description: None, ..template() };
            let own = Draft { description: Some(text.into()), ..Draft::default() };
            let expected = if has_tag { text.to_owned() } else { format!("{text} #recipes") };
            assert_eq!(template.apply(&own).description, Some(expected), "{text}");
        }
        let found: Vec<_> = hashtags("#crème_brûlée, #cre\u{300}me. #हिन्दी #日本 #").collect();
        assert_eq!(found, ["#crème_brûlée", "#cre\u{300}me", "#हिन्दी", "#日本"]);
    }

    #[test]
    fn what_the_pin_does_not_say_is_empty() {
        let plain = Template { title: None, description: None, ..template() };
        let draft = plain.apply(&Draft::default());
        assert_eq!((draft.title, draft.link), (None, None));
        assert_eq!(draft.description.as_deref(), Some("#recipes #EasyCooking"));
    }

    #[test]
    fn places_are_braces_and_braces_are_doubled() {
        for (template, filled, unknown) in [
            ("{title}!", "T!", vec![]),
            ("{{title}} {title}}}", "{title} T}", vec![]),
            ("{name} {title}", " T", vec!["name"]),
            ("a { b", "a { b", vec![]),
            ("a } b", "a } b", vec![]),
            ("{", "{", vec![]),
            ("{}", "", vec![""]),
            ("ü{title}ü", "üTü", vec![]),
        ] {
            let found = fill(template, |name| if name == "title" { "T".to_owned() } else { String::new() });
            assert_eq!(
                (found.as_str(), unknown_places(template)),
                (filled, unknown.iter().map(|s| (*s).to_owned()).collect()),
                "{template}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn no_template_is_too_strange(text in "[{}a-zü]{0,20}") {
            let filled = fill(&text, |name| format!("[{name}]"));
            proptest::prop_assert!(filled.len() <= text.len() * 2);
        }
    }
}
