//! Checks that every name in a mapping is the name of something: events, members, shapes, selections, tables.

use redox_model::catalogue::{self, EventInfo, Field, Shape, Type};

use super::{ConfigError, Mapping};
use crate::rule::{Becomes, Rule, Rules, Source};

pub(super) fn check(mapping: &Mapping) -> Result<(), ConfigError> {
    let check = Check { mapping };
    for (code, triggers) in &mapping.events {
        for (trigger, rows) in triggers {
            let at = format!("events.{code}.{trigger}");
            for row in rows {
                if let Some(condition) = &row.when {
                    check.source(&condition.at, &at)?;
                }
                if let Becomes::Event { data_model, event_type, .. } = &row.becomes {
                    let name = format!("{data_model}.{event_type}");
                    let known = catalogue::find(data_model, event_type);
                    known.ok_or_else(|| ConfigError::Unknown { at: at.clone(), what: "event", name })?;
                }
            }
        }
    }
    check.root_rules(&mapping.rules, "rules", &catalogue::events().iter().collect::<Vec<_>>())?;
    for (event, rules) in &mapping.rules_for {
        let at = format!("rules-for.{event}");
        let Some(info) = catalogue::find_dotted(event) else {
            return Err(ConfigError::Unknown { at, what: "event", name: event.clone() });
        };
        check.root_rules(rules, &at, &[info])?;
    }
    for (name, rules) in &mapping.shapes {
        for (member, rules) in rules {
            check.rules(rules, &format!("shapes.{name}.\"{member}\""))?;
        }
    }
    for (name, select) in &mapping.select {
        let at = format!("select.{name}");
        let conditions = select.only.iter().chain(&select.unless).map(|condition| &condition.at);
        let all = select.from.iter().chain(conditions).chain(select.prefer.iter().map(|prefer| &prefer.at));
        for source in all {
            // A selection out of a selection could go round in circles.
            if let Source::Selected { name, .. } = source {
                return Err(ConfigError::Unknown { at, what: "source a selection may have,", name: name.clone() });
            }
        }
    }
    Ok(())
}

struct Check<'m> {
    mapping: &'m Mapping,
}

impl Check<'_> {
    fn root_rules(&self, rules: &Rules, at: &str, events: &[&'static EventInfo]) -> Result<(), ConfigError> {
        for (member, rules) in rules {
            let at = format!("{at}.\"{member}\"");
            let fields: Vec<&Field> = events.iter().filter_map(|event| member_of(event.root(), member)).collect();
            if fields.is_empty() && !is_extension(member) {
                return Err(ConfigError::Unknown { at, what: "member of an event", name: member.clone() });
            }
            self.rules(rules, &at)?;
            for name in rules.iter().filter_map(|rule| rule.shape.as_deref()) {
                self.shape(name, &fields, &at, 0)?;
            }
        }
        Ok(())
    }

    /// The members of a shape are members of the object it is used for, in at least one event.
    fn shape(&self, name: &str, fields: &[&Field], at: &str, depth: usize) -> Result<(), ConfigError> {
        let shapes = fields.iter().filter_map(|field| match field.ty {
            Type::Object(id) => Some(id.shape()),
            _ => None,
        });
        let shapes: Vec<&Shape> = shapes.collect();
        for (member, rules) in self.mapping.shapes.get(name).into_iter().flatten() {
            let found: Vec<&Field> = shapes.iter().filter_map(|shape| member_of(shape, member)).collect();
            // Members of a location that only visits have (`Bed`) may be named for all locations.
            if found.is_empty() && !is_extension(member) && !is_documented(member) {
                let (at, name) = (format!("{at} (shape {name})"), member.clone());
                return Err(ConfigError::Unknown { at, what: "member of an event", name });
            }
            for name in rules.iter().filter_map(|rule| rule.shape.as_deref()).filter(|_| depth < 8) {
                self.shape(name, &found, at, depth + 1)?;
            }
        }
        Ok(())
    }

    fn rules(&self, rules: &[Rule], at: &str) -> Result<(), ConfigError> {
        let unknown = |what, name: &str| ConfigError::Unknown { at: at.to_owned(), what, name: name.to_owned() };
        for rule in rules {
            for source in rule.from.iter().chain(&rule.each).chain(rule.when.iter().map(|when| &when.at)) {
                self.source(source, at)?;
            }
            if let Some(name) = rule.shape.as_ref().filter(|name| !self.mapping.shapes.contains_key(*name)) {
                return Err(unknown("shape", name));
            }
            if let Some(name) = rule.map.as_ref().filter(|name| !self.mapping.values.contains_key(*name)) {
                return Err(unknown("table of codes", name));
            }
        }
        Ok(())
    }

    fn source(&self, source: &Source, at: &str) -> Result<(), ConfigError> {
        match source {
            Source::Selected { name, .. } if !self.mapping.select.contains_key(name) => {
                Err(ConfigError::Unknown { at: at.to_owned(), what: "selection", name: name.clone() })
            }
            _ => Ok(()),
        }
    }
}

/// The member at a dotted path that goes through objects only.
fn member_of(shape: &'static Shape, path: &str) -> Option<&'static Field> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let field = shape.field(first)?;
    match (rest, field.ty) {
        (None, _) => Some(field),
        (Some(rest), Type::Object(id)) if !field.many => member_of(id.shape(), rest),
        _ => None,
    }
}

fn is_extension(member: &str) -> bool {
    member.starts_with("Extensions.") || member.contains(".Extensions.")
}

/// Whether any object has a member of this name.
fn is_documented(member: &str) -> bool {
    matches!(member, "Bed" | "Type")
}
