//! `oxgate hl7 send`: messages to a receiver over MLLP, one at a time, each with its acknowledgement.

use super::Input;
use super::connect::Identity;
use super::input::{Entry, each_read, ndjson};
use crate::exit::{Done, Failure, with_causes};
use crate::output::{Format, print};
use crate::serve::hl7::host_and_port;
use clap::Args;
use oxgate_inbound::mllp::Target;
use oxgate_inbound::mllp::client::{Connection, Reply, SendError};
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;

/// Send messages to a receiver over MLLP and print its acknowledgements; exits with 4 if one was refused.
///
/// Each message goes out in a frame of its own, its segments ended by CR, and the next waits for its answer.
#[derive(Debug, Args)]
pub(crate) struct Send {
    #[command(flatten)]
    input: Input,
    /// The receiver.
    #[arg(long, value_name = "HOST:PORT", value_parser = receiver)]
    to: (String, u16),
    /// Speak TLS.
    #[arg(long)]
    tls: bool,
    /// Authorities to trust instead of the system's, PEM.
    #[arg(long, value_name = "FILE", requires = "tls")]
    ca_file: Option<PathBuf>,
    #[command(flatten)]
    identity: Identity,
    /// How long to wait for each acknowledgement.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = crate::config::unit::span)]
    timeout: Duration,
}

fn receiver(text: &str) -> Result<(String, u16), &'static str> {
    host_and_port(text).map(|(host, port)| (host.to_owned(), port)).ok_or("expected HOST:PORT, such as localhost:2575")
}

impl Send {
    pub(super) fn run(&self, format: Format) -> Done {
        let tls = if self.tls { Some(self.identity.client(self.ca_file.as_deref())?) } else { None };
        let (host, port) = self.to.clone();
        let target = Target { host, port, tls };
        let mut connection = None;
        let (mut sent, mut refused) = (0_usize, 0_usize);
        let runtime = tokio::runtime::Handle::current();
        let as_json = format == Format::Json;
        each_read(&self.input.files, as_json, |entry, message| {
            let bytes = message.to_canonical();
            let exchange = exchange(&target, &mut connection, &bytes, self.timeout);
            // Files are read one after the other, and so are the answers.
            let reply = tokio::task::block_in_place(|| runtime.block_on(exchange));
            let reply = match reply {
                Ok(reply) => reply,
                Err(SendError::Frame(error)) => {
                    entry.refuse(message.header().range().start, error, as_json)?;
                    return Ok(false);
                }
                Err(error) => return Err(failed(entry, &error)),
            };
            sent += 1;
            refused += usize::from(reply.code.is_some_and(|code| !code.is_accept()));
            show(entry, &reply, message.charset(), as_json).map(|()| true)
        })?;
        match refused {
            0 => Ok(()),
            _ => Err(Failure::peer(format!("{refused} of {sent} messages were refused"))),
        }
    }
}

/// Over the open connection, or a new one.
async fn exchange(
    target: &Target,
    connection: &mut Option<Connection>,
    message: &[u8],
    within: Duration,
) -> Result<Reply, SendError> {
    if let Some(open) = connection {
        match open.send(message, within).await {
            // Some receivers end the connection after each message, without saying so before.
            Err(SendError::Broken(_) | SendError::Ended) => *connection = None,
            ended => return ended,
        }
    }
    let open = connection.insert(target.connect().await?);
    open.send(message, within).await
}

fn failed(entry: &Entry<'_>, error: &SendError) -> Failure {
    let Entry { file, line, number, .. } = entry;
    Failure::peer(format!("{file}:{line}: message {number}: {}", with_causes(error)))
}

fn show(entry: &Entry<'_>, reply: &Reply, charset: hl7v2::Charset, as_json: bool) -> Done {
    let code = reply.code.map(hl7v2::ack::AckCode::as_str);
    if as_json {
        let mut record = entry.record();
        record["code"] = json!(code);
        record["ack"] = json!(charset.decode(&reply.bytes));
        return ndjson(&record);
    }
    let Entry { file, line, number, .. } = entry;
    print(&format!("{file}:{line}: message {number}: {}", code.unwrap_or("sent, wants no answer")))
}
