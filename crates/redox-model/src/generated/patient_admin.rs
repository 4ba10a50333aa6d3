//! `PatientAdmin` as typed messages.
//!
//! Generated from `catalogue/patient_admin.txt`; do not edit.

use super::shared;
use crate::typed::Number;

shape! {
    /// `PatientAdmin.Arrival` (async).
    Arrival in "patient_admin.Arrival" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
    }
}

event!(Arrival is "PatientAdmin" "Arrival");

shape! {
    /// `PatientAdmin.Cancel` (async).
    Cancel in "patient_admin.Cancel" {
        /// `Meta`, required.
        meta: Meta = required "Meta",
        /// `Patient`, required.
        patient: Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
    }
}

event!(Cancel is "PatientAdmin" "Cancel");

shape! {
    /// `PatientAdmin.CensusQuery` (sync-query).
    CensusQuery in "patient_admin.CensusQuery" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `PatientClasses`.
        patient_classes: Vec<String> = optional "PatientClasses",
        /// `Departments`.
        departments: Vec<String> = optional "Departments",
        /// `Facilities`.
        facilities: Vec<String> = optional "Facilities",
    }
}

event!(CensusQuery is "PatientAdmin" "CensusQuery");

shape! {
    /// `PatientAdmin.CensusQueryResponse` (sync-response).
    CensusQueryResponse in "patient_admin.CensusQueryResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patients`.
        patients: Vec<CensusQueryResponsePatient> = optional "Patients",
    }
}

event!(CensusQueryResponse is "PatientAdmin" "CensusQueryResponse");

shape! {
    /// `PatientAdmin.Discharge` (async).
    Discharge in "patient_admin.Discharge" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: Patient = required "Patient",
        /// `Visit`.
        visit: Option<DischargeVisit> = optional "Visit",
    }
}

event!(Discharge is "PatientAdmin" "Discharge");

shape! {
    /// `PatientAdmin.NewPatient` (async).
    NewPatient in "patient_admin.NewPatient" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: NewPatientPatient = required "Patient",
    }
}

event!(NewPatient is "PatientAdmin" "NewPatient");

shape! {
    /// `PatientAdmin.PatientMerge` (async).
    PatientMerge in "patient_admin.PatientMerge" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: PatientMergePatient = required "Patient",
    }
}

event!(PatientMerge is "PatientAdmin" "PatientMerge");

shape! {
    /// `PatientAdmin.PatientUpdate` (async).
    PatientUpdate in "patient_admin.PatientUpdate" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: PatientUpdatePatient = required "Patient",
    }
}

event!(PatientUpdate is "PatientAdmin" "PatientUpdate");

shape! {
    /// `PatientAdmin.PreAdmit` (async).
    PreAdmit in "patient_admin.PreAdmit" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
    }
}

event!(PreAdmit is "PatientAdmin" "PreAdmit");

shape! {
    /// `PatientAdmin.Registration` (async).
    Registration in "patient_admin.Registration" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
    }
}

event!(Registration is "PatientAdmin" "Registration");

shape! {
    /// `PatientAdmin.Transfer` (async).
    Transfer in "patient_admin.Transfer" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: Patient = required "Patient",
        /// `Visit`.
        visit: Option<TransferVisit> = optional "Visit",
    }
}

event!(Transfer is "PatientAdmin" "Transfer");

shape! {
    /// `PatientAdmin.VisitMerge` (async).
    VisitMerge in "patient_admin.VisitMerge" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: VisitMergePatient = required "Patient",
        /// `Visit`, required.
        visit: VisitMergeVisit = required "Visit",
    }
}

event!(VisitMerge is "PatientAdmin" "VisitMerge");

shape! {
    /// `PatientAdmin.VisitQuery` (sync-query).
    VisitQuery in "patient_admin.VisitQuery" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `PatientClasses`.
        patient_classes: Vec<String> = optional "PatientClasses",
        /// `Departments`.
        departments: Vec<String> = optional "Departments",
        /// `Facilities`.
        facilities: Vec<String> = optional "Facilities",
        /// `VisitStatuses`.
        visit_statuses: Vec<String> = optional "VisitStatuses",
        /// `Patients`.
        patients: Vec<shared::PatientReference> = optional "Patients",
        /// `VisitNumbers`.
        visit_numbers: Vec<String> = optional "VisitNumbers",
        /// `VisitStartDateTime`: a date-time with offset (RFC 3339).
        visit_start_date_time: Option<String> = optional "VisitStartDateTime",
    }
}

event!(VisitQuery is "PatientAdmin" "VisitQuery");

shape! {
    /// `PatientAdmin.VisitQueryResponse` (sync-response).
    VisitQueryResponse in "patient_admin.VisitQueryResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patients`.
        patients: Vec<VisitQueryResponsePatient> = optional "Patients",
    }
}

event!(VisitQueryResponse is "PatientAdmin" "VisitQueryResponse");

shape! {
    /// `PatientAdmin.VisitUpdate` (async).
    VisitUpdate in "patient_admin.VisitUpdate" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: Patient = required "Patient",
        /// `Visit`.
        visit: Option<VisitUpdateVisit> = optional "Visit",
    }
}

event!(VisitUpdate is "PatientAdmin" "VisitUpdate");

shape! {
    /// For example `Visit` of `PatientAdmin.Arrival`.
    Visit in "patient_admin.Visit" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `VisitDateTime`: a date-time with offset (RFC 3339).
        visit_date_time: Option<String> = optional "VisitDateTime",
        /// `Duration`.
        duration: Option<Number> = optional "Duration",
        /// `Reason`.
        reason: Option<String> = optional "Reason",
        /// `Instructions`.
        instructions: Vec<String> = optional "Instructions",
        /// `Balance`.
        balance: Option<Number> = optional "Balance",
        /// `DiagnosisRelatedGroup`.
        diagnosis_related_group: Option<Number> = optional "DiagnosisRelatedGroup",
        /// `DiagnosisRelatedGroupType`.
        diagnosis_related_group_type: Option<Number> = optional "DiagnosisRelatedGroupType",
        /// `AttendingProvider`.
        attending_provider: Option<shared::Provider> = optional "AttendingProvider",
        /// `ConsultingProvider`.
        consulting_provider: Option<shared::Provider> = optional "ConsultingProvider",
        /// `ReferringProvider`.
        referring_provider: Option<shared::Provider> = optional "ReferringProvider",
        /// `AdmittingProvider`.
        admitting_provider: Option<shared::Provider> = optional "AdmittingProvider",
        /// `Location`.
        location: Option<shared::LocationWithAddress> = optional "Location",
        /// `Guarantor`.
        guarantor: Option<shared::Guarantor> = optional "Guarantor",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
        /// `AdditionalStaff`.
        additional_staff: Vec<shared::AdditionalStaff> = optional "AdditionalStaff",
    }
}

shape! {
    /// For example `Patient` of `PatientAdmin.Arrival`.
    Patient in "patient_admin.Patient" {
        /// `Identifiers`, required.
        identifiers: Vec<shared::PatientIdentifier> = required "Identifiers",
        /// `Demographics`.
        demographics: Option<shared::Demographics> = optional "Demographics",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Contacts`.
        contacts: Vec<shared::Contact> = optional "Contacts",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `Allergies`.
        allergies: Vec<Allergy> = optional "Allergies",
        /// `PCP`.
        pcp: Option<shared::ProviderWithNpi> = optional "PCP",
    }
}

shape! {
    /// For example `Patient.Allergies[]` of `PatientAdmin.Arrival`.
    Allergy in "patient_admin.Allergy" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Type`.
        r#type: Option<shared::NamedCode> = optional "Type",
        /// `OnsetDateTime`: a date-time with offset (RFC 3339).
        onset_date_time: Option<String> = optional "OnsetDateTime",
        /// `Reaction`.
        reaction: Vec<shared::NamedCode> = optional "Reaction",
        /// `Severity`.
        severity: Option<shared::NamedCode> = optional "Severity",
        /// `Status`.
        status: Option<String> = optional "Status",
    }
}

shape! {
    /// For example `Meta` of `PatientAdmin.Cancel`.
    Meta in "patient_admin.Meta" {
        /// `DataModel`, required.
        data_model: String = required "DataModel",
        /// `EventType`, required.
        event_type: String = required "EventType",
        /// `EventDateTime`: a date-time with offset (RFC 3339).
        event_date_time: Option<String> = optional "EventDateTime",
        /// `CanceledEvent`.
        canceled_event: Option<String> = optional "CanceledEvent",
        /// `Test`.
        test: Option<bool> = optional "Test",
        /// `Source`.
        source: Option<shared::System> = optional "Source",
        /// `Destinations`.
        destinations: Vec<shared::System> = optional "Destinations",
        /// `Message`, deprecated.
        message: Option<shared::NumericReference> = optional "Message",
        /// `Transmission`, deprecated.
        transmission: Option<shared::NumericReference> = optional "Transmission",
        /// `FacilityCode`.
        facility_code: Option<String> = optional "FacilityCode",
        /// `Logs`.
        logs: Vec<shared::Log> = optional "Logs",
    }
}

shape! {
    /// For example `Patients[]` of `PatientAdmin.CensusQueryResponse`.
    CensusQueryResponsePatient in "patient_admin.CensusQueryResponsePatient" {
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Demographics`.
        demographics: Option<shared::Demographics> = optional "Demographics",
        /// `Visits`.
        visits: Vec<CensusQueryResponsePatientVisit> = optional "Visits",
    }
}

shape! {
    /// For example `Patients[].Visits[]` of `PatientAdmin.CensusQueryResponse`.
    CensusQueryResponsePatientVisit in "patient_admin.CensusQueryResponsePatientVisit" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `VisitDateTime`: a date-time with offset (RFC 3339).
        visit_date_time: Option<String> = optional "VisitDateTime",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `Location`.
        location: Option<shared::LocationWithBed> = optional "Location",
    }
}

shape! {
    /// For example `Visit` of `PatientAdmin.Discharge`.
    DischargeVisit in "patient_admin.DischargeVisit" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `VisitDateTime`: a date-time with offset (RFC 3339).
        visit_date_time: Option<String> = optional "VisitDateTime",
        /// `DischargeDateTime`: a date-time with offset (RFC 3339).
        discharge_date_time: Option<String> = optional "DischargeDateTime",
        /// `DischargeStatus`.
        discharge_status: Option<DischargeStatus> = optional "DischargeStatus",
        /// `DischargeLocation`.
        discharge_location: Option<shared::Location> = optional "DischargeLocation",
        /// `Duration`.
        duration: Option<Number> = optional "Duration",
        /// `Reason`.
        reason: Option<String> = optional "Reason",
        /// `Instructions`.
        instructions: Vec<String> = optional "Instructions",
        /// `Balance`.
        balance: Option<Number> = optional "Balance",
        /// `DiagnosisRelatedGroup`.
        diagnosis_related_group: Option<Number> = optional "DiagnosisRelatedGroup",
        /// `DiagnosisRelatedGroupType`.
        diagnosis_related_group_type: Option<Number> = optional "DiagnosisRelatedGroupType",
        /// `AttendingProvider`.
        attending_provider: Option<shared::Provider> = optional "AttendingProvider",
        /// `ConsultingProvider`.
        consulting_provider: Option<shared::Provider> = optional "ConsultingProvider",
        /// `ReferringProvider`.
        referring_provider: Option<shared::Provider> = optional "ReferringProvider",
        /// `AdmittingProvider`.
        admitting_provider: Option<shared::Provider> = optional "AdmittingProvider",
        /// `Location`.
        location: Option<shared::LocationWithAddress> = optional "Location",
        /// `Guarantor`.
        guarantor: Option<shared::Guarantor> = optional "Guarantor",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
        /// `AdditionalStaff`.
        additional_staff: Vec<shared::AdditionalStaff> = optional "AdditionalStaff",
    }
}

shape! {
    /// For example `Visit.DischargeStatus` of `PatientAdmin.Discharge`.
    DischargeStatus in "patient_admin.DischargeStatus" {
        /// `Code`: 41 documented values (`DischargeStatusCode`).
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
    }
}

shape! {
    /// For example `Patient` of `PatientAdmin.NewPatient`.
    NewPatientPatient in "patient_admin.NewPatientPatient" {
        /// `Identifiers`, required.
        identifiers: Vec<shared::PatientIdentifier> = required "Identifiers",
        /// `Demographics`.
        demographics: Option<shared::Demographics> = optional "Demographics",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Contacts`.
        contacts: Vec<shared::Contact> = optional "Contacts",
        /// `Allergies`.
        allergies: Vec<Allergy> = optional "Allergies",
        /// `PCP`.
        pcp: Option<shared::ProviderWithNpi> = optional "PCP",
        /// `Guarantor`.
        guarantor: Option<shared::Guarantor> = optional "Guarantor",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
    }
}

shape! {
    /// For example `Patient` of `PatientAdmin.PatientMerge`.
    PatientMergePatient in "patient_admin.PatientMergePatient" {
        /// `Identifiers`, required.
        identifiers: Vec<shared::PatientIdentifier> = required "Identifiers",
        /// `PreviousIdentifiers`, required.
        previous_identifiers: Vec<shared::PatientIdentifier> = required "PreviousIdentifiers",
        /// `Demographics`.
        demographics: Option<shared::Demographics> = optional "Demographics",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
    }
}

shape! {
    /// For example `Patient` of `PatientAdmin.PatientUpdate`.
    PatientUpdatePatient in "patient_admin.PatientUpdatePatient" {
        /// `Identifiers`, required.
        identifiers: Vec<shared::PatientIdentifier> = required "Identifiers",
        /// `Demographics`.
        demographics: Option<shared::Demographics> = optional "Demographics",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Contacts`.
        contacts: Vec<shared::Contact> = optional "Contacts",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `Allergies`.
        allergies: Vec<Allergy> = optional "Allergies",
        /// `PCP`.
        pcp: Option<shared::ProviderWithNpi> = optional "PCP",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
        /// `Guarantor`.
        guarantor: Option<shared::Guarantor> = optional "Guarantor",
    }
}

shape! {
    /// For example `Visit` of `PatientAdmin.Transfer`.
    TransferVisit in "patient_admin.TransferVisit" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `VisitDateTime`: a date-time with offset (RFC 3339).
        visit_date_time: Option<String> = optional "VisitDateTime",
        /// `DischargeDateTime`: a date-time with offset (RFC 3339).
        discharge_date_time: Option<String> = optional "DischargeDateTime",
        /// `DischargeStatus`.
        discharge_status: Option<DischargeStatus> = optional "DischargeStatus",
        /// `Duration`.
        duration: Option<Number> = optional "Duration",
        /// `Reason`.
        reason: Option<String> = optional "Reason",
        /// `Instructions`.
        instructions: Vec<String> = optional "Instructions",
        /// `Balance`.
        balance: Option<Number> = optional "Balance",
        /// `DiagnosisRelatedGroup`.
        diagnosis_related_group: Option<Number> = optional "DiagnosisRelatedGroup",
        /// `DiagnosisRelatedGroupType`.
        diagnosis_related_group_type: Option<Number> = optional "DiagnosisRelatedGroupType",
        /// `AttendingProvider`.
        attending_provider: Option<shared::Provider> = optional "AttendingProvider",
        /// `ConsultingProvider`.
        consulting_provider: Option<shared::Provider> = optional "ConsultingProvider",
        /// `ReferringProvider`.
        referring_provider: Option<shared::Provider> = optional "ReferringProvider",
        /// `AdmittingProvider`.
        admitting_provider: Option<shared::Provider> = optional "AdmittingProvider",
        /// `Location`.
        location: Option<shared::LocationWithAddress> = optional "Location",
        /// `PreviousLocation`.
        previous_location: Option<shared::LocationWithAddress> = optional "PreviousLocation",
        /// `Guarantor`.
        guarantor: Option<shared::Guarantor> = optional "Guarantor",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
        /// `AdditionalStaff`.
        additional_staff: Vec<shared::AdditionalStaff> = optional "AdditionalStaff",
    }
}

shape! {
    /// For example `Visit` of `PatientAdmin.VisitMerge`.
    VisitMergeVisit in "patient_admin.VisitMergeVisit" {
        /// `VisitNumber`, required.
        visit_number: String = required "VisitNumber",
    }
}

shape! {
    /// For example `Patient` of `PatientAdmin.VisitMerge`.
    VisitMergePatient in "patient_admin.VisitMergePatient" {
        /// `Identifiers`, required.
        identifiers: Vec<shared::PatientIdentifier> = required "Identifiers",
        /// `PreviousIdentifiers`.
        previous_identifiers: Vec<shared::Identifier> = optional "PreviousIdentifiers",
        /// `Demographics`.
        demographics: Option<shared::Demographics> = optional "Demographics",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
    }
}

shape! {
    /// For example `Patients[]` of `PatientAdmin.VisitQueryResponse`.
    VisitQueryResponsePatient in "patient_admin.VisitQueryResponsePatient" {
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Demographics`.
        demographics: Option<shared::Demographics> = optional "Demographics",
        /// `Visits`.
        visits: Vec<VisitQueryResponsePatientVisit> = optional "Visits",
    }
}

shape! {
    /// For example `Patients[].Visits[]` of `PatientAdmin.VisitQueryResponse`.
    VisitQueryResponsePatientVisit in "patient_admin.VisitQueryResponsePatientVisit" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `VisitDateTime`: a date-time with offset (RFC 3339).
        visit_date_time: Option<String> = optional "VisitDateTime",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `Location`.
        location: Option<shared::LocationWithBed> = optional "Location",
        /// `Reason`.
        reason: Option<String> = optional "Reason",
        /// `Status`.
        status: Option<String> = optional "Status",
    }
}

shape! {
    /// For example `Visit` of `PatientAdmin.VisitUpdate`.
    VisitUpdateVisit in "patient_admin.VisitUpdateVisit" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `VisitDateTime`: a date-time with offset (RFC 3339).
        visit_date_time: Option<String> = optional "VisitDateTime",
        /// `DischargeDateTime`: a date-time with offset (RFC 3339).
        discharge_date_time: Option<String> = optional "DischargeDateTime",
        /// `Duration`.
        duration: Option<Number> = optional "Duration",
        /// `Reason`.
        reason: Option<String> = optional "Reason",
        /// `Instructions`.
        instructions: Vec<String> = optional "Instructions",
        /// `Balance`.
        balance: Option<Number> = optional "Balance",
        /// `DiagnosisRelatedGroup`.
        diagnosis_related_group: Option<Number> = optional "DiagnosisRelatedGroup",
        /// `DiagnosisRelatedGroupType`.
        diagnosis_related_group_type: Option<Number> = optional "DiagnosisRelatedGroupType",
        /// `AttendingProvider`.
        attending_provider: Option<shared::Provider> = optional "AttendingProvider",
        /// `ConsultingProvider`.
        consulting_provider: Option<shared::Provider> = optional "ConsultingProvider",
        /// `ReferringProvider`.
        referring_provider: Option<shared::Provider> = optional "ReferringProvider",
        /// `AdmittingProvider`.
        admitting_provider: Option<shared::Provider> = optional "AdmittingProvider",
        /// `Location`.
        location: Option<shared::LocationWithAddress> = optional "Location",
        /// `Guarantor`.
        guarantor: Option<shared::Guarantor> = optional "Guarantor",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
        /// `AdditionalStaff`.
        additional_staff: Vec<shared::AdditionalStaff> = optional "AdditionalStaff",
    }
}
