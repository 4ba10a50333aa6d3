//! Files, folders, batches and stdin as a sequence of messages that know where they stand.

use crate::cli::read_input;
use crate::exit::{Done, Failure};
use crate::output::print;
use hl7v2::batch::{File, PieceKind};
use hl7v2::{Message, Options, ParseError, charset};
use serde_json::{Value, json};
use std::fmt::Display;
use std::path::{Path, PathBuf};

/// The bytes of one message, and where they stand.
pub(super) struct Entry<'a> {
    /// The file's name as it was given or found; `-` for stdin.
    pub(super) file: &'a str,
    /// Which of the file's messages it is, from 1.
    pub(super) number: usize,
    /// The line of the file on which it begins, from 1.
    pub(super) line: usize,
    bytes: &'a [u8],
}

impl<'a> Entry<'a> {
    /// Reads the message leniently, as a gateway has to.
    pub(super) fn parse(&self) -> Result<Message<'a>, ParseError> {
        Message::parse(self.bytes, &Options::default())
    }

    /// The bytes as they stand in the file, frame bytes included.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Line and column of the file, both from 1, for a byte of the message.
    pub(super) fn place(&self, offset: usize) -> (usize, usize) {
        let (lines, column) = place(self.bytes, offset);
        (self.line + lines, column)
    }

    /// Says on stderr what is wrong at a byte of the message. Byte numbers in `what` count from the message's beginning.
    pub(super) fn complain(&self, offset: usize, what: impl Display) {
        let (line, column) = self.place(offset);
        eprintln!("oxgate: {}:{line}:{column}: message {}: {what}", self.file, self.number);
    }

    /// What every JSON document about a message begins with.
    pub(super) fn record(&self) -> Value {
        json!({"file": self.file, "message": self.number, "line": self.line})
    }

    /// Reports what is wrong to people, and to programs if they asked for JSON.
    pub(super) fn refuse(&self, offset: usize, what: impl Display, as_json: bool) -> Done {
        self.complain(offset, &what);
        if !as_json {
            return Ok(());
        }
        let (line, column) = self.place(offset);
        let mut record = self.record();
        record["error"] = json!({"text": what.to_string(), "line": line, "column": column});
        ndjson(&record)
    }
}

/// Prints one line of NDJSON.
pub(super) fn ndjson(record: &Value) -> Done {
    print(&record.to_string())
}

/// Hands over every message of the files in order. `take` says whether it was valid; if one was not, the command ends as
/// such after the last. Text outside of messages and wrong batch counts are named on stderr and nothing more.
pub(super) fn each(paths: &[PathBuf], mut take: impl FnMut(&Entry<'_>) -> Result<bool, Failure>) -> Done {
    let (mut messages, mut invalid) = (0_usize, 0_usize);
    for path in expand(paths)? {
        let bytes = read_input(&path)?;
        let bytes = charset::normalise(&bytes);
        let file = File::read(&bytes);
        let name = path.display().to_string();
        let (mut number, mut line) = (0, 1);
        // A file without any header is one message that cannot be read, not a file without messages.
        if file.pieces().iter().all(|piece| matches!(piece.kind, PieceKind::Blank | PieceKind::Unparsed)) {
            messages += 1;
            invalid += usize::from(!take(&Entry { file: &name, number: 1, line, bytes: &bytes })?);
            continue;
        }
        for piece in file.pieces() {
            let bytes = file.bytes(piece);
            if piece.kind == PieceKind::Message {
                number += 1;
                messages += 1;
                invalid += usize::from(!take(&Entry { file: &name, number, line, bytes })?);
            } else if piece.kind == PieceKind::Unparsed {
                eprintln!("oxgate: {name}:{line}:1: warning: text outside of any message");
            }
            line += place(bytes, bytes.len()).0;
        }
        for wrong in file.miscounts() {
            let (lines, _) = place(&bytes, wrong.span.start);
            let (declared, found) = (wrong.declared, wrong.found);
            eprintln!("oxgate: {name}:{}:1: warning: the trailer counts {declared}, found {found}", lines + 1);
        }
    }
    match invalid {
        0 => Ok(()),
        _ => Err(Failure::invalid(format!("{invalid} of {messages} messages are invalid"))),
    }
}

/// Hands over every message that can be read; the others are refused where they stand, and count as invalid.
pub(super) fn each_read(
    paths: &[PathBuf],
    as_json: bool,
    mut take: impl FnMut(&Entry<'_>, &Message<'_>) -> Result<bool, Failure>,
) -> Done {
    each(paths, |entry| match entry.parse() {
        Ok(message) => take(entry, &message),
        Err(error) => entry.refuse(error.offset(), &error, as_json).map(|()| false),
    })
}

/// Folders replaced by the regular files in them, sorted by name; folders in folders are left alone.
fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path == Path::new("-") || !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let failed = |error| Failure::failed(format!("cannot list {}: {error}", path.display()));
        let listed: Result<Vec<PathBuf>, _> =
            std::fs::read_dir(path).map_err(failed)?.map(|entry| entry.map(|entry| entry.path())).collect();
        let mut inside = listed.map_err(failed)?;
        inside.retain(|path| path.is_file());
        if inside.is_empty() {
            return Err(Failure::failed(format!("no file in the folder {}", path.display())));
        }
        inside.sort();
        files.append(&mut inside);
    }
    Ok(files)
}

/// How many lines end before a byte, and its column from 1; CR, LF and CR LF each end a line.
fn place(bytes: &[u8], offset: usize) -> (usize, usize) {
    let offset = offset.min(bytes.len());
    let (mut lines, mut begin) = (0, 0);
    for (index, byte) in bytes[..offset].iter().enumerate() {
        if *byte == b'\n' || (*byte == b'\r' && bytes.get(index + 1) != Some(&b'\n')) {
            (lines, begin) = (lines + 1, index + 1);
        }
    }
    (lines, offset - begin + 1)
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn every_kind_of_line_end_ends_one_line() {
        let bytes = b"a\rb\nc\r\nd\r\n";
        assert_eq!([0, 2, 4, 7].map(|offset| place(bytes, offset)), [(0, 1), (1, 1), (2, 1), (3, 1)]);
        assert_eq!(place(bytes, bytes.len()), (4, 1));
        assert_eq!(place(b"abc", 2), (0, 3));
        assert_eq!(place(b"abc", 9), (0, 4));
    }
}
