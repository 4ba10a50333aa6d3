//! The way in: a challenge and a large body through the public address, as Redox would send them.

use super::finding::Finding;
use crate::config::Loaded;
use crate::config::local::Endpoint;
use crate::exit::with_causes;
use crate::gateway::http_client;
use bytes::Bytes;
use http::StatusCode;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::time::Duration;

/// What must come back.
const CHALLENGE: &str = "oxgate-doctor-0d0c701d";

/// Redox's largest message is 40 MB (Redox docs, "Quotas and constraints"); a little more must pass.
const PROBE_BYTES: usize = 41_000_000;

/// A challenge is answered at once; 41 MB may take a while.
const CHALLENGE_WITHIN: Duration = Duration::from_secs(20);
const PROBE_WITHIN: Duration = Duration::from_mins(2);

/// The code with which our own door answers a body that it has read and cannot unpack.
const READ_AND_BROKEN: &str = "OXG0045";

/// Every endpoint.
pub(super) async fn check(loaded: &Loaded, probe: bool) -> Vec<Finding> {
    let Some(public) = &loaded.config.server.public_url else {
        let remedy = "set `public_url` in [server] to the address that Redox pushes to";
        return vec![Finding::warning("endpoint", "the way in from outside cannot be tried", remedy)];
    };
    let mut findings = Vec::new();
    for endpoint in &loaded.config.endpoints {
        let name = endpoint.name.get_ref();
        let url = format!("{}/redox/{name}", public.trim_end_matches('/'));
        let Some(Ok(token)) = endpoint.tokens.first().map(|token| token.fetch(loaded, "a verification token")) else {
            findings.push(Finding::skipped(format!("endpoint {name}"), "its token cannot be read"));
            continue;
        };
        let answered = challenge(endpoint, &url, token.expose_secret()).await;
        let goes_on = answered.status == super::finding::Status::Ok;
        findings.push(answered);
        if probe && goes_on {
            findings.push(large_body(name, &url, token.expose_secret()).await);
        }
    }
    findings
}

async fn challenge(endpoint: &Endpoint, url: &str, token: &str) -> Finding {
    let check = format!("endpoint {}", endpoint.name.get_ref());
    let body = json!({ "verification-token": token, "challenge": CHALLENGE }).to_string();
    let Ok(client) = http_client() else { return Finding::skipped(check, "no HTTP client can be built") };
    let request = client.post(url).timeout(CHALLENGE_WITHIN).header("application-name", "RedoxEngine");
    let answer = match request.header("content-type", "application/json").body(body).send().await {
        Ok(answer) => answer,
        Err(error) => {
            let remedy = "check `public_url`, its certificate, the reverse proxy, and that the gateway runs";
            return Finding::unreachable(check, format!("{url}: {}", with_causes(&error)), remedy);
        }
    };
    let status = answer.status();
    let text = answer.text().await.unwrap_or_default();
    if status == StatusCode::OK && text.contains(CHALLENGE) {
        return Finding::ok(check, format!("{url} answers Redox's challenge"));
    }
    let remedy = match status.as_u16() {
        401 | 403 => "let the reverse proxy pass bodies and the `verification-token` header unchanged",
        404 => "let the reverse proxy pass /redox/ on to the gateway, path unchanged",
        502..=504 => "the reverse proxy does not reach the gateway: check its upstream",
        300..=399 => "set `public_url` to the address that does not redirect",
        _ => "check what stands between this address and the gateway",
    };
    Finding::failed(check, format!("{url} answered {status}, without the challenge"), remedy)
}

/// A body of 41 MB that our door reads to its end and then refuses, so that nothing is stored: gzip whose checksum is wrong.
async fn large_body(name: &str, url: &str, token: &str) -> Finding {
    let check = format!("body limit {name}");
    let Ok(client) = http_client() else { return Finding::skipped(check, "no HTTP client can be built") };
    let request = client
        .post(url)
        .timeout(PROBE_WITHIN)
        .header("verification-token", token)
        .header("content-type", "application/json")
        .header("content-encoding", "gzip");
    let answer = match request.body(broken_gzip(PROBE_BYTES)).send().await {
        Ok(answer) => answer,
        Err(error) => {
            let remedy = "raise the reverse proxy's body limit to 41 MB or more and its body timeout to two minutes";
            let detail = format!("41 MB did not get through: {}", with_causes(&error));
            return Finding::failed(check, detail, remedy);
        }
    };
    let status = answer.status();
    let problem: Value = answer.json().await.unwrap_or_default();
    match (status.as_u16(), problem.get("code").and_then(Value::as_str)) {
        (400, Some(READ_AND_BROKEN)) => Finding::ok(check, "41 MB get through"),
        (413, Some(_)) => Finding::failed(check, "the gateway takes less than 41 MB", "raise `body_max` in [server]"),
        (413, None) => Finding::failed(
            check,
            "the reverse proxy refuses 41 MB (413)",
            "raise its limit: nginx `client_max_body_size 42m`, Apache `LimitRequestBody 43000000`",
        ),
        (429 | 503, _) => Finding::warning(check, format!("the gateway is busy ({status})"), "try again later"),
        _ => Finding::failed(check, format!("41 MB were answered with {status}"), "check the reverse proxy's limits"),
    }
}

/// Gzip (RFC 1952) around stored blocks (RFC 1951 §3.2.4), so that it is as long as what it holds; the checksum is wrong.
fn broken_gzip(bytes: usize) -> Bytes {
    const BLOCK: usize = 0xffff;
    let mut out = Vec::with_capacity(bytes + bytes / BLOCK * 5 + 64);
    out.extend_from_slice(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
    let mut left = bytes;
    while left > 0 {
        let length = left.min(BLOCK);
        left -= length;
        let short = u16::try_from(length).expect("a block is at most 65,535 bytes");
        out.push(u8::from(left == 0));
        out.extend_from_slice(&short.to_le_bytes());
        out.extend_from_slice(&(!short).to_le_bytes());
        out.resize(out.len() + length, b' ');
    }
    out.extend_from_slice(&0xdead_beef_u32.to_le_bytes());
    out.extend_from_slice(&u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes());
    out.into()
}
