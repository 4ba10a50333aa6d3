//! Seeded chance: the same seed makes the same choices, and each part of the world draws from a stream of its own.

use oxgate_core::Entropy;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A stream of numbers (`SplitMix64`).
#[derive(Debug)]
pub(crate) struct Chance(Mutex<u64>);

impl Chance {
    /// The stream of a part of the world, by its name.
    pub(crate) fn new(seed: u64, part: &str) -> Self {
        let salt = part
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self(Mutex::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt))
    }

    /// The next 64 bits.
    pub(crate) fn number(&self) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = *state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number of this range.
    pub(crate) fn among(&self, range: Range<u64>) -> u64 {
        range.start + self.number() % (range.end - range.start).max(1)
    }

    /// Whether something happens that is so likely, in a thousand.
    pub(crate) fn thousandth(&self, likely: u64) -> bool {
        self.number() % 1_000 < likely
    }

    /// A span of so many milliseconds.
    pub(crate) fn millis(&self, range: Range<u64>) -> Duration {
        Duration::from_millis(self.among(range))
    }

    /// One of several.
    pub(crate) fn one_of<T: Copy>(&self, choices: &[T]) -> T {
        let index = usize::try_from(self.number() % choices.len() as u64).unwrap_or(0);
        choices[index]
    }
}

impl Entropy for Chance {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            chunk.copy_from_slice(&self.number().to_le_bytes()[..chunk.len()]);
        }
    }
}
