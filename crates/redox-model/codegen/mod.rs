//! Writes the typed models from the catalogue: one module per catalogue file, and the list of modules.
//!
//! Used by the example `codegen`, which writes the files, and by the test that fails when they are stale.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write as _,
};

use redox_model::catalogue::{self, EventInfo, Field, Shape, Type};

/// The folder of the generated files.
pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/generated");

/// Path below [`FOLDER`] and content of every generated file.
pub(crate) fn files() -> BTreeMap<String, String> {
    let mut modules: BTreeMap<&'static str, Module> = BTreeMap::new();
    for event in catalogue::events() {
        let scope = event.root().scope;
        let module = modules.entry(scope).or_insert_with(|| Module::new(scope, event.data_model));
        module.event(event);
        let mut pending = vec![(event.root(), format!("{event}"), String::new())];
        while let Some((shape, event, prefix)) = pending.pop() {
            for field in shape.fields.iter().rev() {
                let Type::Object(id) = field.ty else { continue };
                let inner = id.shape();
                let path = format!("{prefix}{}{}", field.name, if field.many { "[]" } else { "" });
                let module = modules.entry(inner.scope).or_insert_with(|| Module::new(inner.scope, ""));
                if module.seen.insert(inner.name) {
                    module.shapes.push((inner, format!("`{path}` of `{event}`")));
                    pending.push((inner, event.clone(), format!("{path}.")));
                }
            }
        }
    }
    let mut files: BTreeMap<String, String> =
        modules.iter().map(|(scope, module)| (format!("{scope}.rs"), module.source())).collect();
    files.insert("mod.rs".to_owned(), list(&modules));
    files
}

fn list(modules: &BTreeMap<&'static str, Module>) -> String {
    let mut out = String::from(
        "//! Every data model as Rust types: a module per model, a type per event type, and the shapes they share.\n\
         //!\n\
         //! Generated from the catalogue; do not edit. Objects are built with struct update:\n\
         //! `Address { city: Some(\"Sampleville\".into()), ..Address::default() }`.\n\n",
    );
    for scope in modules.keys() {
        let _ = writeln!(out, "pub mod {scope};");
    }
    out.push_str(
        "\nuse crate::{catalogue::EventInfo, typed::Visitor};\n\n\
         /// Calls the visitor with the type that belongs to an event type.\n\
         #[rustfmt::skip]\n\
         #[expect(clippy::too_many_lines, reason = \"one line per event type\")]\n\
         pub fn visit<V: Visitor>(event: &EventInfo, visitor: V) -> V::Output {\n    \
             match (event.data_model, event.event_type) {\n",
    );
    for module in modules.values() {
        for event in &module.events {
            let name = type_name(event.event_type);
            let EventInfo { data_model, event_type, .. } = event;
            let scope = module.scope;
            let _ = writeln!(out, "        ({data_model:?}, {event_type:?}) => visitor.visit::<{scope}::{name}>(),");
        }
    }
    out.push_str("        _ => unreachable!(\"every event of the catalogue has a type\"),\n    }\n}\n");
    out
}

/// One generated file.
struct Module {
    scope: &'static str,
    data_model: &'static str,
    events: Vec<&'static EventInfo>,
    shapes: Vec<(&'static Shape, String)>,
    seen: HashSet<&'static str>,
}

impl Module {
    fn new(scope: &'static str, data_model: &'static str) -> Self {
        Self { scope, data_model, events: Vec::new(), shapes: Vec::new(), seen: HashSet::new() }
    }

    fn event(&mut self, event: &'static EventInfo) {
        self.events.push(event);
    }

    fn source(&self) -> String {
        let scope = self.scope;
        let what = match self.data_model {
            "" => "Shapes of several data models".to_owned(),
            model => format!("`{model}`"),
        };
        let mut out =
            format!("//! {what} as typed messages.\n//!\n//! Generated from `catalogue/{scope}.txt`; do not edit.\n\n");
        out += &self.imports();
        for event in &self.events {
            let name = type_name(event.event_type);
            let doc = format!("`{}` ({})", event, event.mode);
            out += &declare(&name, event.root(), &doc, scope);
            let _ = writeln!(out, "\nevent!({name} is {:?} {:?});", event.data_model, event.event_type);
        }
        for (shape, place) in &self.shapes {
            out += &declare(&type_name(shape.name), shape, &format!("For example {place}"), scope);
        }
        out
    }

    fn imports(&self) -> String {
        let fields = || {
            let roots = self.events.iter().map(|event| event.root());
            self.shapes.iter().map(|(shape, _)| *shape).chain(roots).flat_map(|shape| &shape.fields)
        };
        let mut out = String::new();
        if self.scope != "shared" && fields().any(|field| scope_of(field) == Some("shared")) {
            out += "use super::shared;\n";
        }
        let mixed = fields().any(|field| field.also.is_some());
        let number = fields().any(|field| field.ty == Type::Number && field.also.is_none());
        out + match (mixed, number) {
            (false, false) => "",
            (true, false) => "use crate::typed::Mixed;\n",
            (false, true) => "use crate::typed::Number;\n",
            (true, true) => "use crate::typed::{Mixed, Number};\n",
        }
    }
}

fn declare(name: &str, shape: &Shape, doc: &str, scope: &str) -> String {
    let mut out = format!("\nshape! {{\n    /// {doc}.\n    {name} in \"{}.{name}\" {{\n", shape.scope);
    for field in &shape.fields {
        let how = if field.required { "required" } else { "optional" };
        let _ = writeln!(out, "        /// {}", document(field));
        let _ =
            writeln!(out, "        {}: {} = {how} {:?},", rust_name(field.name), rust_type(field, scope), field.name);
    }
    out.push_str("    }\n}\n");
    out
}

/// The member's name, requiredness, format and values in one line.
fn document(field: &Field) -> String {
    let mut doc = format!("`{}`", field.name);
    if field.required {
        doc += ", required";
    }
    if field.deprecated {
        doc += ", deprecated";
    }
    if let Some(format) = field.format {
        doc += ": ";
        doc += format.describe();
    }
    if let Some(set) = field.values() {
        if set.values.len() <= 12 {
            doc += ": `";
            doc += &set.values.join("`, `");
            doc.push('`');
        } else {
            let _ = write!(doc, ": {} documented values (`{}`)", set.values.len(), set.name);
        }
    }
    doc + "."
}

fn scope_of(field: &Field) -> Option<&'static str> {
    match field.ty {
        Type::Object(id) => Some(id.shape().scope),
        _ => None,
    }
}

fn rust_type(field: &Field, scope: &str) -> String {
    let single = match field.ty {
        Type::Object(id) if id.shape().scope == scope => type_name(id.shape().name),
        Type::Object(id) => format!("{}::{}", id.shape().scope, type_name(id.shape().name)),
        _ if field.also.is_some() => "Mixed".to_owned(),
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Boolean => "bool".to_owned(),
    };
    match (field.many, field.required) {
        (true, _) => format!("Vec<{single}>"),
        (false, true) => single,
        (false, false) => format!("Option<{single}>"),
    }
}

/// `Sign-on` as `SignOn`, `PCP` as `Pcp`.
fn type_name(name: &str) -> String {
    let word = |word: String| {
        let mut letters = word.chars();
        letters.next().map_or(String::new(), |first| first.to_ascii_uppercase().to_string() + letters.as_str())
    };
    words(name).into_iter().map(word).collect()
}

/// `IDType` as `id_type`, `Type` as `r#type`.
fn rust_name(name: &str) -> String {
    let name = words(name).join("_");
    if matches!(name.as_str(), "type" | "use" | "abstract" | "override") { format!("r#{name}") } else { name }
}

/// Whether what follows an abbreviation is the `s` of its plural, as in `OrderIDs`.
fn is_plural(rest: &[char]) -> bool {
    rest[0] == 's' && rest.get(1).is_none_or(char::is_ascii_uppercase)
}

/// The words of a name in lower case: a capital begins one, unless it goes on with an abbreviation.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = vec![String::new()];
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| letters[index]);
        let after_lower = before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit());
        let ends_abbreviation = before.is_some_and(|before| before.is_ascii_uppercase())
            && letters.get(index + 1).is_some_and(char::is_ascii_lowercase)
            && !is_plural(&letters[index + 1..]);
        if !letter.is_ascii_alphanumeric() || (letter.is_ascii_uppercase() && (after_lower || ends_abbreviation)) {
            words.push(String::new());
        }
        if letter.is_ascii_alphanumeric() {
            words.last_mut().expect("never empty").push(letter.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
