//! Events made from an event: written with the fact that makes them, so that the step happens once or not at all.

use super::Fault;
use super::Turn;
use crate::command::{Child, Record};
use crate::engine::CommandError;
use oxgate_core::EventId;
use oxgate_core::limits::CHILDREN_MAX;

impl Turn<'_> {
    /// Writes the children of a record, each like an event that has just been accepted or submitted.
    pub(super) fn children(&mut self, record: &Record) -> Result<Vec<EventId>, Fault> {
        if record.children.len() > CHILDREN_MAX {
            return Err(CommandError::TooManyChildren { count: record.children.len() }.into());
        }
        let parent = record.delivery.event;
        record.children.iter().map(|child| self.child(parent, child)).collect()
    }

    fn child(&mut self, parent: EventId, child: &Child) -> Result<EventId, Fault> {
        let Child { event: new, deliveries, expectations, answers } = child;
        let (event, _) = self.insert_event(new, new.flags, Some(parent), deliveries)?;
        for expectation in expectations {
            self.expect(event, expectation)?;
        }
        if let Some(probe) = answers {
            self.answer(event, probe)?;
        }
        Ok(event)
    }
}

/// What stands as the delivery's receipt: the children's ids, so that the way from parent to child can be followed.
pub(super) fn receipt(children: &[EventId]) -> Option<String> {
    let ids: Vec<String> = children.iter().map(EventId::to_string).collect();
    (!ids.is_empty()).then(|| ids.join(","))
}
