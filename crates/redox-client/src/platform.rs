//! Asks the platform API: what is set up at Redox, and what became of what was sent.
//!
//! Source: Redox docs, "Redox Platform API". It takes a key of a person of the organisation, not that of a source, so it has
//! a [`Client`] of its own. Lists are read to their end, page by page.

use bytes::Bytes;
use redox_wire::id::TechnicalId;
use redox_wire::platform::{
    self, Answer, Destination, Element, Environment, Log, LogFilter, OAuthKey, PAGE_MAX, Page, Refusal, Source,
    Subscription, Verify,
};
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::{Map, Value, json};

use crate::client::{Client, SendError};
use crate::endpoints;
use crate::meter::RequestClass;

/// Most bytes read of an answer: a page has at most 50 elements.
const REPLY_LIMIT: usize = 8 * 1024 * 1024;

/// Most pages that one question reads. A list that goes on beyond is answered with [`PlatformError::Endless`].
const PAGES_MAX: usize = 2_000;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlatformError {
    /// No reply: no token, no connection, or it broke.
    #[error(transparent)]
    Send(#[from] SendError),
    /// A reply without an answer.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The list has no end, or pages repeat.
    #[error("the list goes on after {PAGES_MAX} pages; ask for a shorter time")]
    Endless,
}

/// A list that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole<T> {
    /// Its elements.
    pub items: Vec<T>,
    /// Elements that could not be read; nothing may be concluded from an absence unless this is 0.
    pub unreadable: usize,
}

impl<T> Default for Whole<T> {
    fn default() -> Self {
        Self { items: Vec::new(), unreadable: 0 }
    }
}

impl<T> Whole<T> {
    fn add(&mut self, page: Page<T>) {
        self.unreadable += page.unreadable;
        self.items.extend(page.items);
    }
}

/// The platform API as seen by one organisation.
#[derive(Clone)]
pub struct Platform {
    client: Client,
    organization: String,
}

impl Platform {
    /// Over a client whose credential is a user-level API key.
    pub fn new(client: Client, organization: impl Into<String>) -> Self {
        Self { client, organization: organization.into() }
    }

    /// The client beneath, for its tokens and the clock that they have measured.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The organisation's environments.
    ///
    /// # Errors
    /// [`PlatformError`].
    pub async fn environments(&self) -> Result<Whole<Environment>, PlatformError> {
        self.unpaged(&["v1", "organizations", &self.organization, "environments"]).await
    }

    /// The sources of an environment.
    ///
    /// # Errors
    /// [`PlatformError`].
    pub async fn sources(&self, environment: &str) -> Result<Whole<Source>, PlatformError> {
        self.unpaged(&["v1", "environments", environment, "sources"]).await
    }

    /// One source.
    ///
    /// # Errors
    /// [`PlatformError`].
    pub async fn source(&self, id: &str) -> Result<Source, PlatformError> {
        Ok(self.get(&["v1", "sources", id], &[]).await?.one()?)
    }

    /// The destinations of an environment.
    ///
    /// # Errors
    /// [`PlatformError`].
    pub async fn destinations(&self, environment: &str) -> Result<Whole<Destination>, PlatformError> {
        self.unpaged(&["v1", "environments", environment, "destinations"]).await
    }

    /// One destination; other organisations' destinations that a key may see are found here and not in the list.
    ///
    /// # Errors
    /// [`PlatformError`].
    pub async fn destination(&self, id: &str) -> Result<Destination, PlatformError> {
        Ok(self.get(&["v1", "destinations", id], &[]).await?.one()?)
    }

    /// Lets Redox send a challenge to a destination now.
    ///
    /// # Errors
    /// [`PlatformError`]; [`Refusal::Invalid`] if the endpoint did not answer as it must.
    pub async fn verify(&self, destination: &str, with: &Verify) -> Result<Destination, PlatformError> {
        let body = serde_json::to_value(with).expect("texts and words are JSON");
        let answer = self.ask(Method::POST, &["v1", "destinations", destination, "verify"], &[], Some(&body)).await?;
        Ok(answer.one()?)
    }

    /// The subscriptions of an environment, all or those of one source, one destination.
    ///
    /// # Errors
    /// [`PlatformError`].
    pub async fn subscriptions(
        &self,
        environment: &str,
        source: Option<&str>,
        destination: Option<&str>,
    ) -> Result<Whole<Subscription>, PlatformError> {
        let filter = [("sourceId", source), ("destinationId", destination)];
        let filter: Vec<_> = filter.into_iter().filter_map(|(name, id)| Some((name, id?.to_owned()))).collect();
        self.numbered(&["v1", "environments", environment, "subscriptions"], &filter).await
    }

    /// A page of the organisation's logs, from 1, 50 a page. Their order is not documented, and a log that changes while
    /// pages are read moves: give `updated_before`, and read times again that have just passed.
    ///
    /// # Errors
    /// [`PlatformError`].
    pub async fn logs_page(&self, filter: &LogFilter, page: usize) -> Result<Page<Log>, PlatformError> {
        let path = ["v1", "organizations", &self.organization, "logs"];
        self.page(&path, &filter.pairs(), page, PAGE_MAX).await
    }

    /// The organisation's logs.
    ///
    /// # Errors
    /// [`PlatformError`].
    pub async fn logs(&self, filter: &LogFilter) -> Result<Whole<Log>, PlatformError> {
        self.numbered(&["v1", "organizations", &self.organization, "logs"], &filter.pairs()).await
    }

    /// One log.
    ///
    /// # Errors
    /// [`PlatformError`].
    pub async fn log(&self, id: &str) -> Result<Log, PlatformError> {
        Ok(self.get(&["v1", "organizations", &self.organization, "logs", id], &[]).await?.one()?)
    }

    /// Searches an environment's logs, by cursor to the end. A search sees everyday traffic or backfill, not both.
    ///
    /// # Errors
    /// [`PlatformError`].
    pub async fn search_logs(&self, environment: &str, filter: &LogFilter) -> Result<Whole<Log>, PlatformError> {
        let path = ["v1", "environments", environment, "logs", "search", "metadata"];
        let body: Map<String, Value> =
            filter.pairs().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let body = Value::Object(body);
        let mut whole = Whole::default();
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let mut query = vec![("_count", PAGE_MAX.to_string())];
            query.extend(cursor.clone().map(|cursor| ("_cursor", cursor)));
            let page: Page<Log> = self.ask(Method::POST, &path, &query, Some(&body)).await?.page()?;
            let next = page.next_cursor.clone();
            whole.add(page);
            match next {
                None => return Ok(whole),
                next if next == cursor => return Err(PlatformError::Endless),
                next => cursor = next,
            }
        }
        Err(PlatformError::Endless)
    }

    /// The OAuth keys of an environment.
    ///
    /// # Errors
    /// [`PlatformError`].
    pub async fn oauth_keys(&self, environment: &str) -> Result<Whole<OAuthKey>, PlatformError> {
        self.unpaged(&["v1", "environments", environment, "apikeys"]).await
    }

    /// One OAuth key, by its client id.
    ///
    /// # Errors
    /// [`PlatformError`].
    pub async fn oauth_key(&self, client_id: &str) -> Result<OAuthKey, PlatformError> {
        Ok(self.get(&["v1", "apikeys", client_id], &[]).await?.one()?)
    }

    /// Registers an OAuth client whose keys Redox fetches from `jwks_url`.
    ///
    /// # Errors
    /// [`PlatformError`].
    pub async fn create_oauth_key(
        &self,
        environment: &str,
        name: &str,
        jwks_url: &str,
    ) -> Result<OAuthKey, PlatformError> {
        let body = json!({"name": name, "jwksURL": jwks_url});
        let path = ["v1", "environments", environment, "apikeys"];
        Ok(self.ask(Method::POST, &path, &[], Some(&body)).await?.one()?)
    }

    /// A list for which no paging is documented.
    async fn unpaged<T: Element>(&self, path: &[&str]) -> Result<Whole<T>, PlatformError> {
        let mut whole = Whole::default();
        whole.add(self.get(path, &[]).await?.page()?);
        Ok(whole)
    }

    /// A list in numbered pages. A page with fewer elements than asked for is the last one.
    async fn numbered<T: Element>(
        &self,
        path: &[&str],
        filter: &[(&'static str, String)],
    ) -> Result<Whole<T>, PlatformError> {
        let mut whole = Whole::default();
        for number in 1..=PAGES_MAX {
            let page = self.page(path, filter, number, PAGE_MAX).await?;
            let is_last = page.elements() < PAGE_MAX;
            whole.add(page);
            if is_last {
                return Ok(whole);
            }
        }
        Err(PlatformError::Endless)
    }

    async fn page<T: Element>(
        &self,
        path: &[&str],
        filter: &[(&'static str, String)],
        number: usize,
        count: usize,
    ) -> Result<Page<T>, PlatformError> {
        let mut query = vec![("_page", number.to_string()), ("_count", count.to_string())];
        query.extend_from_slice(filter);
        Ok(self.get(path, &query).await?.page()?)
    }

    async fn get(&self, path: &[&str], query: &[(&'static str, String)]) -> Result<Answer, PlatformError> {
        self.ask(Method::GET, path, query, None).await
    }

    async fn ask(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&'static str, String)],
        body: Option<&Value>,
    ) -> Result<Answer, PlatformError> {
        let shared = &self.client.shared;
        let url = endpoints::below(&shared.endpoints.platform, path);
        let body = body.map(|body| Bytes::from(body.to_string()));
        let make = || {
            let mut request = shared.http.request(method.clone(), url.clone()).header(ACCEPT, "application/json");
            if !query.is_empty() {
                request = request.query(query);
            }
            Some(match &body {
                Some(body) => request.header(CONTENT_TYPE, "application/json").body(body.clone()),
                None => request,
            })
        };
        let received = shared.call(RequestClass::Platform, REPLY_LIMIT, make).await?;
        Ok(platform::read(received.status, &received.headers(), received.body())?)
    }
}

/// The only one of an environment, or the one with this id, name or flag.
///
/// # Errors
/// The ids and names there are, when none or several fit.
pub fn pick<'a>(all: &'a [Environment], wanted: Option<&str>) -> Result<&'a Environment, Vec<String>> {
    let fits = |environment: &&Environment| {
        wanted.is_none_or(|wanted| {
            let is = |text: &Option<String>| text.as_ref().is_some_and(|text| text.eq_ignore_ascii_case(wanted));
            environment.id.as_str() == wanted || is(&environment.name) || is(&environment.flag)
        })
    };
    let mut found = all.iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(all.iter().map(described).collect()),
    }
}

fn described(environment: &Environment) -> String {
    let id: &TechnicalId = &environment.id;
    match (&environment.name, &environment.flag) {
        (Some(name), Some(flag)) => format!("{id} ({name}, {flag})"),
        (Some(name), None) => format!("{id} ({name})"),
        _ => id.to_string(),
    }
}
