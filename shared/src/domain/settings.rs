//! The Pinterest app as an administrator sets it up.

use jiff::Timestamp;

use super::{AppId, Limits, Mode, OwnerId, Scope, Scopes};

/// How many late pins of an account go out in a day where nobody said otherwise: as many as Pinterest advises to publish.
pub const PINS_PER_DAY: u32 = 25;

/// The most that can be asked for other than no limit.
pub const MOST_PINS_PER_DAY: u32 = 10_000;

/// The settings of the Pinterest module; one set an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Whether anything is connected, scheduled or published at all.
    pub enabled: bool,
    /// Which Pinterest host is used for the token exchange and every call.
    pub mode: Mode,
    /// The Pinterest app; absent until it is entered.
    pub app_id: Option<AppId>,
    /// Which version of the app's credentials goes with these settings; absent until a secret is entered.
    pub secret: Option<SecretRef>,
    /// What is asked of people who connect.
    pub scopes: Scopes,
    /// Whether carousels may be planned, which Pinterest may show as something else.
    pub carousels: bool,
    /// How many pins that are late an account posts by itself in a day; 0 for as many as there are. What an account's plan
    /// says of a day is another number: it is for pins that ask for a slot.
    pub pins_per_day: u32,
    /// What one owner may have.
    pub limits: Limits,
    /// Whether what happens is written to the event log.
    pub events: bool,
    /// Counts saves; 0 where nothing was saved yet.
    pub version: u64,
    /// The last save.
    pub saved: Option<Saved>,
}

/// Points to one version of the app's credentials, without saying them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRef {
    /// The version id in the secret store.
    pub version_id: String,
    /// The last four characters of the app secret, for people to recognize it by.
    pub last4: String,
    /// When the secret was entered.
    pub updated_at: Timestamp,
}

/// Who saved and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The administrator.
    pub by: OwnerId,
    /// The moment of the save.
    pub at: Timestamp,
}

/// Why nobody can connect an account at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The module is switched off.
    Disabled,
    /// No app ID was entered.
    AppIdMissing,
    /// No app secret was entered.
    SecretMissing,
    /// The scopes do not let us learn who connected or which boards there are.
    ScopesTooNarrow,
}

impl Obstacle {
    /// Every one of them.
    pub const ALL: [Self; 4] = [Self::Disabled, Self::AppIdMissing, Self::SecretMissing, Self::ScopesTooNarrow];

    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Disabled => "pinterest_disabled",
            Self::AppIdMissing => "app_id_missing",
            Self::SecretMissing => "app_secret_missing",
            Self::ScopesTooNarrow => "scopes_too_narrow",
        }
    }

    /// What it means and what to do, in words.
    pub fn message(self) -> &'static str {
        match self {
            Self::Disabled => "Pinterest is switched off. An administrator can switch it on in the settings.",
            Self::AppIdMissing => {
                "Pinterest isn't set up yet. An administrator has to enter the app ID in the settings."
            }
            Self::SecretMissing => "The app secret is missing. An administrator has to enter it in the settings.",
            Self::ScopesTooNarrow => {
                "The scopes user_accounts:read and boards:read are missing, so no account can be connected. An \
                 administrator has to add them in the settings."
            }
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: false,
            mode: Mode::Sandbox,
            app_id: None,
            secret: None,
            scopes: Scopes::defaults(),
            carousels: false,
            pins_per_day: PINS_PER_DAY,
            limits: Limits::default(),
            events: false,
            version: 0,
            saved: None,
        }
    }
}

impl Settings {
    /// Everything that keeps people from connecting an account; empty when they can.
    pub fn obstacles(&self) -> Vec<Obstacle> {
        let narrow = !self.scopes.contains(Scope::USER_ACCOUNTS_READ) || !self.scopes.contains(Scope::BOARDS_READ);
        [
            (!self.enabled, Obstacle::Disabled),
            (self.app_id.is_none(), Obstacle::AppIdMissing),
            (self.secret.is_none(), Obstacle::SecretMissing),
            (narrow, Obstacle::ScopesTooNarrow),
        ]
        .into_iter()
        .filter_map(|(applies, obstacle)| applies.then_some(obstacle))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_installation_says_everything_that_is_missing() {
        assert_eq!(
            Settings::default().obstacles(),
            [Obstacle::Disabled, Obstacle::AppIdMissing, Obstacle::SecretMissing]
        );
    }
}
