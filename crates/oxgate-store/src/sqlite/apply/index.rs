//! Search keys, written behind the events they are of, with the place up to which there are no gaps.

use super::Turn;
use crate::command::IndexKey;
use crate::sqlite::columns::number;
use crate::sqlite::statements as sql;
use rusqlite::params;

/// The name under which `meta` keeps the sequence number up to which events are indexed.
pub(in crate::sqlite) const INDEXED: &str = "indexed";

impl Turn<'_> {
    pub(super) fn index(&self, through: u64, keys: &[IndexKey]) -> rusqlite::Result<()> {
        for IndexKey { day, kind, hash, event } in keys {
            self.execute(sql::KEY_INSERT, params![day, kind, hash.0, number(*event)])?;
        }
        self.execute(sql::META_SET, params![INDEXED, number(through)])?;
        Ok(())
    }
}
