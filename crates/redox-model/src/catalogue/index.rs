//! Finding a member of a shape by its name, at the same cost wherever it stands.

use super::shape::Field;

/// A hash table of positions: a power of two of slots, at most half of them taken.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    slots: Vec<u8>,
}

const EMPTY: u8 = u8::MAX;

impl Index {
    pub(super) fn new(fields: &[Field]) -> Self {
        let mut slots = vec![EMPTY; (2 * fields.len()).next_power_of_two()];
        let mask = slots.len() - 1;
        for (position, field) in fields.iter().enumerate() {
            let mut slot = hash(field.name.as_bytes()) & mask;
            while slots[slot] != EMPTY {
                slot = (slot + 1) & mask;
            }
            slots[slot] = u8::try_from(position).expect("a shape has at most 64 members");
        }
        Self { slots }
    }

    pub(super) fn find(&self, fields: &[Field], name: &str) -> Option<usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = hash(name.as_bytes()) & mask;
        loop {
            let position = usize::from(*self.slots.get(slot)?);
            let field = fields.get(position)?;
            if field.name == name {
                return Some(position);
            }
            slot = (slot + 1) & mask;
        }
    }
}

/// Of the length and three bytes: names in one shape rarely agree in all of them, and nobody but us chooses them.
fn hash(name: &[u8]) -> usize {
    let byte = |at: usize| name.get(at).copied().map_or(0, usize::from);
    let last = byte(name.len().wrapping_sub(1));
    name.len() + 5 * byte(0) + 19 * byte(name.len() / 2) + 101 * last
}
