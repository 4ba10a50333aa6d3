//! The hospital: systems that send admissions over MLLP, each one again until its acknowledgement is in hand.
//!
//! Frames and answers are handled by hand: a sender with the gateway's codec would share its mistakes.

use super::load::PAUSE;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// The sending applications (MSH-3). They number their messages alike, so only both together name one.
const SENDERS: [&str; 2] = ["ADT1", "ADT2"];

/// How long a sender waits for an acknowledgement before it sends again over a new connection.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// What the senders know at the end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Acknowledged {
    /// (sender, sender and control id) of each message with an `AA` in hand, in the order of each sender.
    pub(crate) messages: Vec<(String, String)>,
    /// Messages that had been sent as a whole before, without an answer.
    pub(crate) repeats: usize,
}

/// What a sender and its control id name; how the tally knows a message again.
pub(crate) fn name(sender: &str, control_id: &str) -> String {
    format!("{sender} {control_id}")
}

/// Sends until `stop`, one message at a time for each sender.
pub(crate) fn start(door: SocketAddr, stop: &Arc<AtomicBool>) -> Vec<JoinHandle<Acknowledged>> {
    SENDERS.map(|application| tokio::spawn(Sender { application, door, connection: None }.run(stop.clone()))).into()
}

struct Sender {
    application: &'static str,
    door: SocketAddr,
    connection: Option<TcpStream>,
}

impl Sender {
    async fn run(mut self, stop: Arc<AtomicBool>) -> Acknowledged {
        let mut done = Acknowledged::default();
        let mut number = 0;
        // It is stopped only between two messages, so that each one's fate is known.
        while !stop.load(Ordering::Relaxed) {
            number += 1;
            let control_id = format!("{number}");
            let message = admission(self.application, &control_id);
            let (taken, mut sent) = (format!("MSA|AA|{control_id}"), 0);
            loop {
                match timeout(ANSWER_MAX, self.exchange(&message, &mut sent)).await {
                    Ok(Ok(answer)) if answer.split('\r').any(|line| line == taken) => break,
                    Ok(Ok(answer)) if answer.contains("\rMSA|AR|") => {
                        eprintln!("message {control_id} of {} was refused", self.application);
                        return done;
                    }
                    _ => {
                        self.connection = None;
                        sleep(PAUSE).await;
                    }
                }
            }
            done.repeats += sent - 1;
            done.messages.push((self.application.to_owned(), name(self.application, &control_id)));
            sleep(PAUSE).await;
        }
        done
    }

    /// Sends a message and reads one frame; `sent` counts how often all of the message has left.
    async fn exchange(&mut self, message: &str, sent: &mut usize) -> io::Result<String> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(TcpStream::connect(self.door).await?),
        };
        connection.write_all(format!("\x0B{message}\x1C\r").as_bytes()).await?;
        *sent += 1;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\x1C\r") {
            if connection.read_buf(&mut answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}

/// An admission of an invented patient.
fn admission(sender: &str, control_id: &str) -> String {
    format!(
        "MSH|^~\\&|{sender}|GHH|GW|OX|20260301||ADT^A01^ADT_A01|{control_id}|T|2.5.1\rEVN|A01|20260301\r\
         PID|1||KILL-{control_id}^^^GHH^MR||Specimen^Anna||19790131|F\rPV1|1|I|||||||||||||||||V-{control_id}\r"
    )
}

/// What a message that was handed on is named, and by whom: MSH-3 and MSH-10 of a header in the usual separators.
pub(crate) fn named(message: &str) -> Option<(String, String)> {
    let fields: Vec<&str> = message.strip_prefix("MSH|")?.split(['|', '\r']).collect();
    let (sender, control_id) = (*fields.get(1)?, fields.get(8)?);
    Some((sender.to_owned(), name(sender, control_id)))
}

#[cfg(test)]
mod tests {
    use super::{admission, named};

    #[test]
    fn a_message_is_known_again() {
        assert_eq!(named(&admission("ADT2", "17")), Some(("ADT2".to_owned(), "ADT2 17".to_owned())));
        assert_eq!(named("{}"), None);
    }
}
