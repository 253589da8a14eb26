use shared::pinterest::TransportError;

use super::super::Verdict;
use super::*;

fn refused(status: u16, code: Option<i64>, limit: Option<&str>) -> CallError {
    let rate = RateLimit { limit: limit.map(str::to_owned), ..RateLimit::default() };
    CallError::Refused(Refusal { rate, ..Refusal::new(status, code, "no") })
}

fn unapproved() -> CallError {
    CallError::Refused(Refusal::new(401, Some(3), "Your application consumer type is not supported"))
}

fn lost() -> CallError {
    CallError::Unknown(TransportError::Unknown("reset".into()))
}

fn with_token(account: Result<(), CallError>, limit: Option<&str>) -> Asked {
    let rate = RateLimit { limit: limit.map(str::to_owned), ..RateLimit::default() };
    let account = account.map(|()| Answer {
        body: UserAccount {
            id: "1".parse().expect("digits are an id"),
            username: "creator".into(),
            profile_image: None,
            account_type: None,
        },
        status: 200,
        request_id: None,
        rate: rate.clone(),
    });
    Asked::Token(rate, Box::new(account))
}

#[test]
fn credentials_fail_only_where_pinterest_says_they_are_wrong() {
    for (asked, result) in [
        (Asked::Nothing, Verdict::Unknown),
        (with_token(Ok(()), None), Verdict::Ok),
        (with_token(Err(unapproved()), None), Verdict::Ok),
        (Asked::NoToken(refused(401, Some(2), None)), Verdict::Failed),
        (Asked::NoToken(refused(401, Some(283), None)), Verdict::Failed),
        (Asked::NoToken(unapproved()), Verdict::Unknown),
        (Asked::NoToken(refused(401, None, None)), Verdict::Unknown),
        (Asked::NoToken(refused(400, Some(1), None)), Verdict::Unknown),
        (Asked::NoToken(refused(403, Some(29), None)), Verdict::Unknown),
        (Asked::NoToken(refused(429, Some(8), None)), Verdict::Unknown),
        (Asked::NoToken(refused(503, None, None)), Verdict::Unknown),
        (Asked::NoToken(lost()), Verdict::Unknown),
        (Asked::NoToken(CallError::NotSent(TransportError::NotSent("refused".into()))), Verdict::Unknown),
        (Asked::NoToken(CallError::Unreadable { status: 200, request_id: None }), Verdict::Unknown),
    ] {
        let check = credentials(Mode::Live, &asked);
        assert_eq!(check.result, result, "{}", check.detail);
        assert_eq!(check.remedy.is_none(), result == Verdict::Ok, "{}", check.detail);
    }
}

#[test]
fn approval_fails_only_where_pinterest_speaks_of_the_app() {
    for (asked, result) in [
        (Asked::Nothing, Verdict::Unknown),
        (with_token(Ok(()), None), Verdict::Ok),
        (with_token(Err(unapproved()), None), Verdict::Failed),
        (Asked::NoToken(unapproved()), Verdict::Failed),
        (with_token(Err(refused(401, Some(3), None)), None), Verdict::Unknown),
        (Asked::NoToken(refused(401, Some(2), None)), Verdict::Unknown),
        (with_token(Err(refused(403, Some(3), None)), None), Verdict::Unknown),
        (with_token(Err(lost()), None), Verdict::Unknown),
    ] {
        let check = app_approved(&asked);
        assert_eq!(check.result, result, "{}", check.detail);
    }
}

#[test]
fn trial_access_fails_in_live_mode_only() {
    const DAY: Option<&str> = Some("1000, 1000;w=86400");
    const MINUTE: Option<&str> = Some("100, 100;w=1, 1000;w=60");
    for (mode, asked, result) in [
        (Mode::Live, with_token(Ok(()), DAY), Verdict::Failed),
        (Mode::Sandbox, with_token(Ok(()), DAY), Verdict::Ok),
        (Mode::Live, with_token(Ok(()), MINUTE), Verdict::Ok),
        (Mode::Sandbox, with_token(Ok(()), MINUTE), Verdict::Ok),
        (Mode::Live, with_token(Ok(()), None), Verdict::Unknown),
        (Mode::Sandbox, with_token(Ok(()), None), Verdict::Unknown),
        (Mode::Live, with_token(Err(lost()), DAY), Verdict::Failed),
        (Mode::Live, Asked::NoToken(refused(429, Some(8), DAY)), Verdict::Failed),
        (Mode::Live, Asked::NoToken(lost()), Verdict::Unknown),
        (Mode::Live, Asked::Nothing, Verdict::Unknown),
    ] {
        let check = tier(mode, &asked, None);
        assert_eq!(check.result, result, "{mode} {}", check.detail);
    }
}

#[test]
fn pins_that_were_refused_for_trial_access_tell_the_tier_where_the_headers_do_not() {
    const MINUTE: Option<&str> = Some("100, 100;w=1, 1000;w=60");
    let since = Some(Timestamp::constant(1_800_000_000, 0));
    for (mode, limit, result) in [
        (Mode::Live, None, Verdict::Failed),
        (Mode::Live, MINUTE, Verdict::Ok),
        (Mode::Sandbox, None, Verdict::Unknown),
    ] {
        let check = tier(mode, &with_token(Ok(()), limit), since);
        assert_eq!(check.result, result, "{}", check.detail);
    }
}
