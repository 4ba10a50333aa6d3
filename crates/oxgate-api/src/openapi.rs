//! `GET /openapi.json`: the surface described for programs (OpenAPI 3.1), checked in and held against the route table.

use axum::response::{IntoResponse, Response};
use http::header;

/// The description, as it is served.
pub const DOCUMENT: &str = include_str!("../openapi.json");

/// `GET /openapi.json`.
pub(crate) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT).into_response()
}

#[cfg(test)]
mod tests;
