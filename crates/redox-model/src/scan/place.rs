//! Byte offsets as the lines and columns that people count.

/// The byte offset of a position that [`position`] has told.
pub(crate) fn offset(body: &[u8], line: usize, column: usize) -> usize {
    let start: usize = body.split_inclusive(|byte| *byte == b'\n').take(line - 1).map(<[u8]>::len).sum();
    let begins = |(_, byte): &(usize, &u8)| **byte & 0xC0 != 0x80;
    let place = body[start..].iter().enumerate().filter(begins).nth(column - 1);
    place.map_or(body.len(), |(at, _)| start + at)
}

/// Line and column of a byte offset, both from 1; the column counts characters.
pub(crate) fn position(body: &[u8], at: usize) -> (usize, usize) {
    let before = &body[..at.min(body.len())];
    let lines = before.split(|byte| *byte == b'\n');
    let (line, last) = lines.enumerate().last().expect("a split has at least one piece");
    let column = last.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
    (line + 1, column + 1)
}
