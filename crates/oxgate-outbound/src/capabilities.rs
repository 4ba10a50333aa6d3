//! Which data models Redox routes from a source to a destination, as its subscriptions say.

use crate::plan::Plan;
use crate::records::Records;
use redox_client::PlatformError;
use redox_model::catalogue;
use std::collections::HashMap;

/// Subscriptions by source and destination, as ids. A pair that is not in it has not been asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Capabilities {
    models: HashMap<(String, String), Vec<String>>,
}

impl Capabilities {
    /// Asks for every source and destination of the plan.
    ///
    /// # Errors
    /// [`PlatformError`] of the first question that is not answered: half of the subscriptions would refuse what the other
    /// half allows.
    pub async fn ask<R: Records>(records: &R, plan: &Plan) -> Result<Self, PlatformError> {
        let mut models = HashMap::new();
        for source in &plan.sources {
            for destination in &plan.destinations {
                let found = records.subscriptions(&source.id, &destination.id).await?;
                // One that could not be read may be the one that is needed.
                if found.unreadable > 0 {
                    continue;
                }
                let live = found.items.into_iter().filter(|link| !link.is_deleted);
                let live = live
                    .filter(|link| link.source.as_str() == source.id && link.destination.as_str() == destination.id);
                let list = live.map(|link| usual_spelling(&link.data_model)).collect();
                models.insert((source.id.clone(), destination.id.clone()), list);
            }
        }
        Ok(Self { models })
    }

    /// The models that may go from a source to a destination; `None` if that is not known.
    pub fn models(&self, source: &str, destination: &str) -> Option<&[String]> {
        self.models.get(&(source.to_owned(), destination.to_owned())).map(Vec::as_slice)
    }

    /// The plan with what is known here.
    pub(crate) fn merged(&self, plan: &Plan) -> Plan {
        let mut plan = plan.clone();
        for destination in &mut plan.destinations {
            let of = self.models.iter().filter(|((_, to), _)| *to == destination.id);
            destination.subscribed = of.map(|((from, _), models)| (from.clone(), models.clone())).collect();
        }
        plan
    }
}

/// Redox writes one model two ways (`Clinical Summary`); the catalogue's spelling is that of addresses.
fn usual_spelling(model: &str) -> String {
    let plain = |text: &str| text.replace(' ', "").to_ascii_lowercase();
    let known = catalogue::events().iter().find(|event| plain(event.data_model) == plain(model));
    known.map_or_else(|| model.to_owned(), |event| event.data_model.to_owned())
}
