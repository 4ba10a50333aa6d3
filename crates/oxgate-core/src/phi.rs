//! A wrapper for patient data whose `Debug` and `Display` show nothing.

use std::fmt;

/// Something that may hold patient data. It prints as its kind only, so a stray `{:?}` in a log line is harmless.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Phi<T>(T);

impl<T> Phi<T> {
    /// Marks `value` as patient data.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. Call it where the value is meant to leave: towards the body store, a handler, or Redox.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value, unwrapped.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Phi<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[patient data]")
    }
}

impl<T> fmt::Display for Phi<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[patient data]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_nothing() {
        let name = Phi::new("Mango, Testina");
        assert_eq!(format!("{name:?} {name}"), "[patient data] [patient data]");
        assert_eq!(*name.expose(), "Mango, Testina");
    }
}
