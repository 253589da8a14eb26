//! What separates the columns of a file: a comma, or what spreadsheets write where the comma is the decimal sign.

use shared::domain::FieldError;

use super::columns;
use super::csv;

/// What is looked for where no line says it, the usual one first.
const USUAL: [char; 3] = [',', ';', '\t'];

/// In how many bytes the header is looked for.
const LONGEST_HEADER: usize = 20_000;

/// A file whose separator is known.
#[derive(Debug, PartialEq, Eq)]
pub struct Separated<'t> {
    /// What separates its columns.
    pub separator: char,
    /// The file from its header on.
    pub text: &'t str,
    /// The line in which that begins.
    pub line: u32,
}

/// Finds the separator: a line `sep=…` says it, or else the header, by the columns that can be made out with it.
pub fn find(text: &str) -> Result<Separated<'_>, FieldError> {
    let (first, rest) = text.find(['\r', '\n']).map_or((text, ""), |end| text.split_at(end));
    let Some(said) = said(first) else { return Ok(Separated { separator: best(text).0, text, line: 1 }) };
    let line_end = ["\r\n", "\r", "\n"].into_iter().find_map(|end| rest.strip_prefix(end));
    let rest = line_end.unwrap_or(rest);
    let Some(separator) = sign(said) else {
        let message = "The line sep=… doesn't name a separator. Change it to sep=; or remove it.";
        return Err(FieldError::new("body", "separator", message));
    };
    let (better, count) = best(rest);
    if count > 0 && known(rest, separator) == 0 {
        let message = format!(
            "The line sep= says that columns are separated by {}, but they are separated by {}. Correct or remove \
             the line.",
            name(separator),
            name(better)
        );
        return Err(FieldError::new("body", "separator", message));
    }
    Ok(Separated { separator, text: rest, line: 2 })
}

/// The sign as people call it.
pub fn name(separator: char) -> String {
    match separator {
        ',' => "commas".to_owned(),
        ';' => "semicolons".to_owned(),
        '\t' => "tabs".to_owned(),
        other => format!("{other:?}"),
    }
}

/// What a line `sep=…` says.
fn said(line: &str) -> Option<&str> {
    let line = line.trim_matches([' ', '"']);
    line.get(..4).filter(|word| word.eq_ignore_ascii_case("sep=")).map(|_| &line[4..])
}

/// The one sign that can separate columns.
fn sign(said: &str) -> Option<char> {
    let mut signs = said.chars();
    let sign = signs.next().filter(|sign| *sign == '\t' || (sign.is_ascii_punctuation() && *sign != '"'));
    sign.filter(|_| signs.next().is_none())
}

/// The separator with which the header has the most columns that are known, and how many.
fn best(text: &str) -> (char, usize) {
    let counts = USUAL.map(|separator| (separator, known(text, separator)));
    // Of several the last counts as the largest.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).unwrap_or((',', 0))
}

fn known(text: &str, separator: char) -> usize {
    csv::read(&text[..text.floor_char_boundary(LONGEST_HEADER)], 1, separator)
        .next()
        .and_then(Result::ok)
        .map_or(0, |header| columns::count_known(&header))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_or_a_line_of_its_own_tells_the_separator() {
        for (text, separator, line) in [
            ("Title,Media URL\na;b;c,d", ',', 1),
            ("Title;Media URL\na,b;c", ';', 1),
            ("\"Title\";\"Media URL\"", ';', 1),
            ("Title\tMedia URL", '\t', 1),
            ("\n;;\nTitle;Board", ';', 1),
            ("sep=;\r\nTitle;Media URL", ';', 2),
            ("SEP=,\nTitle,Media URL", ',', 2),
            ("\"sep=;\"\nTitle;Media URL", ';', 2),
            ("sep=\t\nTitle\tMedia URL", '\t', 2),
            ("sep=|\rTitle|Media URL", '|', 2),
            ("Price;Colour\n1,5;red", ',', 1),
            ("Title", ',', 1),
            ("", ',', 1),
        ] {
            let found = find(text).map(|found| (found.separator, found.line));
            assert_eq!(found, Ok((separator, line)), "{text:?}");
        }
    }

    #[test]
    fn a_line_that_contradicts_the_header_is_not_believed() {
        for text in
            ["sep=,\nTitle;Media URL", "sep=\nTitle,Media URL", "sep=;;\nTitle", "sep=x\nTitle", "sep=\"\nTitle"]
        {
            assert_eq!(find(text).map_err(|error| error.code), Err("separator"), "{text:?}");
        }
    }
}
