//! `Financial` as typed messages.
//!
//! Generated from `catalogue/financial.txt`; do not edit.

use super::shared;
use crate::typed::Number;

shape! {
    /// `Financial.AccountUpdate` (async).
    AccountUpdate in "financial.AccountUpdate" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
    }
}

event!(AccountUpdate is "Financial" "AccountUpdate");

shape! {
    /// `Financial.Transaction` (async).
    Transaction in "financial.Transaction" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Visit`.
        visit: Option<TransactionVisit> = optional "Visit",
        /// `Transactions`, required.
        transactions: Vec<TransactionTransaction> = required "Transactions",
    }
}

event!(Transaction is "Financial" "Transaction");

shape! {
    /// For example `Visit` of `Financial.AccountUpdate`.
    Visit in "financial.Visit" {
        /// `VisitDateTime`: a date-time with offset (RFC 3339).
        visit_date_time: Option<String> = optional "VisitDateTime",
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `Location`.
        location: Option<shared::LocationWithAddress> = optional "Location",
        /// `AttendingProvider`.
        attending_provider: Option<shared::Provider> = optional "AttendingProvider",
        /// `ReferringProvider`.
        referring_provider: Option<shared::Provider> = optional "ReferringProvider",
        /// `ConsultingProvider`.
        consulting_provider: Option<shared::Provider> = optional "ConsultingProvider",
        /// `DischargeDateTime`: a date-time with offset (RFC 3339).
        discharge_date_time: Option<String> = optional "DischargeDateTime",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `DiagnosisRelatedGroup`.
        diagnosis_related_group: Option<Number> = optional "DiagnosisRelatedGroup",
        /// `DiagnosisRelatedGroupType`.
        diagnosis_related_group_type: Option<Number> = optional "DiagnosisRelatedGroupType",
        /// `Balance`.
        balance: Option<Number> = optional "Balance",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
        /// `Procedures`.
        procedures: Vec<Procedure> = optional "Procedures",
        /// `Guarantor`.
        guarantor: Option<shared::Guarantor> = optional "Guarantor",
    }
}

shape! {
    /// For example `Visit.Procedures[]` of `Financial.AccountUpdate`.
    Procedure in "financial.Procedure" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `PerformedDateTime`: a date-time with offset (RFC 3339).
        performed_date_time: Option<String> = optional "PerformedDateTime",
        /// `Performers`.
        performers: Vec<shared::Provider> = optional "Performers",
    }
}

shape! {
    /// For example `Transactions[]` of `Financial.Transaction`.
    TransactionTransaction in "financial.TransactionTransaction" {
        /// `ID`, required.
        id: String = required "ID",
        /// `Type`, required: `No Charge`, `Charge`, `Credit`, `Payment`, `Adjustment`.
        r#type: String = required "Type",
        /// `DateTimeOfService`, required: a date-time with offset (RFC 3339).
        date_time_of_service: String = required "DateTimeOfService",
        /// `EndDateTime`: a date-time with offset (RFC 3339).
        end_date_time: Option<String> = optional "EndDateTime",
        /// `Chargeable`, required.
        chargeable: Chargeable = required "Chargeable",
        /// `Department`.
        department: Option<shared::NamedCode> = optional "Department",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `Performers`.
        performers: Vec<shared::Provider> = optional "Performers",
        /// `OrderingProviders`.
        ordering_providers: Vec<shared::Provider> = optional "OrderingProviders",
        /// `OrderID`.
        order_id: Option<String> = optional "OrderID",
        /// `Procedure`.
        procedure: Option<shared::ProcedureCode> = optional "Procedure",
        /// `NDC`.
        ndc: Option<Ndc> = optional "NDC",
    }
}

shape! {
    /// For example `Visit` of `Financial.Transaction`.
    TransactionVisit in "financial.TransactionVisit" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `VisitDateTime`: a date-time with offset (RFC 3339).
        visit_date_time: Option<String> = optional "VisitDateTime",
        /// `Location`.
        location: Option<shared::LocationWithAddress> = optional "Location",
        /// `Guarantor`.
        guarantor: Option<shared::Guarantor> = optional "Guarantor",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
    }
}

shape! {
    /// For example `Transactions[].NDC` of `Financial.Transaction`.
    Ndc in "financial.Ndc" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Description`.
        description: Option<String> = optional "Description",
    }
}

shape! {
    /// For example `Transactions[].Chargeable` of `Financial.Transaction`.
    Chargeable in "financial.Chargeable" {
        /// `Code`, required.
        code: String = required "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Quantity`.
        quantity: Option<String> = optional "Quantity",
        /// `Amount`.
        amount: Option<Number> = optional "Amount",
    }
}
