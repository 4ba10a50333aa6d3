//! The text of an API key, and the hash that is kept of it.

use aws_lc_rs::{constant_time, digest};
use oxgate_core::Entropy;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

const PREFIX: &str = "oxg_";

/// Crockford's digits, as in our other identifiers: no letter that is read as another.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// 256 bits at five a character.
const LETTERS: usize = 52;

/// An API key: `oxg_` and 256 random bits in base 32. Shows nothing when debugged.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// SHA-256 of an API key's text. No salt and no stretching: 256 random bits cannot be guessed.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Hash([u8; 32]);

/// A text that cannot be an API key of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not an API key: it is `{PREFIX}` and {LETTERS} characters")]
pub struct NotAKey;

impl Secret {
    /// A new one.
    pub(super) fn draw(entropy: &dyn Entropy) -> Self {
        let mut bits = [0; 32];
        entropy.fill(&mut bits);
        Self(format!("{PREFIX}{}", base32(&bits)))
    }

    /// The text, to be shown once.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(super) fn hash(&self) -> Hash {
        let digest = digest::digest(&digest::SHA256, self.0.as_bytes());
        Hash(digest.as_ref().try_into().expect("SHA-256 has 32 bytes"))
    }
}

impl FromStr for Secret {
    type Err = NotAKey;

    /// Length and alphabet are checked first, so that a wrong kind of token costs no hash.
    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let digits = text.strip_prefix(PREFIX).ok_or(NotAKey)?;
        let known = digits.len() == LETTERS && digits.bytes().all(|digit| DIGITS.contains(&digit));
        if known { Ok(Self(text.to_owned())) } else { Err(NotAKey) }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// The public id of a key: 60 random bits.
pub(super) fn draw_id(entropy: &dyn Entropy) -> String {
    let mut bits = [0; 8];
    entropy.fill(&mut bits);
    format!("key_{}", &base32(&bits)[..12])
}

fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut buffer, mut bits) = (0_u32, 0);
    for &byte in bytes {
        buffer = buffer << 8 | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(DIGITS[(buffer >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(DIGITS[(buffer << (5 - bits) & 31) as usize]));
    }
    text
}

impl Hash {
    /// Whether both are the same, in a time that does not depend on where they differ.
    pub(super) fn is(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("sha256:{self:?}"))
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let malformed = || de::Error::custom("a key's hash is `sha256:` and 64 hexadecimal digits");
        let digits = text.strip_prefix("sha256:").filter(|digits| digits.len() == 64 && digits.is_ascii());
        let digits = digits.ok_or_else(malformed)?;
        let mut hash = [0; 32];
        for (place, byte) in hash.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&digits[place * 2..place * 2 + 2], 16).map_err(|_| malformed())?;
        }
        Ok(Self(hash))
    }
}
