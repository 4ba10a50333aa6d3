//! Writing an acknowledgement in the separators, version and charset of what it answers.

use super::{AckError, ErrorDetail, Reply, is_ack};
use crate::{Charset, Delimiters, Message, escape, trigger, value::Encoding};

/// Writes the acknowledgement of a message: sender and receiver change places, processing id, version and charset are
/// echoed, MSA-2 is MSH-10 byte for byte, and type and errors take the form of the message's version.
pub fn write(request: &Message<'_>, reply: &Reply<'_>) -> Result<Vec<u8>, AckError> {
    if is_ack(request) {
        return Err(AckError::IsAck);
    }
    let header = request.header();
    let version = Version::of(&header.field(12).component(1).text());
    let trigger = trigger::of(request).trigger.unwrap_or_default();
    let mut writer = Writer::new(request.encoding());
    let echo = |number| header.field(number).raw();
    for number in [5, 6, 3, 4] {
        writer.raw(echo(number));
    }
    writer.text(reply.time)?;
    writer.raw(b"");
    writer.message_type(version, &trigger)?;
    writer.text(reply.control_id)?;
    writer.raw(echo(11));
    writer.raw(echo(12));
    for _ in 13..18 {
        writer.raw(b"");
    }
    writer.raw(echo(18));
    writer.end();
    writer.verdict(header.field(10).raw(), version, reply)?;
    Ok(writer.out)
}

/// Writes a refusal of input that is no readable message, if at least its separators can be read: `MSA-2` is empty, and
/// everything that would have been echoed is left out. `None`: nothing can be answered; close the connection.
pub fn reject_unreadable(input: &[u8], reply: &Reply<'_>) -> Option<Result<Vec<u8>, AckError>> {
    let start = memchr::memmem::find(input, b"MSH")?;
    let separator = *input.get(start + 3)?;
    let characters = input[start + 4..].split(|byte| *byte == separator || byte.is_ascii_control()).next()?;
    let delimiters = Delimiters::new(separator, characters).ok()?;
    let mut writer = Writer::new(Encoding { delimiters, charset: Charset::Utf8 });
    Some(writer.rejection(reply).map(|()| writer.out))
}

/// As far as the form of an acknowledgement depends on it: 2.3 and before, 2.3.1, 2.4, 2.5 and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Version {
    V2,
    V2_3_1,
    V2_4,
    V2_5,
}

impl Version {
    /// Without a version, the newest form is written: it has every part an older reader looks for, at the same place.
    fn of(text: &str) -> Self {
        let mut parts = text.trim().split('.').map(|part| part.parse::<u16>().unwrap_or(0));
        let mut next = || parts.next().unwrap_or(0);
        match (next(), next(), next()) {
            (2, 0..=2, _) | (2, 3, 0) | (1, ..) => Version::V2,
            (2, 3, _) => Version::V2_3_1,
            (2, 4, _) => Version::V2_4,
            _ => Version::V2_5,
        }
    }
}

struct Writer {
    out: Vec<u8>,
    encoding: Encoding,
}

impl Writer {
    fn new(encoding: Encoding) -> Self {
        let mut out = b"MSH".to_vec();
        out.push(encoding.delimiters.field());
        out.extend(encoding.delimiters.encoding_characters());
        Self { out, encoding }
    }

    fn raw(&mut self, raw: &[u8]) {
        self.out.push(self.encoding.delimiters.field());
        self.out.extend_from_slice(raw);
    }

    fn text(&mut self, text: &str) -> Result<(), AckError> {
        self.out.push(self.encoding.delimiters.field());
        Ok(escape::encode(text, self.encoding, &mut self.out)?)
    }

    fn components(&mut self, texts: &[&str]) -> Result<(), AckError> {
        for (index, text) in texts.iter().enumerate() {
            let delimiters = self.encoding.delimiters;
            self.out.push(if index == 0 { delimiters.field() } else { delimiters.component() });
            escape::encode(text, self.encoding, &mut self.out)?;
        }
        Ok(())
    }

    /// Ends a segment, without its empty fields at the end.
    fn end(&mut self) {
        let separator = self.encoding.delimiters.field();
        while self.out.last() == Some(&separator) {
            self.out.pop();
        }
        self.out.push(b'\r');
    }

    fn message_type(&mut self, version: Version, trigger: &str) -> Result<(), AckError> {
        match version {
            _ if trigger.trim().is_empty() => self.components(&["ACK"]),
            Version::V2 => self.components(&["ACK"]),
            Version::V2_3_1 => self.components(&["ACK", trigger]),
            Version::V2_4 | Version::V2_5 => self.components(&["ACK", trigger, "ACK"]),
        }
    }

    fn verdict(&mut self, control_id: &[u8], version: Version, reply: &Reply<'_>) -> Result<(), AckError> {
        self.out.extend_from_slice(b"MSA");
        self.raw(reply.code.as_str().as_bytes());
        self.raw(control_id);
        self.text(reply.text.unwrap_or_default())?;
        if let (Version::V2 | Version::V2_3_1 | Version::V2_4, Some(error)) = (version, reply.errors.first()) {
            self.raw(b"");
            self.raw(b"");
            self.components(&[&error.condition.code().to_string(), error.condition.text()])?;
        }
        self.end();
        for error in reply.errors {
            self.error(version, reply, error)?;
        }
        Ok(())
    }

    fn error(&mut self, version: Version, reply: &Reply<'_>, error: &ErrorDetail) -> Result<(), AckError> {
        let location = error.location.as_ref();
        let number = |number: Option<usize>| number.map(|number| number.to_string()).unwrap_or_default();
        let segment = location.map_or("", |path| path.segment());
        let sequence = number(location.map(|path| path.ordinal().unwrap_or(1)));
        let field = number(location.map(crate::Path::field));
        let code = error.condition.code().to_string();
        self.out.extend_from_slice(b"ERR");
        if version < Version::V2_5 {
            self.components(&[segment, &sequence, &field, &code])?;
            self.end();
            return Ok(());
        }
        self.raw(b"");
        match location {
            None => self.raw(b""),
            Some(path) => {
                let repetition = path.repetition().or(path.component().and(Some(1)));
                let parts = [repetition, path.component(), path.subcomponent()];
                let parts: Vec<String> =
                    parts.into_iter().map_while(|part| part.map(|part| part.to_string())).collect();
                let texts: Vec<&str> =
                    [segment, &sequence, &field].into_iter().chain(parts.iter().map(String::as_str)).collect();
                self.components(&texts)?;
            }
        }
        self.components(&[&code, error.condition.text(), "HL70357"])?;
        self.raw(if reply.code.is_accept() { b"W" } else { b"E" });
        for _ in 5..8 {
            self.raw(b"");
        }
        self.text(error.text.as_deref().unwrap_or_default())?;
        self.end();
        Ok(())
    }

    fn rejection(&mut self, reply: &Reply<'_>) -> Result<(), AckError> {
        for _ in 3..7 {
            self.raw(b"");
        }
        self.text(reply.time)?;
        self.raw(b"");
        self.components(&["ACK"])?;
        self.text(reply.control_id)?;
        self.end();
        self.verdict(b"", Version::V2_5, reply)
    }
}
