//! A message's documented shape as rows of a tree, for listings.

use std::fmt::Write as _;

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use crate::{
    catalogue::{Confidence, EventInfo, Field, Shape, Type},
    format::Format,
};

/// One member, at its place in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// How far it stands below the message: 0 for `Meta`, 1 for `Meta.Source`.
    pub depth: usize,
    /// Its path with `[]` behind arrays: `Patient.Identifiers[].ID`.
    pub path: String,
    /// What is documented of it.
    pub field: &'static Field,
}

impl Row {
    /// The type in words: `string`, `object`, `[string]`, `[object]`.
    pub fn type_name(&self) -> String {
        if self.field.many { format!("[{}]", self.field.ty) } else { self.field.ty.to_string() }
    }
}

/// `{"path":…,"type":…,"required":…,"deprecated":…,"format":…,"values":[…],"confidence":…}`
impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Row { path, field, .. } = self;
        let values = field.values();
        let mut row = serializer.serialize_struct("Row", 7)?;
        row.serialize_field("path", path)?;
        row.serialize_field("type", &self.type_name())?;
        row.serialize_field("required", &field.required)?;
        row.serialize_field("deprecated", &field.deprecated)?;
        row.serialize_field("format", &field.format.map(Format::as_str))?;
        row.serialize_field("values", &values.map(|set| &set.values))?;
        row.serialize_field("confidence", &values.map(|set| set.confidence.as_str()))?;
        row.end()
    }
}

/// All members of a message, each object before its members.
pub fn rows(event: &EventInfo) -> Vec<Row> {
    let mut rows = Vec::new();
    descend(event.root(), 0, "", &mut rows);
    rows
}

fn descend(shape: &'static Shape, depth: usize, prefix: &str, rows: &mut Vec<Row>) {
    for field in &shape.fields {
        let brackets = if field.many { "[]" } else { "" };
        let path = format!("{prefix}{}{brackets}", field.name);
        let below = format!("{path}.");
        rows.push(Row { depth, path, field });
        if let Type::Object(shape) = field.ty {
            descend(shape.shape(), depth + 1, &below, rows);
        }
    }
}

/// The tree as text: the event's name and mode, then one line per member with type, requiredness, format and values.
pub fn render(event: &EventInfo) -> String {
    let rows = rows(event);
    let name = |row: &Row| 2 + 2 * row.depth + row.field.name.len();
    let width = rows.iter().map(name).max().unwrap_or(0);
    let mut out = format!("{event}  {}", event.mode);
    if let Some(pair) = event.pair_info() {
        let word = if event.mode == crate::catalogue::Mode::SyncQuery { "answered by" } else { "answers" };
        let _ = write!(out, ", {word} {pair}");
    }
    if !event.stages.is_empty() {
        let _ = write!(out, " ({})", event.stages.join(", "));
    }
    out.push('\n');
    for row in &rows {
        let indent = 2 + 2 * row.depth;
        let line = format!(
            "{:indent$}{:<padded$}  {:<9} {:<8} {}",
            "",
            row.field.name,
            row.type_name(),
            if row.field.required { "required" } else { "" },
            remarks(row.field),
            padded = width - indent,
        );
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// How many values of a set are listed before it is only counted.
const LISTED: usize = 8;

fn remarks(field: &Field) -> String {
    let mut remarks = Vec::new();
    if field.deprecated {
        remarks.push("deprecated".to_owned());
    }
    if let Some(format) = field.format {
        remarks.push(format.to_string());
    }
    if let Some(set) = field.values() {
        let values = if set.values.len() <= LISTED {
            set.values.join(" | ")
        } else {
            format!("{} values of {}", set.values.len(), set.name)
        };
        let doubt = if set.confidence == Confidence::High {
            String::new()
        } else {
            format!(" ({} confidence)", set.confidence.as_str())
        };
        remarks.push(values + &doubt);
    }
    remarks.join(", ")
}
