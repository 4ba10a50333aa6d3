//! HL7 v2 over MLLP through real sockets: what a sender is answered, what is durable by then, and how receivers settle.

use super::fixture::{Road, Setup, plan, route};
use crate::mllp::client::SendError;
use crate::mllp::{Doors, FaultKind, Listener, Target, Unavailable, tls};
use crate::{CannotHandle, MllpHandler, Plan, RouteKind};
use hl7v2::ack::AckCode;
use hl7v2::{Message, Options};
use oxgate_core::filter::Filter;
use oxgate_core::order::OrderBy;
use oxgate_core::{Flags, OrderKeys};
use oxgate_dispatch::{BytesBudget, Outcome, Target as _};
use oxgate_store::faults::Faults;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const WITHIN: Duration = Duration::from_mins(1);

fn arrival(control_id: &str) -> String {
    format!(
        "MSH|^~\\&|ADT1|GHH|GW|OX|20260301||ADT^A01^ADT_A01|{control_id}|P|2.5.1\rPID|1||MRN-4711-0815^^^GHH^MR||Marzibando^Quillonette\r"
    )
}

fn listener() -> Listener {
    Listener { body_bytes_max: 64 * 1024, ..Listener::new("adt", SocketAddr::from(([127, 0, 0, 1], 0))) }
}

fn plan_with(listener: Listener) -> Plan {
    let filter = Filter { events: vec!["HL7v2".into()], ..Filter::default() };
    Plan { listeners: vec![listener], routes: vec![route("app", filter, RouteKind::Handler)], ..plan() }
}

/// A road with one open listener.
struct Open {
    road: Road,
    doors: Doors,
    address: SocketAddr,
}

impl Open {
    async fn new(listener: Listener) -> Self {
        Self::with(Setup { plan: plan_with(listener), ..Setup::default() }).await
    }

    async fn with(setup: Setup) -> Self {
        let listeners = setup.plan.listeners.clone();
        let road = Road::with(setup);
        let doors = Doors::new(road.inbound.clone());
        doors.serve(doors.bind(&listeners).await.expect("a free port")).expect("served");
        let address = doors.addresses()[0].1;
        Self { road, doors, address }
    }

    fn target(&self) -> Target {
        Target { host: "127.0.0.1".into(), port: self.address.port(), tls: None }
    }

    /// Sends one message over a connection of its own.
    async fn send(&self, message: &str) -> Result<(AckCode, String), SendError> {
        let mut connection = self.target().connect().await?;
        let reply = connection.send(message.as_bytes(), WITHIN).await?;
        let text = String::from_utf8(reply.bytes.to_vec()).expect("UTF-8");
        Ok((reply.code.expect("an answer"), text))
    }

    /// Writes bytes, ends the stream, and reads what comes back to its end.
    async fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.expect("connected");
        stream.write_all(bytes).await.expect("written");
        stream.shutdown().await.expect("half closed");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("the door ends the stream in order");
        String::from_utf8(answer).expect("UTF-8")
    }

    fn faults(&self) -> Vec<(FaultKind, u64, u64)> {
        let listed = self.road.inbound.faults().list();
        listed.iter().rev().map(|fault| (fault.kind, fault.offset, fault.length)).collect()
    }
}

fn framed(messages: &[&str]) -> Vec<u8> {
    messages.iter().flat_map(|message| hl7v2::mllp::frame(message.as_bytes()).expect("framable")).collect()
}

#[tokio::test]
async fn g1_an_accepted_message_is_durable_and_routed() {
    let open = Open::new(listener()).await;
    let (code, answer) = open.send(&arrival("17")).await.expect("answered");
    assert_eq!(code, AckCode::ApplicationAccept);
    assert!(answer.starts_with("MSH|^~\\&|GW|OX|ADT1|GHH|20260301120000+0000||ACK^A01^ACK|OX"), "{answer:?}");
    assert!(answer.ends_with("|P|2.5.1\rMSA|AA|17\r"), "{answer:?}");
    let events = open.road.events().await;
    let [event] = &events[..] else { panic!("{} events", events.len()) };
    assert_eq!((event.address.kind().as_str(), event.door.as_str()), ("HL7v2.ADT^A01", "adt"));
    assert_eq!((event.content_type.as_str(), event.refs.message.as_deref()), ("application/hl7-v2", Some("17")));
    assert_eq!(open.road.store.body(event.id).await.expect("readable").expect("kept"), arrival("17").as_bytes());
    let deliveries = open.road.deliveries(event.id).await;
    assert_eq!(deliveries[0].target, "app");
    assert_eq!(deliveries[0].lane_label, "endpoint=adt source=ADT1 destination=GW model=HL7v2");
}

#[tokio::test]
async fn g2_a_message_sent_again_is_answered_again_and_kept_once() {
    let open = Open::new(listener()).await;
    let later = arrival("17").replace("|20260301|", "|20260302|");
    for message in [&arrival("17"), &arrival("17"), &later] {
        assert_eq!(open.send(message).await.expect("answered").0, AckCode::ApplicationAccept);
    }
    assert_eq!(open.road.events().await.len(), 1);
    // The same id with another content: a new event, told apart.
    open.send(&arrival("17").replace("MRN-4711-0815", "MRN-4711-0816")).await.expect("answered");
    open.send(&arrival("17").replace("ADT1", "ADT2")).await.expect("answered");
    let events = open.road.events().await;
    assert_eq!(events.len(), 3);
    assert!(events[1].flags.has(Flags::CONFLICT) && !events[2].flags.has(Flags::CONFLICT));
    assert_eq!(events[1].parent, Some(events[0].id));
    assert_eq!(open.road.counts().duplicates.get(), 2);
}

#[tokio::test]
async fn messages_are_answered_in_order_however_the_stream_is_cut() {
    let open = Open::new(listener()).await;
    let stream = framed(&[&arrival("1"), &arrival("2"), &arrival("3")]);
    for cut in [1, 2, 7, stream.len() / 2] {
        let mut connection = TcpStream::connect(open.address).await.expect("connected");
        connection.set_nodelay(true).expect("set");
        for piece in stream.chunks(stream.len() / cut) {
            connection.write_all(piece).await.expect("written");
            connection.flush().await.expect("flushed");
        }
        connection.shutdown().await.expect("half closed");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.expect("answers");
        let ids: Vec<_> =
            answer.lines().flat_map(|line| line.split('\r')).filter_map(|line| line.strip_prefix("MSA|AA|")).collect();
        assert_eq!(ids, ["1", "2", "3"]);
    }
    assert_eq!(open.road.events().await.len(), 3);
}

#[tokio::test]
async fn what_is_no_message_is_told_with_its_place_and_bytes() {
    let open = Open::new(Listener { body_bytes_max: 512, ..listener() }).await;
    let mut stream = b"hello".to_vec();
    stream.extend(framed(&[&arrival("1")]));
    stream.extend(b"\x0BMSH|^~\\&|CUT\r");
    stream.extend(framed(&[&arrival("2"), "MSH|^^^^|no\r", "MSH|^~\\&|||||||ACK|3\rMSA|AA|1\r"]));
    let answer = open.raw(&stream).await;
    let verdicts: Vec<_> = answer.split('\r').filter_map(|line| line.strip_prefix("MSA|")).collect();
    assert_eq!(verdicts, ["AA|1", "AA|2"], "the refusal of impossible separators cannot be written: {answer:?}");
    let length = arrival("1").len() as u64;
    let cut = 5 + length + 3 + 1;
    let faults = open.faults();
    assert_eq!(faults[..2], [(FaultKind::Junk, 0, 5), (FaultKind::Cut, cut, 13)]);
    assert_eq!([faults[2].0, faults[3].0], [FaultKind::Unreadable, FaultKind::StrayAck]);
    assert_eq!(open.road.inbound.faults().list()[3].sample, b"hello");
    // Unreadable bytes are kept once, however often they come.
    open.raw(&framed(&["MSH|^^^^|no\r"])).await;
    let unreadable: Vec<_> =
        open.road.events().await.into_iter().filter(|event| event.flags.has(Flags::UNREADABLE)).collect();
    assert_eq!(unreadable.len(), 1);
    assert_eq!(open.road.deliveries(unreadable[0].id).await[0].target, "unrouted");
    let long = open.raw(&framed(&[&arrival(&"9".repeat(600))])).await;
    assert!(long.contains("MSA|AR||OXG0006 "), "{long:?}");
    assert_eq!(open.raw(b"GET / HTTP/1.1\r\n\r\n").await, "");
    assert_eq!(open.faults().last().expect("one").0, FaultKind::Http);
}

#[tokio::test]
async fn a_refusal_says_why_by_code() {
    let open = Open::new(listener()).await;
    let answer = open.raw(&framed(&["MSH|^~\\&|A\rMSH|^~\\&|B\r"])).await;
    assert!(answer.contains("MSA|AR||OXG0074 The HL7 message cannot be read\r"), "{answer:?}");
    let Plan { listeners, .. } = plan_with(Listener { cannot_handle: CannotHandle::Hold, ..listener() });
    let nobody = Plan { listeners, ..plan() };
    let open = Open::with(Setup { plan: nobody, ..Setup::default() }).await;
    let (code, answer) = open.send(&arrival("1")).await.expect("answered");
    assert_eq!(code, AckCode::ApplicationError);
    assert!(answer.contains("MSA|AE|1|OXG0047 "), "{answer:?}");
    assert!(open.raw(&framed(&["MSH|^~\\&|A\rMSH|^~\\&|B\r"])).await.contains("MSA|AR|"));
    assert_eq!(open.road.events().await.len(), 0);
}

#[tokio::test]
async fn senders_get_the_acknowledgement_they_ask_for() {
    let open = Open::new(listener()).await;
    let asking = |id: &str, modes: &str| arrival(id).replace("|2.5.1\r", &format!("|2.5.1|||{modes}\r"));
    for (id, modes, code) in [("1", "AL|NE", "CA"), ("2", "NE|AL", "AA"), ("3", "AL|AL", "CA"), ("4", "SU|", "CA")] {
        assert_eq!(open.send(&asking(id, modes)).await.expect("answered").0.as_str(), code, "{modes}");
    }
    for (id, modes) in [("5", "NE|NE"), ("6", "ER|NE")] {
        assert_eq!(open.raw(&framed(&[&asking(id, modes)])).await, "", "{modes}");
    }
    assert_eq!(open.road.events().await.len(), 6);
    let original = Open::new(Listener { original_mode: true, ..listener() }).await;
    assert!(original.raw(&framed(&[&asking("7", "NE|NE")])).await.contains("MSA|AA|7"));
}

#[tokio::test]
async fn g1_nothing_is_acknowledged_that_the_store_refuses() {
    for (unavailable, expected) in [(Unavailable::Error, "MSA|AE|1|OXG0018 "), (Unavailable::Close, "")] {
        let settings = Box::new(|settings: &mut oxgate_store::Settings| {
            settings.faults = Faults::default().with_free_bytes(Arc::new(|| 1_000));
        });
        let plan = plan_with(Listener { unavailable, ..listener() });
        let open = Open::with(Setup { plan, settings, ..Setup::default() }).await;
        let answer = open.raw(&framed(&[&arrival("1"), &arrival("2")])).await;
        assert!(!answer.contains("AA") && answer.contains(expected), "{answer:?}");
        assert_eq!(answer.matches("MSA").count(), usize::from(!expected.is_empty()), "the connection ends");
        assert_eq!(open.road.events().await.len(), 0);
    }
}

#[tokio::test]
async fn g9_bytes_in_arrival_are_paid_for() {
    let budget = BytesBudget::new(8 * 1024);
    let open = Open::with(Setup { plan: plan_with(listener()), budget: budget.clone(), ..Setup::default() }).await;
    let long = format!("{}NTE|1||{}\r", arrival("1"), "x".repeat(5 * 1024));
    let others = budget.try_take(4 * 1024).expect("free");
    assert_eq!(open.raw(&framed(&[&long])).await, "");
    assert_eq!(open.road.counts().over_budget.get(), 1);
    assert!(open.raw(&framed(&[&arrival("2")])).await.contains("MSA|AA|2"));
    drop(others);
    assert!(open.raw(&framed(&[&long])).await.contains("MSA|AA|1"));
    open.doors.close(WITHIN).await;
    assert_eq!(budget.free(), 8 * 1024);
}

#[tokio::test]
async fn silence_ends_a_connection_and_a_message_that_never_ends_is_cut() {
    let hasty = Listener { idle: Duration::from_millis(5), frame: Duration::from_millis(5), ..listener() };
    let open = Open::new(hasty).await;
    for (bytes, faults) in [(&b""[..], 0), (b"\x0BMSH|^~\\&|half", 1)] {
        let mut stream = TcpStream::connect(open.address).await.expect("connected");
        stream.write_all(bytes).await.expect("written");
        // Nothing more is said; the door hangs up.
        assert_eq!(stream.read(&mut [0; 8]).await.expect("an end"), 0);
        assert_eq!(open.faults().len(), faults);
    }
}

#[tokio::test]
async fn a_stop_answers_what_is_under_way_and_closes_the_rest() {
    let open = Open::new(listener()).await;
    let mut idle = TcpStream::connect(open.address).await.expect("connected");
    let mut busy = TcpStream::connect(open.address).await.expect("connected");
    let frame = framed(&[&arrival("1")]);
    busy.write_all(&frame[..20]).await.expect("written");
    // The door has both connections once it has answered on a third.
    open.send(&arrival("0")).await.expect("answered");
    let closing = open.doors.close(WITHIN);
    let talking = async {
        assert_eq!(idle.read(&mut [0; 8]).await.expect("an end"), 0);
        busy.write_all(&frame[20..]).await.expect("written");
        let mut answer = String::new();
        busy.read_to_string(&mut answer).await.expect("an answer and an end");
        assert!(answer.contains("MSA|AA|1"), "{answer:?}");
    };
    tokio::join!(closing, talking);
    assert!(TcpStream::connect(open.address).await.is_err());
}

#[tokio::test]
async fn a_reload_keeps_open_doors_open_and_takes_new_settings() {
    let open = Open::new(listener()).await;
    let mut connection = open.target().connect().await.expect("connected");
    connection.send(arrival("1").as_bytes(), WITHIN).await.expect("answered");
    let changed = Listener { original_mode: true, ..listener() };
    let second = Listener { name: "lab".into(), ..listener() };
    let wanted = vec![changed, second];
    let bound = open.doors.bind(&wanted).await.expect("a free port");
    open.road.inbound.replace_plan(Plan { listeners: wanted, ..plan() }).expect("a good plan");
    open.doors.serve(bound).expect("served");
    assert_eq!(open.doors.addresses().len(), 2);
    assert_eq!(open.doors.addresses()[0].1, open.address, "the socket is the same");
    let asking = arrival("2").replace("|2.5.1\r", "|2.5.1|||AL|NE\r");
    let reply = connection.send(asking.as_bytes(), WITHIN).await.expect("answered over the old connection");
    assert_eq!(reply.code, Some(AckCode::ApplicationAccept));
    // An address that is taken refuses the whole, and what is in force stays.
    let taken = Listener { address: open.address, name: "other".into(), ..listener() };
    let error = open.doors.bind(&[taken]).await.expect_err("taken");
    assert!(error.to_string().starts_with("listener `other` cannot listen on 127.0.0.1:"), "{error}");
    // A door that is wanted no more closes.
    let bound = open.doors.bind(&[]).await.expect("nothing to open");
    open.road.inbound.replace_plan(plan()).expect("a good plan");
    open.doors.serve(bound).expect("served");
    assert!(open.doors.addresses().is_empty());
    assert!(connection.send(arrival("3").as_bytes(), WITHIN).await.is_err());
}

#[tokio::test]
async fn order_is_by_patient_where_so_configured() {
    let mut by_patient = plan_with(listener());
    by_patient.routes[0].order_by = OrderBy::Patient;
    let open = Open::with(Setup { plan: by_patient, ..Setup::default() }).await;
    for (id, patient) in [("1", "MRN-4711-0815"), ("2", "MRN-4711-0816"), ("3", "MRN-4711-0815")] {
        open.send(&arrival(id).replace("MRN-4711-0815", patient)).await.expect("answered");
    }
    let lane = open.road.deliveries(open.road.events().await[0].id).await[0].lane;
    let window = open.road.store.window(lane, (0, 0), 10).await.expect("readable");
    let keys: Vec<&OrderKeys> = window.iter().map(|delivery| &delivery.keys).collect();
    assert!(keys[0].precedes(keys[2]) && !keys[0].precedes(keys[1]), "{keys:?}");
    // Asked again later, a stored message has the same ones.
    for delivery in &window {
        let (event, store) = (open.road.event(delivery.id.event).await, &open.road.store);
        let body = store.body(event.id).await.expect("readable").expect("kept");
        let again = crate::order_keys(OrderBy::Patient, &event, &body, Some(&listener()), store.keyed());
        assert_eq!(again, delivery.keys);
    }
}

/// A receiver that answers the first message of each connection with these bytes, `ID` replaced by its control id.
async fn receiver(answers: Vec<&'static str>) -> Target {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = socket.local_addr().expect("an address").port();
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = socket.accept().await.expect("a connection");
            let mut seen = Vec::new();
            while !seen.ends_with(b"\x1C\r") {
                let mut chunk = [0; 1024];
                let read = stream.read(&mut chunk).await.expect("bytes");
                seen.extend_from_slice(&chunk[..read]);
            }
            let message = Message::parse(&seen, &Options::default()).expect("a message");
            let id = message.header().field(10).text().into_owned();
            stream.write_all(answer.replace("ID", &id).as_bytes()).await.expect("written");
        }
    });
    Target { host: "127.0.0.1".into(), port, tls: None }
}

/// What a handler reports of one message that this receiver answers so.
async fn reported(answer: &'static str) -> (Outcome, String) {
    let open = Open::new(listener()).await;
    open.send(&arrival("17")).await.expect("answered");
    let job = open.road.job(open.road.events().await[0].id).await;
    let handler = MllpHandler::new(receiver(vec![answer]).await, WITHIN);
    let report = handler.deliver(job).await;
    (report.outcome, report.reason.as_str().to_owned())
}

#[tokio::test]
async fn an_acknowledgement_settles_the_message_it_names() {
    let accepted = (Outcome::Accepted, String::new());
    assert_eq!(reported("\x0BMSH|^~\\&|||||||ACK|1|P|2.5\rMSA|AA|ID\r\x1C\r").await, accepted);
    assert_eq!(reported("\x0BMSH|^~\\&|||||||ACK|1|P|2.5\rMSA|CA|ID\x1C\r").await, accepted);
    // One that names another message was too late for it, and says nothing about this one.
    let late = "\x0BMSH|^~\\&|||||||ACK|1\rMSA|AE|old\r\x1C\r\x0BMSH|^~\\&|||||||ACK|2\rMSA|AA|ID\r\x1C\r";
    assert_eq!(reported(late).await, accepted);
    for code in ["AE", "AR", "CE", "CR"] {
        let answer = format!("\x0BMSH|^~\\&|||||||ACK|1\rMSA|{code}|ID\r\x1C\r").leak();
        assert_eq!(reported(answer).await, (Outcome::EventFailed, format!("ack-{}", code.to_lowercase())));
    }
    assert_eq!(reported("").await, (Outcome::EventFailed, "reset".to_owned()));
    let unclear = reported("\x0BMSH|^~\\&|||||||ACK|1\rMSA||ID\r\x1C\r").await;
    assert_eq!(unclear, (Outcome::EventFailed, "unreadable-reply".to_owned()));
}

#[tokio::test]
async fn g4_a_receiver_that_is_down_or_silent_is_an_outage() {
    let open = Open::new(listener()).await;
    open.send(&arrival("17")).await.expect("answered");
    let id = open.road.events().await[0].id;
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = gone.local_addr().expect("an address").port();
    drop(gone);
    let handler = MllpHandler::new(Target { host: "127.0.0.1".into(), port, tls: None }, WITHIN);
    let report = handler.deliver(open.road.job(id).await).await;
    assert_eq!((report.outcome, report.reason.as_str()), (Outcome::TargetFailed, "connect"));
    let metadata = Target { host: "169.254.169.254".into(), port: 80, tls: None };
    let report = MllpHandler::new(metadata, WITHIN).deliver(open.road.job(id).await).await;
    assert_eq!((report.outcome, report.reason.as_str()), (Outcome::TargetFailed, "address-refused"));
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let handler = MllpHandler::new(Target { host: "127.0.0.1".into(), port, tls: None }, Duration::from_millis(5));
    let report = handler.deliver(open.road.job(id).await).await;
    assert_eq!((report.outcome, report.reason.as_str()), (Outcome::TargetFailed, "timeout"));
}

#[tokio::test]
async fn a_connection_is_used_again_and_a_stale_one_is_replaced() {
    let sender = Open::new(listener()).await;
    sender.send(&arrival("17")).await.expect("answered");
    let id = sender.road.events().await[0].id;
    let open = Open::new(listener()).await;
    let handler = MllpHandler::new(open.target(), WITHIN);
    for _ in 0..2 {
        assert_eq!(handler.deliver(sender.road.job(id).await).await.outcome, Outcome::Accepted);
    }
    assert_eq!(open.road.counts().hl7_connections.get(), 1);
    let stale = receiver(vec!["\x0BMSH|^~\\&|||||||ACK|1\rMSA|AA|ID\r\x1C\r"; 2]).await;
    let handler = MllpHandler::new(stale, WITHIN);
    for _ in 0..2 {
        assert_eq!(handler.deliver(sender.road.job(id).await).await.outcome, Outcome::Accepted);
    }
}

/// An authority, and what it signed, for a hundred years.
const AUTHORITY: &[u8] = include_bytes!("tls/ca.pem");
const SERVER: (&[u8], &[u8]) = (include_bytes!("tls/server.pem"), include_bytes!("tls/server.key.pem"));
const CLIENT: (&[u8], &[u8]) = (include_bytes!("tls/client.pem"), include_bytes!("tls/client.key.pem"));

#[tokio::test]
async fn with_client_authorities_only_their_clients_get_in() {
    let server = tls::server(SERVER.0, SERVER.1, Some(AUTHORITY)).expect("usable");
    let open = Open::new(Listener { tls: Some(server), ..listener() }).await;
    let target = |tls| Target { host: "localhost".into(), tls: Some(tls), ..open.target() };
    let known = target(tls::client(Some(AUTHORITY), Some(CLIENT)).expect("usable"));
    let mut connection = known.connect().await.expect("agreed");
    let reply = connection.send(arrival("1").as_bytes(), WITHIN).await.expect("answered");
    assert_eq!(reply.code, Some(AckCode::ApplicationAccept));
    let stranger = target(tls::client(Some(AUTHORITY), None).expect("usable"));
    // With TLS 1.3 the client is done before the server has looked at it.
    let refused = match stranger.connect().await {
        Ok(mut connection) => connection.send(arrival("2").as_bytes(), WITHIN).await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(matches!(refused, Err(SendError::Tls(_) | SendError::Broken(_) | SendError::Ended)), "{refused:?}");
    let mut plain = open.target().connect().await.expect("connected");
    assert!(plain.send(arrival("3").as_bytes(), WITHIN).await.is_err());
    assert_eq!(open.road.events().await.len(), 1);
}

#[tokio::test]
async fn a_receiver_whose_certificate_nobody_signed_is_not_spoken_to() {
    let server = tls::server(SERVER.0, SERVER.1, None).expect("usable");
    let open = Open::new(Listener { tls: Some(server), ..listener() }).await;
    let doubting = tls::client(Some(CLIENT.0), None).expect("usable");
    let target = Target { host: "localhost".into(), tls: Some(doubting), ..open.target() };
    assert!(matches!(target.connect().await, Err(SendError::Tls(_))));
    let trusting = tls::client(Some(AUTHORITY), None).expect("usable");
    let target = Target { host: "localhost".into(), tls: Some(trusting), ..open.target() };
    assert!(target.connect().await.expect("agreed").send(arrival("1").as_bytes(), WITHIN).await.is_ok());
    assert!(tls::server(b"no certificate", SERVER.1, None).is_err() && tls::server(SERVER.0, b"no key", None).is_err());
}

#[tokio::test]
async fn only_hl7_messages_are_sent() {
    let road = Road::new();
    let id = road.post(super::fixture::arrival("log")).await.event();
    let handler = MllpHandler::new(Target { host: "127.0.0.1".into(), port: 1, tls: None }, WITHIN);
    let report = handler.deliver(road.job(id).await).await;
    assert_eq!((report.outcome, report.reason.as_str()), (Outcome::Rejected, "not-hl7"));
}
