//! This machine: the store, and whether the handlers listen.

use super::finding::Finding;
use super::redox::host_of;
use crate::cli::Shared;
use crate::config::Loaded;
use crate::config::local::{Handler, HandlerKind};
use crate::exit::with_causes;
use crate::gateway::Request;
use crate::output::cell;
use oxgate_inbound::mllp::SendError;
use std::time::Duration;

/// A handler on the same machine or network answers a connection at once.
const HANDLER_WITHIN: Duration = Duration::from_secs(10);

/// The store by way of the running gateway, else by opening it.
pub(super) async fn store(shared: &Shared, loaded: &Loaded) -> Finding {
    let check = "store";
    if let Ok(gateway) = shared.gateway()
        && let Ok(answer) = gateway.call(Request::get("/readyz")).await
    {
        let ready: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status.is_success() {
            return Finding::ok(check, format!("the gateway runs, and its store is {}", cell(&ready, "/store")));
        }
        let remedy = "free space in the data folder's file system, and look into the gateway's log";
        return Finding::failed(check, format!("the gateway is not ready: {}", cell(&ready, "/reasons")), remedy);
    }
    match crate::serve::open_store(loaded) {
        Ok(store) => {
            store.close().await;
            let remedy = "start it with `oxgate serve`";
            Finding::warning(check, format!("{} is fine; the gateway does not run", loaded.data().display()), remedy)
        }
        Err(why) => Finding::failed(check, why, "look at the data folder: its keys, its lock, its file system"),
    }
}

/// Every handler that has an address. Nothing is sent to them but a request without a body for their headers, and to a
/// receiver of HL7 v2 nothing at all.
pub(super) async fn handlers(loaded: &Loaded) -> Vec<Finding> {
    let mut findings = Vec::new();
    for handler in &loaded.config.handlers {
        if *handler.kind.get_ref() == HandlerKind::Nats {
            findings.push(stream(loaded, handler).await);
        } else if *handler.kind.get_ref() == HandlerKind::Mllp {
            findings.push(receiver(loaded, handler).await);
        } else if let Some(url) =
            handler.health_url.clone().or_else(|| handler.url.as_ref().map(|url| url.get_ref().clone()))
        {
            findings.push(one(loaded, handler, &url).await);
        }
    }
    findings
}

async fn one(loaded: &Loaded, handler: &Handler, url: &str) -> Finding {
    let check = format!("handler {}", handler.name.get_ref());
    let Some((host, port)) = host_of(url) else {
        return Finding::failed(check, "its address is no web address", "correct its `url`");
    };
    let client = match client(loaded, handler) {
        Ok(client) => client,
        Err(why) => return Finding::failed(check, why, "correct its `ca_file`"),
    };
    let is_health = handler.health_url.is_some();
    let request = if is_health { client.get(url) } else { client.head(url) };
    match request.timeout(HANDLER_WITHIN).send().await {
        Ok(answer) if is_health && !answer.status().is_success() => {
            let detail = format!("its health address answers {}", answer.status());
            Finding::failed(check, detail, "look after the application")
        }
        Ok(_) => Finding::ok(check, format!("listens on {host}:{port}")),
        Err(error) => {
            let detail = format!("{host}:{port} gives no answer: {}", with_causes(&error));
            Finding::unreachable(check, detail, "start the application, or correct the handler's `url`")
        }
    }
}

/// The receiver behind a handler of kind `mllp`: whether it takes a connection, and agrees on TLS where that is asked for.
async fn receiver(loaded: &Loaded, handler: &Handler) -> Finding {
    let check = format!("handler {}", handler.name.get_ref());
    let target = match crate::serve::hl7::receiver(loaded, handler) {
        Ok(target) => target,
        Err(why) => return Finding::failed(check, why, "correct its `url`, or put in place what it names"),
    };
    let way = if target.tls.is_some() { ", over TLS" } else { "" };
    match target.connect().await {
        Ok(_) => Finding::ok(check, format!("listens on {}:{}{way}", target.host, target.port)),
        Err(error @ SendError::Tls(_)) => {
            let remedy = "check the receiver's certificate, and `ca_file`, `cert_file` and `key` of the handler";
            Finding::failed(check, with_causes(&error), remedy)
        }
        Err(error @ SendError::Address { .. }) => {
            Finding::failed(check, with_causes(&error), "correct the handler's `url`")
        }
        Err(error) => {
            Finding::unreachable(check, with_causes(&error), "start the receiver, or correct the handler's `url`")
        }
    }
}

/// The stream behind a handler of kind `nats`, and what its acknowledgement is worth as far as a client can see.
async fn stream(loaded: &Loaded, handler: &Handler) -> Finding {
    let check = format!("handler {}", handler.name.get_ref());
    match crate::serve::nats::look(loaded, handler, HANDLER_WITHIN).await {
        Ok((found, false)) => Finding::ok(check, found),
        Ok((found, true)) => {
            let remedy = "a power failure may lose what was delivered: keep the stream in files, set `sync_interval: always` \
                          on its servers, and say so with `synced = true`";
            Finding::warning(check, found, remedy)
        }
        Err(why) => {
            let remedy = "start the server, make a stream that takes `subject`, or correct `url` and `credentials`";
            Finding::unreachable(check, why, remedy)
        }
    }
}

fn client(loaded: &Loaded, handler: &Handler) -> Result<reqwest::Client, String> {
    let mut builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    if let Some(path) = &handler.ca_file {
        let path = loaded.resolve(path);
        let pem = std::fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let certificates = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| with_causes(&error))?;
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(|error| with_causes(&error))
}
