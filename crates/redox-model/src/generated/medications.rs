//! `Medications` as typed messages.
//!
//! Generated from `catalogue/medications.txt`; do not edit.

use super::shared;
use crate::typed::Number;

shape! {
    /// `Medications.Administration` (async).
    Administration in "medications.Administration" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Visit`.
        visit: Option<AdministrationVisit> = optional "Visit",
        /// `Administrations`, required.
        administrations: Vec<AdministrationAdministration> = required "Administrations",
    }
}

event!(Administration is "Medications" "Administration");

shape! {
    /// `Medications.Cancel` (async).
    Cancel in "medications.Cancel" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Order`, required.
        order: Order = required "Order",
    }
}

event!(Cancel is "Medications" "Cancel");

shape! {
    /// `Medications.New` (async).
    New in "medications.New" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Order`, required.
        order: Order = required "Order",
    }
}

event!(New is "Medications" "New");

shape! {
    /// `Medications.Update` (async).
    Update in "medications.Update" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Order`, required.
        order: Order = required "Order",
    }
}

event!(Update is "Medications" "Update");

shape! {
    /// For example `Administrations[]` of `Medications.Administration`.
    AdministrationAdministration in "medications.AdministrationAdministration" {
        /// `Status`, required.
        status: String = required "Status",
        /// `Medication`, required.
        medication: AdministrationAdministrationMedication = required "Medication",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `AdministeringProvider`.
        administering_provider: Option<shared::ProviderWithNpi> = optional "AdministeringProvider",
        /// `OrderedBy`.
        ordered_by: Option<shared::Provider> = optional "OrderedBy",
        /// `VerifiedBy`.
        verified_by: Option<shared::Provider> = optional "VerifiedBy",
    }
}

shape! {
    /// For example `Visit` of `Medications.Administration`.
    AdministrationVisit in "medications.AdministrationVisit" {
        /// `VisitDateTime`: a date-time with offset (RFC 3339).
        visit_date_time: Option<String> = optional "VisitDateTime",
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `Location`.
        location: Option<shared::LocationWithBed> = optional "Location",
        /// `AttendingProvider`.
        attending_provider: Option<shared::Provider> = optional "AttendingProvider",
        /// `ReferringProvider`.
        referring_provider: Option<shared::Provider> = optional "ReferringProvider",
    }
}

shape! {
    /// For example `Administrations[].Medication` of `Medications.Administration`.
    AdministrationAdministrationMedication in "medications.AdministrationAdministrationMedication" {
        /// `Order`.
        order: Option<shared::OptionalReference> = optional "Order",
        /// `LotNumber`.
        lot_number: Option<String> = optional "LotNumber",
        /// `Dose`.
        dose: Option<shared::NumericDose> = optional "Dose",
        /// `Rate`.
        rate: Option<shared::NumericDose> = optional "Rate",
        /// `Route`.
        route: Option<shared::SystemCodeWithAlternates> = optional "Route",
        /// `Product`, required.
        product: Product = required "Product",
        /// `Components`.
        components: Vec<Component> = optional "Components",
        /// `Indications`.
        indications: Vec<shared::DescribedCode> = optional "Indications",
    }
}

shape! {
    /// For example `Administrations[].Medication.Components[]` of `Medications.Administration`.
    Component in "medications.Component" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Dose`.
        dose: Option<shared::NumericDose> = optional "Dose",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Type`.
        r#type: Option<String> = optional "Type",
    }
}

shape! {
    /// For example `Administrations[].Medication.Product` of `Medications.Administration`.
    Product in "medications.Product" {
        /// `Code`, required.
        code: String = required "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
    }
}

shape! {
    /// For example `Order` of `Medications.Cancel`.
    Order in "medications.Order" {
        /// `ID`, required.
        id: String = required "ID",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Medication`, required.
        medication: Medication = required "Medication",
        /// `Indications`.
        indications: Vec<shared::DescribedCode> = optional "Indications",
        /// `Provider`.
        provider: Option<shared::ProviderWithNpi> = optional "Provider",
        /// `EnteredBy`.
        entered_by: Option<shared::Provider> = optional "EnteredBy",
        /// `VerifiedBy`.
        verified_by: Option<shared::Provider> = optional "VerifiedBy",
        /// `Priority`.
        priority: Option<String> = optional "Priority",
        /// `Pharmacy`.
        pharmacy: Option<Pharmacy> = optional "Pharmacy",
    }
}

shape! {
    /// For example `Visit` of `Medications.Cancel`.
    Visit in "medications.Visit" {
        /// `VisitDateTime`: a date-time with offset (RFC 3339).
        visit_date_time: Option<String> = optional "VisitDateTime",
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `Location`.
        location: Option<shared::LocationWithBed> = optional "Location",
        /// `AttendingProvider`.
        attending_provider: Option<shared::Provider> = optional "AttendingProvider",
        /// `ReferringProvider`.
        referring_provider: Option<shared::Provider> = optional "ReferringProvider",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
    }
}

shape! {
    /// For example `Patient` of `Medications.Cancel`.
    Patient in "medications.Patient" {
        /// `Identifiers`, required.
        identifiers: Vec<shared::PatientIdentifier> = required "Identifiers",
        /// `Demographics`.
        demographics: Option<shared::Demographics> = optional "Demographics",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Allergies`.
        allergies: Vec<Allergy> = optional "Allergies",
    }
}

shape! {
    /// For example `Patient.Allergies[]` of `Medications.Cancel`.
    Allergy in "medications.Allergy" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Substance`.
        substance: Option<shared::SystemCodeWithAlternates> = optional "Substance",
        /// `Reaction`.
        reaction: Vec<shared::Reaction> = optional "Reaction",
        /// `Severity`.
        severity: Option<shared::SystemCode> = optional "Severity",
        /// `Criticality`.
        criticality: Option<shared::SystemCode> = optional "Criticality",
        /// `Status`.
        status: Option<shared::SystemCode> = optional "Status",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `Comment`.
        comment: Option<String> = optional "Comment",
    }
}

shape! {
    /// For example `Order.Pharmacy` of `Medications.Cancel`.
    Pharmacy in "medications.Pharmacy" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `PhoneNumber`.
        phone_number: Option<shared::OfficePhone> = optional "PhoneNumber",
    }
}

shape! {
    /// For example `Order.Medication` of `Medications.Cancel`.
    Medication in "medications.Medication" {
        /// `Dose`.
        dose: Option<shared::NumericDose> = optional "Dose",
        /// `Rate`.
        rate: Option<shared::NumericDose> = optional "Rate",
        /// `Route`.
        route: Option<shared::SystemCodeWithAlternates> = optional "Route",
        /// `Product`, required.
        product: Product = required "Product",
        /// `FreeTextSig`.
        free_text_sig: Option<String> = optional "FreeTextSig",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `Frequency`.
        frequency: Option<Frequency> = optional "Frequency",
        /// `IsPRN`.
        is_prn: Option<bool> = optional "IsPRN",
        /// `Dispense`.
        dispense: Option<Dispense> = optional "Dispense",
        /// `NumberOfRefillsRemaining`.
        number_of_refills_remaining: Option<Number> = optional "NumberOfRefillsRemaining",
        /// `Components`.
        components: Vec<Component> = optional "Components",
    }
}

shape! {
    /// For example `Order.Medication.Dispense` of `Medications.Cancel`.
    Dispense in "medications.Dispense" {
        /// `Amount`.
        amount: Option<Number> = optional "Amount",
        /// `Units`.
        units: Option<String> = optional "Units",
    }
}

shape! {
    /// For example `Order.Medication.Frequency` of `Medications.Cancel`.
    Frequency in "medications.Frequency" {
        /// `Period`.
        period: Option<Number> = optional "Period",
        /// `Unit`.
        unit: Option<String> = optional "Unit",
    }
}
