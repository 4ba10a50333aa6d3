//! Opening connections: every pragma is set and read back, because a silently ignored `synchronous` is the bug that
//! no kill test finds.

use super::schema::SchemaError;
use crate::faults::Mutation;
use crate::settings::Settings;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// The first SQLite without the bug that loses committed pages when one connection writes while another checkpoints
/// (SQLite release notes 3.51.3, "WAL-reset bug").
const SQLITE_MIN: i32 = 3_051_003;

/// Only foreign tools can hold the write lock; they get this long.
const BUSY: Duration = Duration::from_secs(5);

/// Page cache of the writer and of a reader, in KiB with SQLite's minus sign. Small on purpose: the log is the hot part, the
/// inner pages of every index fit in, and at a commit after a tree was balanced SQLite looks through the whole cache
/// (`pcache1TruncateUnsafe`), which with 32 MiB took 140 µs of each group.
const CACHE_WRITER: i64 = -8_192;
const CACHE_READER: i64 = -2_048;

/// Statements kept prepared.
const STATEMENTS: usize = 128;

/// A connection that could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The linked SQLite has a bug that loses data.
    #[error(
        "the linked SQLite is version {found}, at least {SQLITE_MIN} is needed: earlier ones can lose committed pages"
    )]
    TooOld {
        /// Its version number.
        found: i32,
    },
    /// A pragma did not take.
    #[error("SQLite did not take `PRAGMA {pragma}`: asked for {asked}, it says {found}")]
    Pragma {
        /// The pragma's name.
        pragma: &'static str,
        /// The value it was to have.
        asked: String,
        /// The value it has.
        found: String,
    },
    /// The schema is not ours, or not of our time.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A statement failed.
    #[error("SQLite refused")]
    Sql(#[from] rusqlite::Error),
}

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// The one that writes. `skip_sync` is a deliberate bug.
    Writer { skip_sync: bool },
    /// The one that copies the log into the database.
    Checkpointer,
    /// One that only reads.
    Reader,
}

/// The writer's role under these settings.
pub(super) fn writer_role(settings: &Settings) -> Role {
    Role::Writer { skip_sync: settings.faults.has(Mutation::G1SkipSync) }
}

pub(super) fn open(path: &Path, role: Role) -> Result<Connection, ConnectError> {
    let found = rusqlite::version_number();
    if found < SQLITE_MIN {
        return Err(ConnectError::TooOld { found });
    }
    let mode = match role {
        Role::Writer { .. } => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        Role::Checkpointer => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Role::Reader => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    match role {
        Role::Writer { skip_sync } => {
            set(&connection, "page_size", &4_096.into())?;
            set(&connection, "auto_vacuum", &2.into())?;
            set(&connection, "journal_mode", &"wal".to_owned().into())?;
            set(&connection, "synchronous", &i64::from(if skip_sync { 0 } else { 2 }).into())?;
            set(&connection, "wal_autocheckpoint", &0.into())?;
            set(&connection, "journal_size_limit", &(64 * 1024 * 1024).into())?;
            set(&connection, "cache_size", &CACHE_WRITER.into())?;
            set(&connection, "temp_store", &2.into())?;
            // FAST: overwrites what is deleted wherever that costs no further page.
            set_as(&connection, "secure_delete", "FAST", &2.into())?;
        }
        Role::Checkpointer => {
            set(&connection, "synchronous", &2.into())?;
            set(&connection, "wal_autocheckpoint", &0.into())?;
        }
        Role::Reader => {
            set(&connection, "query_only", &1.into())?;
            set(&connection, "cache_size", &CACHE_READER.into())?;
            set(&connection, "temp_store", &2.into())?;
        }
    }
    Ok(connection)
}

fn set(connection: &Connection, pragma: &'static str, value: &Value) -> Result<(), ConnectError> {
    set_as(connection, pragma, &text(value), value)
}

fn set_as(connection: &Connection, pragma: &'static str, asked: &str, value: &Value) -> Result<(), ConnectError> {
    // Some pragmas answer with a row and some do not.
    let mut statement = connection.prepare(&format!("PRAGMA {pragma} = {asked}"))?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    let found: Value = connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))?;
    if found == *value {
        Ok(())
    } else {
        Err(ConnectError::Pragma { pragma, asked: asked.to_owned(), found: text(&found) })
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}
