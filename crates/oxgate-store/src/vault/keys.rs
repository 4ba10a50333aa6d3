//! Keys: the operator's key wraps the data keys, the data keys seal the bodies.

use crate::settings::Kek;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use oxgate_core::Entropy;
use zeroize::Zeroizing;

/// Bytes that a seal adds: the tag and the nonce, both behind the ciphertext, so that sealing needs no copy.
pub(super) const SEAL_BYTES: usize = 16 + NONCE_LEN;

/// A key ready for use. The cipher library wipes its schedule when it is dropped.
pub(super) struct Key(LessSafeKey);

impl Key {
    pub(super) fn new(bytes: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, bytes).expect("AES-256 takes any 32 bytes");
        Self(LessSafeKey::new(key))
    }

    /// Seals `bytes` in place: ciphertext, tag, nonce. The nonce is random; one key a day keeps the number of
    /// seals far below the 2³² that random nonces allow (NIST SP 800-38D, 8.3).
    pub(super) fn seal(&self, bytes: &mut Vec<u8>, bound_to: &[u8], entropy: &dyn Entropy) {
        let mut nonce = [0; NONCE_LEN];
        entropy.fill(&mut nonce);
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound_to), bytes)
            .expect("AES-GCM seals up to 64 GiB");
        bytes.extend_from_slice(&nonce);
    }

    /// What was sealed; `None` when the key, the bytes or what they are bound to are not those of the seal.
    pub(super) fn open(&self, mut sealed: Vec<u8>, bound_to: &[u8]) -> Option<Vec<u8>> {
        let at = sealed.len().checked_sub(NONCE_LEN)?;
        let nonce: [u8; NONCE_LEN] = sealed[at..].try_into().ok()?;
        sealed.truncate(at);
        let plain =
            self.0.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(bound_to), &mut sealed).ok()?.len();
        sealed.truncate(plain);
        Some(sealed)
    }
}

/// A new data key: ready for use, and wrapped for the store.
pub(super) fn new_data_key(id: u32, kek: &Kek, entropy: &dyn Entropy) -> (Key, Vec<u8>) {
    let mut bytes = Zeroizing::new([0; 32]);
    entropy.fill(bytes.as_mut());
    // Room for the seal, so that the plain key is never left behind by a growing vector.
    let mut wrapped = Vec::with_capacity(bytes.len() + SEAL_BYTES);
    wrapped.extend_from_slice(bytes.as_ref());
    Key::new(&kek.key).seal(&mut wrapped, &wrapped_for(id), entropy);
    (Key::new(&bytes), wrapped)
}

/// A data key out of its wrapping; `None` when the operator's key is another.
pub(super) fn unwrap_data_key(id: u32, kek: &Kek, wrapped: Vec<u8>) -> Option<Key> {
    let bytes = Zeroizing::new(Key::new(&kek.key).open(wrapped, &wrapped_for(id))?);
    let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(bytes.as_slice().try_into().ok()?);
    Some(Key::new(&bytes))
}

fn wrapped_for(id: u32) -> Vec<u8> {
    [b"oxgate data key ".as_slice(), &id.to_be_bytes()].concat()
}

const CANARY: &[u8] = b"this store is sealed under the operator's key";
const CANARY_FOR: &[u8] = b"oxgate canary";

/// A value that only the right operator key opens; stored to tell a wrong key before anything is written.
pub(crate) fn canary(kek: &Kek, entropy: &dyn Entropy) -> Vec<u8> {
    let mut sealed = CANARY.to_vec();
    Key::new(&kek.key).seal(&mut sealed, CANARY_FOR, entropy);
    sealed
}

/// Whether `sealed` is a canary of this key.
pub(crate) fn is_canary_of(kek: &Kek, sealed: Vec<u8>) -> bool {
    Key::new(&kek.key).open(sealed, CANARY_FOR).as_deref() == Some(CANARY)
}
