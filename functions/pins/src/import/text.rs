//! The text of a file, whichever of the usual encodings it is in.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use shared::domain::FieldError;

const BOM: &[u8] = &[0xEF, 0xBB, 0xBF];

/// With what workbooks begin: those of today are archives.
const WORKBOOKS: [&[u8]; 3] = [b"PK\x03\x04", b"\xD0\xCF\x11\xE0", "\u{FFFD}\u{FFFD}\u{11}\u{FFFD}".as_bytes()];

/// A byte order mark of UTF-16 after API Gateway put its sign in the place of each byte that is not UTF-8.
const LOST_MARK: &str = "\u{FFFD}\u{FFFD}";

/// Bytes that mean nothing in Windows-1252.
const MEANINGLESS: [u8; 5] = [0x81, 0x8D, 0x8F, 0x90, 0x9D];

/// How many bytes tell whether a text without a mark is UTF-16.
const SAMPLE: usize = 64;

const AS_UTF_8: &str = "Save it as \"CSV UTF-8 (comma delimited)\"";

/// A file as text.
#[derive(Debug, PartialEq, Eq)]
pub struct Text<'b> {
    /// What it says, without a byte order mark; copied only where it is not UTF-8.
    pub text: Cow<'b, str>,
    /// In which encoding it was.
    pub encoding: &'static str,
}

/// Reads UTF-8, with or without a byte order mark, UTF-16 with one, and what is neither as Windows-1252, which Excel writes.
pub fn decode(bytes: &[u8]) -> Result<Text<'_>, FieldError> {
    if WORKBOOKS.iter().any(|begin| bytes.starts_with(begin)) {
        let message = format!("This is an Excel workbook, not a CSV file. {AS_UTF_8} in Excel, and send that file.");
        return Err(wrong("workbook", message));
    }
    if let Some(rest) = bytes.strip_prefix(&[0xFF, 0xFE]) {
        return utf_16(rest, UTF_16LE);
    }
    if let Some(rest) = bytes.strip_prefix(&[0xFE, 0xFF]) {
        return utf_16(rest, UTF_16BE);
    }
    if let Some(rest) = bytes.strip_prefix(LOST_MARK.as_bytes())
        && let Some(order) = order(rest)
    {
        // Where no other sign was put in, every byte behind the mark came through as it was.
        return str::from_utf8(rest).ok().and_then(replaced).map_or_else(|| utf_16(rest, order), Err);
    }
    if order(bytes).is_some() {
        let message = format!("The file seems to be UTF-16 without a byte order mark in line 1. {AS_UTF_8}.");
        return Err(wrong("encoding", message));
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        return Err(nul(line(bytes, at)));
    }
    let (marked, bytes) = bytes.strip_prefix(BOM).map_or((false, bytes), |rest| (true, rest));
    let invalid = match str::from_utf8(bytes) {
        Ok(text) => return replaced(text).map_or_else(|| Ok(Text { text: text.into(), encoding: "utf-8" }), Err),
        Err(error) => line(bytes, error.valid_up_to()),
    };
    if marked || bytes.iter().any(|byte| MEANINGLESS.contains(byte)) {
        let message = format!("Line {invalid} is neither UTF-8 nor Windows-1252. {AS_UTF_8}.");
        return Err(wrong("encoding", message));
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    Ok(Text { text, encoding: "windows-1252" })
}

/// The first words that are not ASCII, for a person who sees at once whether they were read rightly; and their line.
pub fn telling_words(text: &str) -> Option<(usize, &str)> {
    let at = text.find(|letter: char| !letter.is_ascii())?;
    let ends = |letter: char| letter.is_whitespace() || [',', ';', '"'].contains(&letter);
    let begin = text[..at].rfind(ends).map_or(0, |end| end + 1);
    let end = text[at..].find(ends).map_or(text.len(), |end| at + end);
    Some((line(text.as_bytes(), at), &text[begin..end]))
}

fn utf_16<'b>(bytes: &'b [u8], order: &'static Encoding) -> Result<Text<'b>, FieldError> {
    let Some(text) = order.decode_without_bom_handling_and_without_replacement(bytes) else {
        let (text, _) = order.decode_without_bom_handling(bytes);
        let at = text.find(char::REPLACEMENT_CHARACTER).unwrap_or(text.len());
        let message = format!(
            "Line {} is no UTF-16, as the file says that it is; perhaps its end is missing. {AS_UTF_8}.",
            line(text.as_bytes(), at)
        );
        return Err(wrong("encoding", message));
    };
    match text.find('\0') {
        Some(at) => Err(nul(line(text.as_bytes(), at))),
        None => Ok(Text { text, encoding: "utf-16" }),
    }
}

/// In which order a text that begins with letters of English has the bytes of UTF-16; absent where it is something else.
fn order(bytes: &[u8]) -> Option<&'static Encoding> {
    let pairs: Vec<_> = bytes.chunks_exact(2).take(SAMPLE / 2).collect();
    let count = |at: usize| pairs.iter().filter(|pair| pair[at] == 0).count();
    // A header is English, and all the more its letters.
    let most = pairs.len().div_ceil(2).max(1);
    match (count(0), count(1)) {
        (0, seconds) if seconds >= most => Some(UTF_16LE),
        (firsts, 0) if firsts >= most => Some(UTF_16BE),
        _ => None,
    }
}

/// API Gateway puts a sign in the place of what is not UTF-8 in a text, and that cannot be undone.
fn replaced(text: &str) -> Option<FieldError> {
    let at = text.find(char::REPLACEMENT_CHARACTER)?;
    let message = format!(
        "A letter of line {} was lost on the way, since the file is not UTF-8. {AS_UTF_8}, or send it as it is with \
         Content-Type: application/octet-stream.",
        line(text.as_bytes(), at)
    );
    Some(wrong("encoding", message))
}

fn nul(line: usize) -> FieldError {
    let message = format!("Line {line} has a NUL byte, so this is no text. {AS_UTF_8}; a workbook (.xlsx) is no CSV.");
    wrong("nul_byte", message)
}

fn wrong(code: &'static str, message: impl Into<String>) -> FieldError {
    FieldError::new("body", code, message)
}

fn line(bytes: &[u8], at: usize) -> usize {
    let before = &bytes[..at];
    let ends = before.iter().enumerate().filter(|(index, byte)| match byte {
        b'\n' => true,
        b'\r' => before.get(index + 1) != Some(&b'\n'),
        _ => false,
    });
    ends.count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str, bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    /// What API Gateway makes of a file that it takes for text.
    fn spoiled(bytes: &[u8]) -> Vec<u8> {
        String::from_utf8_lossy(bytes).into_owned().into_bytes()
    }

    #[test]
    fn the_usual_encodings_are_told_apart() {
        for (bytes, read) in [
            (&b"caf\xC3\xA9"[..], Ok(("café", "utf-8"))),
            (b"\xEF\xBB\xBFcaf\xC3\xA9", Ok(("café", "utf-8"))),
            (b"caf\xE9 \x80 \x93x\x94", Ok(("café € “x”", "windows-1252"))),
            (b"", Ok(("", "utf-8"))),
            ("caf\u{FFFD}".as_bytes(), Err("encoding")),
            (b"a\x81", Err("encoding")),
            (b"\xEF\xBB\xBFcaf\xE9", Err("encoding")),
            (b"\xFF\xFEa\0", Ok(("a", "utf-16"))),
            (b"\xFE\xFF\0a\0\xE9", Ok(("aé", "utf-16"))),
            (b"\xFF\xFEa\0b", Err("encoding")),
            (b"\xFF\xFE\0\xD8a\0", Err("encoding")),
            (b"\xFF\xFEa\0\0\0", Err("nul_byte")),
            (b"T\0i\0t\0l\0e\0", Err("encoding")),
            (b"\0T\0i\0t\0l\0e", Err("encoding")),
            (b"a\r\nb\0", Err("nul_byte")),
            (b"PK\x03\x04\x14\0", Err("workbook")),
            (b"\xD0\xCF\x11\xE0\xA1\xB1", Err("workbook")),
        ] {
            let found = decode(bytes);
            let found = found.as_ref().map(|text| (&*text.text, text.encoding)).map_err(|error| error.code);
            assert_eq!(found, read, "{bytes:?}");
        }
    }

    #[test]
    fn utf_16_whose_mark_was_lost_on_the_way_is_read_where_nothing_else_was() {
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            for (text, read) in [("Title\tMedia URL\r\nTea\t1", Ok("utf-16")), ("Title\r\nTè", Err("encoding"))] {
                let sent = wide(&format!("\u{FEFF}{text}"), order);
                assert_eq!(decode(&sent).map(|text| text.text.into_owned()), Ok(text.to_owned()));
                let (sent, found) = (spoiled(&sent), |bytes: &[u8]| {
                    decode(bytes).map(|text| (text.text.into_owned(), text.encoding)).map_err(|error| error.code)
                });
                assert_eq!(found(&sent), read.map(|encoding| (text.to_owned(), encoding)), "{text}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_its_line() {
        for (bytes, named) in
            [(&b"a\r\nb\rc\nd\0"[..], "Line 4"), (b"a\n\x81", "Line 2"), (b"\xFF\xFEa\0\n\0b\0\0\xDC", "Line 2")]
        {
            let found = decode(bytes);
            assert!(found.as_ref().is_err_and(|error| error.message.starts_with(named)), "{found:?}");
        }
    }

    #[test]
    fn a_person_is_shown_the_first_words_that_were_not_certain() {
        for (text, words) in [
            ("Title\nTea,\"Crème brûlée\"", Some((2, "Crème"))),
            ("é", Some((1, "é"))),
            ("Title;Thé", Some((1, "Thé"))),
            ("Title", None),
        ] {
            assert_eq!(telling_words(text), words, "{text}");
        }
    }
}
