//! Synchronous requests: answered by a simulated destination at once, or by a destination's URL on the same connection.

use super::reply::{TargetFailure, error_element};
use super::{Emulator, Routed};
use crate::config::{PartialFailure, ReplyEventType};
use crate::delivery::Purpose;
use crate::directory::Behaviour;
use crate::exchange::{Answer, Outcome, Response, Ticket, Turn};
use crate::faults::{FaultKind, Scope};
use crate::logs::{AttemptResult, LogKind, NewLog};
use crate::message::Message;
use crate::observed::{Observed, What};
use crate::routing::meta::Meta;
use http::StatusCode;
use serde_json::{Value, json};

/// A query whose answer is awaited from a destination's URL.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) ticket: Ticket,
    pub(crate) meta: Meta,
    pub(crate) source: String,
    pub(crate) log: String,
    /// Event type of the reply.
    pub(crate) reply: &'static str,
    /// The asker is the control API, which wants the destination's own words.
    pub(crate) is_bare: bool,
}

impl Emulator {
    /// Answers a synchronous request, or has its destination asked.
    pub(crate) fn ask(&mut self, turn: &mut Turn<'_>, routed: Routed, scope: &Scope) -> Response {
        let Routed { message, meta, event, source, destinations } = routed;
        let destination = destinations.into_iter().next().expect("routing lets a query pass with one destination only");
        let new = NewLog {
            kind: LogKind::Request,
            source: source.clone(),
            destination: destination.clone(),
            data_model: meta.data_model.clone(),
            event_type: meta.event_type.clone(),
            message: None,
            message_number: self.logs.next_message_number(),
            bytes: 0,
            facility_code: meta.facility_code(),
        };
        let log = self.logs.open(turn, new, self.config.limits.kept_max);
        let reply = event.reply.unwrap_or(event.event_type);
        let behaviour = self.directory.destination(&destination).map(|destination| destination.behaviour);
        if behaviour == Some(Behaviour::Endpoint) {
            let forwarded = Message::from_sender(&meta, message);
            let asked = Asked { ticket: self.next_ticket(), meta, source, log, reply, is_bare: false };
            return self.ask_endpoint(turn, asked, &destination, &forwarded);
        }
        let answer = if let Some(rule) = self.strike(turn, FaultKind::DestinationError, scope) {
            let status = rule.status.unwrap_or(400);
            let name = self.directory.destination_name(&destination);
            let text = format!("{name} returned status code {status}");
            Err(TargetFailure { text, kind: "transmission", status: Some(status) })
        } else if behaviour == Some(Behaviour::Ehr) {
            self.ehr.answer(event, &message, turn.now)
        } else {
            let text = "Something went wrong retrieving the answer".to_owned();
            Err(TargetFailure { text, kind: "query", status: None })
        };
        let asked = Asked { ticket: Ticket(0), meta, source, log, reply, is_bare: false };
        self.query_answer(turn, &asked, answer).into()
    }

    /// Asks a destination's URL; the reply follows when it has answered.
    pub(crate) fn ask_endpoint(
        &mut self,
        turn: &mut Turn<'_>,
        asked: Asked,
        destination: &str,
        message: &Message,
    ) -> Response {
        let ticket = asked.ticket;
        let log = asked.log.clone();
        if let Some(id) = self.send(turn, &log, message, self.config.limits.query_timeout, destination) {
            self.in_flight.insert(id, Purpose::Query(Box::new(asked)));
            return Response::Later(ticket);
        }
        let text = format!("{} has no endpoint", self.directory.destination_name(destination));
        self.query_answer(turn, &asked, Err(TargetFailure { text, kind: "transmission", status: None })).into()
    }

    /// The destination's URL has answered a query, or has not.
    pub(crate) fn query_settled(&mut self, turn: &mut Turn<'_>, asked: &Asked, outcome: Outcome) {
        let name = self.logs.get(&asked.log).map(|log| self.directory.destination_name(&log.destination).to_owned());
        let name = name.unwrap_or_default();
        if asked.is_bare {
            let body = bare(&outcome);
            self.settle_query_log(turn, asked, body["status"].as_u64().and_then(|status| u16::try_from(status).ok()));
            turn.effects.replies.push((asked.ticket, Answer::json(StatusCode::OK, &body).into()));
            return;
        }
        let failed = |text: String, status| Err(TargetFailure { text, kind: "transmission", status });
        let answer = match outcome {
            Outcome::Answered { status, body } if (200..300).contains(&status) => match serde_json::from_slice(&body) {
                Ok(Value::Object(mut members)) => {
                    members.shift_remove("Meta");
                    Ok(Value::Object(members))
                }
                _ => failed(format!("{name} returned a body that is not a JSON object"), Some(status)),
            },
            Outcome::Answered { status, .. } => failed(format!("{name} returned status code {status}"), Some(status)),
            Outcome::Refused => failed(format!("{name} could not be reached: ECONNREFUSED"), None),
            Outcome::TimedOut => {
                self.settle_query_log(turn, asked, None);
                let answer = Answer::text(StatusCode::GATEWAY_TIMEOUT, "Gateway Timeout");
                turn.effects.replies.push((asked.ticket, answer.into()));
                return;
            }
        };
        let answer = self.query_answer(turn, asked, answer);
        turn.effects.replies.push((asked.ticket, answer.into()));
    }

    /// Success, or failure behind Redox, in the configured shape.
    fn query_answer(&mut self, turn: &mut Turn<'_>, asked: &Asked, answer: Result<Value, TargetFailure>) -> Answer {
        let failed_with = answer.as_ref().err().map(|failure| failure.status);
        self.settle_query_log(turn, asked, failed_with.map_or(Some(200), |status| status));
        let log = self.logs.get(&asked.log);
        let logs: Vec<_> = log.into_iter().collect();
        match answer {
            Ok(payload) => {
                let event_type = match self.config.switches.reply_event_type {
                    ReplyEventType::Response => asked.reply,
                    ReplyEventType::Mirrored => &asked.meta.event_type,
                };
                let mut meta = self.reply_meta(&asked.meta, &asked.source, &logs, event_type);
                if matches!(asked.meta.data_model.as_str(), "PatientSearch" | "Scheduling") {
                    meta.insert("IsIncomplete".to_owned(), false.into());
                }
                Self::query_reply(payload, meta)
            }
            Err(failure) => {
                let mut error = error_element(turn, &failure.text, failure.kind, "Send");
                let mut meta = self.reply_meta(&asked.meta, &asked.source, &logs, &asked.meta.event_type);
                let status = match self.config.switches.partial_failure {
                    PartialFailure::Ok => StatusCode::OK,
                    PartialFailure::BadRequest => StatusCode::BAD_REQUEST,
                };
                if let (StatusCode::OK, Some(status)) = (status, failure.status) {
                    error["DestinationStatusCode"] = status.into();
                }
                if let (StatusCode::BAD_REQUEST, Some(source)) = (status, self.directory.source(&asked.source)) {
                    meta.insert("Source".to_owned(), json!({"ID": source.id, "Name": source.name}));
                }
                meta.insert("Errors".to_owned(), json!([error]));
                Answer::json(status, &json!({"Meta": meta}))
            }
        }
    }

    fn settle_query_log(&mut self, turn: &mut Turn<'_>, asked: &Asked, status: Option<u16>) {
        let is_good = status.is_some_and(|status| (200..300).contains(&status));
        self.logs.begin_attempt_if_none(turn, &asked.log);
        self.logs.end_attempt(&asked.log, turn.now, AttemptResult { status, is_good });
        let mut seen = Observed::new(turn.now, What::Answered);
        seen.event = Some(asked.meta.event());
        seen.source = Some(self.directory.source_name(&asked.source).to_owned());
        seen.log = Some(asked.log.clone());
        seen.status = status;
        turn.effects.observed.push(seen);
    }
}

/// A destination's answer for the control API: status, and the body as JSON where it is JSON.
fn bare(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Answered { status, body } => {
            let text = || Value::String(String::from_utf8_lossy(body).into_owned());
            json!({"status": status, "body": serde_json::from_slice(body).unwrap_or_else(|_| text())})
        }
        Outcome::Refused => json!({"status": null, "reason": "refused"}),
        Outcome::TimedOut => json!({"status": null, "reason": "timed_out"}),
    }
}
