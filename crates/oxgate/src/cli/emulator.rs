//! `oxgate emulator`: Redox in a box, offline.

use super::Shared;
use crate::exit::{Done, Failure};
use crate::output::{Format, print};
use clap::Args;
use redox_emulator::SystemClock;
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::sync::broadcast::error::RecvError;

/// Run Redox in a box: tokens, routing, delivery, a simulated EHR, faults. Prints what happens until interrupted.
#[derive(Debug, Args)]
pub(crate) struct Emulator {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8700")]
    listen: SocketAddr,
    /// Refuse what Redox may refuse, where usually what real clients send is accepted.
    #[arg(long)]
    strict: bool,
    /// Its organisation, limits and switches as JSON, in the shape that `--print-settings` prints.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Print the settings and end.
    #[arg(long)]
    print_settings: bool,
    /// Factor on every wait: 0.01 makes a minute of retries 0.6 s.
    #[arg(long, value_name = "FACTOR")]
    time_scale: Option<f64>,
    /// Seed of everything that is left to chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Do not print what happens.
    #[arg(long)]
    quiet: bool,
}

impl Emulator {
    pub(crate) async fn run(&self, shared: &Shared) -> Done {
        let config = self.config()?;
        if self.print_settings {
            return crate::output::json(
                &serde_json::to_value(&config).map_err(|error| Failure::failed(error.to_string()))?,
            );
        }
        let running = redox_emulator::start(config, SystemClock, self.seed)
            .await
            .map_err(|error| Failure::failed(format!("cannot start the emulator on {}: {error}", self.listen)))?;
        let base = running.base_url();
        eprintln!("Redox emulator on {base}; everything about it: {base}/_emulator");
        eprintln!("Connect a gateway: oxgate init my-gateway --emulator {base}");
        let mut seen = running.observe();
        loop {
            tokio::select! {
                happened = seen.recv() => match happened {
                    Ok(happened) if !self.quiet => match shared.format {
                        Format::Text => print(&happened.to_string())?,
                        Format::Json => print(&serde_json::to_string(&happened).map_err(|error| Failure::failed(error.to_string()))?)?,
                    },
                    Ok(_) => {}
                    Err(RecvError::Lagged(missed)) => eprintln!("… {missed} more"),
                    Err(RecvError::Closed) => return Ok(()),
                },
                () = crate::serve::signals::asked_to_stop() => break,
            }
        }
        running.shutdown().await;
        Ok(())
    }

    fn config(&self) -> Result<redox_emulator::Config, Failure> {
        let mut config = match &self.settings {
            None => redox_emulator::Config::default(),
            Some(path) => {
                let text = super::read_input(path)?;
                serde_json::from_slice(&text)
                    .map_err(|error| Failure::invalid(format!("{}: {error}", path.display())))?
            }
        };
        config.listen = self.listen;
        config.strict |= self.strict;
        config.time_scale = self.time_scale.unwrap_or(config.time_scale);
        Ok(config)
    }
}
