//! The exact wire forms of public clients, replayed: they must work unmodified but for the host.

use crate::keys::{Signer, token_form};
use crate::world::World;
use http::Method;
use redox_emulator::Config;
use redox_emulator::directory::fixture;
use redox_emulator::exchange::Request;
use serde_json::{Value, json};

fn send(world: &mut World, path: &str, token: &str, message: &Value) -> (u16, Value) {
    let request = Request::new(Method::POST, path, message.to_string())
        .with_header("authorization", &format!("Bearer {token}"))
        .with_header("content-type", "application/json");
    let answer = world.answer(&request);
    (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap_or_default())
}

/// .NET sample: three keys to both addresses, no `Destinations`, dates without zone, `Preadmit`.
#[test]
fn dotnet_sample() {
    let mut world = World::new(Config::default());
    let mut keys = json!({"apiKey": fixture::API_KEY, "secret": fixture::API_SECRET, "refreshToken": null});
    let first: Value = serde_json::from_slice(&world.json("/auth/authenticate", &keys).body).unwrap();
    keys["refreshToken"] = first["refreshToken"].clone();
    let second: Value = serde_json::from_slice(&world.json("/auth/refreshToken", &keys).body).unwrap();
    let token = second["accessToken"].as_str().unwrap();
    let identifiers = json!({"Identifiers": [{"ID": "EX-1", "IDType": "MR"}]});
    let visit = json!({
        "VisitNumber": "V-1", "VisitDateTime": "2017-08-01T12:00:00", "Location": {"Department": "Example Clinic"},
        "Duration": 30, "PreviousVisitNumber": "V-0",
    });
    let media = json!({
        "FileType": "PDF", "FileName": "x.pdf", "FileContents": "JVBERi0=", "DocumentType": "Report", "DocumentID": "D-1", "OriginalDocumentID": "D-0",
        "Provider": {"ID": "4000000001"}, "Availability": "Available",
    });
    let mut merged = identifiers.clone();
    merged["PreviousIdentifiers"] = json!([{"ID": "EX-0", "IDType": "MR"}]);
    let admin = [
        "Arrival",
        "Cancel",
        "Discharge",
        "NewPatient",
        "PatientMerge",
        "PatientUpdate",
        "Preadmit",
        "Registration",
        "Transfer",
        "VisitUpdate",
    ];
    let scheduling = ["Cancel", "Modification", "New", "NoShow", "Reschedule"];
    let all = admin.map(|event| ("PatientAdmin", event, 2)).into_iter();
    let all = all.chain(scheduling.map(|event| ("Scheduling", event, 1)));
    for (model, event, subscribers) in all.chain(["New", "Replace", "Delete"].map(|event| ("Media", event, 2))) {
        let meta = json!({"DataModel": model, "EventType": event, "EventDateTime": "2017-08-01T12:00:00"});
        let message = json!({"Meta": meta, "Patient": merged, "Visit": visit, "Media": media});
        let (status, reply) = send(&mut world, "/endpoint", token, &message);
        assert_eq!(status, 200, "{model}.{event}: {reply}");
        assert_eq!(reply["Meta"]["Logs"].as_array().unwrap().len(), subscribers, "every subscriber of {model}");
    }
    for event in ["AvailableSlots", "Booked"] {
        let meta = json!({"DataModel": "Scheduling", "EventType": event, "EventDateTime": "2017-08-01T12:00:00"});
        let message = json!({"Meta": meta, "StartDateTime": "2017-08-01T12:00:00", "Patient": identifiers});
        let (status, reply) = send(&mut world, "/endpoint", token, &message);
        assert_eq!((status, reply["Meta"].get("Errors")), (200, None), "{event}: {reply}");
    }
}

/// Ruby gem: `Test: true`, microseconds, the older address for queries.
#[test]
fn ruby_gem() {
    let mut world = World::new(Config::default());
    let token = world.bearer();
    let meta = json!({
        "DataModel": "PatientSearch", "EventType": "Query", "Test": true,
        "EventDateTime": "2025-12-01T10:00:00.123456Z", "Source": {"ID": fixture::APPLICATION_SOURCE},
        "Destinations": [{"ID": fixture::EHR_DESTINATION, "Name": "whatever"}],
    });
    let message = json!({"Patient": {"Demographics": {"LastName": "Ipsumsdottir"}}, "Meta": meta});
    let (status, reply) = send(&mut world, "/query", token.strip_prefix("Bearer ").unwrap(), &message);
    assert_eq!((status, &reply["Patient"]["Demographics"]["FirstName"]), (200, &json!("Loremia")));
    assert_eq!(reply["Meta"]["Destinations"][0]["Name"], "Memorial Hospital (EHR)", "the true name");
}

/// Tidepool: RS384 without `aud` and without `typ`; base64 content in the message.
#[test]
fn tidepool() {
    let mut signer = Signer::rs384("k1");
    signer.header.typ = None;
    let mut world = World::new(Config::default());
    world.control("POST", "/keys", &signer.jwks());
    let now = world.now.as_second();
    let claims = json!({
        "iss": fixture::CLIENT_ID, "sub": fixture::CLIENT_ID, "iat": now, "exp": now + 300, "jti": "0123456789abcdef",
    });
    let request = Request::new(Method::POST, "/v2/auth/token", token_form(&signer.sign(&claims)))
        .with_header("content-type", "application/x-www-form-urlencoded");
    let token: Value = serde_json::from_slice(&world.answer(&request).body).unwrap();
    let note = json!({
        "ContentType": "Base64 Encoded", "FileContents": "JVBERi0=", "FileType": "PDF", "DocumentType": "Report",
        "DocumentID": "DOC-1", "Provider": {"ID": "4000000001"},
    });
    let message = json!({
        "Meta": {
            "DataModel": "Notes", "EventType": "New", "Source": {"ID": fixture::APPLICATION_SOURCE},
            "Destinations": [{"ID": fixture::EHR_DESTINATION}],
        },
        "Patient": {"Identifiers": [{"ID": "EX-1", "IDType": "MR"}]}, "Note": note,
    });
    let (status, reply) = send(&mut world, "/endpoint", token["access_token"].as_str().unwrap(), &message);
    assert_eq!(status, 200, "{reply}");
}

/// Redox demo application of 2021: the older token address with the API key as issuer, `Meta.Extensions`, and the data
/// model spelt with a space.
#[test]
fn redox_demo_app() {
    let signer = Signer::rs384("k1");
    let mut world = World::new(Config::default());
    world.control("POST", "/keys", &signer.jwks());
    let now = world.now.as_second();
    let claims = json!({
        "iss": fixture::API_KEY, "sub": fixture::API_KEY, "aud": "https://api.redoxengine.com/oauth/token",
        "iat": now, "exp": now + 300, "jti": "0123456789abcdef",
    });
    let request = Request::new(Method::POST, "/oauth/token", token_form(&signer.sign(&claims)))
        .with_header("content-type", "application/x-www-form-urlencoded");
    let token: Value = serde_json::from_slice(&world.answer(&request).body).unwrap();
    let token = token["access_token"].as_str().unwrap();
    let meta = json!({
        "DataModel": "Clinical Summary", "EventType": "DocumentGet",
        "Destinations": [{"ID": fixture::EHR_DESTINATION}],
        "Extensions": {"purpose-of-use": {"coding": {"code": "TREATMENT"}}},
    });
    let (status, reply) = send(&mut world, "/endpoint", token, &json!({"Meta": meta, "Document": {"ID": "x"}}));
    assert_eq!(status, 200);
    assert!(reply["Meta"]["Errors"][0]["Text"].is_string(), "the client prints it: {reply}");
}

/// Node sample of 2016: authenticates each time, wants exactly 200, and posts form-encoded credentials in some demos.
#[test]
fn node_sample() {
    let mut world = World::new(Config::default());
    let form = format!("apiKey={}&secret={}", fixture::API_KEY, fixture::API_SECRET);
    let request = Request::new(Method::POST, "/auth/authenticate", form)
        .with_header("content-type", "application/x-www-form-urlencoded");
    let answer = world.answer(&request);
    assert_eq!(answer.status, 200);
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["expires"], "2026-03-03T09:30:00.000Z", "milliseconds and Z");
}

/// Uploads with a multipart body as the client writes it; the URI that comes back.
fn upload(world: &mut World, token: &str) -> String {
    let form = "------X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"report.pdf\"\r\n\
                Content-Type: application/pdf\r\n\r\n%PDF-1.4\r\n------X--\r\n";
    let request = Request::new(Method::POST, "/upload", form)
        .with_header("authorization", &format!("Bearer {token}"))
        .with_header("content-type", "multipart/form-data; boundary=----X");
    let answer = world.answer(&request);
    assert_eq!(answer.status, 201);
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    body["URI"].as_str().unwrap().to_owned()
}

/// Tidepool, continued: a report is uploaded, named in a note and as an encapsulated result.
#[test]
fn tidepool_uploads() {
    let mut world = World::new(Config::default());
    let token = world.bearer().trim_start_matches("Bearer ").to_owned();
    let uri = upload(&mut world, &token);
    let patient = json!({"Identifiers": [{"ID": "EX-1", "IDType": "MR"}]});
    let note = json!({
        "ContentType": "Plain Text", "FileContents": uri, "FileType": "PDF", "DocumentType": "Report", "DocumentID": "DOC-1",
        "Provider": {"ID": "4000000001"},
    });
    let meta = |model: &str| {
        json!({
            "DataModel": model, "EventType": "New", "Destinations": [{"ID": fixture::EHR_DESTINATION}],
            "Source": {"ID": fixture::APPLICATION_SOURCE}, "FacilityCode": null,
        })
    };
    let (status, reply) =
        send(&mut world, "/endpoint", &token, &json!({"Meta": meta("Notes"), "Patient": patient, "Note": note}));
    assert_eq!(status, 200, "{reply}");
    let result =
        json!({"Code": "R", "Value": uri, "ValueType": "Encapsulated Data", "FileType": "PDF", "Status": "Final"});
    let orders = json!([{"ID": "ORD-1", "Status": "Resulted", "Results": [result]}]);
    let (status, reply) =
        send(&mut world, "/endpoint", &token, &json!({"Meta": meta("Results"), "Patient": patient, "Orders": orders}));
    assert_eq!(status, 200, "{reply}");
    assert!(reply["Meta"]["Logs"][0]["ID"].is_string(), "it links to the dashboard by this");
}

/// Scala client of 2019: queries at the older address, uploads at the API's own host, refreshes its token.
#[test]
fn scala_client() {
    let mut world = World::new(Config::default());
    let keys = json!({"apiKey": fixture::API_KEY, "secret": fixture::API_SECRET});
    let first: Value = serde_json::from_slice(&world.json("/auth/authenticate", &keys).body).unwrap();
    let refresh = json!({"apiKey": fixture::API_KEY, "refreshToken": first["refreshToken"]});
    let second: Value = serde_json::from_slice(&world.json("/auth/refreshToken", &refresh).body).unwrap();
    let token = second["accessToken"].as_str().unwrap();
    assert!(upload(&mut world, token).starts_with("http://emulator.test/"));
    let meta = json!({
        "DataModel": "Clinical Summary", "EventType": "PatientQuery", "Test": true,
        "Destinations": [{"ID": fixture::EHR_DESTINATION}],
    });
    let message = json!({"Meta": meta, "Patient": {"Identifiers": [{"ID": "MR-0001", "IDType": "MR"}]}});
    let (status, reply) = send(&mut world, "/query", token, &message);
    assert_eq!((status, &reply["Header"]["Document"]["ID"]), (200, &json!("DOC-0001")), "{reply}");
    let (status, body) = send(&mut world, "/query", "no-such-token", &message);
    assert_eq!((status, body), (401, Value::Null), "text, from which it makes the status' own words");
}

/// Ruby client of 2021: everything at `/endpoint`, `Meta` last in the body, whole numbers where ids were.
#[test]
fn ruby_client_of_2021() {
    let mut world = World::new(Config::default());
    world.control("PATCH", "/settings", &json!({"switches": {"reply_shape": "2020", "partial_failure": "400"}}));
    let token = world.bearer().trim_start_matches("Bearer ").to_owned();
    let meta = |model: &str, event: &str| {
        json!({
            "DataModel": model, "EventType": event, "Source": {"ID": fixture::APPLICATION_SOURCE},
            "Destinations": [{"ID": fixture::EHR_DESTINATION}],
        })
    };
    let nobody = json!({"Patient": {"Demographics": {"LastName": "Nobody"}}, "Meta": meta("PatientSearch", "Query")});
    let (status, reply) = send(&mut world, "/endpoint", &token, &nobody);
    assert_eq!((status, &reply["Patient"]), (200, &json!({})));
    assert!(reply["Meta"]["Message"]["ID"].as_u64().is_some_and(|id| id > u64::from(u32::MAX)));
    let booked = json!({"StartDateTime": "2021-02-01T00:00:00Z", "Meta": meta("Scheduling", "Booked")});
    let (status, reply) = send(&mut world, "/endpoint", &token, &booked);
    assert_eq!((status, &reply["Visits"]), (200, &json!([])));
    world.control("POST", "/faults", &json!({"kind": "destination_error", "count": 1}));
    let (status, reply) = send(&mut world, "/endpoint", &token, &nobody);
    assert_eq!((status, &reply["Meta"]["Errors"][0]["Type"]), (400, &json!("transmission")));
}
