//! HL7 v2 from the configuration to parts: listeners, and handlers that send.

use crate::config::Loaded;
use crate::config::local::Handler;
use crate::config::mllp::{Mllp, Unavailable};
use crate::exit::with_causes;
use crate::zones::SystemZones;
use hl7v2::Charset;
use oxgate_inbound::handle::{Hl7ToRedox, MllpHandler};
use oxgate_inbound::mllp::{self, Listener, Target, tls};
use secrecy::ExposeSecret;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The listeners of the configuration.
pub(crate) fn listeners(loaded: &Loaded) -> Result<Vec<Listener>, String> {
    loaded.config.listeners.iter().map(|listener| one(loaded, listener)).collect()
}

fn one(loaded: &Loaded, config: &Mllp) -> Result<Listener, String> {
    let name = config.name.get_ref().clone();
    let named = |error: String| format!("mllp `{name}`: {error}");
    let mut listener = Listener::new(&name, config.listen);
    listener.tls = server_tls(loaded, config).map_err(named)?;
    listener.cannot_handle = config.cannot_handle.into();
    listener.unavailable = match config.unavailable {
        Unavailable::Error => mllp::Unavailable::Error,
        Unavailable::Close => mllp::Unavailable::Close,
    };
    listener.charset = config.charset.as_ref().map(|charset| known(charset.get_ref())).transpose().map_err(named)?;
    listener.original_mode = config.original_mode;
    listener.accept_unstarted = config.accept_unstarted;
    listener.body_bytes_max = loaded.config.server.body_max.0;
    listener.connections_max = config.connections_max.max(1);
    listener.idle = config.idle_timeout.0;
    listener.frame = config.frame_timeout.0;
    Ok(listener)
}

fn known(charset: &str) -> Result<Charset, String> {
    Charset::from_name(charset)
        .ok_or_else(|| format!("`{charset}` is no charset that is read here: UTF-8, ISO 8859-x, Windows-1252"))
}

fn server_tls(loaded: &Loaded, config: &Mllp) -> Result<Option<Arc<rustls::ServerConfig>>, String> {
    let Some(certificate) = &config.cert_file else { return Ok(None) };
    let key = config.key.as_ref().ok_or("`cert_file` needs `key`")?;
    let key = key.fetch(loaded, "`key`").map_err(|error| error.to_string())?;
    let authorities = config.client_ca_file.as_ref().map(|path| pem(loaded, path.get_ref())).transpose()?;
    let chain = pem(loaded, certificate.get_ref())?;
    let tls = tls::server(&chain, key.expose_secret().as_bytes(), authorities.as_deref());
    tls.map(Some).map_err(|error| with_causes(&error))
}

/// The target of a handler of kind `mllp`.
pub(crate) fn handler(loaded: &Loaded, handler: &Handler, timeout: Duration) -> Result<MllpHandler, String> {
    Ok(MllpHandler::new(receiver(loaded, handler)?, timeout))
}

/// Where a handler of kind `mllp` connects to.
pub(crate) fn receiver(loaded: &Loaded, handler: &Handler) -> Result<Target, String> {
    let url = handler.url.as_ref().ok_or("`url` is missing")?.get_ref();
    let (host, port, is_tls) =
        address(url).ok_or_else(|| format!("`{url}` is not mllp://host:port or mllps://host:port"))?;
    let tls = is_tls.then(|| client_tls(loaded, handler)).transpose()?;
    Ok(Target { host: host.to_owned(), port, tls })
}

/// The transformation of HL7 v2 messages, with the operator's changes to its mapping.
pub(super) fn transform(loaded: &Loaded, handler: &Handler) -> Result<Hl7ToRedox, String> {
    let config = match &handler.mapping {
        None => hl7_redox::Config::built_in().clone(),
        Some(path) => {
            let path = loaded.resolve(path);
            let named = |error: &dyn std::fmt::Display| format!("mapping {}: {error}", path.display());
            let text = std::fs::read_to_string(&path).map_err(|error| named(&error))?;
            hl7_redox::Config::parse(&text).map_err(|error| named(&error))?
        }
    };
    Ok(Hl7ToRedox::new(config, Arc::new(SystemZones::default())))
}

fn client_tls(loaded: &Loaded, handler: &Handler) -> Result<Arc<rustls::ClientConfig>, String> {
    let authorities = handler.ca_file.as_ref().map(|path| pem(loaded, path)).transpose()?;
    let certificate = handler.cert_file.as_ref().map(|path| pem(loaded, path)).transpose()?;
    let key =
        handler.key.as_ref().map(|key| key.fetch(loaded, "`key`").map_err(|error| error.to_string())).transpose()?;
    let identity = match (&certificate, &key) {
        (Some(certificate), Some(key)) => Some((certificate.as_slice(), key.expose_secret().as_bytes())),
        (None, None) => None,
        _ => return Err("`cert_file` and `key` come together".to_owned()),
    };
    tls::client(authorities.as_deref(), identity).map_err(|error| with_causes(&error))
}

/// Host, port, and whether it speaks TLS: of `mllp://host:port` or `mllps://host:port`.
pub(crate) fn address(url: &str) -> Option<(&str, u16, bool)> {
    let (rest, is_tls) = match (url.strip_prefix("mllp://"), url.strip_prefix("mllps://")) {
        (Some(rest), _) => (rest, false),
        (_, Some(rest)) => (rest, true),
        _ => return None,
    };
    let (host, port) = host_and_port(rest.trim_end_matches('/'))?;
    Some((host, port, is_tls))
}

/// Of `host:port`, with an IPv6 address in brackets.
pub(crate) fn host_and_port(text: &str) -> Option<(&str, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host = bare.or_else(|| (!host.contains(':')).then_some(host))?;
    Some((host, port.parse().ok()?)).filter(|(host, port)| !host.is_empty() && *port > 0)
}

fn pem(loaded: &Loaded, path: &Path) -> Result<Vec<u8>, String> {
    let path = loaded.resolve(path);
    std::fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_host_port_and_tls() {
        assert_eq!(address("mllp://ehr.example:2575"), Some(("ehr.example", 2575, false)));
        assert_eq!(address("mllps://[::1]:2576/"), Some(("::1", 2576, true)));
        for wrong in ["http://a:1", "mllp://a", "mllp://:1", "mllp://a:0", "mllp://::1:2575", "mllp://a:x", "a:1"] {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }
}
