//! A small seeded generator: the same seed gives the same ids, faults and patients on every platform.

/// Seeded randomness, passed into the core by whoever drives it. Not for secrets that matter.
///
/// The algorithm is `SplitMix64` (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator whose whole future follows from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in `0..bound`; 0 when `bound` is 0. The bias for the small bounds used here is far below one in a billion.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next_u64().checked_rem(bound).unwrap_or(0)
    }

    /// True with the given probability: never at 0 or less, always at 1 or more.
    pub fn chance(&mut self, probability: f64) -> bool {
        let bits = u32::try_from(self.next_u64() >> 32).expect("32 bits are left after the shift");
        f64::from(bits) / 4_294_967_296.0 < probability
    }

    /// One word of a list that must not be empty.
    pub(crate) fn pick(&mut self, list: &[&'static str]) -> &'static str {
        let length = u64::try_from(list.len()).expect("a length fits 64 bits");
        let index = usize::try_from(self.below(length)).expect("an index below a length fits");
        list[index]
    }

    /// A version 4 UUID in lower-case text (RFC 9562, section 5.4).
    pub fn uuid(&mut self) -> String {
        let high = self.next_u64() & 0xffff_ffff_ffff_0fff | 0x4000;
        let low = self.next_u64() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000;
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Rng;

    #[test]
    fn same_seed_gives_same_ids_and_they_are_version_4() {
        let (mut one, mut two) = (Rng::new(7), Rng::new(7));
        for _ in 0..100 {
            let id = one.uuid();
            assert_eq!(id, two.uuid());
            assert_eq!(id.len(), 36);
            assert_eq!(&id[14..15], "4");
            assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"), "{id}");
        }
        assert_ne!(Rng::new(1).uuid(), Rng::new(2).uuid());
    }

    #[test]
    fn chance_keeps_its_bounds() {
        let mut rng = Rng::new(1);
        assert!((0..1000).all(|_| !rng.chance(0.0)));
        assert!((0..1000).all(|_| rng.chance(1.0)));
        let hits = (0..1000).filter(|_| rng.chance(0.5)).count();
        assert!((400..600).contains(&hits), "{hits}");
    }
}
