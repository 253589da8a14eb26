//! OAuth scopes: which exist, and how a list of them is written.

use std::collections::BTreeSet;

/// Every scope that Pinterest's description knows (`securitySchemes.pinterest_oauth2`).
pub const SCOPES: [&str; 19] = [
    "ads:read",
    "ads:write",
    "billing:read",
    "billing:write",
    "biz_access:read",
    "biz_access:write",
    "boards:read",
    "boards:read_secret",
    "boards:write",
    "boards:write_secret",
    "catalogs:read",
    "catalogs:write",
    "msot:write",
    "pins:read",
    "pins:read_secret",
    "pins:write",
    "pins:write_secret",
    "user_accounts:read",
    "user_accounts:write",
];

/// A set of scopes, written sorted and separated by single spaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ScopeSet(BTreeSet<String>);

impl ScopeSet {
    /// The scopes of a list separated by commas or spaces; an unknown one is given back.
    pub(crate) fn parse(list: &str) -> Result<Self, String> {
        let mut scopes = BTreeSet::new();
        for word in list.split([',', ' ', '\n', '\t', '+']).filter(|word| !word.is_empty()) {
            if !SCOPES.contains(&word) {
                return Err(word.to_owned());
            }
            scopes.insert(word.to_owned());
        }
        Ok(Self(scopes))
    }

    /// The scopes of names that are known to be right, as read from the database.
    pub(crate) fn of<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    pub(crate) fn has(&self, scope: &str) -> bool {
        self.0.contains(scope)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn covers(&self, other: &Self) -> bool {
        other.0.is_subset(&self.0)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The space-separated form of Pinterest's token answers.
    pub(crate) fn to_list(&self) -> String {
        self.names().collect::<Vec<_>>().join(" ")
    }
}
