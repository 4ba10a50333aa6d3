//! Files inside messages: where Redox documents that a file may stand, and that its URI may stand there instead.
//!
//! Source: Redox docs, "Send a file via the Redox Data Model API". A file stands in base64 in `Media.FileContents`, in
//! `Note.FileContents` of a note whose `ContentType` is `Base64 Encoded`, and in a result's `Value` whose `ValueType` is
//! `Encapsulated Data`; the URI of an uploaded file takes its place. A note that names a file is `Plain Text`, as a public
//! production client sends it: what stands there then is no base64.

use crate::scan::{Fault, Kind, Scanner};
use std::borrow::Cow;
use std::ops::Range;

/// How many files of one message are found. Beyond it they stay embedded.
pub const FILES_MAX: usize = 64;

/// A file that a message embeds, or already names: [`Embedded::text`] tells which. Spans are bytes of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Embedded {
    /// Where it stands, as a JSON path: `$.Orders[0].Results[2].Value`.
    pub path: String,
    /// The JSON string with the file, quotes included.
    pub span: Range<usize>,
    /// The value of `ContentType` that has to change with it.
    content_type: Option<Range<usize>>,
    /// `FileType`, which is documented as free text (`PDF`, `image/png`).
    pub file_type: Option<String>,
}

impl Embedded {
    /// The text of the file as it stands in the body that it was found in, JSON's escapes resolved: base64, if it is one.
    ///
    /// # Panics
    /// When `body` is another one.
    pub fn text<'b>(&self, body: &'b [u8]) -> Cow<'b, str> {
        let mut scanner = Scanner::new(&body[self.span.clone()]).expect("found in this body");
        scanner.string().expect("found as a string").decode()
    }

    /// About how many bytes the file has; base64 spends four characters on three.
    pub fn bytes(&self) -> usize {
        self.span.len().saturating_sub(2) / 4 * 3
    }
}

/// The places of files in a message of this model and type (either spelling of the model), in their order. Empty where
/// Redox documents none, and for what is no message.
pub fn embedded(body: &[u8], data_model: &str, event_type: &str) -> Vec<Embedded> {
    let mut found = Vec::new();
    let read = match (data_model, event_type) {
        ("Media", "New" | "Replace") => of_member(body, "Media", MEDIA, &mut found),
        ("Notes", "New" | "Replace") => of_member(body, "Note", NOTE, &mut found),
        ("Results", "New" | "NewUnsolicited") => of_results(body, &mut found),
        _ => Ok(()),
    };
    if read.is_err() {
        found.clear();
    }
    found.truncate(FILES_MAX);
    found.sort_by_key(|file| file.span.start);
    found
}

/// The body with URIs where files were, and every other byte but the `ContentType` of a note unchanged. `files` are those
/// of [`embedded`] that were uploaded, in their order.
///
/// # Panics
/// When they are out of order or of another body.
pub fn with_uris(body: &[u8], files: &[(&Embedded, &str)]) -> Vec<u8> {
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    for (file, uri) in files {
        changes.push((file.span.clone(), serde_json::Value::from(*uri).to_string()));
        changes.extend(file.content_type.clone().map(|span| (span, "\"Plain Text\"".to_owned())));
    }
    changes.sort_by_key(|(span, _)| span.start);
    let mut out = Vec::new();
    let mut copied = 0;
    for (span, text) in changes {
        out.extend_from_slice(&body[copied..span.start]);
        out.extend_from_slice(text.as_bytes());
        copied = span.end;
    }
    out.extend_from_slice(&body[copied..]);
    out
}

/// What the members of an object that holds a file are called.
#[derive(Clone, Copy)]
struct Shape {
    file: &'static str,
    /// Says whether there is a file, by this value.
    says: Option<(&'static str, &'static str)>,
    /// The member that says so changes with the file.
    changes: bool,
}

const MEDIA: Shape = Shape { file: "FileContents", says: None, changes: false };
const NOTE: Shape = Shape { file: "FileContents", says: Some(("ContentType", "Base64 Encoded")), changes: true };
const RESULT: Shape = Shape { file: "Value", says: Some(("ValueType", "Encapsulated Data")), changes: false };

fn of_member(body: &[u8], member: &str, shape: Shape, found: &mut Vec<Embedded>) -> Result<(), Fault> {
    Scanner::new(body)?.members(|scanner, _, name| {
        if name == member { of_object(scanner, shape, &format!("$.{member}"), found) } else { scanner.skip() }
    })
}

fn of_results(body: &[u8], found: &mut Vec<Embedded>) -> Result<(), Fault> {
    Scanner::new(body)?.members(|scanner, _, name| {
        if name != "Orders" {
            return scanner.skip();
        }
        let mut order = 0;
        scanner.items(|scanner| {
            scanner.members(|scanner, _, name| {
                if name != "Results" {
                    return scanner.skip();
                }
                let mut result = 0;
                scanner.items(|scanner| {
                    let path = format!("$.Orders[{order}].Results[{result}]");
                    result += 1;
                    of_object(scanner, RESULT, &path, found)
                })
            })?;
            order += 1;
            Ok(())
        })
    })
}

/// Of a member that occurs twice the last one counts.
fn of_object(scanner: &mut Scanner<'_>, shape: Shape, path: &str, found: &mut Vec<Embedded>) -> Result<(), Fault> {
    let (mut file, mut said, mut file_type) = (None, None, None);
    scanner.members(|scanner, _, name| {
        let kind = scanner.kind()?;
        let start = scanner.offset();
        if name == shape.file {
            scanner.skip()?;
            file = (kind == Kind::String).then(|| start..scanner.offset());
        } else if shape.says.is_some_and(|(member, _)| member == name) {
            let value = scanner.scalar()?;
            let means = shape.says.is_some_and(|(_, says)| value.as_deref() == Some(says));
            said = means.then(|| start..scanner.offset());
        } else if name == "FileType" {
            file_type = scanner.scalar()?.map(Cow::into_owned);
        } else {
            scanner.skip()?;
        }
        Ok(())
    })?;
    let is_one = shape.says.is_none() || said.is_some();
    if let Some(span) = file.filter(|_| is_one) {
        let content_type = said.filter(|_| shape.changes);
        found.push(Embedded { path: format!("{path}.{}", shape.file), span, content_type, file_type });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(body: &str, model: &str, event_type: &str) -> Vec<(String, String)> {
        let files = embedded(body.as_bytes(), model, event_type);
        files.iter().map(|file| (file.path.clone(), file.text(body.as_bytes()).into_owned())).collect()
    }

    #[test]
    fn the_documented_places_are_found_and_no_other() {
        let media = r#"{"Patient":{"FileContents":"no"},"Media":{"FileType":"PDF","FileContents":"aW\/5"}}"#;
        assert_eq!(found(media, "Media", "New"), [("$.Media.FileContents".into(), "aW/5".into())]);
        assert_eq!(embedded(media.as_bytes(), "Media", "Replace")[0].file_type.as_deref(), Some("PDF"));
        assert!(found(media, "Media", "Delete").is_empty() && found(media, "Order", "New").is_empty());
        let note = |kind: &str| format!(r#"{{"Note":{{"FileContents":"aW52","ContentType":"{kind}"}}}}"#);
        assert_eq!(found(&note("Base64 Encoded"), "Notes", "New").len(), 1);
        assert!(found(&note("Plain Text"), "Notes", "New").is_empty());
        let results = r#"{"Orders":[{"Results":[{"Value":"7","ValueType":"Numeric"},{}]},
            {"Results":[{"ValueType":"Encapsulated Data","Value":"aW52"},{"Value":null,"ValueType":"Encapsulated Data"}]}]}"#;
        assert_eq!(found(results, "Results", "New"), [("$.Orders[1].Results[0].Value".into(), "aW52".into())]);
        for odd in
            ["", "[]", "7", r#"{"Media":[]}"#, r#"{"Media":{"FileContents":{}}}"#, r#"{"Media":{"FileContents":"#]
        {
            assert!(found(odd, "Media", "New").is_empty(), "{odd}");
        }
    }

    #[test]
    fn a_uri_takes_the_place_of_the_file_and_every_other_byte_stays() {
        let uri = "https://blob.example/7?a=\"b\"";
        let media = r#"{ "Media":{"FileContents": "aW52" ,"FileType":"PDF"}, "Meta":{} }"#;
        let files = embedded(media.as_bytes(), "Media", "New");
        let out = with_uris(media.as_bytes(), &[(&files[0], uri)]);
        assert_eq!(String::from_utf8(out).unwrap(), media.replace(r#""aW52""#, r#""https://blob.example/7?a=\"b\"""#));
        // Whichever comes first.
        for note in [
            r#"{"Note":{"FileContents":"aW52","x":[1 ],"ContentType":"Base64 Encoded"}}"#,
            r#"{"Note":{"ContentType":"Base64 Encoded","x":[1 ],"FileContents":"aW52"}}"#,
        ] {
            let files = embedded(note.as_bytes(), "Notes", "New");
            let out = with_uris(note.as_bytes(), &[(&files[0], "u")]);
            assert_eq!(
                String::from_utf8(out).unwrap(),
                note.replace("aW52", "u").replace("Base64 Encoded", "Plain Text")
            );
        }
        assert_eq!(with_uris(media.as_bytes(), &[]), media.as_bytes());
    }
}
