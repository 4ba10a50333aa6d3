//! Acts that are counted and shown before they are carried out, and a person's yes in between.

use super::Shared;
use crate::exit::{Done, Failure};
use crate::gateway::Request;
use serde_json::Value;
use std::io::{self, BufRead, IsTerminal, Write};

/// How far to go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Consent {
    /// Only count.
    DryRun,
    /// Count, and ask.
    Ask,
    /// Do not ask.
    Given,
}

impl Consent {
    /// By `--dry-run` and `--yes`, of which the command line takes one at most.
    pub(crate) const fn of(dry_run: bool, yes: bool) -> Self {
        match (dry_run, yes) {
            (true, _) => Self::DryRun,
            (false, true) => Self::Given,
            (false, false) => Self::Ask,
        }
    }
}

/// An act that the gateway can count before it does it.
pub(crate) struct Counted<'a> {
    /// The request, as a dry run or for good.
    pub(crate) request: &'a dyn Fn(bool) -> Request,
    /// How many deliveries a dry run has counted.
    pub(crate) deliveries: fn(&Value) -> u64,
    /// What a dry run says, for a person.
    pub(crate) show: &'a dyn Fn(&Value) -> String,
    /// What is done, as in "release 3 deliveries".
    pub(crate) verb: &'a str,
    /// What follows in the question: "" or " to `app`".
    pub(crate) to: &'a str,
}

impl Counted<'_> {
    /// Counts, asks, carries out; the gateway's answer, or `None` where nothing was carried out and that has been said.
    pub(crate) async fn run(&self, shared: &Shared, consent: Consent) -> Result<Option<Value>, Failure> {
        let gateway = shared.gateway()?;
        let counts = gateway.json((self.request)(true)).await?;
        if consent == Consent::DryRun {
            shared.show(&counts, self.show)?;
            return Ok(None);
        }
        let deliveries = (self.deliveries)(&counts);
        if deliveries == 0 {
            shared.show(&counts, |counts| format!("{}\nnothing to {}", (self.show)(counts), self.verb))?;
            return Ok(None);
        }
        if consent == Consent::Ask {
            eprintln!("{}", (self.show)(&counts));
            ask(&format!("{} {}{}?", self.verb, number(deliveries), self.to))?;
        }
        gateway.json((self.request)(false)).await.map(Some)
    }
}

/// So many deliveries, in words.
pub(crate) fn number(deliveries: u64) -> String {
    if deliveries == 1 { "1 delivery".to_owned() } else { format!("{deliveries} deliveries") }
}

fn ask(question: &str) -> Done {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(Failure::usage(format!(
            "{question} Nobody is here to answer: `--yes` does it, `--dry-run` only counts"
        )));
    }
    if says_yes(question, io::stdin().lock(), io::stderr().lock())? {
        Ok(())
    } else {
        Err(Failure::failed("nothing was done"))
    }
}

/// Asks, and takes nothing but a yes for one.
fn says_yes(question: &str, mut input: impl BufRead, mut output: impl Write) -> io::Result<bool> {
    write!(output, "{question} [y/N] ")?;
    output.flush()?;
    let mut line = String::new();
    input.read_line(&mut line)?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_a_yes() {
        for (line, expected) in [("y\n", true), ("YES\n", true), ("\n", false), ("", false), ("no\n", false)] {
            let mut shown = Vec::new();
            assert_eq!(says_yes("release 3?", line.as_bytes(), &mut shown).expect("no stream fails"), expected);
            assert_eq!(shown, b"release 3? [y/N] ");
        }
    }
}
