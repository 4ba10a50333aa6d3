//! Acknowledgements, written and read.

use super::*;
use crate::{Options, escape};

fn message(text: &[u8]) -> Message<'_> {
    Message::parse(text, &Options::default()).expect("a message")
}

fn reply(code: AckCode) -> Reply<'static> {
    Reply { code, control_id: "R1", time: "20260301120000+0000", text: None, errors: &[] }
}

fn written(request: &[u8], reply: &Reply<'_>) -> String {
    let bytes = write(&message(request), reply).expect("an acknowledgement");
    String::from_utf8(bytes).expect("UTF-8").replace('\r', "\n")
}

#[test]
fn the_answer_echoes_what_it_must_in_the_form_of_the_version() {
    for (version, message_type) in [
        ("2.2", "ACK"),
        ("2.3", "ACK"),
        ("2.3.1", "ACK^A01"),
        ("2.4", "ACK^A01^ACK"),
        ("2.8", "ACK^A01^ACK"),
        ("", "ACK^A01^ACK"),
    ] {
        let request =
            format!("MSH|^~\\&|SA|SF^1.2|RA|RF|20260101||ADT^A01^ADT_A01|id\\T\\ 7|T^I|{version}||||||8859/1\r");
        let answer = written(request.as_bytes(), &reply(AckCode::ApplicationAccept));
        assert_eq!(
            answer,
            format!(
                "MSH|^~\\&|RA|RF|SA|SF^1.2|20260301120000+0000||{message_type}|R1|T^I|{version}||||||8859/1\nMSA|AA|id\\T\\ 7\n"
            )
        );
    }
    let answer = written(b"MSH#!@%*#SA#SF###x##ADT!A01#7#P#2.5", &reply(AckCode::CommitAccept));
    assert_eq!(answer, "MSH#!@%*###SA#SF#20260301120000+0000##ACK!A01!ACK#R1#P#2.5\nMSA#CA#7\n");
}

#[test]
fn errors_name_the_place_in_the_form_of_the_version() {
    let errors = [ErrorDetail {
        location: Some("PID[2]-3[4].1".parse().expect("a path")),
        condition: ErrorCondition::RequiredFieldMissing,
        text: Some("id | type".to_owned()),
    }];
    let reply = Reply { errors: &errors, text: Some("no identifier"), ..reply(AckCode::ApplicationError) };
    let new = written(b"MSH|^~\\&|||||||ADT^A01|7|P|2.5.1", &reply);
    assert!(new.ends_with(
        "\nMSA|AE|7|no identifier\nERR||PID^2^3^4^1|101^Required field missing^HL70357|E||||id \\F\\ type\n"
    ));
    let old = written(b"MSH|^~\\&|||||||ADT^A01|7|P|2.3", &reply);
    assert!(old.ends_with("\nMSA|AE|7|no identifier|||101^Required field missing\nERR|PID^2^3^101\n"));
    for text in [new, old] {
        let text = text.replace('\n', "\r");
        let ack = message(text.as_bytes());
        let read = read(&ack).expect("MSA");
        assert_eq!(read.code, Some(AckCode::ApplicationError));
        assert_eq!(read.errors.len(), 1);
        let error = read.errors[0];
        assert_eq!((error.code.text(), error.location.component(1).text()), ("101".into(), "PID".into()));
    }
}

#[test]
fn the_mode_decides_whether_and_what_is_answered() {
    use AckCode::{ApplicationAccept as AA, ApplicationError as AE, CommitAccept as CA, CommitError as CE};
    for (fields, accepted, refused, later) in [
        ("|", Some(AA), Some(AE), false),
        ("AL|NE", Some(CA), Some(CE), false),
        ("AL|", Some(CA), Some(CE), false),
        ("NE|NE", None, None, false),
        ("|AL", Some(AA), Some(AE), false),
        ("NE|ER", None, Some(AE), false),
        ("ER|SU", None, Some(CE), true),
        ("SU|AL", Some(CA), None, true),
        ("AL|AL", Some(CA), Some(CE), true),
        ("yes|no", Some(AA), Some(AE), false),
    ] {
        let text = format!("MSH|^~\\&|||||||ADT^A01|7|P|2.5|||{fields}");
        let mode = AckMode::of(&message(text.as_bytes()));
        assert_eq!((mode.reply(AA), mode.reply(AE)), (accepted, refused), "{fields}");
        assert_eq!(mode.wants_application_later(AA), later, "{fields}");
    }
}

#[test]
fn an_acknowledgement_is_never_acknowledged() {
    let ack = message(b"MSH|^~\\&|||||||ACK|7|P|2.5\rMSA|AA|1");
    assert!(is_ack(&ack));
    assert_eq!(write(&ack, &reply(AckCode::ApplicationAccept)), Err(AckError::IsAck));
    // A response to a query also has MSA, and is a message in its own right.
    assert!(!is_ack(&message(b"MSH|^~\\&|||||||RSP^K22|7|P|2.5\rMSA|AA|1")));
}

#[test]
fn unreadable_input_is_refused_where_its_separators_can_be_read() {
    let rejection = |input: &[u8]| reject_unreadable(input, &reply(AckCode::ApplicationReject));
    let answer = rejection(b"junk MSH|^~\\&|A").expect("separators").expect("an acknowledgement");
    assert_eq!(answer, b"MSH|^~\\&|||||20260301120000+0000||ACK|R1\rMSA|AR\r");
    for input in [&b"GET / HTTP/1.1\r\n"[..], b"MSH", b"MSH|", b"MSHAA", b""] {
        assert_eq!(rejection(input), None);
    }
}

#[test]
fn acknowledgements_are_matched_by_control_id_only() {
    let long = "x".repeat(40);
    for (control_id, sent, expected) in [
        ("7", "7", Match::Exact),
        (" 7 ", "7", Match::Near),
        ("", "7", Match::Unnamed),
        ("8", "7", Match::Other),
        (&long[..20], &long[..], Match::Near),
        ("xxx", &long[..], Match::Other),
    ] {
        let text = format!("MSH|^~\\&|||||||ACK\rMSA|ca|{control_id}");
        let ack = message(text.as_bytes());
        let read = read(&ack).expect("MSA");
        assert_eq!((read.code, read.matches(sent.as_bytes())), (Some(AckCode::CommitAccept), expected), "{control_id}");
    }
}

#[test]
fn text_that_the_charset_lacks_is_refused() {
    let request = message(b"MSH|^~\\&|||||||ADT^A01|7|P|2.5||||||8859/1");
    let reply = Reply { text: Some("山"), ..reply(AckCode::ApplicationError) };
    let error = escape::EncodeError::Charset { index: 0, charset: crate::Charset::Iso8859_1 };
    assert_eq!(write(&request, &reply), Err(AckError::Encode(error)));
}
