//! Why a name means no one thing, and what is said about it.

/// How many things of the same name are listed.
pub(super) const MOST_LISTED: usize = 10;

/// How many misses of a request get suggestions. A person corrects the first ones first.
const MOST_SUGGESTIONS: usize = 50;

/// Why a name means nothing that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Miss {
    /// Nothing is called so.
    Absent {
        /// What is called nearly so, the nearest first, each with its id.
        near: Vec<String>,
    },
    /// Several things are called so.
    Ambiguous {
        /// The first of them, each with its id.
        which: Vec<String>,
        /// How many more there are.
        more: usize,
    },
}

/// How many more misses of a request get suggestions: each is compared with every name that there is.
#[derive(Debug, Clone)]
pub struct Suggestions(usize);

impl Default for Suggestions {
    fn default() -> Self {
        Self(MOST_SUGGESTIONS)
    }
}

impl Suggestions {
    /// None.
    pub(super) fn none() -> Self {
        Self(0)
    }

    /// Takes one; answers whether there was one.
    pub(super) fn take(&mut self) -> bool {
        let was_left = self.0 > 0;
        self.0 = self.0.saturating_sub(1);
        was_left
    }
}

impl Miss {
    /// The word for clients.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Absent { .. } => "not_found",
            Self::Ambiguous { .. } => "ambiguous",
        }
    }

    /// What a person reads; `kind` is `board` or `section`, `of` says where it was looked for.
    pub fn message(&self, kind: &str, of: &str, remedy: &str) -> String {
        self.message_of(kind, &format!("such {kind}"), of, remedy)
    }

    /// The same with `missing`, such as `board "Cakes"`, for what is not there.
    pub fn message_of(&self, kind: &str, missing: &str, of: &str, remedy: &str) -> String {
        match self {
            Self::Absent { near } if near.is_empty() => format!("{of} has no {missing}. {remedy}"),
            Self::Absent { near } => format!("{of} has no {missing}. Did you mean {}? {remedy}", listed(near, "or")),
            Self::Ambiguous { which, more } => {
                let listed = match more {
                    0 => listed(which, "and"),
                    _ => format!("{} and {more} more", which.join(", ")),
                };
                format!("Several {kind}s match: {listed}. Use the ID of the one you mean.")
            }
        }
    }
}

fn listed(labels: &[String], word: &str) -> String {
    match labels {
        [] => String::new(),
        [one] => one.clone(),
        [firsts @ .., last] => format!("{} {word} {last}", firsts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_listed_is_counted() {
        for (count, more, end) in [(2, 0, ": 1 and 2."), (10, 0, "9 and 10."), (10, 2, "9, 10 and 2 more.")] {
            let which = (1..=count).map(|number: usize| number.to_string()).collect();
            let miss = Miss::Ambiguous { which, more };
            let message = miss.message("board", "The account", "");
            assert!(message.contains(end), "{message}");
        }
    }
}
