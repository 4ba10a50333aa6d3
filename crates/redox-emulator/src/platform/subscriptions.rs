//! The platform API's subscriptions: which source may send which data model to which destination.

use super::page::numbered;
use super::{Platform, PlatformError, give, object, required};
use crate::Emulator;
use crate::directory::Subscription;
use crate::exchange::Request;
use crate::form;
use crate::routing::catalogue::same_model;
use serde_json::{Value, json};

impl Emulator {
    pub(super) fn platform_subscriptions(&mut self, request: &Request) -> Platform {
        match request.method.as_str() {
            "GET" => numbered(request, "subscriptions", self.subscription_elements(request)),
            "POST" => {
                let body = object(request)?;
                let source = required(&body, "/source/id", "source.id")?.to_owned();
                let destination = required(&body, "/destination/id", "destination.id")?.to_owned();
                let data_model = required(&body, "/dataModel", "dataModel")?.to_owned();
                self.directory.source(&source).ok_or(PlatformError::Invalid("source.id"))?;
                self.directory.destination(&destination).ok_or(PlatformError::Invalid("destination.id"))?;
                let link = Subscription { source, destination, data_model };
                let element = self.subscription_element(&link);
                if !self.directory.subscriptions.contains(&link) {
                    self.directory.subscriptions.push(link);
                }
                give("subscription", &element)
            }
            _ => Err(PlatformError::NotFound),
        }
    }

    fn subscription_element(&self, link: &Subscription) -> Value {
        let flag = &self.directory.environment.environment_flag;
        json!({
            "source": {"id": link.source, "environmentFlag": flag},
            "destination": {"id": link.destination, "environmentFlag": flag},
            "dataModel": link.data_model, "deletedAt": null,
        })
    }

    /// The links that fit the filters of the query, in the order it asks for.
    fn subscription_elements(&self, request: &Request) -> Vec<Value> {
        let query = request.query.as_deref().unwrap_or_default();
        let is = |name: &str, own: &str| form::value(query, name).is_none_or(|wanted| wanted == own);
        let organization = self.directory.organization_id.to_string();
        let organizations = ["sourceOrganizationId", "destinationOrganizationId", "connectingOrganizationId"];
        let is_ours = organizations.iter().all(|name| is(name, &organization));
        let term = form::value(query, "searchTerm").map(|term| term.to_lowercase());
        let is_found = |link: &Subscription| {
            let (source, destination) = (&link.source, &link.destination);
            let names = [self.directory.source_name(source), self.directory.destination_name(destination)];
            let mut texts = names.into_iter().chain([link.data_model.as_str()]);
            term.as_ref().is_none_or(|term| texts.any(|text| text.to_lowercase().contains(term)))
        };
        let fits = |link: &&Subscription| {
            is_ours
                && is("sourceId", &link.source)
                && is("destinationId", &link.destination)
                && form::value(query, "dataModel").is_none_or(|model| same_model(&model, &link.data_model))
                && is_found(link)
        };
        let mut links: Vec<&Subscription> = self.directory.subscriptions.iter().filter(fits).collect();
        match form::value(query, "orderBy").as_deref() {
            Some("dataModel") => links.sort_by_key(|link| &link.data_model),
            Some("source") => links.sort_by_key(|link| self.directory.source_name(&link.source)),
            Some("destination") => links.sort_by_key(|link| self.directory.destination_name(&link.destination)),
            _ => {}
        }
        if form::value(query, "isAscending").as_deref() == Some("false") {
            links.reverse();
        }
        links.into_iter().map(|link| self.subscription_element(link)).collect()
    }
}
