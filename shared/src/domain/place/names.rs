//! Names that are looked up: each is folded once, found by hash, and compared letter by letter only for suggestions.

use std::collections::HashMap;

/// How many near misses are told.
const MOST_NEAR: usize = 3;

/// Into how many classes letters are counted.
const CLASSES: usize = 32;

/// Names in one form, such as that of addresses, with the positions of what is called so.
#[derive(Debug, Default)]
pub(super) struct Names {
    positions: HashMap<String, Vec<usize>>,
    forms: Vec<Form>,
}

#[derive(Debug)]
struct Form {
    text: String,
    length: usize,
    letters: Letters,
    position: usize,
}

/// How often letters of each class occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Letters([u8; CLASSES]);

impl Names {
    /// Takes the name of what is at `position`.
    pub(super) fn insert(&mut self, text: String, position: usize) {
        self.positions.entry(text.clone()).or_default().push(position);
        let (length, letters) = (text.chars().count(), Letters::of(&text));
        self.forms.push(Form { text, length, letters, position });
    }

    /// The positions of what is called exactly `text`.
    pub(super) fn get(&self, text: &str) -> &[usize] {
        self.positions.get(text).map_or(&[], Vec::as_slice)
    }

    /// The positions of what is written with few other letters, or has `wanted` in it, the nearest first.
    pub(super) fn near(&self, wanted: &str) -> Vec<usize> {
        let (length, letters) = (wanted.chars().count(), Letters::of(wanted));
        let most = (length / 4).clamp(1, 3);
        let apart = |form: &Form| {
            if length >= 3 && form.text.contains(wanted) {
                return Some(form.length - length);
            }
            // The distance takes a step for each pair of letters, so what cannot be near is left out first.
            if form.length.abs_diff(length) > most || form.letters.least_distance(&letters) > most {
                return None;
            }
            Some(distance(&form.text, wanted)).filter(|apart| *apart <= most)
        };
        let mut found: Vec<_> = self.forms.iter().filter_map(|form| Some((apart(form)?, form.position))).collect();
        found.sort_by_key(|(apart, _)| *apart);
        found.into_iter().take(MOST_NEAR).map(|(_, position)| position).collect()
    }
}

impl Letters {
    fn of(text: &str) -> Self {
        let mut counts = [0_u8; CLASSES];
        for letter in text.chars() {
            let class = &mut counts[letter as usize % CLASSES];
            *class = class.saturating_add(1);
        }
        Self(counts)
    }

    /// No two texts with these letters are closer: each change of a letter mends one that is missing and one too many.
    fn least_distance(&self, other: &Self) -> usize {
        let surplus = |one: &Self, other: &Self| -> usize {
            one.0.iter().zip(other.0).map(|(one, other)| usize::from(one.saturating_sub(other))).sum()
        };
        surplus(self, other).max(surplus(other, self))
    }
}

fn distance(one: &str, other: &str) -> usize {
    #[cfg(test)]
    work::DISTANCES.set(work::DISTANCES.get() + 1);
    strsim::damerau_levenshtein(one, other)
}

/// Counts the expensive steps of a test's thread.
#[cfg(test)]
pub(super) mod work {
    use std::cell::Cell;

    thread_local! {
        pub(in super::super) static DISTANCES: Cell<usize> = const { Cell::new(0) };
        pub(in super::super) static NORMALIZATIONS: Cell<usize> = const { Cell::new(0) };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn letters_never_make_a_distance_larger(one in "[a-d]{0,12}|.{0,12}", other in "[a-d]{0,12}|.{0,12}") {
            let least = Letters::of(&one).least_distance(&Letters::of(&other));
            prop_assert!(least <= strsim::damerau_levenshtein(&one, &other), "{one:?} {other:?}");
        }

        #[test]
        fn suggestions_are_those_of_comparing_everything(
            names in prop::collection::vec("[ab ]{0,9}|[a-c]{3,20}", 0..20),
            wanted in "[ab ]{0,9}|[a-c]{3,20}",
        ) {
            let mut index = Names::default();
            for (position, name) in names.iter().enumerate() {
                index.insert(name.clone(), position);
            }
            let length = wanted.chars().count();
            let most = (length / 4).clamp(1, 3);
            let mut expected: Vec<_> = names.iter().enumerate().filter_map(|(position, name)| {
                let apart = strsim::damerau_levenshtein(name, &wanted);
                (apart <= most || (length >= 3 && name.contains(&wanted))).then_some((apart, position))
            }).collect();
            expected.sort_by_key(|(apart, _)| *apart);
            let expected: Vec<_> = expected.into_iter().take(MOST_NEAR).map(|(_, position)| position).collect();
            prop_assert_eq!(index.near(&wanted), expected);
        }
    }
}
