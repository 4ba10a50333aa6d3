//! Redox's logs and subscriptions as told, instead of the platform API.

use oxgate_core::Timestamp;
use oxgate_outbound::records::Records;
use redox_client::PlatformError;
use redox_client::platform::Whole;
use redox_wire::id::TechnicalId;
use redox_wire::platform::{Log, LogFilter, LogKind, LogStatus, Page, Refusal, Subscription};
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::watch;

/// What Redox has written down. Filters are obeyed as Redox documents them.
#[derive(Default)]
pub(crate) struct Books {
    pub(crate) logs: Mutex<Vec<Log>>,
    pub(crate) unreadable: Mutex<usize>,
    pub(crate) links: Mutex<Vec<Subscription>>,
    /// What the next questions are refused with.
    pub(crate) refuses: Mutex<Vec<Refusal>>,
    asked: watch::Sender<Vec<LogFilter>>,
}

pub(crate) fn id(text: &str) -> TechnicalId {
    TechnicalId::parse(text).expect("is an id")
}

/// A log of an order from our source to the laboratory.
pub(crate) fn log(name: &str, at: Timestamp, status: LogStatus) -> Log {
    Log {
        id: id(name),
        kind: Some(LogKind::Send),
        status: Some(status),
        data_model: Some("Order".into()),
        event_type: Some("New".into()),
        source: Some(id("s-1")),
        destination: Some(id("d-lab")),
        created_at: Some(at.millis()),
        updated_at: Some(at.millis()),
        attempts: Some(1),
        latest: None,
    }
}

impl Books {
    pub(crate) fn write(&self, log: Log) {
        self.logs.lock().expect("no test thread panics with it").push(log);
    }

    /// Resolves when so many searches have been made.
    pub(crate) async fn asked(&self, count: usize) -> LogFilter {
        let mut asked = self.asked.subscribe();
        let asked = asked.wait_for(|asked| asked.len() >= count).await.expect("the sender is here");
        asked[count - 1].clone()
    }

    fn refusal(&self) -> Result<(), PlatformError> {
        let mut refuses = self.refuses.lock().expect("no test thread panics with it");
        if refuses.is_empty() { Ok(()) } else { Err(refuses.remove(0).into()) }
    }
}

impl Records for Books {
    async fn search(&self, filter: LogFilter) -> Result<Whole<Log>, PlatformError> {
        let is =
            |wanted: &Option<String>, own: Option<&str>| wanted.as_deref().is_none_or(|wanted| own == Some(wanted));
        let fits = |log: &&Log| {
            is(&filter.source, log.source.as_ref().map(TechnicalId::as_str))
                && is(&filter.destination, log.destination.as_ref().map(TechnicalId::as_str))
                && is(&filter.data_model, log.data_model.as_deref())
                && is(&filter.event_type, log.event_type.as_deref())
                && filter.created_after.is_none_or(|after| log.created_at >= Some(after))
                && filter.created_before.is_none_or(|before| log.created_at <= Some(before))
        };
        let items = self.logs.lock().expect("no test thread panics with it").iter().filter(fits).cloned().collect();
        let answer = self.refusal();
        self.asked.send_modify(|asked| asked.push(filter));
        answer?;
        Ok(Whole { items, unreadable: *self.unreadable.lock().expect("no test thread panics with it") })
    }

    async fn updated(&self, after: Timestamp, before: Timestamp, page: usize) -> Result<Page<Log>, PlatformError> {
        self.refusal()?;
        let logs = self.logs.lock().expect("no test thread panics with it");
        let fits = |log: &&Log| log.updated_at >= Some(after.millis()) && log.updated_at <= Some(before.millis());
        let items = logs.iter().filter(fits).skip((page - 1) * 50).take(50).cloned().collect();
        Ok(Page { items, unreadable: 0, next_cursor: None })
    }

    async fn subscriptions(&self, source: &str, destination: &str) -> Result<Whole<Subscription>, PlatformError> {
        self.refusal()?;
        let links = self.links.lock().expect("no test thread panics with it");
        let fits = |link: &&Subscription| link.source.as_str() == source && link.destination.as_str() == destination;
        Ok(Whole { items: links.iter().filter(fits).cloned().collect(), unreadable: 0 })
    }

    fn skew(&self) -> Duration {
        Duration::from_secs(2)
    }
}
