//! What Pinterest's answer to `POST /pins` means for the pin.
//!
//! One pure function. What a refusal means in itself is decided in [`shared::pinterest::RefusalKind`].

use jiff::SignedDuration;
use shared::domain::{Failure, Hold, PinterestPinId, Scopes, Setback};
use shared::pinterest::{Answer, CallError, CreatedPin, Refusal, RefusalKind};

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
    /// Certainly not created; the access token lacks scopes, these where Pinterest lists them, and no renewal changes
    /// that.
    ScopesRefused(Scopes),
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
    match &refusal.kind {
        RefusalKind::AuthenticationFailed | RefusalKind::Unauthorized | RefusalKind::GrantInvalid => {
            Verdict::TokenRefused
        }
        RefusalKind::ScopesMissing(missing) => Verdict::ScopesRefused(missing.clone()),
        RefusalKind::AppNotApproved => Verdict::Hold(Hold::AppNotApproved, COOL_DOWN),
        RefusalKind::TrialAccess => Verdict::Hold(Hold::TrialTier, COOL_DOWN),
        RefusalKind::LinkBlocked => Verdict::Hold(Hold::LinkBlocked, COOL_DOWN),
        RefusalKind::SpamBlock => Verdict::Hold(Hold::SpamBlock, COOL_DOWN),
        RefusalKind::RateLimited => Verdict::Hold(Hold::RateLimited, limit(refusal)),
        // Transient in spite of its status; operators verified that nothing is created.
        RefusalKind::Trouble => Verdict::Retry(Setback::PinterestTrouble),
        RefusalKind::ImageUnreachable => Verdict::Retry(Setback::ImageUnreachable),
        RefusalKind::BoardBusy => Verdict::Retry(Setback::BoardBusy),
        RefusalKind::LinkInvalid => Verdict::Fail(Failure::LinkInvalid),
        RefusalKind::SiteForbidsSaving => Verdict::Fail(Failure::SiteForbidsSaving),
        RefusalKind::ImageTooSmall => Verdict::Fail(Failure::ImageTooSmall),
        RefusalKind::ImageBroken => Verdict::Fail(Failure::ImageUnreadable),
        RefusalKind::BoardNotFound => Verdict::Fail(Failure::BoardNotFound),
        RefusalKind::SectionNotFound => Verdict::Fail(Failure::SectionNotFound),
        // Nothing was created, and access can be given: the pin waits for it with its time.
        RefusalKind::BoardNotPermitted | RefusalKind::NotPermitted | RefusalKind::DataAccessDenied => {
            Verdict::Hold(Hold::NotPermitted, COOL_DOWN)
        }
        RefusalKind::VideoNotFound => Verdict::VideoGone,
        RefusalKind::NotFound | RefusalKind::Invalid | RefusalKind::TooLongAgo => Verdict::Fail(Failure::Rejected),
        RefusalKind::NoVerdict => Verdict::Unknown,
    }
}

/// How long a limit lasts; zero where Pinterest does not say.
fn limit(refusal: &Refusal) -> SignedDuration {
    let seconds = refusal.rate.reset_s.map(|seconds| seconds.clamp(1, 24 * 60 * 60));
    let pause = seconds.and_then(|seconds| i64::try_from(seconds).ok()).map(SignedDuration::from_secs);
    // A window of a day is used up for hours; of others nothing is known.
    let unsaid = if refusal.rate.is_trial() == Some(true) { COOL_DOWN } else { SignedDuration::ZERO };
    pause.unwrap_or(unsaid)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use shared::pinterest::{RateLimit, TransportError};

    use super::*;

    #[expect(clippy::result_large_err, reason = "it is what a call to Pinterest answers")]
    fn answer(status: u16, code: Option<i64>, message: &str) -> Result<Answer<CreatedPin>, CallError> {
        let rate = RateLimit { reset_s: Some(30), ..RateLimit::default() };
        Err(CallError::Refused(Refusal { rate, ..Refusal::new(status, code, message) }))
    }

    #[test]
    fn every_answer_of_pinterests_has_its_meaning() {
        use Verdict::{Fail, Hold as Wait, Retry, TokenRefused, Unknown};
        let limit = SignedDuration::from_secs(30);
        let table: &[(u16, Option<i64>, &str, Verdict)] = &[
            (400, Some(1), "It looks like you entered an invalid URL.", Fail(Failure::LinkInvalid)),
            (400, Some(1), r"'board_id' with the value 'x' does not match '^\d+$'", Fail(Failure::Rejected)),
            (400, Some(1), "This site doesn't allow you to save Pins.", Fail(Failure::SiteForbidsSaving)),
            (400, Some(1), "Sorry we could not fetch the image.", Retry(Setback::ImageUnreachable)),
            (500, Some(1), "Sorry we could not fetch the image.", Retry(Setback::ImageUnreachable)),
            (400, Some(404), "Media upload not found", Verdict::VideoGone),
            (400, Some(2787), "", Retry(Setback::PinterestTrouble)),
            (500, Some(2787), "Something went wrong on our end.", Unknown),
            (401, Some(2), "Authentication failed.", TokenRefused),
            (401, Some(3), "Some words of tomorrow.", TokenRefused),
            (401, Some(3), "Your application consumer type is not supported", Wait(Hold::AppNotApproved, COOL_DOWN)),
            (403, Some(3), "sufficient permissions", Verdict::ScopesRefused(Scopes::default())),
            (401, Some(7), "You don't have permission to edit that board.", Wait(Hold::NotPermitted, COOL_DOWN)),
            (403, Some(29), "Apps with Trial access may not.", Wait(Hold::TrialTier, COOL_DOWN)),
            (403, Some(29), "You are not permitted to access that resource.", Wait(Hold::NotPermitted, COOL_DOWN)),
            (403, Some(233), "", Fail(Failure::ImageTooSmall)),
            (403, Some(235), "", Fail(Failure::ImageUnreadable)),
            (404, Some(40), "", Fail(Failure::BoardNotFound)),
            (404, Some(2031), "", Fail(Failure::SectionNotFound)),
            (409, Some(409), "", Retry(Setback::BoardBusy)),
            (413, Some(1), "", Fail(Failure::Rejected)),
            (429, Some(8), "", Wait(Hold::RateLimited, limit)),
            (
                429,
                Some(9),
                "Sorry! We blocked this link because it may lead to spam.",
                Wait(Hold::LinkBlocked, COOL_DOWN),
            ),
            (429, Some(0), "a block (Pins) we have in place to combat SPAM", Wait(Hold::SpamBlock, COOL_DOWN)),
            (302, None, "", Unknown),
            (400, None, "", Unknown),
            (401, None, "", Unknown),
            (403, None, "Forbidden", Unknown),
            (404, None, "", Unknown),
            (408, Some(1), "", Unknown),
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
            refused(&Refusal { rate, ..Refusal::new(429, Some(8), "This request exceeded a rate limit.") })
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
