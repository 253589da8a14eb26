//! The two API hosts of Pinterest.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of Pinterest's two API hosts. They share people and consents, and nothing else: tokens,
/// boards and pins of one do not exist on the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// `api.pinterest.com`, here under `/live`.
    Live,
    /// `api-sandbox.pinterest.com`, here under `/sandbox`.
    Sandbox,
}

impl Mode {
    /// Both hosts.
    pub const ALL: [Self; 2] = [Self::Live, Self::Sandbox];

    /// The word for it in paths, JSON and the database: `live` or `sandbox`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Sandbox => "sandbox",
        }
    }

    /// The mode that a word means.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == word)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
