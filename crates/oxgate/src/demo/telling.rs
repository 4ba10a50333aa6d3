//! How the story is told: to a person on stdout, or, when JSON is wanted, on stderr beside it.

use crate::output::Format;
use std::io::{IsTerminal, Write};

/// Writes lines; colours only for a terminal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Telling {
    to_stderr: bool,
    colours: bool,
}

impl Telling {
    pub(crate) fn new(format: Format) -> Self {
        let to_stderr = format == Format::Json;
        let colours = if to_stderr { std::io::stderr().is_terminal() } else { std::io::stdout().is_terminal() };
        Self { to_stderr, colours }
    }

    /// A plain line.
    pub(crate) fn line(self, text: &str) {
        // Somebody who closed the pipe has seen enough; the story goes on for its exit code.
        let _ =
            if self.to_stderr { writeln!(std::io::stderr(), "{text}") } else { writeln!(std::io::stdout(), "{text}") };
    }

    /// A chapter's heading.
    pub(crate) fn chapter(self, number: usize, title: &str) {
        self.line("");
        self.line(&self.coloured("1", &format!("{number:>2}  {title}")));
    }

    /// Something that happened as it should.
    pub(crate) fn done(self, text: &str) {
        self.line(&format!("    {} {text}", self.coloured("32", "✓")));
    }

    /// Something that went wrong on purpose.
    pub(crate) fn fault(self, text: &str) {
        self.line(&format!("    {} {text}", self.coloured("33", "!")));
    }

    fn coloured(self, code: &str, text: &str) -> String {
        if self.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
