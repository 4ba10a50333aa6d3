//! Every golden exchange of `fixtures/wire` is read as it says it means, in both directions.

use std::path::PathBuf;

use redox_wire::challenge::Challenge;
use redox_wire::platform::{self, Destination, Element, Environment, Log, OAuthKey, Source, Subscription};
use redox_wire::reply::{Reply, ReplyBody, ReplyHeaders, RequestKind, read};
use redox_wire::token::{TokenReply, read_legacy, read_oauth};
use redox_wire::upload::{self, UploadReply};
use redox_wire::verification::{Presented, Verdict, check, check_token};
use serde_json::Value;

/// The token that the endpoint of the exchanges expects.
const ENDPOINT_TOKEN: &[u8] = b"emulator-verification-token";

struct Exchange {
    name: String,
    json: Value,
}

impl Exchange {
    fn all() -> Vec<Self> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/wire");
        let mut all: Vec<Self> = std::fs::read_dir(&folder)
            .expect("fixtures/wire is there")
            .map(|entry| entry.expect("the folder can be listed").path())
            .filter(|path| path.extension().is_some_and(|ext| ext == "json"))
            .map(|path| {
                let text = std::fs::read(&path).expect("the file can be read");
                let json: Value = serde_json::from_slice(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
                Self { name: path.file_stem().expect("has a name").to_string_lossy().into_owned(), json }
            })
            .collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    fn means(&self) -> &str {
        self.json["means"].as_str().unwrap_or_else(|| panic!("{} does not say what it means", self.name))
    }

    fn header(&self, side: &str, name: &str) -> Option<&str> {
        self.json[side]["headers"][name].as_str()
    }

    /// A JSON value stands for its serialised form, a string for itself.
    fn body(&self, side: &str) -> Vec<u8> {
        match &self.json[side]["body"] {
            Value::String(text) => text.clone().into_bytes(),
            Value::Null => Vec::new(),
            value => value.to_string().into_bytes(),
        }
    }

    fn status(&self) -> u16 {
        self.json["response"]["status"].as_u64().and_then(|status| status.try_into().ok()).expect("has a status")
    }

    fn path(&self) -> &str {
        self.json["request"]["path"].as_str().expect("has a path")
    }

    fn reply_headers(&self) -> ReplyHeaders<'_> {
        ReplyHeaders {
            content_type: self.header("response", "content-type"),
            retry_after: self.header("response", "retry-after"),
            rate_limit: self.header("response", "x-ratelimit-limit"),
            date: self.header("response", "date"),
        }
    }
}

/// What a sender finds out. `target-failed` stands for [`Reply::Failed`] too: the fixtures have one word for "not accepted,
/// try again", whether or not the try counts.
fn sender_word(exchange: &Exchange, kind: RequestKind) -> &'static str {
    let body = exchange.body("response");
    match read(kind, exchange.status(), &exchange.reply_headers(), ReplyBody::Whole(&body)) {
        Reply::Failed(_) => "target-failed",
        reply => reply.word(),
    }
}

/// What an upload finds out.
fn upload_word(exchange: &Exchange) -> &'static str {
    let body = exchange.body("response");
    match upload::read(exchange.status(), &exchange.reply_headers(), ReplyBody::Whole(&body)) {
        UploadReply::Stored(uri) => {
            assert_eq!(exchange.json["response"]["body"]["URI"], uri.as_str(), "{}", exchange.name);
            "uploaded"
        }
        UploadReply::NotStored(reply) => reply.word(),
    }
}

/// What a question to the platform API finds out; every element of an answer is read.
fn platform_word(exchange: &Exchange) -> &'static str {
    let body = exchange.body("response");
    let answer = match platform::read(exchange.status(), &exchange.reply_headers(), ReplyBody::Whole(&body)) {
        Ok(answer) => answer,
        Err(refusal) => return refusal.word(),
    };
    let payload = exchange.json["response"]["body"]["payload"].as_object().expect("has a payload");
    let name = payload.keys().next().expect("has a member").as_str();
    let whole = match name {
        "environments" => all_read::<Environment>(&answer),
        "sources" => all_read::<Source>(&answer),
        "destinations" => all_read::<Destination>(&answer),
        "subscriptions" => all_read::<Subscription>(&answer),
        "results" => all_read::<Log>(&answer),
        "apikeys" => all_read::<OAuthKey>(&answer),
        "source" => answer.one::<Source>().is_ok(),
        "destination" => answer.one::<Destination>().is_ok(),
        "subscription" => answer.one::<Subscription>().is_ok(),
        "result" => answer.one::<Log>().is_ok(),
        "apikey" => answer.one::<OAuthKey>().is_ok(),
        "message" => true,
        other => panic!("{}: nothing is called {other}", exchange.name),
    };
    assert!(whole, "{}", exchange.name);
    "answered"
}

fn all_read<T: Element>(answer: &platform::Answer) -> bool {
    answer.page::<T>().is_ok_and(|page| page.unreadable == 0)
}

/// What a token request finds out. Only `invalid_client` is final, so other refusals are asked again.
fn token_word(exchange: &Exchange) -> &'static str {
    let body = exchange.body("response");
    let reply = if exchange.path().starts_with("/auth/") {
        read_legacy(exchange.status(), &exchange.reply_headers(), &body)
    } else {
        read_oauth(exchange.status(), &exchange.reply_headers(), &body)
    };
    match reply {
        TokenReply::Granted(_) => "token",
        TokenReply::Refused(_) => "unauthorized",
        TokenReply::Unavailable(_) => "rejected",
    }
}

/// What an endpoint finds out about a delivery; a delivery is not mistaken for a challenge.
fn delivery_word(exchange: &Exchange) -> &'static str {
    assert_eq!(Challenge::from_post(&exchange.body("request"), None), None, "{}", exchange.name);
    let presented = Presented {
        verification_token: exchange.header("request", "verification-token").map(str::as_bytes),
        authorization: exchange.header("request", "authorization").map(str::as_bytes),
    };
    match check(presented, &[ENDPOINT_TOKEN]) {
        Verdict::Matched { .. } => "accepted",
        Verdict::Missing | Verdict::Wrong => "unauthorized",
    }
}

/// A challenge is read, its token is right, and the recorded answer contains ours.
fn challenge_word(exchange: &Exchange) -> &'static str {
    let header = exchange.header("request", "verification-token");
    let challenge = if exchange.json["request"]["method"] == "GET" {
        let (_, query) = exchange.path().split_once('?').expect("a GET challenge has a query");
        Challenge::from_get(query, header).expect("is a challenge")
    } else {
        Challenge::from_post(&exchange.body("request"), header).expect("is a challenge")
    };
    assert!(check_token(challenge.token(), &[ENDPOINT_TOKEN]).is_match(), "{}", exchange.name);
    let answer = String::from_utf8(exchange.body("response")).expect("is text");
    assert!(answer.contains(challenge.answer()), "{}", exchange.name);
    "challenge"
}

#[test]
fn every_golden_exchange_means_what_it_says() {
    let all = Exchange::all();
    let mut senders = 0;
    for exchange in &all {
        let word = match exchange.name.split('-').next() {
            Some("send" | "reply") => sender_word(exchange, RequestKind::Async),
            Some("query") => sender_word(exchange, RequestKind::Sync),
            Some("token") => token_word(exchange),
            Some("delivery") => delivery_word(exchange),
            Some("challenge") => challenge_word(exchange),
            Some("upload") => upload_word(exchange),
            Some("platform") => platform_word(exchange),
            Some("fhir") => sender_word(exchange, RequestKind::Fhir),
            _ => panic!("{}: no reader for this kind of exchange", exchange.name),
        };
        assert_eq!(word, exchange.means(), "{}", exchange.name);
        senders += usize::from(exchange.name.starts_with("send-") || exchange.name.starts_with("query-"));
    }
    assert!(
        all.len() >= 40 && senders >= 20,
        "only {} exchanges, {senders} of them to Redox: some are gone",
        all.len()
    );
}
