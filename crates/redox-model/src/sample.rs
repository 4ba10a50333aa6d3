//! Synthetic messages: complete, valid to the letter, and the same for the same seed.
//!
//! Nobody in them exists: people have names no one bears, telephone numbers from the range reserved for fiction, mail
//! addresses under `example.com` (RFC 2606). Texts are chosen by the name of their field, so that a sample reads like a
//! message, but it makes no clinical sense and is not meant to.

mod rng;
mod texts;

use serde_json::{Map, Value, json};

use crate::{
    catalogue::{EventInfo, Field, Shape, Type},
    format::Format,
};
use rng::Rng;
use texts::{Coded, Person};

/// A message of this type. `minimal` leaves out whatever is not required.
pub fn build(event: &EventInfo, seed: u64, minimal: bool) -> Value {
    let mut rng = Rng::new(seed);
    let patient = Person::invent(&mut rng);
    let start = Start { month: 1 + rng.below(12), day: 1 + rng.below(28), hour: 8 + rng.below(9) };
    let mut builder = Builder { rng, minimal, patient, start };
    let mut message = builder.object(event.root(), "", 0);
    let meta = &mut message["Meta"];
    meta["DataModel"] = json!(event.data_model);
    meta["EventType"] = json!(event.event_type);
    if meta.get("Test").is_some() {
        meta["Test"] = json!(true);
    }
    message
}

/// When the message happens.
#[derive(Clone, Copy)]
struct Start {
    month: u64,
    day: u64,
    hour: u64,
}

struct Builder {
    rng: Rng,
    minimal: bool,
    patient: Person,
    start: Start,
}

/// What the scalars of one object have in common.
struct Around {
    shape: &'static Shape,
    /// The member that holds the object; empty for the message itself.
    under: &'static str,
    person: Person,
    coded: Coded,
}

impl Builder {
    fn object(&mut self, shape: &'static Shape, under: &'static str, depth: usize) -> Value {
        let person = if under == "Demographics" { self.patient.clone() } else { Person::invent(&mut self.rng) };
        let around = Around { shape, under, person, coded: Coded::pick(&mut self.rng) };
        let mut object = Map::new();
        for field in &shape.fields {
            let wanted = field.required || (!self.minimal && !field.deprecated);
            if wanted {
                object.insert(field.name.to_owned(), self.member(field, &around, depth));
            }
        }
        Value::Object(object)
    }

    fn member(&mut self, field: &'static Field, around: &Around, depth: usize) -> Value {
        if !field.many {
            return self.value(field, around, depth);
        }
        // A second item now and then, near the top only, so that a sample stays of readable size.
        let two = !self.minimal && depth < 2 && around.under != "Meta" && self.rng.below(4) == 0;
        let items = (0..=usize::from(two)).map(|_| self.value(field, around, depth)).collect();
        Value::Array(items)
    }

    fn value(&mut self, field: &'static Field, around: &Around, depth: usize) -> Value {
        match field.ty {
            Type::Object(shape) => self.object(shape.shape(), field.name, depth + 1),
            Type::Number => self.number(field, around),
            Type::Boolean => json!(match field.name {
                "IsActive" => true,
                // The invented patient is well; see `DeathDateTime` below.
                "IsDeceased" => false,
                _ => self.rng.below(2) == 0,
            }),
            Type::String => self.text(field, around),
        }
    }

    fn number(&mut self, field: &Field, around: &Around) -> Value {
        match field.name {
            "Low" => json!(3.5),
            "High" => json!(5.1),
            "ID" | "IDType" => json!(self.rng.digits(9)),
            "Latitude" => json!(43.0731),
            "Longitude" => json!(-89.4012),
            "Duration" => json!(30),
            name if name.contains("Year") => json!(2026),
            _ if around.shape.name.contains("Dose") => json!(500),
            _ => json!(1 + self.rng.below(20)),
        }
    }

    fn text(&mut self, field: &Field, around: &Around) -> Value {
        if field.name == "DeathDateTime" && !field.required {
            return Value::Null;
        }
        if let Some(set) = field.values() {
            let fitting = texts::preferred(field.name).iter().find(|text| set.values.contains(text));
            return json!(fitting.copied().unwrap_or_else(|| self.rng.pick(&set.values)));
        }
        let text = match field.format {
            Some(format) => self.formatted(format, field, around),
            None => texts::by_name(field.name, around, &mut self.rng),
        };
        json!(text)
    }

    fn formatted(&mut self, format: Format, field: &Field, around: &Around) -> String {
        match format {
            Format::DateTime => self.moment(field.name),
            Format::Date | Format::DateOrDateTime if field.name == "DOB" => around.person.born.clone(),
            Format::Date | Format::DateOrDateTime => self.moment(field.name)[..10].to_owned(),
            Format::Time => format!("{:02}:30", self.start.hour),
            Format::Uuid => self.rng.uuid(),
            Format::E164 => texts::phone(&mut self.rng),
            Format::Email => around.person.email(),
            Format::Country => "US".to_owned(),
            Format::Language => "en".to_owned(),
            Format::TimeZone => "America/Chicago".to_owned(),
        }
    }

    /// A moment of the message's day: what ends does so an hour after it began, what expires does so next year.
    fn moment(&mut self, name: &str) -> String {
        let Start { month, day, hour } = self.start;
        let year = if name.contains("Expir") { 2027 } else { 2026 };
        let later = u64::from(["End", "Discharge", "Stop", "Complet"].iter().any(|word| name.contains(word)));
        let minute = self.rng.below(60);
        format!("{year}-{month:02}-{day:02}T{:02}:{minute:02}:00.000Z", hour + later)
    }
}

#[cfg(test)]
mod tests;
