//! `GET /v1/stream`: what happens, as server-sent events without content.
//!
//! `accepted` events carry the event's id as their id, so a client that was cut off continues where it was
//! (`Last-Event-ID`). `delivery` and `lane` events are live only: their present state can always be looked up.

use crate::gateway::Gateway;
use crate::params::{Params, header, parsed};
use crate::problem::{Code, Problem};
use crate::show;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Uri};
use oxgate_core::{DeliveryId, EventId};
use oxgate_store::view::{Change, EventQuery};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, watch};

/// Streams open at once; each costs a look into the store for every burst of events.
const STREAMS_MAX: usize = 32;

/// Changes that a slow reader may fall behind before it is told that it has missed some.
const BEHIND_MAX: usize = 4_096;

/// Events read from the store at a time.
const PAGE: u32 = 100;

/// Events that are parked from the start open nothing, so nobody announces them: look at least this often.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Shorter than the idle limit of common proxies.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What all streams are told. Cheap to clone; clones are one feed.
#[derive(Clone, Debug)]
pub struct Feed {
    notes: broadcast::Sender<Note>,
    closed: watch::Sender<bool>,
    places: Arc<Semaphore>,
}

#[derive(Clone, Debug)]
enum Note {
    Delivery { id: DeliveryId, lane: i64, state: &'static str },
    Lane(Value),
}

impl Default for Feed {
    fn default() -> Self {
        let (notes, _) = broadcast::channel(BEHIND_MAX);
        Self { notes, closed: watch::Sender::new(false), places: Arc::new(Semaphore::new(STREAMS_MAX)) }
    }
}

impl Feed {
    /// Tells the streams of changes that were committed. The store's changes have one consumer, the dispatcher, which
    /// calls this as one of its observers.
    pub fn observe(&self, changes: &[Change]) {
        if self.notes.receiver_count() == 0 {
            return;
        }
        for change in changes {
            let note = match change {
                Change::Open(open) => Note::Delivery { id: open.id, lane: open.lane, state: open.row.state.as_str() },
                Change::Closed { id, lane, state } => Note::Delivery { id: *id, lane: *lane, state: state.as_str() },
                Change::Lane(row) => Note::Lane(json!({
                    "id": row.id, "target": row.target, "label": row.label, "state": row.state.as_str(),
                })),
                Change::Overflow { lane } => Note::Lane(json!({ "id": lane })),
            };
            // Nobody listening is no error.
            let _listeners = self.notes.send(note);
        }
    }

    /// Ends all streams, so that the server can stop.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }
}

/// `GET /v1/stream`.
pub(crate) async fn stream(
    State(gateway): State<Arc<Gateway>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(&uri, &[])?;
    let full = |_| Problem::new(Code::StreamsFull, format!("{STREAMS_MAX} streams are open")).retry_after(30);
    let place = Arc::clone(&gateway.feed.places).try_acquire_owned().map_err(full)?;
    let last = header(&headers, "last-event-id", "an event id (`evt_…`)", parsed::<EventId>)?;
    // Subscribed before the place is read: what comes in between is told twice rather than never.
    let notes = gateway.feed.notes.subscribe();
    let seen = match last {
        Some(event) => event.seq,
        None => newest(&gateway).await?,
    };
    let closed = gateway.feed.closed.subscribe();
    let (events, changes) = (VecDeque::new(), VecDeque::new());
    let reader = Reader { gateway, notes, closed, seen, look: true, events, changes, _place: place };
    let events = futures_util::stream::unfold(reader, |mut reader| async move {
        let event = reader.next().await?;
        Some((Ok::<_, Infallible>(event), reader))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

async fn newest(gateway: &Gateway) -> Result<u64, Problem> {
    let newest = gateway.store.events(EventQuery { limit: 1, ..EventQuery::default() }).await?;
    Ok(newest.first().map_or(0, |event| event.id.seq))
}

/// One client's place in the stream.
struct Reader {
    gateway: Arc<Gateway>,
    notes: broadcast::Receiver<Note>,
    closed: watch::Receiver<bool>,
    /// The sequence number of the last event read.
    seen: u64,
    /// There may be events after `seen`.
    look: bool,
    /// Accepted events, to be told first.
    events: VecDeque<Event>,
    /// Changes, to be told once the events they are about have been.
    changes: VecDeque<Event>,
    _place: OwnedSemaphorePermit,
}

impl Reader {
    /// The next thing to tell; `None` when the feed is closed or the store cannot be read.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if *self.closed.borrow() {
                return None;
            }
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            if self.look {
                self.read().await.ok()?;
                continue;
            }
            if let Some(change) = self.changes.pop_front() {
                return Some(change);
            }
            tokio::select! {
                note = self.notes.recv() => self.take(note)?,
                _ = self.closed.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            self.drain();
            self.look = true;
        }
    }

    /// Events accepted since the last look, a page at most.
    async fn read(&mut self) -> Result<(), Problem> {
        let query = EventQuery { from: Some(self.seen), ascending: true, limit: PAGE, ..EventQuery::default() };
        let rows = self.gateway.store.events(query).await?;
        self.look = rows.len() == PAGE as usize;
        self.seen = rows.last().map_or(self.seen, |row| row.id.seq);
        self.events.extend(rows.iter().map(|row| {
            let data = show::event(row).to_string();
            Event::default().event("accepted").id(row.id.to_string()).data(data)
        }));
        Ok(())
    }

    /// What else is waiting, so that a burst costs one look into the store.
    fn drain(&mut self) {
        while self.changes.len() < BEHIND_MAX {
            match self.notes.try_recv() {
                Ok(note) => self.changes.push_back(told(&note)),
                Err(TryRecvError::Lagged(missed)) => self.changes.push_back(missed_some(missed)),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    fn take(&mut self, note: Result<Note, RecvError>) -> Option<()> {
        match note {
            Ok(note) => self.changes.push_back(told(&note)),
            Err(RecvError::Lagged(missed)) => self.changes.push_back(missed_some(missed)),
            Err(RecvError::Closed) => return None,
        }
        Some(())
    }
}

fn told(note: &Note) -> Event {
    match note {
        Note::Delivery { id, lane, state } => {
            let data = json!({ "id": id, "event": id.event, "lane": lane, "state": state });
            Event::default().event("delivery").data(data.to_string())
        }
        Note::Lane(lane) => Event::default().event("lane").data(lane.to_string()),
    }
}

/// The reader was too slow for the live part; what it missed can be looked up.
fn missed_some(missed: u64) -> Event {
    Event::default().event("missed").data(json!({ "changes": missed }).to_string())
}
