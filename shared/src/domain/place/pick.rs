//! Which of several things is meant by a name.

use super::{fold, tidy};

/// How many near misses are told.
const MOST_NEAR: usize = 3;

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
        /// All of them, each with its id.
        which: Vec<String>,
    },
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
        match self {
            Self::Absent { near } if near.is_empty() => format!("{of} has no such {kind}. {remedy}"),
            Self::Absent { near } => format!("{of} has no such {kind}. Did you mean {}? {remedy}", listed(near, "or")),
            Self::Ambiguous { which } => {
                format!("Several {kind}s are meant by this: {}. Give the id of the one you mean.", listed(which, "and"))
            }
        }
    }
}

/// The one of `entries` that is called `text`: as it is written, or else in other capitals.
pub(super) fn pick<'e, T: 'e>(
    entries: impl Iterator<Item = &'e T> + Clone,
    text: &str,
    name: impl Fn(&T) -> &str,
    label: impl Fn(&&'e T) -> String,
) -> Result<&'e T, Miss> {
    let (exact, wanted) = (tidy(text), fold(text));
    let mut called: Vec<_> = entries.clone().filter(|entry| tidy(name(entry)) == exact).collect();
    if called.is_empty() {
        called = entries.clone().filter(|entry| fold(name(entry)) == wanted).collect();
    }
    one(&called, || near(entries, &wanted, |entry| fold(name(entry)), &label), &label)
}

/// The one of `entries` whose address ends in `part`.
pub(super) fn pick_address<'e, T: 'e>(
    entries: impl Iterator<Item = &'e T> + Clone,
    part: &str,
    name: impl Fn(&T) -> &str,
    label: impl Fn(&&'e T) -> String,
) -> Result<&'e T, Miss> {
    let wanted = slug(part);
    let called: Vec<_> = entries.clone().filter(|entry| slug(name(entry)) == wanted).collect();
    one(&called, || near(entries, &wanted, |entry| slug(name(entry)), &label), &label)
}

fn one<'e, T>(
    called: &[&'e T],
    near: impl FnOnce() -> Vec<String>,
    label: impl Fn(&&'e T) -> String,
) -> Result<&'e T, Miss> {
    match called {
        [entry] => Ok(entry),
        [] => Err(Miss::Absent { near: near() }),
        _ => Err(Miss::Ambiguous { which: called.iter().map(label).collect() }),
    }
}

/// What is written with few other letters, or has `wanted` in it.
fn near<'e, T: 'e>(
    entries: impl Iterator<Item = &'e T>,
    wanted: &str,
    form: impl Fn(&T) -> String,
    label: impl Fn(&&'e T) -> String,
) -> Vec<String> {
    let length = wanted.chars().count();
    let most = (length / 4).clamp(1, 3);
    let mut found: Vec<_> = entries
        .filter_map(|entry| {
            let other = form(entry);
            let has_it = length >= 3 && other.contains(wanted);
            // The distance takes a step for each pair of letters, which long texts have millions of.
            if !has_it && other.chars().count().abs_diff(length) > most {
                return None;
            }
            let apart = strsim::damerau_levenshtein(&other, wanted);
            (has_it || apart <= most).then_some((apart, entry))
        })
        .collect();
    found.sort_by_key(|(apart, _)| *apart);
    found.iter().take(MOST_NEAR).map(|(_, entry)| label(entry)).collect()
}

/// A name as Pinterest's addresses have it: `Mom's cakes & pies` is `moms-cakes-pies`.
fn slug(name: &str) -> String {
    let kept = |letter: &char| !['\'', '’', '‘'].contains(letter);
    let spaced = |letter: char| if letter.is_alphanumeric() { letter } else { ' ' };
    let words: String = fold(name).chars().filter(kept).map(spaced).collect();
    words.split_whitespace().collect::<Vec<_>>().join("-")
}

fn listed(labels: &[String], word: &str) -> String {
    match labels {
        [] => String::new(),
        [one] => one.clone(),
        [firsts @ .., last] => format!("{} {word} {last}", firsts.join(", ")),
    }
}
