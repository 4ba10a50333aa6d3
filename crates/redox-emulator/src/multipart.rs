//! Reading the file out of a `multipart/form-data` body (RFC 7578, RFC 2046 section 5.1).

use bytes::Bytes;
use memchr::memmem;

/// One part of a form.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// `filename` of its `Content-Disposition`.
    pub(crate) file_name: Option<String>,
    /// Its own `Content-Type`.
    pub(crate) content_type: Option<String>,
    /// Its content.
    pub(crate) content: Bytes,
}

/// Why a body has no such part.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MultipartError {
    #[error("content-type must be multipart/form-data with a boundary")]
    NotMultipart,
    #[error("the body does not follow its boundary")]
    Broken,
    #[error("the form has no part named {0:?}")]
    NoPart(String),
}

/// The first part with this name.
pub(crate) fn part(content_type: &str, body: &Bytes, name: &str) -> Result<Part, MultipartError> {
    let mut parameters = content_type.split(';').map(str::trim);
    if !parameters.next().is_some_and(|kind| kind.eq_ignore_ascii_case("multipart/form-data")) {
        return Err(MultipartError::NotMultipart);
    }
    let boundary = parameters.find_map(|pair| parameter(pair, "boundary")).filter(|boundary| !boundary.is_empty());
    let boundary = boundary.ok_or(MultipartError::NotMultipart)?;
    let opening = format!("--{boundary}");
    let delimiter = format!("\r\n{opening}");
    let mut at = memmem::find(body, opening.as_bytes()).ok_or(MultipartError::Broken)? + opening.len();
    loop {
        if body[at..].starts_with(b"--") {
            return Err(MultipartError::NoPart(name.to_owned()));
        }
        let line = memmem::find(&body[at..], b"\r\n").ok_or(MultipartError::Broken)?;
        // The line break in front of the headers may also be the one that ends them.
        let headers = at + line;
        let blank = memmem::find(&body[headers..], b"\r\n\r\n").ok_or(MultipartError::Broken)?;
        let content = headers + blank + 4;
        let length = memmem::find(&body[content..], delimiter.as_bytes()).ok_or(MultipartError::Broken)?;
        let text = String::from_utf8_lossy(&body[headers..headers + blank]);
        let disposition = header(&text, "content-disposition").unwrap_or_default();
        let of = |wanted: &str| disposition.split(';').find_map(|pair| parameter(pair.trim(), wanted));
        if of("name").as_deref() == Some(name) {
            return Ok(Part {
                file_name: of("filename"),
                content_type: header(&text, "content-type").map(str::to_owned),
                content: body.slice(content..content + length),
            });
        }
        at = content + length + delimiter.len();
    }
}

fn header<'a>(headers: &'a str, name: &str) -> Option<&'a str> {
    let pairs = headers.lines().filter_map(|line| line.split_once(':'));
    pairs
        .map(|(key, value)| (key.trim(), value.trim()))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|one| one.1)
}

/// The value of `name=value` or `name="value"`.
fn parameter(pair: &str, name: &str) -> Option<String> {
    let (key, value) = pair.split_once('=')?;
    key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::{MultipartError, part};
    use bytes::Bytes;

    const TYPE: &str = "multipart/form-data; boundary=\"x-1\"";

    fn form(parts: &str) -> Bytes {
        parts.replace('\n', "\r\n").replace("$EOL", "\r\n").into()
    }

    #[test]
    fn finds_the_named_part_with_its_bytes_as_they_are() {
        let body = form(
            "preamble\n--x-1\nContent-Disposition: form-data; name=\"note\"\n\nhello\n--x-1\n\
             content-disposition: form-data; name=\"file\"; filename=\"a b.pdf\"\nContent-Type: application/pdf\n\n\
             %PDF\n--x-2\n\n--x-1--\n",
        );
        let file = part(TYPE, &body, "file").unwrap();
        assert_eq!(file.content, "%PDF\r\n--x-2\r\n");
        assert_eq!(file.file_name.as_deref(), Some("a b.pdf"));
        assert_eq!(file.content_type.as_deref(), Some("application/pdf"));
        assert_eq!(part(TYPE, &body, "note").unwrap().content, "hello");
        assert_eq!(part(TYPE, &body, "other"), Err(MultipartError::NoPart("other".to_owned())));
    }

    #[test]
    fn an_empty_file_is_a_file() {
        let body = form("--x-1\nContent-Disposition: form-data; name=file\n\n\n--x-1--");
        assert_eq!(part(TYPE, &body, "file").unwrap().content, "");
    }

    #[test]
    fn broken_bodies_are_refused_wherever_they_break_off() {
        let whole = form("--x-1\nContent-Disposition: form-data; name=\"file\"\n\ncontent\n--x-1--\n");
        for length in 0..whole.len() - 4 {
            let cut = part(TYPE, &whole.slice(..length), "file");
            assert!(cut.is_err() || length >= whole.len() - 4, "{length}: {cut:?}");
        }
        assert_eq!(part("application/json", &whole, "file"), Err(MultipartError::NotMultipart));
        assert_eq!(part("multipart/form-data", &whole, "file"), Err(MultipartError::NotMultipart));
    }
}
