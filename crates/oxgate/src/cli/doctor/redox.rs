//! Redox as it is reached from here: name, connection, clock, token, and what its destinations accept.

use super::finding::Finding;
use crate::config::Loaded;
use crate::config::redox::{Account, Destination, Source};
use crate::serve::redox::{client, records};
use oxgate_outbound::records::PlatformRecords;
use redox_client::{Client, NotSent, PlatformError, TokenError};
use redox_wire::platform::Refusal;
use std::sync::Arc;

/// Clocks that differ by more than this are corrected, and are still wrong.
const SKEW_MAX_MS: i64 = 30_000;

/// Data models that one line names.
const MODELS_SHOWN: usize = 12;

/// Every account, the platform API, every destination.
pub(super) async fn check(loaded: &Loaded) -> Vec<Finding> {
    let mut findings = Vec::new();
    for account in &loaded.config.accounts {
        let name = account.name.get_ref();
        findings.push(dns(name, &account.base_url).await);
        match client(loaded, account, Arc::new(redox_client::meter::Unmetered)) {
            Ok(client) => findings.extend(token(account, &client).await),
            // The configuration's own line has said it.
            Err(_) => findings.push(Finding::skipped(format!("token {name}"), "the account cannot be set up")),
        }
    }
    findings.extend(platform(loaded).await);
    findings
}

async fn dns(name: &str, base_url: &str) -> Finding {
    let check = format!("dns {name}");
    let Some((host, port)) = host_of(base_url) else {
        return Finding::failed(check, "`base_url` is no web address", "correct `base_url` of the account");
    };
    let remedy = "check `base_url`, the resolver of this machine and its network";
    match tokio::net::lookup_host((host.as_str(), port)).await {
        Ok(mut found) => match found.next() {
            Some(first) => Finding::ok(check, format!("{host} is {}", first.ip())),
            None => Finding::unreachable(check, format!("{host} has no address"), remedy),
        },
        Err(error) => Finding::unreachable(check, format!("{host} cannot be resolved: {error}"), remedy),
    }
}

/// Host and port of a web address.
pub(super) fn host_of(url: &str) -> Option<(String, u16)> {
    let url = reqwest::Url::parse(url).ok()?;
    Some((url.host_str()?.trim_matches(['[', ']']).to_owned(), url.port_or_known_default()?))
}

/// One token request shows connection, TLS, clock and credentials.
async fn token(account: &Account, client: &Client) -> Vec<Finding> {
    let name = account.name.get_ref();
    let (reach, check) = (format!("connection {name}"), format!("token {name}"));
    let reached = if account.base_url.starts_with("https://") {
        Finding::ok(&reach, "TLS, with a certificate that is trusted")
    } else {
        Finding::ok(&reach, "without TLS, which only an emulator may be reached by")
    };
    let asked = client.tokens().token().await;
    let skew = client.tokens().skew();
    let clock = clock(name, skew);
    match asked {
        Ok(_) => vec![reached, clock, Finding::ok(check, "granted")],
        Err(TokenError::Unreachable(why)) => vec![not_reached(&reach, &why)],
        Err(TokenError::NoAnswer(why)) => {
            vec![Finding::unreachable(reach, why.to_string(), "try again; if it stays so, ask Redox's status page")]
        }
        Err(error @ TokenError::Refused { .. }) => {
            let remedy =
                "register the public key of `oxgate keys jwks` for this client id, and check `client_id` and `kid`";
            vec![reached, clock, Finding::failed(check, error.to_string(), remedy)]
        }
        Err(error @ (TokenError::Unavailable { .. } | TokenError::Abandoned)) => {
            vec![reached, clock, Finding::unreachable(check, error.to_string(), "try again in a minute")]
        }
        Err(error @ (TokenError::EndedOnArrival | TokenError::Key(_))) => {
            vec![
                reached,
                clock,
                Finding::failed(check, error.to_string(), "set the clock of this machine, and check the key"),
            ]
        }
    }
}

fn clock(name: &str, skew: i64) -> Finding {
    let check = format!("clock {name}");
    let seconds = skew.abs() / 1000;
    if skew.abs() <= SKEW_MAX_MS {
        return Finding::ok(check, if seconds == 0 { "agrees".to_owned() } else { format!("{seconds} s apart") });
    }
    let way = if skew > 0 { "behind" } else { "ahead of" };
    let detail = format!("this machine is {seconds} s {way} Redox");
    Finding::failed(check, detail, "let this machine keep time by NTP (chrony, systemd-timesyncd)")
}

fn not_reached(check: &str, why: &NotSent) -> Finding {
    let remedy = match why {
        NotSent::Resolve(_) => "check `base_url` and the resolver of this machine",
        NotSent::Connect(_) | NotSent::ConnectTimeout => "open the way out to Redox (firewall, proxy, route)",
        NotSent::Tls(_) => "install ca-certificates, or name the authority of an intercepting proxy as `ca_file`",
        NotSent::Build(_) => "check `base_url`",
    };
    Finding::unreachable(check, why.to_string(), remedy)
}

async fn platform(loaded: &Loaded) -> Vec<Finding> {
    let check = "platform API";
    let records = match records(loaded, Arc::new(redox_client::meter::Unmetered)) {
        Ok(Some(records)) => records,
        Ok(None) => {
            let without = "there is no [platform]: subscriptions, delivery status and reconciling are not to be had";
            return vec![Finding::skipped(check, without)];
        }
        Err(_) => return vec![Finding::skipped(check, "[platform] cannot be set up")],
    };
    match records.environment().await {
        Ok(environment) => {
            let mut findings = vec![Finding::ok(check, format!("environment {environment}"))];
            for destination in &loaded.config.destinations {
                findings.push(destination_line(loaded, &records, destination).await);
            }
            findings.extend(verify(loaded, &records).await);
            findings
        }
        Err(error) => vec![unanswered(check, &error)],
    }
}

fn unanswered(check: &str, error: &PlatformError) -> Finding {
    let detail = error.to_string();
    match error {
        PlatformError::Refused(Refusal::Unauthorized) => {
            Finding::failed(check, detail, "register the key of [platform] as a user-level API key in the dashboard")
        }
        PlatformError::Refused(Refusal::Forbidden) => {
            Finding::failed(check, detail, "give the user of this key the role engineer or support")
        }
        PlatformError::Refused(Refusal::NotFound | Refusal::Invalid { .. }) => {
            Finding::failed(check, detail, "check `organization` and `environment` of [platform]")
        }
        PlatformError::Send(redox_client::SendError::NoToken(token)) if token.is_final() => {
            Finding::failed(check, detail, "check `client_id` and `key` of [platform]")
        }
        _ => Finding::unreachable(check, detail, "try again in a minute"),
    }
}

/// A destination exists, and what is configured for it is subscribed.
async fn destination_line(loaded: &Loaded, records: &PlatformRecords, destination: &Destination) -> Finding {
    let check = format!("destination {}", destination.name.get_ref());
    let mut models: Vec<String> = Vec::new();
    for Source { id, .. } in &loaded.config.sources {
        let found = oxgate_outbound::records::Records::subscriptions(records, id, &destination.id).await;
        match found {
            Ok(found) => {
                let live = found.items.into_iter().filter(|link| !link.is_deleted).map(|link| link.data_model);
                models.extend(live);
            }
            Err(error) => return unanswered(&check, &error),
        }
    }
    models.sort();
    models.dedup();
    if models.is_empty() {
        let remedy = "ask Redox to subscribe your source to it, and check the destination's `id`";
        return Finding::failed(check, "no subscription leads to it", remedy);
    }
    let same = |model: &str, known: &String| model.replace(' ', "").eq_ignore_ascii_case(&known.replace(' ', ""));
    let missing: Vec<&str> = destination
        .accepts
        .iter()
        .map(|pattern| pattern.get_ref().split('.').next().unwrap_or_default())
        .filter(|model| *model != "*" && !models.iter().any(|known| same(model, known)))
        .collect();
    if missing.is_empty() {
        return Finding::ok(check, format!("accepts {}", named(&models)));
    }
    let detail = format!("`accepts` names {}, which no subscription carries", missing.join(", "));
    Finding::failed(check, detail, format!("ask Redox to subscribe it, or take it out; subscribed: {}", named(&models)))
}

fn named(models: &[String]) -> String {
    let shown = models.iter().take(MODELS_SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match models.len().checked_sub(MODELS_SHOWN) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}

/// Lets Redox itself send a challenge to our doors, as it is set up there.
async fn verify(loaded: &Loaded, records: &PlatformRecords) -> Vec<Finding> {
    let mut findings = Vec::new();
    for endpoint in &loaded.config.endpoints {
        for destination in &endpoint.destinations {
            let check = format!("verification {}", endpoint.name.get_ref());
            let asked = records.platform().verify(destination, &redox_wire::platform::Verify::default()).await;
            findings.push(match asked {
                Ok(_) => Finding::ok(check, "Redox's challenge was answered"),
                Err(PlatformError::Refused(Refusal::Invalid { status, .. })) => Finding::failed(
                    check,
                    format!("Redox's challenge was not answered ({status})"),
                    "check URL and verification token of the destination in the dashboard against `oxgate init`'s output",
                ),
                Err(error) => unanswered(&check, &error),
            });
        }
    }
    findings
}
