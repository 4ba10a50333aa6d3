//! The organisation that every emulator starts with, so that a gateway can be pointed at it at once.

use super::{Behaviour, Destination, Directory, Environment, Source, Subscription, VerificationMethod};
use crate::fhir;
use crate::routing::catalogue;

/// Source that the application sends as.
pub const APPLICATION_SOURCE: &str = "a0000000-0000-4000-8000-000000000001";
/// Source that the simulated EHR sends as.
pub const EHR_SOURCE: &str = "a0000000-0000-4000-8000-000000000002";
/// The simulated EHR as a destination.
pub const EHR_DESTINATION: &str = "d0000000-0000-4000-8000-000000000001";
/// A destination that keeps what it gets, and accepts only some event types.
pub const ARCHIVE_DESTINATION: &str = "d0000000-0000-4000-8000-000000000002";
/// The application's own destination, to which the emulator delivers.
pub const APPLICATION_DESTINATION: &str = "d0000000-0000-4000-8000-000000000003";
/// Legacy API key of the application's source.
pub const API_KEY: &str = "b0000000-0000-4000-8000-000000000001";
/// Its secret.
pub const API_SECRET: &str = "emulator-secret";
/// OAuth client that acts for the application's source.
pub const CLIENT_ID: &str = "c0000000-0000-4000-8000-000000000001";
/// Token of the application's destination.
pub const VERIFICATION_TOKEN: &str = "emulator-verification-token";

const ENVIRONMENT: &str = "e0000000-0000-4000-8000-000000000001";
const EHR_NAME: &str = "Memorial Hospital (EHR)";
/// What the archive takes: whole models, and single event types of others.
const ARCHIVE_ACCEPTS: [&str; 6] =
    ["PatientAdmin", "Notes", "Media", "Results.New", "ClinicalSummary.PatientPush", "ClinicalSummary.VisitPush"];

pub(super) fn organisation() -> Directory {
    let destinations = vec![ehr(), archive(), application()];
    let mut subscriptions = Vec::new();
    let mut subscribe = |source: &str, destination: &Destination| {
        let models = catalogue::models().filter(|model| destination.accepts_model(model));
        subscriptions.extend(models.map(|model| Subscription {
            source: source.to_owned(),
            destination: destination.id.clone(),
            data_model: model.to_owned(),
        }));
    };
    subscribe(APPLICATION_SOURCE, &destinations[0]);
    subscribe(APPLICATION_SOURCE, &destinations[1]);
    subscribe(EHR_SOURCE, &destinations[2]);
    let mut subscribe_fhir = |source: &str, destination: &str, data_model: String| {
        let (source, destination) = (source.to_owned(), destination.to_owned());
        subscriptions.push(Subscription { source, destination, data_model });
    };
    for kind in fhir::KINDS {
        subscribe_fhir(APPLICATION_SOURCE, EHR_DESTINATION, format!("FHIR.{kind}"));
    }
    subscribe_fhir(EHR_SOURCE, APPLICATION_DESTINATION, fhir::notification::DATA_MODEL.to_owned());
    Directory {
        organization_id: 1,
        environment: Environment {
            id: ENVIRONMENT.to_owned(),
            name: "Emulator".to_owned(),
            environment_flag: "Development".to_owned(),
            service_regions: vec!["AWS_USA_EAST_1".to_owned()],
        },
        sources: vec![
            Source {
                id: APPLICATION_SOURCE.to_owned(),
                name: "Application".to_owned(),
                api_key: Some(API_KEY.to_owned()),
                secret: Some(API_SECRET.to_owned()),
            },
            Source { id: EHR_SOURCE.to_owned(), name: EHR_NAME.to_owned(), api_key: None, secret: None },
        ],
        destinations,
        subscriptions,
    }
}

fn ehr() -> Destination {
    Destination {
        id: EHR_DESTINATION.to_owned(),
        name: EHR_NAME.to_owned(),
        behaviour: Behaviour::Ehr,
        slug: Some("memorial-hospital".to_owned()),
        answers_as: Some(EHR_SOURCE.to_owned()),
        accepts: vec!["*".to_owned()],
        ..Destination::default()
    }
}

fn archive() -> Destination {
    Destination {
        id: ARCHIVE_DESTINATION.to_owned(),
        name: "Records archive".to_owned(),
        behaviour: Behaviour::Archive,
        accepts: ARCHIVE_ACCEPTS.map(str::to_owned).to_vec(),
        ..Destination::default()
    }
}

fn application() -> Destination {
    Destination {
        id: APPLICATION_DESTINATION.to_owned(),
        name: "Application".to_owned(),
        behaviour: Behaviour::Endpoint,
        verification_token: VERIFICATION_TOKEN.to_owned(),
        verification_method: VerificationMethod::Post,
        accepts: vec!["*".to_owned()],
        ..Destination::default()
    }
}
