//! How a command ends: the exit codes that scripts rely on, and the text a person reads.

use std::fmt;

/// Why a command did not do what it was asked. Success is `Ok(())` and exit code 0; wrong usage is clap's and exits with 2.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// Something went wrong here.
    Failed = 1,
    /// The command line asks for something that cannot be asked.
    Usage = 2,
    /// The input was read and found invalid.
    Invalid = 3,
    /// A peer could not be reached, or refused.
    Peer = 4,
}

/// A command's failure: its exit code, and what, where, why, what to do.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The process's exit code.
    pub(crate) exit: Exit,
    /// For the person at the terminal.
    pub(crate) message: String,
}

/// What every command returns.
pub(crate) type Done = Result<(), Failure>;

impl Failure {
    pub(crate) fn failed(message: impl fmt::Display) -> Self {
        Self { exit: Exit::Failed, message: message.to_string() }
    }

    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self { exit: Exit::Usage, message: message.to_string() }
    }

    pub(crate) fn invalid(message: impl fmt::Display) -> Self {
        Self { exit: Exit::Invalid, message: message.to_string() }
    }

    pub(crate) fn peer(message: impl fmt::Display) -> Self {
        Self { exit: Exit::Peer, message: message.to_string() }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::failed(format!("{error:#}"))
    }
}

impl From<std::io::Error> for Failure {
    /// A reader that went away (`oxgate events list | head`) is no failure worth words.
    fn from(error: std::io::Error) -> Self {
        Self::failed(error)
    }
}

/// An error with its causes: HTTP and TLS libraries keep the telling part at the bottom.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
