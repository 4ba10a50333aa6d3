//! Webhooks as receivers of others see them: the verifiers that Standard Webhooks publishes, the package `standardwebhooks`
//! of `PyPI` and of npm, take what the gateway signed and refuse what was changed on the way.

use crate::child::Stage;
use crate::interop::peer;
use crate::road::application;
use axum::body::Bytes;
use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::io::Write;
use std::process::Stdio;

/// The secret that is on its way out, and one that the gateway never had.
const OLD: &str = "whsec_b2xkLXNlY3JldC1vZi10aGUtYXBwbGljYXRpb24=";
const STRANGE: &str = "whsec_c29tZWJvZHktZWxzZXMtc2VjcmV0LXRvLXNpZ24=";

/// What a verifier is to say of one webhook, and why it is asked.
struct Case {
    why: String,
    asked: Value,
    expected: &'static str,
}

/// The webhook as it came, under each secret; and with one thing changed.
fn cases(name: &str, (headers, body): &(HeaderMap, Bytes), secrets: [&str; 2]) -> Vec<Case> {
    let header = |name: &str| headers[name].to_str().expect("ASCII").to_owned();
    let (id, at, signature) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    assert_eq!(signature.split(' ').count(), 2, "one signature for each secret in use: {signature}");
    let later = (at.parse::<i64>().expect("seconds") + 1).to_string();
    let case = |why: &str, expected, secret: &str, id: &str, at: &str, body: &[u8]| Case {
        why: format!("{name}: {why}"),
        asked: json!({
            "secret": secret,
            "headers": {"webhook-id": id, "webhook-timestamp": at, "webhook-signature": signature},
            "body": STANDARD.encode(body),
        }),
        expected,
    };
    let mut changed = body.to_vec();
    // A letter inside a text, so that what is changed is still JSON.
    let place = changed.windows(4).position(|four| four == b"Meta" || four == b"byte").expect("a name");
    changed[place] ^= 0x20;
    vec![
        case("the new secret", "ok", secrets[0], &id, &at, body),
        case("the old secret", "ok", secrets[1], &id, &at, body),
        case("another's secret", "refused", STRANGE, &id, &at, body),
        case("a changed body", "refused", secrets[0], &id, &at, &changed),
        case("a changed time", "refused", secrets[0], &id, &later, body),
        case("a changed id", "refused", secrets[0], "evt_0", &at, body),
    ]
}

/// Asks a verifier; `None` where it is not installed.
fn verified(script: &str, cases: &[Case]) -> Option<Vec<String>> {
    let mut verifier = peer(script, "standardwebhooks")?
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("it starts");
    let lines = cases.iter().map(|case| case.asked.to_string()).collect::<Vec<_>>().join("\n");
    verifier.stdin.take().expect("piped").write_all(lines.as_bytes()).expect("it reads");
    let output = verifier.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{script} failed");
    Some(String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_published_verifiers_take_what_is_signed_and_refuse_what_was_changed() {
    let (handler, mut webhooks) = application().await;
    let stage = Stage::set(&handler).await;
    let new = std::fs::read_to_string(stage.path().join("keys/webhook.secret")).expect("written by init");
    std::fs::write(stage.path().join("keys/webhook.old"), OLD).expect("written");
    let config = stage.path().join("oxgate.toml");
    let text = std::fs::read_to_string(&config).expect("written by init");
    let secrets =
        "secrets = [{ file = \"keys/webhook.secret\" }, { file = \"keys/webhook.old\" }]\ninline_max = \"8 KiB\"";
    let text = text.replacen("secrets = [{ file = \"keys/webhook.secret\" }]", secrets, 1);
    std::fs::write(&config, text).expect("written");

    let served = stage.serve().await;
    let redox = stage.redox_side(&served);
    let note = |log: &str, text: &str| {
        json!({
            "Meta": {"DataModel": "Notes", "EventType": "New", "Logs": [{"ID": log, "AttemptID": "one"}]},
            "Note": {"ContentType": "Plain Text", "FileContents": text},
        })
        .to_string()
    };
    let mut asked = Vec::new();
    for (name, body, is_link) in [
        ("plain", note("log-1", "nothing to report"), false),
        ("beyond ASCII", note("log-2", "Größe 1,80 m · 体温 36.6 ℃ · 🩺"), false),
        ("a link", note("log-3", &"long ".repeat(4_000)), true),
    ] {
        assert_eq!(redox.push_body(body.clone()).await, 200);
        let webhook = webhooks.recv().await.expect("a webhook");
        let linked = webhook.0.get("oxgate-body").is_some_and(|value| value == "link");
        assert_eq!((linked, webhook.1 == body.as_bytes()), (is_link, !is_link), "{name}");
        asked.extend(cases(name, &webhook, [new.trim(), OLD]));
    }
    for script in ["verify_webhooks.py", "verify_webhooks.js"] {
        let Some(said) = verified(script, &asked) else { continue };
        assert_eq!(said.len(), asked.len(), "{script}");
        for (case, said) in asked.iter().zip(said) {
            assert_eq!(said, case.expected, "{script}: {}", case.why);
        }
    }
    let (code, log) = served.stop().await;
    assert_eq!(code, Some(0), "{log}");
}
