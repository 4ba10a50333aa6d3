//! `SurgicalScheduling` as typed messages.
//!
//! Generated from `catalogue/surgical_scheduling.txt`; do not edit.

use super::shared;
use crate::typed::Number;

shape! {
    /// `SurgicalScheduling.Cancel` (async).
    Cancel in "surgical_scheduling.Cancel" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Visit`, required.
        visit: CancelVisit = required "Visit",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Procedures`, required.
        procedures: Vec<CancelProcedure> = required "Procedures",
        /// `SurgeryStaff`.
        surgery_staff: Vec<shared::ScheduledStaff> = optional "SurgeryStaff",
        /// `SurgicalInfo`.
        surgical_info: Vec<shared::AppointmentInfo> = optional "SurgicalInfo",
        /// `SurgicalCase`.
        surgical_case: Option<SurgicalCase> = optional "SurgicalCase",
    }
}

event!(Cancel is "SurgicalScheduling" "Cancel");

shape! {
    /// `SurgicalScheduling.Modification` (async).
    Modification in "surgical_scheduling.Modification" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Procedures`, required.
        procedures: Vec<Procedure> = required "Procedures",
        /// `SurgeryStaff`.
        surgery_staff: Vec<shared::ScheduledStaff> = optional "SurgeryStaff",
        /// `SurgicalInfo`.
        surgical_info: Vec<shared::AppointmentInfo> = optional "SurgicalInfo",
        /// `Visit`, required.
        visit: Visit = required "Visit",
        /// `SurgicalCase`.
        surgical_case: Option<SurgicalCase> = optional "SurgicalCase",
    }
}

event!(Modification is "SurgicalScheduling" "Modification");

shape! {
    /// `SurgicalScheduling.New` (async).
    New in "surgical_scheduling.New" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Procedures`, required.
        procedures: Vec<Procedure> = required "Procedures",
        /// `SurgeryStaff`.
        surgery_staff: Vec<shared::ScheduledStaff> = optional "SurgeryStaff",
        /// `SurgicalInfo`.
        surgical_info: Vec<shared::AppointmentInfo> = optional "SurgicalInfo",
        /// `Visit`, required.
        visit: Visit = required "Visit",
        /// `SurgicalCase`.
        surgical_case: Option<SurgicalCase> = optional "SurgicalCase",
    }
}

event!(New is "SurgicalScheduling" "New");

shape! {
    /// `SurgicalScheduling.NoShow` (async).
    NoShow in "surgical_scheduling.NoShow" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Visit`, required.
        visit: NoShowVisit = required "Visit",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Procedures`, required.
        procedures: Vec<Procedure> = required "Procedures",
        /// `SurgeryStaff`.
        surgery_staff: Vec<shared::ScheduledStaff> = optional "SurgeryStaff",
        /// `SurgicalInfo`.
        surgical_info: Vec<shared::AppointmentInfo> = optional "SurgicalInfo",
        /// `SurgicalCase`.
        surgical_case: Option<SurgicalCase> = optional "SurgicalCase",
    }
}

event!(NoShow is "SurgicalScheduling" "NoShow");

shape! {
    /// `SurgicalScheduling.Reschedule` (async).
    Reschedule in "surgical_scheduling.Reschedule" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Procedures`, required.
        procedures: Vec<Procedure> = required "Procedures",
        /// `SurgeryStaff`.
        surgery_staff: Vec<shared::ScheduledStaff> = optional "SurgeryStaff",
        /// `SurgicalInfo`.
        surgical_info: Vec<shared::AppointmentInfo> = optional "SurgicalInfo",
        /// `Visit`, required.
        visit: Visit = required "Visit",
        /// `SurgicalCase`.
        surgical_case: Option<SurgicalCase> = optional "SurgicalCase",
    }
}

event!(Reschedule is "SurgicalScheduling" "Reschedule");

shape! {
    /// For example `SurgicalCase` of `SurgicalScheduling.Cancel`.
    SurgicalCase in "surgical_scheduling.SurgicalCase" {
        /// `Number`.
        number: Option<String> = optional "Number",
        /// `Status`.
        status: Option<String> = optional "Status",
    }
}

shape! {
    /// For example `Procedures[]` of `SurgicalScheduling.Cancel`.
    CancelProcedure in "surgical_scheduling.CancelProcedure" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `Duration`, required.
        duration: Number = required "Duration",
        /// `ProcedureInfo`.
        procedure_info: Vec<ProcedureInfo> = optional "ProcedureInfo",
    }
}

shape! {
    /// For example `Visit` of `SurgicalScheduling.Cancel`.
    CancelVisit in "surgical_scheduling.CancelVisit" {
        /// `CancelReason`.
        cancel_reason: Option<String> = optional "CancelReason",
        /// `VisitNumber`, required.
        visit_number: String = required "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `VisitDateTime`: a date-time with offset (RFC 3339).
        visit_date_time: Option<String> = optional "VisitDateTime",
        /// `Status`: `Pending`, `Other`, `Scheduled`, `Arrived`, `Completed`, `No Show`, `Canceled`, `Left Without Being Seen`, `Rescheduled`.
        status: Option<String> = optional "Status",
        /// `Duration`.
        duration: Option<Number> = optional "Duration",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `AttendingProvider`.
        attending_provider: Option<shared::Provider> = optional "AttendingProvider",
        /// `Location`, required.
        location: Location = required "Location",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `Equipment`.
        equipment: Vec<shared::Equipment> = optional "Equipment",
    }
}

shape! {
    /// For example `Visit.Location` of `SurgicalScheduling.Cancel`.
    Location in "surgical_scheduling.Location" {
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `Facility`.
        facility: Option<String> = optional "Facility",
        /// `Department`, required.
        department: String = required "Department",
        /// `Room`.
        room: Option<String> = optional "Room",
        /// `Bed`.
        bed: Option<String> = optional "Bed",
        /// `DepartmentIdentifiers`.
        department_identifiers: Vec<shared::Identifier> = optional "DepartmentIdentifiers",
        /// `FacilityIdentifiers`.
        facility_identifiers: Vec<shared::Identifier> = optional "FacilityIdentifiers",
    }
}

shape! {
    /// For example `Procedures[].ProcedureInfo[]` of `SurgicalScheduling.Cancel`.
    ProcedureInfo in "surgical_scheduling.ProcedureInfo" {
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Value`.
        value: Option<String> = optional "Value",
    }
}

shape! {
    /// For example `Visit` of `SurgicalScheduling.Modification`.
    Visit in "surgical_scheduling.Visit" {
        /// `VisitNumber`, required.
        visit_number: String = required "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `VisitDateTime`: a date-time with offset (RFC 3339).
        visit_date_time: Option<String> = optional "VisitDateTime",
        /// `Status`: `Pending`, `Other`, `Scheduled`, `Arrived`, `Completed`, `No Show`, `Canceled`, `Left Without Being Seen`, `Rescheduled`.
        status: Option<String> = optional "Status",
        /// `Duration`.
        duration: Option<Number> = optional "Duration",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `AttendingProvider`.
        attending_provider: Option<shared::Provider> = optional "AttendingProvider",
        /// `Location`, required.
        location: Location = required "Location",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `Equipment`.
        equipment: Vec<shared::Equipment> = optional "Equipment",
    }
}

shape! {
    /// For example `Procedures[]` of `SurgicalScheduling.Modification`.
    Procedure in "surgical_scheduling.Procedure" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `DateTime`, required: a date-time with offset (RFC 3339).
        date_time: String = required "DateTime",
        /// `Duration`, required.
        duration: Number = required "Duration",
        /// `ProcedureInfo`.
        procedure_info: Vec<ProcedureInfo> = optional "ProcedureInfo",
    }
}

shape! {
    /// For example `Visit` of `SurgicalScheduling.NoShow`.
    NoShowVisit in "surgical_scheduling.NoShowVisit" {
        /// `NoShowReason`.
        no_show_reason: Option<String> = optional "NoShowReason",
        /// `VisitNumber`, required.
        visit_number: String = required "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `VisitDateTime`: a date-time with offset (RFC 3339).
        visit_date_time: Option<String> = optional "VisitDateTime",
        /// `Status`: `Pending`, `Other`, `Scheduled`, `Arrived`, `Completed`, `No Show`, `Canceled`, `Left Without Being Seen`, `Rescheduled`.
        status: Option<String> = optional "Status",
        /// `Duration`.
        duration: Option<Number> = optional "Duration",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `AttendingProvider`.
        attending_provider: Option<shared::Provider> = optional "AttendingProvider",
        /// `Location`, required.
        location: Location = required "Location",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `Equipment`.
        equipment: Vec<shared::Equipment> = optional "Equipment",
    }
}
