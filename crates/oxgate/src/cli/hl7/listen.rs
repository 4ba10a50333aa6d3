//! `oxgate hl7 listen`: take messages over MLLP, print or keep them, and answer as told. A tool for tests and set-up: the
//! gateway's own listeners are `[[mllp]]` in its configuration.

use super::ack;
use super::connect::Identity;
use super::input::ndjson;
use crate::chance::{OsEntropy, SystemClock};
use crate::exit::{Done, Failure, with_causes};
use crate::output::{Format, print};
use crate::serve::signals;
use clap::Args;
use hl7v2::ack::{AckCode, AckMode, Reply, reject_unreadable};
use hl7v2::mllp::{self, Config};
use hl7v2::{Message, Options, outline, trigger};
use oxgate_core::{Clock, limits};
use oxgate_dispatch::BytesBudget;
use oxgate_inbound::mllp::answer::{control_id, hl7_time};
use oxgate_inbound::mllp::{Frames, Heard, Pace};
use rustls::ServerConfig;
use serde_json::json;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Silence that ends a connection, and the time that a message may take.
const PACE: Pace = Pace { idle: Duration::from_hours(1), frame: Duration::from_mins(1) };

/// Take messages over MLLP, print or keep them, and answer as told, until interrupted.
#[derive(Debug, Args)]
pub(crate) struct Listen {
    /// Where to listen.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:2575")]
    on: SocketAddr,
    /// The verdict for every message: AA, AE, AR, CA, CE, CR, or `none` for no answer at all.
    #[arg(long, value_name = "CODE", default_value = "AA", value_parser = verdict)]
    ack: Verdict,
    /// Answer with the A code whatever MSH-15 and MSH-16 ask for.
    #[arg(long)]
    original: bool,
    /// Keep each message as a file in this folder, on disk before it is answered.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// End after so many messages.
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    #[command(flatten)]
    identity: Identity,
    /// Take only clients with a certificate of these authorities, PEM.
    #[arg(long, value_name = "FILE", requires = "cert_file")]
    client_ca_file: Option<PathBuf>,
}

/// What every message is answered.
#[derive(Clone, Copy, Debug)]
struct Verdict(Option<AckCode>);

fn verdict(text: &str) -> Result<Verdict, &'static str> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Verdict(None));
    }
    ack::code(text).map(|code| Verdict(Some(code)))
}

impl Listen {
    pub(super) async fn run(&self, format: Format) -> Done {
        let tls = self.identity.server(self.client_ca_file.as_deref())?;
        if let Some(folder) = &self.out {
            std::fs::create_dir_all(folder)
                .map_err(|error| Failure::failed(format!("cannot make {}: {error}", folder.display())))?;
        }
        let socket = TcpListener::bind(self.on).await;
        let socket = socket.map_err(|error| Failure::failed(format!("cannot listen on {}: {error}", self.on)))?;
        eprintln!("oxgate: listening for HL7 v2 on {}", socket.local_addr()?);
        let desk = Arc::new(Desk {
            verdict: self.ack.0,
            original: self.original,
            out: self.out.clone(),
            as_json: format == Format::Json,
            numbers: AtomicUsize::new(0),
            count: self.count.unwrap_or(usize::MAX),
            stop: CancellationToken::new(),
        });
        let tasks = TaskTracker::new();
        let interrupted = signals::asked_to_stop();
        tokio::pin!(interrupted);
        loop {
            tokio::select! {
                () = &mut interrupted => desk.stop.cancel(),
                () = desk.stop.cancelled() => break,
                accepted = socket.accept() => {
                    let (stream, peer) = accepted?;
                    let (desk, tls) = (desk.clone(), tls.clone());
                    tasks.spawn(async move {
                        if let Err(error) = Box::pin(desk.welcome(stream, peer, tls)).await {
                            eprintln!("oxgate: {peer}: {}", with_causes(&error));
                        }
                    });
                }
            }
        }
        tasks.close();
        tasks.wait().await;
        Ok(())
    }
}

/// Where all connections bring their messages.
struct Desk {
    verdict: Option<AckCode>,
    original: bool,
    out: Option<PathBuf>,
    as_json: bool,
    numbers: AtomicUsize,
    count: usize,
    stop: CancellationToken,
}

impl Desk {
    async fn welcome(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        tls: Option<Arc<ServerConfig>>,
    ) -> std::io::Result<()> {
        match tls {
            None => self.talk(stream, peer).await,
            Some(tls) => self.talk(TlsAcceptor::from(tls).accept(stream).await?, peer).await,
        }
    }

    async fn talk<S: AsyncRead + AsyncWrite>(&self, stream: S, peer: SocketAddr) -> std::io::Result<()> {
        let (read, mut write) = tokio::io::split(stream);
        let config = Config::default().with_frame_max(limits::BODY_BYTES_MAX).with_unstarted();
        let mut frames = Frames::new(read, config, PACE, &BytesBudget::default());
        loop {
            match frames.next(&self.stop).await? {
                Heard::Message { offset, message } => {
                    let number = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
                    if number > self.count {
                        return Ok(());
                    }
                    if let Some(frame) = self.take(number, peer, offset, message.bytes())? {
                        write.write_all(&frame).await?;
                        write.flush().await?;
                    }
                    if number == self.count {
                        self.stop.cancel();
                    }
                }
                Heard::Fault(fault) => eprintln!("oxgate: {peer}: {fault:?}"),
                Heard::OverBudget | Heard::Silence | Heard::End | Heard::Stopped => return write.shutdown().await,
            }
        }
    }

    /// Shows and keeps a message; the framed answer.
    fn take(&self, number: usize, peer: SocketAddr, offset: u64, bytes: &[u8]) -> std::io::Result<Option<Vec<u8>>> {
        let parsed = Message::parse(bytes, &Options::default());
        if let Some(folder) = &self.out {
            keep(&folder.join(format!("{number:06}.hl7")), bytes)?;
        }
        let answer = match &parsed {
            Ok(message) => self.answer(message),
            Err(_) => self.verdict.and_then(|_| refusal(bytes)),
        };
        let code = answer.as_ref().map(|(code, _)| code.as_str());
        let shown = if self.as_json {
            let mut record = json!({"message": number, "peer": peer.to_string(), "offset": offset, "ack": code});
            match &parsed {
                Ok(message) => {
                    record["hl7"] = serde_json::from_str(&outline::json(message)).expect("an outline is JSON");
                }
                Err(error) => record["error"] = json!({"text": error.to_string(), "offset": error.offset()}),
            }
            ndjson(&record)
        } else {
            print(&text(number, peer, code, &parsed))
        };
        shown.map_err(|failure| std::io::Error::other(failure.message))?;
        Ok(answer.and_then(|(_, ack)| mllp::frame(&ack).ok()))
    }

    fn answer(&self, message: &Message<'_>) -> Option<(AckCode, Vec<u8>)> {
        let mode = if self.original { AckMode::Original } else { AckMode::of(message) };
        let code = mode.reply(self.verdict?)?;
        let (id, time) = (control_id(&OsEntropy), hl7_time(SystemClock.now()));
        let reply = Reply { code, control_id: &id, time: &time, text: None, errors: &[] };
        hl7v2::ack::write(message, &reply).ok().map(|ack| (code, ack))
    }
}

fn refusal(bytes: &[u8]) -> Option<(AckCode, Vec<u8>)> {
    let (code, id, time) = (AckCode::ApplicationReject, control_id(&OsEntropy), hl7_time(SystemClock.now()));
    let reply = Reply { code, control_id: &id, time: &time, text: Some("message cannot be read"), errors: &[] };
    reject_unreadable(bytes, &reply)?.ok().map(|ack| (code, ack))
}

fn keep(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = std::fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn text(
    number: usize,
    peer: SocketAddr,
    code: Option<&str>,
    parsed: &Result<Message<'_>, hl7v2::ParseError>,
) -> String {
    let answered = code.map_or_else(|| "not answered".to_owned(), |code| format!("answered {code}"));
    match parsed {
        Err(error) => format!("{peer}: message {number}: {error}; {answered}"),
        Ok(message) => {
            let said = trigger::of(message);
            let kind = said.trigger.map_or_else(|| said.code.to_string(), |trigger| format!("{}^{trigger}", said.code));
            format!(
                "{peer}: message {number}: {}, {answered}\n{}",
                kind.escape_debug(),
                outline::tree(message).trim_end()
            )
        }
    }
}
