//! `Referral` as typed messages.
//!
//! Generated from `catalogue/referral.txt`; do not edit.

use super::shared;

shape! {
    /// `Referral.AuthResponse` (async).
    AuthResponse in "referral.AuthResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Referral`.
        referral: Option<AuthResponseReferral> = optional "Referral",
        /// `Authorization`.
        authorization: Option<AuthResponseAuthorization> = optional "Authorization",
        /// `Patient`, required.
        patient: AuthResponsePatient = required "Patient",
    }
}

event!(AuthResponse is "Referral" "AuthResponse");

shape! {
    /// `Referral.AuthReview` (async).
    AuthReview in "referral.AuthReview" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Referral`.
        referral: Option<AuthReviewReferral> = optional "Referral",
        /// `Authorization`.
        authorization: Option<AuthReviewAuthorization> = optional "Authorization",
        /// `Patient`, required.
        patient: AuthReviewPatient = required "Patient",
    }
}

event!(AuthReview is "Referral" "AuthReview");

shape! {
    /// `Referral.Cancel` (async).
    Cancel in "referral.Cancel" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Referral`.
        referral: Option<Referral> = optional "Referral",
        /// `Patient`, required.
        patient: Patient = required "Patient",
        /// `Visit`.
        visit: Option<shared::VisitReference> = optional "Visit",
    }
}

event!(Cancel is "Referral" "Cancel");

shape! {
    /// `Referral.Modify` (async).
    Modify in "referral.Modify" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Referral`.
        referral: Option<Referral> = optional "Referral",
        /// `Patient`, required.
        patient: Patient = required "Patient",
        /// `Visit`.
        visit: Option<shared::VisitReference> = optional "Visit",
    }
}

event!(Modify is "Referral" "Modify");

shape! {
    /// `Referral.New` (async).
    New in "referral.New" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Referral`.
        referral: Option<Referral> = optional "Referral",
        /// `Patient`, required.
        patient: Patient = required "Patient",
        /// `Visit`.
        visit: Option<shared::VisitReference> = optional "Visit",
    }
}

event!(New is "Referral" "New");

shape! {
    /// `Referral.Query` (sync-query).
    Query in "referral.Query" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: QueryPatient = required "Patient",
    }
}

event!(Query is "Referral" "Query");

shape! {
    /// `Referral.QueryResponse` (sync-response).
    QueryResponse in "referral.QueryResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Referrals`.
        referrals: Vec<Referral> = optional "Referrals",
    }
}

event!(QueryResponse is "Referral" "QueryResponse");

shape! {
    /// For example `Patient` of `Referral.AuthResponse`.
    AuthResponsePatient in "referral.AuthResponsePatient" {
        /// `Identifiers`, required.
        identifiers: Vec<shared::PatientIdentifier> = required "Identifiers",
        /// `Demographics`.
        demographics: Option<shared::Demographics> = optional "Demographics",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Contacts`.
        contacts: Vec<shared::Contact> = optional "Contacts",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
    }
}

shape! {
    /// For example `Authorization` of `Referral.AuthResponse`.
    AuthResponseAuthorization in "referral.AuthResponseAuthorization" {
        /// `Request`.
        request: Option<shared::Identifier> = optional "Request",
        /// `AlternateID`.
        alternate_id: Option<String> = optional "AlternateID",
        /// `Number`.
        number: Option<String> = optional "Number",
        /// `Category`: `Admission`, `Procedure`, `Referral`, `Specialty Care`.
        category: Option<String> = optional "Category",
        /// `CertificationCode`: `Initial`, `Extension`, `Revised`, `Renewal`, `Reconsideration`, `Cancel`, `Appeal`.
        certification_code: Option<String> = optional "CertificationCode",
        /// `ServiceType`: 103 documented values (`AuthorizationServiceType`).
        service_type: Option<String> = optional "ServiceType",
        /// `ServiceLocation`: 49 documented values (`ServiceLocation`).
        service_location: Option<String> = optional "ServiceLocation",
        /// `RelatedCause`: `Accident`, `Employment`, `Another Party`.
        related_cause: Option<String> = optional "RelatedCause",
        /// `ServiceLevel`: `Elective`, `Emergency`, `Urgent`.
        service_level: Option<String> = optional "ServiceLevel",
        /// `EventDate`: a date (YYYY-MM-DD).
        event_date: Option<String> = optional "EventDate",
        /// `Quantity`.
        quantity: Option<shared::Quantity> = optional "Quantity",
        /// `AdmissionSource`: `Non-Health Facility`, `Clinic`, `Transfer From Another Hospital`, `Transfer From SNF or ICF`, `Transfer From Another Health Care Facility`, `Emergency Room`, `Law Enforcement`, `Transfer From Ambulatory Surgery Center`, `Transfer From Hospice`, `Unknown`.
        admission_source: Option<String> = optional "AdmissionSource",
        /// `AdmissionType`: `Immediate Attention Due To Patient Condition`, `Unknown`, `Immediate Attention Due To Physical or Mental Disorder`, `Scheduled Admission`, `Special Circumstances`, `Trauma`, `Undefined`.
        admission_type: Option<String> = optional "AdmissionType",
        /// `Decision`.
        decision: Option<String> = optional "Decision",
        /// `DecisionReason`.
        decision_reason: Option<String> = optional "DecisionReason",
        /// `EffectiveDate`: a date (YYYY-MM-DD).
        effective_date: Option<String> = optional "EffectiveDate",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `Services`.
        services: Vec<Service> = optional "Services",
        /// `Providers`.
        providers: Vec<AuthorizedProvider> = optional "Providers",
        /// `AdditionalDates`.
        additional_dates: Vec<shared::AdditionalDate> = optional "AdditionalDates",
        /// `ExpirationDate`: a date (YYYY-MM-DD).
        expiration_date: Option<String> = optional "ExpirationDate",
        /// `IssueDate`.
        issue_date: Option<String> = optional "IssueDate",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Type`: `Institutional`, `Professional`.
        r#type: Option<String> = optional "Type",
    }
}

shape! {
    /// For example `Referral` of `Referral.AuthResponse`.
    AuthResponseReferral in "referral.AuthResponseReferral" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `AlternateID`.
        alternate_id: Option<String> = optional "AlternateID",
        /// `Type`: `Other`, `Consultation`, `Laboratory`, `Radiology`, `Medical`, `Skilled Nursing`, `Home Care`, `Psychiatric`.
        r#type: Option<String> = optional "Type",
        /// `Category`: `Outpatient`, `Inpatient`, `Emergency`, `Ambulatory`.
        category: Option<String> = optional "Category",
        /// `Priority`: `STAT`, `ASAP`, `Routine`.
        priority: Option<String> = optional "Priority",
        /// `Status`: `Accepted`, `Pending`, `Rejected`, `Expired`, `Closed`.
        status: Option<String> = optional "Status",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `ExpirationDateTime`: a date-time with offset (RFC 3339).
        expiration_date_time: Option<String> = optional "ExpirationDateTime",
        /// `ProcessDateTime`: a date-time with offset (RFC 3339).
        process_date_time: Option<String> = optional "ProcessDateTime",
        /// `Reason`: `Patient Preference`, `Second Opinion`, `Provider Ordered`, `Work Load`.
        reason: Option<String> = optional "Reason",
        /// `ProviderSpecialty`.
        provider_specialty: Option<String> = optional "ProviderSpecialty",
        /// `DepartmentSpecialty`.
        department_specialty: Option<String> = optional "DepartmentSpecialty",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Authorization`.
        authorization: Option<Authorization> = optional "Authorization",
        /// `Diagnoses`.
        diagnoses: Vec<Diagnosis> = optional "Diagnoses",
        /// `Procedures`.
        procedures: Vec<AuthResponseReferralProcedure> = optional "Procedures",
        /// `Providers`.
        providers: Vec<Provider> = optional "Providers",
        /// `Visit`.
        visit: Option<shared::VisitReference> = optional "Visit",
        /// `ServiceLocation`: 49 documented values (`ServiceLocation`).
        service_location: Option<String> = optional "ServiceLocation",
        /// `RequestType`: `Initial`, `Extension`, `Revised`, `Renewal`, `Reconsideration`, `Cancel`, `Appeal`.
        request_type: Option<String> = optional "RequestType",
        /// `RelatedCause`: `Accident`, `Employment`, `Another Party`.
        related_cause: Option<String> = optional "RelatedCause",
        /// `StatusReason`.
        status_reason: Option<String> = optional "StatusReason",
    }
}

shape! {
    /// For example `Referral.Providers[]` of `Referral.AuthResponse`.
    Provider in "referral.Provider" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `ContactInfo`.
        contact_info: Option<String> = optional "ContactInfo",
        /// `Type`: `Referred To Provider`, `Referring Provider`, `Patient PCP`, `Other`.
        r#type: Option<String> = optional "Type",
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `Credentials`.
        credentials: Vec<String> = optional "Credentials",
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `EmailAddresses`: an e-mail address.
        email_addresses: Vec<String> = optional "EmailAddresses",
        /// `PhoneNumber`.
        phone_number: Option<shared::OfficePhone> = optional "PhoneNumber",
        /// `Location`.
        location: Option<shared::Location> = optional "Location",
    }
}

shape! {
    /// For example `Referral.Procedures[]` of `Referral.AuthResponse`.
    AuthResponseReferralProcedure in "referral.AuthResponseReferralProcedure" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Quantity`.
        quantity: Option<String> = optional "Quantity",
        /// `Units`.
        units: Option<String> = optional "Units",
        /// `Modifiers`.
        modifiers: Vec<String> = optional "Modifiers",
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `StatusReason`.
        status_reason: Option<String> = optional "StatusReason",
        /// `Authorization`.
        authorization: Option<AuthResponseReferralProcedureAuthorization> = optional "Authorization",
    }
}

shape! {
    /// For example `Referral.Diagnoses[]` of `Referral.AuthResponse`.
    Diagnosis in "referral.Diagnosis" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`: `CPT`, `HCPCS`, `ICD-9`, `ICD-10`, `Unknown`.
        codeset: Option<String> = optional "Codeset",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Type`: `Admitting`, `Final`, `Self`, `Unknown`, `Working`, `Principal`.
        r#type: Option<String> = optional "Type",
        /// `DocumentedDateTime`: a date-time with offset (RFC 3339).
        documented_date_time: Option<String> = optional "DocumentedDateTime",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
    }
}

shape! {
    /// For example `Referral.Authorization` of `Referral.AuthResponse`.
    Authorization in "referral.Authorization" {
        /// `Plan`.
        plan: Option<shared::NamedIdentifier> = optional "Plan",
        /// `Company`.
        company: Option<shared::NamedIdentifier> = optional "Company",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `ExpirationDateTime`: a date-time with offset (RFC 3339).
        expiration_date_time: Option<String> = optional "ExpirationDateTime",
        /// `Number`.
        number: Option<String> = optional "Number",
        /// `ReimbursementLimit`.
        reimbursement_limit: Option<String> = optional "ReimbursementLimit",
        /// `RequestedTreatmentCount`.
        requested_treatment_count: Option<String> = optional "RequestedTreatmentCount",
        /// `RequestedTreatmentUnits`.
        requested_treatment_units: Option<String> = optional "RequestedTreatmentUnits",
        /// `AuthorizedTreatmentCount`.
        authorized_treatment_count: Option<String> = optional "AuthorizedTreatmentCount",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
    }
}

shape! {
    /// For example `Referral.Procedures[].Authorization` of `Referral.AuthResponse`.
    AuthResponseReferralProcedureAuthorization in "referral.AuthResponseReferralProcedureAuthorization" {
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `ExpirationDateTime`: a date-time with offset (RFC 3339).
        expiration_date_time: Option<String> = optional "ExpirationDateTime",
    }
}

shape! {
    /// For example `Authorization.Providers[]` of `Referral.AuthResponse`.
    AuthorizedProvider in "referral.AuthorizedProvider" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `ContactInfo`.
        contact_info: Option<String> = optional "ContactInfo",
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `Credentials`.
        credentials: Vec<String> = optional "Credentials",
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `EmailAddresses`: an e-mail address.
        email_addresses: Vec<String> = optional "EmailAddresses",
        /// `PhoneNumber`.
        phone_number: Option<shared::OfficePhone> = optional "PhoneNumber",
        /// `Location`.
        location: Option<shared::Location> = optional "Location",
    }
}

shape! {
    /// For example `Authorization.Services[]` of `Referral.AuthResponse`.
    Service in "referral.Service" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Quantity`.
        quantity: Option<shared::Quantity> = optional "Quantity",
        /// `Modifiers`.
        modifiers: Vec<String> = optional "Modifiers",
        /// `Decision`.
        decision: Option<String> = optional "Decision",
        /// `DecisionReason`.
        decision_reason: Option<String> = optional "DecisionReason",
        /// `EffectiveDate`: a date (YYYY-MM-DD).
        effective_date: Option<String> = optional "EffectiveDate",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `AuthorizationNumber`.
        authorization_number: Option<String> = optional "AuthorizationNumber",
        /// `ExpirationDate`: a date (YYYY-MM-DD).
        expiration_date: Option<String> = optional "ExpirationDate",
        /// `IssueDate`.
        issue_date: Option<String> = optional "IssueDate",
        /// `RevenueCode`.
        revenue_code: Option<String> = optional "RevenueCode",
        /// `ServiceDate`.
        service_date: Option<String> = optional "ServiceDate",
    }
}

shape! {
    /// For example `Patient` of `Referral.AuthReview`.
    AuthReviewPatient in "referral.AuthReviewPatient" {
        /// `Identifiers`, required.
        identifiers: Vec<shared::PatientIdentifier> = required "Identifiers",
        /// `Demographics`.
        demographics: Option<shared::Demographics> = optional "Demographics",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
    }
}

shape! {
    /// For example `Authorization` of `Referral.AuthReview`.
    AuthReviewAuthorization in "referral.AuthReviewAuthorization" {
        /// `Request`.
        request: Option<shared::Identifier> = optional "Request",
        /// `AlternateID`.
        alternate_id: Option<String> = optional "AlternateID",
        /// `Category`: `Admission`, `Procedure`, `Referral`, `Specialty Care`.
        category: Option<String> = optional "Category",
        /// `CertificationCode`: `Initial`, `Extension`, `Revised`, `Renewal`, `Reconsideration`, `Cancel`, `Appeal`.
        certification_code: Option<String> = optional "CertificationCode",
        /// `ServiceType`: 103 documented values (`AuthorizationServiceType`).
        service_type: Option<String> = optional "ServiceType",
        /// `ServiceLocation`: 49 documented values (`ServiceLocation`).
        service_location: Option<String> = optional "ServiceLocation",
        /// `RelatedCause`: `Accident`, `Employment`, `Another Party`.
        related_cause: Option<String> = optional "RelatedCause",
        /// `ServiceLevel`: `Elective`, `Emergency`, `Urgent`.
        service_level: Option<String> = optional "ServiceLevel",
        /// `EventDate`: a date (YYYY-MM-DD).
        event_date: Option<String> = optional "EventDate",
        /// `Quantity`.
        quantity: Option<shared::Quantity> = optional "Quantity",
        /// `AdmissionSource`: `Non-Health Facility`, `Clinic`, `Transfer From Another Hospital`, `Transfer From SNF or ICF`, `Transfer From Another Health Care Facility`, `Emergency Room`, `Law Enforcement`, `Transfer From Ambulatory Surgery Center`, `Transfer From Hospice`, `Unknown`.
        admission_source: Option<String> = optional "AdmissionSource",
        /// `AdmissionType`: `Immediate Attention Due To Patient Condition`, `Unknown`, `Immediate Attention Due To Physical or Mental Disorder`, `Scheduled Admission`, `Special Circumstances`, `Trauma`, `Undefined`.
        admission_type: Option<String> = optional "AdmissionType",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `Services`.
        services: Vec<AuthReviewAuthorizationService> = optional "Services",
        /// `Providers`.
        providers: Vec<AuthorizedProvider> = optional "Providers",
        /// `AdditionalDates`.
        additional_dates: Vec<shared::AdditionalDate> = optional "AdditionalDates",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Type`: `Institutional`, `Professional`.
        r#type: Option<String> = optional "Type",
    }
}

shape! {
    /// For example `Referral` of `Referral.AuthReview`.
    AuthReviewReferral in "referral.AuthReviewReferral" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `AlternateID`.
        alternate_id: Option<String> = optional "AlternateID",
        /// `Type`: `Other`, `Consultation`, `Laboratory`, `Radiology`, `Medical`, `Skilled Nursing`, `Home Care`, `Psychiatric`.
        r#type: Option<String> = optional "Type",
        /// `Category`: `Outpatient`, `Inpatient`, `Emergency`, `Ambulatory`.
        category: Option<String> = optional "Category",
        /// `Priority`: `STAT`, `ASAP`, `Routine`.
        priority: Option<String> = optional "Priority",
        /// `Status`: `Accepted`, `Pending`, `Rejected`, `Expired`, `Closed`.
        status: Option<String> = optional "Status",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `ExpirationDateTime`: a date-time with offset (RFC 3339).
        expiration_date_time: Option<String> = optional "ExpirationDateTime",
        /// `ProcessDateTime`: a date-time with offset (RFC 3339).
        process_date_time: Option<String> = optional "ProcessDateTime",
        /// `Reason`: `Patient Preference`, `Second Opinion`, `Provider Ordered`, `Work Load`.
        reason: Option<String> = optional "Reason",
        /// `ProviderSpecialty`.
        provider_specialty: Option<String> = optional "ProviderSpecialty",
        /// `DepartmentSpecialty`.
        department_specialty: Option<String> = optional "DepartmentSpecialty",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Authorization`.
        authorization: Option<Authorization> = optional "Authorization",
        /// `Diagnoses`.
        diagnoses: Vec<Diagnosis> = optional "Diagnoses",
        /// `Procedures`.
        procedures: Vec<Procedure> = optional "Procedures",
        /// `Providers`.
        providers: Vec<Provider> = optional "Providers",
        /// `Visit`.
        visit: Option<shared::VisitReference> = optional "Visit",
        /// `ServiceLocation`: 49 documented values (`ServiceLocation`).
        service_location: Option<String> = optional "ServiceLocation",
        /// `RequestType`: `Initial`, `Extension`, `Revised`, `Renewal`, `Reconsideration`, `Cancel`, `Appeal`.
        request_type: Option<String> = optional "RequestType",
        /// `RelatedCause`: `Accident`, `Employment`, `Another Party`.
        related_cause: Option<String> = optional "RelatedCause",
    }
}

shape! {
    /// For example `Referral.Procedures[]` of `Referral.AuthReview`.
    Procedure in "referral.Procedure" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Quantity`.
        quantity: Option<String> = optional "Quantity",
        /// `Units`.
        units: Option<String> = optional "Units",
        /// `Modifiers`.
        modifiers: Vec<String> = optional "Modifiers",
    }
}

shape! {
    /// For example `Authorization.Services[]` of `Referral.AuthReview`.
    AuthReviewAuthorizationService in "referral.AuthReviewAuthorizationService" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Quantity`.
        quantity: Option<shared::Quantity> = optional "Quantity",
        /// `Modifiers`.
        modifiers: Vec<String> = optional "Modifiers",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `RevenueCode`.
        revenue_code: Option<String> = optional "RevenueCode",
        /// `ServiceDate`.
        service_date: Option<String> = optional "ServiceDate",
    }
}

shape! {
    /// For example `Patient` of `Referral.Cancel`.
    Patient in "referral.Patient" {
        /// `Identifiers`, required.
        identifiers: Vec<shared::PatientIdentifier> = required "Identifiers",
        /// `Demographics`.
        demographics: Option<shared::Demographics> = optional "Demographics",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Contacts`.
        contacts: Vec<shared::Contact> = optional "Contacts",
        /// `Guarantor`.
        guarantor: Option<shared::Guarantor> = optional "Guarantor",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
    }
}

shape! {
    /// For example `Referral` of `Referral.Cancel`.
    Referral in "referral.Referral" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `AlternateID`.
        alternate_id: Option<String> = optional "AlternateID",
        /// `Type`: `Other`, `Consultation`, `Laboratory`, `Radiology`, `Medical`, `Skilled Nursing`, `Home Care`, `Psychiatric`.
        r#type: Option<String> = optional "Type",
        /// `Category`: `Outpatient`, `Inpatient`, `Emergency`, `Ambulatory`.
        category: Option<String> = optional "Category",
        /// `Priority`: `STAT`, `ASAP`, `Routine`.
        priority: Option<String> = optional "Priority",
        /// `Status`: `Accepted`, `Pending`, `Rejected`, `Expired`, `Closed`.
        status: Option<String> = optional "Status",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `ExpirationDateTime`: a date-time with offset (RFC 3339).
        expiration_date_time: Option<String> = optional "ExpirationDateTime",
        /// `ProcessDateTime`: a date-time with offset (RFC 3339).
        process_date_time: Option<String> = optional "ProcessDateTime",
        /// `Reason`: `Patient Preference`, `Second Opinion`, `Provider Ordered`, `Work Load`.
        reason: Option<String> = optional "Reason",
        /// `ProviderSpecialty`.
        provider_specialty: Option<String> = optional "ProviderSpecialty",
        /// `DepartmentSpecialty`.
        department_specialty: Option<String> = optional "DepartmentSpecialty",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Authorization`.
        authorization: Option<Authorization> = optional "Authorization",
        /// `Diagnoses`.
        diagnoses: Vec<Diagnosis> = optional "Diagnoses",
        /// `Procedures`.
        procedures: Vec<Procedure> = optional "Procedures",
        /// `Providers`.
        providers: Vec<Provider> = optional "Providers",
        /// `Visit`.
        visit: Option<shared::VisitReference> = optional "Visit",
    }
}

shape! {
    /// For example `Patient` of `Referral.Query`.
    QueryPatient in "referral.QueryPatient" {
        /// `Identifiers`, required.
        identifiers: Vec<shared::PatientIdentifier> = required "Identifiers",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
    }
}
