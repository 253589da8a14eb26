//! The `Idempotency-Key` of a request.

use crate::domain::{AttemptId, FieldError, OwnerId, PinId};
use http::HeaderMap;

const NAME: &str = "Idempotency-Key";

const INVALID: &str = "Invalid key. Use 1 to 255 visible ASCII characters, such as a UUID.";

/// What a client repeats when it repeats a request: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads the header, where there is one; notes what is wrong with it.
    pub fn read(headers: &HeaderMap, errors: &mut Vec<FieldError>) -> Option<Self> {
        let mut values = headers.get_all(NAME).iter();
        let value = values.next()?;
        let key = value.to_str().ok().and_then(Self::parse);
        if let (Some(key), None) = (key, values.next()) {
            return Some(key);
        }
        errors.push(FieldError::new(NAME, "invalid", INVALID));
        None
    }

    /// Reads the key of an item of a batch from its field `path`; notes what is wrong with it.
    pub fn of_item(text: &str, path: &str, errors: &mut Vec<FieldError>) -> Option<Self> {
        let key = Self::parse(text);
        if key.is_none() {
            errors.push(FieldError::new(path, "invalid", INVALID));
        }
        key
    }

    fn parse(text: &str) -> Option<Self> {
        ((1..=255).contains(&text.len()) && is_visible(text)).then(|| Self(text.to_owned()))
    }

    /// The key as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of the pin at `position`.
    pub fn pin_id(&self, owner: &OwnerId, position: usize) -> PinId {
        let position = u32::try_from(position).expect("a request has at most 50 targets");
        PinId::derived(owner, &self.0, position)
    }

    /// The id of what `request` did with `pin`.
    pub fn settlement_id(&self, pin: &PinId, request: &str) -> AttemptId {
        AttemptId::derived(pin, &self.0, request)
    }
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use http::HeaderValue;

    use super::*;

    fn read(values: &[&str]) -> Result<Option<IdempotencyKey>, String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(NAME, HeaderValue::from_str(value).unwrap());
        }
        let mut errors = Vec::new();
        let key = IdempotencyKey::read(&headers, &mut errors);
        errors.pop().map_or(Ok(key), |error| Err(error.field))
    }

    #[test]
    fn a_key_is_one_word_of_visible_ascii() {
        assert_eq!(read(&[]), Ok(None));
        for good in ["a", "6f1c2a52-7f0e-4f5d-9a55-0a4ad0b7d3c1", "~!#", &"k".repeat(255)] {
            assert_eq!(read(&[good]), Ok(Some(IdempotencyKey(good.to_owned()))), "{good}");
        }
        for bad in ["", "two words", "ümlaut", &"k".repeat(256)] {
            assert_eq!(read(&[bad]), Err(NAME.to_owned()), "{bad:?}");
        }
        assert_eq!(read(&["a", "b"]), Err(NAME.to_owned()));
    }
}
