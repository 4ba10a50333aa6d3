//! Time and randomness as the caller gives them, so that every decision of this crate can be repeated in a test.

/// The caller's clock.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> i64;
}

impl<F: Fn() -> i64 + Send + Sync> Clock for F {
    fn now(&self) -> i64 {
        self()
    }
}

/// The caller's source of randomness. It must be unpredictable: nonces of signed assertions come from it.
pub trait Entropy: Send + Sync {
    /// Fills `buffer` with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

impl<F: Fn(&mut [u8]) + Send + Sync> Entropy for F {
    fn fill(&self, buffer: &mut [u8]) {
        self(buffer);
    }
}

/// 128 random bits as 32 hexadecimal digits.
pub(crate) fn nonce(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    format!("{:032x}", u128::from_be_bytes(bytes))
}

/// A number in `0..=max`, nearly uniform: the bias of the remainder is below 2⁻³⁰ for the milliseconds it is used for.
pub(crate) fn up_to(entropy: &dyn Entropy, max: i64) -> i64 {
    let mut bytes = [0; 8];
    entropy.fill(&mut bytes);
    let span = u64::try_from(max).unwrap_or(0).saturating_add(1);
    i64::try_from(u64::from_be_bytes(bytes) % span).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jitter_stays_within_its_bound() {
        let highest = |buffer: &mut [u8]| buffer.fill(0xff);
        for max in [0, 1, 29_999, 30_000] {
            assert!((0..=max).contains(&up_to(&highest, max)), "{max}");
        }
        assert_eq!(up_to(&highest, -5), 0);
        assert_eq!(nonce(&|buffer: &mut [u8]| buffer.fill(0x0a)), "0a".repeat(16));
    }
}
