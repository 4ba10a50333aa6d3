//! Every path of the HTTP surface in one table, with what it needs, and the routers made from it.

use crate::gateway::Gateway;
use crate::scope::Scope;
use crate::{
    admin, bulk, deliveries, expectations, exports, fhir, files, guard, health, hl7, inbox, lanes, look, metrics,
    openapi, orphans, query, reconcile, replay, resend, search, stream, submit,
};
use axum::Router;
use axum::handler::Handler;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;

/// One line of the table.
pub(crate) struct Entry {
    #[cfg_attr(not(test), expect(dead_code, reason = "what the OpenAPI description is held against"))]
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    /// The scope it needs; none for what watches the process.
    pub(crate) scope: Option<Scope>,
    handler: MethodRouter<Arc<Gateway>>,
}

fn line<H, T>(method: Method, path: &'static str, scope: Option<Scope>, handler: H) -> Entry
where
    H: Handler<T, Arc<Gateway>>,
    T: 'static,
{
    let filter = MethodFilter::try_from(method.clone()).expect("the table names standard methods");
    Entry { method, path, scope, handler: on(filter, handler) }
}

fn open<H: Handler<T, Arc<Gateway>>, T: 'static>(path: &'static str, handler: H) -> Entry {
    line(Method::GET, path, None, handler)
}

fn show<H: Handler<T, Arc<Gateway>>, T: 'static>(path: &'static str, handler: H) -> Entry {
    line(Method::GET, path, Some(Scope::Read), handler)
}

fn act<H: Handler<T, Arc<Gateway>>, T: 'static>(path: &'static str, handler: H) -> Entry {
    line(Method::POST, path, Some(Scope::Operate), handler)
}

/// FHIR requests. What follows the destination is FHIR's.
const FHIR: &str = "/v1/fhir/{destination}/{*path}";

/// Methods that FHIR clients use and Redox has no use for: they get an answer that says what there is instead.
const FHIR_REFUSED: MethodFilter = MethodFilter::PUT.or(MethodFilter::PATCH).or(MethodFilter::DELETE);

/// The table. `/redox/{endpoint}` is not in it: those doors have their own tokens and belong to the inbound crate.
pub(crate) fn table() -> Vec<Entry> {
    let (submit, phi, admin) = (Some(Scope::Submit), Some(Scope::ReadPhi), Some(Scope::Admin));
    vec![
        line(Method::POST, "/v1/events", submit, submit::events),
        line(Method::POST, "/v1/queries", submit, query::queries),
        line(Method::POST, "/v1/files", submit, files::upload),
        line(Method::GET, FHIR, submit, fhir::fhir),
        line(Method::POST, FHIR, submit, fhir::fhir),
        show("/v1/events", look::list),
        show("/v1/events/{id}", look::show),
        show("/v1/events/{id}/timeline", look::timeline),
        line(Method::GET, "/v1/events/{id}/payload", phi, look::payload),
        line(Method::GET, "/v1/attempts/{id}/detail", phi, look::detail),
        act("/v1/events/{id}/replay", replay::replay),
        line(Method::POST, "/v1/events/search", Some(Scope::Read), search::search),
        act("/v1/events/{id}/resend", resend::resend),
        show("/v1/deliveries/{id}", deliveries::show),
        act("/v1/deliveries/{id}/release", deliveries::release),
        act("/v1/deliveries/{id}/cancel", deliveries::cancel),
        act("/v1/deliveries/{id}/reroute", deliveries::reroute),
        show("/v1/parked", deliveries::parked),
        act("/v1/releases", bulk::releases),
        act("/v1/cancels", bulk::cancels),
        act("/v1/replays", bulk::replays),
        line(Method::POST, "/v1/inbox/{handler}/lease", phi, inbox::lease),
        line(Method::POST, "/v1/inbox/{handler}/ack", phi, inbox::ack),
        line(Method::POST, "/v1/inbox/{handler}/nack", phi, inbox::nack),
        line(Method::POST, "/v1/inbox/{handler}/extend", phi, inbox::extend),
        show("/v1/lanes", lanes::list),
        act("/v1/lanes/{id}/pause", lanes::pause),
        act("/v1/lanes/{id}/resume", lanes::resume),
        act("/v1/lanes/{id}/drain", lanes::drain),
        act("/v1/lanes/{id}/reassign", orphans::reassign),
        act("/v1/lanes/{id}/cancel", orphans::cancel),
        show("/v1/bulk", exports::list),
        show("/v1/bulk/{name}", exports::show),
        act("/v1/bulk/{name}/start", exports::start),
        act("/v1/bulk/{name}/cancel", exports::cancel),
        show("/v1/expectations", expectations::list),
        show("/v1/hl7/faults", hl7::faults),
        act("/v1/redox/reconcile", reconcile::reconcile),
        show("/v1/stream", stream::stream),
        line(Method::POST, "/v1/admin/reload", admin, admin::reload),
        line(Method::GET, "/v1/admin/apikeys", admin, admin::list_keys),
        line(Method::POST, "/v1/admin/apikeys", admin, admin::create_key),
        line(Method::DELETE, "/v1/admin/apikeys/{id}", admin, admin::revoke_key),
        open("/healthz", health::healthz),
        open("/readyz", health::readyz),
        open("/metrics", metrics::metrics),
        open("/openapi.json", openapi::openapi),
        open("/.well-known/jwks.json", health::jwks),
    ]
}

/// The whole surface, doors for Redox included, for a listener that others can reach.
///
/// The doors stand beside the API's layers, not behind them: what receives from Redox must not wait for anything here.
pub fn router(gateway: Arc<Gateway>) -> Router {
    let doors = oxgate_inbound::router(Arc::clone(&gateway.inbound));
    api(gateway).merge(doors)
}

/// The same for a listener that only the owner of the data folder can reach: every caller is `local`, with all scopes.
pub fn local_router(gateway: Arc<Gateway>) -> Router {
    let doors = oxgate_inbound::router(Arc::clone(&gateway.inbound));
    api(gateway).layer(from_fn(guard::as_local)).merge(doors)
}

fn api(gateway: Arc<Gateway>) -> Router {
    table()
        .into_iter()
        .fold(Router::new(), |router, Entry { path, scope, handler, .. }| {
            let handler = match scope {
                Some(scope) => handler.route_layer(from_fn_with_state(scope, guard::authorise)),
                None => handler,
            };
            router.route(path, handler)
        })
        .route(FHIR, on(FHIR_REFUSED, fhir::fhir).route_layer(from_fn_with_state(Scope::Submit, guard::authorise)))
        .fallback(guard::no_such_path)
        .method_not_allowed_fallback(guard::no_such_method)
        .layer(from_fn_with_state(Arc::clone(&gateway), guard::authenticate))
        .layer(CatchPanicLayer::custom(guard::after_panic))
        .layer(from_fn_with_state(Arc::clone(&gateway), guard::observe))
        .with_state(gateway)
}
