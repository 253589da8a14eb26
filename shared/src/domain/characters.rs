//! Characters that cannot be seen: those that no text of a pin needs, and those that come along when something is pasted.

use std::borrow::Cow;
use std::str::FromStr;

use super::FieldError;

/// The place in `text`, counted from one, and the first character that is refused: a control character other than a line
/// break or a tab, or an explicit embedding, override or isolate (Unicode Standard Annex 9, section 2).
///
/// The marks U+200E, U+200F and U+061C are not among them: they turn nothing around, and Arabic and Hebrew need them.
pub fn refused_character(text: &str) -> Option<(usize, char)> {
    let next = text.chars().skip(1).map(Some).chain([None]);
    let found = text.chars().zip(next).position(|(character, next)| {
        let is_line_break = character == '\n' || (character == '\r' && next == Some('\n'));
        let is_control = character.is_control() && character != '\t' && !is_line_break;
        is_control || turns_direction(character)
    })?;
    Some((found + 1, text.chars().nth(found)?))
}

/// What is wrong with the characters of `text`, which was given as `field`.
pub fn check_characters(field: &str, text: &str) -> Option<FieldError> {
    let (place, character) = refused_character(text)?;
    let does = if turns_direction(character) { "turns the direction of text" } else { "controls devices" };
    let message = format!(
        "Character {place} is U+{:04X}, which is invisible and {does}. Remove it. Line breaks and tabs are fine.",
        u32::from(character)
    );
    Some(FieldError::new(field, "invalid_character", message))
}

fn turns_direction(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether nothing is seen of `character`, and no space either: zero-width characters, marks of direction, variation
/// selectors, fillers and annotations.
///
/// These are the characters with the property `Default_Ignorable_Code_Point` (`DerivedCoreProperties.txt` of Unicode 16),
/// the marks of annotations and the empty pattern of Braille.
pub fn is_unseen(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// `text` without white space and without what is not seen at its ends.
pub fn trim_unseen(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_unseen(c))
}

/// `text` without what is not seen, wherever it stands, and without white space at its ends.
pub fn without_unseen(text: &str) -> Cow<'_, str> {
    let text = trim_unseen(text);
    if text.contains(is_unseen) { text.replace(is_unseen, "").into() } else { text.into() }
}

/// A code that was copied from a page or a file, such as a token: without what is not seen, and without the quotes and commas
/// that stood around it.
pub fn pasted_code(text: &str) -> Cow<'_, str> {
    let is_around = |c: char| c.is_whitespace() || is_unseen(c) || matches!(c, ',' | ';') || is_quote(c);
    without_unseen(text.trim_matches(is_around))
}

/// Reads an id, a number or a time as somebody pasted it: what is not seen of it does not count.
pub fn parse_pasted<T: FromStr>(text: &str) -> Result<T, T::Err> {
    without_unseen(text).parse()
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '\u{AB}' | '\u{B4}' | '\u{BB}' | '\u{2018}'..='\u{201F}' | '\u{2039}' | '\u{203A}' | '\u{300C}'..='\u{300F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_and_does_something_is_refused() {
        for (text, refused) in [
            ("", None),
            ("Lemon cake 🍋 – “easy”\n\tTwo lines\r\nthree", None),
            ("שלום\u{200F}!", None),
            ("👩\u{200D}🍳 cook\u{AD}ing\u{FEFF}", None),
            ("a\0", Some((2, '\0'))),
            ("\u{8}", Some((1, '\u{8}'))),
            ("a\u{1B}[31m", Some((2, '\u{1B}'))),
            ("a\rb", Some((2, '\r'))),
            ("a\r\nb\r", Some((5, '\r'))),
            ("a\u{7F}", Some((2, '\u{7F}'))),
            ("é\u{85}", Some((2, '\u{85}'))),
            ("cake\u{202E}gpj", Some((5, '\u{202E}'))),
            ("\u{202A}a\u{202C}", Some((1, '\u{202A}'))),
            ("a\u{2066}b\u{2069}", Some((2, '\u{2066}'))),
        ] {
            assert_eq!(refused_character(text), refused, "{text:?}");
        }
    }

    #[test]
    fn what_is_not_seen_does_not_count() {
        for (text, trimmed, without) in [
            ("", "", ""),
            ("\u{200B}\u{FEFF} \u{A0}\u{2028}", "", ""),
            (
                "\u{202B}\u{5E9}\u{5DC}\u{5D5}\u{5DD}\u{202C}",
                "\u{5E9}\u{5DC}\u{5D5}\u{5DD}",
                "\u{5E9}\u{5DC}\u{5D5}\u{5DD}",
            ),
            ("\u{FEFF}54 97\u{200B}55\t", "54 97\u{200B}55", "54 9755"),
            ("\u{2708}\u{FE0F} trips", "\u{2708}\u{FE0F} trips", "\u{2708} trips"),
            ("a\u{AD}b\u{200E}", "a\u{AD}b", "ab"),
            ("é\u{300}.", "é\u{300}.", "é\u{300}."),
        ] {
            assert_eq!((trim_unseen(text), &*without_unseen(text)), (trimmed, without), "{text:?}");
        }
        assert_eq!(parse_pasted::<u32>("\u{200E}12\u{200B}3\u{A0}"), Ok(123));
        assert!(parse_pasted::<u32>("1 2").is_err(), "a space can be seen");
    }

    #[test]
    fn a_code_is_taken_out_of_what_it_was_quoted_in() {
        for text in ["abc", " abc\n", "\"abc\",", "\u{201E}abc\u{201C};", "\u{200B}'ab\u{200B}c'\u{FEFF}", "`abc`"] {
            assert_eq!(pasted_code(text), "abc", "{text:?}");
        }
        assert_eq!(pasted_code("a\"b c"), "a\"b c", "what stands within stays");
    }

    #[test]
    fn the_error_names_field_place_and_remedy() {
        let error = check_characters("content.title", "cake\u{202E}gpj");
        let error = error.map(|error| (error.field, error.code, error.message));
        let message = "Character 5 is U+202E, which is invisible and turns the direction of text. Remove it. Line breaks and tabs \
                       are fine.";
        assert_eq!(error, Some(("content.title".to_owned(), "invalid_character", message.to_owned())));
        assert_eq!(check_characters("content.title", "cake"), None);
    }
}
