//! Who is calling: proved once per request, then carried to the act and into the audit.

use crate::problem::{Code, Problem};
use crate::scope::Scope;
use axum::extract::FromRequestParts;
use http::request::Parts;
use oxgate_store::command::Actor;
use std::collections::BTreeSet;
use std::convert::Infallible;

/// The most characters of a reason that the audit keeps.
const WHY_CHARS_MAX: usize = 200;

/// An authenticated caller. Made by the guard in front of the routes, and nowhere else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// The API key's id, to which idempotency keys are scoped; `local` on the Unix socket.
    pub client: String,
    /// The API key's name, as the audit shows it; `local` on the Unix socket.
    pub name: String,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
}

impl Caller {
    /// Whoever can open the Unix socket, that is the owner of the data folder: everything.
    pub(crate) fn local() -> Self {
        Self { client: "local".into(), name: "local".into(), scopes: Scope::ALL.into() }
    }

    /// Whether it may do this.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// # Errors
    /// A 403 that names the scope.
    pub(crate) fn require(&self, scope: Scope) -> Result<(), Problem> {
        if self.may(scope) {
            return Ok(());
        }
        Err(Problem::new(Code::ScopeMissing, format!("this path needs an API key with the scope `{scope}`"))
            .with("scope", scope.as_str())
            .with("key", self.name.as_str()))
    }

    /// As the audit names it, with the reason it gave.
    pub(crate) fn actor(&self, why: &str) -> Actor {
        Actor { name: self.name.clone(), why: why.chars().take(WHY_CHARS_MAX).collect() }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().expect("the guard lets nobody pass under /v1 without a caller"))
    }
}
