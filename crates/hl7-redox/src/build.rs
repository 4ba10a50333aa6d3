//! One event: the catalogue's shape walked from its root, each member filled by its rules.

use std::{collections::BTreeSet, rc::Rc};

use hl7v2::Presence;
use redox_model::catalogue::{Field, Shape, Type};
use serde_json::{Map, Value};

use crate::{
    Problem, ProblemKind,
    convert::{self, Converted, ZoneRule},
    rule::{Convert, Mrn, Rule, Rules, Source},
    scope::{Finder, Found, Scope, Spot},
};

/// How many problems are listed. A message with more is broken in one way many times over.
const PROBLEMS_MAX: usize = 1_000;

/// Builds one event.
pub(crate) struct Builder<'e, 'a> {
    pub(crate) finder: Finder<'e, 'a>,
    pub(crate) zone: ZoneRule<'e>,
    /// Rules of this event only, which come before the others.
    pub(crate) own_rules: Option<&'e Rules>,
    /// Every place that was read into an event, in the order of reading.
    pub(crate) used: Vec<Spot>,
    /// At most [`PROBLEMS_MAX`].
    pub(crate) problems: Vec<Problem>,
}

/// Which rules apply to the members of an object: those of the root by their whole path, or those of a shape.
#[derive(Clone, Copy)]
enum Book<'e> {
    Root,
    Shape(&'e Rules),
}

/// What a rule gives for a scalar.
enum Said {
    Nothing,
    Null,
    Text(String),
}

impl<'e, 'a> Builder<'e, 'a> {
    /// The members of the event below its root, `Meta` included as far as rules fill it.
    pub(crate) fn event(&mut self, root: &'static Shape, segments: &[usize]) -> Map<String, Value> {
        let scope = Scope { segments: segments.into(), item: None };
        self.object(root, Book::Root, "", "$", &scope)
    }

    fn rules(&self, book: Book<'e>, key: &str) -> Option<&'e [Rule]> {
        match book {
            Book::Root => {
                let general = self.finder.mapping.rules.get(key);
                self.own_rules.and_then(|rules| rules.get(key)).or(general).map(Vec::as_slice)
            }
            Book::Shape(rules) => rules.get(key).map(Vec::as_slice),
        }
    }

    /// Whether a rule fills something below this member.
    fn reaches_below(&self, book: Book<'e>, key: &str) -> bool {
        let below =
            |rules: &Rules| rules.keys().any(|other| other.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')));
        match book {
            Book::Root => below(&self.finder.mapping.rules) || self.own_rules.is_some_and(below),
            Book::Shape(rules) => below(rules),
        }
    }

    fn object(
        &mut self,
        shape: &'static Shape,
        book: Book<'e>,
        key: &str,
        path: &str,
        scope: &Scope<'a>,
    ) -> Map<String, Value> {
        let mut object = Map::new();
        for field in &shape.fields {
            let key = if key.is_empty() { field.name.to_owned() } else { format!("{key}.{}", field.name) };
            let path = format!("{path}.{}", field.name);
            let value = self.member(field, book, &key, &path, scope);
            match value {
                Some(value) => {
                    object.insert(field.name.to_owned(), value);
                }
                None if field.required && path != "$.Meta" => self.missing(field, &path, &mut object),
                None => {}
            }
        }
        self.extensions(book, key, path, scope, &mut object);
        object
    }

    /// A required member that cannot be filled: reported, and of the right kind where emptiness has a form.
    fn missing(&mut self, field: &Field, path: &str, object: &mut Map<String, Value>) {
        if path.starts_with("$.Meta.") {
            return;
        }
        self.problem(ProblemKind::Required, path, None);
        let empty = match (field.many, field.ty) {
            (true, _) => Value::Array(Vec::new()),
            (false, Type::Object(id)) => {
                let lists = id.shape().fields.iter().filter(|field| field.required && field.many);
                Value::Object(lists.map(|field| (field.name.to_owned(), Value::Array(Vec::new()))).collect())
            }
            _ => return,
        };
        object.insert(field.name.to_owned(), empty);
    }

    fn member(&mut self, field: &Field, book: Book<'e>, key: &str, path: &str, scope: &Scope<'a>) -> Option<Value> {
        let rules = self.rules(book, key);
        match (field.ty, rules) {
            (_, Some(rules)) if field.many => {
                let list = self.list(field, rules, path, scope);
                (!list.is_empty()).then_some(Value::Array(list))
            }
            (Type::Object(id), Some(rules)) => {
                let object = rules.iter().find_map(|rule| self.object_by(id.shape(), rule, path, scope));
                object.map(Value::Object)
            }
            (Type::Object(id), None) if !field.many && self.reaches_below(book, key) => {
                let object = self.object(id.shape(), book, key, path, scope);
                (!object.is_empty()).then_some(Value::Object(object))
            }
            (_, Some(rules)) => self.scalar(field, rules, path, scope),
            (_, None) => None,
        }
    }

    /// An object whose members a shape fills, from the first thing the rule leads to.
    fn object_by(
        &mut self,
        shape: &'static Shape,
        rule: &'e Rule,
        path: &str,
        scope: &Scope<'a>,
    ) -> Option<Map<String, Value>> {
        if rule.when.as_ref().is_some_and(|when| !self.finder.holds(when, scope)) {
            return None;
        }
        let inner = rule.from.iter().find_map(|source| match source {
            Source::Segment(id) => self.finder.segment_items(id, rule, scope).into_iter().next(),
            source => {
                let found = self.finder.first(source, scope)?;
                Some(Scope { segments: Rc::clone(&scope.segments), item: Some(found) })
            }
        });
        let inner = if rule.from.is_empty() { scope.clone() } else { inner? };
        let rules = &self.finder.mapping.shapes[rule.shape.as_ref()?];
        let mut object = self.object(shape, Book::Shape(rules), "", path, &inner);
        if object.is_empty() {
            return None;
        }
        set(&mut object, rule);
        Some(object)
    }

    fn list(&mut self, field: &Field, rules: &'e [Rule], path: &str, scope: &Scope<'a>) -> Vec<Value> {
        let mut list: Vec<Value> = Vec::new();
        let unique = rules.iter().find_map(|rule| rule.unique.as_deref());
        let (mut whole, mut members) = (BTreeSet::new(), BTreeSet::new());
        for rule in rules {
            if rule.when.as_ref().is_some_and(|when| !self.finder.holds(when, scope)) {
                continue;
            }
            let items = self.finder.items(rule, scope);
            let mrn = if rule.mrn { self.find_mrn(&items) } else { None };
            let mut found = Vec::new();
            for (index, item) in items.iter().enumerate() {
                let place = format!("{path}[{}]", list.len());
                let value = match field.ty {
                    Type::Object(id) => self.list_object(id.shape(), rule, &place, item),
                    _ => self.list_scalar(field, rule, &place, item),
                };
                let Some(mut value) = value else { continue };
                if let Some(member) = unique {
                    let key = value.get(member).map(ToString::to_string);
                    if !whole.insert(value.to_string()) || key.as_ref().is_some_and(|key| members.contains(key)) {
                        continue;
                    }
                    found.extend(key);
                }
                if mrn == Some(index) {
                    self.name_mrn(&mut value);
                    list.insert(0, value);
                } else {
                    list.push(value);
                }
            }
            members.extend(found);
        }
        list
    }

    /// An item with everything its kind requires; otherwise a problem.
    fn list_object(&mut self, shape: &'static Shape, rule: &'e Rule, path: &str, item: &Scope<'a>) -> Option<Value> {
        let rules = &self.finder.mapping.shapes[rule.shape.as_ref()?];
        let before = self.problems.len();
        let used = self.used.len();
        let mut object = self.object(shape, Book::Shape(rules), "", path, item);
        set(&mut object, rule);
        let lacks = |field: &&Field| field.required && !field.many && !object.contains_key(field.name);
        let Some(lacking) = shape.fields.iter().find(lacks) else {
            return object.values().any(|value| !value.is_null()).then_some(Value::Object(object));
        };
        // A repetition without an identifier says nothing and is left out. A segment is an order or a result: it stays, and
        // the event is incomplete.
        let Some(repetition) = item.item else { return Some(Value::Object(object)) };
        self.problems.truncate(before);
        self.used.truncate(used);
        let target = format!("{path}.{}", lacking.name);
        self.problem(ProblemKind::ItemLeftOut, &target, Some(repetition.spot));
        None
    }

    fn list_scalar(&mut self, field: &Field, rule: &'e Rule, path: &str, item: &Scope<'a>) -> Option<Value> {
        let said = if rule.from.is_empty() {
            match item.item {
                Some(found) => self.convert(rule, found, path),
                None => Said::Nothing,
            }
        } else {
            self.say(rule, path, item)
        };
        match said {
            Said::Text(text) => self.typed(field, text, path, None),
            Said::Null | Said::Nothing => None,
        }
    }

    /// The first of the rules that says something. Required members are never null.
    fn scalar(&mut self, field: &Field, rules: &'e [Rule], path: &str, scope: &Scope<'a>) -> Option<Value> {
        for rule in rules {
            if rule.when.as_ref().is_some_and(|when| !self.finder.holds(when, scope)) {
                continue;
            }
            match self.say(rule, path, scope) {
                Said::Text(text) => {
                    let source = rule.from.iter().find_map(|source| self.finder.first(source, scope));
                    return self.typed(field, text, path, source.map(|found| found.spot));
                }
                Said::Null if !field.required => return Some(Value::Null),
                Said::Null | Said::Nothing => {}
            }
        }
        None
    }

    fn say(&mut self, rule: &'e Rule, path: &str, scope: &Scope<'a>) -> Said {
        if let Some(value) = &rule.value {
            if rule.assume {
                self.problem(ProblemKind::Assumed, path, None);
            }
            return Said::Text(value.clone());
        }
        if let Some(separator) = &rule.join {
            let mut texts = Vec::new();
            for found in rule.from.iter().filter_map(|source| self.finder.first(source, scope)).collect::<Vec<_>>() {
                match self.convert(rule, found, path) {
                    Said::Text(text) => texts.push(text),
                    Said::Null if texts.is_empty() => return Said::Null,
                    Said::Null | Said::Nothing => {}
                }
            }
            return if texts.is_empty() { Said::Nothing } else { Said::Text(texts.join(separator)) };
        }
        let before = self.problems.len();
        for source in &rule.from {
            let Some(found) = self.finder.first(source, scope) else { continue };
            let tried = self.problems.len();
            match self.convert(rule, found, path) {
                Said::Nothing => {}
                said => {
                    // A code that is unknown is no loss where the text beside it is understood.
                    let mut kept = self.problems.split_off(before);
                    let here = kept.split_off(tried - before);
                    kept.retain(|problem| problem.kind != ProblemKind::UnknownCode);
                    self.problems.extend(kept.into_iter().chain(here));
                    return said;
                }
            }
        }
        Said::Nothing
    }

    /// The text of a value, converted and looked up; what was read is marked.
    fn convert(&mut self, rule: &'e Rule, found: Found<'a>, path: &str) -> Said {
        let value = found.value;
        if value.leaf().presence() == Presence::Null {
            self.mark(found.spot, true);
            return Said::Null;
        }
        let whole = |text: Option<String>| text.map(|text| (text, None)).ok_or(None);
        let plain = |convert: fn(&str) -> Converted| {
            let text = value.text();
            if text.trim().is_empty() { Err(None) } else { convert(text.trim()).map_err(Some) }
        };
        let text = value.text();
        let text = text.trim();
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let converted = match rule.convert {
            Convert::Text => whole(some(text)),
            Convert::Joined => whole(some(value.joined_text().trim())),
            Convert::Word => whole(some(text).filter(|text| text.len() <= 20 && !text.contains(char::is_whitespace))),
            Convert::TwoDigits if text.len() == 1 && text != "0" => whole(Some(format!("0{text}"))),
            Convert::TwoDigits => whole(some(text)),
            Convert::Date => plain(convert::date),
            Convert::DateTime if text.is_empty() => Err(None),
            Convert::DateTime => convert::date_time(text, &self.zone).map_err(Some),
            Convert::Phone => whole(convert::phone(value)),
            Convert::Ssn => plain(convert::ssn),
            Convert::Observation => whole(self.observation(found)),
            Convert::RangeLow => whole(convert::range(text).0),
            Convert::RangeHigh => whole(convert::range(text).1),
        };
        let is_leaf = !matches!(rule.convert, Convert::Joined | Convert::Phone | Convert::Observation);
        let (text, problem) = match converted {
            Ok(converted) => converted,
            Err(problem) => {
                if let Some(kind) = problem {
                    self.problem(kind, path, Some(found.spot));
                }
                return Said::Nothing;
            }
        };
        if let Some(kind) = problem {
            self.problem(kind, path, Some(found.spot));
        }
        let text = match rule.map.as_ref().map(|name| self.finder.mapping.values[name].look_up(&text)) {
            None => text,
            Some(Ok(Some(value))) => value,
            Some(Ok(None)) => return Said::Nothing,
            Some(Err(())) => {
                self.problem(ProblemKind::UnknownCode, path, Some(found.spot));
                return Said::Nothing;
            }
        };
        self.mark(found.spot, is_leaf);
        Said::Text(text)
    }

    /// The result in a segment, by the type the segment gives for it. All repetitions of the field are read.
    fn observation(&mut self, found: Found<'a>) -> Option<String> {
        let segment = self.finder.message.segment_at(found.spot.segment)?;
        let field = segment.field(found.spot.field);
        let text = convert::observation(segment.field(2).text().trim(), field)?;
        for (repetition, _) in (1..).zip(field.repetitions()) {
            self.mark(Spot { repetition, component: 0, subcomponent: 0, ..found.spot }, false);
        }
        Some(text)
    }

    /// The text as the member's type.
    fn typed(&mut self, field: &Field, text: String, path: &str, spot: Option<Spot>) -> Option<Value> {
        match field.ty {
            Type::Number => {
                let number = text.parse::<i64>().map(Into::into).ok();
                let number = number.or_else(|| text.parse::<f64>().ok().and_then(serde_json::Number::from_f64));
                if number.is_none() {
                    self.problem(ProblemKind::NotANumber, path, spot);
                }
                number.map(Value::Number)
            }
            Type::Boolean => match text.as_str() {
                "true" => Some(Value::Bool(true)),
                "false" => Some(Value::Bool(false)),
                _ => None,
            },
            _ => Some(Value::String(text)),
        }
    }

    /// Extensions named by the rules, each `{"url":…,"string":…}`.
    fn extensions(
        &mut self,
        book: Book<'e>,
        key: &str,
        path: &str,
        scope: &Scope<'a>,
        object: &mut Map<String, Value>,
    ) {
        let prefix = if key.is_empty() { "Extensions.".to_owned() } else { format!("{key}.Extensions.") };
        let books: Vec<&'e Rules> = match book {
            Book::Root => self.own_rules.into_iter().chain([&self.finder.mapping.rules]).collect(),
            Book::Shape(rules) => vec![rules],
        };
        let mut extensions = Map::new();
        for (key, rules) in books.into_iter().flatten() {
            let Some(name) = key.strip_prefix(&prefix).filter(|name| !name.contains('.')) else { continue };
            let path = format!("{path}.Extensions.{name}");
            for rule in rules {
                if rule.when.as_ref().is_some_and(|when| !self.finder.holds(when, scope)) {
                    continue;
                }
                let Said::Text(text) = self.say(rule, &path, scope) else { continue };
                let mut extension = Map::new();
                extension.extend(rule.url.clone().map(|url| ("url".to_owned(), Value::String(url))));
                extension.insert("string".to_owned(), Value::String(text));
                extensions.entry(name).or_insert(Value::Object(extension));
            }
        }
        if !extensions.is_empty() {
            object.insert("Extensions".to_owned(), Value::Object(extensions));
        }
    }

    /// Which of the identifiers is the medical record number.
    fn find_mrn(&self, items: &[Scope<'a>]) -> Option<usize> {
        let mrn: &Mrn = self.finder.mapping.mrn.as_ref()?;
        let text = |item: &Scope<'a>, component| {
            item.item.map(|found| found.value.component(component).text().trim().to_owned()).unwrap_or_default()
        };
        let by = |names: &[String], component| {
            names.iter().find_map(|name| items.iter().position(|item| text(item, component) == *name))
        };
        by(&mrn.types, 5).or_else(|| by(&mrn.authorities, 4))
    }

    fn name_mrn(&self, value: &mut Value) {
        let id_type = self.finder.mapping.mrn.as_ref().and_then(|mrn| mrn.id_type.clone());
        if let (Some(id_type), Value::Object(object)) = (id_type, value) {
            object.insert("IDType".to_owned(), Value::String(id_type));
        }
    }

    fn mark(&mut self, spot: Spot, is_leaf: bool) {
        let leaf = |number: usize| if is_leaf { number.max(1) } else { number };
        let (component, subcomponent) = (leaf(spot.component), leaf(spot.subcomponent));
        self.used.push(Spot { component, subcomponent, ..spot });
    }

    fn problem(&mut self, kind: ProblemKind, target: &str, spot: Option<Spot>) {
        // Beyond the limit, what makes the event unfit still counts.
        if self.problems.len() < PROBLEMS_MAX || (kind.is_error() && self.problems.len() < 2 * PROBLEMS_MAX) {
            let source = spot.map(|spot| self.place(spot));
            self.problems.push(Problem { kind, target: target.to_owned(), source });
        }
    }

    fn place(&self, spot: Spot) -> String {
        let message = self.finder.message;
        let Some(segment) = message.segment_at(spot.segment) else { return String::new() };
        let id = segment.id();
        let ordinal = message.segments().take(spot.segment).filter(|other| other.is(&id)).count() + 1;
        spot.path(&id, ordinal)
    }
}

/// Puts the constant members of a rule into an object.
fn set(object: &mut Map<String, Value>, rule: &Rule) {
    if object.values().all(Value::is_null) {
        return;
    }
    for (path, text) in &rule.set {
        let mut inner = &mut *object;
        let mut names = path.split('.').peekable();
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                inner.insert(name.to_owned(), Value::String(text.clone()));
                break;
            }
            let next = inner.entry(name).or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(next) = next else { break };
            inner = next;
        }
    }
}
