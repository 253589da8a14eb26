//! What of a pin was made with artificial intelligence, as its creator declares it.

/// One declaration (`AiDisclosureItem` of Pinterest's API 5.28).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AiDisclosure {
    /// The picture or video was made or changed with AI.
    AiModified,
    /// A person to be seen or heard is not a real one, but made with AI.
    SyntheticPerformer,
}

/// The declarations of a pin, each at most once. There is none that says that no AI was used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AiDisclosures {
    ai_modified: bool,
    synthetic_performer: bool,
}

impl AiDisclosure {
    /// Every declaration.
    pub const ALL: [Self; 2] = [Self::AiModified, Self::SyntheticPerformer];

    /// The word for clients.
    pub fn code(self) -> &'static str {
        match self {
            Self::AiModified => "ai_modified",
            Self::SyntheticPerformer => "synthetic_performer",
        }
    }

    /// Pinterest's word.
    pub fn pinterests_word(self) -> &'static str {
        match self {
            Self::AiModified => "AI_MODIFIED",
            Self::SyntheticPerformer => "SYNTHETIC_PERFORMER",
        }
    }

    /// The declaration of that word.
    pub fn from_code(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == word)
    }

    /// The letter in a row of the table.
    fn letter(self) -> char {
        match self {
            Self::AiModified => 'm',
            Self::SyntheticPerformer => 's',
        }
    }
}

impl AiDisclosures {
    /// Adds one; answers whether it was not there yet.
    pub fn insert(&mut self, one: AiDisclosure) -> bool {
        let place = match one {
            AiDisclosure::AiModified => &mut self.ai_modified,
            AiDisclosure::SyntheticPerformer => &mut self.synthetic_performer,
        };
        !std::mem::replace(place, true)
    }

    /// The declarations in their order.
    pub fn iter(self) -> impl Iterator<Item = AiDisclosure> {
        let has = move |one: &AiDisclosure| match one {
            AiDisclosure::AiModified => self.ai_modified,
            AiDisclosure::SyntheticPerformer => self.synthetic_performer,
        };
        AiDisclosure::ALL.into_iter().filter(has)
    }

    /// Whether nothing is declared.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// The words for clients.
    pub fn codes(self) -> Vec<&'static str> {
        self.iter().map(AiDisclosure::code).collect()
    }

    /// As it lies in the table: a letter each, nothing where nothing is declared.
    pub fn stored(self) -> Option<String> {
        (!self.is_empty()).then(|| self.iter().map(AiDisclosure::letter).collect())
    }

    /// Reads [`Self::stored`]; a letter of a newer version is passed over.
    pub fn restore(stored: Option<&str>) -> Self {
        let letters = stored.unwrap_or_default();
        AiDisclosure::ALL.into_iter().filter(|one| letters.contains(one.letter())).collect()
    }
}

impl FromIterator<AiDisclosure> for AiDisclosures {
    fn from_iter<I: IntoIterator<Item = AiDisclosure>>(declared: I) -> Self {
        let mut all = Self::default();
        for one in declared {
            all.insert(one);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_reads_back_from_its_row() {
        for number in 0..4 {
            let all: AiDisclosures = AiDisclosure::ALL
                .into_iter()
                .enumerate()
                .filter(|(place, _)| number >> place & 1 == 1)
                .map(|(_, one)| one)
                .collect();
            assert_eq!(AiDisclosures::restore(all.stored().as_deref()), all);
            assert_eq!(all.codes().into_iter().filter_map(AiDisclosure::from_code).collect::<AiDisclosures>(), all);
        }
        assert_eq!(AiDisclosures::default().stored(), None);
        assert_eq!(AiDisclosures::restore(Some("xs")).codes(), ["synthetic_performer"], "x is of a newer version");
    }

    #[test]
    fn a_declaration_is_made_once() {
        let mut all = AiDisclosures::default();
        assert!(all.insert(AiDisclosure::SyntheticPerformer) && all.insert(AiDisclosure::AiModified));
        assert!(!all.insert(AiDisclosure::AiModified));
        assert_eq!(all.codes(), ["ai_modified", "synthetic_performer"]);
    }
}
