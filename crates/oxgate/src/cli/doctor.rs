//! `oxgate doctor`: is everything as it must be, from the configuration to Redox and back? One line each, with a remedy.

/// One line.
mod finding;

/// This machine: the clock, the store, the handlers.
mod here;

/// From outside in: the public address.
mod outside;

/// Redox: address, TLS, token, destinations.
mod redox;

use super::Shared;
use crate::config::Loaded;
use crate::exit::{Done, Exit, Failure};
use clap::Args;
use finding::{Finding, Status};
use serde_json::{Value, json};

/// Check configuration, clock, Redox, destinations, the way in from outside, the store and the handlers.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Do not send the 41 MB probe through the public address.
    #[arg(long)]
    no_probe: bool,
}

impl Doctor {
    pub(crate) async fn run(&self, shared: &Shared) -> Done {
        let findings = self.look(shared).await;
        let list: Value = findings.iter().map(Finding::document).collect();
        let worst = worst(&findings);
        let shown = json!({ "ok": worst.is_none(), "checks": list });
        shared.show(&shown, |_| findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
        let count = |status| findings.iter().filter(|finding| finding.status == status).count();
        match worst {
            None => Ok(()),
            Some(exit) => {
                let (failed, unreachable) = (count(Status::Failed), count(Status::Unreachable));
                let message = format!("{failed} checks failed, {unreachable} peers could not be reached");
                Err(Failure { exit, message })
            }
        }
    }

    async fn look(&self, shared: &Shared) -> Vec<Finding> {
        let loaded = match shared.load() {
            Ok(loaded) => loaded,
            Err(failure) => {
                let remedy = "`oxgate config schema` says what may stand there; `oxgate init` writes a commented file";
                return vec![Finding::failed("configuration", failure.message, remedy)];
            }
        };
        let mut findings = vec![configuration(&loaded)];
        findings.extend(redox::check(&loaded).await);
        findings.extend(outside::check(&loaded, !self.no_probe).await);
        findings.push(here::store(shared, &loaded).await);
        findings.extend(here::handlers(&loaded).await);
        findings
    }
}

/// Everything that the file names can be had: secrets, keys, certificates.
fn configuration(loaded: &Loaded) -> Finding {
    let path = loaded.path.display();
    match crate::serve::plan::check(loaded) {
        Ok(()) => Finding::ok("configuration", format!("{path} is complete")),
        Err(why) => Finding::failed("configuration", format!("{path}: {why}"), "put in place what it names"),
    }
}

/// A check that failed counts more than a peer that may come back.
fn worst(findings: &[Finding]) -> Option<Exit> {
    let has = |status| findings.iter().any(|finding| finding.status == status);
    if has(Status::Failed) {
        Some(Exit::Failed)
    } else if has(Status::Unreachable) {
        Some(Exit::Peer)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_check_counts_more_than_a_silent_peer() {
        let ok = || Finding::ok("a", "");
        let silent = || Finding::unreachable("b", "", "");
        let failed = || Finding::failed("c", "", "");
        assert_eq!(worst(&[ok()]), None);
        assert_eq!(worst(&[ok(), silent()]), Some(Exit::Peer));
        assert_eq!(worst(&[silent(), failed(), ok()]), Some(Exit::Failed));
    }
}
