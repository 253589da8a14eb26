//! Characters written as HTML writes them, such as `&amp;` and `&#8217;`: exports of blogs and feeds have them in every text.

use std::borrow::Cow;

/// How often what was decoded is decoded again: exports of exports have `&amp;#8217;`.
const ROUNDS: usize = 3;

/// The longest name or number between `&` and `;`.
const LONGEST: usize = 10;

/// The names of U+00A0 to U+00FF, in their order (HTML 4.01, section 24.2).
const LATIN_1: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute \
    micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave \
    Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml \
    Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth \
    ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

/// Names of markup, punctuation and symbols (HTML 4.01, sections 24.3 and 24.4, and `apos` and `num` of HTML 5).
const OTHERS: [(&str, char); 62] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("AMP", '&'),
    ("LT", '<'),
    ("GT", '>'),
    ("QUOT", '"'),
    ("num", '#'),
    ("commat", '@'),
    ("excl", '!'),
    ("quest", '?'),
    ("comma", ','),
    ("period", '.'),
    ("colon", ':'),
    ("semi", ';'),
    ("lpar", '('),
    ("rpar", ')'),
    ("hyphen", '\u{2010}'),
    ("OElig", 'Œ'),
    ("oelig", 'œ'),
    ("Scaron", 'Š'),
    ("scaron", 'š'),
    ("Yuml", 'Ÿ'),
    ("fnof", 'ƒ'),
    ("circ", 'ˆ'),
    ("tilde", '˜'),
    ("ensp", '\u{2002}'),
    ("emsp", '\u{2003}'),
    ("thinsp", '\u{2009}'),
    ("zwnj", '\u{200C}'),
    ("zwj", '\u{200D}'),
    ("lrm", '\u{200E}'),
    ("rlm", '\u{200F}'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("dagger", '†'),
    ("Dagger", '‡'),
    ("bull", '•'),
    ("hellip", '…'),
    ("permil", '‰'),
    ("prime", '′'),
    ("Prime", '″'),
    ("lsaquo", '‹'),
    ("rsaquo", '›'),
    ("euro", '€'),
    ("trade", '™'),
    ("larr", '←'),
    ("uarr", '↑'),
    ("rarr", '→'),
    ("darr", '↓'),
    ("minus", '−'),
    ("infin", '∞'),
    ("hearts", '♥'),
    ("check", '✓'),
];

/// What browsers take the numbers 128 to 159 for: Windows-1252, in which old exports count (HTML standard, "numeric character
/// reference end state").
const WINDOWS_1252: [u32; 32] = [
    0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D,
    0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,
    0x017E, 0x0178,
];

/// What `text` reads as where it has entities; absent where it has none.
pub fn decoded(text: &str) -> Option<String> {
    let mut found = decoded_once(text)?;
    for _ in 1..ROUNDS {
        match decoded_once(&found) {
            Some(again) => found = again,
            None => break,
        }
    }
    Some(found)
}

/// What `text` reads as.
pub fn decode(text: &str) -> Cow<'_, str> {
    decoded(text).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn decoded_once(text: &str) -> Option<String> {
    let (mut decoded, mut rest, mut found) = (String::new(), text, false);
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        let entity = after.split_once(';').filter(|(name, _)| name.len() <= LONGEST);
        if let Some((character, after)) = entity.and_then(|(name, after)| Some((character(name)?, after))) {
            decoded.push(character);
            (rest, found) = (after, true);
        } else {
            decoded.push('&');
            rest = after;
        }
    }
    found.then(|| decoded + rest)
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hexadecimal = number.strip_prefix(['x', 'X']);
        let digits = hexadecimal.unwrap_or(number);
        // A sign before a number is none in HTML.
        let is_number = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let radix = if hexadecimal.is_some() { 16 } else { 10 };
        let number = u32::from_str_radix(digits, radix).ok().filter(|_| is_number)?;
        let number = if (128..160).contains(&number) { WINDOWS_1252[number as usize - 128] } else { number };
        return char::from_u32(number).filter(|character| *character != '\0');
    }
    if let Some((_, character)) = OTHERS.iter().find(|(other, _)| *other == name) {
        return Some(*character);
    }
    let place = LATIN_1.split_whitespace().position(|other| other == name)?;
    char::from_u32(0xA0 + u32::try_from(place).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_what_a_browser_shows_for_them() {
        for (text, read_as) in [
            ("Mac &amp; Cheese", "Mac & Cheese"),
            ("Mom&#8217;s &quot;best&quot;", "Mom’s \"best\""),
            ("Mom&#x2019;s, Dad&#X2019;s, mine&#146;s", "Mom’s, Dad’s, mine’s"),
            ("5&nbsp;&euro; &ndash; &frac12; off&hellip;", "5\u{A0}€ – ½ off…"),
            ("Cr&egrave;me br&ucirc;l&eacute;e, na&iuml;ve, &yuml;", "Crème brûlée, naïve, ÿ"),
            ("&lt;b&gt;", "<b>"),
            ("&amp;amp; &amp;#8217; &amp;lt;", "& ’ <"),
            ("a&&amp;b", "a&&b"),
            ("https://example.com/?a=1&amp;b=2", "https://example.com/?a=1&b=2"),
        ] {
            assert_eq!(decoded(text).as_deref(), Some(read_as), "{text}");
        }
        for text in [
            "",
            "Mac & Cheese",
            "Q&A; and R&D;",
            "a&b;c",
            "&amp",
            "&copy 2027",
            "&;",
            "&#;",
            "&#x;",
            "&#+65;",
            "&#xD800;",
            "&#0;",
            "&#99999999999;",
            "&Amp;",
            "https://example.com/?a=1&copy=2&reg=3",
            "&ä;",
        ] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }

    #[test]
    fn names_are_in_the_order_of_their_characters() {
        assert_eq!(LATIN_1.split_whitespace().count(), 96);
        for (name, expected) in
            [("nbsp", '\u{A0}'), ("copy", '©'), ("times", '×'), ("szlig", 'ß'), ("divide", '÷'), ("yuml", 'ÿ')]
        {
            assert_eq!(character(name), Some(expected), "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_strange(text in "[&#x;a-z0-9ü]{0,30}") {
            let read_as = decode(&text);
            proptest::prop_assert!(read_as.chars().count() <= text.chars().count());
        }
    }
}
