//! `Flowsheet` as typed messages.
//!
//! Generated from `catalogue/flowsheet.txt`; do not edit.

use super::shared;

shape! {
    /// `Flowsheet.New` (async).
    New in "flowsheet.New" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::PatientWithContacts = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Observations`, required.
        observations: Vec<Observation> = required "Observations",
    }
}

event!(New is "Flowsheet" "New");

shape! {
    /// For example `Observations[]` of `Flowsheet.New`.
    Observation in "flowsheet.Observation" {
        /// `DateTime`, required: a date-time with offset (RFC 3339).
        date_time: String = required "DateTime",
        /// `Value`, required.
        value: String = required "Value",
        /// `ValueType`, required: 17 documented values (`ValueType`).
        value_type: String = required "ValueType",
        /// `Units`.
        units: Option<String> = optional "Units",
        /// `Code`, required.
        code: String = required "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Status`: `Canceled`, `Corrected`, `Deleted`, `Final`, `Incomplete`, `None Specified`, `Preliminary`, `Unavailable`, `Specimen in lab`.
        status: Option<String> = optional "Status",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Observer`.
        observer: Option<Observer> = optional "Observer",
        /// `ReferenceRange`.
        reference_range: Option<shared::ReferenceRange> = optional "ReferenceRange",
        /// `AbnormalFlag`: 17 documented values (`AbnormalFlag`).
        abnormal_flag: Option<String> = optional "AbnormalFlag",
    }
}

shape! {
    /// For example `Visit` of `Flowsheet.New`.
    Visit in "flowsheet.Visit" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `VisitDateTime`: a date-time with offset (RFC 3339).
        visit_date_time: Option<String> = optional "VisitDateTime",
        /// `Location`.
        location: Option<shared::LocationWithBed> = optional "Location",
    }
}

shape! {
    /// For example `Observations[].Observer` of `Flowsheet.New`.
    Observer in "flowsheet.Observer" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
    }
}
