//! FHIR R4: the golden exchanges, and what they leave open.

use crate::golden::exchanges;
use crate::golden_platform::has_shape;
use crate::keys::Signer;
use crate::world::{World, body};
use http::Method;
use redox_emulator::directory::fixture;
use redox_emulator::exchange::{Answer, Request};
use redox_emulator::{Client, Config};
use serde_json::{Value, json};

const BASE: &str = "/fhir/R4/memorial-hospital/Development";

fn world(config: Config) -> World {
    let own = Signer::es384("k1");
    let mut world = World::with_hook(config);
    world.control("POST", "/keys", &own.jwks());
    world.oauth(&own);
    world
}

fn as_source(world: &mut World, request: Request) -> Answer {
    let token = world.bearer();
    let request =
        request.with_header("authorization", &token).with_header("redox-source-id", fixture::APPLICATION_SOURCE);
    world.answer(&request)
}

fn value(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

fn get(world: &mut World, path: &str) -> (u16, Value) {
    let answer = as_source(world, Request::new(Method::GET, &format!("{BASE}/{path}"), ""));
    (answer.status.as_u16(), value(&answer))
}

fn search(world: &mut World, kind: &str, form: &str) -> (u16, Value) {
    let request = Request::new(Method::POST, &format!("{BASE}/{kind}/_search"), form.to_owned())
        .with_header("content-type", "application/x-www-form-urlencoded");
    let answer = as_source(world, request);
    (answer.status.as_u16(), value(&answer))
}

fn operate(world: &mut World, operation: &str, bundle: &Value) -> (u16, Value) {
    let request = Request::new(Method::POST, &format!("{BASE}/{operation}"), bundle.to_string())
        .with_header("content-type", "application/fhir+json");
    let answer = as_source(world, request);
    (answer.status.as_u16(), value(&answer))
}

fn why(outcome: &Value) -> (&str, &str) {
    assert_eq!(outcome["resourceType"], "OperationOutcome", "{outcome}");
    let issue = &outcome["issue"][0];
    (issue["code"].as_str().unwrap(), issue["details"]["text"].as_str().unwrap())
}

fn appointment(patient: &str) -> Value {
    json!({
        "resourceType": "Bundle", "id": "b-1", "type": "message",
        "entry": [
            {"resource": {
                "resourceType": "MessageHeader", "id": "h-1",
                "eventUri": "https://fhir.redoxengine.com/EventDefinition/AppointmentCreate",
                "source": {"name": "Application", "endpoint": fixture::APPLICATION_SOURCE},
                "focus": [{"reference": "Appointment/a-1"}],
            }},
            {"resource": {
                "resourceType": "Appointment", "id": "a-1", "status": "proposed", "start": "2026-03-05T10:00:00Z",
                "participant": [{"status": "accepted", "actor": {"reference": patient}}],
            }},
        ],
    })
}

/// What is shape: of a resource with content of its own only `resourceType` and `id`.
fn skeleton(recorded: &Value) -> Value {
    match recorded {
        Value::Array(items) => items.iter().map(skeleton).collect(),
        Value::Object(members) => {
            let kind = members.get("resourceType").and_then(Value::as_str);
            let is_shape = kind.is_none_or(|kind| matches!(kind, "Bundle" | "MessageHeader"));
            let kept = members.iter().filter(|(name, _)| is_shape || matches!(name.as_str(), "resourceType" | "id"));
            kept.map(|(name, value)| (name.clone(), skeleton(value))).collect()
        }
        other => other.clone(),
    }
}

#[test]
fn golden_exchanges_are_answered_as_written_down() {
    let mut count = 0;
    for exchange in exchanges() {
        let name = exchange["name"].as_str().unwrap();
        if !name.starts_with("fhir-") {
            continue;
        }
        let mut world = world(Config::default());
        let recorded = &exchange["request"];
        let text = recorded["body"].as_str().map_or_else(|| recorded["body"].to_string(), str::to_owned);
        let method = Method::from_bytes(recorded["method"].as_str().unwrap().as_bytes()).unwrap();
        let mut request = Request::new(method, recorded["path"].as_str().unwrap(), text);
        for (header, value) in recorded["headers"].as_object().unwrap() {
            request = request.with_header(header, value.as_str().unwrap());
        }
        if name != "fhir-unauthorized" {
            request = request.with_header("authorization", &world.bearer());
        }
        let answer = world.answer(&request);
        let wanted = &exchange["response"];
        assert_eq!(u64::from(answer.status.as_u16()), wanted["status"].as_u64().unwrap(), "{name}: {answer:?}");
        for (header, value) in wanted["headers"].as_object().unwrap() {
            assert_eq!(answer.headers[header.as_str()], value.as_str().unwrap(), "{name}: {header}");
        }
        match &wanted["body"] {
            Value::String(text) => assert_eq!(answer.body, text.as_str(), "{name}"),
            outcome if outcome["resourceType"] == "OperationOutcome" => {
                assert_eq!(value(&answer)["issue"], outcome["issue"], "{name}");
            }
            body => {
                let own = value(&answer);
                has_shape(&own, &skeleton(body), name);
                assert_eq!(own["total"], body["total"], "{name}");
            }
        }
        count += 1;
    }
    assert!(count >= 8, "{count}");
}

#[test]
fn a_caller_needs_an_oauth_token_and_names_its_source() {
    let mut world = world(Config::default());
    let read = || Request::new(Method::GET, &format!("{BASE}/Patient/p-1"), "");
    assert_eq!(world.answer(&read()).status, 401);
    let token = world.bearer();
    let without = world.answer(&read().with_header("authorization", &token));
    assert_eq!((without.status.as_u16(), why(&value(&without)).0), (400, "required"));
    let foreign = read().with_header("authorization", &token).with_header("redox-source-id", fixture::EHR_SOURCE);
    assert_eq!(world.answer(&foreign).status, 403);
    assert_eq!(get(&mut world, "Patient/p-1").0, 200);
    let elsewhere = Request::new(Method::GET, "/fhir/R4/memorial-hospital/Production/Patient/p-1", "");
    assert_eq!(as_source(&mut world, elsewhere).status, 404);
    for kind in
        ["Patient", "Encounter", "Observation", "DocumentReference", "DiagnosticReport", "Appointment", "Binary"]
    {
        let link = json!({
            "source": fixture::APPLICATION_SOURCE, "destination": fixture::EHR_DESTINATION, "data_model": format!("FHIR.{kind}"),
        });
        assert_eq!(world.control("DELETE", "/subscriptions", &link)["removed"], 1);
    }
    let (status, refused) = get(&mut world, "Patient/p-1");
    assert_eq!((status, why(&refused).0), (403, "forbidden"), "no subscription is left");
    world.forget_token();
    let legacy = as_source(&mut world, read());
    assert_eq!(legacy.status, 403, "a token for an API key and secret");
}

#[test]
fn searches_find_none_one_several_and_the_ambiguous() {
    let mut world = world(Config::default());
    for (form, total) in [
        ("family=Nobody", 0),
        ("identifier=urn%3Aexample%3Amr%7CMR-0007", 1),
        ("family=Sampleton", 3),
        ("family=Twinfield&given=Mirror&birthdate=1985-05-05&gender=male", 2),
        ("", 8),
        ("name=mock&_format=json", 1),
    ] {
        let (status, found) = search(&mut world, "Patient", form);
        assert_eq!((status, &found["total"]), (200, &json!(total)), "{form}");
        assert_eq!(found["entry"].as_array().map_or(0, Vec::len), total, "{form}");
        let (_, by_get) = get(&mut world, &format!("Patient?{form}"));
        assert_eq!(by_get["total"], total, "the same by address: {form}");
    }
    assert_eq!(search(&mut world, "Observation", "patient=p-3&code=2345-7").1["total"], 1);
    assert_eq!(search(&mut world, "Patient", "shoesize=42").1["total"], 8, "leniently ignored");
    assert_eq!(search(&mut world, "Patient", "_count=many").0, 400);
    let plain = Request::new(Method::POST, &format!("{BASE}/Patient/_search"), "family=x");
    assert_eq!(as_source(&mut world, plain).status, 415);
}

#[test]
fn strict_refuses_parameters_that_are_not_known() {
    let mut world = world(Config { strict: true, ..Config::default() });
    let (status, refused) = search(&mut world, "Patient", "shoesize=42");
    assert_eq!((status, why(&refused).0), (400, "not-supported"));
    assert_eq!(search(&mut world, "Patient", "family=Sampleton").0, 200);
}

#[test]
fn pages_follow_links_that_carry_no_condition() {
    let mut world = world(Config::default());
    let (_, mut page) = search(&mut world, "Patient", "gender=male&_count=2");
    let mut seen = Vec::new();
    loop {
        assert_eq!(page["total"], 4);
        seen.extend(page["entry"].as_array().unwrap().iter().map(|entry| entry["resource"]["id"].clone()));
        let next = page["link"].as_array().unwrap().iter().find(|link| link["relation"] == "next");
        let Some(next) = next.map(|link| link["url"].as_str().unwrap().to_owned()) else { break };
        assert!(!next.contains("male"), "{next}");
        let path = next.strip_prefix("http://emulator.test").unwrap().to_owned();
        page = value(&as_source(&mut world, Request::new(Method::GET, &path, "")));
    }
    assert_eq!(seen, ["p-2", "p-3", "p-4", "p-5"]);
    assert_eq!(get(&mut world, "Patient?_cursor=long-gone").0, 410);
}

#[test]
fn what_an_operation_creates_can_be_read_and_found() {
    let mut world = world(Config::default());
    let (status, answer) = operate(&mut world, "Appointment/$appointment-create", &appointment("Patient/p-3"));
    assert_eq!(status, 200, "{answer}");
    let header = &answer["entry"][0]["resource"];
    assert_eq!((&header["response"]["identifier"], &header["response"]["code"]), (&json!("h-1"), &json!("ok")));
    let reference = header["focus"][0]["reference"].as_str().unwrap().to_owned();
    let (status, created) = get(&mut world, &reference);
    assert_eq!((status, &created["status"]), (200, &json!("proposed")));
    assert_eq!(search(&mut world, "Appointment", "patient=Patient/p-3&date=ge2026-03-01").1["total"], 1);
    let logs = world.control("GET", "/logs?data_model=FHIR.Appointment", &json!(null));
    assert_eq!(logs["logs"][2]["event_type"], "appointment-create");
    let binary =
        Request::new(Method::POST, &format!("{BASE}/Binary"), "%PDF").with_header("content-type", "application/pdf");
    let uploaded = as_source(&mut world, binary);
    assert_eq!(uploaded.status, 201);
    let location = uploaded.headers["location"].to_str().unwrap().rsplit_once("Development/").unwrap().1.to_owned();
    assert_eq!(get(&mut world, &location).1["data"], "JVBERg==");
}

#[test]
fn operations_say_what_is_wrong() {
    let mut world = world(Config::default());
    let mut refused = |change: &dyn Fn(&mut Value)| {
        let mut bundle = appointment("Patient/p-3");
        change(&mut bundle);
        let (status, outcome) = operate(&mut world, "Appointment/$appointment-create", &bundle);
        let (code, text) = why(&outcome);
        (status, code.to_owned(), text.to_owned())
    };
    let header = "/entry/0/resource";
    let wrong_event = refused(&|bundle| bundle.pointer_mut(header).unwrap()["eventUri"] = "AppointmentCreate".into());
    assert_eq!((wrong_event.0, wrong_event.1.as_str()), (400, "value"));
    let wrong_source = refused(&|bundle| bundle.pointer_mut(header).unwrap()["source"]["endpoint"] = "x".into());
    assert!(wrong_source.2.contains("source.endpoint"), "{wrong_source:?}");
    let no_focus = refused(&|bundle| bundle.pointer_mut(header).unwrap()["focus"] = json!([]));
    assert!(no_focus.2.contains("focus"), "{no_focus:?}");
    let stranger = refused(&|bundle| {
        bundle.pointer_mut("/entry/1/resource").unwrap()["participant"][0]["actor"]["reference"] =
            "Patient/p-99".into();
    });
    assert_eq!((stranger.0, stranger.1.as_str()), (422, "not-found"));
    assert_eq!(operate(&mut world, "Patient/$appointment-create", &json!({})).0, 404);
    let delete = Request::new(Method::DELETE, &format!("{BASE}/Patient/p-1"), "");
    assert_eq!(as_source(&mut world, delete).status, 405);
    world.control("POST", "/faults", &json!({"kind": "destination_error", "status": 503, "path": "/fhir/R4"}));
    let (status, outcome) = get(&mut world, "Patient/p-1");
    assert_eq!((status, why(&outcome).1), (503, "Memorial Hospital (EHR) returned status code 503"));
}

#[test]
fn notifications_are_pushed_in_order_and_retried_with_the_same_bytes() {
    let mut world = world(Config::default());
    let told = world.control("POST", "/fhir/notify", &json!({"event": "patient-created", "patient": "p-2"}));
    assert_eq!(told["logs"].as_array().unwrap().len(), 1);
    let first = world.only_delivery();
    assert_eq!(first.headers["content-type"], "application/fhir+json");
    assert_eq!(first.headers["verification-token"], fixture::VERIFICATION_TOKEN);
    let bundle = body(&first);
    assert_eq!((&bundle["resourceType"], &bundle["type"]), (&json!("Bundle"), &json!("message")));
    let header = &bundle["entry"][0]["resource"];
    assert_eq!(header["eventUri"], "https://fhir.redoxengine.com/EventDefinition/PatientAdminCreated");
    assert_eq!(header["definition"], "https://fhir.redoxengine.com/MessageDefinition/PatientAdminCreatedFull");
    assert_eq!(header["source"]["endpoint"], format!("urn:uuid:{}", fixture::EHR_SOURCE));
    assert_eq!(header["focus"][0]["reference"], "Patient/p-2");
    assert_eq!(bundle["entry"][1]["resource"]["birthDate"], "1962-02-29");
    world.settle_status(&first, 503);
    world.seconds(0);
    let again = world.only_delivery();
    assert_eq!(again.body, first.body);
    world.settle_status(&again, 200);
    world.control("PATCH", "/ehr", &json!({"notifications": "light"}));
    world.control("POST", "/fhir/notify", &json!({"event": "patient-arrived", "patient": "p-2"}));
    let light = body(&world.only_delivery());
    assert_eq!(light["entry"].as_array().unwrap().len(), 1, "only the header: {light}");
    let (status, _) =
        world.try_control("POST", "/fhir/notify", &json!({"event": "patient-created", "patient": "p-99"}));
    assert_eq!(status, 404);
}

#[test]
fn feed_speaks_fhir_when_told_to() {
    let mut world = world(Config::default());
    world.control("PATCH", "/feed", &json!({"format": "both"}));
    world.control("POST", "/feed/emit", &json!({"count": 1}));
    let sent = world.accept_all();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0]["Meta"]["EventType"], "Arrival");
    assert_eq!(sent[1]["entry"][1]["resource"]["id"], sent[0]["Patient"]["Identifiers"][0]["ID"]);
    assert_eq!(sent[1]["entry"][2]["resource"]["resourceType"], "Encounter");
    world.control("PATCH", "/feed", &json!({"format": "fhir"}));
    world.control("POST", "/feed/emit", &json!({"count": 1}));
    assert!(world.accept_all()[0].get("Meta").is_none());
}

/// Redox's demo application of 2021: searches by form and reads, with the header in lower case.
#[test]
fn demo_app_of_2021_searches_and_reads() {
    let own = Signer::rs384("k1");
    let clients = vec![Client { jwks: Some(own.jwks()), ..Client::default() }];
    let mut world = World::new(Config { clients, ..Config::default() });
    world.oauth(&own);
    let (_, found) = search(&mut world, "Patient", "given=Testa&family=Sampleton&birthdate=1970-01-01");
    let id = found["entry"][0]["resource"]["id"].as_str().unwrap().to_owned();
    assert_eq!(get(&mut world, &format!("Patient/{id}")).1["name"][0]["family"], "Sampleton");
    let (_, missing) = get(&mut world, "Patient/nobody");
    assert_eq!(why(&missing).1, "there is no such resource", "the text that it prints");
}
