//! From TOML to mappings: laying files over each other, then reading what came of it.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Table, Value};

use super::{Config, ConfigError, DEFAULT, Mapping, PROFILES, Sender, check};
use crate::rule::{Becomes, Condition, Convert, EventRow, Mrn, Other, Prefer, Rule, Rules, Select, Source, ValueSet};

/// The sections, and how many levels of tables in them are laid over each other; below that, the upper one replaces.
const SECTIONS: [(&str, usize); 8] = [
    ("events", 2),
    ("rules", 1),
    ("rules-for", 2),
    ("shapes", 2),
    ("select", 1),
    ("values", 2),
    ("unmapped", 1),
    ("mrn", 0),
];

pub(super) fn read(text: &str) -> Result<Config, ConfigError> {
    let mut base: Table = DEFAULT.parse()?;
    let mut own: Table = text.parse()?;
    let senders = own.remove("senders").unwrap_or_else(|| Value::Table(Table::new()));
    let Value::Table(senders) = senders else { return Err(expected("senders", "a table of senders")) };
    lay_profile(&mut base, &mut own, "")?;
    lay_over(&mut base, own, "")?;
    let general = mapping("general", &base)?;
    let mut config = Config { general, senders: Vec::new() };
    for (name, sender) in senders {
        let at = format!("senders.{name}");
        let Value::Table(sender) = sender else { return Err(expected(&at, "a table")) };
        config.senders.push(read_sender(&name, &base, sender, &at)?);
    }
    for (name, text) in PROFILES.into_iter().filter(|(name, _)| config.mapping(name).is_none()).collect::<Vec<_>>() {
        config.senders.push(read_sender(name, &base, text.parse()?, name)?);
    }
    Ok(config)
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Match {
    #[serde(default)]
    application: Vec<String>,
    #[serde(default)]
    facility: Vec<String>,
}

fn read_sender(name: &str, base: &Table, mut own: Table, at: &str) -> Result<Sender, ConfigError> {
    let mut table = base.clone();
    let matches = own.remove("match").map(|value| form::<Match>(value, &format!("{at}.match"))).transpose()?;
    let matches = matches.unwrap_or_default();
    lay_profile(&mut table, &mut own, &format!("{at}."))?;
    lay_over(&mut table, own, &format!("{at}."))?;
    let mapping =
        mapping(name, &table).map_err(|source| ConfigError::Sender { name: name.to_owned(), source: source.into() });
    Ok(Sender { applications: matches.application, facilities: matches.facility, mapping: mapping? })
}

/// Lays the profile that a file or sender names over what it begins with.
fn lay_profile(table: &mut Table, own: &mut Table, at: &str) -> Result<(), ConfigError> {
    let Some(profile) = own.remove("profile") else { return Ok(()) };
    let at = format!("{at}profile");
    let name: String = form(profile, &at)?;
    let text = PROFILES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
    let mut profile: Table = text.ok_or(ConfigError::Unknown { at, what: "profile", name })?.parse()?;
    let _ = profile.remove("match");
    lay_over(table, profile, "")
}

fn expected(at: &str, expected: &'static str) -> ConfigError {
    ConfigError::Expected { at: at.to_owned(), expected }
}

fn form<T: for<'de> Deserialize<'de>>(value: Value, at: &str) -> Result<T, ConfigError> {
    value.try_into().map_err(|source| ConfigError::Form { at: at.to_owned(), source })
}

/// Lays the sections of one file over another's. `at` is put before keys in errors.
fn lay_over(base: &mut Table, over: Table, at: &str) -> Result<(), ConfigError> {
    for (key, value) in over {
        if key == "zone" {
            base.insert(key, value);
            continue;
        }
        let Some((_, depth)) = SECTIONS.iter().find(|(section, _)| *section == key) else {
            return Err(ConfigError::Unknown { at: format!("{at}{key}"), what: "section", name: key });
        };
        merge(base, key, value, *depth);
    }
    Ok(())
}

fn merge(base: &mut Table, key: String, value: Value, depth: usize) {
    match (base.get_mut(&key), value) {
        // A shape that extends another is written anew.
        (Some(Value::Table(below)), Value::Table(above)) if depth > 0 && !above.contains_key("extends") => {
            for (key, value) in above {
                merge(below, key, value, depth - 1);
            }
        }
        (_, value) => {
            base.insert(key, value);
        }
    }
}

fn section<'t>(
    table: &'t Table,
    name: &str,
) -> Result<impl Iterator<Item = (&'t String, &'t Value)> + use<'t>, ConfigError> {
    match table.get(name) {
        None => Ok(None.into_iter().flatten()),
        Some(Value::Table(table)) => Ok(Some(table.iter()).into_iter().flatten()),
        Some(_) => Err(expected(name, "a table")),
    }
}

fn mapping(name: &str, table: &Table) -> Result<Mapping, ConfigError> {
    let mut mapping = Mapping {
        name: name.to_owned(),
        events: BTreeMap::new(),
        rules: BTreeMap::new(),
        rules_for: BTreeMap::new(),
        shapes: BTreeMap::new(),
        select: BTreeMap::new(),
        values: BTreeMap::new(),
        mrn: table.get("mrn").cloned().map(|value| form::<Mrn>(value, "mrn")).transpose()?,
        zone: table.get("zone").cloned().map(|value| form(value, "zone")).transpose()?,
        ignore: Vec::new(),
    };
    for (code, triggers) in section(table, "events")? {
        let at = format!("events.{code}");
        let Value::Table(triggers) = triggers else { return Err(expected(&at, "a table of triggers")) };
        let rows =
            triggers.iter().map(|(trigger, rows)| Ok((trigger.clone(), event_rows(rows, &format!("{at}.{trigger}"))?)));
        mapping.events.insert(code.clone(), rows.collect::<Result<_, ConfigError>>()?);
    }
    if let Some(Value::Table(rules)) = table.get("rules") {
        mapping.rules = read_rules(rules, "rules")?;
    }
    for (event, rules) in section(table, "rules-for")? {
        let at = format!("rules-for.{event}");
        let Value::Table(rules) = rules else { return Err(expected(&at, "a table of rules")) };
        mapping.rules_for.insert(event.clone(), read_rules(rules, &at)?);
    }
    let shapes: BTreeMap<&String, &Value> = section(table, "shapes")?.collect();
    for name in shapes.keys() {
        let rules = shape(name, &shapes, 0)?;
        mapping.shapes.insert((*name).clone(), rules);
    }
    for (name, select) in section(table, "select")? {
        let at = format!("select.{name}");
        mapping.select.insert(name.clone(), read_select(form(select.clone(), &at)?, &at)?);
    }
    for (name, codes) in section(table, "values")? {
        let at = format!("values.{name}");
        mapping.values.insert(name.clone(), value_set(form(codes.clone(), &at)?));
    }
    for (key, value) in section(table, "unmapped")? {
        let at = format!("unmapped.{key}");
        if key != "ignore" {
            return Err(ConfigError::Unknown { at, what: "section", name: key.clone() });
        }
        mapping.ignore = form(value.clone(), &at)?;
    }
    check::check(&mapping)?;
    Ok(mapping)
}

/// The rules of a shape, with those of the shape it extends.
fn shape(name: &str, shapes: &BTreeMap<&String, &Value>, depth: usize) -> Result<Rules, ConfigError> {
    let at = format!("shapes.{name}");
    let value = shapes.iter().find(|(key, _)| **key == name).map(|(_, value)| *value);
    let Some(value) = value.filter(|_| depth < 8) else {
        return Err(ConfigError::Unknown { at, what: "shape", name: name.to_owned() });
    };
    let Value::Table(table) = value else { return Err(expected(&at, "a table of rules")) };
    let mut rules = match table.get("extends") {
        Some(Value::String(base)) => shape(base, shapes, depth + 1)?,
        Some(_) => return Err(expected(&at, "the name of a shape in `extends`")),
        None => Rules::new(),
    };
    let own: Table =
        table.iter().filter(|(key, _)| *key != "extends").map(|(key, value)| (key.clone(), value.clone())).collect();
    rules.extend(read_rules(&own, &at)?);
    Ok(rules)
}

fn value_set(codes: BTreeMap<String, String>) -> ValueSet {
    let mut set = ValueSet::default();
    for (code, value) in codes {
        match (code.as_str(), value.as_str()) {
            ("*", "=") => set.other = Other::Keep,
            ("*", "-") => set.other = Other::Drop,
            ("*", _) => set.other = Other::Fixed(value),
            _ => {
                set.codes.insert(code.to_uppercase(), value);
            }
        }
    }
    set
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawRow {
    event: Option<String>,
    canceled: Option<String>,
    split: Option<String>,
    none: Option<String>,
    when: Option<RawCondition>,
}

fn event_rows(value: &Value, at: &str) -> Result<Vec<EventRow>, ConfigError> {
    let rows = match value {
        Value::Boolean(false) => return Ok(Vec::new()),
        Value::Array(rows) => rows.clone(),
        row => vec![row.clone()],
    };
    let read = |row| {
        let row = match row {
            Value::String(event) => RawRow { event: Some(event), canceled: None, split: None, none: None, when: None },
            row => form::<RawRow>(row, at)?,
        };
        let becomes = match (row.event, row.none) {
            (Some(event), None) => {
                let (model, event_type) =
                    event.split_once('.').ok_or_else(|| expected(at, "an event such as `Results.New`"))?;
                let (data_model, event_type) = (model.to_owned(), event_type.to_owned());
                Becomes::Event { data_model, event_type, canceled: row.canceled, split: row.split }
            }
            (None, Some(reason)) => Becomes::Nothing(reason),
            _ => return Err(expected(at, "either `event` or `none`")),
        };
        Ok(EventRow { when: row.when.map(|when| when.read(at)).transpose()?, becomes })
    };
    rows.into_iter().map(read).collect()
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn sources(self, at: &str) -> Result<Vec<Source>, ConfigError> {
        let texts = match self {
            OneOrMany::One(text) => vec![text],
            OneOrMany::Many(texts) => texts,
        };
        texts.iter().map(|text| source(text, at)).collect()
    }
}

fn source(text: &str, at: &str) -> Result<Source, ConfigError> {
    Source::read(text).map_err(|source| ConfigError::Source { at: at.to_owned(), source })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawCondition {
    at: String,
    #[serde(default, rename = "in")]
    within: Vec<String>,
    #[serde(default, rename = "not-in")]
    without: Vec<String>,
}

impl RawCondition {
    fn read(self, at: &str) -> Result<Condition, ConfigError> {
        Ok(Condition { at: source(&self.at, at)?, within: self.within, without: self.without })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawRule {
    from: Option<OneOrMany>,
    join: Option<String>,
    each: Option<OneOrMany>,
    #[serde(default)]
    skip: usize,
    #[serde(default)]
    until: Vec<String>,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default)]
    stop: Vec<String>,
    shape: Option<String>,
    #[serde(default)]
    set: BTreeMap<String, String>,
    #[serde(default, rename = "as")]
    convert: Convert,
    map: Option<String>,
    value: Option<String>,
    #[serde(default)]
    assume: bool,
    when: Option<RawCondition>,
    unique: Option<String>,
    #[serde(default)]
    mrn: bool,
    url: Option<String>,
}

fn read_rules(table: &Table, at: &str) -> Result<Rules, ConfigError> {
    let mut rules = Rules::new();
    for (member, value) in table {
        let at = format!("{at}.\"{member}\"");
        let values = match value {
            // No rule: nothing fills the member, whatever a more general rule says.
            Value::Boolean(false) => Vec::new(),
            Value::Array(values) => values.clone(),
            value => vec![value.clone()],
        };
        let read = values.into_iter().map(|value| read_rule(value, &at)).collect::<Result<Vec<_>, _>>()?;
        rules.insert(member.clone(), read);
    }
    Ok(rules)
}

fn read_rule(value: Value, at: &str) -> Result<Rule, ConfigError> {
    if let Value::String(text) = value {
        return Ok(Rule { from: vec![source(&text, at)?], ..Rule::default() });
    }
    let raw: RawRule = form(value, at)?;
    let sources = |texts: Option<OneOrMany>| texts.map_or(Ok(Vec::new()), |texts| texts.sources(at));
    Ok(Rule {
        from: sources(raw.from)?,
        join: raw.join,
        each: sources(raw.each)?,
        skip: raw.skip,
        until: raw.until,
        with: raw.with,
        stop: raw.stop,
        shape: raw.shape,
        set: raw.set,
        convert: raw.convert,
        map: raw.map,
        value: raw.value,
        assume: raw.assume,
        when: raw.when.map(|when| when.read(at)).transpose()?,
        unique: raw.unique,
        mrn: raw.mrn,
        url: raw.url,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawSelect {
    from: OneOrMany,
    #[serde(default)]
    only: Vec<RawCondition>,
    #[serde(default)]
    unless: Vec<RawCondition>,
    prefer: Option<RawPrefer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrefer {
    at: String,
    order: Vec<String>,
    #[serde(default)]
    last: Vec<String>,
}

fn read_select(raw: RawSelect, at: &str) -> Result<Select, ConfigError> {
    let conditions = |raw: Vec<RawCondition>| raw.into_iter().map(|raw| raw.read(at)).collect::<Result<Vec<_>, _>>();
    let prefer = raw.prefer.map(|prefer| {
        Ok::<_, ConfigError>(Prefer { at: source(&prefer.at, at)?, order: prefer.order, last: prefer.last })
    });
    Ok(Select {
        from: raw.from.sources(at)?,
        only: conditions(raw.only)?,
        unless: conditions(raw.unless)?,
        prefer: prefer.transpose()?,
    })
}
