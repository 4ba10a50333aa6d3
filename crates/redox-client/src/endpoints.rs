//! Where the API is: every address derived from one base URL, each of them open to be set otherwise.

use redox_wire::assertion::TOKEN_PATH;
use redox_wire::token::{AUTHENTICATE_PATH, REFRESH_PATH};
use reqwest::Url;

/// The production API of the United States.
pub const UNITED_STATES: &str = "https://api.redoxengine.com";

/// The production API of Canada.
pub const CANADA: &str = "https://api.ca.redoxengine.com";

/// One URL takes events and queries of every data model. (`/query` is an older alias for queries and is not used.)
const MESSAGE_PATH: &str = "/endpoint";

/// Files go to another host than everything else.
const UPLOAD_PATH: &str = "/upload";

const FHIR_PATH: &str = "/fhir/R4";

const PLATFORM_PATH: &str = "/platform";

/// The addresses of one Redox region, or of anything that stands in for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// OAuth token endpoint. Assertions are signed for exactly this text.
    pub token: Url,
    /// First legacy token call.
    pub authenticate: Url,
    /// Legacy token renewal.
    pub refresh: Url,
    /// Events and queries.
    pub message: Url,
    /// File upload.
    pub upload: Url,
    /// FHIR R4; destination and environment follow.
    pub fhir: Url,
    /// The platform API.
    pub platform: Url,
}

/// Why a text is no base URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadBaseUrl {
    /// It does not parse.
    #[error("the base URL is not a URL: {0}")]
    Unreadable(String),
    /// Another scheme than `http` and `https`.
    #[error("the base URL must begin with https:// or http://")]
    Scheme,
    /// User, password, query or fragment.
    #[error(
        "the base URL must be scheme, host, port and path only: credentials and parameters have their own settings"
    )]
    Extra,
}

impl Endpoints {
    /// All addresses below a base URL such as [`UNITED_STATES`], with or without a path of its own.
    pub fn below(base: &str) -> Result<Self, BadBaseUrl> {
        let base = Url::parse(base.trim()).map_err(|error| BadBaseUrl::Unreadable(error.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(BadBaseUrl::Scheme);
        }
        let is_plain = base.username().is_empty() && base.password().is_none();
        if !is_plain || base.query().is_some() || base.fragment().is_some() {
            return Err(BadBaseUrl::Extra);
        }
        let mut upload = at(&base, UPLOAD_PATH);
        if let Some(host) = upload_host(base.host_str().unwrap_or_default()) {
            upload.set_host(Some(&host)).expect("a part of a valid host name was replaced by a valid one");
        }
        Ok(Self {
            token: at(&base, TOKEN_PATH),
            authenticate: at(&base, AUTHENTICATE_PATH),
            refresh: at(&base, REFRESH_PATH),
            message: at(&base, MESSAGE_PATH),
            upload,
            fhir: at(&base, FHIR_PATH),
            platform: at(&base, PLATFORM_PATH),
        })
    }
}

/// An address below another one. The parts are escaped, so that none of them can become two or lead elsewhere.
pub(crate) fn below(base: &Url, parts: &[&str]) -> Url {
    let mut url = base.clone();
    url.path_segments_mut().expect("an http address has a path").pop_if_empty().extend(parts);
    url
}

fn at(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url
}

/// Redox's own hosts have a sibling for files; a stand-in has everything on one host. The sibling is recorded for the United
/// States only and assumed for other regions.
fn upload_host(host: &str) -> Option<String> {
    let rest = host.strip_prefix("api.")?;
    let is_redox = rest == "redoxengine.com" || rest.ends_with(".redoxengine.com");
    is_redox.then(|| format!("blob.{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redox_has_its_own_host_for_files() {
        let endpoints = Endpoints::below(UNITED_STATES).expect("is a base URL");
        assert_eq!(endpoints.token.as_str(), "https://api.redoxengine.com/v2/auth/token");
        assert_eq!(endpoints.authenticate.as_str(), "https://api.redoxengine.com/auth/authenticate");
        assert_eq!(endpoints.refresh.as_str(), "https://api.redoxengine.com/auth/refreshToken");
        assert_eq!(endpoints.message.as_str(), "https://api.redoxengine.com/endpoint");
        assert_eq!(endpoints.upload.as_str(), "https://blob.redoxengine.com/upload");
        let canada = Endpoints::below(CANADA).expect("is a base URL");
        assert_eq!(canada.upload.as_str(), "https://blob.ca.redoxengine.com/upload");
    }

    #[test]
    fn a_stand_in_has_everything_in_one_place() {
        let endpoints = Endpoints::below("http://127.0.0.1:9000/redox/").expect("is a base URL");
        assert_eq!(endpoints.message.as_str(), "http://127.0.0.1:9000/redox/endpoint");
        assert_eq!(endpoints.upload.as_str(), "http://127.0.0.1:9000/redox/upload");
        assert_eq!(endpoints.fhir.as_str(), "http://127.0.0.1:9000/redox/fhir/R4");
        assert_eq!(endpoints.platform.as_str(), "http://127.0.0.1:9000/redox/platform");
        let proxy = Endpoints::below("https://api.example.test").expect("is a base URL");
        assert_eq!(proxy.upload.as_str(), "https://api.example.test/upload");
    }

    #[test]
    fn a_part_of_an_address_stays_one_part() {
        let base = Endpoints::below(UNITED_STATES).expect("is a base URL").platform;
        let url = below(&base, &["v1", "logs", "a/../b?c#d e"]);
        assert_eq!(url.as_str(), "https://api.redoxengine.com/platform/v1/logs/a%2F..%2Fb%3Fc%23d%20e");
    }

    #[test]
    fn what_is_no_base_url_is_refused() {
        assert!(matches!(Endpoints::below("api.redoxengine.com"), Err(BadBaseUrl::Unreadable(_))));
        assert_eq!(Endpoints::below("ftp://api.redoxengine.com"), Err(BadBaseUrl::Scheme));
        for text in ["https://key:secret@host.test", "https://host.test/?key=x", "https://host.test/#x"] {
            assert_eq!(Endpoints::below(text), Err(BadBaseUrl::Extra), "{text}");
        }
    }
}
