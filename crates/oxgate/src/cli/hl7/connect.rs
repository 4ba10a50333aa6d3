//! What `send` and `listen` need to speak TLS.

use crate::exit::{Failure, with_causes};
use clap::Args;
use oxgate_inbound::mllp::tls;
use rustls::{ClientConfig, ServerConfig};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A certificate of one's own.
#[derive(Debug, Args)]
pub(super) struct Identity {
    /// The certificate to show, PEM, with the chain behind it.
    #[arg(long, value_name = "FILE", requires = "key_file")]
    cert_file: Option<PathBuf>,
    /// Its private key, PEM.
    #[arg(long, value_name = "FILE", requires = "cert_file")]
    key_file: Option<PathBuf>,
}

/// Certificate chain and key, PEM.
type Pair = (Vec<u8>, Vec<u8>);

impl Identity {
    fn read(&self) -> Result<Option<Pair>, Failure> {
        let (Some(certificate), Some(key)) = (&self.cert_file, &self.key_file) else { return Ok(None) };
        Ok(Some((read(certificate)?, read(key)?)))
    }

    /// For one who connects.
    pub(super) fn client(&self, authorities: Option<&Path>) -> Result<Arc<ClientConfig>, Failure> {
        let (authorities, identity) = (authorities.map(read).transpose()?, self.read()?);
        let identity = identity.as_ref().map(|(certificate, key)| (certificate.as_slice(), key.as_slice()));
        tls::client(authorities.as_deref(), identity).map_err(|error| Failure::failed(with_causes(&error)))
    }

    /// For one who is connected to; `None` without a certificate.
    pub(super) fn server(&self, client_authorities: Option<&Path>) -> Result<Option<Arc<ServerConfig>>, Failure> {
        let authorities = client_authorities.map(read).transpose()?;
        let Some((certificate, key)) = self.read()? else { return Ok(None) };
        let tls = tls::server(&certificate, &key, authorities.as_deref());
        tls.map(Some).map_err(|error| Failure::failed(with_causes(&error)))
    }
}

fn read(path: impl AsRef<Path>) -> Result<Vec<u8>, Failure> {
    let path = path.as_ref();
    std::fs::read(path).map_err(|error| Failure::failed(format!("cannot read {}: {error}", path.display())))
}
