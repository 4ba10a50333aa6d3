//! Files passed on to Redox.

use crate::house::House;
use crate::redox::Says;
use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use oxgate_outbound::files::FILE_BYTES_MAX;

const PDF: [(&str, &str); 1] = [("content-type", "application/pdf")];

fn pieces(count: usize, bytes: usize) -> Body {
    let piece = Bytes::from(vec![7; bytes]);
    Body::from_stream(futures_util::stream::iter((0..count).map(move |_| Ok::<_, std::io::Error>(piece.clone()))))
}

#[tokio::test]
async fn a_file_is_passed_on_and_its_uri_answered() {
    let house = House::still();
    let answer = house.call_with("POST", "/v1/files", &PDF, pieces(3, 1_000)).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.json(), serde_json::json!({ "uri": "https://blob.example/7", "bytes": 3_000 }));
    let named = [("oxgate-source", "clinic")];
    assert_eq!(house.call_with("POST", "/v1/files", &named, "x").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn g9_a_file_over_the_limit_is_broken_off() {
    let house = House::still();
    let most = usize::try_from(FILE_BYTES_MAX).unwrap();
    let piece = 1024 * 1024;
    let answer = house.call_with("POST", "/v1/files", &PDF, pieces(most / piece + 2, piece)).await;
    assert_eq!((answer.code().as_str(), &answer.json()["limit"]), ("OXG0006", &FILE_BYTES_MAX.into()));
    assert!(*house.redox.file_bytes.lock().unwrap() <= most, "not a byte more than the limit went out");
    let announced = [("content-length", "40000000")];
    assert_eq!(house.call_with("POST", "/v1/files", &announced, "x").await.code(), "OXG0006");
}

#[tokio::test]
async fn what_redox_says_of_a_file_is_told_by_its_code() {
    for (says, code) in [
        (Says::Reply(413, ""), "OXG0054"),
        (Says::Reply(400, r#"{"errorDetail":"a part named file is required"}"#), "OXG0054"),
        (Says::Reply(401, "Invalid request"), "OXG0037"),
        (Says::Reply(403, ""), "OXG0032"),
        (Says::Reply(429, ""), "OXG0034"),
        (Says::Reply(201, "{}"), "OXG0032"),
        (Says::NotThere, "OXG0032"),
        (Says::Late, "OXG0032"),
    ] {
        let house = House::still();
        house.redox.will_say(says);
        assert_eq!(house.call_with("POST", "/v1/files", &PDF, "x").await.code(), code, "{says:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_a_file_is_refused_before_it_leaves() {
    let house = House::still();
    for (headers, body, code) in [
        (&[("content-length", "0")], "", "OXG0009"),
        (&[("content-type", "multipart/form-data; boundary=x")], "x", "OXG0008"),
        (&[("oxgate-source", "clinik")], "x", "OXG0007"),
    ] {
        let answer = house.call_with("POST", "/v1/files", headers, body).await;
        assert_eq!(answer.code(), code, "{headers:?}");
    }
    assert_eq!(
        house.call_with("POST", "/v1/files", &[("oxgate-source", "clinik")], "x").await.text_of("nearest"),
        "clinic"
    );
    assert_eq!(*house.redox.file_bytes.lock().unwrap(), 0);
}
