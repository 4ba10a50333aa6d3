//! Addresses that are never spoken to: link-local ones, where clouds keep their metadata services and with them the
//! machine's credentials. Checked in URLs, and again after name resolution, so that a name cannot lead there either.

use oxgate_dispatch::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// Amazon's metadata service over IPv6.
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254);
/// Alibaba's metadata service.
const METADATA_V4: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);

/// Whether this address is refused as a peer, in any of the forms that an IPv4 address has in IPv6.
pub(crate) fn is_refused(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local() || v4 == METADATA_V4,
        IpAddr::V6(v6) => {
            v6.is_unicast_link_local() || v6 == METADATA_V6 || embedded(v6).is_some_and(|v4| is_refused(IpAddr::V4(v4)))
        }
    }
}

/// The IPv4 address inside a mapped (`::ffff:0:0/96`), compatible (`::/96`) or NAT64 (`64:ff9b::/96`, RFC 6052) address.
fn embedded(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let [head @ .., high, low] = v6.segments();
    let prefixes = [[0, 0, 0, 0, 0, 0xffff], [0; 6], [0x0064, 0xff9b, 0, 0, 0, 0]];
    let [a, b] = high.to_be_bytes();
    let [c, d] = low.to_be_bytes();
    prefixes.contains(&head).then_some(Ipv4Addr::new(a, b, c, d))
}

/// Why a name gave no address to speak to.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResolveError {
    /// The name is not known, or the name service does not answer.
    #[error("the name was not resolved")]
    Lookup(#[source] io::Error),
    /// The name leads to an address that is always refused.
    #[error("the name leads to a link-local address, which is always refused")]
    Refused,
}

/// Looks up a name; a function, so that a test can answer in the name service's place.
pub(super) type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// The system's name resolution.
pub(super) fn system_lookup() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.collect())
        })
    })
}

/// A resolver that gives no address of a name of which one is refused: a name that leads there at all is not trusted.
pub(super) struct Guarded {
    pub(super) lookup: Lookup,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let found = (self.lookup)(name.as_str().to_owned());
        Box::pin(async move {
            let addresses = found.await.map_err(ResolveError::Lookup)?;
            if addresses.iter().any(|address| is_refused(address.ip())) {
                return Err(ResolveError::Refused.into());
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_addresses_are_refused_in_every_form() {
        for refused in [
            "169.254.169.254",
            "169.254.0.1",
            "100.100.100.200",
            "fe80::1",
            "febf::1",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "64:ff9b::169.254.169.254",
            "::ffff:100.100.100.200",
        ] {
            assert!(is_refused(refused.parse().expect("an address")), "{refused}");
        }
        for taken in ["127.0.0.1", "10.0.0.1", "100.100.100.201", "::1", "fd00::1", "fec0::1", "::ffff:10.0.0.1"] {
            assert!(!is_refused(taken.parse().expect("an address")), "{taken}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_there_gives_no_address() {
        let resolve = |addresses: &[&str]| {
            let found: Vec<SocketAddr> =
                addresses.iter().map(|ip| SocketAddr::new(ip.parse().expect("an address"), 0)).collect();
            let guarded = Guarded { lookup: Arc::new(move |_| Box::pin(std::future::ready(Ok(found.clone())))) };
            guarded.resolve("handler.example".parse().expect("a name"))
        };
        assert!(resolve(&["10.0.0.1"]).await.is_ok());
        for addresses in [&["169.254.169.254"][..], &["10.0.0.1", "fe80::1"]] {
            let Err(error) = resolve(addresses).await else { panic!("{addresses:?} were given") };
            assert!(matches!(error.downcast_ref(), Some(ResolveError::Refused)), "{addresses:?}");
        }
    }
}
