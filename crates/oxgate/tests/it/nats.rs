//! A handler of kind `nats`: with the feature into a real server's stream, without it refused.

use crate::child::{Stage, run, said};

const HANDLER: &str = "\n[[handler]]\nname = \"stream\"\nkind = \"nats\"\nurl = \"nats://127.0.0.1:PORT\"\n\
                       subject = \"redox.{model}.{type}\"\n";

fn configure(stage: &Stage, handler: &str) {
    let config = stage.path().join("oxgate.toml");
    let text = std::fs::read_to_string(&config).expect("written by init");
    std::fs::write(&config, text + handler).expect("written");
}

#[cfg(not(feature = "nats"))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_without_nats_says_how_to_get_one() {
    let stage = Stage::set("http://127.0.0.1:9/events").await;
    configure(&stage, &HANDLER.replace("PORT", "4222"));
    for command in [&["config", "check"][..], &["serve"]] {
        let (code, text) = said(&run(stage.path(), command));
        assert!(code != 0 && text.contains("`stream`") && text.contains("--features nats"), "{code}: {text}");
    }
}

#[cfg(feature = "nats")]
mod with {
    use super::{HANDLER, Stage, configure, run, said};
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    /// Starts a server on a free port.
    fn server(folder: &std::path::Path) -> (std::process::Child, String) {
        let mut command = Command::new("nats-server");
        command.args(["-a", "127.0.0.1", "-p", "-1", "-js", "-sd"]).arg(folder);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("scripts/test installs nats-server");
        let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let mut said = lines.map_while(Result::ok);
        let line = said.find(|line| line.contains("Listening for client connections on ")).expect("it listens");
        let port = line.rsplit(':').next().expect("a port").trim().to_owned();
        said.find(|line| line.contains("Server is ready")).expect("it is ready");
        std::thread::spawn(move || said.for_each(drop));
        (child, port)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_redox_pushes_is_in_the_stream_and_its_worth_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut nats, port) = server(folder.path());
        let client = async_nats::connect(format!("127.0.0.1:{port}")).await.expect("connected");
        let config = async_nats::jetstream::stream::Config {
            name: "redox".into(),
            subjects: vec!["redox.>".into()],
            ..Default::default()
        };
        let mut stream = async_nats::jetstream::new(client).create_stream(config).await.expect("made");
        let stage = Stage::set("http://127.0.0.1:9/events").await;
        configure(&stage, &HANDLER.replace("PORT", &port));
        let served = stage.serve().await;
        assert_eq!(stage.redox_side(&served).push("log-1").await, 200);
        while stream.info().await.expect("there").state.messages == 0 {}
        let message = stream.get_raw_message(1).await.expect("there");
        assert_eq!(message.subject.as_str(), "redox.PatientAdmin.Arrival");
        let path = stage.path().to_owned();
        let doctor = tokio::task::spawn_blocking(move || said(&run(&path, &["doctor", "--no-probe"]))).await;
        let (_, text) = doctor.expect("no panic");
        assert!(text.contains("handler stream") && text.contains("sync_interval"), "{text}");
        let (_, log) = served.stop().await;
        assert!(log.contains("a power failure may lose what was delivered"), "{log}");
        nats.kill().expect("killed");
        nats.wait().expect("gone");
    }
}
