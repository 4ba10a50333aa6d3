//! HL7 v2 over MLLP with clients and servers written by others: the packages `hl7` and `hl7apy` of `PyPI`, `node-hl7-client`
//! and `node-hl7-server` of npm. `scripts/test` installs them below `target/interop`; where they are not, the tests say so
//! and pass.

use crate::child::{Stage, run, said};
use crate::mllp::{arrival, configure, events, free_port};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop");

/// A peer's program, which needs a package; `None`, said loudly, where that is not installed.
pub(crate) fn peer(script: &str, package: &str) -> Option<Command> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/interop"));
    let is_python = Path::new(script).extension().is_some_and(|extension| extension == "py");
    let program = if is_python { folder.join("venv/bin/python") } else { PathBuf::from("node") };
    let is_installed = if is_python {
        let versions = std::fs::read_dir(folder.join("venv/lib")).into_iter().flatten().flatten();
        versions.into_iter().any(|version| version.path().join("site-packages").join(package).exists())
    } else {
        folder.join("node_modules").join(package).exists()
    };
    if !is_installed {
        eprintln!("SKIPPED: {script} needs the package {package} in {}; scripts/test installs it", folder.display());
        return None;
    }
    let mut command = Command::new(program);
    command.arg(Path::new(SCRIPTS).join(script)).env("NODE_PATH", folder.join("node_modules"));
    Some(command)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_of_others_are_answered_by_the_gateway() {
    let stage = Stage::set("http://127.0.0.1:9/events").await;
    let port = free_port();
    configure(&stage, &format!("[[mllp]]\nname = \"adt\"\nlisten = \"127.0.0.1:{port}\""));
    let served = stage.serve().await;
    let mut expected = 0;
    for (script, package, ids) in
        [("client_hl7.py", "hl7", ["PY-1", "PY-2"]), ("client_node.js", "node-hl7-client", ["JS-1", "JS-2"])]
    {
        let Some(mut client) = peer(script, package) else { continue };
        client.arg(port.to_string());
        let sent = tokio::task::spawn_blocking(move || client.output().expect("it runs")).await.expect("no panic");
        let printed = String::from_utf8_lossy(&sent.stdout).into_owned();
        let wanted = ids.map(|id| format!("AA {id} ACK\n")).concat();
        assert_eq!(printed, wanted, "{script}: {}", String::from_utf8_lossy(&sent.stderr));
        expected += ids.len();
    }
    assert_eq!(events(&stage, "inbound").await.len(), expected);
    let (code, log) = served.stop().await;
    assert_eq!(code, Some(0), "{log}");
}

/// A peer's server that has said its port. Dropping it kills it.
struct Server {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    port: String,
}

impl Server {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let port = lines.next().expect("a line").expect("text");
        Self { child, lines, port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn servers_of_others_take_what_is_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    for id in ["7", "8"] {
        std::fs::write(folder.path().join(format!("{id}.hl7")), arrival(id)).expect("written");
    }
    for (script, package) in
        [("server_hl7.py", "hl7"), ("server_hl7apy.py", "hl7apy"), ("server_node.js", "node-hl7-server")]
    {
        let Some(command) = peer(script, package) else { continue };
        let mut server = Server::start(command);
        let to = format!("127.0.0.1:{}", server.port);
        let (code, text) = said(&run(folder.path(), &["hl7", "send", "7.hl7", "8.hl7", "--to", &to]));
        assert!(code == 0 && text.matches(": AA").count() == 2, "{script}: {text}");
        // A server may tell of a message more than once; it tells of the last one.
        let told = server.lines.by_ref().map(|line| line.expect("text")).find(|id| id == "8");
        assert_eq!(told.as_deref(), Some("8"), "{script}");
    }
}
