//! The emulator as a process of its own, with the bulk server set up as wanted.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// An emulator. Dropping it kills it.
pub(crate) struct Server {
    child: Child,
    pub(crate) bulk_base: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    pub(crate) fn start(binary: &Path, home: &Path, bulk: &Value) -> Result<Self> {
        let settings = home.join("emulator.json");
        std::fs::write(&settings, json!({"bulk": bulk}).to_string()).context("writing the emulator's settings")?;
        let mut child = Command::new(binary)
            .args(["emulator", "--show", "nothing", "--listen", "127.0.0.1:0", "--settings"])
            .arg(&settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("starting the emulator")?;
        let stderr = child.stderr.take().context("the emulator's words")?;
        let (found, base) = std::sync::mpsc::channel();
        // Read to its end: a program whose words nobody takes any more would die of the next one.
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Some((_, rest)) = line.split_once("Redox emulator on ") {
                    let _ = found.send(rest.split(';').next().unwrap_or(rest).to_owned());
                }
            }
        });
        let mut server = Self { child, bulk_base: String::new() };
        let Ok(base) = base.recv() else { bail!("the emulator did not start") };
        server.bulk_base = format!("{base}/fhir/bulk");
        Ok(server)
    }

    /// The addresses of every file of an export, for a client that knows nothing of exports.
    pub(crate) fn links(&self) -> Result<Vec<String>> {
        let runtime = tokio::runtime::Runtime::new().context("starting the runtime")?;
        runtime.block_on(async {
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
            let http = reqwest::Client::new();
            let kick_off = http.get(format!("{}/$export?_type=Observation", self.bulk_base));
            let answer = kick_off
                .header("accept", "application/fhir+json")
                .header("prefer", "respond-async")
                .send()
                .await
                .context("the kick-off")?;
            let status = answer.headers().get("content-location").context("a Content-Location")?.to_str()?.to_owned();
            let manifest: Value =
                http.get(status).send().await?.error_for_status()?.json().await.context("the manifest")?;
            let files = manifest["output"].as_array().context("files")?;
            files.iter().map(|file| Ok(file["url"].as_str().context("a link")?.to_owned())).collect()
        })
    }
}
