//! The indexer: reads events behind the road and writes the keyed hashes under which search finds them.
//!
//! It works in small steps with a cursor. A crash repeats a step, which changes nothing: the same keys are written again.

use oxgate_core::{Direction, KeyHash};
use oxgate_store::command::{Command, IndexKey};
use oxgate_store::view::{EventQuery, EventRow};
use oxgate_store::{ReadError, Refused, Store};

/// Events of one step.
const STEP: u32 = 64;

/// Keys of one command: what can wait must be short.
const KEYS_MAX: usize = 256;

const DAY_MS: i64 = 24 * 3_600_000;

/// Why a step was not done; it is done again later.
#[derive(Clone, Debug, thiserror::Error)]
pub enum IndexError {
    /// The store cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store takes nothing at the moment.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// Where the index stands. One for the process.
#[derive(Debug)]
pub struct Indexer {
    store: Store,
    through: Option<u64>,
}

impl Indexer {
    /// Goes on where the store's index ends.
    pub const fn new(store: Store) -> Self {
        Self { store, through: None }
    }

    /// Indexes the next few events; `false` when there are none.
    ///
    /// # Errors
    /// [`IndexError`]; the next call begins where this one began.
    pub async fn step(&mut self) -> Result<bool, IndexError> {
        let through = match self.through {
            Some(through) => through,
            // The place is told with every search; this one finds nothing.
            None => self.store.search(0, KeyHash([0; 12]), 0, 1).await?.1,
        };
        let query = EventQuery { from: Some(through), ascending: true, limit: STEP, ..EventQuery::default() };
        let rows = self.store.events(query).await?;
        let Some(last) = rows.last().map(|row| row.id.seq) else {
            self.through = Some(through);
            return Ok(false);
        };
        let mut keys = Vec::new();
        for row in &rows {
            keys.extend(self.keys(row).await?);
        }
        let mut commands = keys.chunks(KEYS_MAX).peekable();
        while let Some(some) = commands.next() {
            let done = commands.peek().is_none();
            self.write(if done { last } else { through }, some).await?;
        }
        if keys.is_empty() {
            self.write(last, &[]).await?;
        }
        self.through = Some(last);
        Ok(rows.len() == STEP as usize)
    }

    async fn write(&self, through: u64, keys: &[IndexKey]) -> Result<(), Refused> {
        self.store.command(Command::Index { through, keys: keys.to_vec() }).await.map(|_| ())
    }

    /// An event without a body, or with one that has no keys, is found by none.
    async fn keys(&self, row: &EventRow) -> Result<Vec<IndexKey>, IndexError> {
        if row.direction == Direction::Ops || !row.has_body || row.body_bytes == 0 {
            return Ok(Vec::new());
        }
        let Some(body) = self.store.body(row.id).await? else { return Ok(Vec::new()) };
        let (keyed, address) = (self.store.keyed().clone(), row.address.clone());
        let read = move || {
            let keys = redox_model::keys::read(&body, &address.model, &address.event_type).ok()?;
            Some(oxgate_keys::of_message(&keys, &keyed))
        };
        // A body that makes our own reading panic is found by none as well.
        let found = tokio::task::spawn_blocking(read).await.ok().flatten().unwrap_or_default();
        let (day, event) = (row.accepted_at.0.div_euclid(DAY_MS), row.id.seq);
        Ok(found.into_iter().map(|(kind, hash)| IndexKey { day, kind, hash, event }).collect())
    }
}
