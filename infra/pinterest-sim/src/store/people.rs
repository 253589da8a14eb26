//! People and what they have approved.

use rusqlite::{OptionalExtension, Result, Row, params};

use crate::mode::Mode;
use crate::scope::ScopeSet;
use crate::simulator::World;

/// Somebody with a Pinterest account. People are the same on both hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The account's id, digits.
    pub id: String,
    /// The name in the addresses of their pages.
    pub username: String,
    /// The name of the business; `None` for a personal account (`PINNER`).
    pub business_name: Option<String>,
    /// What they say about themselves.
    pub about: String,
}

impl Person {
    /// Whether the account is one of a business.
    pub(crate) fn is_business(&self) -> bool {
        self.business_name.is_some()
    }
}

const COLUMNS: &str = "id, username, business_name, about";

fn person(row: &Row<'_>) -> Result<Person> {
    Ok(Person { id: row.get(0)?, username: row.get(1)?, business_name: row.get(2)?, about: row.get(3)? })
}

impl World<'_> {
    pub(crate) fn insert_person(&self, person: &Person) -> Result<()> {
        let mut insert = self
            .db
            .prepare_cached("INSERT INTO person (id, username, business_name, about) VALUES (?1, ?2, ?3, ?4)")?;
        insert.execute(params![person.id, person.username, person.business_name, person.about])?;
        Ok(())
    }

    pub(crate) fn people(&self) -> Result<Vec<Person>> {
        let mut query = self.db.prepare_cached(&format!("SELECT {COLUMNS} FROM person ORDER BY rowid"))?;
        query.query_map([], person)?.collect()
    }

    pub(crate) fn find_person(&self, id: &str) -> Result<Option<Person>> {
        let mut query = self.db.prepare_cached(&format!("SELECT {COLUMNS} FROM person WHERE id = ?1"))?;
        query.query_row([id], person).optional()
    }

    pub(crate) fn find_username(&self, username: &str) -> Result<Option<Person>> {
        let mut query = self.db.prepare_cached(&format!("SELECT {COLUMNS} FROM person WHERE username = ?1"))?;
        query.query_row([username], person).optional()
    }

    /// How many boards and pins the person owns on a host.
    pub(crate) fn counts(&self, mode: Mode, person_id: &str) -> Result<(i64, i64)> {
        let mut query = self.db.prepare_cached(
            "SELECT (SELECT count(*) FROM board WHERE owner_id = ?1 AND mode = ?2),
                    (SELECT count(*) FROM pin WHERE owner_id = ?1 AND mode = ?2)",
        )?;
        query.query_row([person_id, mode.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Adds scopes to what the person has approved for the app.
    pub(crate) fn approve(&self, person_id: &str, scopes: &ScopeSet) -> Result<()> {
        let mut insert =
            self.db.prepare_cached("INSERT OR IGNORE INTO approval (person_id, app_id, scope) VALUES (?1, ?2, ?3)")?;
        for scope in scopes.names() {
            insert.execute([person_id, &self.app.id, scope])?;
        }
        Ok(())
    }

    /// Everything that the person has ever approved for the app.
    pub(crate) fn approved(&self, person_id: &str) -> Result<ScopeSet> {
        let mut query = self.db.prepare_cached("SELECT scope FROM approval WHERE person_id = ?1 AND app_id = ?2")?;
        let scopes: Result<Vec<String>> = query.query_map([person_id, &self.app.id], |row| row.get(0))?.collect();
        Ok(ScopeSet::of(scopes?))
    }
}
