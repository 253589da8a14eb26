//! Characters that no text of a pin needs: control characters, and those that turn the direction of what stands around them.

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
        "Character {place} is U+{:04X}, which cannot be seen and {does}. Remove it. Line breaks and tabs may stay.",
        u32::from(character)
    );
    Some(FieldError::new(field, "invalid_character", message))
}

fn turns_direction(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
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
    fn the_error_names_field_place_and_remedy() {
        let error = check_characters("content.title", "cake\u{202E}gpj");
        let error = error.map(|error| (error.field, error.code, error.message));
        let message = "Character 5 is U+202E, which cannot be seen and turns the direction of text. Remove it. Line breaks and \
                       tabs may stay.";
        assert_eq!(error, Some(("content.title".to_owned(), "invalid_character", message.to_owned())));
        assert_eq!(check_characters("content.title", "cake"), None);
    }
}
