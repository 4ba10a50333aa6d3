//! What lies on the disk, and who may open it.

use super::sample::{accept as new, accept_logged, hash, order};
use super::{Place, accept, noise, try_accept};
use crate::command::{Accepted, Idempotency, Submitted};
use crate::faults::{Faults, Mutation};
use crate::sqlite::{ConnectError, FILE, schema::SchemaError};
use crate::{FolderError, Kek, OpenError, ReadError, Settings};
use oxgate_core::limits::BODY_PART_BYTES;
use oxgate_core::{ContentHash, EventId};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// A patient's name as it must never stand on the disk.
const MARKER: &str = "Testina-Mango-7731";

/// Files of the folder that hold the marker.
fn files_with_marker(folder: &Path) -> Vec<String> {
    let holds = |path: &Path| {
        let bytes = fs::read(path).unwrap();
        bytes.windows(MARKER.len()).any(|window| window == MARKER.as_bytes())
    };
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    // The reserve is zeros, and large.
    let files = files.filter(|path| !path.ends_with("oxgate.reserve") && holds(path));
    files.map(|path| path.display().to_string()).collect()
}

/// Writes the marker wherever a caller can: small and large bodies, correlation, idempotency key, attempt detail.
async fn write_everywhere(place: &Place) -> Vec<(EventId, Vec<u8>)> {
    let store = place.open();
    let small = format!("{{\"Patient\":\"{MARKER}\"}}").into_bytes();
    let large = [noise(1, BODY_PART_BYTES), MARKER.as_bytes().to_vec(), noise(2, BODY_PART_BYTES)].concat();
    let mut written = Vec::new();
    for (number, body) in [(1, small), (2, large)] {
        let mut one = new(number);
        one.event.correlation = Some(store.seal_text(MARKER).unwrap());
        let Ok(Accepted::New { event, .. }) = try_accept(&store, one, &body).await else { panic!() };
        written.push((event, body));
    }
    let mut asked = order(3, "o-1", &[]);
    asked.event.body = store.seal(MARKER.as_bytes()).await.unwrap();
    let body = ContentHash::of([b"a".as_slice()]);
    asked.idempotency = Some(Idempotency { client: "app".into(), key: MARKER.into(), body });
    let Ok(Submitted::New { event, .. }) = store.submit(asked).await else { panic!() };
    written.push((event, MARKER.as_bytes().to_vec()));
    assert!(place.path().join("oxgate.db-wal").exists());
    let while_open = files_with_marker(place.path());
    assert_eq!(while_open.is_empty(), place.settings.kek.is_some(), "{while_open:?}");
    written
}

#[tokio::test]
async fn g8_no_plain_text_on_the_disk() {
    let place = Place::new();
    let written = write_everywhere(&place).await;
    assert!(files_with_marker(place.path()).is_empty());
    let again = place.reopened();
    for (event, body) in written {
        assert_eq!(again.body(event).await.unwrap(), Some(body));
        let row = again.event(event).await.unwrap().unwrap();
        let text = row.correlation.map(|sealed| again.open_text(&sealed).unwrap());
        assert!(text.is_none_or(|text| text == MARKER));
    }
}

/// That the test above can fail: without the operator's key the marker is there to be found.
#[tokio::test]
async fn without_a_key_bodies_are_plain() {
    let mut place = Place::new();
    place.settings.kek = None;
    write_everywhere(&place).await;
    assert!(!files_with_marker(place.path()).is_empty());
}

/// The deliberate bug is seen in the same way.
#[tokio::test]
async fn g8_bodies_in_the_clear_are_found() {
    let place = Place::with(Faults::mutated(Mutation::G8PlainBodies));
    let store = place.open();
    let mut event = new(1);
    event.event.body = store.seal(MARKER.as_bytes()).await.unwrap();
    store.accept(event).await.unwrap();
    assert!(!files_with_marker(place.path()).is_empty());
}

#[tokio::test]
async fn a_new_day_seals_under_a_new_key() {
    let place = Place::new();
    let store = place.open();
    let (first, _) = accept(&store, new(1)).await;
    place.clock.advance(Duration::from_hours(24));
    let sealed = store.seal(b"today").await.unwrap();
    assert_eq!(sealed.data_key, 2);
    assert_eq!(store.seal(b"again").await.unwrap().data_key, 2);
    drop(store);
    let again = place.reopened();
    assert_eq!(again.body(first).await.unwrap().as_deref(), Some(b"{}".as_slice()));
    assert_eq!(again.seal(b"later").await.unwrap().data_key, 2);
}

#[tokio::test]
async fn a_changed_byte_is_noticed() {
    let place = Place::new();
    let (event, _) = accept(&place.open(), new(1)).await;
    let connection = rusqlite::Connection::open(place.path().join(FILE)).unwrap();
    connection.execute("UPDATE bodies SET bytes = zeroblob(length(bytes))", []).unwrap();
    drop(connection);
    assert!(matches!(place.reopened().body(event).await, Err(ReadError::Sealed { .. })));
}

/// Every refusal leaves the files as they were.
fn refused(place: &Place, settings: Settings) -> OpenError {
    let before = fs::read(place.path().join(FILE)).unwrap();
    let error = place.try_open(settings).unwrap_err();
    assert_eq!(fs::read(place.path().join(FILE)).unwrap(), before);
    error
}

#[tokio::test]
async fn wrong_keys_are_refused_before_anything_is_written() {
    let place = Place::new();
    let (event, _) = accept(&place.open(), new(1)).await;
    let wrong = Some(Kek { name: "second".into(), key: [8; 32] });
    let error = refused(&place, Settings { kek: wrong, ..place.settings.clone() });
    assert!(matches!(&error, OpenError::WrongKey { stored, given } if stored == "first" && given == "second"));
    let error = refused(&place, Settings { kek: None, ..place.settings.clone() });
    assert!(matches!(error, OpenError::NoKey { .. }));
    let error = refused(&place, Settings { search_key: [4; 32], ..place.settings.clone() });
    assert!(matches!(error, OpenError::WrongSearchKey));
    assert!(place.reopened().event(event).await.unwrap().is_some());
}

#[tokio::test]
async fn a_plain_store_can_be_sealed_from_now_on() {
    let mut place = Place::new();
    let kek = place.settings.kek.take();
    let (plain, _) = accept(&place.open(), new(1)).await;
    place.settings.kek = kek;
    let store = place.reopened();
    let (sealed, _) = accept(&store, new(2)).await;
    for event in [plain, sealed] {
        assert_eq!(store.body(event).await.unwrap().as_deref(), Some(b"{}".as_slice()));
    }
}

#[tokio::test]
async fn a_second_open_is_refused_and_names_the_holder() {
    let place = Place::new();
    let store = place.open();
    let error = place.try_open(place.settings.clone()).unwrap_err();
    let OpenError::Folder(FolderError::Locked { holder, .. }) = &error else { panic!("{error:?}") };
    assert_eq!(*holder, format!("process {} since {}", std::process::id(), super::NOON));
    assert!(error.to_string().contains(holder.as_str()));
    store.close().await;
    place.open();
}

#[tokio::test]
async fn a_newer_store_is_refused() {
    let place = Place::new();
    accept(&place.open(), new(1)).await;
    let connection = rusqlite::Connection::open(place.path().join(FILE)).unwrap();
    let newer = crate::sqlite::schema::VERSION + 1;
    connection.pragma_update(None, "user_version", newer).unwrap();
    drop(connection);
    let error = refused(&place, place.settings.clone());
    let is_newer = |found| found == newer;
    assert!(
        matches!(error, OpenError::Database(ConnectError::Schema(SchemaError::Newer { found })) if is_newer(found)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_foreign_database_is_refused() {
    let place = Place::new();
    let connection = rusqlite::Connection::open(place.path().join(FILE)).unwrap();
    connection.execute_batch("CREATE TABLE theirs(x)").unwrap();
    drop(connection);
    let error = refused(&place, place.settings.clone());
    assert!(matches!(error, OpenError::Database(ConnectError::Schema(SchemaError::Foreign { .. }))), "{error:?}");
}

#[tokio::test]
async fn a_reopened_store_has_everything() {
    let place = Place::new();
    let store = place.open();
    let (event, id) = accept(&store, accept_logged(1, "log-1", "a")).await;
    let keyed = store.keyed().hash("visit", "7");
    let lanes = store.lanes().await.unwrap();
    drop(store);
    let again = place.reopened();
    assert_eq!(again.lanes().await.unwrap(), lanes);
    assert_eq!(again.busy_lanes().await.unwrap(), lanes);
    assert_eq!(again.delivery(id).await.unwrap().unwrap().rank, event.seq);
    assert_eq!(again.keyed().hash("visit", "7"), keyed);
    assert_ne!(keyed, hash("7"));
    let (next, _) = accept(&again, new(2)).await;
    assert_eq!(next.seq, event.seq + 1);
}
