//! A form on one of our pages, read as far as filling it in needs.

/// A form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Where it goes; empty for the page that it is on.
    pub action: String,
    /// Names and values of its hidden fields.
    pub hidden: Vec<(String, String)>,
    /// Its boxes and buttons to choose from.
    pub choices: Vec<Choice>,
}

/// A box or a radio button with the text beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The field's name.
    pub name: String,
    /// What it sends when it is chosen.
    pub value: String,
    /// The first words of its label.
    pub label: String,
}

impl Form {
    /// The first form of a page that is sent by POST.
    pub fn on(page: &str) -> Option<Self> {
        let (tag, rest) = page.split("<form").skip(1).find_map(|part| {
            let (tag, rest) = part.split_once('>')?;
            (attribute(tag, "method")?.eq_ignore_ascii_case("post")).then_some((tag, rest))
        })?;
        let inside = rest.split("</form").next()?;
        let mut form =
            Self { action: attribute(tag, "action").unwrap_or_default(), hidden: Vec::new(), choices: Vec::new() };
        for part in inside.split("<input").skip(1) {
            let Some((tag, after)) = part.split_once('>') else { continue };
            let (Some(name), Some(value)) = (attribute(tag, "name"), attribute(tag, "value")) else { continue };
            match attribute(tag, "type").as_deref() {
                Some("hidden") => form.hidden.push((name, value)),
                Some("checkbox" | "radio") => form.choices.push(Choice { name, value, label: words(after) }),
                _ => {}
            }
        }
        Some(form)
    }

    /// The choice with this label.
    pub fn choice(&self, label: &str) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.label == label)
    }

    /// What the form sends with these choices.
    pub fn filled(&self, chosen: &[&Choice]) -> Vec<(String, String)> {
        let chosen = chosen.iter().map(|choice| (choice.name.clone(), choice.value.clone()));
        self.hidden.iter().cloned().chain(chosen).collect()
    }
}

/// The value of an attribute in double quotes, as our pages write them.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let begin = format!(" {name}=\"");
    let (_, value) = tag.split_once(&begin)?;
    value.split('"').next().map(unescape)
}

/// The first text that is not in a tag, within the label.
fn words(html: &str) -> String {
    let label = html.split("</label").next().unwrap_or_default();
    let texts = label.split('<').enumerate().map(|(number, part)| match part.split_once('>') {
        Some((_, text)) if number > 0 => text,
        _ if number > 0 => "",
        _ => part,
    });
    texts.map(str::trim).find(|text| !text.is_empty()).map(unescape).unwrap_or_default()
}

fn unescape(text: &str) -> String {
    // The ampersand comes last, or what it brings forth would be read again.
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    const PAGE: &str = r#"<h1>Pick</h1><form method="get"></form><form method="post" action="/app?a=1&amp;b=2">
        <input type="hidden" name="grant" value="g&quot;1">
        <ul><li><label><input type="checkbox" name="board" value="7" checked> <span class="name">Salt &amp; pepper<span>Secret</span></span></label></li>
        <li><label><input type="checkbox" name="board" value="8"> <span>Other</span></label></li></ul>
        <button type="submit">Save</button></form>"#;

    #[test]
    fn a_form_is_read_with_its_fields_and_labels() {
        let form = Form::on(PAGE).unwrap();
        assert_eq!(form.action, "/app?a=1&b=2");
        assert_eq!(form.hidden, [("grant".to_owned(), "g\"1".to_owned())]);
        let labels: Vec<_> = form.choices.iter().map(|choice| (choice.value.as_str(), choice.label.as_str())).collect();
        assert_eq!(labels, [("7", "Salt & pepper"), ("8", "Other")]);
    }

    #[test]
    fn a_form_sends_its_hidden_fields_and_what_was_chosen() {
        let form = Form::on(PAGE).unwrap();
        let filled = form.filled(&[form.choice("Other").unwrap()]);
        assert_eq!(filled, [("grant".into(), "g\"1".into()), ("board".into(), "8".into())]);
        assert_eq!(form.choice("Salt"), None);
    }

    #[test]
    fn a_page_without_such_a_form_has_none() {
        assert_eq!(Form::on("<form method=\"get\"></form>"), None);
        assert_eq!(Form::on("<p>nothing</p>"), None);
    }
}
