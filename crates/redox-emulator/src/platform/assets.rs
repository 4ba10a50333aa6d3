//! The platform API's environments, sources, and destinations with their verification.

use super::{Platform, PlatformError, give, object, required};
use crate::Emulator;
use crate::directory::{Behaviour, Destination, Source, VerificationMethod};
use crate::exchange::{Request, Turn};
use crate::verification::Asker;
use serde_json::{Value, json};

impl Emulator {
    pub(super) fn platform_environments(&self, request: &Request) -> Platform {
        if request.method != "GET" {
            return Err(PlatformError::NotFound);
        }
        let mut element = self.environment_reference();
        element["name"] = self.directory.environment.name.as_str().into();
        element["organization"] = json!({"id": self.directory.organization_id});
        give("environments", &json!([element]))
    }

    pub(super) fn platform_sources(&mut self, turn: &mut Turn<'_>, request: &Request) -> Platform {
        match request.method.as_str() {
            "GET" => give("sources", &self.directory.sources.iter().map(|one| self.source_element(one)).collect()),
            "POST" => {
                let body = object(request)?;
                let name = required(&body, "/name", "name")?.to_owned();
                let source = Source { id: turn.rng.uuid(), name, api_key: None, secret: None };
                let element = self.source_element(&source);
                // A key acts for every source of its environment.
                self.keys.add_source(&source.id);
                self.directory.sources.push(source);
                give("source", &element)
            }
            _ => Err(PlatformError::NotFound),
        }
    }

    pub(super) fn platform_source(&self, request: &Request, id: &str) -> Platform {
        let source = self.directory.source(id).filter(|_| request.method == "GET").ok_or(PlatformError::NotFound)?;
        give("source", &self.source_element(source))
    }

    pub(super) fn platform_destinations(&mut self, turn: &mut Turn<'_>, request: &Request) -> Platform {
        match request.method.as_str() {
            "GET" => {
                let list = self.directory.destinations.iter().map(|one| self.destination_element(one));
                give("destinations", &list.collect())
            }
            "POST" => {
                let body = object(request)?;
                let name = required(&body, "/name", "name")?.to_owned();
                let id = body.get("id").and_then(Value::as_str).map_or_else(|| turn.rng.uuid(), str::to_owned);
                if self.directory.destination(&id).is_some() {
                    return Err(PlatformError::Invalid("id"));
                }
                let (behaviour, accepts) = (Behaviour::Endpoint, vec!["*".to_owned()]);
                let mut destination = Destination { id, name, behaviour, accepts, ..Destination::default() };
                change(&mut destination, &body)?;
                let element = self.destination_element(&destination);
                self.directory.destinations.push(destination);
                give("destination", &element)
            }
            _ => Err(PlatformError::NotFound),
        }
    }

    pub(super) fn platform_destination(
        &mut self,
        turn: &mut Turn<'_>,
        request: &Request,
        id: &str,
        rest: &[&str],
    ) -> Platform {
        match (request.method.as_str(), rest) {
            ("GET", []) => {
                let destination = self.directory.destination(id).ok_or(PlatformError::NotFound)?;
                give("destination", &self.destination_element(destination))
            }
            ("PATCH", []) => {
                let body = object(request)?;
                change(self.directory.destination_mut(id).ok_or(PlatformError::NotFound)?, &body)?;
                self.drive_destination(turn, id);
                let destination = self.directory.destination(id).ok_or(PlatformError::NotFound)?;
                give("destination", &self.destination_element(destination))
            }
            ("POST", ["verify"]) => {
                let body = object(request)?;
                change(self.directory.destination_mut(id).ok_or(PlatformError::NotFound)?, &body)?;
                Ok(self.verify(turn, id, Asker::Platform)?)
            }
            _ => Err(PlatformError::NotFound),
        }
    }

    fn source_element(&self, source: &Source) -> Value {
        let is_ehr = self.directory.destinations.iter().any(|one| one.answers_as.as_deref() == Some(&source.id));
        json!({
            "id": source.id, "name": source.name, "environment": self.environment_reference(),
            "apiKey": source.api_key, "hasSecret": source.secret.is_some(),
            "serviceRegion": self.directory.environment.service_regions.first(),
            "dataFormat": if is_ehr { "HL7V2" } else { "JSON" },
            "sftpUsername": null, "hasSFTPPassword": false, "timeZone": null,
        })
    }

    /// A destination as the platform API shows it; its verification token stays secret.
    pub(crate) fn destination_element(&self, destination: &Destination) -> Value {
        json!({
            "id": destination.id, "name": destination.name, "environment": self.environment_reference(),
            "endpoint": destination.url, "authCredential": null, "cloudProviderSettings": null,
        })
    }
}

/// Takes `name`, `endpoint`, `verificationToken` and `verificationMethod` where they are given. A new address has to be
/// verified again.
fn change(destination: &mut Destination, body: &Value) -> Result<(), PlatformError> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let method = match body.get("verificationMethod").and_then(Value::as_str) {
        None => None,
        Some("POST") => Some(VerificationMethod::Post),
        Some("GET") => Some(VerificationMethod::Get),
        Some(_) => return Err(PlatformError::Invalid("verificationMethod")),
    };
    if let Some(url) = text("endpoint") {
        if !(url.starts_with("http://") || url.starts_with("https://")) {
            return Err(PlatformError::Invalid("endpoint"));
        }
        destination.is_verified &= destination.url.as_ref() == Some(&url);
        destination.url = Some(url);
    }
    destination.name = text("name").unwrap_or_else(|| destination.name.clone());
    let token = text("verificationToken");
    destination.verification_token = token.unwrap_or_else(|| destination.verification_token.clone());
    destination.verification_method = method.unwrap_or(destination.verification_method);
    Ok(())
}
