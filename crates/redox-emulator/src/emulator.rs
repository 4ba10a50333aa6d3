//! The core: all state of an emulated Redox, changed only by requests, timers and outcomes of deliveries.

use crate::auth::{Keys, Tokens};
use crate::bulk::{self, Bulk};
use crate::config::{Config, ConfigError, GatewayErrors};
use crate::delivery::Purpose;
use crate::directory::Directory;
use crate::ehr::Ehr;
use crate::exchange::{Alarm, Answer, DeliveryId, Effects, Handled, Reply, Request, Response, Ticket, Timer, Turn};
use crate::faults::{FaultKind, Faults, Scope};
use crate::fhir::{self, Fhir};
use crate::files::{self, Files};
use crate::logs::Logs;
use crate::queue::{Queue, QueueKey};
use crate::quota::RateWindow;
use crate::received::Inbox;
use crate::{Rng, control, platform};
use http::{HeaderValue, Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::BTreeMap;

/// Redox in a box, without clock, sockets or threads.
///
/// Whoever drives it passes requests to [`Emulator::handle`], wakes it by [`Emulator::timer`], carries out
/// [`Effects::outgoing`] and reports what came of it to [`Emulator::delivered`]. The same calls with the same times and
/// the same seed give the same effects.
#[derive(Debug)]
pub struct Emulator {
    pub(crate) config: Config,
    pub(crate) directory: Directory,
    pub(crate) keys: Keys,
    pub(crate) tokens: Tokens,
    pub(crate) quota: RateWindow,
    pub(crate) faults: Faults,
    pub(crate) logs: Logs,
    pub(crate) received: Inbox,
    pub(crate) queues: BTreeMap<QueueKey, Queue>,
    pub(crate) in_flight: BTreeMap<DeliveryId, Purpose>,
    pub(crate) ehr: Ehr,
    pub(crate) bulk: Bulk,
    pub(crate) files: Files,
    pub(crate) fhir: Fhir,
    /// Where the emulator is reached, once it is known.
    pub(crate) base_url: Option<String>,
    /// How far its own clock is ahead of the true one.
    pub(crate) skew: SignedDuration,
    /// Replies that a latency fault holds back.
    held: BTreeMap<Ticket, Reply>,
    last_id: u64,
}

impl Emulator {
    /// An emulator in its initial state.
    ///
    /// # Errors
    ///
    /// If a configured key set is not one, or a fault rule is incomplete.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        Ok(Self {
            directory: config.directory.clone(),
            keys: Keys::new(&config.clients)?,
            tokens: Tokens::default(),
            quota: RateWindow::default(),
            faults: Faults::new(&config.faults)?,
            logs: Logs::default(),
            received: Inbox::default(),
            queues: BTreeMap::new(),
            in_flight: BTreeMap::new(),
            ehr: Ehr::new(config.ehr.clone()),
            bulk: Bulk::default(),
            files: Files::default(),
            fhir: Fhir::default(),
            base_url: None,
            skew: SignedDuration::ZERO,
            held: BTreeMap::new(),
            last_id: 0,
            config,
        })
    }

    /// Tells the emulator under which address it is reached, without a slash at the end.
    pub fn set_base_url(&mut self, base_url: String) {
        self.base_url = Some(base_url);
    }

    /// Begins what the emulator does by itself from the start: the feed, if it is configured to run.
    pub fn begin(&mut self, now: Timestamp, rng: &mut Rng) -> Effects {
        let mut turn = Turn::new(now, rng);
        self.set_feed(&mut turn, self.config.feed.clone());
        turn.effects
    }

    /// Answers a request.
    pub fn handle(&mut self, request: &Request, now: Timestamp, rng: &mut Rng) -> Handled {
        let mut turn = Turn::new(now, rng);
        let response = if request.path == control::ROOT || request.path.starts_with(control::PREFIX) {
            self.control(&mut turn, request)
        } else {
            self.serve(&mut turn, request)
        };
        let response = match response {
            Response::Now(reply) => Response::Now(self.dated(reply, now)),
            later @ Response::Later(_) => later,
        };
        self.date_replies(&mut turn);
        Handled { response, effects: turn.effects }
    }

    /// A timer of an earlier call is due.
    pub fn timer(&mut self, timer: Timer, now: Timestamp, rng: &mut Rng) -> Effects {
        let mut turn = Turn::new(now, rng);
        match timer.alarm {
            Alarm::Retry { queue, round } => self.retry_due(&mut turn, &queue, round),
            Alarm::Taken { queue, round } => self.taken_due(&mut turn, &queue, round),
            Alarm::Release { queue } => self.release_overtaken(&mut turn, &queue),
            Alarm::Task(id) => self.ehr_task(&mut turn, id),
            Alarm::Feed { round } => self.feed_due(&mut turn, round),
            Alarm::Reply(ticket) => turn.effects.replies.extend(self.held.remove(&ticket).map(|reply| (ticket, reply))),
        }
        self.date_replies(&mut turn);
        turn.effects
    }

    /// Everything that the real hosts serve: quota and faults first.
    fn serve(&mut self, turn: &mut Turn<'_>, request: &Request) -> Response {
        let limits = &self.config.limits;
        if !self.quota.admit(request.peer, turn.now, limits.rate_limit, limits.rate_window) {
            let retry_after_s = limits.retry_after_s;
            let answer = self.gateway_error(StatusCode::TOO_MANY_REQUESTS);
            return match retry_after_s {
                Some(seconds) => answer.with("retry-after", HeaderValue::from(seconds)).into(),
                None => answer.into(),
            };
        }
        if self.faults.is_empty() {
            return self.dispatch(turn, request, &Scope::default());
        }
        let scope = Scope::request(request);
        if self.strike(turn, FaultKind::DropBefore, &scope).is_some() {
            return Response::Now(Reply::Hangup);
        }
        if let Some(answer) = self.strike(turn, FaultKind::Status, &scope).and_then(|rule| rule.status) {
            let status = StatusCode::from_u16(answer).expect("a rule is only taken with a status from 200 to 599");
            return self.gateway_error(status).into();
        }
        let response = self.dispatch(turn, request, &scope);
        // A reply that another host still owes can be neither dropped nor delayed here.
        let Response::Now(reply) = response else { return response };
        let reply = self.spoilt(turn, reply, &scope);
        if self.strike(turn, FaultKind::DropAfter, &scope).is_some() {
            return Response::Now(Reply::Hangup);
        }
        match self.strike(turn, FaultKind::Latency, &scope).and_then(|rule| rule.ms) {
            Some(ms) => {
                let ticket = self.next_ticket();
                self.held.insert(ticket, reply);
                turn.wake(SignedDuration::from_millis(i64::from(ms)), Alarm::Reply(ticket));
                Response::Later(ticket)
            }
            None => Response::Now(reply),
        }
    }

    /// A reply as faults leave it that let the request pass.
    fn spoilt(&mut self, turn: &mut Turn<'_>, reply: Reply, scope: &Scope) -> Reply {
        let Reply::Answer(mut answer) = reply else { return reply };
        if self.strike(turn, FaultKind::GarbledReply, scope).is_some() {
            answer = answer.garbled();
        }
        if self.strike(turn, FaultKind::CutReply, scope).is_some() {
            answer = answer.cut_in_half();
        }
        if let Some(ms) = self.strike(turn, FaultKind::SlowBody, scope).and_then(|rule| rule.ms) {
            answer = answer.slowly(SignedDuration::from_millis(i64::from(ms)));
        }
        Reply::Answer(answer)
    }

    /// The answer of the gateway in front of Redox, before or instead of Redox itself.
    pub(crate) fn gateway_error(&self, status: StatusCode) -> Answer {
        let phrase = status.canonical_reason().unwrap_or("Error");
        let answer = match self.config.switches.gateway_errors {
            GatewayErrors::Plain => Answer::text(status, phrase),
            GatewayErrors::ErrorDetail => Answer::json(status, &json!({"errorDetail": phrase})),
        };
        if status == StatusCode::TOO_MANY_REQUESTS {
            return answer.with("x-ratelimit-limit", HeaderValue::from(self.config.limits.rate_limit));
        }
        answer
    }

    fn dispatch(&mut self, turn: &mut Turn<'_>, request: &Request, scope: &Scope) -> Response {
        let path = request.path.as_str();
        let is_post = request.method == Method::POST;
        match path {
            "/.well-known/oauth-authorization-server" | "/.well-known/oauth-protected-resource" => {
                self.oauth_metadata(path).into()
            }
            "/endpoint" | "/query" => self.endpoint(turn, request, scope),
            "/auth/authenticate" if is_post => self.authenticate(turn, request).into(),
            "/auth/refreshToken" if is_post => self.refresh(turn, request).into(),
            "/v2/auth/token" | "/oauth/token" if is_post => self.token(turn, request),
            files::UPLOAD if is_post => self.upload(turn, request, scope),
            _ if path.starts_with(bulk::PREFIX) => self.bulk(turn, request, scope),
            _ if path.starts_with(fhir::PREFIX) => self.fhir(turn, request, scope),
            _ if path.starts_with(platform::PREFIX) => self.platform(turn, request, scope),
            _ => match path.get(1..).map(str::parse) {
                Some(Ok(number)) if request.method == Method::GET => self.file(turn, request, number, scope),
                _ => Answer::text(StatusCode::NOT_FOUND, "Not Found").into(),
            },
        }
    }

    /// The time on the emulator's own, possibly wrong, clock.
    pub(crate) fn own_time(&self, now: Timestamp) -> Timestamp {
        now.checked_add(self.skew).unwrap_or(now)
    }

    /// A span that the emulator waits, in scaled time.
    pub(crate) fn scaled(&self, span: SignedDuration) -> SignedDuration {
        SignedDuration::try_from_secs_f64(span.as_secs_f64() * self.config.time_scale).unwrap_or(span)
    }

    pub(crate) fn next_ticket(&mut self) -> Ticket {
        self.last_id += 1;
        Ticket(self.last_id)
    }

    pub(crate) fn next_delivery(&mut self) -> DeliveryId {
        self.last_id += 1;
        DeliveryId(self.last_id)
    }

    /// Adds the `Date` of the emulator's own clock (RFC 9110, section 5.6.7), by which clients notice a skew.
    fn dated(&self, reply: Reply, now: Timestamp) -> Reply {
        let Reply::Answer(answer) = reply else { return reply };
        let date = self.own_time(now).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        match HeaderValue::try_from(date) {
            Ok(date) => Reply::Answer(answer.with("date", date)),
            Err(_) => Reply::Answer(answer),
        }
    }

    pub(crate) fn date_replies(&self, turn: &mut Turn<'_>) {
        let replies = std::mem::take(&mut turn.effects.replies);
        let dated = replies.into_iter().map(|(ticket, reply)| (ticket, self.dated(reply, turn.now)));
        turn.effects.replies = dated.collect();
    }
}
