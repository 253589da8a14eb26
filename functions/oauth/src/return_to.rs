//! Where a person goes when they are done: within this installation, or to an allowed origin.

use shared::api::Origin;
use shared::domain::FieldError;
use url::Url;

/// The page that shows a person's accounts.
pub const ACCOUNTS: &str = "/app/accounts";

/// Pages that are longer to address than this do not exist.
const LIMIT: usize = 2048;

/// Reads `return_to`, a path here or an address of `allowed`, as an absolute address.
///
/// Parsed as browsers do it, so that what is checked is what they follow; kept absolute, so that a path that
/// normalizes to `//…` leads nowhere else.
pub fn parse(text: &str, origin: &Origin, allowed: &[url::Origin]) -> Result<String, FieldError> {
    let wrong = |message: &str| FieldError::new("return_to", "invalid", message);
    if text.len() > LIMIT {
        return Err(wrong("Too long. The limit is 2,048 bytes."));
    }
    if text.contains('\\') || text.chars().any(char::is_control) {
        return Err(wrong("Contains a backslash or a control character."));
    }
    let is_path = text.starts_with('/') && !text.starts_with("//");
    let url = if is_path { Url::parse(origin.as_str()).and_then(|base| base.join(text)) } else { Url::parse(text) };
    let url = url.map_err(|_| wrong("Expected a path such as /app/accounts, or a URL."))?;
    // A `blob:` address has the origin of what made it.
    let is_page = matches!(url.scheme(), "https" | "http");
    let permitted = is_page && (origin.contains(&url) || allowed.contains(&url.origin()));
    if !permitted || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("Not allowed. Use a path of this installation, or an origin in RETURN_TO_ORIGINS."));
    }
    Ok(url.into())
}

/// The origin of `return_to`, where it is another than ours.
pub fn foreign_origin(return_to: &str, origin: &Origin) -> Option<String> {
    let url = Url::parse(return_to).ok().filter(|url| !origin.contains(url))?;
    Some(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn read(text: &str) -> Option<String> {
        let origin = Origin::new("https://pins.example.com".parse().unwrap());
        let allowed = [Url::parse("https://app.example.com").unwrap().origin()];
        parse(text, &origin, &allowed).ok()
    }

    #[test]
    fn people_are_sent_back_here_or_to_an_allowed_origin() {
        for (text, url) in [
            ("/app/accounts", "https://pins.example.com/app/accounts"),
            ("/app/accounts?new=1#top", "https://pins.example.com/app/accounts?new=1#top"),
            ("/", "https://pins.example.com/"),
            ("https://pins.example.com/app", "https://pins.example.com/app"),
            ("https://app.example.com/done?x=1", "https://app.example.com/done?x=1"),
            ("HTTPS://APP.example.com:443/done", "https://app.example.com/done"),
            ("/.//evil.example", "https://pins.example.com//evil.example"),
            ("/a/../b", "https://pins.example.com/b"),
        ] {
            assert_eq!(read(text).as_deref(), Some(url), "{text}");
        }
    }

    #[test]
    fn nobody_is_sent_anywhere_else() {
        for text in [
            "",
            "app/accounts",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "https://evil.example",
            "https://pins.example.com.evil.example",
            "https://pins.example.com@evil.example",
            "https://user@pins.example.com/",
            "https://:password@pins.example.com/",
            "https://app.example.com:8443/",
            "http://pins.example.com/",
            "http://app.example.com/",
            "javascript:alert(1)",
            "data:text/html,x",
            "blob:https://pins.example.com/x",
            " https://evil.example",
            &format!("/{}", "x".repeat(2048)),
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn only_another_origin_has_to_be_allowed_in_the_policy_of_the_page() {
        let origin = Origin::new("https://pins.example.com".parse().unwrap());
        assert_eq!(foreign_origin("https://pins.example.com/app", &origin), None);
        let foreign = foreign_origin("https://app.example.com:8443/done?code=1", &origin);
        assert_eq!(foreign.as_deref(), Some("https://app.example.com:8443"));
    }
}
