//! Who may pick: whoever has the one-time grant in the form and in the cookie, and sends our own form.

use axum::http::{HeaderMap, header};
use shared::api::Origin;
use shared::platform::Platform;
use shared::store::PickGrant;

use super::form::Form;
use crate::cookie::PICK;
use crate::failure::Failure;

/// Whether the browser says that the form is on a page of ours.
pub fn is_own_form(headers: &HeaderMap, origin: &Origin) -> bool {
    match headers.get(header::ORIGIN) {
        Some(sender) => sender.as_bytes() == origin.as_str().as_bytes(),
        None => headers.get("sec-fetch-site").is_some_and(|site| site.as_bytes() == b"same-origin"),
    }
}

/// Finds the grant that form and cookie agree on; answers the hash that it is stored under as well.
pub async fn find(
    platform: &Platform,
    origin: &Origin,
    headers: &HeaderMap,
    form: &Form,
) -> Result<(String, PickGrant), Failure> {
    let hash = form.grant.hash();
    let cookie = PICK.read(headers, origin).ok_or(Failure::GrantUnknown)?;
    if cookie.hash() != hash {
        return Err(Failure::GrantUnknown);
    }
    let grant = still_good_grant(platform, &hash).await?;
    Ok((hash, grant))
}

/// Whether the grant can still be used.
pub async fn still_good(platform: &Platform, hash: &str) -> Result<(), Failure> {
    still_good_grant(platform, hash).await.map(drop)
}

async fn still_good_grant(platform: &Platform, hash: &str) -> Result<PickGrant, Failure> {
    let grant = platform.consents.load_pick(hash).await?.ok_or(Failure::GrantUnknown)?;
    if grant.used_at.is_some() {
        Err(Failure::GrantUsed)
    } else if grant.expires_at <= platform.clock.now() {
        Err(Failure::GrantExpired)
    } else {
        Ok(grant)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn only_a_form_on_a_page_of_ours_is_taken() {
        let origin = Origin::new("https://pins.example.com".parse().unwrap());
        for (sender, site, own) in [
            (Some("https://pins.example.com"), None, true),
            (Some("https://pins.example.com"), Some("same-origin"), true),
            (Some("https://evil.example"), None, false),
            (Some("https://evil.example"), Some("same-origin"), false),
            (Some("https://pins.example.com.evil.example"), None, false),
            (Some("http://pins.example.com"), None, false),
            (Some("null"), Some("same-origin"), false),
            (None, Some("same-origin"), true),
            (None, Some("same-site"), false),
            (None, Some("cross-site"), false),
            (None, Some("none"), false),
            (None, None, false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in [("origin", sender), ("sec-fetch-site", site)] {
                if let Some(value) = value {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            assert_eq!(is_own_form(&headers, &origin), own, "{sender:?} {site:?}");
        }
    }
}
