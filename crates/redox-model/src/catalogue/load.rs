//! Reading the catalogue files, once, on first use.
//!
//! The files are compiled in, so a mistake in them is a defect of this crate: reading panics with file and line, and the
//! tests read all of them.

use std::{collections::HashMap, ops::Range, sync::OnceLock};

use super::{
    EventInfo, Mode,
    shape::{Confidence, Field, Shape, ShapeId, Type, ValueSet},
};
use crate::format::Format;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../catalogue/", $name, ".txt")))),*]
    };
}

/// The data models, in the order of Redox's documentation.
const MODELS: [(&str, &str); 24] = files![
    "claim",
    "clinical_decisions",
    "clinical_summary",
    "device",
    "enrichment",
    "financial",
    "flowsheet",
    "inventory",
    "media",
    "medications",
    "notes",
    "order",
    "organization",
    "patient_admin",
    "patient_education",
    "patient_search",
    "provider",
    "referral",
    "research",
    "results",
    "scheduling",
    "sso",
    "surgical_scheduling",
    "vaccination",
];
const SHARED: (&str, &str) = ("shared", include_str!("../../catalogue/shared.txt"));
const VALUE_SETS: (&str, &str) = ("value_sets", include_str!("../../catalogue/value_sets.txt"));

/// Everything the files say.
pub(super) struct Loaded {
    pub(super) events: Vec<EventInfo>,
    pub(super) models: Vec<Model>,
    pub(super) shapes: Vec<Shape>,
}

/// The event types of a data model, which stand together.
pub(super) struct Model {
    pub(super) name: &'static str,
    /// The name in one word, where it has two.
    pub(super) joined: Option<String>,
    pub(super) events: Range<usize>,
}

pub(super) fn loaded() -> &'static Loaded {
    static LOADED: OnceLock<Loaded> = OnceLock::new();
    LOADED.get_or_init(load)
}

/// Apart from the rest, which refers to them.
fn value_sets() -> &'static [ValueSet] {
    static VALUE_SETS: OnceLock<Vec<ValueSet>> = OnceLock::new();
    VALUE_SETS.get_or_init(read_value_sets)
}

fn load() -> Loaded {
    let files = || MODELS.into_iter().chain([SHARED]);
    let mut ids = HashMap::new();
    for (scope, text) in files() {
        for line in lines((scope, text)) {
            if let Some(name) = line.text.strip_prefix("shape ") {
                let id = ShapeId(ids.len());
                line.check(ids.insert((scope, name), id).is_none(), "shape named twice");
            }
        }
    }
    let names = Names { shapes: &ids };
    let shapes = files().flat_map(|file| shapes(file, &names)).collect();
    let events: Vec<EventInfo> = MODELS.into_iter().flat_map(|file| events(file, &names)).collect();
    let mut start = 0;
    let model = |events: &[EventInfo]| {
        let name = events[0].data_model;
        let range = start..start + events.len();
        start = range.end;
        Model { name, joined: name.contains(' ').then(|| name.replace(' ', "")), events: range }
    };
    let models = events.chunk_by(|left, right| left.data_model == right.data_model).map(model).collect();
    Loaded { events, models, shapes }
}

/// What the lines of a model refer to.
struct Names<'a> {
    shapes: &'a HashMap<(&'static str, &'static str), ShapeId>,
}

impl Names<'_> {
    fn shape(&self, line: Line, name: &'static str) -> ShapeId {
        let key = name.split_once('.').unwrap_or((line.file, name));
        line.expect(self.shapes.get(&key).copied(), "no such shape")
    }
}

/// A line that says something, with its place for the error text.
#[derive(Clone, Copy)]
struct Line {
    file: &'static str,
    number: usize,
    text: &'static str,
}

impl Line {
    fn expect<T>(self, value: Option<T>, what: &str) -> T {
        value.unwrap_or_else(|| panic!("catalogue/{}.txt, line {}: {what}", self.file, self.number))
    }

    fn check(self, holds: bool, what: &str) {
        self.expect(holds.then_some(()), what);
    }

    /// Whether the line belongs to the heading above it.
    fn is_indented(self) -> bool {
        self.text.starts_with(' ')
    }
}

fn lines((file, text): (&'static str, &'static str)) -> impl Iterator<Item = Line> {
    let numbered = text.lines().enumerate().map(move |(index, text)| Line { file, number: index + 1, text });
    numbered.filter(|line| !line.text.is_empty() && !line.text.starts_with('#'))
}

fn events(file: (&'static str, &'static str), names: &Names<'_>) -> Vec<EventInfo> {
    let mut data_model = None;
    let mut events: Vec<EventInfo> = Vec::new();
    for line in lines(file) {
        if let Some(name) = line.text.strip_prefix("model ") {
            data_model = Some(name);
        } else if let Some(rest) = line.text.strip_prefix("event ") {
            let mut words = rest.split_whitespace();
            let event_type = line.expect(words.next(), "an event needs a name");
            let mode = line.expect(words.next().and_then(Mode::from_name), "an event needs a mode");
            let mut event = EventInfo {
                data_model: line.expect(data_model, "events come behind the model"),
                event_type,
                mode,
                pair: None,
                stages: Vec::new(),
                root: ShapeId(usize::MAX),
            };
            while let Some(word) = words.next() {
                match word {
                    "shape" => event.root = names.shape(line, line.expect(words.next(), "which shape?")),
                    "answer" => event.pair = words.next(),
                    "stage" => event.stages = words.by_ref().collect(),
                    _ => line.check(false, "expected `shape`, `answer` or `stage`"),
                }
            }
            line.check(event.root.0 != usize::MAX, "an event needs a shape");
            events.push(event);
        }
    }
    let answers: Vec<_> = events.iter().filter_map(|event| Some((event.pair?, event.event_type))).collect();
    for event in events.iter_mut().filter(|event| event.mode == Mode::SyncResponse) {
        event.pair = answers.iter().find(|(answer, _)| *answer == event.event_type).map(|(_, query)| *query);
    }
    events
}

fn shapes(file: (&'static str, &'static str), names: &Names<'_>) -> Vec<Shape> {
    let mut shapes: Vec<(&str, Vec<Field>)> = Vec::new();
    for line in lines(file) {
        if let Some(name) = line.text.strip_prefix("shape ") {
            shapes.push((name, Vec::new()));
        } else if line.is_indented() {
            let (_, fields) = line.expect(shapes.last_mut(), "a field belongs to a shape");
            line.check(fields.len() < 64, "a shape has at most 64 fields");
            fields.push(field(line, names));
        }
    }
    shapes.into_iter().map(|(name, fields)| Shape::new(file.0, name, fields)).collect()
}

fn field(line: Line, names: &Names<'_>) -> Field {
    let mut words = line.text.split_whitespace();
    let name = line.expect(words.next(), "a field needs a name");
    let word = line.expect(words.next(), "a field needs a type");
    let item = word.strip_prefix('[').and_then(|word| word.strip_suffix(']'));
    let scalar = |word| match word {
        "string" => Some(Type::String),
        "number" => Some(Type::Number),
        "boolean" => Some(Type::Boolean),
        _ => None,
    };
    let written = item.unwrap_or(word);
    let ty = scalar(written).unwrap_or_else(|| Type::Object(names.shape(line, written)));
    let many = item.is_some();
    let compact = format!("\"{name}\":").into();
    let mut field =
        Field { name, ty, many, required: false, format: None, also: None, deprecated: false, compact, values: None };
    while let Some(word) = words.next() {
        match word {
            "required" => field.required = true,
            "deprecated" => field.deprecated = true,
            "format" => field.format = Some(line.expect(words.next().and_then(Format::from_name), "which format?")),
            "also" => field.also = Some(line.expect(words.next().and_then(scalar), "which type?")),
            "values" => {
                let set = words.next().and_then(|name| value_sets().iter().find(|set| set.name == name));
                field.values = Some(line.expect(set, "no such value set"));
            }
            _ => line.check(false, "expected `required`, `format`, `values`, `also` or `deprecated`"),
        }
    }
    field
}

fn read_value_sets() -> Vec<ValueSet> {
    let mut sets: Vec<(&str, Confidence, Vec<&str>)> = Vec::new();
    for line in lines(VALUE_SETS) {
        if let Some(heading) = line.text.strip_prefix("values ") {
            let (name, confidence) = line.expect(heading.split_once(' '), "a value set needs a name and a confidence");
            let confidence = match confidence {
                "high" => Some(Confidence::High),
                "medium" => Some(Confidence::Medium),
                "low" => Some(Confidence::Low),
                _ => None,
            };
            let confidence = line.expect(confidence, "which confidence?");
            sets.push((name, confidence, Vec::new()));
        } else {
            line.check(line.is_indented(), "expected `values` or a value");
            let (_, _, values) = line.expect(sets.last_mut(), "a value belongs to a set");
            values.push(line.text.trim());
        }
    }
    sets.into_iter().map(|(name, confidence, values)| ValueSet::new(name, confidence, values)).collect()
}
