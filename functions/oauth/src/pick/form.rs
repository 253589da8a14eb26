//! The form as a browser sends it.

use shared::domain::BoardId;
use shared::domain::account::MOST_CHANNELS;
use url::form_urlencoded;

use crate::failure::Failure;
use crate::proof::Proof;

/// The name of the hidden field with the grant.
pub const GRANT: &str = "grant";

/// The name of each box.
pub const BOARD: &str = "board";

/// What was picked, and the permission to.
pub struct Form {
    /// The one-time grant.
    pub grant: Proof,
    /// The picked boards, each once, in the order of the page.
    pub boards: Vec<BoardId>,
}

impl Form {
    /// Reads the body of the request.
    pub fn parse(body: &[u8]) -> Result<Self, Failure> {
        let mut grant = None;
        let mut boards: Vec<BoardId> = Vec::new();
        for (name, value) in form_urlencoded::parse(body) {
            match &*name {
                GRANT => grant = Proof::parse(&value),
                BOARD => {
                    let board = value.parse().map_err(|_| Failure::FormUnreadable)?;
                    if !boards.contains(&board) {
                        boards.push(board);
                    }
                }
                _ => {}
            }
            if boards.len() > MOST_CHANNELS {
                return Err(Failure::TooManyBoards);
            }
        }
        Ok(Self { grant: grant.ok_or(Failure::GrantUnknown)?, boards })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn boards_are_read_once_each_and_in_order() {
        let grant = "g".repeat(43);
        let form = Form::parse(format!("grant={grant}&board=7&board=3&board=7&x=1").as_bytes()).unwrap();
        let boards: Vec<_> = form.boards.iter().map(BoardId::as_str).collect();
        assert_eq!((form.grant.expose(), boards), (grant.as_str(), vec!["7", "3"]));
    }

    #[test]
    fn what_our_page_cannot_have_sent_is_refused() {
        let grant = format!("grant={}", "g".repeat(43));
        let many: Vec<_> = (0..=MOST_CHANNELS).map(|id| format!("&board={id}")).collect();
        for (body, failure) in [
            (String::new(), Failure::GrantUnknown),
            ("board=1".to_owned(), Failure::GrantUnknown),
            ("grant=short&board=1".to_owned(), Failure::GrantUnknown),
            (format!("{grant}&board=one"), Failure::FormUnreadable),
            (format!("{grant}&board="), Failure::FormUnreadable),
            (format!("{grant}{}", many.concat()), Failure::TooManyBoards),
        ] {
            assert_eq!(Form::parse(body.as_bytes()).err(), Some(failure), "{}", &body[..body.len().min(60)]);
        }
    }
}
