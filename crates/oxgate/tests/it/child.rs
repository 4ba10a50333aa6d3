//! The program as a child process, in a folder of its own, opposite an emulator in this process.

use oxgate_marked::patient::MEMBERS;
use oxgate_marked::{Folder, Guard, look};
use redox_emulator::{Config, Running, SystemClock};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// The program.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_oxgate");

/// Runs a command to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    let _guard = Guard::new();
    let output = Command::new(BINARY).args(arguments).current_dir(folder).stdin(Stdio::null()).output();
    let output = output.expect("the program runs");
    // What is said beside the data: problems, warnings, progress.
    look(&format!("what `{}` says", arguments.join(" ")), &output.stderr);
    output
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
    pub(crate) folder: Folder,
}

impl Stage {
    /// Set up by `oxgate init`; the application listens at `handler`.
    pub(crate) async fn set(handler: &str) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let config = Config { time_scale: 0.02, ..Config::default() };
        let redox = redox_emulator::start(config, SystemClock, 1).await.expect("an emulator");
        let folder = Folder::new();
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
        let served = Served { child, log: Some(log), base, socket: self.path().join("data/oxgate.sock") };
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
        let logs = format!(r#"[{{"ID":"{log}","AttemptID":"one"}}]"#);
        let meta = format!(r#"{{"DataModel":"PatientAdmin","EventType":"Arrival","Logs":{logs}}}"#);
        self.push_body(format!(r#"{{"Meta":{meta},{MEMBERS}}}"#)).await
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
    /// The owner's way in.
    socket: PathBuf,
}

/// What is looked at while a gateway still serves: everything that shows events without their content.
const SHOWN: [&str; 6] = ["/metrics", "/v1/lanes", "/v1/events", "/v1/parked", "/v1/expectations", "/v1/hl7/faults"];

impl Served {
    /// Looks for patient data in what the gateway shows; one that is gone, or hangs as a test told it to, shows nothing.
    fn look_around(&self) {
        for path in SHOWN {
            if let Ok(shown) = self.shown(path) {
                look(&format!("what {path} shows"), shown);
            }
        }
    }

    /// The figures, as text.
    pub(crate) fn metrics(&self) -> String {
        let shown = String::from_utf8(self.shown("/metrics").expect("an answer")).expect("UTF-8");
        shown.replace("\r\n", "\n")
    }

    /// What the owner is shown at this path.
    pub(crate) fn get(&self, path: &str) -> Value {
        let shown = self.shown(path).expect("an answer");
        let text = String::from_utf8(shown).expect("UTF-8");
        let (_, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        // Long bodies come in chunks.
        let (start, end) = (body.find('{').expect("JSON"), body.rfind('}').expect("JSON"));
        serde_json::from_str(&body[start..=end]).expect("JSON")
    }

    fn shown(&self, path: &str) -> std::io::Result<Vec<u8>> {
        let mut socket = UnixStream::connect(&self.socket)?;
        socket.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(socket, "GET {path} HTTP/1.1\r\nhost: local\r\nconnection: close\r\n\r\n")?;
        let mut shown = Vec::new();
        socket.read_to_end(&mut shown)?;
        Ok(shown)
    }

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
        look("the gateway's log", &log);
        (code, log)
    }

    /// Asks it to stop, and waits.
    pub(crate) async fn stop(self) -> (Option<i32>, String) {
        self.look_around();
        self.signal("TERM");
        self.ended().await
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if self.log.is_some() {
            self.look_around();
        }
        // A tracer that is killed leaves what it traces running.
        let pid = self.child.id();
        let traced = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        for process in traced.split_whitespace() {
            let _ = Command::new("kill").args(["-KILL", process]).status();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(Ok(log)) = self.log.take().map(std::thread::JoinHandle::join) {
            look("the gateway's log", log);
        }
    }
}
