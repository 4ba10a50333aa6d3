//! Searches, by form or by address, and their pages. A page's link carries no condition: addresses are logged.

use super::parameters::{fits, is_result};
use super::{Call, Refused, resource};
use crate::Emulator;
use crate::exchange::{Answer, Turn};
use crate::form;
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::VecDeque;

/// Largest page.
const PAGE_MAX: usize = 50;
/// How many searches may wait for their next page.
const CURSORS_MAX: usize = 100;

/// Searches that have more to give.
#[derive(Debug, Default)]
pub(super) struct Cursors(VecDeque<Cursor>);

#[derive(Debug)]
struct Cursor {
    id: String,
    kind: &'static str,
    ids: Vec<String>,
    total: usize,
    count: usize,
}

impl Emulator {
    /// The first page of a search, or the one that a `_cursor` names.
    pub(super) fn fhir_search(
        &mut self,
        turn: &mut Turn<'_>,
        call: &Call<'_>,
        kind: &'static str,
        text: &str,
    ) -> Result<Answer, Refused> {
        let cursor = match form::value(text, "_cursor") {
            None => self.fhir_first(kind, text)?,
            Some(id) => {
                let known = self.fhir.cursors.0.iter().position(|cursor| cursor.id == id && cursor.kind == kind);
                let known = known.and_then(|index| self.fhir.cursors.0.remove(index));
                known.ok_or_else(|| Refused::new(StatusCode::GONE, "not-found", "this page is not kept any more"))?
            }
        };
        let Cursor { ids, total, count, .. } = cursor;
        let (page, rest) = ids.split_at(count.min(ids.len()));
        let found = page.iter().filter_map(|id| self.fhir_read(kind, id));
        let entry = found.map(|found| {
            let url = format!("{}/{kind}/{}", call.base, found["id"].as_str().unwrap_or_default());
            json!({"fullUrl": url, "resource": found, "search": {"mode": "match"}})
        });
        let entries: Vec<Value> = entry.collect();
        let mut links = vec![json!({"relation": "self", "url": format!("{}/{kind}", call.base)})];
        if !rest.is_empty() {
            let id = turn.rng.uuid();
            links.push(json!({"relation": "next", "url": format!("{}/{kind}?_cursor={id}", call.base)}));
            self.fhir.cursors.0.push_back(Cursor { id, kind, ids: rest.to_vec(), total, count });
            if self.fhir.cursors.0.len() > CURSORS_MAX {
                self.fhir.cursors.0.pop_front();
            }
        }
        let mut bundle = json!({"resourceType": "Bundle", "type": "searchset", "total": total, "link": links});
        // FHIR knows no empty arrays.
        if !entries.is_empty() {
            bundle["entry"] = Value::Array(entries);
        }
        Ok(resource(StatusCode::OK, &bundle))
    }

    /// What a new search finds. Strictly, a parameter that is not known is refused; otherwise it is ignored.
    fn fhir_first(&self, kind: &'static str, text: &str) -> Result<Cursor, Refused> {
        let count = match form::value(text, "_count") {
            None => PAGE_MAX,
            Some(number) => {
                let number = number.parse::<usize>().map_err(|_| Refused::invalid("_count is not a number"))?;
                number.clamp(1, PAGE_MAX)
            }
        };
        let mut found = self.fhir_all(kind);
        for (name, wanted) in form::pairs(text).filter(|(name, _)| !is_result(name)) {
            let probe = json!({"resourceType": kind});
            if fits(&probe, &name, "").is_none() && self.config.strict {
                let text = format!("search parameter {name} is not supported for {kind}");
                return Err(Refused::new(StatusCode::BAD_REQUEST, "not-supported", text));
            }
            found.retain(|resource| fits(resource, &name, &wanted).unwrap_or(true));
        }
        let ids: Vec<String> = found.iter().filter_map(|one| one["id"].as_str().map(str::to_owned)).collect();
        Ok(Cursor { id: String::new(), kind, total: ids.len(), ids, count })
    }
}
