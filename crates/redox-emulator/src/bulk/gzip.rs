//! The gzip form of a file (RFC 1952) in stored blocks (RFC 1951, section 3.2.4): valid for every reader, and no smaller.
//! A test peer needs the container, not the compression.

const BLOCK_MAX: usize = 0xffff;

/// `bytes` as a gzip file.
pub(super) fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let blocks = bytes.len().div_ceil(BLOCK_MAX).max(1);
    for index in 0..blocks {
        let block = &bytes[index * BLOCK_MAX..bytes.len().min((index + 1) * BLOCK_MAX)];
        let length = u16::try_from(block.len()).expect("a block is at most 65,535 bytes");
        out.push(u8::from(index + 1 == blocks));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    out.extend(crc32(bytes).to_le_bytes());
    // The length modulo 2³², as the format has it.
    out.extend(&bytes.len().to_le_bytes()[..4]);
    out
}

/// CRC-32 as in RFC 1952, section 8, four bits at a time.
fn crc32(bytes: &[u8]) -> u32 {
    let mut table = [0_u32; 16];
    for (index, entry) in (0_u32..).zip(table.iter_mut()) {
        *entry = (0..4).fold(index, |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 });
    }
    let step = |crc: u32, nibble: u32| table[((crc ^ nibble) & 15) as usize] ^ (crc >> 4);
    !bytes.iter().fold(!0, |crc, byte| step(step(crc, u32::from(*byte) & 15), u32::from(*byte) >> 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_is_the_published_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn blocks_are_counted() {
        for (length, blocks) in [(0, 1), (1, 1), (BLOCK_MAX, 1), (BLOCK_MAX + 1, 2)] {
            assert_eq!(stored(&vec![7; length]).len(), 10 + 5 * blocks + length + 8);
        }
    }
}
