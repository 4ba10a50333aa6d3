//! What an API key may do.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// One permission. None includes another: a key that submits and looks has both.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Hand over events and ask queries.
    Submit,
    /// Look at events, deliveries, lanes and expectations, without content.
    Read,
    /// Look at payloads, correlation values and what peers said. Every look is audited.
    ReadPhi,
    /// Release, cancel, replay, reroute; pause and resume lanes.
    Operate,
    /// Reload the configuration; make and revoke API keys.
    Admin,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 5] = [Self::Submit, Self::Read, Self::ReadPhi, Self::Operate, Self::Admin];

    /// The word in files, on the command line and in problems.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Read => "read",
            Self::ReadPhi => "read-phi",
            Self::Operate => "operate",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a scope: use `submit`, `read`, `read-phi`, `operate` or `admin`")]
pub struct UnknownScope;

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(UnknownScope)
    }
}
