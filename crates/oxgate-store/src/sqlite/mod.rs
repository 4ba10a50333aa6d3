//! SQLite as the engine: one writing connection, read-only connections beside it, a write-ahead log between them.

/// The schema and its versions.
pub mod schema;

/// Every fixed statement.
mod statements;

/// How our values stand in columns.
mod columns;

/// Interned names.
mod names;

/// Opening connections: pragmas, set and read back.
mod connect;

/// What the writer remembers.
mod memory;

/// Commands in, outcomes out.
mod apply;

/// The write-ahead log: its length, and who shortens it when.
pub(crate) mod log;

/// Questions to a snapshot.
pub(crate) mod read;

pub use connect::ConnectError;

use crate::command::Command;
use crate::engine::{Applied, CommandError, Engine, GroupError, ReadError, Reads};
use crate::settings::Settings;
use crate::vault::Wrapped;
use apply::Fault;
use connect::Role;
use log::Log;
use memory::Memory;
use oxgate_core::{Entropy, Keyed, Timestamp};
use read::Reader;
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use statements as sql;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// The database file's name in the data folder.
pub const FILE: &str = "oxgate.db";

/// The writing side of a store on SQLite.
pub struct Sqlite {
    /// Absent between a failed commit and the recovery from it.
    connection: Option<Connection>,
    memory: Memory,
    path: PathBuf,
    settings: Settings,
    keyed: Keyed,
    entropy: Arc<dyn Entropy>,
    bodies: Arc<AtomicU64>,
    log: Arc<Log>,
}

impl Sqlite {
    /// Opens the database in the settings' folder, which must exist and be nobody else's, and brings it up to date.
    ///
    /// # Errors
    /// When the file is no database of ours, was written by a newer release, or does not take the pragmas.
    pub fn open(settings: &Settings, entropy: Arc<dyn Entropy>) -> Result<Self, ConnectError> {
        let path = settings.folder.join(FILE);
        let log = Arc::new(Log::default());
        let mut connection = connect::open(&path, connect::writer_role(settings))?;
        schema::migrate(&connection)?;
        apply::sweep_staged_before(&connection, Timestamp::NEVER, u32::MAX)?;
        let last: Option<i64> = connection.query_row(sql::BODY_LAST, [], |row| row.get(0))?;
        let bodies = last.map_or(0, columns::body_of_slot) + 1;
        log.watch(&mut connection)?;
        Ok(Self {
            memory: Memory::load(&connection)?,
            connection: Some(connection),
            path,
            settings: Settings { kek: None, retention: settings.retention.with_minimums(), ..settings.clone() },
            keyed: Keyed::new(settings.search_key),
            entropy,
            bodies: Arc::new(AtomicU64::new(bodies)),
            log,
        })
    }

    /// The database file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The counter of body ids, shared with those who seal.
    pub(crate) fn bodies(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.bodies)
    }

    /// The log's length, shared with the checkpointer.
    pub(crate) fn log(&self) -> Arc<Log> {
        Arc::clone(&self.log)
    }

    /// A value of `meta`, as bytes.
    pub(crate) fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, ConnectError> {
        let Some(connection) = &self.connection else { return Ok(None) };
        Ok(meta(connection, name)?)
    }

    /// Writes a value of `meta` durably, outside of any group: only while opening.
    pub(crate) fn set_meta(&self, name: &str, value: &[u8]) -> Result<(), ConnectError> {
        if let Some(connection) = &self.connection {
            connection.execute(sql::META_SET, params![name, value])?;
        }
        Ok(())
    }

    /// The data keys, still wrapped.
    pub(crate) fn data_keys(&self) -> Result<Vec<Wrapped>, ConnectError> {
        let Some(connection) = &self.connection else { return Ok(Vec::new()) };
        let mut statement = connection.prepare(sql::DATA_KEYS)?;
        let keys = statement.query_map([], |row| {
            let made_at = Timestamp(row.get(3)?);
            Ok(Wrapped { id: row.get(0)?, kek: row.get(1)?, bytes: row.get(2)?, made_at })
        })?;
        Ok(keys.collect::<rusqlite::Result<_>>()?)
    }

    /// What the writing connection says to a pragma.
    #[cfg(any(test, feature = "mutations"))]
    pub(crate) fn pragma(&self, name: &str) -> i64 {
        let connection = self.connection.as_ref().expect("open");
        connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).expect("a pragma with a number")
    }

    fn connection(&self) -> Result<&Connection, GroupError> {
        self.connection.as_ref().ok_or_else(no_connection)
    }

    fn reload(&mut self) {
        if let Some(connection) = &self.connection {
            let walks = std::mem::take(&mut self.memory.walks);
            match Memory::load(connection) {
                Ok(memory) => {
                    self.memory = memory;
                    self.memory.walks = walks;
                }
                // Without a memory that is known to be right there is no writing; `recover` makes a new one.
                Err(_) => self.connection = None,
            }
        }
    }

    fn end(&mut self, statement: &str) -> Result<(), GroupError> {
        let ended = self.connection()?.prepare_cached(statement).and_then(|mut end| end.execute([]));
        ended.map(|_| ()).map_err(group_error)
    }
}

impl Engine for Sqlite {
    fn apply(&mut self, now: Timestamp, commands: &[Command]) -> Result<Applied, GroupError> {
        let context = apply::Context {
            now,
            ops: &self.settings.ops,
            retention: self.settings.retention,
            keyed: &self.keyed,
            entropy: self.entropy.as_ref(),
            bodies: &self.bodies,
            faults: &self.settings.faults,
        };
        let connection = self.connection.as_ref().ok_or_else(no_connection)?;
        connection.prepare_cached("BEGIN IMMEDIATE").and_then(|mut begin| begin.execute([])).map_err(group_error)?;
        apply::apply(connection, &mut self.memory, &context, commands).map_err(|(index, source)| {
            self.roll_back();
            match source {
                Fault::Sql(error) if is_fatal(&error) => group_error(error),
                Fault::Sql(error) => GroupError::Command { index, source: CommandError::Database(error.into()) },
                Fault::Ours(source) => GroupError::Command { index, source },
            }
        })
    }

    fn commit(&mut self) -> Result<(), GroupError> {
        self.end("COMMIT")
    }

    fn roll_back(&mut self) {
        // SQLite may have rolled back by itself; then there is nothing left to do.
        if self.connection.as_ref().is_some_and(|connection| !connection.is_autocommit())
            && self.end("ROLLBACK").is_err()
        {
            self.connection = None;
        }
        self.reload();
    }

    fn end_unwritten(&mut self) {
        // Nothing was written, so what the memory mirrors still holds.
        if self.end("ROLLBACK").is_err() {
            self.connection = None;
        }
    }

    fn recover(&mut self, now: Timestamp) -> Result<(), GroupError> {
        self.connection = None;
        let open = || -> Result<(Connection, Memory), ConnectError> {
            let mut connection = connect::open(&self.path, connect::writer_role(&self.settings))?;
            connection.execute(sql::META_SET, params!["probe", now.0])?;
            self.log.watch(&mut connection)?;
            let memory = Memory::load(&connection)?;
            Ok((connection, memory))
        };
        let (connection, memory) = open().map_err(|error| match error {
            ConnectError::Sql(error) => group_error(error),
            error => GroupError::Broken(error.into()),
        })?;
        (self.connection, self.memory) = (Some(connection), memory);
        Ok(())
    }

    fn between_groups(&mut self) {
        if let Some(connection) = &self.connection {
            self.log.after_group(connection);
        }
    }

    fn read<T>(&self, ask: impl FnOnce(&dyn Reads) -> Result<T, ReadError>) -> Result<T, ReadError> {
        Reader::open(&self.path)?.snapshot(ask)
    }
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Looks at an existing database without writing to it: its version, and the values of `meta` asked for.
///
/// # Errors
/// When the file cannot be read or is not a store that this release knows.
pub(crate) fn inspect<const N: usize>(
    path: &Path,
    names: [&str; N],
) -> Result<Option<[Option<Vec<u8>>; N]>, ConnectError> {
    if !path.exists() {
        return Ok(None);
    }
    let connection = connect::open(path, Role::Reader)?;
    schema::check(&connection)?;
    let has_meta = connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'")?.exists([])?;
    let mut values = [const { None }; N];
    if has_meta {
        for (value, name) in values.iter_mut().zip(names) {
            *value = meta(&connection, name)?;
        }
    }
    Ok(Some(values))
}

fn meta(connection: &Connection, name: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    connection.query_row(sql::META_GET, [name], |row| row.get(0)).optional()
}

/// Whether the connection, not the command, is at fault.
fn is_fatal(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::OutOfMemory
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
        )
    )
}

/// A commit failed earlier and nothing has recovered from it yet.
fn no_connection() -> GroupError {
    GroupError::Broken("the writing connection was given up after a failure".into())
}

fn group_error(error: rusqlite::Error) -> GroupError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => GroupError::Full,
        _ => GroupError::Broken(error.into()),
    }
}
