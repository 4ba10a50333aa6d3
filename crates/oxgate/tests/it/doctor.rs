//! `oxgate doctor` and `oxgate redox` against an emulator: with a fault switched on, its line and no other names it.

use crate::child::{Served, Stage, json, run, said};
use crate::road::application;
use axum::Router;
use axum::http::StatusCode;
use serde_json::{Value, json};

/// A gateway with platform credentials and a public address.
struct Clinic {
    stage: Stage,
    served: Option<Served>,
    http: reqwest::Client,
}

/// A port that was free a moment ago.
async fn free_port() -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    listener.local_addr().expect("an address").port()
}

impl Clinic {
    async fn open() -> Self {
        let (handler, _webhooks) = application().await;
        let stage = Stage::set(&handler).await;
        let port = free_port().await;
        let info = stage.redox.info();
        let text = |path: &str| info.pointer(path).map(ToString::to_string).expect(path).trim_matches('"').to_owned();
        let file = stage.path().join("oxgate.toml");
        let config = std::fs::read_to_string(&file).expect("written by init");
        let config = config
            .replace(
                "listen = \"127.0.0.1:0\"",
                &format!("listen = \"127.0.0.1:{port}\"\npublic_url = \"http://127.0.0.1:{port}\""),
            )
            .replace(
                "cannot_handle = \"keep\"",
                &format!("cannot_handle = \"keep\"\ndestinations = [\"{}\"]", text("/destinations/2/id")),
            );
        let platform = format!(
            "\n[platform]\nbase_url = \"{}\"\norganization = \"{}\"\nclient_id = \"{}\"\nkey = {{ file = \"keys/redox-client.pem\" }}\n",
            stage.redox.base_url(),
            text("/organization_id"),
            text("/client_id"),
        );
        std::fs::write(&file, config + &platform).expect("written");
        let served = stage.serve().await;
        let clinic = Self { stage, served: Some(served), http: reqwest::Client::new() };
        clinic.change_own_destination(&json!({ "verification_token": clinic.token() })).await;
        clinic
    }

    fn token(&self) -> String {
        let token = std::fs::read_to_string(self.stage.path().join("keys/verification-token")).expect("a token");
        token.trim().to_owned()
    }

    async fn control(&self, method: reqwest::Method, path: &str, body: &Value) {
        let url = format!("{}/_emulator{path}", self.stage.redox.base_url());
        let answer = self.http.request(method, url).json(body).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap_or_default());
    }

    async fn change_own_destination(&self, change: &Value) {
        let id = self.stage.redox.info()["destinations"][2]["id"].as_str().expect("an id").to_owned();
        self.control(reqwest::Method::PATCH, &format!("/destinations/{id}"), change).await;
    }

    async fn run(&self, arguments: &'static [&'static str]) -> std::process::Output {
        let path = self.stage.path().to_owned();
        tokio::task::spawn_blocking(move || run(&path, arguments)).await.expect("no panic")
    }

    /// The exit code, and the lines that are neither fine nor left out.
    async fn complaints(&self, arguments: &'static [&'static str]) -> (i32, Vec<(String, String)>) {
        let output = self.run(arguments).await;
        let report = json(&output);
        let checks = report["checks"].as_array().expect("checks").clone();
        let word = |check: &Value, name: &str| check[name].as_str().unwrap_or_default().to_owned();
        let bad = checks.iter().filter(|check| !matches!(check["status"].as_str(), Some("ok" | "skipped")));
        for check in bad.clone() {
            assert!(check["remedy"].is_string(), "without a remedy: {check}");
        }
        let bad = bad.map(|check| (word(check, "status"), word(check, "check"))).collect();
        (output.status.code().expect("not killed"), bad)
    }

    async fn quick(&self) -> (i32, Vec<(String, String)>) {
        self.complaints(&["doctor", "--no-probe", "--format", "json"]).await
    }
}

fn only(status: &str, check: &str) -> Vec<(String, String)> {
    vec![(status.to_owned(), check.to_owned())]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_well_gateway_has_nothing_to_complain_of() {
    let clinic = Clinic::open().await;
    let report = said(&clinic.run(&["doctor"]).await);
    assert_eq!(report.0, 0, "{}", report.1);
    for line in ["configuration", "dns redox", "clock redox", "token redox", "platform API", "body limit main", "store"]
    {
        let found = report.1.lines().find(|found| found.contains(line));
        assert!(found.is_some_and(|found| found.starts_with("ok")), "{line}: {}", report.1);
    }
    let listed = clinic.run(&["events", "list", "--format", "json"]).await;
    assert_eq!(json(&listed)["events"], json!([]), "the doctor leaves nothing behind");

    let destinations = json(&clinic.run(&["redox", "destinations", "--format", "json"]).await);
    assert_eq!(destinations["destinations"][0]["configured_as"], "memorial-hospital-ehr", "{destinations}");
    let links = said(&clinic.run(&["redox", "subscriptions", "--destination", "records-archive"]).await);
    assert!(links.0 == 0 && links.1.contains("Notes") && !links.1.contains("Order"), "{}", links.1);
    let logs = said(&clinic.run(&["redox", "logs", "--since", "5m"]).await);
    assert!(logs.0 == 0 && logs.1.starts_with("CREATED"), "{}", logs.1);
    let gone = said(&clinic.run(&["redox", "logs", "00000000-0000-4000-8000-000000000000"]).await);
    assert_eq!(gone.0, 4, "{}", gone.1);
    let same = said(&clinic.run(&["redox", "reconcile", "--since", "24h"]).await);
    assert!(same.0 == 0 && same.1.contains("Both sides have the same."), "{}", same.1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_at_redox_is_named() {
    use reqwest::Method;
    let clinic = Clinic::open().await;
    assert_eq!(clinic.quick().await, (0, Vec::new()));

    clinic.control(Method::PATCH, "/settings", &json!({ "clock_skew": "10m" })).await;
    assert_eq!(clinic.quick().await, (1, only("failed", "clock redox")));
    clinic.control(Method::PATCH, "/settings", &json!({ "clock_skew": "0s" })).await;

    let fault = json!({ "kind": "status", "status": 403, "path": "/platform" });
    clinic.control(Method::POST, "/faults", &fault).await;
    assert_eq!(clinic.quick().await, (1, only("failed", "platform API")));
    clinic.control(Method::DELETE, "/faults", &json!({})).await;

    let fault = json!({ "kind": "status", "status": 503, "path": "/v2/auth/token" });
    clinic.control(Method::POST, "/faults", &fault).await;
    let (exit, bad) = clinic.quick().await;
    assert_eq!(exit, 4, "{bad:?}");
    assert!(bad.contains(&only("unreachable", "token redox")[0]), "{bad:?}");
    clinic.control(Method::DELETE, "/faults", &json!({})).await;

    clinic.change_own_destination(&json!({ "verification_token": "another one" })).await;
    assert_eq!(clinic.quick().await, (1, only("failed", "verification main")));
    clinic.change_own_destination(&json!({ "verification_token": clinic.token() })).await;

    let info = clinic.stage.redox.info();
    let link = |model: &str| json!({ "source": info["sources"][0]["id"], "destination": info["destinations"][1]["id"], "data_model": model });
    clinic.control(Method::DELETE, "/subscriptions", &link("Notes")).await;
    assert_eq!(clinic.quick().await, (1, only("failed", "destination records-archive")));
    clinic.control(Method::POST, "/subscriptions", &link("Notes")).await;

    clinic.control(Method::POST, "/keys", &json!({ "keys": [] })).await;
    let (exit, bad) = clinic.quick().await;
    assert_eq!(exit, 1, "{bad:?}");
    assert!(bad.contains(&only("failed", "token redox")[0]), "{bad:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_of_hl7_is_no_web_address() {
    let clinic = Clinic::open().await;
    let receiver = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = receiver.local_addr().expect("an address");
    let file = clinic.stage.path().join("oxgate.toml");
    let config = std::fs::read_to_string(&file).expect("written");
    let handler = |url: &str| format!("\n[[handler]]\nname = \"ward\"\nkind = \"mllp\"\nurl = \"{url}\"\n");
    std::fs::write(&file, config.clone() + &handler(&format!("mllp://{address}"))).expect("written");
    let report = said(&clinic.run(&["doctor", "--no-probe"]).await);
    let line = report.1.lines().find(|line| line.contains("handler ward")).expect("a line");
    assert!(report.0 == 0 && line.starts_with("ok") && line.contains(&address.to_string()), "{}", report.1);
    // Nothing was said to it: an HL7 v2 receiver would take anything for a message.
    let (mut connection, _) = receiver.accept().await.expect("the doctor's connection");
    let mut heard = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut connection, &mut heard).await.expect("the doctor has hung up");
    assert_eq!(heard, b"");
    drop(receiver);
    assert_eq!(clinic.quick().await, (4, only("unreachable", "handler ward")));
    std::fs::write(&file, config + &handler("mllp://169.254.0.1:2575")).expect("written");
    assert_eq!(clinic.quick().await, (1, only("failed", "handler ward")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_on_the_way_in_is_named() {
    let mut clinic = Clinic::open().await;
    // A reverse proxy that lets small bodies through and large ones not.
    let target = clinic.served.as_ref().expect("serves").base.clone();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let proxy = format!("http://{}", listener.local_addr().expect("an address"));
    let http = clinic.http.clone();
    let router = Router::new().fallback(move |request: axum::extract::Request| {
        let (http, target) = (http.clone(), target.clone());
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 50_000_000).await.expect("a body");
            if body.len() > 1_000_000 {
                return (StatusCode::PAYLOAD_TOO_LARGE, "too large".to_owned());
            }
            let passed = http.post(format!("{target}{}", parts.uri)).body(body).send().await.expect("an answer");
            (StatusCode::from_u16(passed.status().as_u16()).expect("a status"), passed.text().await.expect("text"))
        }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    let file = clinic.stage.path().join("oxgate.toml");
    let config = std::fs::read_to_string(&file).expect("written");
    let public = config.lines().find(|line| line.starts_with("public_url")).expect("is set").to_owned();
    std::fs::write(&file, config.replace(&public, &format!("public_url = \"{proxy}\""))).expect("written");
    let (exit, bad) = clinic.complaints(&["doctor", "--format", "json"]).await;
    assert_eq!((exit, bad), (1, only("failed", "body limit main")));
    std::fs::write(&file, config).expect("written");

    drop(clinic.served.take());
    let (exit, bad) = clinic.quick().await;
    assert_eq!(exit, 1, "{bad:?}");
    assert!(bad.contains(&only("unreachable", "endpoint main")[0]), "{bad:?}");
    assert!(bad.contains(&only("warning", "store")[0]), "{bad:?}");
}
