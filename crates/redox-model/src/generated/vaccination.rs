//! `Vaccination` as typed messages.
//!
//! Generated from `catalogue/vaccination.txt`; do not edit.

use super::shared;

shape! {
    /// `Vaccination.Administration` (async).
    Administration in "vaccination.Administration" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Vaccinations`, required.
        vaccinations: Vec<Vaccination> = required "Vaccinations",
    }
}

event!(Administration is "Vaccination" "Administration");

shape! {
    /// `Vaccination.New` (async).
    New in "vaccination.New" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Vaccinations`, required.
        vaccinations: Vec<NewVaccination> = required "Vaccinations",
    }
}

event!(New is "Vaccination" "New");

shape! {
    /// `Vaccination.PatientQuery` (sync-query).
    PatientQuery in "vaccination.PatientQuery" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`.
        patient: Option<shared::PartialPatient> = optional "Patient",
    }
}

event!(PatientQuery is "Vaccination" "PatientQuery");

shape! {
    /// `Vaccination.PatientQueryResponse` (sync-response).
    PatientQueryResponse in "vaccination.PatientQueryResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`.
        patient: Option<PatientQueryResponsePatient> = optional "Patient",
        /// `PotentialMatches`.
        potential_matches: Vec<PotentialMatch> = optional "PotentialMatches",
    }
}

event!(PatientQueryResponse is "Vaccination" "PatientQueryResponse");

shape! {
    /// For example `Vaccinations[]` of `Vaccination.Administration`.
    Vaccination in "vaccination.Vaccination" {
        /// `DateTime`, required: a date-time with offset (RFC 3339).
        date_time: String = required "DateTime",
        /// `Product`, required.
        product: Product = required "Product",
        /// `Route`.
        route: Option<shared::NamedCode> = optional "Route",
        /// `Site`.
        site: Option<shared::NamedCode> = optional "Site",
        /// `Dose`.
        dose: Option<shared::Dose> = optional "Dose",
        /// `Order`.
        order: Option<Order> = optional "Order",
        /// `ClinicalInfo`.
        clinical_info: Vec<ClinicalInfo> = optional "ClinicalInfo",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `RefusalReason`.
        refusal_reason: Option<String> = optional "RefusalReason",
        /// `Provider`.
        provider: Option<shared::Provider> = optional "Provider",
        /// `Location`.
        location: Option<shared::Location> = optional "Location",
        /// `Action`, required.
        action: String = required "Action",
    }
}

shape! {
    /// For example `Visit` of `Vaccination.Administration`.
    Visit in "vaccination.Visit" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
    }
}

shape! {
    /// For example `Patient` of `Vaccination.Administration`.
    Patient in "vaccination.Patient" {
        /// `Identifiers`, required.
        identifiers: Vec<shared::PatientIdentifier> = required "Identifiers",
        /// `Demographics`.
        demographics: Option<shared::Demographics> = optional "Demographics",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Contacts`.
        contacts: Vec<shared::Contact> = optional "Contacts",
        /// `Consent`.
        consent: Option<Consent> = optional "Consent",
    }
}

shape! {
    /// For example `Patient.Consent` of `Vaccination.Administration`.
    Consent in "vaccination.Consent" {
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `EffectiveDate`: a date (YYYY-MM-DD).
        effective_date: Option<String> = optional "EffectiveDate",
        /// `Notification`.
        notification: Option<String> = optional "Notification",
    }
}

shape! {
    /// For example `Vaccinations[].ClinicalInfo[]` of `Vaccination.Administration`.
    ClinicalInfo in "vaccination.ClinicalInfo" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Value`.
        value: Option<String> = optional "Value",
        /// `ValueType`: 17 documented values (`ValueType`).
        value_type: Option<String> = optional "ValueType",
        /// `Units`.
        units: Option<String> = optional "Units",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `CompletionDateTime`: a date-time with offset (RFC 3339).
        completion_date_time: Option<String> = optional "CompletionDateTime",
        /// `RelatedGroupID`.
        related_group_id: Option<String> = optional "RelatedGroupID",
    }
}

shape! {
    /// For example `Vaccinations[].Order` of `Vaccination.Administration`.
    Order in "vaccination.Order" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `EHRID`.
        ehrid: Option<String> = optional "EHRID",
        /// `Provider`.
        provider: Option<shared::ProviderWithNpi> = optional "Provider",
    }
}

shape! {
    /// For example `Vaccinations[].Product` of `Vaccination.Administration`.
    Product in "vaccination.Product" {
        /// `Code`, required.
        code: String = required "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `LotNumber`.
        lot_number: Option<String> = optional "LotNumber",
        /// `ExpirationDate`: a date (YYYY-MM-DD).
        expiration_date: Option<String> = optional "ExpirationDate",
        /// `Manufacturer`.
        manufacturer: Option<shared::NamedCode> = optional "Manufacturer",
    }
}

shape! {
    /// For example `Vaccinations[]` of `Vaccination.New`.
    NewVaccination in "vaccination.NewVaccination" {
        /// `DateTime`, required: a date-time with offset (RFC 3339).
        date_time: String = required "DateTime",
        /// `Product`, required.
        product: Product = required "Product",
        /// `Route`.
        route: Option<shared::NamedCode> = optional "Route",
        /// `Site`.
        site: Option<shared::NamedCode> = optional "Site",
        /// `Dose`.
        dose: Option<shared::Dose> = optional "Dose",
        /// `Order`.
        order: Option<Order> = optional "Order",
        /// `ClinicalInfo`.
        clinical_info: Vec<ClinicalInfo> = optional "ClinicalInfo",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `RefusalReason`.
        refusal_reason: Option<String> = optional "RefusalReason",
        /// `Provider`.
        provider: Option<shared::Provider> = optional "Provider",
        /// `Location`.
        location: Option<shared::Location> = optional "Location",
    }
}

shape! {
    /// For example `PotentialMatches[]` of `Vaccination.PatientQueryResponse`.
    PotentialMatch in "vaccination.PotentialMatch" {
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
    }
}

shape! {
    /// For example `Patient` of `Vaccination.PatientQueryResponse`.
    PatientQueryResponsePatient in "vaccination.PatientQueryResponsePatient" {
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
        /// `Vaccinations`.
        vaccinations: Vec<PatientQueryResponsePatientVaccination> = optional "Vaccinations",
    }
}

shape! {
    /// For example `Patient.Vaccinations[]` of `Vaccination.PatientQueryResponse`.
    PatientQueryResponsePatientVaccination in "vaccination.PatientQueryResponsePatientVaccination" {
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `Product`.
        product: Option<PatientQueryResponsePatientVaccinationProduct> = optional "Product",
        /// `Route`.
        route: Option<shared::NamedCode> = optional "Route",
        /// `Site`.
        site: Option<shared::NamedCode> = optional "Site",
        /// `Dose`.
        dose: Option<shared::Dose> = optional "Dose",
        /// `Order`.
        order: Option<Order> = optional "Order",
        /// `ClinicalInfo`.
        clinical_info: Vec<ClinicalInfo> = optional "ClinicalInfo",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `RefusalReason`.
        refusal_reason: Option<String> = optional "RefusalReason",
        /// `Provider`.
        provider: Option<shared::Provider> = optional "Provider",
        /// `Location`.
        location: Option<shared::Location> = optional "Location",
    }
}

shape! {
    /// For example `Patient.Vaccinations[].Product` of `Vaccination.PatientQueryResponse`.
    PatientQueryResponsePatientVaccinationProduct in "vaccination.PatientQueryResponsePatientVaccinationProduct" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `LotNumber`.
        lot_number: Option<String> = optional "LotNumber",
        /// `ExpirationDate`: a date (YYYY-MM-DD).
        expiration_date: Option<String> = optional "ExpirationDate",
        /// `Manufacturer`.
        manufacturer: Option<shared::NamedCode> = optional "Manufacturer",
    }
}
