//! Every data model as Rust types: a module per model, a type per event type, and the shapes they share.
//!
//! Generated from the catalogue; do not edit. Objects are built with struct update:
//! `Address { city: Some("Sampleville".into()), ..Address::default() }`.

pub mod claim;
pub mod clinical_decisions;
pub mod clinical_summary;
pub mod device;
pub mod enrichment;
pub mod financial;
pub mod flowsheet;
pub mod inventory;
pub mod media;
pub mod medications;
pub mod notes;
pub mod order;
pub mod organization;
pub mod patient_admin;
pub mod patient_education;
pub mod patient_search;
pub mod provider;
pub mod referral;
pub mod research;
pub mod results;
pub mod scheduling;
pub mod shared;
pub mod sso;
pub mod surgical_scheduling;
pub mod vaccination;

use crate::{catalogue::EventInfo, typed::Visitor};

/// Calls the visitor with the type that belongs to an event type.
#[rustfmt::skip]
#[expect(clippy::too_many_lines, reason = "one line per event type")]
pub fn visit<V: Visitor>(event: &EventInfo, visitor: V) -> V::Output {
    match (event.data_model, event.event_type) {
        ("Claim", "Payment") => visitor.visit::<claim::Payment>(),
        ("Claim", "PaymentBatch") => visitor.visit::<claim::PaymentBatch>(),
        ("Claim", "Submission") => visitor.visit::<claim::Submission>(),
        ("Claim", "SubmissionBatch") => visitor.visit::<claim::SubmissionBatch>(),
        ("Clinical Decisions", "Request") => visitor.visit::<clinical_decisions::Request>(),
        ("Clinical Decisions", "Response") => visitor.visit::<clinical_decisions::Response>(),
        ("Clinical Summary", "DocumentGet") => visitor.visit::<clinical_summary::DocumentGet>(),
        ("Clinical Summary", "DocumentGetResponse") => visitor.visit::<clinical_summary::DocumentGetResponse>(),
        ("Clinical Summary", "DocumentQuery") => visitor.visit::<clinical_summary::DocumentQuery>(),
        ("Clinical Summary", "DocumentQueryResponse") => visitor.visit::<clinical_summary::DocumentQueryResponse>(),
        ("Clinical Summary", "PatientPush") => visitor.visit::<clinical_summary::PatientPush>(),
        ("Clinical Summary", "PatientQuery") => visitor.visit::<clinical_summary::PatientQuery>(),
        ("Clinical Summary", "PatientQueryResponse") => visitor.visit::<clinical_summary::PatientQueryResponse>(),
        ("Clinical Summary", "VisitPush") => visitor.visit::<clinical_summary::VisitPush>(),
        ("Clinical Summary", "VisitQuery") => visitor.visit::<clinical_summary::VisitQuery>(),
        ("Clinical Summary", "VisitQueryResponse") => visitor.visit::<clinical_summary::VisitQueryResponse>(),
        ("Device", "New") => visitor.visit::<device::New>(),
        ("Enrichment", "NaturalLanguageProcessingQuery") => visitor.visit::<enrichment::NaturalLanguageProcessingQuery>(),
        ("Enrichment", "NaturalLanguageProcessingQueryResponse") => visitor.visit::<enrichment::NaturalLanguageProcessingQueryResponse>(),
        ("Enrichment", "NormalizationQuery") => visitor.visit::<enrichment::NormalizationQuery>(),
        ("Enrichment", "NormalizationQueryResponse") => visitor.visit::<enrichment::NormalizationQueryResponse>(),
        ("Financial", "AccountUpdate") => visitor.visit::<financial::AccountUpdate>(),
        ("Financial", "Transaction") => visitor.visit::<financial::Transaction>(),
        ("Flowsheet", "New") => visitor.visit::<flowsheet::New>(),
        ("Inventory", "Deplete") => visitor.visit::<inventory::Deplete>(),
        ("Inventory", "Update") => visitor.visit::<inventory::Update>(),
        ("Media", "Delete") => visitor.visit::<media::Delete>(),
        ("Media", "New") => visitor.visit::<media::New>(),
        ("Media", "Query") => visitor.visit::<media::Query>(),
        ("Media", "QueryResponse") => visitor.visit::<media::QueryResponse>(),
        ("Media", "Replace") => visitor.visit::<media::Replace>(),
        ("Medications", "Administration") => visitor.visit::<medications::Administration>(),
        ("Medications", "Cancel") => visitor.visit::<medications::Cancel>(),
        ("Medications", "New") => visitor.visit::<medications::New>(),
        ("Medications", "Update") => visitor.visit::<medications::Update>(),
        ("Notes", "Delete") => visitor.visit::<notes::Delete>(),
        ("Notes", "New") => visitor.visit::<notes::New>(),
        ("Notes", "Query") => visitor.visit::<notes::Query>(),
        ("Notes", "QueryResponse") => visitor.visit::<notes::QueryResponse>(),
        ("Notes", "Replace") => visitor.visit::<notes::Replace>(),
        ("Order", "Cancel") => visitor.visit::<order::Cancel>(),
        ("Order", "GroupedOrders") => visitor.visit::<order::GroupedOrders>(),
        ("Order", "New") => visitor.visit::<order::New>(),
        ("Order", "Query") => visitor.visit::<order::Query>(),
        ("Order", "QueryResponse") => visitor.visit::<order::QueryResponse>(),
        ("Order", "Update") => visitor.visit::<order::Update>(),
        ("Organization", "New") => visitor.visit::<organization::New>(),
        ("Organization", "Query") => visitor.visit::<organization::Query>(),
        ("Organization", "QueryResponse") => visitor.visit::<organization::QueryResponse>(),
        ("Organization", "Update") => visitor.visit::<organization::Update>(),
        ("PatientAdmin", "Arrival") => visitor.visit::<patient_admin::Arrival>(),
        ("PatientAdmin", "Cancel") => visitor.visit::<patient_admin::Cancel>(),
        ("PatientAdmin", "CensusQuery") => visitor.visit::<patient_admin::CensusQuery>(),
        ("PatientAdmin", "CensusQueryResponse") => visitor.visit::<patient_admin::CensusQueryResponse>(),
        ("PatientAdmin", "Discharge") => visitor.visit::<patient_admin::Discharge>(),
        ("PatientAdmin", "NewPatient") => visitor.visit::<patient_admin::NewPatient>(),
        ("PatientAdmin", "PatientMerge") => visitor.visit::<patient_admin::PatientMerge>(),
        ("PatientAdmin", "PatientUpdate") => visitor.visit::<patient_admin::PatientUpdate>(),
        ("PatientAdmin", "PreAdmit") => visitor.visit::<patient_admin::PreAdmit>(),
        ("PatientAdmin", "Registration") => visitor.visit::<patient_admin::Registration>(),
        ("PatientAdmin", "Transfer") => visitor.visit::<patient_admin::Transfer>(),
        ("PatientAdmin", "VisitMerge") => visitor.visit::<patient_admin::VisitMerge>(),
        ("PatientAdmin", "VisitQuery") => visitor.visit::<patient_admin::VisitQuery>(),
        ("PatientAdmin", "VisitQueryResponse") => visitor.visit::<patient_admin::VisitQueryResponse>(),
        ("PatientAdmin", "VisitUpdate") => visitor.visit::<patient_admin::VisitUpdate>(),
        ("PatientEducation", "Delete") => visitor.visit::<patient_education::Delete>(),
        ("PatientEducation", "New") => visitor.visit::<patient_education::New>(),
        ("PatientEducation", "Update") => visitor.visit::<patient_education::Update>(),
        ("PatientSearch", "LocationQuery") => visitor.visit::<patient_search::LocationQuery>(),
        ("PatientSearch", "LocationQueryResponse") => visitor.visit::<patient_search::LocationQueryResponse>(),
        ("PatientSearch", "Query") => visitor.visit::<patient_search::Query>(),
        ("PatientSearch", "Response") => visitor.visit::<patient_search::Response>(),
        ("Provider", "Activate") => visitor.visit::<provider::Activate>(),
        ("Provider", "Deactivate") => visitor.visit::<provider::Deactivate>(),
        ("Provider", "New") => visitor.visit::<provider::New>(),
        ("Provider", "ProviderQuery") => visitor.visit::<provider::ProviderQuery>(),
        ("Provider", "ProviderQueryResponse") => visitor.visit::<provider::ProviderQueryResponse>(),
        ("Provider", "Update") => visitor.visit::<provider::Update>(),
        ("Referral", "AuthResponse") => visitor.visit::<referral::AuthResponse>(),
        ("Referral", "AuthReview") => visitor.visit::<referral::AuthReview>(),
        ("Referral", "Cancel") => visitor.visit::<referral::Cancel>(),
        ("Referral", "Modify") => visitor.visit::<referral::Modify>(),
        ("Referral", "New") => visitor.visit::<referral::New>(),
        ("Referral", "Query") => visitor.visit::<referral::Query>(),
        ("Referral", "QueryResponse") => visitor.visit::<referral::QueryResponse>(),
        ("Research", "Study") => visitor.visit::<research::Study>(),
        ("Research", "SubjectUpdate") => visitor.visit::<research::SubjectUpdate>(),
        ("Results", "New") => visitor.visit::<results::New>(),
        ("Results", "NewUnsolicited") => visitor.visit::<results::NewUnsolicited>(),
        ("Results", "Query") => visitor.visit::<results::Query>(),
        ("Results", "QueryResponse") => visitor.visit::<results::QueryResponse>(),
        ("Scheduling", "AvailableSlots") => visitor.visit::<scheduling::AvailableSlots>(),
        ("Scheduling", "AvailableSlotsResponse") => visitor.visit::<scheduling::AvailableSlotsResponse>(),
        ("Scheduling", "Booked") => visitor.visit::<scheduling::Booked>(),
        ("Scheduling", "BookedResponse") => visitor.visit::<scheduling::BookedResponse>(),
        ("Scheduling", "Cancel") => visitor.visit::<scheduling::Cancel>(),
        ("Scheduling", "Modification") => visitor.visit::<scheduling::Modification>(),
        ("Scheduling", "New") => visitor.visit::<scheduling::New>(),
        ("Scheduling", "NoShow") => visitor.visit::<scheduling::NoShow>(),
        ("Scheduling", "PushSlots") => visitor.visit::<scheduling::PushSlots>(),
        ("Scheduling", "Reschedule") => visitor.visit::<scheduling::Reschedule>(),
        ("SSO", "Sign-on") => visitor.visit::<sso::SignOn>(),
        ("SurgicalScheduling", "Cancel") => visitor.visit::<surgical_scheduling::Cancel>(),
        ("SurgicalScheduling", "Modification") => visitor.visit::<surgical_scheduling::Modification>(),
        ("SurgicalScheduling", "New") => visitor.visit::<surgical_scheduling::New>(),
        ("SurgicalScheduling", "NoShow") => visitor.visit::<surgical_scheduling::NoShow>(),
        ("SurgicalScheduling", "Reschedule") => visitor.visit::<surgical_scheduling::Reschedule>(),
        ("Vaccination", "Administration") => visitor.visit::<vaccination::Administration>(),
        ("Vaccination", "New") => visitor.visit::<vaccination::New>(),
        ("Vaccination", "PatientQuery") => visitor.visit::<vaccination::PatientQuery>(),
        ("Vaccination", "PatientQueryResponse") => visitor.visit::<vaccination::PatientQueryResponse>(),
        _ => unreachable!("every event of the catalogue has a type"),
    }
}
