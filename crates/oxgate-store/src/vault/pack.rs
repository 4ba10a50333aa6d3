//! Packing: zstd at level 1 where it helps, with a context kept for each thread.

use oxgate_core::limits::BODY_BYTES_MAX;
use std::cell::RefCell;
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe;

/// Bytes as they are.
pub(super) const PLAIN: u8 = 0;
/// A zstd frame that says its content's size.
pub(super) const ZSTD: u8 = 1;

/// Bodies below this are not worth a frame.
const WORTH_PACKING: usize = 512;

/// The fastest level: the point is fewer pages to write, not a small archive.
const LEVEL: i32 = 1;

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The body packed, with room for `spare` more bytes, and the codec that was used.
pub(super) fn pack(body: &[u8], spare: usize) -> (u8, Vec<u8>) {
    if body.len() >= WORTH_PACKING
        && let Some(packed) = compress(body, spare)
        && packed.len() < body.len()
    {
        return (ZSTD, packed);
    }
    let mut plain = Vec::with_capacity(body.len() + spare);
    plain.extend_from_slice(body);
    (PLAIN, plain)
}

fn compress(body: &[u8], spare: usize) -> Option<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|kept| {
        if kept.is_none() {
            *kept = Compressor::new(LEVEL).ok();
        }
        let mut packed = Vec::with_capacity(zstd_safe::compress_bound(body.len()) + spare);
        kept.as_mut()?.compress_to_buffer(body, &mut packed).ok()?;
        Some(packed)
    })
}

/// The body unpacked; `None` when the bytes are no frame of ours, or claim to be larger than any body can be.
pub(super) fn unpack(codec: u8, packed: Vec<u8>) -> Option<Vec<u8>> {
    match codec {
        PLAIN => Some(packed),
        ZSTD => {
            let size = zstd_safe::get_frame_content_size(&packed).ok().flatten()?;
            let size = usize::try_from(size).ok().filter(|size| *size <= BODY_BYTES_MAX)?;
            DECOMPRESSOR.with_borrow_mut(|kept| {
                if kept.is_none() {
                    *kept = Decompressor::new().ok();
                }
                kept.as_mut()?.decompress(&packed, size).ok()
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn unpacking_undoes_packing(body in proptest::collection::vec(0_u8..4, 0..4_000)) {
            let (codec, packed) = pack(&body, 0);
            prop_assert!(packed.len() <= body.len());
            prop_assert_eq!(unpack(codec, packed), Some(body));
        }

        #[test]
        fn any_bytes_unpack_or_do_not(codec: u8, bytes: Vec<u8>) {
            let _ = unpack(codec, bytes);
        }
    }

    #[test]
    fn packs_only_where_it_helps() {
        assert_eq!(pack(&[b'a'; 511], 0).0, PLAIN);
        assert_eq!(pack(&[b'a'; 512], 0).0, ZSTD);
        let noise: Vec<u8> = blake3::Hasher::new().finalize_xof().bytes().take(4_096).collect();
        assert_eq!(pack(&noise, 0), (PLAIN, noise));
    }

    trait Bytes {
        fn bytes(self) -> impl Iterator<Item = u8>;
    }

    impl Bytes for blake3::OutputReader {
        fn bytes(mut self) -> impl Iterator<Item = u8> {
            std::iter::repeat_with(move || {
                let mut one = [0];
                self.fill(&mut one);
                one[0]
            })
        }
    }
}
