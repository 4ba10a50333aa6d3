//! What stands in front of every route: request id, caller, one log line, and a net for panics.

use crate::caller::Caller;
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};
use crate::scope::Scope;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, Method, header};
use std::any::Any;
use std::sync::Arc;

/// Names the request in our log; answered on every response.
const REQUEST_ID: HeaderName = HeaderName::from_static("oxgate-request-id");

/// A method outside the list is `other`: methods are free text, which belongs in no log and would make labels without end.
fn name_of(method: &Method) -> &'static str {
    const METHODS: [&str; 7] = ["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"];
    METHODS.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

/// Gives the request an id, counts it, and writes its one log line: route template, status and name of the key only.
pub(crate) async fn observe(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let id = format!("req_{:016x}", gateway.entropy.number());
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let method = name_of(request.method());
    let began = gateway.clock.now();
    let mut response = next.run(request).await;
    let took = gateway.clock.now().since(began);
    let status = response.status().as_u16();
    let caller = response.extensions().get::<Caller>().map_or("-", |caller| caller.name.as_str());
    tracing::info!(
        request.id = %id, http.method = method, http.route = %route, http.status = status,
        caller = %caller, duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX), "request"
    );
    gateway.requests.count(method, &route, status);
    response.headers_mut().insert(REQUEST_ID, HeaderValue::from_str(&id).expect("an id is ASCII"));
    response
}

/// Finds out who is calling, for every path under `/v1`, known or not.
///
/// A caller that a listener has proved already (the Unix socket) is left as it is.
pub(crate) async fn authenticate(State(gateway): State<Arc<Gateway>>, mut request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/v1/") {
        return next.run(request).await;
    }
    let known = request.extensions().get::<Caller>().cloned();
    let Some(caller) = known.or_else(|| by_bearer(&gateway, &request)) else {
        let detail = "send `Authorization: Bearer oxg_…` with a key that is neither revoked nor expired; `oxgate apikeys create` makes one";
        return Problem::new(Code::Unauthorized, detail).into_response();
    };
    request.extensions_mut().insert(caller.clone());
    let mut response = next.run(request).await;
    response.extensions_mut().insert(caller);
    response
}

fn by_bearer(gateway: &Gateway, request: &Request) -> Option<Caller> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    // RFC 9110 §11.1: the scheme's case does not matter.
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    gateway.keys.authenticate(token.trim(), gateway.clock.now())
}

/// Lets pass whoever has the route's scope.
pub(crate) async fn authorise(State(scope): State<Scope>, caller: Caller, request: Request, next: Next) -> Response {
    match caller.require(scope) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Marks every request as the owner's. Only for a listener that nobody else can reach.
pub(crate) async fn as_local(mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(Caller::local());
    next.run(request).await
}

/// The answer when a handler panicked. What it panicked with may hold content, so nobody is told.
pub(crate) fn after_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a request handler panicked; the request was answered with 500");
    internal().into_response()
}

/// A fault of ours.
pub(crate) fn internal() -> Problem {
    Problem::new(Code::Internal, "nothing more can be said here; the gateway's log has the request by its id")
}

/// No such path.
pub(crate) async fn no_such_path() -> Problem {
    Problem::new(Code::NoSuchPath, "see `/openapi.json` for the paths there are")
}

/// The path exists, the method does not; the `Allow` header names those that do.
pub(crate) async fn no_such_method() -> Problem {
    Problem::new(Code::NoSuchMethod, "the `Allow` header names the methods that this path takes")
}
