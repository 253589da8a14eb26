//! The apostrophes that keep spreadsheets from taking texts for formulas: an export writes them, an import takes them away.

/// What begins a formula, and the full-width forms, which some programs take for the same.
const SIGNS: [char; 8] = ['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];

/// After these a program may see another cell begin, whatever the quotes say: it divides at them, or drops them.
const BREAKS: [char; 5] = [';', '\t', '\n', '\r', '\0'];

/// `text` with an apostrophe before each place where a formula could begin.
pub fn guard(text: &str) -> String {
    parts(text).map(|(part, is_formula)| if is_formula { format!("'{part}") } else { part.to_owned() }).collect()
}

/// `text` without the apostrophes that [`guard`] writes; absent where there are none.
pub fn unguard(text: &str) -> Option<String> {
    let without: String =
        parts(text).map(|(part, is_formula)| part.strip_prefix('\'').filter(|_| is_formula).unwrap_or(part)).collect();
    (without.len() < text.len()).then_some(without)
}

/// What may become a cell of its own, each with whether it is read as a formula once the apostrophes before it are gone.
fn parts(text: &str) -> impl Iterator<Item = (&str, bool)> {
    text.split_inclusive(BREAKS).enumerate().map(|(number, part)| {
        let bare = part.trim_start_matches('\'');
        // What a cell begins with is dropped by some programs even where nothing divides it.
        let begins_blank = number == 0 && bare.starts_with(['\t', '\r', '\n', '\0']);
        (part, begins_blank || bare.starts_with(SIGNS))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_formula_is_guarded_wherever_a_cell_could_begin() {
        for (text, guarded) in [
            ("cake", "cake"),
            ("'tis", "'tis"),
            ("a=b, 1-2, c@d", "a=b, 1-2, c@d"),
            ("=1+1", "'=1+1"),
            ("'=1+1", "''=1+1"),
            ("''@x", "'''@x"),
            ("-10 %", "'-10 %"),
            ("cake;=1+1", "cake;'=1+1"),
            ("cake\t=1+1", "cake\t'=1+1"),
            ("cake\n@x\r\n+1", "cake\n'@x\r\n'+1"),
            ("cake\0=1", "cake\0'=1"),
            ("\tcake", "'\tcake"),
            ("\t=1", "'\t'=1"),
            ("\u{FF1D}1", "'\u{FF1D}1"),
            ("a;\u{FF0B}1;\u{FF0D}1;\u{FF20}x", "a;'\u{FF0B}1;'\u{FF0D}1;'\u{FF20}x"),
            ("x;';=1", "x;';'=1"),
        ] {
            assert_eq!(guard(text), guarded, "{text:?}");
        }
    }

    #[test]
    fn only_apostrophes_before_formulas_are_taken_away() {
        for (text, without) in
            [("'tis", None), ("a;'b", None), ("=1", None), ("'=1", Some("=1")), ("a\n'-b", Some("a\n-b"))]
        {
            assert_eq!(unguard(text).as_deref(), without, "{text:?}");
        }
    }

    #[test]
    fn what_is_guarded_comes_back_and_nothing_in_it_begins_a_formula() {
        let mut texts = vec![String::new()];
        for length in 0..6 {
            let longer = texts.iter().filter(|text| text.chars().count() == length);
            let longer: Vec<_> =
                longer.flat_map(|text| "'=a;\t\u{FF1D}".chars().map(move |letter| format!("{text}{letter}"))).collect();
            texts.extend(longer);
        }
        for text in texts {
            let guarded = guard(&text);
            assert!(guarded.split(BREAKS).all(|part| !part.starts_with(SIGNS)), "{guarded:?}");
            assert_eq!(unguard(&guarded).unwrap_or(guarded), text);
        }
    }
}
