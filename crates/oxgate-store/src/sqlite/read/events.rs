//! Events and their bodies.

use super::Reader;
use crate::engine::StoredBody;
use crate::sqlite::columns::{event_id, natural, number, slots, unreadable};
use crate::sqlite::names::Kind;
use crate::sqlite::statements as sql;
use crate::view::{EventQuery, EventRow};
use oxgate_core::{Address, AttemptId, DedupKey, Direction, EventId, Flags, Refs, Timestamp};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, params, params_from_iter};

/// The most events of one answer.
const LIST_MAX: u32 = 1_000;

const COLUMNS: &str = "SELECT seq, tag, direction, door, partner, model, event_type, source, destination, facility, \
                       flags, accepted_at, parent, (SELECT p.tag FROM events p WHERE p.seq = e.parent), body_bytes, \
                       body IS NOT NULL, content_type, refs, correlation FROM events e";

impl Reader {
    pub(super) fn event_row(&self, id: EventId) -> rusqlite::Result<Option<EventRow>> {
        self.connection
            .prepare_cached(&format!("{COLUMNS} WHERE seq = ?1 AND tag = ?2"))?
            .query_row(params![number(id.seq), id.tag], |row| self.read_event(row))
            .optional()
    }

    pub(super) fn event_by_seq(&self, seq: i64) -> rusqlite::Result<Option<EventRow>> {
        self.connection
            .prepare_cached(&format!("{COLUMNS} WHERE seq = ?1"))?
            .query_row([seq], |row| self.read_event(row))
            .optional()
    }

    fn read_event(&self, row: &Row<'_>) -> rusqlite::Result<EventRow> {
        let flags = Flags(row.get(10)?);
        let parent: Option<i64> = row.get(12)?;
        let refs: Option<String> = row.get(17)?;
        Ok(EventRow {
            id: event_id(row.get(0)?, row.get(1)?),
            direction: Direction::from_code(row.get(2)?).ok_or_else(|| unreadable(2, "no direction"))?,
            door: self.name(row.get(3)?)?,
            partner: self.name(row.get(4)?)?,
            address: Address {
                model: self.name(row.get(5)?)?,
                event_type: self.name(row.get(6)?)?,
                source: self.name(row.get(7)?)?,
                destination: self.name(row.get(8)?)?,
                facility: self.name(row.get(9)?)?,
                test: flags.has(Flags::TEST),
            },
            flags,
            accepted_at: Timestamp(row.get(11)?),
            // A parent that retention has removed has no tag, and so no id any more.
            parent: parent.zip(row.get::<_, Option<u32>>(13)?).map(|(seq, tag)| event_id(seq, tag)),
            body_bytes: natural(row.get(14)?),
            has_body: row.get(15)?,
            content_type: row.get::<_, Option<String>>(16)?.unwrap_or_else(|| "application/json".to_owned()),
            refs: match refs {
                Some(text) => serde_json::from_str(&text).map_err(|_| unreadable(17, "no references"))?,
                None => Refs::default(),
            },
            correlation: row.get(18)?,
        })
    }

    pub(super) fn event_body(&self, id: EventId) -> rusqlite::Result<Option<StoredBody>> {
        let body: Option<Option<i64>> = self
            .connection
            .prepare_cached(sql::EVENT_BODY)?
            .query_row(params![number(id.seq), id.tag], |row| row.get(0))
            .optional()?;
        body.flatten().map(|body| self.stored_body(natural(body))).transpose().map(Option::flatten)
    }

    pub(super) fn detail(&self, id: AttemptId) -> rusqlite::Result<Option<StoredBody>> {
        if self.delivery_row(id.delivery)?.is_none() {
            return Ok(None);
        }
        let (event, n) = (number(id.delivery.event.seq), id.delivery.n);
        let body: Option<Option<i64>> = self
            .connection
            .prepare_cached(sql::ATTEMPT_DETAIL)?
            .query_row(params![event, n, id.no], |row| row.get(0))
            .optional()?;
        body.flatten().map(|body| self.stored_body(natural(body))).transpose().map(Option::flatten)
    }

    fn stored_body(&self, id: u64) -> rusqlite::Result<Option<StoredBody>> {
        let (first, last) = slots(id);
        let mut statement = self.connection.prepare_cached(sql::BODY_PARTS)?;
        let mut rows = statement.query(params![first, last])?;
        let mut body = StoredBody { id, codec: 0, parts: Vec::new() };
        while let Some(row) = rows.next()? {
            body.codec = row.get(1)?;
            body.parts.push((row.get(2)?, row.get(3)?));
        }
        Ok((!body.parts.is_empty()).then_some(body))
    }

    pub(super) fn list_events(&self, query: &EventQuery) -> rusqlite::Result<Vec<EventRow>> {
        let mut conditions = vec!["1"];
        let mut values: Vec<Value> = Vec::new();
        if let Some(direction) = query.direction {
            conditions.push("direction = ?");
            values.push(i64::from(direction.code()).into());
        }
        let names = [
            (&query.model, Kind::Model, "model = ?"),
            (&query.event_type, Kind::EventType, "event_type = ?"),
            (&query.door, Kind::Door, "door = ?"),
        ];
        for (name, kind, condition) in names {
            let Some(name) = name else { continue };
            let Some(id) = self.id_of(kind, name)? else { return Ok(Vec::new()) };
            conditions.push(condition);
            values.push(id.into());
        }
        if let Some(state) = query.state {
            conditions.push("EXISTS (SELECT 1 FROM deliveries d WHERE d.event = e.seq AND d.state = ?)");
            values.push(i64::from(state.code()).into());
        }
        if let Some(from) = query.from {
            conditions.push(if query.ascending { "seq > ?" } else { "seq < ?" });
            values.push(number(from).into());
        }
        let of_log = match &query.log {
            Some(log) => Some(self.events_of_log(log)?),
            None => None,
        };
        let among = of_log.as_ref().map(|events| {
            let list: Vec<String> = events.iter().map(i64::to_string).collect();
            format!("seq IN ({})", list.join(","))
        });
        conditions.extend(among.as_deref());
        let order = if query.ascending { "ASC" } else { "DESC" };
        let limit = query.limit.min(LIST_MAX);
        let text = format!("{COLUMNS} WHERE {} ORDER BY seq {order} LIMIT {limit}", conditions.join(" AND "));
        let mut statement = self.connection.prepare(&text)?;
        statement.query_map(params_from_iter(values), |row| self.read_event(row))?.collect()
    }

    /// Inbound events are known under the log id as de-duplication key, in one of a few scopes; outbound ones by the
    /// receipt of a delivery.
    pub(super) fn events_of_log(&self, log: &str) -> rusqlite::Result<Vec<i64>> {
        let key = DedupKey::of("log", log);
        let mut found = Vec::new();
        let mut scopes = self.connection.prepare_cached(sql::NAMES_OF_KIND)?;
        let mut rows = scopes.query([Kind::Scope as u8])?;
        let mut first = self.connection.prepare_cached(sql::DEDUP_GET)?;
        let mut variants = self.connection.prepare_cached(sql::VARIANTS_OF_KEY)?;
        while let Some(row) = rows.next()? {
            let scope: i64 = row.get(0)?;
            found.extend(first.query_row(params![scope, key.0], |row| row.get::<_, i64>(0)).optional()?);
            for event in variants.query_map(params![scope, key.0], |row| row.get(0))? {
                found.push(event?);
            }
        }
        let mut receipts = self.connection.prepare_cached(sql::RECEIPT)?;
        for event in receipts.query_map([log], |row| row.get(0))? {
            found.push(event?);
        }
        Ok(found)
    }
}
