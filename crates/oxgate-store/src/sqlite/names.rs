//! Interned names: endpoints, models, sources and the like stand in rows as small numbers.

use super::statements as sql;
use rusqlite::{Connection, OptionalExtension, params};
use std::cell::RefCell;
use std::collections::HashMap;

/// What a name names. The numbers are the table's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Kind {
    Door = 1,
    Partner = 2,
    Model = 3,
    EventType = 4,
    Source = 5,
    Destination = 6,
    Facility = 7,
    Target = 8,
    /// A de-duplication scope.
    Scope = 9,
    /// An expectation's rule.
    Rule = 10,
    /// An API key's id.
    Client = 11,
    Egress = 12,
}

/// Texts that a reader keeps; beyond this many it starts over.
const TEXTS_CACHED: usize = 4_096;

/// The text of a name's number; 0 is the empty name.
pub(super) fn name_text(connection: &Connection, id: i64) -> rusqlite::Result<String> {
    if id == 0 {
        return Ok(String::new());
    }
    connection.prepare_cached(sql::NAME_TEXT)?.query_row([id], |row| row.get(0))
}

/// The number of a name, if it was ever interned.
pub(super) fn name_id(connection: &Connection, kind: Kind, name: &str) -> rusqlite::Result<Option<i64>> {
    if name.is_empty() {
        return Ok(Some(0));
    }
    connection.prepare_cached(sql::NAME_ID)?.query_row(params![kind as u8, name], |row| row.get(0)).optional()
}

/// A reader's memory of names. They never change once committed, so it is never wrong.
#[derive(Debug, Default)]
pub(super) struct Texts(RefCell<HashMap<i64, String>>);

impl Texts {
    pub(super) fn get(&self, connection: &Connection, id: i64) -> rusqlite::Result<String> {
        if let Some(text) = self.0.borrow().get(&id) {
            return Ok(text.clone());
        }
        let text = name_text(connection, id)?;
        let mut known = self.0.borrow_mut();
        if known.len() >= TEXTS_CACHED {
            known.clear();
        }
        known.insert(id, text.clone());
        Ok(text)
    }
}
