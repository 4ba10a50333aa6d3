//! `SSO` as typed messages.
//!
//! Generated from `catalogue/sso.txt`; do not edit.

use super::shared;

shape! {
    /// `SSO.Sign-on` (sync-special).
    SignOn in "sso.SignOn" {
        /// `Meta`, required.
        meta: Meta = required "Meta",
        /// `Subject`, required.
        subject: String = required "Subject",
        /// `Expiration`, required: a date-time with offset (RFC 3339).
        expiration: String = required "Expiration",
        /// `IssuedAt`, required: a date-time with offset (RFC 3339).
        issued_at: String = required "IssuedAt",
        /// `UserId`.
        user_id: Option<String> = optional "UserId",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `MiddleName`.
        middle_name: Option<String> = optional "MiddleName",
        /// `EmailAddress`: an e-mail address.
        email_address: Option<String> = optional "EmailAddress",
        /// `NPI`.
        npi: Option<String> = optional "NPI",
        /// `ProviderSpecialty`.
        provider_specialty: Option<String> = optional "ProviderSpecialty",
        /// `TimeZone`: an IANA time zone name.
        time_zone: Option<String> = optional "TimeZone",
        /// `Locale`.
        locale: Option<String> = optional "Locale",
        /// `PhoneNumber`.
        phone_number: Option<shared::OfficePhone> = optional "PhoneNumber",
        /// `Patient`.
        patient: Option<Patient> = optional "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Order`.
        order: Option<shared::OptionalReference> = optional "Order",
    }
}

event!(SignOn is "SSO" "Sign-on");

shape! {
    /// For example `Visit` of `SSO.Sign-on`.
    Visit in "sso.Visit" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `Location`.
        location: Option<shared::Location> = optional "Location",
    }
}

shape! {
    /// For example `Patient` of `SSO.Sign-on`.
    Patient in "sso.Patient" {
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Demographics`.
        demographics: Option<shared::BriefDemographics> = optional "Demographics",
    }
}

shape! {
    /// For example `Meta` of `SSO.Sign-on`.
    Meta in "sso.Meta" {
        /// `DataModel`, required.
        data_model: String = required "DataModel",
        /// `EventType`, required.
        event_type: String = required "EventType",
        /// `EventDateTime`: a date-time with offset (RFC 3339).
        event_date_time: Option<String> = optional "EventDateTime",
        /// `Test`.
        test: Option<bool> = optional "Test",
        /// `Source`.
        source: Option<shared::System> = optional "Source",
        /// `Destinations`.
        destinations: Vec<shared::System> = optional "Destinations",
        /// `FacilityCode`.
        facility_code: Option<String> = optional "FacilityCode",
        /// `SessionBaseURL`.
        session_base_url: Option<String> = optional "SessionBaseURL",
        /// `SessionID`.
        session_id: Option<String> = optional "SessionID",
    }
}
