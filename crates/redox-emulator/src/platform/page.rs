//! One page of a list: by number, or by a cursor.

use super::{Platform, PlatformError, VERSION};
use crate::exchange::{Answer, Request, Response};
use crate::form;
use http::StatusCode;
use serde_json::{Value, json};

/// Largest page (Redox docs: "The maximum value per page is 50").
const PAGE_MAX: usize = 50;

/// The page that `_page` (from 1) and `_count` ask for.
pub(super) fn numbered(request: &Request, name: &'static str, list: Vec<Value>) -> Platform {
    let count = count(request)?;
    let page = number(request, "_page")?.unwrap_or(1).max(1);
    let (elements, next) = cut(list, (page - 1).saturating_mul(count), count);
    let link = |page: usize| format!("{}?_page={page}&_count={count}", request.path);
    let links = json!({
        "self": link(page), "first": link(1), "next": next.map(|_| link(page + 1)),
    });
    let meta = json!({"pageType": "offset", "currentPage": page, "pageSize": count, "links": links});
    Ok(paged(name, &meta, &elements))
}

/// The page that `_cursor` and `_count` ask for.
pub(super) fn by_cursor(request: &Request, name: &'static str, list: Vec<Value>) -> Platform {
    let count = count(request)?;
    let (elements, next) = cut(list, number(request, "_cursor")?.unwrap_or(0), count);
    let meta = json!({"pageType": "cursor", "pageSize": count, "nextCursor": next.map(|next| next.to_string())});
    Ok(paged(name, &meta, &elements))
}

fn paged(name: &'static str, page: &Value, elements: &[Value]) -> Response {
    let body = json!({"meta": {"version": VERSION, "page": page}, "payload": {name: elements}});
    Answer::json(StatusCode::OK, &body).into()
}

/// The elements of one page, and where the next begins if there is one.
fn cut(list: Vec<Value>, from: usize, count: usize) -> (Vec<Value>, Option<usize>) {
    let next = from.saturating_add(count);
    let next = (next < list.len()).then_some(next);
    (list.into_iter().skip(from).take(count).collect(), next)
}

fn count(request: &Request) -> Result<usize, PlatformError> {
    Ok(number(request, "_count")?.unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX))
}

fn number(request: &Request, name: &'static str) -> Result<Option<usize>, PlatformError> {
    let text = form::value(request.query.as_deref().unwrap_or_default(), name);
    text.map(|text| text.parse().map_err(|_| PlatformError::Invalid(name))).transpose()
}
