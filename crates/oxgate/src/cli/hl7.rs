//! `oxgate hl7`: look into HL7 v2 messages, turn them into Redox events, acknowledge, send and take them.

/// Reading: files, folders, batches and stdin as messages with their places.
mod input;

/// What messages hold.
mod show;

/// What messages become.
mod to_redox;

/// How messages are answered.
mod ack;

/// TLS for those who talk.
mod connect;

/// Messages to a receiver.
mod send;

/// Messages from senders.
mod listen;

/// What was wrong in the gateway's streams.
mod faults;

use super::Shared;
use crate::exit::Done;
use clap::{Args, Subcommand};
use hl7v2::ack::AckCode;
use std::path::PathBuf;

/// Work on HL7 v2 messages; exits with 3 if one is invalid.
///
/// A file may hold one message, a batch, or messages one behind the other. `--format json` prints one JSON document a
/// message (NDJSON). Output holds what the messages hold: patient data.
#[derive(Debug, Subcommand)]
pub(crate) enum Hl7 {
    /// Show what messages hold, and what was forgiven in reading them.
    Parse {
        #[command(flatten)]
        input: Input,
    },
    /// Print the values at a path; prints nothing where a message has none.
    Get {
        /// Such as `PID-5.1`, `PID-3[2].4.1`, `OBX[*]-5` or `PID-3(type=MR).1`.
        #[arg(value_name = "PATH")]
        path: hl7v2::Path,
        #[command(flatten)]
        input: Input,
    },
    /// Turn messages into Redox events, one a line, as `oxgate send -` takes them; incomplete ones are only named.
    ToRedox(to_redox::ToRedox),
    /// Write the acknowledgement that the sender of a message asks for.
    Ack {
        /// A file with messages; `-` is stdin.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The verdict: AA, AE, AR, CA, CE or CR. A sender that asks for confirmed custody gets the C code for it.
        #[arg(long, default_value = "AA", value_parser = ack::code)]
        code: AckCode,
    },
    Send(send::Send),
    Listen(listen::Listen),
    /// What was wrong in the streams of HL7 senders lately, as the running gateway knows it; bytes need `read-phi`.
    Faults,
}

/// Where messages come from.
#[derive(Debug, Args)]
pub(crate) struct Input {
    /// Files with messages, or folders with such files; `-` is stdin.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Hl7 {
    pub(crate) async fn run(&self, shared: &Shared) -> Done {
        match self {
            Self::Parse { input } => show::parse(&input.files, shared.format),
            Self::Get { path, input } => show::get(path, &input.files, shared.format),
            Self::ToRedox(command) => command.run(shared.format),
            Self::Ack { file, code } => ack::write(file, *code, shared.format),
            Self::Send(command) => command.run(shared.format),
            Self::Listen(command) => command.run(shared.format).await,
            Self::Faults => faults::list(shared).await,
        }
    }
}
