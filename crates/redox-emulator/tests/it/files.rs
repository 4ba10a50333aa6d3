//! Uploaded files: fetched back, named in messages, ended.

use crate::keys::Signer;
use crate::world::{World, body, message};
use http::Method;
use redox_emulator::directory::fixture;
use redox_emulator::exchange::{Answer, Request};
use redox_emulator::{Client, Config};
use serde_json::{Value, json};

fn upload(world: &mut World, content: &str) -> Answer {
    let form = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"scan.pdf\"\r\n\
         Content-Type: application/pdf\r\n\r\n{content}\r\n--b--\r\n"
    );
    let request = Request::new(Method::POST, "/upload", form)
        .with_header("authorization", &world.bearer())
        .with_header("content-type", "multipart/form-data; boundary=b");
    world.answer(&request)
}

fn uploaded(world: &mut World, content: &str) -> String {
    let answer = upload(world, content);
    assert_eq!(answer.status, 201);
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    body["URI"].as_str().unwrap().to_owned()
}

fn fetch(world: &mut World, uri: &str) -> Answer {
    let path = uri.strip_prefix("http://emulator.test").unwrap();
    let request = Request::new(Method::GET, path, "").with_header("authorization", &world.bearer());
    world.answer(&request)
}

fn media(uri: &str, destination: &str) -> Value {
    let media = json!({
        "FileType": "PDF", "FileName": "scan.pdf", "FileContents": uri, "DocumentType": "Report", "DocumentID": "D-1",
        "Provider": {"ID": "4000000001"}, "Availability": "Available",
    });
    let patient = json!({"Identifiers": [{"ID": "EX-1", "IDType": "MR"}]});
    let mut sent = message("Media", "New", &json!({"Patient": patient, "Media": media}));
    sent["Meta"]["Destinations"] = json!([{"ID": destination}]);
    sent
}

#[test]
fn uri_gives_the_file_back_to_who_uploaded_it() {
    let mut world = World::new(Config::default());
    let uri = uploaded(&mut world, "%PDF invented");
    let other = uploaded(&mut world, "%PDF invented");
    assert_ne!(uri, other, "every upload is a file of its own");
    let answer = fetch(&mut world, &uri);
    assert_eq!((answer.status.as_u16(), answer.body.as_ref()), (200, &b"%PDF invented"[..]));
    assert_eq!(answer.headers["content-type"], "application/pdf");
    let anonymous = Request::new(Method::GET, uri.strip_prefix("http://emulator.test").unwrap(), "");
    assert_eq!(world.answer(&anonymous).status, 401);
    assert_eq!(fetch(&mut world, "http://emulator.test/14652699").status, 404);

    let stranger = Signer::es384("k1");
    let client = Client { sources: vec![fixture::EHR_SOURCE.to_owned()], ..Client::default() };
    let mut world = World::new(Config { clients: vec![client], ..Config::default() });
    let uri = uploaded(&mut world, "mine");
    world.control("POST", "/keys", &stranger.jwks());
    world.oauth(&stranger);
    assert_eq!(fetch(&mut world, &uri).status, 403);
}

#[test]
fn uris_end_by_time_or_on_demand() {
    let mut world = World::new(Config::default());
    let first = uploaded(&mut world, "one");
    world.seconds(1_000_000);
    world.forget_token();
    assert_eq!(fetch(&mut world, &first).status, 200, "without a lifetime for ever");
    assert_eq!(world.control("POST", "/uploads/expire", &json!({}))["expired"], 1);
    assert_eq!(fetch(&mut world, &first).status, 404);
    world.control("PATCH", "/settings", &json!({"limits": {"upload_lifetime": "60s"}}));
    let second = uploaded(&mut world, "two");
    world.seconds(59);
    assert_eq!(fetch(&mut world, &second).status, 200);
    world.seconds(1);
    assert_eq!(fetch(&mut world, &second).status, 404);
    let (status, reply) = world.post(&media(&second, fixture::EHR_DESTINATION));
    assert_eq!((status, &reply["Meta"]["Errors"][0]["Type"]), (400, &json!("message")), "{reply}");
    let listed = world.control("GET", "/uploads", &json!(null));
    assert_eq!(
        (&listed["uploads"][1]["file_name"], &listed["uploads"][1]["is_expired"]),
        (&json!("scan.pdf"), &json!(true))
    );
}

#[test]
fn receiver_sees_content_and_never_a_uri() {
    let mut world = World::with_hook(Config::default());
    let link = json!({
        "source": fixture::APPLICATION_SOURCE, "destination": fixture::APPLICATION_DESTINATION, "data_model": "Media",
    });
    world.control("POST", "/subscriptions", &link);
    let uri = uploaded(&mut world, "%PDF invented");
    assert_eq!(world.post(&media(&uri, fixture::APPLICATION_DESTINATION)).0, 200);
    world.control("POST", "/uploads/expire", &json!({}));
    assert_eq!(body(&world.only_delivery())["Media"]["FileContents"], "JVBERiBpbnZlbnRlZA==", "taken in when accepted");
    let received = world.control("GET", "/received", &json!(null));
    assert_eq!(received["received"][0]["body"]["Media"]["FileContents"], uri, "as sent");
}

#[test]
fn oldest_files_go_when_there_are_too_many_bytes() {
    let mut world = World::new(Config::default());
    world.control("PATCH", "/settings", &json!({"limits": {"kept_body_bytes_max": 10}}));
    let first = uploaded(&mut world, "123456");
    let second = uploaded(&mut world, "123456");
    assert_eq!(fetch(&mut world, &first).status, 404);
    assert_eq!(fetch(&mut world, &second).status, 200);
}
