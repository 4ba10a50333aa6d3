//! `PatientEducation` as typed messages.
//!
//! Generated from `catalogue/patient_education.txt`; do not edit.

use super::shared;

shape! {
    /// `PatientEducation.Delete` (async).
    Delete in "patient_education.Delete" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Education`, required.
        education: Vec<Education> = required "Education",
    }
}

event!(Delete is "PatientEducation" "Delete");

shape! {
    /// `PatientEducation.New` (async).
    New in "patient_education.New" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Education`, required.
        education: Vec<Education> = required "Education",
    }
}

event!(New is "PatientEducation" "New");

shape! {
    /// `PatientEducation.Update` (async).
    Update in "patient_education.Update" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Education`, required.
        education: Vec<Education> = required "Education",
    }
}

event!(Update is "PatientEducation" "Update");

shape! {
    /// For example `Education[]` of `PatientEducation.Delete`.
    Education in "patient_education.Education" {
        /// `Subject`, required.
        subject: Subject = required "Subject",
        /// `InstanceID`.
        instance_id: Option<String> = optional "InstanceID",
        /// `CreatedDateTime`: a date-time with offset (RFC 3339).
        created_date_time: Option<String> = optional "CreatedDateTime",
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `ActionStatus`.
        action_status: Option<String> = optional "ActionStatus",
        /// `ActionDateTime`: a date-time with offset (RFC 3339).
        action_date_time: Option<String> = optional "ActionDateTime",
        /// `Assignments`.
        assignments: Vec<Assignment> = optional "Assignments",
    }
}

shape! {
    /// For example `Visit` of `PatientEducation.Delete`.
    Visit in "patient_education.Visit" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `VisitDateTime`: a date-time with offset (RFC 3339).
        visit_date_time: Option<String> = optional "VisitDateTime",
        /// `AttendingProvider`.
        attending_provider: Option<shared::ProviderWithNpi> = optional "AttendingProvider",
        /// `ConsultingProvider`.
        consulting_provider: Option<shared::ProviderWithNpi> = optional "ConsultingProvider",
        /// `ReferringProvider`.
        referring_provider: Option<shared::ProviderWithNpi> = optional "ReferringProvider",
        /// `Location`.
        location: Option<shared::LocationWithBed> = optional "Location",
    }
}

shape! {
    /// For example `Education[].Assignments[]` of `PatientEducation.Delete`.
    Assignment in "patient_education.Assignment" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Topic`.
        topic: Option<shared::DescribedCode> = optional "Topic",
        /// `InstanceID`.
        instance_id: Option<String> = optional "InstanceID",
        /// `CreatedDateTime`: a date-time with offset (RFC 3339).
        created_date_time: Option<String> = optional "CreatedDateTime",
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `ActionStatus`.
        action_status: Option<String> = optional "ActionStatus",
        /// `ActionDateTime`: a date-time with offset (RFC 3339).
        action_date_time: Option<String> = optional "ActionDateTime",
        /// `Assignees`.
        assignees: Vec<Assignee> = optional "Assignees",
    }
}

shape! {
    /// For example `Education[].Subject` of `PatientEducation.Delete`.
    Subject in "patient_education.Subject" {
        /// `Code`, required.
        code: String = required "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
    }
}

shape! {
    /// For example `Education[].Assignments[].Assignees[]` of `PatientEducation.Delete`.
    Assignee in "patient_education.Assignee" {
        /// `Learner`.
        learner: Option<String> = optional "Learner",
        /// `ContentType`.
        content_type: Option<String> = optional "ContentType",
        /// `Readiness`.
        readiness: Option<String> = optional "Readiness",
        /// `Response`.
        response: Option<String> = optional "Response",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
    }
}
