//! `oxgate hl7 ack`: the answer that a message's sender asks for.

use super::input::{Entry, each, ndjson};
use crate::chance::{OsEntropy, SystemClock};
use crate::exit::{Done, Failure};
use crate::output::Format;
use hl7v2::ack::{AckCode, AckMode, Reply, reject_unreadable};
use hl7v2::{Charset, ack};
use oxgate_core::Clock;
use oxgate_inbound::mllp::answer::{control_id, hl7_time};
use serde_json::json;
use std::io::{self, Write};
use std::path::Path;

/// Reads a verdict from the command line.
pub(super) fn code(text: &str) -> Result<AckCode, &'static str> {
    AckCode::from_name(text).ok_or("expected AA, AE, AR, CA, CE or CR")
}

/// Answers each message of a file. One that cannot be read is refused with AR if its separators can be.
pub(super) fn write(file: &Path, verdict: AckCode, format: Format) -> Done {
    let as_json = format == Format::Json;
    each(&[file.to_owned()], |entry| {
        let (control_id, time) = (control_id(&OsEntropy), hl7_time(SystemClock.now()));
        let reply = |code| Reply { code, control_id: &control_id, time: &time, text: None, errors: &[] };
        let message = match entry.parse() {
            Ok(message) => message,
            Err(error) => {
                entry.refuse(error.offset(), &error, as_json)?;
                let refusal = Reply { text: Some("message cannot be read"), ..reply(AckCode::ApplicationReject) };
                if let Some(Ok(answer)) = reject_unreadable(entry.bytes(), &refusal) {
                    show(entry, AckCode::ApplicationReject, &answer, Charset::Utf8, as_json)?;
                }
                return Ok(false);
            }
        };
        let Some(code) = AckMode::of(&message).reply(verdict) else {
            eprintln!("oxgate: {}:{}: message {}: its sender wants no answer", entry.file, entry.line, entry.number);
            return Ok(true);
        };
        match ack::write(&message, &reply(code)) {
            Ok(answer) => show(entry, code, &answer, message.charset(), as_json).map(|()| true),
            Err(error) => entry.refuse(message.header().range().start, &error, as_json).map(|()| false),
        }
    })
}

/// Prints an answer byte for byte: its segments end with CR, as a receiver wants them.
fn show(entry: &Entry<'_>, code: AckCode, answer: &[u8], charset: Charset, as_json: bool) -> Done {
    if as_json {
        let mut record = entry.record();
        record["code"] = json!(code.as_str());
        record["ack"] = json!(charset.decode(answer));
        return ndjson(&record);
    }
    let mut out = io::stdout().lock();
    match out.write_all(answer).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}
