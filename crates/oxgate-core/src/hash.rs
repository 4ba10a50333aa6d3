//! Hashes: of content (to tell a redelivery from a new event), of de-duplication keys, and, under a secret key, of
//! whatever could point at a patient.

use std::fmt;

/// BLAKE3, 128 bits, over an event's clinical content; equal content gives equal hashes in every store.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentHash(pub [u8; 16]);

/// The key under which an event is known as "already here"; 128 bits over kind and id.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DedupKey(pub [u8; 16]);

/// A keyed hash of an identifier (patient, visit, order …); 96 bits. Without the store's search key it says nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyHash(pub [u8; 12]);

macro_rules! hex_debug {
    ($($kind:ty),*) => {$(
        impl fmt::Debug for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    )*};
}

hex_debug!(ContentHash, DedupKey, KeyHash);

impl ContentHash {
    /// Over the parts in their order; each part's length is hashed too, so that moving a boundary changes the result.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self(short(blake3::Hasher::new_derive_key("oxgate 2026 event content"), parts))
    }
}

impl DedupKey {
    /// Of an id of this kind (`log`, `transmission`, `message`, `bundle`).
    pub fn of(kind: &str, id: &str) -> Self {
        Self(short(blake3::Hasher::new_derive_key("oxgate 2026 dedup key"), [kind.as_bytes(), id.as_bytes()]))
    }
}

/// The store's search key: makes [`KeyHash`]es and order keys. Shows nothing when printed.
#[derive(Clone)]
pub struct Keyed {
    key: [u8; 32],
}

impl Keyed {
    /// From 32 secret bytes.
    pub const fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// The hash of `value` as an identifier of `kind` (`patient`, `visit`, `order` …).
    ///
    /// The value must be normalised already: trimmed, case and leading zeros kept.
    pub fn hash(&self, kind: &str, value: &str) -> KeyHash {
        KeyHash(short(blake3::Hasher::new_keyed(&self.key), [kind.as_bytes(), value.as_bytes()]))
    }

    /// A patient identifier: compared as the pair (`IDType`, `ID`).
    pub fn patient(&self, id_type: &str, id: &str) -> KeyHash {
        KeyHash(short(blake3::Hasher::new_keyed(&self.key), [b"patient".as_slice(), id_type.as_bytes(), id.as_bytes()]))
    }

    /// The 64-bit order key of a keyed hash: equal identifiers share it; a collision only makes two wait for each other.
    pub fn order(&self, hash: KeyHash) -> u64 {
        let bytes: [u8; 8] = short(blake3::Hasher::new_keyed(&self.key), [b"order".as_slice(), &hash.0]);
        // The smallest and the largest value mean "all" and "barrier" among order keys.
        u64::from_be_bytes(bytes).clamp(1, u64::MAX - 1)
    }
}

impl fmt::Debug for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyed")
    }
}

fn short<'a, const N: usize>(mut hasher: blake3::Hasher, parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; N] {
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut out = [0; N];
    hasher.finalize_xof().fill(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_count() {
        assert_ne!(ContentHash::of([b"ab".as_slice(), b"c"]), ContentHash::of([b"a".as_slice(), b"bc"]));
        assert_ne!(DedupKey::of("log", "1"), DedupKey::of("message", "1"));
    }

    #[test]
    fn another_key_gives_another_hash() {
        let (one, two) = (Keyed::new([1; 32]), Keyed::new([2; 32]));
        assert_eq!(one.patient("MR", "0007"), one.patient("MR", "0007"));
        assert_ne!(one.patient("MR", "0007"), two.patient("MR", "0007"));
        assert_ne!(one.patient("MR", "0007"), one.patient("MR", "7"));
        assert_ne!(one.hash("visit", "7"), one.hash("order", "7"));
    }
}
