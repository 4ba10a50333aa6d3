//! Certificates and keys for MLLP inside TLS. There is no upgrade inside the connection: a port speaks TLS or it does not.
//! Client certificates are what IHE asks for between hospital systems (ITI TF-2, "Authenticate Node").

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::sync::Arc;

/// Why certificates or keys cannot be used. Names the kind of file; the caller knows which.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// No PEM certificate in the text.
    #[error("no PEM certificate in the {what}")]
    NoCertificate {
        /// `certificate chain`, `client authorities` or `authorities`.
        what: &'static str,
    },
    /// No PEM private key in the text.
    #[error("no PEM private key beside the certificate")]
    NoKey,
    /// The system names no authorities.
    #[error("the system has no certificate authorities: install ca-certificates, or name a file")]
    NoAuthorities,
    /// The library refuses them.
    #[error("certificate and key cannot be used")]
    Unusable(#[from] rustls::Error),
    /// The library refuses the client authorities.
    #[error("the client authorities cannot be used")]
    ClientAuthorities(#[from] rustls::server::VerifierBuilderError),
}

/// A listener's side. With `client_authorities` only clients whose certificate one of them signed get in.
pub fn server(chain: &[u8], key: &[u8], client_authorities: Option<&[u8]>) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
    let builder = match client_authorities {
        None => builder.with_no_client_auth(),
        Some(authorities) => {
            let roots = Arc::new(roots(authorities, "client authorities")?);
            builder.with_client_cert_verifier(WebPkiClientVerifier::builder_with_provider(roots, provider).build()?)
        }
    };
    Ok(Arc::new(builder.with_single_cert(certificates(chain, "certificate chain")?, private_key(key)?)?))
}

/// A sender's side. Without `authorities` the system's are trusted; `identity` is certificate chain and key.
pub fn client(authorities: Option<&[u8]>, identity: Option<(&[u8], &[u8])>) -> Result<Arc<ClientConfig>, TlsError> {
    let roots = match authorities {
        Some(pem) => roots(pem, "authorities")?,
        None => system_roots()?,
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = builder.with_root_certificates(roots);
    Ok(Arc::new(match identity {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => {
            builder.with_client_auth_cert(certificates(chain, "certificate chain")?, private_key(key)?)?
        }
    }))
}

fn certificates(pem: &[u8], what: &'static str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).collect();
    if found.is_empty() { Err(TlsError::NoCertificate { what }) } else { Ok(found) }
}

fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|_| TlsError::NoKey)
}

fn roots(pem: &[u8], what: &'static str) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates(pem, what)?);
    if roots.is_empty() { Err(TlsError::NoCertificate { what }) } else { Ok(roots) }
}

fn system_roots() -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    // Certificates that cannot be read are left out; the others are trusted as usual.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() { Err(TlsError::NoAuthorities) } else { Ok(roots) }
}
