//! What a source means in a message: where it leads from the segments and the repetition at hand.

use std::rc::Rc;

use hl7v2::{Level, Message, Path, Presence, Value};

use crate::{
    config::Mapping,
    rule::{Condition, Rule, Select, Source},
};

/// A place in a message; zero stands for all parts of the level above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Spot {
    pub(crate) segment: usize,
    pub(crate) field: usize,
    pub(crate) repetition: usize,
    pub(crate) component: usize,
    pub(crate) subcomponent: usize,
}

impl Spot {
    /// The place as an HL7 path: `OBX[3]-5`, `PID-3[2].4.1`.
    pub(crate) fn path(self, id: &str, ordinal: usize) -> String {
        let mut path = id.to_owned();
        if ordinal > 1 {
            path = format!("{path}[{ordinal}]");
        }
        path = format!("{path}-{}", self.field);
        if self.repetition > 1 {
            path = format!("{path}[{}]", self.repetition);
        }
        for number in [self.component, self.subcomponent].into_iter().take_while(|number| *number > 0) {
            path = format!("{path}.{number}");
        }
        path
    }
}

/// A value and its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'a> {
    pub(crate) spot: Spot,
    pub(crate) value: Value<'a>,
}

/// What is at hand: segments, by number, and within them perhaps one repetition of a field.
#[derive(Debug, Clone)]
pub(crate) struct Scope<'a> {
    pub(crate) segments: Rc<[usize]>,
    pub(crate) item: Option<Found<'a>>,
}

/// Looks things up.
#[derive(Clone, Copy)]
pub(crate) struct Finder<'e, 'a> {
    pub(crate) message: &'e Message<'a>,
    pub(crate) mapping: &'e Mapping,
}

impl<'a> Finder<'_, 'a> {
    /// Everything a source leads to, repetition by repetition, absent and empty values left out. Segments lead to nothing.
    pub(crate) fn all(&self, source: &Source, scope: &Scope<'a>) -> Vec<Found<'a>> {
        let found = match source {
            Source::Segment(_) => Vec::new(),
            Source::Path(path) => self.by_path(path, scope),
            Source::Part { component, subcomponent } => {
                scope.item.iter().map(|item| part(*item, Some(*component), *subcomponent)).collect()
            }
            Source::Selected { name, component, subcomponent } => {
                let select = &self.mapping.select[name];
                self.selected(select, scope).into_iter().map(|found| part(found, *component, *subcomponent)).collect()
            }
        };
        found.into_iter().filter(|found| found.value.is_filled()).collect()
    }

    /// The first thing a source leads to.
    pub(crate) fn first(&self, source: &Source, scope: &Scope<'a>) -> Option<Found<'a>> {
        // Without a number, a path to a part of a field means the first repetition, not the first that has the part.
        match source {
            Source::Path(path) if !path.is_many() => self.in_first_repetition(path, scope),
            Source::Selected { name, component, subcomponent } => {
                let chosen = self.selected(&self.mapping.select[name], scope).into_iter().next()?;
                Some(part(chosen, *component, *subcomponent)).filter(|found| found.value.is_filled())
            }
            _ => self.all(source, scope).into_iter().next(),
        }
    }

    fn in_first_repetition(&self, path: &Path, scope: &Scope<'a>) -> Option<Found<'a>> {
        let found = self.by_path(path, scope);
        let first = found.into_iter().next()?;
        Some(first).filter(|found| found.value.is_filled())
    }

    fn by_path(&self, path: &Path, scope: &Scope<'a>) -> Vec<Found<'a>> {
        let segments = scope.segments.iter().filter_map(|index| self.message.segment_at(*index));
        let segments = segments.filter(|segment| segment.is(path.segment()));
        let Some(segment) = segments.into_iter().nth(path.ordinal().unwrap_or(1) - 1) else { return Vec::new() };
        let mut found = Vec::new();
        for (repetition, value) in path.in_segment(segment) {
            let spot = Spot {
                segment: segment.index(),
                field: path.field(),
                repetition,
                component: path.component().unwrap_or(0),
                subcomponent: path.subcomponent().unwrap_or(0),
            };
            if value.level() == Level::Field {
                let repetitions = value.repetitions().enumerate();
                found.extend(
                    repetitions.map(|(index, value)| Found { spot: Spot { repetition: index + 1, ..spot }, value }),
                );
            } else {
                found.push(Found { spot, value });
            }
        }
        found
    }

    fn selected(&self, select: &Select, scope: &Scope<'a>) -> Vec<Found<'a>> {
        let all = select.from.iter().flat_map(|source| self.all(source, scope));
        let fits = |found: &Found<'a>| {
            let inner = Scope { segments: Rc::clone(&scope.segments), item: Some(*found) };
            let holds = |condition: &Condition| self.holds(condition, &inner);
            (select.only.is_empty() || select.only.iter().any(holds)) && !select.unless.iter().any(holds)
        };
        let mut chosen: Vec<_> = all.filter(fits).collect();
        if let Some(prefer) = &select.prefer {
            let rank = |found: &Found<'a>| {
                let inner = Scope { segments: Rc::clone(&scope.segments), item: Some(*found) };
                let text = self.first(&prefer.at, &inner).map(|found| found.value.text()).unwrap_or_default();
                let is = |name: &String| name.as_str() == text;
                let behind = prefer.order.len() + usize::from(prefer.last.iter().any(is));
                prefer.order.iter().position(is).unwrap_or(behind)
            };
            chosen.sort_by_key(rank);
        }
        chosen
    }

    /// Whether a condition is fulfilled.
    pub(crate) fn holds(&self, condition: &Condition, scope: &Scope<'a>) -> bool {
        let found = self.first(&condition.at, scope).filter(|found| found.value.leaf().presence() == Presence::Present);
        let Some(text) = found.map(|found| found.value.text()) else { return false };
        let is = |name: &String| name.eq_ignore_ascii_case(text.trim());
        (condition.within.is_empty() || condition.within.iter().any(is)) && !condition.without.iter().any(is)
    }

    /// The items that a rule makes a list of, each with what is at hand in it.
    pub(crate) fn items(&self, rule: &Rule, scope: &Scope<'a>) -> Vec<Scope<'a>> {
        let items = rule.each.iter().flat_map(|source| match source {
            Source::Segment(id) => self.segment_items(id, rule, scope),
            source => {
                let found = self.all(source, scope).into_iter();
                found.map(|found| Scope { segments: Rc::clone(&scope.segments), item: Some(found) }).collect()
            }
        });
        items.skip(rule.skip).collect()
    }

    /// The runs of segments that begin with one of this id.
    pub(crate) fn segment_items(&self, id: &str, rule: &Rule, scope: &Scope<'a>) -> Vec<Scope<'a>> {
        let is = |index: usize, id: &str| self.message.segment_at(index).is_some_and(|segment| segment.is(id));
        let is_any = |index: usize, ids: &[String]| ids.iter().any(|id| is(index, id));
        let segments = &scope.segments;
        let stop = segments.iter().position(|index| is_any(*index, &rule.stop)).unwrap_or(segments.len());
        let mut items = Vec::new();
        for begin in (0..stop).filter(|at| is(segments[*at], id)) {
            let before = segments[..begin].iter().rev().take_while(|index| is_any(**index, &rule.with)).count();
            let behind = segments[begin + 1..].iter();
            let length = behind.take_while(|index| !is(**index, id) && !is_any(**index, &rule.until)).count();
            let run: Vec<usize> = segments[begin - before..=begin + length].to_vec();
            items.push(Scope { segments: run.into(), item: None });
        }
        items
    }
}

/// A part of a repetition.
fn part(found: Found<'_>, component: Option<usize>, subcomponent: Option<usize>) -> Found<'_> {
    let Found { mut spot, mut value } = found;
    if let Some(number) = component {
        (spot.component, value) = (number, value.component(number));
    }
    if let Some(number) = subcomponent {
        (spot.subcomponent, value) = (number, value.subcomponent(number));
    }
    Found { spot, value }
}
