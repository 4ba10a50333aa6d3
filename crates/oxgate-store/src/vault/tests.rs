//! What the vault promises: nothing readable without the key, nothing that fits another row.

use super::*;

struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, out: &mut [u8]) {
        let seed = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        blake3::Hasher::new().update(&seed).finalize_xof().fill(out);
    }
}

fn vault(kek: Option<u8>) -> Vault {
    let entropy = Arc::new(Counted(AtomicU64::new(u64::from(kek.unwrap_or_default()) << 32)));
    let kek = kek.map(|byte| Kek { name: "first".into(), key: [byte; 32] });
    let vault = Vault::new(kek, Vec::new(), Arc::new(AtomicU64::new(1)), entropy).unwrap();
    if let Some(fresh) = vault.key_wanted(Timestamp(0)) {
        vault.install(fresh);
    }
    vault
}

fn stored(packed: Packed) -> StoredBody {
    let data_key = packed.data_key;
    let parts = packed.parts.into_iter().map(|bytes| (data_key, bytes)).collect();
    StoredBody { id: packed.id, codec: packed.codec, parts }
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut out = vec![0; bytes];
    blake3::Hasher::new().finalize_xof().fill(&mut out);
    out
}

#[test]
fn large_and_small_come_back() {
    for kek in [None, Some(7)] {
        let vault = vault(kek);
        for size in [0, 1, 511, 512, BODY_PART_BYTES, BODY_PART_BYTES + 1, 3 * BODY_PART_BYTES + 5] {
            let body = noise(size);
            let packed = vault.pack(&body);
            assert_eq!(packed.parts.len(), size.div_ceil(BODY_PART_BYTES).max(1));
            assert_eq!(vault.unpack(stored(packed)), Some(body), "{size} bytes");
        }
    }
}

#[test]
fn sealed_bytes_hold_no_plain_text() {
    let packed = vault(Some(7)).pack(b"Mango, Testina");
    assert!(!packed.parts[0].windows(5).any(|window| window == b"Mango"));
    let plain = vault(None).pack(b"Mango, Testina");
    assert_eq!(plain.parts[0], b"Mango, Testina");
}

#[test]
fn a_seal_fits_one_row_only() {
    let vault = vault(Some(7));
    let body = noise(2 * BODY_PART_BYTES);
    let good = stored(vault.pack(&body));
    let other_id = StoredBody { id: good.id + 1, ..good.clone() };
    assert_eq!(vault.unpack(other_id), None);
    let mut swapped = good.clone();
    swapped.parts.swap(0, 1);
    assert_eq!(vault.unpack(swapped), None);
    let mut flipped = good.clone();
    flipped.parts[1].1[0] ^= 1;
    assert_eq!(vault.unpack(flipped), None);
    assert_eq!(vault.unpack(good), Some(body));
}

#[test]
fn a_new_day_brings_a_new_key_and_keeps_the_old() {
    let vault = vault(Some(7));
    assert!(vault.key_wanted(Timestamp(DAY_MS - 1)).is_none());
    let before = vault.pack(b"yesterday");
    let fresh = vault.key_wanted(Timestamp(DAY_MS)).unwrap();
    assert_eq!(fresh.wrapped.id, 2);
    assert_eq!(vault.pack(b"not yet durable").data_key, 1);
    vault.install(fresh);
    assert_eq!(vault.pack(b"today").data_key, 2);
    assert_eq!(vault.unpack(stored(before)).as_deref(), Some(b"yesterday".as_slice()));
}

#[test]
fn another_operator_key_opens_nothing() {
    let first = vault(Some(7));
    let fresh = first.key_wanted(Timestamp(DAY_MS)).unwrap().wrapped;
    let wrong = Kek { name: "first".into(), key: [8; 32] };
    let entropy: Arc<dyn Entropy> = Arc::new(Counted(AtomicU64::new(1)));
    let opened = Vault::new(Some(wrong.clone()), vec![fresh], Arc::new(AtomicU64::new(1)), Arc::clone(&entropy));
    assert_eq!(opened.err(), Some(2));
    let right = Kek { name: "first".into(), key: [7; 32] };
    let sealed = canary(&right, entropy.as_ref());
    assert!(is_canary_of(&right, sealed.clone()));
    assert!(!is_canary_of(&wrong, sealed));
}

#[test]
fn texts_come_back() {
    for kek in [None, Some(7)] {
        let vault = vault(kek);
        let sealed = vault.seal_text("basket 7");
        assert_eq!(vault.open_text(&sealed).as_deref(), Some("basket 7"));
        assert_eq!(vault.open_text(&sealed[..3]), None);
    }
    assert_eq!(vault(Some(7)).open_text(&vault(Some(8)).seal_text("basket 7")), None);
}
