//! Addresses of boards and sections, as a browser shows them.

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::NoPlace;

/// What the address of a board or section says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The name of the board's owner.
    pub owner: String,
    /// The board as addresses write it, such as `summer-recipes`.
    pub board: String,
    /// The section likewise.
    pub section: Option<String>,
}

impl Address {
    /// Reads an address; absent where `text` is none.
    pub(super) fn parse(text: &str) -> Result<Option<Self>, NoPlace> {
        let Some(url) = as_url(text) else { return Ok(None) };
        match url.host() {
            Some(Host::Domain("pin.it")) => return Err(NoPlace::Short),
            Some(Host::Domain(host)) if is_pinterest(host) => {}
            _ => return Err(NoPlace::Foreign),
        }
        let parts: Option<Vec<_>> = url.path().split('/').filter(|part| !part.is_empty()).map(decoded).collect();
        let mut parts = parts.ok_or(NoPlace::Other)?.into_iter();
        let (Some(owner), Some(board), section, None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(NoPlace::Other);
        };
        // `/pin/…`, `/search/…`, `/ideas/…` are no people, and what begins with `_` is a tab of a profile.
        if ["pin", "search", "ideas", "oauth", "business", "settings"].contains(&owner.as_str())
            || board.starts_with('_')
        {
            return Err(NoPlace::Other);
        }
        Ok(Some(Self { owner, board, section }))
    }
}

/// An address with its scheme, or one of Pinterest's without.
fn as_url(text: &str) -> Option<Url> {
    if text.starts_with("https://") || text.starts_with("http://") {
        return Url::parse(text).ok();
    }
    let host = text.split('/').next().filter(|host| *host != text)?;
    (is_pinterest(&host.to_lowercase()) || host == "pin.it").then(|| Url::parse(&format!("https://{text}")).ok())?
}

/// `pinterest.com`, `www.pinterest.co.uk`, `de.pinterest.com`: nothing is fetched from it.
fn is_pinterest(host: &str) -> bool {
    let labels: Vec<_> = host.split('.').collect();
    let name = labels.iter().position(|label| *label == "pinterest");
    name.is_some_and(|at| at <= 1 && (1..=2).contains(&(labels.len() - at - 1)))
}

fn decoded(part: &str) -> Option<String> {
    percent_decode_str(part).decode_utf8().ok().map(Into::into)
}
