//! Every way in which the callback and the board pick can fail, and what the person is told.

mod by_link;

use std::borrow::Cow;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;
use shared::api;
use shared::connecting::{TAKEN, TAKEN_REMEDY};
use shared::domain::{Reached, Scopes};
use shared::store::StoreError;
use shared::vault::{SealError, VaultError};

use crate::page::Page;
use crate::return_to::ACCOUNTS;

/// Why nothing came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The installation does not know its own address.
    AddressUnknown,
    /// A parameter of OAuth came more than once.
    RepeatedParameter,
    /// No state came, or one that was never given out.
    UnknownState,
    /// The state was used before.
    UsedState,
    /// The state is older than ten minutes.
    ExpiredState,
    /// Another browser began the consent.
    OtherBrowser,
    /// Pinterest sent neither a code nor an error.
    NoCode,
    /// The person, or Pinterest for them, said no.
    Denied,
    /// Pinterest was switched off meanwhile.
    Disabled,
    /// The mode was switched meanwhile.
    ModeSwitched,
    /// Another app was entered meanwhile.
    AppChanged,
    /// The app's secret is gone.
    NotConfigured,
    /// Pinterest does not take the code.
    ExchangeRefused,
    /// Pinterest does not take app ID and secret.
    AppRefused,
    /// Pinterest has not approved the app.
    AppNotApproved,
    /// The app's requests are used up.
    RateLimited,
    /// Pinterest did not answer, or not as documented.
    PinterestDown,
    /// The person did not grant these scopes, which publishing needs.
    ScopesMissing(Scopes),
    /// Somebody else here connected this Pinterest account.
    Taken,
    /// The person has as many accounts as they may have.
    LimitReached(Reached),
    /// The account was disconnected meanwhile.
    AccountGone,
    /// The form does not come from our page.
    ForeignForm,
    /// The permission to pick is not this browser's.
    GrantUnknown,
    /// The permission to pick was used before.
    GrantUsed,
    /// The permission to pick is older than fifteen minutes.
    GrantExpired,
    /// The form is not one of ours.
    FormUnreadable,
    /// More boards were ticked than an account keeps.
    TooManyBoards,
    /// There is no such connect link.
    LinkUnknown,
    /// An account was connected by the link before.
    LinkUsed,
    /// The link has ended.
    LinkExpired,
    /// Whoever made the link revoked it.
    LinkRevoked,
    /// The link is for another Pinterest account.
    OtherAccount {
        /// The username that it is for.
        expected: String,
        /// The username that came.
        found: String,
    },
    /// The form that starts a consent does not come from the page of the link.
    ForeignStart,
    /// AWS did not answer, or something stored cannot be read.
    Storage,
}

/// A failure, and where the person wanted to go.
#[derive(Debug)]
pub struct Failed {
    /// What happened.
    pub failure: Failure,
    /// Where the person goes on; the accounts page where nothing else is known.
    pub return_to: Option<String>,
    /// Whether the person came by a connect link, and may have no sign-in.
    pub by_link: bool,
}

/// What a person is told.
struct Told {
    status: u16,
    title: &'static str,
    what: Cow<'static, str>,
    remedy: &'static str,
}

impl Failure {
    /// What the person is told: what happened and what to do.
    #[expect(clippy::too_many_lines, reason = "one table, so that no two failures are told alike by accident")]
    fn told(&self) -> Told {
        let (status, title, what, remedy) = match self {
            Self::AddressUnknown => (
                500,
                "Pinwheel doesn't know its own address",
                "Without it, nobody can connect an account.",
                "An administrator has to set PUBLIC_URL.",
            ),
            Self::RepeatedParameter => {
                (400, "This link isn't valid", "A part of it appears twice, which Pinterest doesn't do.", CONNECT_AGAIN)
            }
            Self::UnknownState => {
                (400, "We don't recognize this link", "It may have expired, or was copied incompletely.", CONNECT_AGAIN)
            }
            Self::UsedState => (
                400,
                "This link was already used",
                "Each link from Pinterest works once. If you reloaded the page, your account may already be \
                 connected.",
                "Check your accounts. If it isn't there, start connecting again.",
            ),
            Self::ExpiredState => (
                400,
                "That took longer than ten minutes",
                "For your security, you have to finish connecting within ten minutes.",
                CONNECT_AGAIN,
            ),
            Self::OtherBrowser => (
                400,
                "You started connecting in another browser",
                "Finish in the browser where you started, with cookies allowed.",
                CONNECT_AGAIN,
            ),
            Self::NoCode => (
                400,
                "Something was missing from Pinterest's response",
                "Pinterest didn't send the code that connects your account.",
                CONNECT_AGAIN,
            ),
            Self::Denied => (
                403,
                "You didn't give access",
                "Pinterest says that you declined, so nothing was connected.",
                "If that was a mistake, start connecting again and choose Give access.",
            ),
            Self::Disabled => (
                403,
                "Pinterest is switched off",
                "An administrator switched Pinterest off, so you can't connect an account right now.",
                "Ask an administrator, then start connecting again.",
            ),
            Self::ModeSwitched => (
                409,
                "The mode was changed in the meantime",
                "An administrator switched between live and sandbox while you were at Pinterest.",
                CONNECT_AGAIN,
            ),
            Self::AppChanged => (
                409,
                "The Pinterest app was changed in the meantime",
                "An administrator entered another Pinterest app while you were at Pinterest.",
                CONNECT_AGAIN,
            ),
            Self::NotConfigured => (
                409,
                "Pinterest isn't completely set up",
                "The app secret is missing.",
                "An administrator has to enter it in the settings. Then start connecting again.",
            ),
            Self::ExchangeRefused => (
                400,
                "Pinterest didn't accept the code",
                "The code that connects your account was refused. Codes work once and only for a short time.",
                CONNECT_AGAIN,
            ),
            Self::AppRefused => (
                502,
                "Pinterest doesn't accept the app",
                "Pinterest refused this installation's app ID and secret.",
                "An administrator has to correct them in the settings, where the setup check says more. Then start \
                 connecting again.",
            ),
            Self::AppNotApproved => (
                502,
                "Pinterest hasn't approved the app",
                "Until Pinterest approves this installation's app, nobody can connect an account.",
                "An administrator has to complete the approval. Then start connecting again.",
            ),
            Self::RateLimited => (
                502,
                "Pinterest's limit is used up for now",
                "This app has used all the requests that Pinterest allows.",
                "Wait a while, then start connecting again.",
            ),
            Self::PinterestDown => (
                502,
                "Pinterest isn't responding",
                "Your account couldn't be connected because Pinterest isn't responding properly.",
                "Wait a minute, then start connecting again.",
            ),
            Self::ScopesMissing(missing) => {
                return Told {
                    status: 403,
                    title: "Some permissions are missing",
                    what: Cow::Owned(format!(
                        "To publish pins for you, Pinwheel also needs: {}. Nothing was connected.",
                        missing.names().join(", ")
                    )),
                    remedy: "Start connecting again and allow everything that Pinterest asks for.",
                };
            }
            Self::Taken => {
                (409, TAKEN, TAKEN_REMEDY, "To use another account, sign out of pinterest.com before you start again.")
            }
            Self::LimitReached(reached) => {
                return Told {
                    status: 409,
                    title: "You have as many accounts as you may have",
                    what: Cow::Owned(reached.message()),
                    remedy: "Nothing was connected. Disconnect an account that you do not need, then start connecting \
                             again.",
                };
            }
            Self::AccountGone => (
                409,
                "The account was disconnected in the meantime",
                "The account is no longer connected, so you can't choose its boards.",
                CONNECT_AGAIN,
            ),
            Self::ForeignForm => (
                403,
                "This form came from somewhere else",
                "You can choose boards only on the page that follows connecting.",
                PICK_LATER,
            ),
            Self::GrantUnknown => (
                400,
                "This page has been replaced",
                "Your boards weren't saved: you connected again in this browser, or cookies aren't allowed.",
                PICK_LATER,
            ),
            Self::GrantUsed => (
                409,
                "Your boards are already saved",
                "This page saves once, and your first choice was kept.",
                "You can change it in your list of accounts.",
            ),
            Self::GrantExpired => (
                400,
                "This page is older than fifteen minutes",
                "Your account is connected, but your boards weren't saved.",
                PICK_LATER,
            ),
            Self::FormUnreadable => (
                400,
                "The form couldn't be read",
                "Your account is connected, but your boards weren't saved.",
                PICK_LATER,
            ),
            Self::TooManyBoards => (
                400,
                "Too many boards",
                "An account can have at most 200 boards, so nothing was saved.",
                "Go back, select fewer boards and save again.",
            ),
            Self::LinkUnknown => (
                404,
                "This link doesn't exist",
                "It may have ended, or was copied incompletely.",
                "Ask whoever sent you the link for another one.",
            ),
            Self::LinkUsed => (
                409,
                "An account is already connected by this link",
                "Each link connects one account. If that was you, there is nothing left to do.",
                "To connect another account, ask whoever sent you the link for another one.",
            ),
            Self::LinkExpired => (
                410,
                "This link has ended",
                "It could be used for a certain time only.",
                "Ask whoever sent you the link for another one.",
            ),
            Self::LinkRevoked => (
                410,
                "This link was withdrawn",
                "Whoever made it has withdrawn it, so nothing was connected.",
                "Ask whoever sent you the link for another one.",
            ),
            Self::OtherAccount { expected, found } => {
                return Told {
                    status: 409,
                    title: "This is another Pinterest account",
                    what: Cow::Owned(format!(
                        "The link is for {expected}, and you are signed in to Pinterest as {found}. Nothing was connected."
                    )),
                    remedy: "Sign out of pinterest.com, then start again and sign in with the other account.",
                };
            }
            Self::ForeignStart => (
                403,
                "This form came from elsewhere",
                "You can start connecting only on the page of your link.",
                "Open the link again.",
            ),
            Self::Storage => (
                503,
                "Something went wrong on our side",
                "Our storage isn't responding, so we don't know whether it worked.",
                "Check your accounts in a minute. If the account isn't there, start connecting again.",
            ),
        };
        Told { status, title, what: Cow::Borrowed(what), remedy }
    }
}

const CONNECT_AGAIN: &str = "Start connecting again.";
const PICK_LATER: &str = "You can choose the boards in your list of accounts.";

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self { failure, return_to: None, by_link: false }
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        tracing::warn!(outcome = ?self.failure, "a connection or board pick failed");
        let Told { status, title, what, remedy } = self.failure.told();
        let remedy = if self.by_link { self.failure.remedy_by_link() } else { remedy };
        let way_on = self.return_to.as_deref().or_else(|| (!self.by_link).then_some(ACCOUNTS));
        let content = html! {
            h1 { (title) }
            p { (what) }
            p { (remedy) }
            @if let Some(way_on) = way_on { p { a.button href=(way_on) { "Continue" } } }
        };
        let status = StatusCode::from_u16(status).expect("the table has valid statuses only");
        Page { status, title, content, form_to: None }.into_response()
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        api::log(&error);
        Self::Storage
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        api::log(&error);
        Self::Storage
    }
}

impl From<SealError> for Failure {
    fn from(error: SealError) -> Self {
        api::log(&error);
        Self::Storage
    }
}

#[cfg(test)]
mod tests;
