//! What somebody can do who came by a link, and may have no sign-in: open it again, or turn to whoever sent it.

use super::Failure;

const OPEN_AGAIN: &str = "Open the link again that you started with.";
const ANOTHER_LINK: &str = "Ask whoever sent you the link for another one.";
const TELL_SENDER: &str = "Tell whoever sent you the link. Open it again when they have taken care of it.";
const BOARDS_LATER: &str = "Whoever sent you the link can choose the boards.";

impl Failure {
    /// What to do, in place of what people do who signed in.
    pub(super) fn remedy_by_link(&self) -> &'static str {
        match self {
            Self::RepeatedParameter
            | Self::UnknownState
            | Self::ExpiredState
            | Self::NoCode
            | Self::ModeSwitched
            | Self::AppChanged
            | Self::ExchangeRefused
            | Self::ForeignStart => OPEN_AGAIN,
            Self::OtherBrowser => "Open the link again in this browser, with cookies allowed.",
            Self::UsedState => "Open the link again that you started with. It says whether your account is connected.",
            Self::Denied => "If that was a mistake, open the link again and choose Give access.",
            Self::ScopesMissing(_) => "Open the link again and allow everything that Pinterest asks for.",
            Self::RateLimited | Self::PinterestDown | Self::Storage => "Wait a minute, then open the link again.",
            Self::AddressUnknown
            | Self::Disabled
            | Self::NotConfigured
            | Self::AppRefused
            | Self::AppNotApproved
            | Self::LimitReached(_) => TELL_SENDER,
            Self::Taken => "To use another account, sign out of pinterest.com before you open the link again.",
            Self::OtherAccount { .. } => {
                "Sign out of pinterest.com, open the link again, and sign in with that account."
            }
            Self::LinkUnknown | Self::LinkUsed | Self::LinkExpired | Self::LinkRevoked | Self::AccountGone => {
                ANOTHER_LINK
            }
            Self::ForeignForm | Self::GrantUnknown | Self::GrantUsed | Self::GrantExpired | Self::FormUnreadable => {
                BOARDS_LATER
            }
            Self::TooManyBoards => "Go back, select fewer boards and save again.",
        }
    }
}
