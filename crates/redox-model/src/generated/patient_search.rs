//! `PatientSearch` as typed messages.
//!
//! Generated from `catalogue/patient_search.txt`; do not edit.

use super::shared;

shape! {
    /// `PatientSearch.LocationQuery` (sync-query).
    LocationQuery in "patient_search.LocationQuery" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::IdentifiedPatient = required "Patient",
    }
}

event!(LocationQuery is "PatientSearch" "LocationQuery");

shape! {
    /// `PatientSearch.LocationQueryResponse` (sync-response).
    LocationQueryResponse in "patient_search.LocationQueryResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patients`, required.
        patients: Vec<LocationQueryResponsePatient> = required "Patients",
    }
}

event!(LocationQueryResponse is "PatientSearch" "LocationQueryResponse");

shape! {
    /// `PatientSearch.Query` (sync-query).
    Query in "patient_search.Query" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`.
        patient: Option<shared::PartialPatient> = optional "Patient",
    }
}

event!(Query is "PatientSearch" "Query");

shape! {
    /// `PatientSearch.Response` (sync-response).
    Response in "patient_search.Response" {
        /// `Meta`, required.
        meta: shared::MetaOfPartialReply = required "Meta",
        /// `Patient`.
        patient: Option<Patient> = optional "Patient",
        /// `PotentialMatches`.
        potential_matches: Vec<Patient> = optional "PotentialMatches",
    }
}

event!(Response is "PatientSearch" "Response");

shape! {
    /// For example `Patients[]` of `PatientSearch.LocationQueryResponse`.
    LocationQueryResponsePatient in "patient_search.LocationQueryResponsePatient" {
        /// `Identifiers`, required.
        identifiers: Vec<shared::PatientIdentifier> = required "Identifiers",
        /// `Organization`.
        organization: Option<Organization> = optional "Organization",
    }
}

shape! {
    /// For example `Patients[].Organization` of `PatientSearch.LocationQueryResponse`.
    Organization in "patient_search.Organization" {
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Aliases`.
        aliases: Vec<String> = optional "Aliases",
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Contacts`.
        contacts: Vec<shared::OrganizationContact> = optional "Contacts",
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
    }
}

shape! {
    /// For example `PotentialMatches[]` of `PatientSearch.Response`.
    Patient in "patient_search.Patient" {
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Demographics`.
        demographics: Option<shared::Demographics> = optional "Demographics",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Contacts`.
        contacts: Vec<shared::Contact> = optional "Contacts",
        /// `PCP`.
        pcp: Option<shared::ProviderWithNpi> = optional "PCP",
        /// `Guarantor`.
        guarantor: Option<shared::Guarantor> = optional "Guarantor",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
    }
}
