//! What the publisher may do by itself.

use super::Variables;

/// The publisher's choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublisherConfig {
    /// `ON_UNKNOWN`: what becomes of a pin whose answer was lost and that is not on its board.
    pub on_unknown: OnUnknown,
}

/// What becomes of a pin whose outcome is unknown and that was looked for in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnUnknown {
    /// `post`: it is posted once more.
    #[default]
    Post,
    /// `review`: a person decides; nothing is ever posted a second time by itself.
    Review,
}

impl PublisherConfig {
    pub(super) fn read(variables: &mut Variables<'_>) -> Self {
        let on_unknown = match variables.optional("ON_UNKNOWN").as_deref() {
            None | Some("post") => OnUnknown::Post,
            Some("review") => OnUnknown::Review,
            Some(_) => {
                variables.reject("ON_UNKNOWN", "must be post or review");
                OnUnknown::Review
            }
        };
        Self { on_unknown }
    }
}
