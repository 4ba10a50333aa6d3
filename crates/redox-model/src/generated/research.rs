//! `Research` as typed messages.
//!
//! Generated from `catalogue/research.txt`; do not edit.

use super::shared;
use crate::typed::Number;

shape! {
    /// `Research.Study` (async).
    Study in "research.Study" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Study`.
        study: Option<StudyStudy> = optional "Study",
        /// `Protocols`.
        protocols: Vec<Protocol> = optional "Protocols",
    }
}

event!(Study is "Research" "Study");

shape! {
    /// `Research.SubjectUpdate` (async).
    SubjectUpdate in "research.SubjectUpdate" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Enrollment`.
        enrollment: Option<Enrollment> = optional "Enrollment",
        /// `Patient`.
        patient: Option<shared::PartialPatient> = optional "Patient",
        /// `Study`.
        study: Option<SubjectUpdateStudy> = optional "Study",
    }
}

event!(SubjectUpdate is "Research" "SubjectUpdate");

shape! {
    /// For example `Protocols[]` of `Research.Study`.
    Protocol in "research.Protocol" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Cycles`.
        cycles: Vec<Cycle> = optional "Cycles",
    }
}

shape! {
    /// For example `Study` of `Research.Study`.
    StudyStudy in "research.StudyStudy" {
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Title`.
        title: Option<String> = optional "Title",
        /// `Type`: `Interventional`, `Observational`, `Expanded Access`.
        r#type: Option<String> = optional "Type",
        /// `Sponsor`.
        sponsor: Option<shared::NamedSystem> = optional "Sponsor",
        /// `PrincipalInvestigator`.
        principal_investigator: Option<shared::Provider> = optional "PrincipalInvestigator",
        /// `Coordinators`.
        coordinators: Vec<shared::Provider> = optional "Coordinators",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `StartDateTime`: a date-time with offset (RFC 3339).
        start_date_time: Option<String> = optional "StartDateTime",
        /// `Conditions`.
        conditions: Vec<shared::SystemCodeWithAlternates> = optional "Conditions",
        /// `Design`.
        design: Option<Design> = optional "Design",
        /// `Eligibility`.
        eligibility: Option<Eligibility> = optional "Eligibility",
        /// `Location`.
        location: Option<Location> = optional "Location",
    }
}

shape! {
    /// For example `Study.Location` of `Research.Study`.
    Location in "research.Location" {
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `Facility`.
        facility: Option<String> = optional "Facility",
        /// `Department`.
        department: Option<String> = optional "Department",
        /// `Room`.
        room: Option<String> = optional "Room",
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `DepartmentIdentifiers`.
        department_identifiers: Vec<shared::Identifier> = optional "DepartmentIdentifiers",
        /// `FacilityIdentifiers`.
        facility_identifiers: Vec<shared::Identifier> = optional "FacilityIdentifiers",
    }
}

shape! {
    /// For example `Study.Eligibility` of `Research.Study`.
    Eligibility in "research.Eligibility" {
        /// `Gender`.
        gender: Option<String> = optional "Gender",
        /// `MinimumAge`.
        minimum_age: Option<Number> = optional "MinimumAge",
        /// `MaximumAge`.
        maximum_age: Option<Number> = optional "MaximumAge",
    }
}

shape! {
    /// For example `Study.Design` of `Research.Study`.
    Design in "research.Design" {
        /// `Purpose`.
        purpose: Option<String> = optional "Purpose",
        /// `Phase`.
        phase: Option<String> = optional "Phase",
    }
}

shape! {
    /// For example `Protocols[].Cycles[]` of `Research.Study`.
    Cycle in "research.Cycle" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `Days`.
        days: Vec<Day> = optional "Days",
    }
}

shape! {
    /// For example `Protocols[].Cycles[].Days[]` of `Research.Study`.
    Day in "research.Day" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Procedures`.
        procedures: Vec<Procedure> = optional "Procedures",
        /// `ActivityDateTime`: a date-time with offset (RFC 3339).
        activity_date_time: Option<String> = optional "ActivityDateTime",
        /// `EarliestDateTime`: a date-time with offset (RFC 3339).
        earliest_date_time: Option<String> = optional "EarliestDateTime",
        /// `LatestDateTime`: a date-time with offset (RFC 3339).
        latest_date_time: Option<String> = optional "LatestDateTime",
    }
}

shape! {
    /// For example `Protocols[].Cycles[].Days[].Procedures[]` of `Research.Study`.
    Procedure in "research.Procedure" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSet`.
        code_set: Option<String> = optional "CodeSet",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Modifiers`.
        modifiers: Vec<String> = optional "Modifiers",
    }
}

shape! {
    /// For example `Study` of `Research.SubjectUpdate`.
    SubjectUpdateStudy in "research.SubjectUpdateStudy" {
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Title`.
        title: Option<String> = optional "Title",
        /// `Type`: `Interventional`, `Observational`, `Expanded Access`.
        r#type: Option<String> = optional "Type",
    }
}

shape! {
    /// For example `Enrollment` of `Research.SubjectUpdate`.
    Enrollment in "research.Enrollment" {
        /// `SubjectStatus`: `on-study`, `off-study`, `on-study-intervention`, `follow-up`, `completed`, `ineligible`, `follow-up-long-term`.
        subject_status: Option<String> = optional "SubjectStatus",
        /// `StartDateTime`: a date-time with offset (RFC 3339).
        start_date_time: Option<String> = optional "StartDateTime",
        /// `EndDateTime`: a date-time with offset (RFC 3339).
        end_date_time: Option<String> = optional "EndDateTime",
        /// `Coordinators`.
        coordinators: Vec<shared::Provider> = optional "Coordinators",
    }
}
