//! Control of the organisation: keys, destinations and their verification, subscriptions.

use super::{ControlError, Controlled, merged, no_such_address, ok, parameter, read};
use crate::Emulator;
use crate::directory::{Destination, Subscription};
use crate::exchange::{Request, Turn};
use crate::verification::Asker;
use serde_json::{Value, json};

impl Emulator {
    pub(super) fn control_directory(
        &mut self,
        turn: &mut Turn<'_>,
        request: &Request,
        segments: &[&str],
    ) -> Controlled {
        match (request.method.as_str(), segments) {
            ("POST" | "PUT", ["keys"]) => self.register_keys(request),
            ("GET", ["destinations"]) => ok(&json!({"destinations": self.directory.destinations})),
            ("POST", ["destinations"]) => self.create_destination(turn, request),
            ("PATCH", ["destinations", id]) => self.change_destination(turn, request, id),
            ("POST", ["destinations", id, "verify"]) => Ok(self.verify(turn, id, Asker::Control)?),
            ("GET", ["subscriptions"]) => ok(&json!({"subscriptions": self.directory.subscriptions})),
            ("POST", ["subscriptions"]) => self.subscribe(request),
            ("DELETE", ["subscriptions"]) => {
                let link: Subscription = read(request)?;
                let before = self.directory.subscriptions.len();
                self.directory.subscriptions.retain(|known| *known != link);
                ok(&json!({"removed": before - self.directory.subscriptions.len()}))
            }
            _ => no_such_address(request),
        }
    }

    /// Registers a JWK set, and optionally a `shared_secret` for HS384, for a client.
    fn register_keys(&mut self, request: &Request) -> Controlled {
        let mut body: Value = read(request)?;
        let first = self.keys.first_client().unwrap_or_default().to_owned();
        let client = parameter(request, "client_id").unwrap_or(first);
        let secret = body.as_object_mut().and_then(|members| members.remove("shared_secret"));
        if let Some(secret) = secret {
            self.keys.set_secret(&client, secret.as_str().map(str::to_owned))?;
            if body.get("keys").is_none() {
                return ok(&json!({"client_id": client, "keys": null}));
            }
        }
        let keys = self.keys.register(&client, &body)?;
        ok(&json!({"client_id": client, "keys": keys}))
    }

    fn create_destination(&mut self, turn: &mut Turn<'_>, request: &Request) -> Controlled {
        let mut destination: Destination = read(request)?;
        if destination.id.is_empty() {
            destination.id = turn.rng.uuid();
        }
        if self.directory.destination(&destination.id).is_some() {
            return Err(ControlError::Exists { what: "destination", id: destination.id });
        }
        let body = json!(destination);
        self.directory.destinations.push(destination);
        ok(&body)
    }

    /// Changes the members that are named. A new address has to be verified again.
    fn change_destination(&mut self, turn: &mut Turn<'_>, request: &Request, id: &str) -> Controlled {
        let mut change: Value = read(request)?;
        if let Some(members) = change.as_object_mut() {
            members.remove("id");
        }
        let unknown = || ControlError::Unknown { what: "destination", id: id.to_owned() };
        let own = self.directory.destination_mut(id).ok_or_else(unknown)?;
        let mut changed: Destination = merged(own, Some(change))?;
        if changed.url != own.url {
            changed.is_verified = false;
        }
        *own = changed;
        let body = json!(own);
        self.drive_destination(turn, id);
        ok(&body)
    }

    fn subscribe(&mut self, request: &Request) -> Controlled {
        let link: Subscription = read(request)?;
        if self.directory.source(&link.source).is_none() {
            return Err(ControlError::Unknown { what: "source", id: link.source });
        }
        if self.directory.destination(&link.destination).is_none() {
            return Err(ControlError::Unknown { what: "destination", id: link.destination });
        }
        if !self.directory.subscriptions.contains(&link) {
            self.directory.subscriptions.push(link.clone());
        }
        ok(&json!(link))
    }
}
