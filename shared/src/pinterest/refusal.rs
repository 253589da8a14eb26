//! What a refusal of Pinterest's means, decided here and nowhere else.
//!
//! Pinterest gives one code to several things and several codes to one thing, under changing statuses. The words decide
//! where they are known, then the code, then the status. What is not in Pinterest's form (`{"code": int, …}`, OpenAPI
//! `Error`) comes from something on the way, such as a proxy or an edge, and says nothing.

use crate::domain::{Scope, Scopes};

/// What a refusal means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefusalKind {
    /// The token, or the pair of app ID and secret, is not accepted ("Authentication failed.").
    AuthenticationFailed,
    /// A 401 whose words and code are not known: the token, most likely.
    Unauthorized,
    /// The code or the refresh token is spent, revoked or invalid.
    GrantInvalid,
    /// The token lacks scopes: these, where Pinterest lists them.
    ScopesMissing(Scopes),
    /// Pinterest has not approved the app.
    AppNotApproved,
    /// The app has only trial access, which does not include this.
    TrialAccess,
    /// The app may not read boards and pins of personal accounts, which says nothing of what is there.
    DataAccessDenied,
    /// The account may not do this with this board.
    BoardNotPermitted,
    /// The account may not do this.
    NotPermitted,
    /// The pin's link is not a valid address.
    LinkInvalid,
    /// The site of the link or of the image does not allow saving from it.
    SiteForbidsSaving,
    /// Pinterest could not fetch the image or reach its address, so that it created nothing.
    ImageUnreachable,
    /// The image is too small.
    ImageTooSmall,
    /// The image cannot be read.
    ImageBroken,
    /// There is no such board.
    BoardNotFound,
    /// There is no such section.
    SectionNotFound,
    /// Pinterest does not know the uploaded video.
    VideoNotFound,
    /// There is no such thing of another kind.
    NotFound,
    /// Somebody else is writing to the board.
    BoardBusy,
    /// Figures of days that are too long ago; Pinterest says so at times of days that are not.
    TooLongAgo,
    /// A limit of requests is used up.
    RateLimited,
    /// Pinterest takes the link for spam.
    LinkBlocked,
    /// Pinterest takes what the account does for spam.
    SpamBlock,
    /// Pinterest had trouble and did nothing.
    Trouble,
    /// The request is wrong in itself.
    Invalid,
    /// It says nothing: the request may have been carried out, or never have arrived.
    NoVerdict,
}

/// How far a refusal reaches: what else will meet the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// This pin, or this one request.
    Pin,
    /// Everything of this board.
    Board,
    /// Everything of this account.
    Account,
    /// Everything of this app.
    App,
    /// Nothing: the same request may work a moment later.
    Nobody,
}

/// Words that are known, in the order in which they are looked for, where their meaning does not depend on the status.
static WORDS: [(&str, RefusalKind); 18] = [
    ("pinner_data_access_denied", RefusalKind::DataAccessDenied),
    ("consumer type", RefusalKind::AppNotApproved),
    ("trial access", RefusalKind::TrialAccess),
    ("could not fetch the image", RefusalKind::ImageUnreachable),
    ("unable to reach the url", RefusalKind::ImageUnreachable),
    ("something went wrong", RefusalKind::Trouble),
    ("authorization grant is invalid", RefusalKind::GrantInvalid),
    ("authentication failed", RefusalKind::AuthenticationFailed),
    ("we blocked this link", RefusalKind::LinkBlocked),
    ("to combat spam", RefusalKind::SpamBlock),
    ("allow you to save pins", RefusalKind::SiteForbidsSaving),
    ("permission to edit that board", RefusalKind::BoardNotPermitted),
    ("image is too small", RefusalKind::ImageTooSmall),
    ("image is broken", RefusalKind::ImageBroken),
    ("entered an invalid url", RefusalKind::LinkInvalid),
    ("parameter 'link'", RefusalKind::LinkInvalid),
    ("media upload not found", RefusalKind::VideoNotFound),
    ("from the last 90 days", RefusalKind::TooLongAgo),
];

impl RefusalKind {
    /// Reads a refusal: `code` is absent where the body is not in Pinterest's form.
    pub(super) fn read(status: u16, code: Option<i64>, words: &str) -> Self {
        let words = words.to_lowercase().replace('\u{2019}', "'");
        let Some(code) = code else { return Self::NoVerdict };
        if words.contains("sufficient permissions") || words.contains("correct set of scopes") {
            return Self::ScopesMissing(listed_scopes(&words));
        }
        let known = WORDS.iter().find(|(known, _)| words.contains(known)).map(|(_, kind)| kind.clone());
        let kind = known.or_else(|| Self::of_code(code)).unwrap_or_else(|| Self::of_status(status, code, &words));
        if (400..500).contains(&status) && status != 408 { kind } else { kind.under_a_server_error() }
    }

    /// The same under a status that says that something broke over there, or that the answer is elsewhere.
    ///
    /// That nothing was created is known of "something went wrong" with 400 alone; a server that breaks may have done its
    /// work before. A pin whose image could not be fetched cannot have been created, whatever the status.
    fn under_a_server_error(self) -> Self {
        match self {
            Self::ImageUnreachable => self,
            _ => Self::NoVerdict,
        }
    }

    /// Codes that mean one thing.
    fn of_code(code: i64) -> Option<Self> {
        Some(match code {
            2787 => Self::Trouble,
            283 => Self::GrantInvalid,
            233 => Self::ImageTooSmall,
            235 => Self::ImageBroken,
            2031 => Self::SectionNotFound,
            _ => return None,
        })
    }

    fn of_status(status: u16, code: i64, words: &str) -> Self {
        match (status, code) {
            (401, 2) => Self::AuthenticationFailed,
            (401, 7) | (403, _) if words.contains("board") => Self::BoardNotPermitted,
            (401, 7) | (403, _) => Self::NotPermitted,
            (401, _) => Self::Unauthorized,
            (404, _) if words.contains("media upload") => Self::VideoNotFound,
            (404, _) if words.contains("section") => Self::SectionNotFound,
            (404, 40) => Self::BoardNotFound,
            (404, _) if words.contains("board") => Self::BoardNotFound,
            (404, _) => Self::NotFound,
            (409, _) => Self::BoardBusy,
            (429, 9) if words.contains("link") => Self::LinkBlocked,
            (429, 9) => Self::SpamBlock,
            // Pinterest's own example tells its two kinds of 429 apart by this word.
            (429, _) if words.contains("spam") => Self::SpamBlock,
            (429, _) => Self::RateLimited,
            _ => Self::Invalid,
        }
    }

    /// How far it reaches.
    pub fn reach(&self) -> Reach {
        match self {
            Self::AppNotApproved | Self::TrialAccess => Reach::App,
            Self::AuthenticationFailed
            | Self::Unauthorized
            | Self::GrantInvalid
            | Self::ScopesMissing(_)
            | Self::DataAccessDenied
            | Self::RateLimited
            | Self::SpamBlock => Reach::Account,
            Self::BoardNotPermitted | Self::BoardNotFound => Reach::Board,
            Self::Trouble | Self::NoVerdict | Self::BoardBusy | Self::ImageUnreachable | Self::TooLongAgo => {
                Reach::Nobody
            }
            Self::NotPermitted
            | Self::LinkInvalid
            | Self::SiteForbidsSaving
            | Self::ImageTooSmall
            | Self::ImageBroken
            | Self::SectionNotFound
            | Self::VideoNotFound
            | Self::NotFound
            | Self::LinkBlocked
            | Self::Invalid => Reach::Pin,
        }
    }

    /// Whether Pinterest refuses the access token as such, so that a new one may help.
    pub fn is_of_the_token(&self) -> bool {
        matches!(self, Self::AuthenticationFailed | Self::Unauthorized | Self::GrantInvalid)
    }

    /// The scopes that are missing, where publishing cannot do without them; none where Pinterest lists none.
    pub fn missing_for_publishing(&self) -> Option<&Scopes> {
        match self {
            Self::ScopesMissing(missing) if missing.is_empty() => Some(missing),
            Self::ScopesMissing(missing) => {
                missing.iter().any(|scope| Scope::NEEDED.contains(&scope)).then_some(missing)
            }
            _ => None,
        }
    }

    /// Whether Pinterest had an answer at all; trouble and what is not Pinterest's are none.
    pub fn is_an_answer(&self) -> bool {
        !matches!(self, Self::NoVerdict | Self::Trouble)
    }
}

/// The scopes behind `Missing:`, which Pinterest writes as a list of Python's: `['boards:write']`.
fn listed_scopes(words: &str) -> Scopes {
    let listed = words.split_once("missing:").map_or("", |(_, list)| list);
    let is_of_a_scope = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_');
    listed.split(|c| !is_of_a_scope(c)).filter_map(|word| word.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scopes_that_pinterest_lists_are_read() {
        for (words, names) in [
            ("sufficient permissions. Missing: ['boards:write']", &["boards:write"][..]),
            (
                "SUFFICIENT PERMISSIONS. MISSING: ['PINS:WRITE', 'boards:read_secret']",
                &["pins:write", "boards:read_secret"],
            ),
            ("correct set of scopes. Missing: [\"pins:read\", \"invented:scope\"].", &["pins:read"]),
            ("sufficient permissions to perform this operation (pins:read).", &[]),
        ] {
            for status in [401, 403] {
                for code in [3, 29] {
                    let RefusalKind::ScopesMissing(missing) = RefusalKind::read(status, Some(code), words) else {
                        panic!("{words}");
                    };
                    let mut expected: Vec<_> = names.to_vec();
                    expected.sort_unstable_by_key(|name| name.parse::<Scope>().ok());
                    assert_eq!(missing.names(), expected, "{words}");
                }
            }
        }
    }

    #[test]
    fn a_code_alone_never_stops_the_app() {
        for status in 300..600 {
            for code in [1, 2, 3, 7, 8, 9, 29, 40, 283, 403] {
                for words in ["", "Not for you.", "Your token does not have sufficient permissions."] {
                    let kind = RefusalKind::read(status, Some(code), words);
                    assert_ne!(kind.reach(), Reach::App, "{status} {code} {words}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_in_pinterests_form_says_nothing_whatever_it_says() {
        for status in 300..600 {
            for words in ["", "Forbidden", "consumer type", "Board not found.", "Authentication failed."] {
                assert_eq!(RefusalKind::read(status, None, words), RefusalKind::NoVerdict, "{status} {words}");
            }
        }
    }

    #[test]
    fn a_server_that_breaks_may_have_done_its_work() {
        for status in [302, 408, 500, 503] {
            for (words, kind) in [
                ("Sorry! Something went wrong on our end.", RefusalKind::NoVerdict),
                ("Board not found.", RefusalKind::NoVerdict),
                ("Sorry we could not fetch the image.", RefusalKind::ImageUnreachable),
            ] {
                assert_eq!(RefusalKind::read(status, Some(1), words), kind, "{status} {words}");
            }
            assert_eq!(RefusalKind::read(status, Some(2787), ""), RefusalKind::NoVerdict, "{status}");
        }
    }
}
