//! Opening a store: the folder, the lock, the keys, the database, the threads; nothing is written before all that can
//! be checked has been.

use crate::changes::Changes;
use crate::command::Command;
use crate::disk::Disk;
use crate::engine::{Engine, GroupError};
use crate::faults::{Faults, Mutation};
use crate::folder::{self, FolderError, Lock};
use crate::settings::Settings;
use crate::sqlite::log::Checkpointer;
use crate::sqlite::read::Readers;
use crate::sqlite::{self, ConnectError, Sqlite};
use crate::vault::{self, Vault};
use crate::writer::{Counts, Queue, Shared, Writer};
use oxgate_core::{Clock, Entropy, Keyed};
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::watch;

/// Names in `meta`.
const CANARY: &str = "canary";
const KEK: &str = "kek";
const SEARCH_KEY: &str = "search_key_id";
const STORE: &str = "store_id";

/// A store that cannot be opened. Nothing was written unless it says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database cannot be used.
    #[error("cannot open the store's database")]
    Database(#[from] ConnectError),
    /// The operator's key is not the one that the store was sealed under.
    #[error(
        "the store is sealed under the operator key `{stored}`, and the key `{given}` does not open it: give the right key"
    )]
    WrongKey {
        /// The name of the key that sealed it.
        stored: String,
        /// The name of the key given.
        given: String,
    },
    /// The store is sealed, and no operator's key was given.
    #[error(
        "the store is sealed under the operator key `{stored}`: encryption cannot be switched off for it, give the key"
    )]
    NoKey {
        /// The name of the key that sealed it.
        stored: String,
    },
    /// The search key is another than the store's.
    #[error("the search key is not the one this store was made with: with another, no answer would find its question")]
    WrongSearchKey,
    /// A data key does not open although the operator's key is right.
    #[error("data key {id} does not open under the operator's key: the store is damaged, restore it from a backup")]
    DataKey {
        /// The key's number.
        id: u32,
    },
    /// The first write failed.
    #[error("the store cannot write")]
    Write(#[from] GroupError),
    /// A thread could not be started.
    #[error("cannot start a thread")]
    Thread(#[from] io::Error),
}

/// All that an open store consists of.
pub(crate) struct Opened {
    pub(crate) shared: Arc<Shared>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) readers: Arc<Readers>,
    pub(crate) keyed: Keyed,
    pub(crate) log: Arc<sqlite::log::Log>,
    pub(crate) faults: Faults,
}

/// What has to end in order: the writer, the checkpointer, the lock.
pub(crate) struct Threads {
    writer: Option<JoinHandle<()>>,
    checkpointer: Option<Checkpointer>,
    lock: Option<Lock>,
}

impl Threads {
    /// Of a store whose writer somebody else holds.
    #[cfg(any(test, feature = "mutations"))]
    pub(crate) const fn none() -> Self {
        Self { writer: None, checkpointer: None, lock: None }
    }

    /// Waits for the writer to finish what is queued, empties the log, gives the folder back.
    pub(crate) fn end(&mut self, readers: &Readers) {
        if let Some(writer) = self.writer.take() {
            // A panic of the thread has been reported where it happened.
            let _ = writer.join();
            readers.close();
            self.checkpointer.iter_mut().for_each(Checkpointer::close);
            self.lock = None;
        }
    }
}

pub(crate) fn open(
    settings: &Settings,
    clock: Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<(Opened, Threads), OpenError> {
    let Ready { writer, vault, keyed, lock } = ready(settings, clock, entropy)?;
    let (readers, log) = (Arc::new(Readers::new(writer.engine.path())), writer.engine.log());
    let checkpointer = Checkpointer::spawn(writer.engine.path(), Arc::clone(&log))?;
    let shared = Arc::clone(&writer.shared);
    let writer = std::thread::Builder::new().name("oxgate-writer".to_owned()).spawn(move || writer.run())?;
    let threads = Threads { writer: Some(writer), checkpointer: Some(checkpointer), lock: Some(lock) };
    Ok((Opened { shared, vault, readers, keyed, log, faults: settings.faults.clone() }, threads))
}

/// The same without threads: questions are answered on the spot, and groups are written when the stepper is told to.
#[cfg(any(test, feature = "mutations"))]
pub(crate) fn open_stepped(
    settings: &Settings,
    clock: Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
    pause: crate::sqlite::read::Pause,
) -> Result<(Opened, crate::writer::Stepper), OpenError> {
    let Ready { writer, vault, keyed, lock } = ready(settings, clock, entropy)?;
    let readers = Arc::new(Readers::on_the_spot(writer.engine.path(), pause));
    let (shared, log) = (Arc::clone(&writer.shared), writer.engine.log());
    let opened = Opened { shared, vault, readers, keyed, log, faults: settings.faults.clone() };
    Ok((opened, crate::writer::Stepper::new(writer, lock)))
}

/// A store that is checked, locked and brought up to date.
struct Ready {
    writer: Writer<Sqlite>,
    vault: Arc<Vault>,
    keyed: Keyed,
    lock: Lock,
}

fn ready(settings: &Settings, clock: Arc<dyn Clock>, entropy: &Arc<dyn Entropy>) -> Result<Ready, OpenError> {
    folder::prepare(&settings.folder)?;
    let lock = folder::lock(&settings.folder, clock.now())?;
    let keyed = Keyed::new(settings.search_key);
    check_keys(settings, &keyed)?;
    let mut engine = Sqlite::open(settings, Arc::clone(entropy))?;
    write_keys(&engine, settings, &keyed, entropy.as_ref())?;
    let wrapped = engine.data_keys()?;
    let kek = settings.kek.clone().filter(|_| !settings.faults.has(Mutation::G8PlainBodies));
    let vault =
        Vault::new(kek, wrapped, engine.bodies(), Arc::clone(entropy)).map_err(|id| OpenError::DataKey { id })?;
    if let Some(fresh) = vault.key_wanted(clock.now()) {
        let wrapped = &fresh.wrapped;
        let command = Command::DataKey { id: wrapped.id, kek: wrapped.kek.clone(), wrapped: wrapped.bytes.clone() };
        engine.apply(clock.now(), &[command])?;
        engine.commit()?;
        vault.install(fresh);
    }
    let shared = Arc::new(Shared {
        queue: Queue::new(),
        changes: Changes::default(),
        disk: Disk::new(&settings.folder, settings.faults.clone()),
        counts: Counts::default(),
        sick: watch::Sender::new(false),
    });
    let writer = Writer { engine, shared, clock, faults: settings.faults.clone(), number: 0 };
    Ok(Ready { writer, vault: Arc::new(vault), keyed, lock })
}

/// Compares the keys given with those the store was made with, reading only.
fn check_keys(settings: &Settings, keyed: &Keyed) -> Result<(), OpenError> {
    let path = settings.folder.join(sqlite::FILE);
    let Some([canary, kek, search_key]) = sqlite::inspect(&path, [CANARY, KEK, SEARCH_KEY])? else { return Ok(()) };
    if search_key.is_some_and(|stored| stored != search_key_id(keyed)) {
        return Err(OpenError::WrongSearchKey);
    }
    let Some(canary) = canary else { return Ok(()) };
    let stored = String::from_utf8_lossy(&kek.unwrap_or_default()).into_owned();
    match &settings.kek {
        None => Err(OpenError::NoKey { stored }),
        Some(kek) if vault::is_canary_of(kek, canary) => Ok(()),
        Some(kek) => Err(OpenError::WrongKey { stored, given: kek.name.clone() }),
    }
}

/// Writes what [`check_keys`] will compare, where the store does not have it yet.
fn write_keys(engine: &Sqlite, settings: &Settings, keyed: &Keyed, entropy: &dyn Entropy) -> Result<(), OpenError> {
    let absent = |name| Ok::<_, OpenError>(engine.meta(name)?.is_none());
    if absent(STORE)? {
        let mut id = [0; 16];
        entropy.fill(&mut id);
        engine.set_meta(STORE, &id)?;
    }
    if absent(SEARCH_KEY)? {
        engine.set_meta(SEARCH_KEY, &search_key_id(keyed))?;
    }
    if let Some(kek) = &settings.kek
        && absent(CANARY)?
    {
        engine.set_meta(KEK, kek.name.as_bytes())?;
        engine.set_meta(CANARY, &vault::canary(kek, entropy))?;
    }
    Ok(())
}

/// Tells search keys apart without telling the key.
fn search_key_id(keyed: &Keyed) -> Vec<u8> {
    keyed.hash("store", "search key").0.to_vec()
}
