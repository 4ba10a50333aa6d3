//! Bodies on their way in and out: packed, sealed, cut into parts.
//!
//! Runs on the caller's task, never on the writer's thread. A seal is bound to the body's id, the part and the data
//! key, so that parts cannot be exchanged between rows.

mod keys;

mod pack;

pub(crate) use keys::{canary, is_canary_of};

use crate::engine::StoredBody;
use crate::settings::Kek;
use keys::{Key, SEAL_BYTES};
use oxgate_core::limits::BODY_PART_BYTES;
use oxgate_core::{Entropy, Timestamp};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Stands for "not sealed" among the numbers of data keys.
const UNSEALED: u32 = 0;

const DAY_MS: i64 = 86_400_000;

/// A data key as the store keeps it.
pub(crate) struct Wrapped {
    pub(crate) id: u32,
    pub(crate) kek: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) made_at: Timestamp,
}

/// A packed and sealed body.
pub(crate) struct Packed {
    pub(crate) id: u64,
    pub(crate) codec: u8,
    pub(crate) data_key: u32,
    /// One, or several when the body is large.
    pub(crate) parts: Vec<Vec<u8>>,
}

/// A data key that was made but is not yet durable.
pub(crate) struct FreshKey {
    pub(crate) wrapped: Wrapped,
    key: Arc<Key>,
}

/// Packs, seals, opens and unpacks.
pub(crate) struct Vault {
    kek: Option<Kek>,
    keys: RwLock<Keyring>,
    bodies: Arc<AtomicU64>,
    entropy: Arc<dyn Entropy>,
}

#[derive(Default)]
struct Keyring {
    by_id: HashMap<u32, Arc<Key>>,
    newest: Option<(u32, Timestamp)>,
}

impl Vault {
    /// With the data keys that the store holds.
    ///
    /// # Errors
    /// The number of the first key that the operator's key does not open, or that there is no operator's key for.
    pub(crate) fn new(
        kek: Option<Kek>,
        wrapped: Vec<Wrapped>,
        bodies: Arc<AtomicU64>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, u32> {
        let mut ring = Keyring::default();
        for one in wrapped {
            let key = kek.as_ref().and_then(|kek| keys::unwrap_data_key(one.id, kek, one.bytes)).ok_or(one.id)?;
            ring.by_id.insert(one.id, Arc::new(key));
            ring.newest = ring.newest.max(Some((one.id, one.made_at)));
        }
        Ok(Self { kek, keys: RwLock::new(ring), bodies, entropy })
    }

    /// Whether encryption is on and the newest data key is of another day.
    pub(crate) fn is_key_wanted(&self, now: Timestamp) -> bool {
        let day = |at: Timestamp| at.0.div_euclid(DAY_MS);
        self.kek.is_some() && self.ring().newest.is_none_or(|(_, made_at)| day(made_at) != day(now))
    }

    /// A data key for today, if one is wanted. It seals nothing before [`Vault::install`].
    pub(crate) fn key_wanted(&self, now: Timestamp) -> Option<FreshKey> {
        let kek = self.kek.as_ref().filter(|_| self.is_key_wanted(now))?;
        let newest = self.ring().newest;
        let id = newest.map_or(UNSEALED, |(id, _)| id) + 1;
        let (key, bytes) = keys::new_data_key(id, kek, self.entropy.as_ref());
        let wrapped = Wrapped { id, kek: kek.name.clone(), bytes, made_at: now };
        Some(FreshKey { wrapped, key: Arc::new(key) })
    }

    /// Takes a data key into use, now that it is durable.
    pub(crate) fn install(&self, fresh: FreshKey) {
        let mut ring = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        ring.by_id.insert(fresh.wrapped.id, fresh.key);
        ring.newest = ring.newest.max(Some((fresh.wrapped.id, fresh.wrapped.made_at)));
    }

    /// Packs and seals a body under the newest data key.
    pub(crate) fn pack(&self, body: &[u8]) -> Packed {
        let id = self.bodies.fetch_add(1, Ordering::Relaxed);
        let (data_key, key) = self.newest();
        let (codec, packed) = pack::pack(body, SEAL_BYTES);
        let mut parts = if packed.len() <= BODY_PART_BYTES {
            vec![packed]
        } else {
            let with_room = |part: &[u8]| {
                let mut roomy = Vec::with_capacity(part.len() + SEAL_BYTES);
                roomy.extend_from_slice(part);
                roomy
            };
            packed.chunks(BODY_PART_BYTES).map(with_room).collect()
        };
        if let Some(key) = key {
            for (number, part) in (0..).zip(&mut parts) {
                key.seal(part, &part_of(id, number, data_key), self.entropy.as_ref());
            }
        }
        Packed { id, codec, data_key, parts }
    }

    /// A stored body as it was; `None` when it cannot be opened.
    pub(crate) fn unpack(&self, body: StoredBody) -> Option<Vec<u8>> {
        let mut parts = (0_u32..).zip(body.parts).map(|(number, (data_key, bytes))| {
            let key = match data_key {
                UNSEALED => return Some(bytes),
                id => self.key(id)?,
            };
            key.open(bytes, &part_of(body.id, number, data_key))
        });
        let mut packed = parts.next()??;
        for part in parts {
            packed.extend_from_slice(&part?);
        }
        pack::unpack(body.codec, packed)
    }

    /// Seals a short text: four bytes of the data key's number, then the sealed text.
    pub(crate) fn seal_text(&self, text: &str) -> Vec<u8> {
        let (data_key, key) = self.newest();
        let mut sealed = Vec::with_capacity(text.len() + SEAL_BYTES);
        sealed.extend_from_slice(text.as_bytes());
        if let Some(key) = key {
            key.seal(&mut sealed, &text_of(data_key), self.entropy.as_ref());
        }
        [&data_key.to_be_bytes(), sealed.as_slice()].concat()
    }

    /// A short text as it was; `None` when it cannot be opened.
    pub(crate) fn open_text(&self, sealed: &[u8]) -> Option<String> {
        let (data_key, rest) = sealed.split_first_chunk::<4>()?;
        let text = match u32::from_be_bytes(*data_key) {
            UNSEALED => rest.to_vec(),
            id => self.key(id)?.open(rest.to_vec(), &text_of(id))?,
        };
        String::from_utf8(text).ok()
    }

    fn ring(&self) -> std::sync::RwLockReadGuard<'_, Keyring> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn key(&self, id: u32) -> Option<Arc<Key>> {
        self.ring().by_id.get(&id).cloned()
    }

    /// The newest data key; without an operator's key nothing is sealed any more, even if earlier bodies were.
    fn newest(&self) -> (u32, Option<Arc<Key>>) {
        let ring = self.ring();
        match ring.newest {
            Some((id, _)) => (id, ring.by_id.get(&id).cloned()),
            None => (UNSEALED, None),
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

/// What a part's seal is bound to.
fn part_of(body: u64, part: u32, data_key: u32) -> Vec<u8> {
    [b"oxgate body ".as_slice(), &body.to_be_bytes(), &part.to_be_bytes(), &data_key.to_be_bytes()].concat()
}

/// What a short text's seal is bound to.
fn text_of(data_key: u32) -> Vec<u8> {
    [b"oxgate text ".as_slice(), &data_key.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests;
