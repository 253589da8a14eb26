//! The page on which a person picks the boards of the account they just connected.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use shared::api::{self, CALLBACK_PATH, Origin};
use shared::boards::{all_boards, secret_boards_unseen};
use shared::clock::remaining;
use shared::domain::{Account, Mode};
use shared::pinterest::Board;
use shared::platform::Platform;
use shared::store::{PickGrant, StoreError};
use shared::vault::AccessToken;

use super::form::{BOARD, GRANT};
use super::groups::{self, Group};
use crate::cookie::PICK;
use crate::page::Page;
use crate::proof::Proof;
use crate::return_to::{ACCOUNTS, foreign_origin};

/// How long a person has for picking.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// How long after the person came back the boards must be listed: API Gateway ends a request after 30 s.
const LISTED_WITHIN: SignedDuration = SignedDuration::from_secs(25);

/// An account that is connected, whatever happens now.
pub struct Connected {
    /// The account.
    pub account: Account,
    /// Its access token; absent where Pinterest is not expected to take it.
    pub token: Option<AccessToken>,
    /// Who connected it, as the log names them.
    pub by: Option<String>,
    /// The permission to pick its boards.
    pub pick: Proof,
    /// Where the person goes afterwards.
    pub return_to: Option<String>,
    /// When the person came back from Pinterest.
    pub since: Timestamp,
}

/// Lists the boards and answers the page; without boards where they cannot be had.
pub async fn offer(platform: &Platform, origin: &Origin, connected: Connected) -> Response {
    let boards = list(platform, &connected).await;
    let return_to = connected.return_to.as_deref();
    let account = &connected.account;
    let Some(boards) = boards else {
        return without_form(account, return_to, "We couldn't load this account's boards right now.");
    };
    if boards.is_empty() {
        let secret = secret_boards_unseen(account).unwrap_or_default();
        let why = format!("Pinwheel doesn't see any boards in this account. Create one on Pinterest. {secret}");
        return without_form(account, return_to, &why);
    }
    match grant(platform, &connected).await {
        Ok(()) => {
            let groups = groups::of(boards, &account.username);
            let content = form(account, &groups, &connected.pick, return_to);
            let form_to = return_to.and_then(|to| foreign_origin(to, origin)).unwrap_or_default();
            let page = Page { status: StatusCode::OK, title: "Choose your boards", content, form_to: Some(&form_to) };
            ([(header::SET_COOKIE, PICK.set(origin, &connected.pick))], page).into_response()
        }
        Err(error) => {
            api::log(&error);
            without_form(account, return_to, "We couldn't load the board selection right now.")
        }
    }
}

async fn list(platform: &Platform, connected: &Connected) -> Option<Vec<Board>> {
    let token = connected.token.as_ref()?;
    let left = remaining(platform.clock.now(), connected.since + LISTED_WITHIN)?;
    let listing = all_boards(&platform.pinterest, connected.account.mode, token);
    match tokio::time::timeout(left, listing).await {
        Ok(Ok(boards)) => Some(boards),
        Ok(Err(error)) => {
            api::log(&error);
            None
        }
        Err(elapsed) => {
            api::log(&elapsed);
            None
        }
    }
}

/// Stores the permission to pick the boards of this account, once; one that is there stays as it is.
async fn grant(platform: &Platform, connected: &Connected) -> Result<(), StoreError> {
    let grant = PickGrant {
        owner: connected.account.owner.clone(),
        by: connected.by.clone(),
        account_id: connected.account.id.clone(),
        return_to: connected.return_to.clone(),
        expires_at: platform.clock.now() + PATIENCE,
        used_at: None,
    };
    platform.consents.save_pick(&connected.pick.hash(), &grant).await
}

fn without_form(account: &Account, return_to: Option<&str>, why: &str) -> Response {
    let content = html! {
        (connected(account))
        p { (why) " Your account is connected. You can choose its boards later in your list of accounts." }
        p { a.button href=(return_to.unwrap_or(ACCOUNTS)) { "Continue" } }
    };
    Page { status: StatusCode::OK, title: "Connected", content, form_to: None }.into_response()
}

fn connected(account: &Account) -> Markup {
    let missing = account.scopes.missing_for_publishing();
    html! {
        h1 { "Connected as " (account.username) }
        @if account.mode == Mode::Sandbox {
            p.quiet { "This is Pinterest's sandbox: only you can see these pins." }
        }
        @if !missing.is_empty() {
            p.note {
                "Pins can't be published yet, because the settings don't request " (missing.names().join(", "))
                ". An administrator has to add this in the settings. Then reconnect the account."
            }
        }
    }
}

fn form(account: &Account, groups: &[Group], proof: &Proof, return_to: Option<&str>) -> Markup {
    html! {
        (connected(account))
        p { "Choose the boards that you want to post to. You can change this at any time." }
        form method="post" action=(CALLBACK_PATH) {
            input type="hidden" name=(GRANT) value=(proof.expose());
            @for (number, group) in groups.iter().enumerate() {
                section aria-labelledby={ "g" (number) } {
                    h2 #{ "g" (number) } { (group.title) " " span.quiet { "(" (group.len()) ")" } }
                    (letters(number, group))
                    @for (place, part) in group.parts.iter().enumerate() {
                        @if let Some(letter) = part.letter {
                            h3 #{ "g" (number) "-" (place) } { (letter) }
                        }
                        ul.boards { @for board in &part.boards { li { (choice(account, board)) } } }
                    }
                }
            }
            @if let Some(secret) = secret_boards_unseen(account) { p.quiet { (secret) } }
            div.actions {
                button type="submit" { "Save boards" }
                a href=(return_to.unwrap_or(ACCOUNTS)) { "Not now" }
            }
        }
    }
}

/// Links to the letters of a group that is divided by them.
fn letters(number: usize, group: &Group) -> Markup {
    html! {
        @if group.parts.len() > 1 {
            nav.letters aria-label={ (group.title) " by letter" } {
                @for (place, part) in group.parts.iter().enumerate() {
                    @if let Some(letter) = part.letter { a href={ "#g" (number) "-" (place) } { (letter) } }
                }
            }
        }
    }
}

fn choice(account: &Account, board: &Board) -> Markup {
    let owner = board.owner_name().filter(|_| board.is_group(&account.username));
    html! {
        label {
            input type="checkbox" name=(BOARD) value=(board.id) checked[account.channels.contains(&board.id)];
            span.name {
                (board.name)
                @if board.is_secret() { span.tag { "Secret" } }
                @if let Some(owner) = owner { span.tag { "Group · " (owner) } }
            }
        }
    }
}
