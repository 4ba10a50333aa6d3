//! The program as a child process, in a folder of its own, opposite an emulator in this process.

use redox_emulator::{Config, Running, SystemClock};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// The program.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_oxgate");

/// Runs a command to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).current_dir(folder).stdin(Stdio::null()).output().expect("the program runs")
}

/// The exit code, and what a person reads.
pub(crate) fn said(output: &Output) -> (i32, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("not killed"), text(&output.stdout) + &text(&output.stderr))
}

/// What a command printed as JSON.
pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(output).1))
}

/// An emulator and a gateway's folder that is set up for it.
pub(crate) struct Stage {
    pub(crate) redox: Running,
    pub(crate) folder: TempDir,
}

impl Stage {
    /// Set up by `oxgate init`; the application listens at `handler`.
    pub(crate) async fn set(handler: &str) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let config = Config { time_scale: 0.02, ..Config::default() };
        let redox = redox_emulator::start(config, SystemClock, 1).await.expect("an emulator");
        let folder = tempfile::tempdir().expect("a folder");
        let (path, base) = (folder.path().to_owned(), redox.base_url());
        let handler = handler.to_owned();
        let done = tokio::task::spawn_blocking(move || {
            run(
                &path,
                &["init", ".", "--emulator", &base, "--handler", &handler, "--listen", "127.0.0.1:0", "--kind", "p384"],
            )
        });
        let done = done.await.expect("no panic");
        assert!(done.status.success(), "{}", said(&done).1);
        Self { redox, folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Starts `oxgate serve`, and tells Redox where it is.
    pub(crate) async fn serve(&self) -> Served {
        self.serve_by(Command::new(BINARY)).await
    }

    /// The same through another program that runs it.
    pub(crate) async fn serve_by(&self, mut command: Command) -> Served {
        command.arg("serve").current_dir(self.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let stderr = child.stderr.take().expect("piped");
        let (line, first) = tokio::sync::oneshot::channel();
        let log = std::thread::spawn(move || {
            let mut line = Some(line);
            let mut log = String::new();
            for text in BufReader::new(stderr).lines().map_while(Result::ok) {
                log.push_str(&text);
                log.push('\n');
                if text.contains("serving") {
                    let _ = line.take().map(|line| line.send(text.clone()));
                }
            }
            log
        });
        let line = first.await;
        let Ok(line) = line else {
            let _ = child.wait();
            panic!("the gateway did not start: {}", log.join().unwrap_or_default());
        };
        let address = line.split("address=").nth(1).expect("an address").trim().to_owned();
        let base = format!("http://{}", address.trim_matches(|c: char| c == '"' || c.is_whitespace()));
        let served = Served { child, log: Some(log), base };
        let id = self.redox.info()["destinations"][2]["id"].as_str().expect("an id").to_owned();
        let change = serde_json::json!({"url": format!("{}/redox/main", served.base)});
        self.redox.control().change_destination(&id, &change).await.expect("changed");
        served
    }
}

impl Stage {
    /// Redox's side of an endpoint, by hand.
    pub(crate) fn redox_side(&self, served: &Served) -> RedoxSide {
        let token = std::fs::read_to_string(self.path().join("keys/verification-token")).expect("a token");
        let client = reqwest::Client::builder().pool_max_idle_per_host(1).build().expect("a client");
        RedoxSide { client, url: format!("{}/redox/main", served.base), token: token.trim().to_owned() }
    }
}

/// Pushes events as Redox does.
#[derive(Clone)]
pub(crate) struct RedoxSide {
    client: reqwest::Client,
    url: String,
    token: String,
}

impl RedoxSide {
    /// Pushes an arrival under this log id; the status of the answer.
    pub(crate) async fn push(&self, log: &str) -> u16 {
        let body = serde_json::json!({
            "Meta": {"DataModel": "PatientAdmin", "EventType": "Arrival", "Logs": [{"ID": log, "AttemptID": "one"}]},
            "Patient": {"Identifiers": [{"ID": "OX-7", "IDType": "MR"}]},
        });
        self.push_body(body.to_string()).await
    }

    /// Pushes any body.
    pub(crate) async fn push_body(&self, body: String) -> u16 {
        let request = self.client.post(&self.url).header("verification-token", &self.token).body(body);
        let answer = request.header("content-type", "application/json").send().await.expect("an answer");
        let status = answer.status().as_u16();
        answer.bytes().await.expect("a body");
        status
    }
}

/// A gateway that serves. Dropping it kills it.
pub(crate) struct Served {
    child: Child,
    log: Option<std::thread::JoinHandle<String>>,
    pub(crate) base: String,
}

impl Served {
    /// Sends a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let done = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(done.expect("kill runs").success());
    }

    /// Waits for its end: the exit code and the whole log.
    pub(crate) async fn ended(mut self) -> (Option<i32>, String) {
        let log = self.log.take().expect("only taken here");
        let log = tokio::task::spawn_blocking(move || log.join().expect("no panic")).await.expect("no panic");
        let code = self.child.wait().expect("it ended").code();
        (code, log)
    }

    /// Asks it to stop, and waits.
    pub(crate) async fn stop(self) -> (Option<i32>, String) {
        self.signal("TERM");
        self.ended().await
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // A tracer that is killed leaves what it traces running.
        let pid = self.child.id();
        let traced = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        for process in traced.split_whitespace() {
            let _ = Command::new("kill").args(["-KILL", process]).status();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
