//! The shell over real sockets: what only they can show.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use redox_emulator::directory::fixture;
use redox_emulator::{Config, FaultKind, FaultRule, Running, SystemClock, What};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

async fn emulator(config: Config) -> Running {
    redox_emulator::start(config, SystemClock, 1).await.unwrap()
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().tls_danger_accept_invalid_certs(true).build().unwrap()
}

async fn bearer(redox: &Running) -> String {
    let keys = json!({"apiKey": fixture::API_KEY, "secret": fixture::API_SECRET});
    let url = format!("{}/auth/authenticate", redox.base_url());
    let body: Value = client().post(url).json(&keys).send().await.unwrap().json().await.unwrap();
    body["accessToken"].as_str().unwrap().to_owned()
}

/// A receiver that echoes challenges, accepts the rest, and hands every body to the test.
async fn receiver() -> (String, mpsc::UnboundedReceiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/redox/main", listener.local_addr().unwrap());
    let (bodies, received) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let bodies = bodies.clone();
            let service = service_fn(move |request: hyper::Request<Incoming>| {
                let bodies = bodies.clone();
                async move {
                    let body = request.into_body().collect().await?.to_bytes();
                    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
                    let echo = body["challenge"].as_str().unwrap_or_default().to_owned();
                    let _ = bodies.send(body);
                    Ok::<_, hyper::Error>(hyper::Response::new(Full::new(Bytes::from(echo))))
                }
            });
            tokio::spawn(async move {
                let builder = auto::Builder::new(TokioExecutor::new());
                let _ = builder.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    (url, received)
}

#[tokio::test]
async fn order_travels_and_its_result_comes_back() {
    let redox = emulator(Config { time_scale: 0.001, ..Config::default() }).await;
    let control = redox.control();
    let (url, mut received) = receiver().await;
    control.change_destination(fixture::APPLICATION_DESTINATION, &json!({"url": url})).await.unwrap();
    assert_eq!(control.verify(fixture::APPLICATION_DESTINATION).await.unwrap()["verified"], true);
    assert!(received.recv().await.unwrap()["challenge"].is_string());

    let mut watch = redox.observe();
    let answer = client()
        .post(format!("{}/endpoint", redox.base_url()))
        .bearer_auth(bearer(&redox).await)
        .json(&crate::world::order("o1"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let result = received.recv().await.unwrap();
    assert_eq!(result["Orders"][0]["ID"], "o1");
    let log = result["Meta"]["Logs"][0]["ID"].as_str().unwrap();
    // The receiver has it before the emulator knows that; the observation tells when it does.
    loop {
        let seen = watch.recv().await.unwrap();
        assert!(!seen.to_string().contains("Sampleton"), "observations carry no content");
        if seen.what == What::Delivered && seen.log.as_deref() == Some(log) {
            break;
        }
    }
    let logs = control.logs("status=succeeded&type=receive").await.unwrap();
    assert_eq!(logs["logs"][0]["id"], log);
    redox.shutdown().await;
}

#[tokio::test]
async fn hangup_closes_the_connection_without_an_answer() {
    let redox = emulator(Config::default()).await;
    let token = bearer(&redox).await;
    let rule = FaultRule { count: Some(1), ..FaultRule::new(FaultKind::DropAfter) };
    redox.control().add_fault(&rule).await.unwrap();
    let send = || {
        client()
            .post(format!("{}/endpoint", redox.base_url()))
            .bearer_auth(&token)
            .json(&crate::world::arrival(1))
            .send()
    };
    let error = send().await.unwrap_err();
    assert!(error.is_request() && !error.is_connect() && error.status().is_none(), "{error:?}");
    assert_eq!(send().await.unwrap().status(), 200);
    let received = redox.control().received("?repeats=true").await.unwrap();
    assert_eq!(received["received"].as_array().unwrap().len(), 1, "both were stored: {received}");
    redox.shutdown().await;
}

#[tokio::test]
async fn oversized_body_is_refused_before_it_is_whole() {
    let mut config = Config::default();
    config.limits.body_bytes_max = 1000;
    let redox = emulator(config).await;
    let answer = client()
        .post(format!("{}/endpoint", redox.base_url()))
        .bearer_auth(bearer(&redox).await)
        .body(vec![b' '; 1001])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 413);
    redox.shutdown().await;
}

#[tokio::test]
async fn destination_that_is_down_gets_everything_in_order_when_it_is_back() {
    let redox = emulator(Config { time_scale: 0.001, ..Config::default() }).await;
    let control = redox.control();
    // A port that hangs up on everybody; a port given back might be somebody else's by now.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dead = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let mut watch = redox.observe();
    control.change_destination(fixture::APPLICATION_DESTINATION, &json!({"url": dead})).await.unwrap();
    for number in 1..=3 {
        control.deliver(&crate::world::arrival(number)).await.unwrap();
    }
    while watch.recv().await.unwrap().what != What::DeliveryFailed {}
    let (url, mut received) = receiver().await;
    control.change_destination(fixture::APPLICATION_DESTINATION, &json!({"url": url})).await.unwrap();
    for number in 1..=3 {
        assert_eq!(received.recv().await.unwrap()["Visit"]["VisitNumber"], format!("V-{number}"));
    }
    redox.shutdown().await;
}

#[tokio::test]
async fn refused_control_request_says_why() {
    let redox = emulator(Config::default()).await;
    let error = redox.control().verify(fixture::APPLICATION_DESTINATION).await.unwrap_err();
    assert_eq!(error.status, 409);
    assert!(error.to_string().contains("has no url"), "{error}");
    assert_eq!(redox.info()["base_url"], redox.base_url());
    redox.shutdown().await;
}

#[tokio::test]
async fn slow_body_comes_in_portions_and_is_whole() {
    let redox = emulator(Config::default()).await;
    let token = bearer(&redox).await;
    redox.control().add_fault(&FaultRule { ms: Some(10), ..FaultRule::new(FaultKind::SlowBody) }).await.unwrap();
    let send = client().post(format!("{}/endpoint", redox.base_url())).bearer_auth(&token);
    let mut answer = send.json(&crate::world::arrival(1)).send().await.unwrap();
    let (mut portions, mut body) = (0, Vec::new());
    while let Some(portion) = answer.chunk().await.unwrap() {
        portions += 1;
        body.extend_from_slice(&portion);
    }
    assert!(portions > 1, "{portions}");
    assert!(serde_json::from_slice::<Value>(&body).unwrap()["Meta"]["Logs"].is_array());
    redox.shutdown().await;
}
