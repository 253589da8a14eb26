//! Authorization codes and tokens.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Result, params};

use crate::mode::Mode;
use crate::moment::{from_millis, to_millis};
use crate::scope::ScopeSet;
use crate::simulator::World;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Sent with calls (`pina…`, `pinc…`).
    Access,
    /// Exchanged for new tokens (`pinr…`).
    Refresh,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

/// A token of a person on one host.
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) kind: Kind,
    pub(crate) mode: Mode,
    pub(crate) person_id: String,
    pub(crate) scopes: ScopeSet,
    pub(crate) expires_at: Timestamp,
}

/// An authorization code: what a person's consent is worth until it is exchanged.
pub(crate) struct Grant {
    pub(crate) person_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) expires_at: Timestamp,
    pub(crate) used: bool,
}

impl World<'_> {
    pub(crate) fn insert_code(&self, code: &str, grant: &Grant) -> Result<()> {
        let mut insert = self
            .db
            .prepare_cached("INSERT INTO code (code, app_id, person_id, redirect_uri, expires_at, used) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
        insert.execute(params![
            code,
            self.app.id,
            grant.person_id,
            grant.redirect_uri,
            to_millis(grant.expires_at),
            grant.used
        ])?;
        Ok(())
    }

    /// The grant behind a code that this app was given.
    pub(crate) fn find_code(&self, code: &str) -> Result<Option<Grant>> {
        let mut query = self.db.prepare_cached(
            "SELECT person_id, redirect_uri, expires_at, used FROM code WHERE code = ?1 AND app_id = ?2",
        )?;
        let grant = query.query_row([code, &self.app.id], |row| {
            Ok(Grant {
                person_id: row.get(0)?,
                redirect_uri: row.get(1)?,
                expires_at: from_millis(row.get(2)?),
                used: row.get(3)?,
            })
        });
        grant.optional()
    }

    pub(crate) fn use_code(&self, code: &str) -> Result<()> {
        self.db.execute("UPDATE code SET used = 1 WHERE code = ?1", [code])?;
        Ok(())
    }

    pub(crate) fn insert_token(&self, token: &Token) -> Result<()> {
        let mut insert = self.db.prepare_cached(
            "INSERT INTO token (token, kind, mode, app_id, person_id, scopes, expires_at, revoked)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)",
        )?;
        insert.execute(params![
            token.text,
            token.kind.as_str(),
            token.mode.as_str(),
            self.app.id,
            token.person_id,
            token.scopes.to_list(),
            to_millis(token.expires_at),
        ])?;
        Ok(())
    }

    /// A token of this app that works now on this host.
    pub(crate) fn find_token(&self, mode: Mode, kind: Kind, token: &str) -> Result<Option<Token>> {
        let mut query = self.db.prepare_cached(
            "SELECT person_id, scopes, expires_at FROM token
             WHERE token = ?1 AND kind = ?2 AND mode = ?3 AND app_id = ?4 AND revoked = 0 AND expires_at > ?5",
        )?;
        let found =
            query.query_row(params![token, kind.as_str(), mode.as_str(), self.app.id, to_millis(self.now)], |row| {
                let scopes: String = row.get(1)?;
                Ok(Token {
                    text: token.to_owned(),
                    kind,
                    mode,
                    person_id: row.get(0)?,
                    scopes: ScopeSet::of(scopes.split_whitespace()),
                    expires_at: from_millis(row.get(2)?),
                })
            });
        found.optional()
    }

    pub(crate) fn revoke_token(&self, token: &str) -> Result<()> {
        self.db.execute("UPDATE token SET revoked = 1 WHERE token = ?1", [token])?;
        Ok(())
    }

    /// Ends the access tokens of a person on one host; how many there were.
    pub(crate) fn revoke_access_tokens(&self, mode: Mode, person_id: &str) -> Result<usize> {
        let access = Kind::Access.as_str();
        let end = "UPDATE token SET revoked = 1 WHERE person_id = ?1 AND mode = ?2 AND kind = ?3 AND revoked = 0";
        self.db.execute(end, [person_id, mode.as_str(), access])
    }

    /// Ends every token of a person, on both hosts, as a changed password does; how many there were.
    pub(crate) fn revoke_tokens_of(&self, person_id: &str) -> Result<usize> {
        self.db.execute("UPDATE token SET revoked = 1 WHERE person_id = ?1 AND revoked = 0", [person_id])
    }
}
