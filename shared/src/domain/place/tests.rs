#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;

fn board(id: &str, name: &str, owner: &str) -> BoardEntry {
    BoardEntry { id: id.parse().unwrap(), name: name.to_owned(), owner: Some(owner.to_owned()), is_secret: false }
}

fn boards() -> Vec<BoardEntry> {
    vec![
        board("11", "Summer recipes", "ann"),
        board("12", "Summer recipes", "ben"),
        board("13", "Winter recipes", "ann"),
        board("14", "Mom's cakes & pies", "ann"),
        board("15", "2026", "ann"),
        board("16", "Crème brûlée", "ann"),
        board("17", "Gifts", "ann"),
        board("18", "GIFTS", "ann"),
        board("19", "お弁当", "ann"),
        BoardEntry { owner: None, ..board("20", "Garden", "") },
        board("21", "\u{5e9}\u{5dc}\u{5d5}\u{5dd}", "ann"),
        board("22", "Trips \u{2708}\u{fe0f}", "ann"),
        board("23", "\u{646}\u{627}\u{645}\u{647}\u{200c}\u{627}\u{6cc}", "ann"),
        board("24", "\u{646}\u{627}\u{645}\u{647}\u{627}\u{6cc}", "ann"),
        board("25", "Kitchen\u{200b}", "ann"),
        board("2026", "A board whose id looks like a year", "ann"),
    ]
}

fn index() -> BoardIndex {
    BoardIndex::new(boards(), "ann")
}

/// The id of the board that is meant, or what is said instead.
fn found(text: &str) -> String {
    let given = match GivenBoard::parse(text) {
        Ok(given) => given,
        Err(error) => return format!("{error:?}"),
    };
    match given.find(&index(), &mut Suggestions::default()) {
        Ok(board) => board.id.to_string(),
        Err(miss @ Miss::Absent { .. }) => miss.message("board", "The account", "").trim().to_owned(),
        Err(Miss::Ambiguous { which, .. }) => which.join(" | "),
    }
}

#[test]
fn a_board_is_known_by_its_id_its_name_and_its_address() {
    for (text, id) in [
        ("11", "11"),
        (" 13 ", "13"),
        // An id wins over a name of digits, and what is no id may be a name.
        ("2026", "2026"),
        ("Winter recipes", "13"),
        ("  winter \u{a0} RECIPES ", "13"),
        ("Gifts", "17"),
        ("GIFTS", "18"),
        ("Cre\u{300}me bru\u{302}le\u{301}e", "16"),
        ("お弁当", "19"),
        ("https://www.pinterest.com/ann/winter-recipes/", "13"),
        ("https://www.pinterest.com/Ann/Winter-Recipes?invite=x#top", "13"),
        ("https://de.pinterest.com/ben/summer-recipes", "12"),
        ("pinterest.co.uk/ann/summer-recipes", "11"),
        ("http://pinterest.de/ann/moms-cakes-pies/", "14"),
        ("https://www.pinterest.com/ann/cr%C3%A8me-br%C3%BBl%C3%A9e/", "16"),
        ("https://www.pinterest.com/ann/%E3%81%8A%E5%BC%81%E5%BD%93/", "19"),
        ("https://www.pinterest.com/ann/garden/", "20"),
        // What is not seen does not count,
        ("\u{200e}13\u{200b}", "13"),
        ("1\u{200b}3", "13"),
        ("Winter\u{200b} recipes\u{feff}", "13"),
        ("Winter \u{200b} recipes", "13"),
        ("\u{202b}\u{5e9}\u{5dc}\u{5d5}\u{5dd}\u{202c}", "21"),
        ("\u{200f}\u{5e9}\u{5dc}\u{5d5}\u{5dd}", "21"),
        ("trips \u{2708}", "22"),
        ("Trips \u{2708}\u{fe0e}", "22"),
        ("kitchen", "25"),
        ("\u{ad}GIFTS", "18"),
        ("\u{200b}https://www.pinterest.com/ann/winter-\u{200b}recipes/\u{200e}", "13"),
        // but where two names differ by nothing else.
        ("\u{646}\u{627}\u{645}\u{647}\u{200c}\u{627}\u{6cc}", "23"),
        ("\u{646}\u{627}\u{645}\u{647}\u{627}\u{6cc}", "24"),
        ("https://www.pinterest.com/ann/winter-recipes/soups/", "13"),
    ] {
        assert_eq!(found(text), id, "{text}");
    }
    let without: Vec<_> = boards().into_iter().filter(|board| board.id.as_str() != "2026").collect();
    assert_eq!(
        GivenBoard::parse("2026").unwrap().find_one(&BoardIndex::new(without, "ann")).unwrap().id.as_str(),
        "15"
    );
}

#[test]
fn nothing_is_guessed() {
    for (text, said) in [
        ("Summer recipes", "\"Summer recipes\" (11) | \"Summer recipes\" of ben (12)"),
        ("gifts", "\"Gifts\" (17) | \"GIFTS\" (18)"),
        ("https://www.pinterest.com/ann/gifts/", "\"Gifts\" (17) | \"GIFTS\" (18)"),
        ("Wintre recipes", "The account has no such board. Did you mean \"Winter recipes\" (13)?"),
        ("garden", "20"),
        ("Gardn", "The account has no such board. Did you mean \"Garden\" (20)?"),
        ("cakes", "The account has no such board. Did you mean \"Mom's cakes & pies\" (14)?"),
        (
            "Sumer recipes",
            "The account has no such board. Did you mean \"Summer recipes\" (11) or \"Summer recipes\" of ben (12)?",
        ),
        ("Knitting", "The account has no such board."),
        ("99", "The account has no such board."),
        (
            "https://www.pinterest.com/ann/winter-recipe/",
            "The account has no such board. Did you mean \"Winter recipes\" (13)?",
        ),
        ("https://www.pinterest.com/carl/winter-recipes/", "The account has no such board."),
    ] {
        assert_eq!(found(text), said, "{text}");
    }
}

#[test]
fn a_section_may_stand_behind_a_slash_where_no_board_is_called_so() {
    let mut entries = boards();
    entries.extend([board("21", "Food/Drinks", "ann"), board("22", "Food", "ann"), board("23", "A &amp; B", "ann")]);
    entries.extend([board("24", "A & B", "ann"), board("25", "Tips & Tricks", "ann")]);
    let index = BoardIndex::new(entries, "ann");
    for (text, expected) in [
        ("Food/Drinks", "21"),
        ("food/drinks/Hot", "21 Hot"),
        ("Food/Salads", "22 Salads"),
        ("Food / Salads / Green", "22 Salads / Green"),
        ("22/Salads", "22 Salads"),
        ("Winter recipes/1/2", "13 1/2"),
        ("Summer recipes/Salads", "ambiguous Summer recipes"),
        ("Foot/Salads", "not_found Foot"),
        ("Food/", "not_found Food/"),
        ("/Food", "not_found /Food"),
        ("/", "not_found /"),
        ("Mom&#8217;s cakes &amp; pies", "not_found Mom&#8217;s cakes &amp; pies"),
        ("Mom&#39;s cakes &amp; pies", "14"),
        ("Tips &amp; Tricks/Tea &amp; milk", "25 Tea &amp; milk"),
        ("A &amp; B", "23"),
        ("A & B", "24"),
    ] {
        let given = GivenBoard::parse(text).unwrap();
        let found = match given.find_place(&index, &mut Suggestions::default()) {
            Ok(FoundBoard { board, section: Some(section) }) => format!("{} {}", board.id, section.as_str()),
            Ok(FoundBoard { board, section: None }) => board.id.to_string(),
            Err(MissedBoard { miss, name }) => format!("{} {name}", miss.code()),
        };
        assert_eq!(found, expected, "{text}");
        assert_eq!(given.is_found(&index), !expected.contains('_') && !expected.starts_with('a'), "{text}");
    }
    let slashes = GivenBoard::parse(&"a/".repeat(1_000)).unwrap();
    assert!(slashes.find_place(&index, &mut Suggestions::default()).is_err());
    let sections = SectionIndex::new(vec![SectionEntry { id: "1".parse().unwrap(), name: "Tea & milk".to_owned() }]);
    assert!(GivenSection::parse("Tea &amp; milk").unwrap().find_one(&sections).is_some());
}

#[test]
fn what_can_be_no_board_says_why() {
    for (text, why) in [
        ("", "Empty"),
        (" \u{a0}\n", "Empty"),
        ("\u{200b}\u{2060}", "Empty"),
        ("https://pin.it/3abc", "Short"),
        ("pin.it/3abc", "Short"),
        ("https://example.com/ann/winter-recipes/", "Foreign"),
        ("https://pinterest.com.evil.example.org/ann/winter-recipes/", "Foreign"),
        ("https://www.pinterest.com/", "Other"),
        ("https://www.pinterest.com/ann/", "Other"),
        ("https://www.pinterest.com/ann/_saved/", "Other"),
        ("https://www.pinterest.com/pin/1234/", "Other"),
        ("https://www.pinterest.com/ann/a/b/c/", "Other"),
        ("https://www.pinterest.com/ann/%FF/", "Other"),
    ] {
        assert_eq!(found(text), why, "{text}");
    }
    assert_eq!(found(&"x".repeat(2049)), "TooLong");
    assert_eq!(found(&"9".repeat(33)), "The account has no such board.");
}

#[test]
fn a_section_is_known_likewise() {
    let section = |id: &str, name: &str| SectionEntry { id: id.parse().unwrap(), name: name.to_owned() };
    let sections = [section("1", "Salads"), section("2", "Hot drinks"), section("3", "Sauces"), section("4", "sauces")];
    let sections = SectionIndex::new(sections.to_vec());
    let found = |text: &str| match GivenSection::parse(text) {
        Ok(given) => given
            .find(&sections, &mut Suggestions::default())
            .map_or_else(|miss| miss.code().to_owned(), |found| found.id.to_string()),
        Err(error) => format!("{error:?}"),
    };
    for (text, expected) in [
        ("1", "1"),
        ("hot DRINKS", "2"),
        ("Sauces", "3"),
        ("SAUCES", "ambiguous"),
        ("Salad", "not_found"),
        ("5", "not_found"),
        ("https://www.pinterest.com/ann/summer-recipes/hot-drinks/", "2"),
        ("https://www.pinterest.com/ann/summer-recipes/", "Other"),
        ("", "Empty"),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
    let of = |text: &str| GivenBoard::parse(text).unwrap().section().map(|section| section.as_str().to_owned());
    let address = "https://www.pinterest.com/ann/summer-recipes/hot-drinks/";
    assert_eq!(of(address), Some(address.to_owned()));
    assert_eq!((of("Summer recipes"), of("11")), (None, None));
}

#[test]
fn names_are_normalized_once_and_only_the_first_misses_compared() {
    use super::names::work::{DISTANCES, NORMALIZATIONS};
    let boards: Vec<_> =
        (0..400).map(|number| board(&number.to_string(), &format!("Cakes of {number}"), "ann")).collect();
    NORMALIZATIONS.set(0);
    let index = BoardIndex::new(boards, "ann");
    let mut suggestions = Suggestions::default();
    let mut look_up = |count: usize| {
        DISTANCES.set(0);
        let names = (0..count).map(|number| GivenBoard::parse(&format!("Pies for {number} people")).unwrap());
        let near = names
            .map(|name| name.find(&index, &mut suggestions).unwrap_err())
            .filter(|miss| *miss != Miss::Absent { near: Vec::new() });
        (near.count(), DISTANCES.get())
    };
    assert_eq!(look_up(10_000), (0, 0), "no two of them are near");
    // A board's name and its owner's, and each name that is looked up.
    assert_eq!(NORMALIZATIONS.get(), 2 * 400 + 10_000);
    let alike = |suggestions: &mut Suggestions| {
        DISTANCES.set(0);
        let miss = GivenBoard::parse("Cakse of 7").unwrap().find(&index, suggestions).unwrap_err();
        (miss != Miss::Absent { near: Vec::new() }, DISTANCES.get() > 0)
    };
    assert_eq!(alike(&mut Suggestions::default()), (true, true));
    assert_eq!(alike(&mut suggestions), (false, false), "the suggestions of this request are used up");
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_strange(text in ".{0,60}") {
        if let Ok(given) = GivenBoard::parse(&text) {
            let _ = given.find(&index(), &mut Suggestions::default());
        }
        let _ = GivenSection::parse(&text);
    }

    #[test]
    fn every_board_is_found_by_its_own_id(position in 0_usize..16) {
        let board = &boards()[position];
        proptest::prop_assert_eq!(found(board.id.as_str()), board.id.to_string());
    }
}
