//! Whether an address can lead anywhere, seen without asking for it.

use url::{Host, Url};

use super::{FieldError, too_long};
use crate::domain::characters::{is_unseen, refused_character, trim_unseen};

/// How many characters Pinterest takes of an address.
const LONGEST: usize = 2048;

/// An address as somebody pasted it, without white space and unseen signs around it, and without those within it that no
/// address needs: joiners and variation selectors hold words and emoji together, the others come from pages and editors.
pub(super) fn pasted(text: &str) -> String {
    let holds_together =
        |c: char| matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E0FFF}');
    trim_unseen(text)
        .replace(|c| is_unseen(c) && !holds_together(c) && refused_character(c.encode_utf8(&mut [0; 4])).is_none(), "")
}

/// Checks an address that people follow or Pinterest fetches: absolute, over HTTP, of a host that can exist.
pub(super) fn check(errors: &mut Vec<FieldError>, field: &str, text: &str) {
    if text.chars().count() > LONGEST {
        errors.push(too_long(field, LONGEST, text.chars().count()));
    }
    if let Some(message) = objection(text) {
        errors.push(FieldError::new(field, "invalid_url", message));
    }
}

/// What is wrong with `text` as an address, and the remedy.
fn objection(text: &str) -> Option<&'static str> {
    const FULL: &str = "Enter a full URL that starts with https:// or http://, without spaces or a password.";
    if text.contains(char::is_whitespace) || refused_character(text).is_some() {
        return Some(FULL);
    }
    // A parser mends one slash or three; whoever follows the link may not.
    let rest = ["https://", "http://"].into_iter().find_map(|scheme| strip_prefix_ignoring_case(text, scheme));
    let Some(rest) = rest.filter(|rest| !rest.starts_with(['/', '\\'])) else { return Some(FULL) };
    let Ok(url) = Url::parse(text) else { return Some(FULL) };
    if !url.username().is_empty() || url.password().is_some() {
        return Some(FULL);
    }
    let Some(Host::Domain(name)) = url.host() else { return None };
    if matches!(name, "http" | "https") || rest.starts_with("http:") || rest.starts_with("https:") {
        return Some("The URL has https:// or http:// twice. Remove one of them.");
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    let has_empty_label = name.split('.').any(str::is_empty);
    if has_empty_label || !name.contains('.') {
        return Some("The URL has no website. After https:// it needs a name such as www.example.com.");
    }
    None
}

fn strip_prefix_ignoring_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (begin, rest) = text.split_at_checked(prefix.len())?;
    begin.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Checks that Pinterest, which fetches the image, can reach the address: this machine's own and its neighbours' lead it
/// nowhere.
pub(super) fn check_is_public(errors: &mut Vec<FieldError>, field: &str, text: &str) -> bool {
    let is_private = Url::parse(text).is_ok_and(|url| url.host().is_some_and(|host| is_private(&host)));
    if is_private {
        let message = "Pinterest can't reach this URL because it is in a private network. Use a public URL, or \
                       upload the image.";
        errors.push(FieldError::new(field, "private_address", message));
    }
    !is_private
}

/// Names that only a network of one's own knows (RFC 6761, RFC 6762, RFC 8375), and those that routers and companies use.
const PRIVATE_ENDINGS: [&str; 9] =
    ["localhost", "local", "internal", "test", "invalid", "lan", "home.arpa", "localdomain", "intranet"];

fn is_private(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            let ends = |ending: &&str| {
                name.strip_suffix(*ending).is_some_and(|before| before.is_empty() || before.ends_with('.'))
            };
            PRIVATE_ENDINGS.iter().any(ends)
        }
        Host::Ipv4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.octets()[0] == 0,
        Host::Ipv6(ip) => {
            let inside = ip.to_ipv4_mapped().is_some_and(|ip| is_private(&Host::Ipv4(ip)));
            inside || ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
    }
}
