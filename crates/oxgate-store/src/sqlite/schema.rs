//! The schema and its versions.
//!
//! Times are Unix milliseconds; names are interned (0 is the empty name); public ids carry the row's address, so no
//! table has an index over them. There are no foreign keys: every row is written by one writer that looked first.
//!
//! An accept inserts at the right edge of four b-trees (`events`, `bodies`, `deliveries`, `deliveries_open`) and at one
//! random place (`dedup`). `bodies` stands apart from `events` so that retention frees whole pages; its key is the
//! body's id with its part in the low bits, which saves the second b-tree of a composite key.

use rusqlite::Connection;

/// The version that this binary writes; stands in `PRAGMA user_version` and in `meta`.
pub const VERSION: i64 = 6;

/// One step per version: step `n` brings a store of version `n` to `n + 1`.
const STEPS: [&str; 6] = [
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
];

/// A schema that this binary cannot work with.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// Made by a later release.
    #[error(
        "its schema has version {found}, this release knows {VERSION}: use the release that wrote it, or a later one"
    )]
    Newer {
        /// The store's version.
        found: i64,
    },
    /// Something else than a store of ours.
    #[error("the file is no database of this program: schema version {found}, {tables} tables")]
    Foreign {
        /// What the file says its version is.
        found: i64,
        /// How many tables it has.
        tables: i64,
    },
    /// A statement failed.
    #[error("its schema could not be read or brought up to date")]
    Sql(#[from] rusqlite::Error),
}

/// Says whether [`migrate`] may run, without writing anything.
pub(super) fn check(connection: &Connection) -> Result<(), SchemaError> {
    let found = version(connection)?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match found {
        0 if tables > 0 => Err(SchemaError::Foreign { found, tables }),
        0..=VERSION => Ok(()),
        _ if found > VERSION => Err(SchemaError::Newer { found }),
        _ => Err(SchemaError::Foreign { found, tables }),
    }
}

/// Brings the store to [`VERSION`], each step in its own transaction.
pub(super) fn migrate(connection: &Connection) -> Result<(), SchemaError> {
    check(connection)?;
    for (from, step) in (0_i64..).zip(STEPS) {
        if version(connection)? == from {
            let to = from + 1;
            connection.execute_batch(&format!(
                "BEGIN IMMEDIATE; {step}; INSERT OR REPLACE INTO meta VALUES ('schema', {to}); \
                 PRAGMA user_version = {to}; COMMIT"
            ))?;
        }
    }
    Ok(())
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}
