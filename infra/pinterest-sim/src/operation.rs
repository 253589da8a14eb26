//! The operations of the API: one table of method, path, rate-limit category and scopes, out of
//! Pinterest's description (paths and `x-ratelimit-category` there).

use http::Method;
use serde::{Deserialize, Serialize};

/// A rate-limit category (`x-ratelimit-category`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Everything that reads, and the token endpoint.
    OrgRead,
    /// Everything that creates, edits or deletes.
    OrgWrite,
    /// Analytics.
    OrgAnalytics,
}

impl Category {
    /// The name that Pinterest's description gives it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OrgRead => "org_read",
            Self::OrgWrite => "org_write",
            Self::OrgAnalytics => "org_analytics",
        }
    }
}

/// One operation of the API, by which faults and the log of calls name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the table below says what each one is")]
pub enum Operation {
    Any,
    Token,
    ExchangeCode,
    RefreshToken,
    ClientCredentials,
    RevokeToken,
    GetUserAccount,
    ListBoards,
    CreateBoard,
    GetBoard,
    UpdateBoard,
    DeleteBoard,
    ListBoardPins,
    ListSections,
    CreateSection,
    ListSectionPins,
    CreatePin,
    ListPins,
    GetPin,
    UpdatePin,
    DeletePin,
    SavePin,
    RegisterMedia,
    GetMedia,
    UploadMedia,
    GetPinAnalytics,
    GetUserAnalytics,
    GetPinsAnalytics,
    GetTopPins,
}

use Category::{OrgAnalytics, OrgRead, OrgWrite};
use Operation as Op;

struct Row {
    operation: Operation,
    name: &'static str,
    method: Method,
    path: &'static str,
    category: Category,
    scopes: &'static [&'static str],
}

const READ_BOARDS: &[&str] = &["boards:read"];
const WRITE_BOARDS: &[&str] = &["boards:read", "boards:write"];
const READ_PINS: &[&str] = &["boards:read", "pins:read"];
const WRITE_PINS: &[&str] = &["boards:read", "boards:write", "pins:read", "pins:write"];
const READ_MEDIA: &[&str] = &["pins:read"];
const WRITE_MEDIA: &[&str] = &["pins:read", "pins:write"];
const READ_TOP_PINS: &[&str] = &["pins:read", "user_accounts:read"];
const READ_ACCOUNT: &[&str] = &["user_accounts:read"];

const fn read(operation: Operation, name: &'static str, path: &'static str, scopes: &'static [&'static str]) -> Row {
    Row { operation, name, method: Method::GET, path, category: OrgRead, scopes }
}

const fn grant(operation: Operation, name: &'static str, path: &'static str) -> Row {
    Row { operation, name, method: Method::POST, path, category: OrgRead, scopes: &[] }
}

const fn write(
    operation: Operation,
    name: &'static str,
    method: Method,
    path: &'static str,
    scopes: &'static [&'static str],
) -> Row {
    Row { operation, name, method, path, category: OrgWrite, scopes }
}

const fn analytics(
    operation: Operation,
    name: &'static str,
    path: &'static str,
    scopes: &'static [&'static str],
) -> Row {
    Row { operation, name, method: Method::GET, path, category: OrgAnalytics, scopes }
}

static TABLE: [Row; 29] = [
    grant(Op::Any, "any", ""),
    grant(Op::Token, "token", "/oauth/token"),
    grant(Op::ExchangeCode, "exchange_code", ""),
    grant(Op::RefreshToken, "refresh_token", ""),
    grant(Op::ClientCredentials, "client_credentials", ""),
    grant(Op::RevokeToken, "revoke_token", "/oauth/token/revoke"),
    read(Op::GetUserAccount, "get_user_account", "/user_account", READ_ACCOUNT),
    read(Op::ListBoards, "list_boards", "/boards", READ_BOARDS),
    write(Op::CreateBoard, "create_board", Method::POST, "/boards", WRITE_BOARDS),
    read(Op::GetBoard, "get_board", "/boards/{board_id}", READ_BOARDS),
    write(Op::UpdateBoard, "update_board", Method::PATCH, "/boards/{board_id}", WRITE_BOARDS),
    write(Op::DeleteBoard, "delete_board", Method::DELETE, "/boards/{board_id}", WRITE_BOARDS),
    read(Op::ListBoardPins, "list_board_pins", "/boards/{board_id}/pins", READ_PINS),
    read(Op::ListSections, "list_sections", "/boards/{board_id}/sections", READ_BOARDS),
    write(Op::CreateSection, "create_section", Method::POST, "/boards/{board_id}/sections", WRITE_BOARDS),
    read(Op::ListSectionPins, "list_section_pins", "/boards/{board_id}/sections/{section_id}/pins", READ_PINS),
    write(Op::CreatePin, "create_pin", Method::POST, "/pins", WRITE_PINS),
    read(Op::ListPins, "list_pins", "/pins", READ_PINS),
    read(Op::GetPin, "get_pin", "/pins/{pin_id}", READ_PINS),
    write(Op::UpdatePin, "update_pin", Method::PATCH, "/pins/{pin_id}", WRITE_PINS),
    write(Op::DeletePin, "delete_pin", Method::DELETE, "/pins/{pin_id}", WRITE_PINS),
    write(Op::SavePin, "save_pin", Method::POST, "/pins/{pin_id}/save", WRITE_PINS),
    write(Op::RegisterMedia, "register_media", Method::POST, "/media", WRITE_MEDIA),
    read(Op::GetMedia, "get_media", "/media/{media_id}", READ_MEDIA),
    write(Op::UploadMedia, "upload_media", Method::POST, "", &[]),
    analytics(Op::GetPinAnalytics, "get_pin_analytics", "/pins/{pin_id}/analytics", READ_PINS),
    analytics(Op::GetUserAnalytics, "get_user_analytics", "/user_account/analytics", READ_ACCOUNT),
    analytics(Op::GetPinsAnalytics, "get_pins_analytics", "/pins/analytics", READ_PINS),
    analytics(Op::GetTopPins, "get_top_pins", "/user_account/analytics/top_pins", READ_TOP_PINS),
];

impl Operation {
    /// Every operation.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.operation)
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// Its name in the control API and the log, such as `create_pin`.
    pub fn as_str(self) -> &'static str {
        self.row().name
    }

    /// The operation of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::all().find(|operation| operation.as_str() == name)
    }

    pub(crate) fn method(self) -> Method {
        self.row().method.clone()
    }

    /// The path template below `/v5`; `None` for a grant, which has the path of [`Self::Token`], for the upload of a
    /// file, which does not go to the API, and for [`Self::Any`].
    pub(crate) fn path(self) -> Option<&'static str> {
        Some(self.row().path).filter(|path| !path.is_empty())
    }

    pub(crate) fn category(self) -> Category {
        self.row().category
    }

    pub(crate) fn scopes(self) -> &'static [&'static str] {
        self.row().scopes
    }

    /// Whether it is called with the app's credentials and not with a person's token.
    pub(crate) fn is_of_the_app(self) -> bool {
        self <= Self::RevokeToken
    }

    /// Whether a token of the client credentials grant may call it (`security` of the operation in
    /// Pinterest's description).
    pub(crate) fn takes_client_credentials(self) -> bool {
        let of_people = [Self::DeleteBoard, Self::CreateSection, Self::SavePin, Self::RegisterMedia, Self::GetMedia];
        self != Self::GetUserAnalytics && !of_people.contains(&self)
    }

    /// Whether a fault on `self` is meant for a call of `other`: `any` means every call, `token` every grant.
    pub(crate) fn covers(self, other: Self) -> bool {
        match self {
            Self::Any => true,
            Self::Token => (Self::Token..=Self::ClientCredentials).contains(&other),
            _ => self == other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (position, row) in TABLE.iter().enumerate() {
            assert_eq!(row.operation as usize, position, "{}", row.name);
            assert_eq!(Operation::parse(row.name), Some(row.operation));
        }
    }
}
