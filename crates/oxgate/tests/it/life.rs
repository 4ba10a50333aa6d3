//! The life of the process: one per store, reload as a whole or not at all, an orderly stop.

use crate::child::{Stage, run, said};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_gateway_on_one_store_refuses_and_names_the_holder() {
    let stage = Stage::set("http://127.0.0.1:9/events").await;
    let first = stage.serve().await;
    let path = stage.path().to_owned();
    let second = tokio::task::spawn_blocking(move || run(&path, &["serve"])).await.expect("no panic");
    let (code, text) = said(&second);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("pid") || text.contains("process"), "the holder is named: {text}");
    let (code, log) = first.stop().await;
    assert_eq!(code, Some(0), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_reload_leaves_the_configuration_in_force() {
    let stage = Stage::set("http://127.0.0.1:9/events").await;
    let served = stage.serve().await;
    let config = stage.path().join("oxgate.toml");
    let good = std::fs::read_to_string(&config).expect("a configuration");
    std::fs::write(&config, good.clone() + "\n[[handler]]\nname = \"x\"\nkind = \"htp\"\n").expect("written");
    let reload = || async {
        let path = stage.path().to_owned();
        // The socket is found through the configuration file, which is broken just now: say where the folder is.
        let base = served.base.clone();
        tokio::task::spawn_blocking(move || {
            let key = run(&path, &["config", "check"]);
            (said(&key), base)
        })
        .await
        .expect("no panic")
    };
    let ((code, text), base) = reload().await;
    assert_eq!(code, 3, "{text}");
    served.signal("HUP");
    let health = reqwest::get(format!("{base}/readyz")).await.expect("it answers");
    assert!(health.status().is_success() || health.status() == 503);
    std::fs::write(&config, good).expect("written");
    let (code, log) = served.stop().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("refused"), "the refusal is in the log: {log}");
}
