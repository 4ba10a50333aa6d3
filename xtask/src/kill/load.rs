//! The load: orders from the application, each repeated under its idempotency key until it is acknowledged, a feed from
//! Redox, and another one over MLLP.

use super::gateway::{Gateway, order};
use super::hospital;
use redox_emulator::Running;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;

/// Submitters at once.
const SUBMITTERS: usize = 4;

/// A pause between two submissions of one submitter, or two messages of one sender: the point is the kills, not the rate.
pub(super) const PAUSE: Duration = Duration::from_millis(15);

/// Work under way.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<AtomicUsize>,
    submitters: Vec<JoinHandle<Vec<String>>>,
    feed: JoinHandle<()>,
    hospital: Vec<JoinHandle<hospital::Acknowledged>>,
}

/// What was acknowledged to those who gave it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Acknowledged {
    /// The numbers of the orders.
    pub(crate) orders: Vec<String>,
    /// What was sent over MLLP.
    pub(crate) hl7: hospital::Acknowledged,
}

impl Load {
    pub(crate) fn start(redox: &Running, gateway: &Gateway) -> Self {
        let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let next = Arc::new(AtomicUsize::new(1));
        let destination = redox.info()["destinations"][0]["id"].as_str().unwrap_or_default().to_owned();
        let submitters = (0..SUBMITTERS).map(|_| {
            let submitter = Submitter {
                http: gateway.http.clone(),
                url: format!("{}/v1/events", gateway.base),
                token: gateway.token.clone(),
                destination: destination.clone(),
                next: next.clone(),
                stop: stop.clone(),
                acknowledged: acknowledged.clone(),
            };
            tokio::spawn(submitter.run())
        });
        let submitters = submitters.collect();
        let (control, stopped) = (redox.control(), stop.clone());
        let feed = tokio::spawn(async move {
            while !stopped.load(Ordering::Relaxed) {
                if let Err(error) = control.emit(3).await {
                    eprintln!("the feed stopped: {error}");
                    return;
                }
                tokio::time::sleep(PAUSE * 3).await;
            }
        });
        let hospital = hospital::start(gateway.mllp, &stop);
        Self { stop, acknowledged, submitters, feed, hospital }
    }

    /// Submissions acknowledged so far.
    pub(crate) fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Ends the load; all that was acknowledged.
    pub(crate) async fn stop(self) -> Acknowledged {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.feed.await;
        let mut acknowledged = Acknowledged::default();
        for submitter in self.submitters {
            acknowledged.orders.extend(submitter.await.unwrap_or_default());
        }
        for sender in self.hospital {
            let hospital::Acknowledged { messages, repeats } = sender.await.unwrap_or_default();
            acknowledged.hl7.messages.extend(messages);
            acknowledged.hl7.repeats += repeats;
        }
        acknowledged
    }
}

struct Submitter {
    http: reqwest::Client,
    url: String,
    token: String,
    destination: String,
    next: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    acknowledged: Arc<AtomicUsize>,
}

impl Submitter {
    async fn run(self) -> Vec<String> {
        let mut orders = Vec::new();
        while !self.stop.load(Ordering::Relaxed) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let body = order(number, &self.destination);
            let key = format!("kill-{number}");
            // The load is stopped only between two orders, so that each one's fate is known.
            loop {
                let request =
                    self.http.post(&self.url).bearer_auth(&self.token).header("idempotency-key", &key).json(&body);
                match request.send().await {
                    Ok(answer) if answer.status() == 202 => break,
                    Ok(answer) if answer.status().is_client_error() => {
                        eprintln!("order {number} was refused: {}", answer.status());
                        return orders;
                    }
                    _ => tokio::time::sleep(PAUSE).await,
                }
            }
            self.acknowledged.fetch_add(1, Ordering::Relaxed);
            orders.push(format!("KILL-{number}"));
            tokio::time::sleep(PAUSE).await;
        }
        orders
    }
}
