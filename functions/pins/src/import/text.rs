//! The text of a file, whichever of the usual encodings it is in.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;
use shared::domain::FieldError;

const BOM: &[u8] = &[0xEF, 0xBB, 0xBF];

/// Bytes that mean nothing in Windows-1252.
const MEANINGLESS: [u8; 5] = [0x81, 0x8D, 0x8F, 0x90, 0x9D];

/// A file as text.
#[derive(Debug, PartialEq, Eq)]
pub struct Text<'b> {
    /// What it says, without a byte order mark; copied only where it is not UTF-8.
    pub text: Cow<'b, str>,
    /// In which encoding it was.
    pub encoding: &'static str,
}

/// Reads UTF-8, with or without a byte order mark, and what is not UTF-8 as Windows-1252, which Excel writes.
pub fn decode(bytes: &[u8]) -> Result<Text<'_>, FieldError> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(wrong("encoding", "The file is UTF-16. Save it as CSV in UTF-8."));
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let message = format!(
            "Line {} has a NUL byte, so this is no text. Save the table as CSV in UTF-8; a workbook (.xlsx) is no CSV.",
            line(bytes, at)
        );
        return Err(wrong("nul_byte", message));
    }
    let (marked, bytes) = bytes.strip_prefix(BOM).map_or((false, bytes), |rest| (true, rest));
    let invalid = match str::from_utf8(bytes) {
        Ok(text) => return replaced(text).map_or_else(|| Ok(Text { text: text.into(), encoding: "utf-8" }), Err),
        Err(error) => line(bytes, error.valid_up_to()),
    };
    if marked || bytes.iter().any(|byte| MEANINGLESS.contains(byte)) {
        let message = format!("Line {invalid} is neither UTF-8 nor Windows-1252. Save the file as CSV in UTF-8.");
        return Err(wrong("encoding", message));
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    Ok(Text { text, encoding: "windows-1252" })
}

/// API Gateway puts a sign in the place of what is not UTF-8 in a text, and that cannot be undone.
fn replaced(text: &str) -> Option<FieldError> {
    let at = text.find(char::REPLACEMENT_CHARACTER)?;
    let message = format!(
        "A letter of line {} was lost on the way, since the file is not UTF-8. Save it as CSV in UTF-8, or send it with \
         Content-Type: application/octet-stream.",
        line(text.as_bytes(), at)
    );
    Some(wrong("encoding", message))
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

    #[test]
    fn utf_8_and_windows_1252_are_told_apart() {
        for (bytes, read) in [
            (&b"caf\xC3\xA9"[..], Ok(("café", "utf-8"))),
            (b"\xEF\xBB\xBFcaf\xC3\xA9", Ok(("café", "utf-8"))),
            (b"caf\xE9 \x80 \x93x\x94", Ok(("café € “x”", "windows-1252"))),
            (b"", Ok(("", "utf-8"))),
            ("caf\u{FFFD}".as_bytes(), Err("encoding")),
            (b"a\x81", Err("encoding")),
            (b"\xEF\xBB\xBFcaf\xE9", Err("encoding")),
            (b"\xFF\xFEa\0", Err("encoding")),
            (b"a\r\nb\0", Err("nul_byte")),
        ] {
            let found = decode(bytes);
            let found = found.as_ref().map(|text| (&*text.text, text.encoding)).map_err(|error| error.code);
            assert_eq!(found, read, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_its_line() {
        for (bytes, named) in [(&b"a\r\nb\rc\nd\0"[..], "Line 4"), (b"a\n\x81", "Line 2")] {
            assert!(decode(bytes).is_err_and(|error| error.message.starts_with(named)), "{bytes:?}");
        }
    }
}
