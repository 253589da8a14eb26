use std::collections::HashSet;

use shared::domain::{Limit, Scope};

use super::Failure::*;
use super::*;

/// Every failure with its status, in the order of the enum.
fn table() -> Vec<(Failure, u16)> {
    vec![
        (AddressUnknown, 500),
        (RepeatedParameter, 400),
        (UnknownState, 400),
        (UsedState, 400),
        (ExpiredState, 400),
        (OtherBrowser, 400),
        (NoCode, 400),
        (Denied, 403),
        (Disabled, 403),
        (ModeSwitched, 409),
        (AppChanged, 409),
        (NotConfigured, 409),
        (ExchangeRefused, 400),
        (AppRefused, 502),
        (AppNotApproved, 502),
        (RateLimited, 502),
        (PinterestDown, 502),
        (ScopesMissing([Scope::BOARDS_WRITE].into_iter().collect()), 403),
        (Taken, 409),
        (LimitReached(Reached { limit: Limit::Accounts, most: 2, used: 2, wanted: 1 }), 409),
        (AccountGone, 409),
        (ForeignForm, 403),
        (GrantUnknown, 400),
        (GrantUsed, 409),
        (GrantExpired, 400),
        (FormUnreadable, 400),
        (TooManyBoards, 400),
        (LinkUnknown, 404),
        (LinkUsed, 409),
        (LinkExpired, 410),
        (LinkRevoked, 410),
        (OtherAccount { expected: "shop".to_owned(), found: "creator".to_owned() }, 409),
        (ForeignStart, 403),
        (Storage, 503),
    ]
}

/// The place in the table; a new failure does not compile until it has one.
fn place(failure: &Failure) -> usize {
    match failure {
        AddressUnknown => 0,
        RepeatedParameter => 1,
        UnknownState => 2,
        UsedState => 3,
        ExpiredState => 4,
        OtherBrowser => 5,
        NoCode => 6,
        Denied => 7,
        Disabled => 8,
        ModeSwitched => 9,
        AppChanged => 10,
        NotConfigured => 11,
        ExchangeRefused => 12,
        AppRefused => 13,
        AppNotApproved => 14,
        RateLimited => 15,
        PinterestDown => 16,
        ScopesMissing(_) => 17,
        Taken => 18,
        LimitReached(_) => 19,
        AccountGone => 20,
        ForeignForm => 21,
        GrantUnknown => 22,
        GrantUsed => 23,
        GrantExpired => 24,
        FormUnreadable => 25,
        TooManyBoards => 26,
        LinkUnknown => 27,
        LinkUsed => 28,
        LinkExpired => 29,
        LinkRevoked => 30,
        OtherAccount { .. } => 31,
        ForeignStart => 32,
        Storage => 33,
    }
}

#[test]
fn every_failure_has_its_status_and_its_own_words() {
    let mut titles = HashSet::new();
    for (index, (failure, status)) in table().into_iter().enumerate() {
        assert_eq!(place(&failure), index);
        let told = failure.told();
        assert_eq!(told.status, status, "{failure:?}");
        assert!(titles.insert(told.title), "{failure:?} reads like another");
        assert!(told.what.ends_with('.') && told.remedy.ends_with('.'), "{failure:?}");
        let page = Failed::from(failure.clone()).into_response();
        assert_eq!(page.status().as_u16(), status, "{failure:?}");
        let by_link = failure.remedy_by_link();
        assert!(by_link.ends_with('.') && !by_link.contains("start connecting"), "{failure:?}");
    }
    assert_eq!(titles.len(), 34);
}

#[test]
fn missing_permissions_are_named() {
    let told = ScopesMissing([Scope::BOARDS_WRITE, Scope::PINS_READ].into_iter().collect()).told();
    assert!(told.what.contains("pins:read, boards:write"), "{}", told.what);
}
