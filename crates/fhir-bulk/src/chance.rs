//! Time and randomness as the caller gives them, so that an export can be repeated exactly in a test.

use jiff::Timestamp;
use std::pin::Pin;
use std::time::Duration;

/// A wait that ends by itself.
pub type Sleep<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// The caller's clock, which is also what this crate waits by.
pub trait Time: Send + Sync {
    /// The current time.
    fn now(&self) -> Timestamp;

    /// Ends after `span` by this clock.
    fn sleep(&self, span: Duration) -> Sleep<'_>;
}

/// A clock of the caller's, with tokio's timer to wait by.
#[derive(Debug, Clone, Copy)]
pub struct TokioTime<F>(pub F);

impl<F: Fn() -> Timestamp + Send + Sync> Time for TokioTime<F> {
    fn now(&self) -> Timestamp {
        self.0()
    }

    fn sleep(&self, span: Duration) -> Sleep<'_> {
        Box::pin(tokio::time::sleep(span))
    }
}

/// The caller's source of randomness. It must be unpredictable: the nonces of signed assertions come from it.
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
