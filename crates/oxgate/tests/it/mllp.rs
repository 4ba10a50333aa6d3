//! HL7 v2 through the real binary: taken, killed, found again, made a Redox event, sent on; and the two commands that talk.

use crate::child::{BINARY, Stage, json, run, said};
use crate::road::application;
use oxgate_marked::patient::{MRNS, segments};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// An arrival of a patient of its own.
pub(crate) fn arrival(control_id: &str) -> String {
    let header = format!("MSH|^~\\&|ADT1|GHH|GW|OX|20260301||ADT^A01^ADT_A01|{control_id}|T|2.5.1\rEVN|A01|20260301\r");
    header + &segments(&format!("{MRNS}{control_id}"))
}

/// Sends messages over one connection and reads the answers' MSA segments. Ends early where the connection does.
fn exchange(address: &str, messages: &[String]) -> Vec<String> {
    let mut stream = TcpStream::connect(address).expect("connected");
    let mut answers = Vec::new();
    for message in messages {
        let frame = hl7v2::mllp::frame(message.as_bytes()).expect("framable");
        if stream.write_all(&frame).is_err() {
            break;
        }
        let mut answer = Vec::new();
        let mut byte = [0];
        while !answer.ends_with(b"\x1C\r") {
            match stream.read(&mut byte) {
                Ok(1) => answer.push(byte[0]),
                _ => return answers,
            }
        }
        let text = String::from_utf8(answer).expect("UTF-8");
        answers.push(text.split('\r').find(|line| line.starts_with("MSA")).expect("an MSA").to_owned());
    }
    answers
}

/// Adds a section to the gateway's configuration.
pub(crate) fn configure(stage: &Stage, text: &str) {
    let path = stage.path().join("oxgate.toml");
    let mut config = std::fs::read_to_string(&path).expect("a configuration");
    writeln!(config, "\n{text}").expect("written");
    std::fs::write(&path, config).expect("written");
}

/// A port that is free now.
pub(crate) fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    socket.local_addr().expect("an address").port()
}

async fn commanded(stage: &Stage, arguments: &[&str]) -> Output {
    let (path, arguments) =
        (stage.path().to_owned(), arguments.iter().map(|&text| text.to_owned()).collect::<Vec<_>>());
    let done =
        tokio::task::spawn_blocking(move || run(&path, &arguments.iter().map(String::as_str).collect::<Vec<_>>()));
    done.await.expect("no panic")
}

/// Events that travel this way, as the command line lists them.
pub(crate) async fn events(stage: &Stage, direction: &str) -> Vec<Value> {
    let listed =
        commanded(stage, &["events", "list", "--direction", direction, "--limit", "1000", "--format", "json"]).await;
    json(&listed)["events"].as_array().expect("events").clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g1_a_sender_with_an_aa_in_hand_finds_its_event_after_a_kill() {
    let stage = Stage::set("http://127.0.0.1:9/events").await;
    let port = free_port();
    configure(&stage, &format!("[[mllp]]\nname = \"adt\"\nlisten = \"127.0.0.1:{port}\""));
    let mut acknowledged = 0;
    for life in 0..3 {
        let served = stage.serve().await;
        let messages: Vec<String> = (0..20).map(|number| arrival(&format!("{life}-{number}"))).collect();
        let talking = tokio::task::spawn_blocking(move || exchange(&format!("127.0.0.1:{port}"), &messages));
        let answers = talking.await.expect("no panic");
        assert!(answers.len() == 20 && answers.iter().all(|answer| answer.starts_with("MSA|AA|")), "{answers:?}");
        acknowledged += answers.len();
        // The last answer has just arrived; nothing is given time to settle.
        served.signal("KILL");
        let _ = served.ended().await;
    }
    let served = stage.serve().await;
    let kept = events(&stage, "inbound").await;
    assert_eq!(kept.len(), acknowledged);
    // A sender that did not get the last answer sends again, and nothing is doubled.
    let again = tokio::task::spawn_blocking(move || exchange(&format!("127.0.0.1:{port}"), &[arrival("2-19")]));
    assert_eq!(again.await.expect("no panic"), ["MSA|AA|2-19"]);
    assert_eq!(events(&stage, "inbound").await.len(), acknowledged);
    let (code, log) = served.stop().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains(oxgate_marked::patient::FAMILY), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_arrival_becomes_a_redox_event_once_and_what_is_not_mapped_is_parked() {
    let (application, mut webhooks) = application().await;
    let stage = Stage::set(&application).await;
    let port = free_port();
    let config = std::fs::read_to_string(stage.path().join("oxgate.toml")).expect("a configuration");
    let after = |section: &str| {
        let behind = config.split(section).nth(1).expect(section);
        behind.split("name = \"").nth(1).and_then(|name| name.split('"').next()).expect("a name").to_owned()
    };
    let (source, destination) = (after("[[source]]"), after("[[destination]]"));
    configure(
        &stage,
        &format!(
            "[[mllp]]\nname = \"adt\"\nlisten = \"127.0.0.1:{port}\"\n\n[[handler]]\nname = \"to-redox\"\nkind = \"forward\"\n\
             match = {{ events = [\"HL7v2\"] }}\nto = \"redox\"\ntransform = \"hl7\"\nsource = \"{source}\"\n\
             destinations = [\"{destination}\"]\n\n[[handler]]\nname = \"watch\"\nkind = \"ops\"\nurl = \"{application}\"\n\
             secrets = [{{ file = \"keys/webhook.secret\" }}]"
        ),
    );
    let served = stage.serve().await;
    let messages = vec![arrival("1"), arrival("1"), arrival("2").replace("ADT^A01^ADT_A01", "SIU^S12")];
    let answers = tokio::task::spawn_blocking(move || exchange(&format!("127.0.0.1:{port}"), &messages)).await;
    assert_eq!(answers.expect("no panic"), ["MSA|AA|1", "MSA|AA|1", "MSA|AA|2"]);
    // One lane: when its second message is parked, and whoever watches is told, its first one has settled.
    let told = loop {
        let (_, body) = webhooks.recv().await.expect("a webhook");
        let told: Value = serde_json::from_slice(&body).unwrap_or_default();
        if told["type"] == "delivery.parked" {
            break told;
        }
    };
    assert_eq!((&told["data"]["target"], &told["data"]["reason"]), (&"to-redox".into(), &"hl7-not-mapped".into()));
    let outbound = events(&stage, "outbound").await;
    assert_eq!(outbound.len(), 1, "{outbound:?}");
    let (model, event_type) = (&outbound[0]["data_model"], &outbound[0]["event_type"]);
    assert_eq!((model, event_type), (&"PatientAdmin".into(), &"Arrival".into()), "{}", outbound[0]);
    let inbound = events(&stage, "inbound").await;
    assert_eq!(inbound.len(), 2, "{inbound:?}");
    assert_eq!((&outbound[0]["parent"], &told["data"]["event"]), (&inbound[1]["id"], &inbound[0]["id"]));
    let (code, log) = served.stop().await;
    assert_eq!(code, Some(0), "{log}");
}

/// `oxgate hl7 listen` as a child that has said where it listens.
struct Listening {
    child: Child,
    address: String,
}

impl Listening {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(BINARY);
        command.args(["hl7", "listen", "--on", "127.0.0.1:0"]).args(arguments).current_dir(folder);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stderr.take().expect("piped")).read_line(&mut line).expect("a line");
        let address = line.trim().rsplit(' ').next().expect("an address").to_owned();
        Self { child, address }
    }

    /// Waits for its end: its exit code and what it printed.
    fn ended(mut self) -> (Option<i32>, String) {
        let mut printed = String::new();
        self.child.stdout.take().expect("piped").read_to_string(&mut printed).expect("UTF-8");
        (self.child.wait().expect("it ended").code(), printed)
    }
}

#[test]
fn what_is_sent_is_heard_and_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("one.hl7"), arrival("1").replace('\r', "\n")).expect("written");
    let batch = format!("FHS|^~\\&\rBHS|^~\\&\r{}{}BTS|2\rFTS|1\r", arrival("2"), arrival("3"));
    std::fs::write(folder.path().join("two.hl7"), batch).expect("written");
    let listening = Listening::start(folder.path(), &["--count", "3", "--out", "kept", "--format", "json"]);
    let to = listening.address.clone();
    let sent = run(folder.path(), &["hl7", "send", "one.hl7", "two.hl7", "--to", &to, "--format", "json"]);
    assert_eq!(said(&sent).0, 0, "{}", said(&sent).1);
    let lines: Vec<Value> =
        String::from_utf8(sent.stdout).expect("UTF-8").lines().map(|line| line.parse().expect("JSON")).collect();
    assert_eq!(lines.iter().map(|line| &line["code"]).collect::<Vec<_>>(), ["AA"; 3]);
    assert_eq!((&lines[2]["file"], &lines[2]["message"]), (&"two.hl7".into(), &2.into()));
    let (code, printed) = listening.ended();
    assert_eq!(code, Some(0));
    let heard: Vec<Value> = printed.lines().map(|line| line.parse().expect("JSON")).collect();
    assert_eq!((heard.len(), &heard[0]["ack"]), (3, &"AA".into()));
    assert_eq!(heard[0]["hl7"]["segments"][0]["fields"]["10"], "1");
    assert_eq!(std::fs::read(folder.path().join("kept/000001.hl7")).expect("kept"), arrival("1").as_bytes());
}

#[test]
fn refusals_and_silence_have_exit_codes_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("one.hl7"), arrival("1")).expect("written");
    let listening = Listening::start(folder.path(), &["--count", "1", "--ack", "AE"]);
    let (code, text) = said(&run(folder.path(), &["hl7", "send", "one.hl7", "--to", &listening.address]));
    assert!(code == 4 && text.contains("message 1: AE") && text.contains("1 of 1 messages were refused"), "{text}");
    let (code, printed) = listening.ended();
    assert!(code == Some(0) && printed.contains("ADT^A01, answered AE") && printed.contains("PID-5.1"), "{printed}");
    let mute = Listening::start(folder.path(), &["--count", "1", "--ack", "none"]);
    let silent = run(folder.path(), &["hl7", "send", "one.hl7", "--to", &mute.address, "--timeout", "100ms"]);
    assert_eq!(said(&silent).0, 4, "{}", said(&silent).1);
    assert_eq!(mute.ended().0, Some(0));
    let nobody = format!("127.0.0.1:{}", free_port());
    let (code, text) = said(&run(folder.path(), &["hl7", "send", "one.hl7", "--to", &nobody]));
    assert!(code == 4 && text.contains("cannot be reached"), "{text}");
    assert_eq!(said(&run(folder.path(), &["hl7", "send", "one.hl7", "--to", "nowhere"])).0, 2);
    std::fs::write(folder.path().join("none.hl7"), "nothing of the kind").expect("written");
    assert_eq!(said(&run(folder.path(), &["hl7", "send", "none.hl7", "--to", &nobody])).0, 3);
}
