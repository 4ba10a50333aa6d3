//! The platform API's OAuth API keys: clients, and the public keys that their assertions are verified with.

use super::{Platform, PlatformError, give, object, required};
use crate::Emulator;
use crate::auth::Registered;
use crate::config::Client;
use crate::exchange::{Request, Turn};
use serde_json::{Value, json};

impl Emulator {
    /// The keys of the environment.
    pub(super) fn platform_keys(&mut self, turn: &mut Turn<'_>, request: &Request) -> Platform {
        match request.method.as_str() {
            "GET" => {
                let list = self.keys.iter().map(|(id, client)| self.key_element(id, client));
                give("apikeys", &list.collect())
            }
            "POST" => {
                let body = object(request)?;
                let client = Client {
                    client_id: turn.rng.uuid(),
                    name: required(&body, "/name", "name")?.to_owned(),
                    jwks: body.get("jwkSet").filter(|set| !set.is_null()).cloned(),
                    jwks_url: body.get("jwksURL").and_then(Value::as_str).map(str::to_owned),
                    ..Client::default()
                };
                let id = client.client_id.clone();
                self.keys.add(&client)?;
                self.give_key(&id)
            }
            _ => Err(PlatformError::NotFound),
        }
    }

    /// One key, by its client id.
    pub(super) fn platform_key(&mut self, request: &Request, id: &str) -> Platform {
        self.keys.get(id).ok_or(PlatformError::NotFound)?;
        match request.method.as_str() {
            "GET" => self.give_key(id),
            "PATCH" => {
                let body = object(request)?;
                if let Some(set) = body.get("jwkSet").filter(|set| !set.is_null()) {
                    self.keys.register(id, set)?;
                }
                let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
                self.keys.describe(id, text("name"), text("jwksURL"));
                self.give_key(id)
            }
            "DELETE" => {
                self.keys.remove(id);
                give("message", &json!("deleted"))
            }
            _ => Err(PlatformError::NotFound),
        }
    }

    fn give_key(&self, id: &str) -> Platform {
        let client = self.keys.get(id).ok_or(PlatformError::NotFound)?;
        give("apikey", &self.key_element(id, client))
    }

    fn key_element(&self, id: &str, client: &Registered) -> Value {
        let set = (!client.keys.keys.is_empty()).then(|| json!(client.keys));
        json!({
            "id": id, "name": client.name, "environment": self.environment_reference(),
            "jwksURL": client.jwks_url, "jwkSet": set,
        })
    }
}
