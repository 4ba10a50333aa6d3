//! The gateway as a child process: started, killed without warning, started again on the same folder and port.

use super::application::Application;
use anyhow::{Context, Result, bail, ensure};
use redox_emulator::Running;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// How long a start may take; replaying a log after a kill takes milliseconds.
const START_MAX: Duration = Duration::from_mins(1);

/// A gateway and what is needed to talk to it.
pub(crate) struct Gateway {
    binary: PathBuf,
    folder: TempDir,
    child: Option<Child>,
    /// `http://127.0.0.1:port`, the same in every life.
    pub(crate) base: String,
    /// Where it takes HL7 v2 over MLLP, the same in every life.
    pub(crate) mllp: SocketAddr,
    pub(crate) token: String,
    pub(crate) http: reqwest::Client,
}

impl Drop for Gateway {
    /// Leaves no process behind when a round fails.
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Gateway {
    /// Writes its configuration with its own `init`, and lets us in with its own `apikeys`.
    pub(crate) async fn prepare(redox: &Running, application: &Application) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("oxgate-kill-").tempdir().context("a temporary folder")?;
        Self::prepare_in(folder, redox, application.addr).await
    }

    /// The same in this folder, with the handler at this address.
    pub(crate) async fn prepare_in(folder: TempDir, redox: &Running, handler: SocketAddr) -> Result<Self> {
        let binary = binary()?;
        let (listen, mllp) = (free_port().await?, free_port().await?);
        let handler = format!("http://{handler}/events");
        let arguments = [
            "init",
            ".",
            "--emulator",
            &redox.base_url(),
            "--handler",
            &handler,
            "--listen",
            &listen.to_string(),
            "--kind",
            "p384",
        ];
        command(&binary, folder.path(), &arguments).await?;
        adapt(&folder.path().join("oxgate.toml"), mllp)?;
        let created = command(
            &binary,
            folder.path(),
            &["apikeys", "create", "kill", "--scope", "submit,read,read-phi,operate", "--format", "json"],
        )
        .await?;
        let created: Value = serde_json::from_slice(&created).context("reading the API key")?;
        let token = created["key"].as_str().context("an API key")?.to_owned();
        let http = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().context("an HTTP client")?;
        Ok(Self { binary, folder, child: None, base: format!("http://{listen}"), mllp, token, http })
    }

    /// Starts it and waits until it is ready.
    pub(crate) async fn start(&mut self) -> Result<()> {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join("serve.log"))?;
        let child = Command::new(&self.binary)
            .arg("serve")
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("starting the gateway")?;
        self.child = Some(child);
        let ready = async {
            loop {
                let answer = self.http.get(format!("{}/readyz", self.base)).send().await;
                if answer.is_ok_and(|answer| answer.status().is_success()) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(START_MAX, ready).await.is_err() {
            let log = std::fs::read_to_string(self.folder.path().join("serve.log")).unwrap_or_default();
            bail!("the gateway did not become ready; its log ends with:\n{}", tail(&log));
        }
        Ok(())
    }

    /// Has Redox verify the endpoint, as a person would after registering it.
    pub(crate) async fn register(&self, redox: &Running) -> Result<()> {
        let destinations = redox.info()["destinations"].clone();
        let ours =
            destinations.as_array().into_iter().flatten().find(|destination| destination["behaviour"] == "endpoint");
        let id = ours.and_then(|destination| destination["id"].as_str()).context("the application's destination")?;
        let verified = redox.control().verify(id).await.map_err(|error| anyhow::anyhow!("{error}"))?;
        if verified["verified"] != true {
            bail!("the endpoint was not verified: {}", verified["reason"]);
        }
        Ok(())
    }

    /// SIGKILL: no signal handler runs, nothing is flushed.
    pub(crate) fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().context("killing the gateway")?;
            child.wait().context("burying the gateway")?;
        }
        Ok(())
    }

    /// Sends it a signal by name, such as `STOP` and `CONT`.
    pub(crate) fn signal(&self, name: &str) -> Result<()> {
        let Some(child) = &self.child else { bail!("no gateway runs") };
        let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status().context("running kill")?;
        if sent.success() { Ok(()) } else { bail!("the gateway could not be sent {name}") }
    }

    /// A `GET` of the API, as JSON.
    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        let answer = self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.token).send().await?;
        answer.error_for_status()?.json().await.context("reading an answer")
    }

    /// A `POST` of the API; whether it was taken.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<bool> {
        let answer = self.http.post(format!("{}{path}", self.base)).bearer_auth(&self.token).json(body).send().await?;
        Ok(answer.status().is_success())
    }
}

/// The program beside this one: both come out of the same build.
fn binary() -> Result<PathBuf> {
    let built =
        std::process::Command::new(env!("CARGO")).args(["build", "--quiet", "--locked", "--bin", "oxgate"]).status();
    if !built.context("building the gateway")?.success() {
        bail!("the gateway does not build");
    }
    let ours = std::env::current_exe().context("our own path")?;
    let binary = ours.with_file_name("oxgate");
    if binary.exists() { Ok(binary) } else { bail!("no gateway at {}", binary.display()) }
}

/// Adds an HL7 door, and has the gateway send as fast as it can: many rounds submit more than Redox's quota lets through in
/// the time, and the emulator has none either.
fn adapt(config: &Path, mllp: SocketAddr) -> Result<()> {
    let written = std::fs::read_to_string(config).context("reading the new configuration")?;
    let (server, quota) = ("[server]\n", "[server]\nredox_quota = 1000000\n");
    ensure!(written.contains(server), "the new configuration has no table `server`");
    let adapted = written.replacen(server, quota, 1) + &format!("\n[[mllp]]\nname = \"adt\"\nlisten = \"{mllp}\"\n");
    std::fs::write(config, adapted).context("adding to the new configuration")
}

async fn command(binary: &Path, folder: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    let mut program = Command::new(binary);
    program.args(arguments).current_dir(folder);
    // The program talks to the emulator in this process, so this thread must not stand still.
    let output =
        tokio::task::spawn_blocking(move || program.output()).await?.context("running the gateway's program")?;
    if !output.status.success() {
        bail!("oxgate {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    Ok(output.stdout)
}

/// A port that is free now; another program could take it, and then the start says so.
async fn free_port() -> Result<SocketAddr> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.context("a port for the gateway")?;
    Ok(listener.local_addr()?)
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// An order that only its number tells from the others.
pub(crate) fn order(number: usize, destination: &str) -> Value {
    json!({
        "Meta": {"DataModel": "Order", "EventType": "New", "Test": true, "Destinations": [{"ID": destination}]},
        "Patient": {"Identifiers": [{"ID": format!("OX-{:04}", number % 50), "IDType": "MR"}]},
        "Order": {"ID": format!("KILL-{number}"), "Status": "New", "Procedure": {"Code": "49086-2", "Codeset": "LOINC"}},
    })
}
