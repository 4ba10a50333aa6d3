//! A peer that speaks HTTP: grants tokens and accepts messages unless a script says otherwise.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response};
use redox_client::Clock;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};

use crate::TestClock;

pub(crate) const TOKEN: &str = "/v2/auth/token";
pub(crate) const AUTHENTICATE: &str = "/auth/authenticate";
pub(crate) const REFRESH: &str = "/auth/refreshToken";
pub(crate) const MESSAGE: &str = "/endpoint";

/// What the peer does with the next request to a path.
pub(crate) enum Act {
    /// Answers with this.
    Say(u16, &'static str),
    /// Answers with this, and this header in place of the usual one or beside it.
    SayWith(u16, (&'static str, &'static str), String),
    /// Waits until the gate opens, then does what it would do without a script.
    Hold(Gate),
    /// Waits until the gate opens, then answers with this.
    HoldThenSay(Gate, u16),
}

/// Closed until opened, then open for good.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Semaphore>);

impl Gate {
    pub(crate) fn closed() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    pub(crate) fn open(&self) {
        self.0.add_permits(Semaphore::MAX_PERMITS / 2);
    }

    async fn pass(&self) {
        let _permit = self.0.acquire().await.expect("the gate is never destroyed");
    }
}

/// A request as it came.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The value of a form field that needs no decoding.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let text = std::str::from_utf8(&self.body).ok()?;
        text.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }
}

pub(crate) struct Peer {
    pub(crate) url: String,
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

struct Shared {
    scripts: Mutex<HashMap<String, VecDeque<Act>>>,
    seen: watch::Sender<Vec<Seen>>,
    refused: Mutex<HashSet<String>>,
    clock: TestClock,
    /// How far this peer's clock is ahead of the client's, in seconds.
    ahead: AtomicI64,
    granted: AtomicUsize,
}

impl Peer {
    pub(crate) async fn start(clock: &TestClock) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("is bound"));
        let shared = Arc::new(Shared {
            scripts: Mutex::default(),
            seen: watch::Sender::new(Vec::new()),
            refused: Mutex::default(),
            clock: clock.clone(),
            ahead: AtomicI64::new(0),
            granted: AtomicUsize::new(0),
        });
        let app = Router::new().fallback(handle).with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move { axum::serve(listener, app).await.expect("serves until dropped") });
        Self { url, shared, server }
    }

    /// Adds to the script of a path.
    pub(crate) fn then(&self, path: impl Into<String>, act: Act) {
        self.shared.scripts.lock().expect("no holder panics").entry(path.into()).or_default().push_back(act);
    }

    /// Answers 401 to messages that carry this token.
    pub(crate) fn refuse(&self, token: &str) {
        self.shared.refused.lock().expect("no holder panics").insert(format!("Bearer {token}"));
    }

    pub(crate) fn set_ahead_seconds(&self, seconds: i64) {
        self.shared.ahead.store(seconds, Ordering::SeqCst);
    }

    pub(crate) fn seen(&self, path: &str) -> Vec<Seen> {
        self.shared.seen.borrow().iter().filter(|seen| seen.path == path).cloned().collect()
    }

    pub(crate) fn count(&self, path: &str) -> usize {
        self.seen(path).len()
    }

    /// Waits until this many requests to a path have come.
    pub(crate) async fn arrived(&self, path: &str, count: usize) {
        let enough = |seen: &Vec<Seen>| seen.iter().filter(|seen| seen.path == path).count() >= count;
        self.shared.seen.subscribe().wait_for(enough).await.expect("the peer is alive");
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 64 * 1024 * 1024).await.expect("the body is read").to_vec();
    let (path, query) = (parts.uri.path().to_owned(), parts.uri.query().map(str::to_owned));
    let seen = Seen { method: parts.method.to_string(), path, query, headers: parts.headers, body };
    shared.seen.send_modify(|all| all.push(seen.clone()));
    let act =
        shared.scripts.lock().expect("no holder panics").get_mut(seen.path.as_str()).and_then(VecDeque::pop_front);
    match act {
        None => shared.usual(&seen),
        Some(Act::Say(status, body)) => shared.say(status, None, body.to_owned()),
        Some(Act::SayWith(status, header, body)) => shared.say(status, Some(header), body),
        Some(Act::Hold(gate)) => {
            gate.pass().await;
            shared.usual(&seen)
        }
        Some(Act::HoldThenSay(gate, status)) => {
            gate.pass().await;
            shared.say(status, None, String::new())
        }
    }
}

impl Shared {
    fn server_now(&self) -> i64 {
        self.clock.now() + self.ahead.load(Ordering::SeqCst) * 1000
    }

    fn usual(&self, seen: &Seen) -> Response<Body> {
        match seen.path.as_str() {
            TOKEN if self.is_timely(seen) => {
                let token = self.next_token("oauth");
                let body = json!({"access_token": token, "token_type": "Bearer", "expires_in": 300, "scope": ""});
                self.say(200, None, body.to_string())
            }
            TOKEN => self.say(401, None, json!({"error": "invalid_client"}).to_string()),
            AUTHENTICATE => self.legacy_grant("legacy"),
            REFRESH => self.legacy_grant("refreshed"),
            MESSAGE => {
                let refused = self.refused.lock().expect("no holder panics");
                match seen.header("authorization") {
                    Some(token) if !refused.contains(token) => {
                        self.say(200, None, r#"{"Meta":{"Logs":[{"ID":"log-1","AttemptID":"att-1"}]}}"#.to_owned())
                    }
                    _ => self.say(401, None, "Invalid request".to_owned()),
                }
            }
            _ => self.say(404, None, "Not Found".to_owned()),
        }
    }

    fn next_token(&self, prefix: &str) -> String {
        format!("{prefix}-{}", self.granted.fetch_add(1, Ordering::SeqCst) + 1)
    }

    fn legacy_grant(&self, prefix: &str) -> Response<Body> {
        let token = self.next_token(prefix);
        let expires = iso(self.server_now() + 24 * 3_600_000);
        self.say(200, None, json!({"accessToken": token, "expires": expires, "refreshToken": "again-1"}).to_string())
    }

    /// An assertion must have been signed within a minute of this peer's clock.
    fn is_timely(&self, seen: &Seen) -> bool {
        let claims =
            jsonwebtoken::dangerous::insecure_decode::<Value>(seen.field("client_assertion").unwrap_or_default());
        let iat = claims.ok().and_then(|data| data.claims["iat"].as_i64());
        iat.is_some_and(|iat| (iat - self.server_now() / 1000).abs() <= 60)
    }

    fn say(&self, status: u16, header: Option<(&str, &str)>, body: String) -> Response<Body> {
        let mut response = Response::builder().status(status).header("date", http_date(self.server_now()));
        if header.is_none_or(|(name, _)| name != "content-type") {
            response = response.header("content-type", "application/json; charset=utf-8");
        }
        if let Some((name, value)) = header {
            response = response.header(name, value);
        }
        response.body(Body::from(body)).expect("is a response")
    }
}

/// Year, month, day of a Unix day, by stepping through the calendar.
fn civil(mut day: i64) -> (i64, usize, i64) {
    let leap = |year: i64| i64::from((year % 4 == 0 && year % 100 != 0) || year % 400 == 0);
    let mut year = 1970;
    while day >= 365 + leap(year) {
        day -= 365 + leap(year);
        year += 1;
    }
    for (month, length) in [31, 28 + leap(year), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter().enumerate() {
        if day < length {
            return (year, month, day + 1);
        }
        day -= length;
    }
    unreachable!("the days of a year are within its months")
}

fn http_date(unix_ms: i64) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let seconds = unix_ms / 1000;
    let ((year, month, day), second) = (civil(seconds / 86_400), seconds % 86_400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("Sun, {day:02} {} {year} {hour:02}:{minute:02}:{second:02} GMT", MONTHS[month])
}

fn iso(unix_ms: i64) -> String {
    let (seconds, millis) = (unix_ms / 1000, unix_ms % 1000);
    let ((year, month, day), second) = (civil(seconds / 86_400), seconds % 86_400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z", month + 1)
}
