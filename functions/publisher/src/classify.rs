//! What Pinterest's answer to `POST /pins` means for the pin.
//!
//! One pure function. Branches on the HTTP status first, then on Pinterest's code, and on words only where the same
//! code means two things. Texts and codes are those of Pinterest's OpenAPI description and of what operators saw.

use jiff::SignedDuration;
use shared::domain::{Failure, Hold, PinterestPinId, Setback};
use shared::pinterest::{Answer, CallError, CreatedPin, Refusal};

/// How long a pin waits for what only a person or a long pause mends.
pub const COOL_DOWN: SignedDuration = SignedDuration::from_hours(12);

/// What is to become of a pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is on Pinterest.
    Published(PinterestPinId),
    /// Certainly not created; worth another try.
    Retry(Setback),
    /// Certainly not created; the access token was refused.
    TokenRefused,
    /// Certainly not created; the access token does not permit it, and no renewal changes that.
    ScopesRefused,
    /// Certainly not created; waits that long at least. Zero where Pinterest does not say for how long.
    Hold(Hold, SignedDuration),
    /// Certainly not created, and never will be as it is.
    Fail(Failure),
    /// Certainly not created; Pinterest does not know the video that it had.
    VideoGone,
    /// It may have been created.
    Unknown,
}

/// Judges what came of one `POST /pins`.
pub fn classify(result: &Result<Answer<CreatedPin>, CallError>) -> Verdict {
    match result {
        Ok(answer) => Verdict::Published(answer.body.id.clone()),
        Err(CallError::NotSent(_)) => Verdict::Retry(Setback::Unreachable),
        Err(CallError::Unknown(_) | CallError::Unreadable { .. }) => Verdict::Unknown,
        Err(CallError::Refused(refusal)) => refused(refusal),
    }
}

/// Judges a refusal, which is the same for every call of an account.
pub fn refused(refusal: &Refusal) -> Verdict {
    match refusal.status {
        400 => bad_request(refusal),
        401 => unauthorized(refusal),
        403 => forbidden(refusal),
        404 if says(refusal, "media upload") => Verdict::VideoGone,
        404 => Verdict::Fail(missing(refusal)),
        409 => Verdict::Retry(Setback::BoardBusy),
        429 => too_many(refusal),
        405..=428 if refusal.status != 408 => Verdict::Fail(Failure::Rejected),
        402 | 430..=499 => Verdict::Fail(Failure::Rejected),
        // A redirect, a request that timed out over there, or trouble of a server: it may have been created.
        _ => Verdict::Unknown,
    }
}

fn bad_request(refusal: &Refusal) -> Verdict {
    if says(refusal, "something went wrong on our end") {
        // Transient in spite of its status; operators verified that nothing is created.
        Verdict::Retry(Setback::PinterestTrouble)
    } else if says(refusal, "could not fetch the image") || says(refusal, "unable to reach the url") {
        Verdict::Retry(Setback::ImageUnreachable)
    } else if says(refusal, "media upload not found") {
        Verdict::VideoGone
    } else if says(refusal, "invalid url") || says(refusal, "parameter 'link'") {
        Verdict::Fail(Failure::LinkInvalid)
    } else {
        Verdict::Fail(Failure::Rejected)
    }
}

fn unauthorized(refusal: &Refusal) -> Verdict {
    match refusal.code {
        Some(3) => Verdict::Hold(Hold::AppNotApproved, COOL_DOWN),
        Some(7) => Verdict::Fail(Failure::NotPermitted),
        _ => Verdict::TokenRefused,
    }
}

fn forbidden(refusal: &Refusal) -> Verdict {
    match refusal.code {
        Some(29) if says(refusal, "sufficient permissions") => Verdict::ScopesRefused,
        Some(29) if says(refusal, "trial access") => Verdict::Hold(Hold::TrialTier, COOL_DOWN),
        Some(233) => Verdict::Fail(Failure::ImageTooSmall),
        Some(235) => Verdict::Fail(Failure::ImageUnreadable),
        _ => Verdict::Fail(Failure::NotPermitted),
    }
}

fn missing(refusal: &Refusal) -> Failure {
    match refusal.code {
        Some(2031) => Failure::SectionNotFound,
        _ if says(refusal, "section") => Failure::SectionNotFound,
        _ if says(refusal, "board") => Failure::BoardNotFound,
        _ => Failure::Rejected,
    }
}

/// Pinterest answers 429 to two things: too many requests, and what it takes for spam. Its own example tells them apart
/// by the word, whatever the case.
fn too_many(refusal: &Refusal) -> Verdict {
    if refusal.code == Some(9) && says(refusal, "link") {
        Verdict::Hold(Hold::LinkBlocked, COOL_DOWN)
    } else if refusal.code == Some(9) || says(refusal, "spam") {
        Verdict::Hold(Hold::SpamBlock, COOL_DOWN)
    } else {
        let seconds = refusal.rate.reset_s.map(|seconds| seconds.clamp(1, 24 * 60 * 60));
        let pause = seconds.and_then(|seconds| i64::try_from(seconds).ok()).map(SignedDuration::from_secs);
        // A window of a day is used up for hours; of others nothing is known.
        let unsaid = if refusal.rate.is_trial() == Some(true) { COOL_DOWN } else { SignedDuration::ZERO };
        Verdict::Hold(Hold::RateLimited, pause.unwrap_or(unsaid))
    }
}

fn says(refusal: &Refusal, words: &str) -> bool {
    refusal.message.to_lowercase().contains(words)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use shared::pinterest::{RateLimit, TransportError};

    use super::*;

    #[expect(clippy::result_large_err, reason = "it is what a call to Pinterest answers")]
    fn answer(status: u16, code: Option<i64>, message: &str) -> Result<Answer<CreatedPin>, CallError> {
        let rate = RateLimit { reset_s: Some(30), ..RateLimit::default() };
        Err(CallError::Refused(Refusal { status, code, message: message.into(), request_id: None, rate }))
    }

    #[test]
    fn every_answer_of_pinterests_has_its_meaning() {
        use Verdict::{Fail, Hold as Wait, Retry, TokenRefused, Unknown};
        let limit = SignedDuration::from_secs(30);
        let table: &[(u16, Option<i64>, &str, Verdict)] = &[
            (
                400,
                Some(1),
                "Whoops! It looks like you entered an invalid URL. Try creating a Pin again with a valid URL.",
                Fail(Failure::LinkInvalid),
            ),
            (400, None, "Parameter 'link' with the value 'x' is not a valid URL format.", Fail(Failure::LinkInvalid)),
            (400, Some(1), r"'board_id' with the value 'x' does not match '^\d+$'", Fail(Failure::Rejected)),
            (400, Some(0), "Sorry we could not fetch the image.", Retry(Setback::ImageUnreachable)),
            (
                400,
                None,
                "Unable to reach the URL. Please check the URL and try again.",
                Retry(Setback::ImageUnreachable),
            ),
            (400, None, "Media upload not found", Verdict::VideoGone),
            (404, Some(404), "Media upload not found", Verdict::VideoGone),
            (400, None, "Sorry! Something went wrong on our end.", Retry(Setback::PinterestTrouble)),
            (401, Some(2), "Authentication failed.", TokenRefused),
            (401, Some(3), "Your application consumer type is not supported", Wait(Hold::AppNotApproved, COOL_DOWN)),
            (401, Some(7), "Not authorized to access board or Pin.", Fail(Failure::NotPermitted)),
            (403, Some(29), "You are not permitted to access that resource.", Fail(Failure::NotPermitted)),
            (
                403,
                Some(29),
                "Apps with Trial access may not create Pins in production https://api.pinterest.com - use API Sandbox https://api-sandbox.pinterest.com instead.",
                Wait(Hold::TrialTier, COOL_DOWN),
            ),
            (
                403,
                Some(29),
                "Your token does not have sufficient permissions to perform this operation.",
                Verdict::ScopesRefused,
            ),
            (403, Some(403), "Not authorized to access the board.", Fail(Failure::NotPermitted)),
            (
                403,
                Some(233),
                "Your image is too small. Please choose a larger image and try again.",
                Fail(Failure::ImageTooSmall),
            ),
            (
                403,
                Some(235),
                "Sorry, this image is broken. Please pick a different image.",
                Fail(Failure::ImageUnreadable),
            ),
            (404, Some(40), "Board not found.", Fail(Failure::BoardNotFound)),
            (404, Some(2031), "Sorry! We couldn't find this board section.", Fail(Failure::SectionNotFound)),
            (404, Some(404), "Board or section not found.", Fail(Failure::SectionNotFound)),
            (404, Some(30), "User not found.", Fail(Failure::Rejected)),
            (408, None, "", Unknown),
            (409, Some(409), "Could not get exclusive access to the board.", Retry(Setback::BoardBusy)),
            (413, None, "", Fail(Failure::Rejected)),
            (429, Some(8), "This request exceeded a rate limit.", Wait(Hold::RateLimited, limit)),
            (
                429,
                Some(9),
                "Sorry! We blocked this link because it may lead to spam.",
                Wait(Hold::LinkBlocked, COOL_DOWN),
            ),
            (
                429,
                None,
                "You have hit a block (Pins) we have in place to combat spam",
                Wait(Hold::SpamBlock, COOL_DOWN),
            ),
            (302, None, "", Unknown),
            (500, Some(500), "Internal error", Unknown),
            (503, None, "(no message)", Unknown),
        ];
        for (status, code, message, verdict) in table {
            assert_eq!(classify(&answer(*status, *code, message)), *verdict, "{status} {code:?} {message}");
        }
    }

    #[test]
    fn a_limit_lasts_as_long_as_pinterest_says() {
        let pause = |reset_s, limit: Option<&str>| {
            let rate = RateLimit { reset_s, limit: limit.map(str::to_owned), remaining: Some(0) };
            let message = "This request exceeded a rate limit.".into();
            too_many(&Refusal { status: 429, code: Some(8), message, request_id: None, rate })
        };
        for (reset, limit, seconds) in [
            (Some(30), None, 30),
            (Some(0), None, 1),
            (Some(u64::MAX), None, 86_400),
            (None, Some("1000, 1000;w=86400"), 43_200),
            (None, Some("100, 100;w=60"), 0),
            (None, None, 0),
        ] {
            let expected = Verdict::Hold(Hold::RateLimited, SignedDuration::from_secs(seconds));
            assert_eq!(pause(reset, limit), expected, "{reset:?} {limit:?}");
        }
    }

    #[test]
    fn no_answer_is_a_retry_only_where_nothing_was_sent() {
        let lost = || TransportError::Unknown("reset".into());
        let unsent = TransportError::NotSent("refused".into());
        assert_eq!(classify(&Err(CallError::NotSent(unsent))), Verdict::Retry(Setback::Unreachable));
        assert_eq!(classify(&Err(CallError::Unknown(lost()))), Verdict::Unknown);
        assert_eq!(classify(&Err(CallError::Unreadable { status: 201, request_id: None })), Verdict::Unknown);
    }

    #[test]
    fn either_success_status_is_a_published_pin() {
        for status in [200, 201] {
            let id: PinterestPinId = "5".parse().unwrap();
            let body = CreatedPin::with_id(id.clone());
            let answer = Answer { body, status, request_id: None, rate: RateLimit::default() };
            assert_eq!(classify(&Ok(answer)), Verdict::Published(id));
        }
    }
}
