//! What is needed of Redox's platform API: logs by time, and which routes are subscribed.

use oxgate_core::Timestamp;
use redox_client::platform::{Platform, PlatformError, Whole, pick};
use redox_wire::platform::{DataMode, Log, LogFilter, Page, Refusal, Subscription};
use std::fmt;
use std::future::Future;
use std::time::Duration;
use tokio::sync::OnceCell;

/// Redox's own records of an environment.
pub trait Records: Send + Sync + 'static {
    /// All logs that fit, of everyday traffic.
    fn search(&self, filter: LogFilter) -> impl Future<Output = Result<Whole<Log>, PlatformError>> + Send;

    /// A page, from 1, of logs that changed in this time; 50 a page.
    fn updated(
        &self,
        after: Timestamp,
        before: Timestamp,
        page: usize,
    ) -> impl Future<Output = Result<Page<Log>, PlatformError>> + Send;

    /// What a source may send to a destination.
    fn subscriptions(
        &self,
        source: &str,
        destination: &str,
    ) -> impl Future<Output = Result<Whole<Subscription>, PlatformError>> + Send;

    /// How far Redox's clock may be from ours.
    fn skew(&self) -> Duration;
}

/// The platform API, asked about one environment.
pub struct PlatformRecords {
    platform: Platform,
    /// Id, name or flag; needed where the organisation has several.
    wanted: Option<String>,
    region: Option<String>,
    environment: OnceCell<String>,
}

impl PlatformRecords {
    /// The records of the only environment, or of the one with this id, name or flag; `region` is needed where an
    /// environment has several (`AWS_USA_EAST_1`).
    pub fn new(platform: Platform, wanted: Option<String>, region: Option<String>) -> Self {
        Self { platform, wanted, region, environment: OnceCell::new() }
    }

    /// The platform API itself.
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// The environment's id, asked for once.
    ///
    /// # Errors
    /// [`PlatformError`]; [`Refusal::NotFound`] when no environment fits, or several do.
    pub async fn environment(&self) -> Result<&str, PlatformError> {
        let find = async || {
            let all = self.platform.environments().await?;
            let found = pick(&all.items, self.wanted.as_deref()).map_err(|_| Refusal::NotFound)?;
            Ok::<_, PlatformError>(found.id.as_str().to_owned())
        };
        self.environment.get_or_try_init(find).await.map(String::as_str)
    }

    fn in_region(&self, filter: LogFilter) -> LogFilter {
        LogFilter { service_region: self.region.clone(), data_mode: Some(DataMode::Realtime), ..filter }
    }
}

impl Records for PlatformRecords {
    async fn search(&self, filter: LogFilter) -> Result<Whole<Log>, PlatformError> {
        let environment = self.environment().await?;
        self.platform.search_logs(environment, &self.in_region(filter)).await
    }

    async fn updated(&self, after: Timestamp, before: Timestamp, page: usize) -> Result<Page<Log>, PlatformError> {
        let filter = LogFilter {
            updated_after: Some(after.millis()),
            updated_before: Some(before.millis()),
            ..LogFilter::default()
        };
        self.platform.logs_page(&filter, page).await
    }

    async fn subscriptions(&self, source: &str, destination: &str) -> Result<Whole<Subscription>, PlatformError> {
        let environment = self.environment().await?;
        self.platform.subscriptions(environment, Some(source), Some(destination)).await
    }

    fn skew(&self) -> Duration {
        Duration::from_millis(self.platform.client().tokens().skew().unsigned_abs())
    }
}

impl fmt::Debug for PlatformRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlatformRecords").field("environment", &self.environment.get()).finish_non_exhaustive()
    }
}
