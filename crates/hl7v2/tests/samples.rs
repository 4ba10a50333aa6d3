//! The public sample messages: what each holds is written down in `samples.txt`, and is held against what is read.

use std::{borrow::Cow, collections::BTreeSet, fs, path::PathBuf};

use hl7v2::{Draft, Message, Options, Path, Presence, batch, charset, mllp, outline};

const EXPECTED: &str = include_str!("samples.txt");

/// The folder of the samples, if it is there.
fn folder() -> Option<PathBuf> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/samples"));
    let folder = option_env!("OXGATE_SAMPLES").map_or(beside, PathBuf::from).join("hl7v2");
    folder.is_dir().then_some(folder)
}

/// The bytes of every sample, as UTF-8 where it is UTF-16.
fn samples() -> Vec<(String, Vec<u8>)> {
    let files = folder().into_iter().flat_map(|folder| fs::read_dir(folder).expect("a readable folder"));
    let paths = files.map(|file| file.expect("a readable entry").path());
    let mut samples: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "hl7"))
        .map(|path| {
            (path.file_name().expect("a file").to_string_lossy().into_owned(), fs::read(&path).expect("readable"))
        })
        .map(|(name, bytes)| (name, charset::normalise(&bytes).into_owned()))
        .collect();
    samples.sort();
    samples
}

struct Expectation {
    file: &'static str,
    lines: Vec<(&'static str, &'static str)>,
}

fn expectations() -> Vec<Expectation> {
    let mut expectations: Vec<Expectation> = Vec::new();
    for line in EXPECTED.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        match (key, expectations.last_mut()) {
            ("file", _) => expectations.push(Expectation { file: value, lines: Vec::new() }),
            (key, Some(expectation)) => expectation.lines.push((key, value)),
            (key, None) => panic!("{key} before the first file"),
        }
    }
    expectations
}

fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        out.push(match char {
            '\\' => match chars.next().expect("an escape") {
                'n' => '\n',
                'r' => '\r',
                'x' => {
                    let code: String = chars.by_ref().take(2).collect();
                    char::from(u8::from_str_radix(&code, 16).expect("hex"))
                }
                other => other,
            },
            char => char,
        });
    }
    Cow::Owned(out)
}

fn names<'t>(text: impl Iterator<Item = &'t str>) -> BTreeSet<String> {
    text.map(str::to_owned).collect()
}

/// One line of an expectation; what was found instead, if it does not hold.
fn differs(bytes: &[u8], key: &str, expected: &str) -> Option<String> {
    let file = batch::File::read(bytes);
    let parsed = Message::parse(bytes, &Options::default());
    let read = |path: &str| {
        let path: Path = path.parse().expect("a path");
        parsed.as_ref().map(|message| message.get(&path)).map_err(ToString::to_string)
    };
    let found = match key {
        "pieces" => file.pieces().iter().map(|piece| format!("{:?}", piece.kind)).collect::<Vec<_>>().join(" "),
        "miscounts" => {
            let miscounts = file.miscounts();
            let shown = miscounts.iter().map(|wrong| format!("{:?} {} {}", wrong.trailer, wrong.declared, wrong.found));
            shown.collect::<Vec<_>>().join(" ")
        }
        "error" => match &parsed {
            Err(error) => {
                let (offset, text) = expected.split_once(' ').expect("offset and text");
                let holds = error.offset().to_string() == offset && error.to_string().starts_with(text);
                return (!holds).then(|| format!("{} {error}", error.offset()));
            }
            Ok(_) => "a message".to_owned(),
        },
        "segments" => match &parsed {
            Ok(message) => message.segments().map(|segment| segment.id().into_owned()).collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string(),
        },
        "notes" => match &parsed {
            Ok(message) => {
                let found = names(message.notes().iter().map(|note| note.kind.as_str()));
                return (found != names(expected.split_whitespace())).then(|| format!("{found:?}"));
            }
            Err(error) => error.to_string(),
        },
        "charset" => parsed.as_ref().map_or_else(ToString::to_string, |message| message.charset().to_string()),
        "length" | "null" | "value" => {
            let (path, expected) = expected.split_once(' ').unwrap_or((expected, ""));
            let value = match read(path) {
                Ok(value) => value,
                Err(error) => return Some(error),
            };
            let holds = match key {
                "length" => value.raw().len().to_string() == expected,
                "null" => value.presence() == Presence::Null,
                _ => value.text() == unescape(expected),
            };
            return (!holds).then(|| format!("{value:?} {}", value.text()));
        }
        other => panic!("{other} is no key"),
    };
    (found != expected).then_some(found)
}

#[test]
fn samples_hold_what_is_written_down() {
    let Some(folder) = folder() else { return };
    let (mut files, mut checks, mut wrong) = (0, 0, Vec::new());
    for expectation in expectations() {
        let Ok(bytes) = fs::read(folder.join(expectation.file)) else { continue };
        let bytes = charset::normalise(&bytes);
        files += 1;
        for (key, expected) in &expectation.lines {
            checks += 1;
            if let Some(found) = differs(&bytes, key, expected) {
                wrong.push(format!("{}: {key} {expected}: found {found}", expectation.file));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {checks} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(files >= 60 && checks >= 600, "{files} files, {checks} checks");
}

#[test]
fn the_expectations_are_well_formed() {
    let expectations = expectations();
    let files: BTreeSet<_> = expectations.iter().map(|expectation| expectation.file).collect();
    assert_eq!(files.len(), expectations.len(), "a file stands twice");
    for expectation in &expectations {
        assert!(!expectation.lines.is_empty(), "{}", expectation.file);
        for (_, value) in expectation.lines.iter().filter(|(key, _)| matches!(*key, "value" | "null" | "length")) {
            let path = value.split(' ').next().expect("a path");
            path.parse::<Path>().unwrap_or_else(|error| panic!("{}: {path}: {error}", expectation.file));
        }
    }
}

/// The messages of all samples: split where a file has several.
fn messages() -> Vec<(String, Vec<u8>)> {
    let split = |(name, bytes): (String, Vec<u8>)| {
        let file = batch::File::read(&bytes);
        file.messages().map(|(at, message)| (format!("{name} at {at}"), message.to_vec())).collect::<Vec<_>>()
    };
    samples().into_iter().flat_map(split).collect()
}

#[test]
fn every_sample_with_a_header_is_read_and_comes_back_byte_for_byte() {
    let (messages, mut read) = (messages(), 0);
    for (name, bytes) in &messages {
        let message = match Message::parse(bytes, &Options::default()) {
            Ok(message) => message,
            Err(error) => {
                assert!(bytes.len() < 6, "{name}: {error}");
                continue;
            }
        };
        read += 1;
        assert_eq!(message.as_bytes(), bytes, "{name}");
        assert_eq!(Draft::of(&message).into_bytes(), *bytes, "{name}");
        // The canonical form says the same, and is its own canonical form.
        let canonical = message.to_canonical();
        let again = Message::parse(&canonical, &Options { charset: Some(message.charset()), ..Options::default() });
        let again = again.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(again.to_canonical(), canonical, "{name}");
        assert_eq!(again.segments().len(), message.segments().len(), "{name}");
        assert!(!outline::tree(&message).is_empty() && outline::json(&message).ends_with("]}"), "{name}");
    }
    assert!(messages.is_empty() || read >= 215, "{read} messages");
}

#[test]
fn every_byte_of_a_sample_is_in_a_segment_or_in_a_note_or_ends_a_line() {
    for (name, bytes) in messages() {
        let Ok(message) = Message::parse(&bytes, &Options::default()) else { continue };
        let mut covered = vec![false; bytes.len()];
        let spans = message.segments().map(hl7v2::Segment::range);
        for span in spans.chain(message.notes().iter().map(|note| note.span.clone())) {
            covered[span].fill(true);
        }
        let lost = bytes.iter().zip(covered).position(|(byte, covered)| !covered && !byte.is_ascii_whitespace());
        assert_eq!(lost, None, "{name}");
    }
}

#[test]
fn framed_samples_come_out_of_their_frames() {
    for (name, bytes) in samples().into_iter().filter(|(name, _)| name.starts_with("own__mllp")) {
        let mut decoder = mllp::Decoder::new(mllp::Config::default().with_unstarted());
        let (mut input, mut frames) = (&bytes[..], 0);
        let mut take = |event: mllp::Event| match event {
            mllp::Event::Frame { message, .. } => {
                frames += 1;
                let options = Options { mode: hl7v2::Mode::Strict, ..Options::default() };
                Message::parse(&message, &options).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
            other => panic!("{name}: {other:?}"),
        };
        while let Some(event) = decoder.advance(&mut input) {
            take(event);
        }
        while let Some(event) = decoder.finish() {
            take(event);
        }
        assert_eq!(frames, batch::File::read(&bytes).messages().count(), "{name}");
    }
}
