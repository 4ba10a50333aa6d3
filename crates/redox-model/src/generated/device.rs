//! `Device` as typed messages.
//!
//! Generated from `catalogue/device.txt`; do not edit.

use super::shared;

shape! {
    /// `Device.New` (async).
    New in "device.New" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`.
        patient: Option<Patient> = optional "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Device`, required.
        device: shared::Reference = required "Device",
        /// `Observations`, required.
        observations: Vec<Observation> = required "Observations",
    }
}

event!(New is "Device" "New");

shape! {
    /// For example `Observations[]` of `Device.New`.
    Observation in "device.Observation" {
        /// `DateTime`, required: a date-time with offset (RFC 3339).
        date_time: String = required "DateTime",
        /// `Code`, required.
        code: String = required "Code",
        /// `Value`, required.
        value: String = required "Value",
        /// `ValueType`, required: 17 documented values (`ValueType`).
        value_type: String = required "ValueType",
        /// `Units`.
        units: Option<String> = optional "Units",
    }
}

shape! {
    /// For example `Visit` of `Device.New`.
    Visit in "device.Visit" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `Location`.
        location: Option<shared::LocationWithBed> = optional "Location",
    }
}

shape! {
    /// For example `Patient` of `Device.New`.
    Patient in "device.Patient" {
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Demographics`.
        demographics: Option<shared::Demographics> = optional "Demographics",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Contacts`.
        contacts: Vec<shared::Contact> = optional "Contacts",
    }
}
