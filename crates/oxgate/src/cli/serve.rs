//! `oxgate serve`: run the gateway.

use super::Shared;
use crate::exit::{Done, Failure};
use clap::Args;
use std::net::SocketAddr;

/// Run the gateway until SIGTERM or SIGINT; SIGHUP reloads the configuration.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Listen here instead of where the configuration says; port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

impl Serve {
    pub(crate) async fn run(&self, shared: &Shared) -> Done {
        let mut loaded = shared.load()?;
        if let Some(listen) = self.listen {
            loaded.config.server.listen = listen;
        }
        crate::telemetry::start(&loaded.config.log.filter, loaded.config.log.format).map_err(Failure::usage)?;
        crate::serve::run(loaded).await
    }
}
