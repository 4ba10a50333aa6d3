//! Redox's own records, as its platform API shows them: read from the emulator, over a network that may be down.

use crate::redox::Redox;
use crate::world::World;
use oxgate_core::Timestamp;
use oxgate_outbound::records::Records;
use redox_client::platform::Whole;
use redox_client::{NotSent, PlatformError, SendError};
use redox_wire::id::TechnicalId;
use redox_wire::platform::{Log, LogFilter, LogKind, LogStatus, Page, Subscription};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What Redox has written down.
pub(crate) struct Books {
    world: Arc<World>,
    redox: Arc<Redox>,
    death: CancellationToken,
}

impl Books {
    pub(crate) fn new(world: &Arc<World>, redox: &Arc<Redox>, death: CancellationToken) -> Self {
        Self { world: Arc::clone(world), redox: Arc::clone(redox), death }
    }

    async fn logs(&self) -> Result<Vec<Log>, PlatformError> {
        tokio::time::sleep(self.world.chance.millis(1..400)).await;
        if self.death.is_cancelled() {
            std::future::pending::<()>().await;
        }
        let unreachable = || PlatformError::Send(SendError::NotSent(NotSent::Connect("refused".to_owned())));
        if self.world.redox_is_down() {
            return Err(unreachable());
        }
        let list = self.redox.control("GET", "/logs", &Value::Null).map_err(|_| unreachable())?;
        Ok(list["logs"].as_array().into_iter().flatten().filter_map(read).collect())
    }
}

fn read(log: &Value) -> Option<Log> {
    let text = |member: &str| log[member].as_str().map(str::to_owned);
    let id = |member: &str| TechnicalId::parse(log[member].as_str()?);
    let at = |member: &str| log[member].as_str()?.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond);
    Some(Log {
        id: id("id")?,
        kind: Some(if log["type"] == "send" { LogKind::Send } else { LogKind::Receive }),
        status: Some(LogStatus::Pending),
        data_model: text("data_model"),
        event_type: text("event_type"),
        source: id("source"),
        destination: id("destination"),
        created_at: at("created_at"),
        updated_at: at("updated_at"),
        attempts: None,
        latest: None,
    })
}

impl Records for Books {
    async fn search(&self, filter: LogFilter) -> Result<Whole<Log>, PlatformError> {
        let is =
            |wanted: &Option<String>, own: Option<&str>| wanted.as_deref().is_none_or(|wanted| own == Some(wanted));
        let fits = |log: &Log| {
            filter.kind.is_none_or(|kind| log.kind == Some(kind))
                && is(&filter.source, log.source.as_ref().map(TechnicalId::as_str))
                && is(&filter.destination, log.destination.as_ref().map(TechnicalId::as_str))
                && is(&filter.data_model, log.data_model.as_deref())
                && is(&filter.event_type, log.event_type.as_deref())
                && filter.created_after.is_none_or(|after| log.created_at >= Some(after))
                && filter.created_before.is_none_or(|before| log.created_at <= Some(before))
        };
        Ok(Whole { items: self.logs().await?.into_iter().filter(fits).collect(), unreadable: 0 })
    }

    async fn updated(&self, after: Timestamp, before: Timestamp, page: usize) -> Result<Page<Log>, PlatformError> {
        let fits = |log: &Log| log.updated_at >= Some(after.millis()) && log.updated_at <= Some(before.millis());
        let items = self.logs().await?.into_iter().filter(fits).skip((page - 1) * 50).take(50).collect();
        Ok(Page { items, unreadable: 0, next_cursor: None })
    }

    async fn subscriptions(&self, _: &str, _: &str) -> Result<Whole<Subscription>, PlatformError> {
        // Destinations are configured here.
        Ok(Whole { items: Vec::new(), unreadable: 0 })
    }

    /// The client measures it against the times in Redox's answers; the world knows it.
    fn skew(&self) -> Duration {
        self.world.gateway_clock.farthest_off()
    }
}
