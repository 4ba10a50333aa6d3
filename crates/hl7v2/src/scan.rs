//! Finds separators: in a segment eight bytes at a time, in a value the way that suits its length.

use memchr::{memchr, memchr2, memchr3};

/// A word with this byte in each of its places.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The highest bit of each byte that is this separator.
#[inline]
fn hits(word: [u8; 8], separators: u64) -> u64 {
    const LOW: u64 = each(0x7F);
    let differing = u64::from_le_bytes(word) ^ separators;
    !(((differing & LOW) + LOW) | differing | LOW)
}

/// Adds the places of all separators in `text`, which begins at `start`.
///
/// A segment has a separator every few bytes. Words in which one is told by a few additions cost less there than a search
/// that is begun anew behind each.
pub(crate) fn separators(text: &[u8], separator: u8, start: u32, out: &mut Vec<u32>) {
    let wanted = each(separator);
    let mut add = |mut hits: u64, at: u32| {
        while hits != 0 {
            out.push(at + hits.trailing_zeros() / 8);
            hits &= hits - 1;
        }
    };
    let (words, rest) = text.as_chunks::<8>();
    let mut at = start;
    for word in words {
        add(hits(*word, wanted), at);
        at = at.wrapping_add(8);
    }
    // A blank is no separator.
    let mut last = [b' '; 8];
    for (place, byte) in last.iter_mut().zip(rest) {
        *place = *byte;
    }
    add(hits(last, wanted), at);
}

/// Up to this length a plain loop has found a byte before a vectorised search has begun.
const SHORT: usize = 16;

/// The first of any of these bytes: one to three.
#[inline]
pub(crate) fn find<const N: usize>(any: [u8; N], text: &[u8]) -> Option<usize> {
    match any[..] {
        [one] if text.len() > SHORT => memchr(one, text),
        [one, two] if text.len() > SHORT => memchr2(one, two, text),
        [one, two, three] if text.len() > SHORT => memchr3(one, two, three, text),
        _ => text.iter().position(|byte| any.contains(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_in_every_place_is_told_like_a_loop_tells_it() {
        for separator in [b'|', b'!', b'~', b'@'] {
            for byte in 0..=u8::MAX {
                for (length, place) in [(1, 0), (7, 6), (8, 0), (8, 7), (9, 8), (19, 11)] {
                    for around in [b'a', b' ', 0x00, 0x7F, 0x80, 0xFF, separator, separator ^ 0x80] {
                        let mut text = vec![around; length];
                        text[place] = byte;
                        let mut found = vec![7];
                        separators(&text, separator, 1000, &mut found);
                        let expected = (1000..).zip(&text).filter(|(_, byte)| **byte == separator).map(|(at, _)| at);
                        assert_eq!(found[1..], expected.collect::<Vec<u32>>(), "{byte} in {text:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn short_and_long_texts_are_searched_alike() {
        for length in 0..40 {
            for place in 0..length {
                let mut text = vec![b'.'; length];
                text[place] = b'^';
                text.push(b'~');
                assert_eq!(find([b'^'], &text), Some(place));
                assert_eq!(find([b'&', b'^'], &text), Some(place));
                assert_eq!(find([b'&', b'\\', b'^'], &text), Some(place));
                assert_eq!(find([b'&', b'\\', b'#'], &text), None);
            }
        }
    }
}
