//! What is answered to the upload of a file: the URI under which a message may name it, or the reason why there is none.
//!
//! Source: Redox docs, "Send a file via the Redox Data Model API", and a recorded exchange. An upload may be repeated after
//! any failure: the worst is a file that no message names.

use std::fmt;

use serde_json::Value;

use crate::reply::{self, Details, Receipt, Reply, ReplyBody, ReplyHeaders, RequestKind, UnknownWhy};

/// The name of the one part of the multipart body.
pub const PART: &str = "file";

/// Longest URI kept; recorded ones have 37 characters.
const MAX_URI: usize = 1024;

/// Where Redox keeps a file. It stands in a message in place of the file's base64 text, and only the source that uploaded
/// the file may use it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileUri(String);

impl FileUri {
    /// Takes a web address without white space or control characters.
    pub fn parse(text: &str) -> Option<Self> {
        let is_web = text.starts_with("https://") || text.starts_with("http://");
        let is_plain = text.bytes().all(|b| b.is_ascii_graphic());
        (is_web && is_plain && text.len() <= MAX_URI).then(|| Self(text.to_owned()))
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An answer to an upload, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadReply {
    /// Redox has the file.
    Stored(FileUri),
    /// It has not, or does not say where. Never [`Reply::Accepted`].
    NotStored(Reply),
}

/// Reads an answer. Total, as [`reply::read`] is.
pub fn read(status: u16, headers: &ReplyHeaders<'_>, body: ReplyBody<'_>) -> UploadReply {
    let reply = reply::read(RequestKind::Async, status, headers, body);
    if !(200..300).contains(&status) {
        return UploadReply::NotStored(reply);
    }
    match (uri(body), reply) {
        (Some(uri), Reply::Accepted { .. }) => UploadReply::Stored(uri),
        (Some(uri), Reply::Unknown { details, .. }) if details.errors.is_empty() => UploadReply::Stored(uri),
        (None, Reply::Accepted { status, .. }) => {
            let details = Details { status, receipt: Receipt::None, errors: Vec::new(), errors_total: 0, text: None };
            UploadReply::NotStored(Reply::Unknown { why: UnknownWhy::NoMeta, details })
        }
        (_, reply) => UploadReply::NotStored(reply),
    }
}

fn uri(body: ReplyBody<'_>) -> Option<FileUri> {
    let ReplyBody::Whole(bytes) = body else { return None };
    let value: Value = serde_json::from_slice(bytes).ok()?;
    FileUri::parse(value.get("URI")?.as_str()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(status: u16, body: &str) -> UploadReply {
        read(status, &ReplyHeaders::default(), ReplyBody::Whole(body.as_bytes()))
    }

    #[test]
    fn a_uri_is_a_stored_file() {
        let stored = whole(201, r#"{"URI":"https://blob.redoxengine.com/14652614"}"#);
        let UploadReply::Stored(uri) = stored else { panic!("not stored: {stored:?}") };
        assert_eq!(uri.as_str(), "https://blob.redoxengine.com/14652614");
        assert!(matches!(whole(200, r#"{"URI":"http://127.0.0.1:9/1","Meta":{}}"#), UploadReply::Stored(_)));
    }

    #[test]
    fn a_success_without_a_usable_uri_is_not_stored() {
        for body in
            ["", "{}", "[]", r#"{"Meta":{}}"#, r#"{"URI":7}"#, r#"{"URI":"ftp://x"}"#, r#"{"URI":"https://a b"}"#]
        {
            let read = whole(201, body);
            assert!(matches!(read, UploadReply::NotStored(Reply::Unknown { .. })), "{body}: {read:?}");
        }
        let cut = read(201, &ReplyHeaders::default(), ReplyBody::CutShort(br#"{"URI":"https://blob.test/1"}"#));
        assert!(matches!(cut, UploadReply::NotStored(Reply::Unknown { .. })));
    }

    proptest! {
        #[test]
        fn nothing_panics_and_nothing_else_is_stored(
            status in 0_u16..1000,
            body in prop_oneof![
                Just(r#"{"URI":"https://blob.test/1","Errors":[{}],"Meta":{}}"#.to_owned()),
                Just(r#"{"URI":"https://blob.test/1","errorDetail":"x"}"#.to_owned()),
                "\\PC{0,60}",
            ],
        ) {
            match whole(status, &body) {
                UploadReply::Stored(_) => prop_assert!((200..300).contains(&status) && !body.contains("rror")),
                UploadReply::NotStored(reply) => {
                    let accepted = matches!(reply, Reply::Accepted { .. });
                    prop_assert!(!accepted);
                }
            }
        }
    }
}
