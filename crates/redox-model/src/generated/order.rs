//! `Order` as typed messages.
//!
//! Generated from `catalogue/order.txt`; do not edit.

use super::shared;

shape! {
    /// `Order.Cancel` (async).
    Cancel in "order.Cancel" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Order`, required.
        order: Order = required "Order",
    }
}

event!(Cancel is "Order" "Cancel");

shape! {
    /// `Order.GroupedOrders` (async).
    GroupedOrders in "order.GroupedOrders" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Orders`, required.
        orders: Vec<GroupedOrdersOrder> = required "Orders",
    }
}

event!(GroupedOrders is "Order" "GroupedOrders");

shape! {
    /// `Order.New` (async).
    New in "order.New" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Order`, required.
        order: Order = required "Order",
    }
}

event!(New is "Order" "New");

shape! {
    /// `Order.Query` (sync-query).
    Query in "order.Query" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patients`.
        patients: Vec<shared::PatientReference> = optional "Patients",
        /// `VisitNumbers`.
        visit_numbers: Vec<String> = optional "VisitNumbers",
        /// `StartDateTime`: a date-time with offset (RFC 3339).
        start_date_time: Option<String> = optional "StartDateTime",
        /// `EndDateTime`: a date-time with offset (RFC 3339).
        end_date_time: Option<String> = optional "EndDateTime",
        /// `OrderIDs`.
        order_ids: Vec<String> = optional "OrderIDs",
        /// `Procedures`.
        procedures: Vec<shared::BareCode> = optional "Procedures",
    }
}

event!(Query is "Order" "Query");

shape! {
    /// `Order.QueryResponse` (sync-response).
    QueryResponse in "order.QueryResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Orders`.
        orders: Vec<QueryResponseOrder> = optional "Orders",
    }
}

event!(QueryResponse is "Order" "QueryResponse");

shape! {
    /// `Order.Update` (async).
    Update in "order.Update" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Order`, required.
        order: Order = required "Order",
    }
}

event!(Update is "Order" "Update");

shape! {
    /// For example `Order` of `Order.Cancel`.
    Order in "order.Order" {
        /// `ID`, required.
        id: String = required "ID",
        /// `ApplicationOrderID`.
        application_order_id: Option<String> = optional "ApplicationOrderID",
        /// `Status`: `Cancel`, `New`, `Resulted`, `Update`.
        status: Option<String> = optional "Status",
        /// `TransactionDateTime`: a date-time with offset (RFC 3339).
        transaction_date_time: Option<String> = optional "TransactionDateTime",
        /// `CollectionDateTime`: a date-time with offset (RFC 3339).
        collection_date_time: Option<String> = optional "CollectionDateTime",
        /// `Specimen`.
        specimen: Option<shared::Specimen> = optional "Specimen",
        /// `Procedure`.
        procedure: Option<shared::DescribedCode> = optional "Procedure",
        /// `Provider`.
        provider: Option<shared::ProviderWithNpi> = optional "Provider",
        /// `ResultCopyProviders`.
        result_copy_providers: Vec<shared::Provider> = optional "ResultCopyProviders",
        /// `OrderingFacility`.
        ordering_facility: Option<shared::Employer> = optional "OrderingFacility",
        /// `Priority`: `ASAP`, `Preoperative`, `Routine`, `Stat`, `Timing Critical`.
        priority: Option<String> = optional "Priority",
        /// `Expiration`: a date-time with offset (RFC 3339).
        expiration: Option<String> = optional "Expiration",
        /// `Comments`.
        comments: Option<String> = optional "Comments",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `ClinicalInfo`.
        clinical_info: Vec<ClinicalInfo> = optional "ClinicalInfo",
    }
}

shape! {
    /// For example `Visit` of `Order.Cancel`.
    Visit in "order.Visit" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `VisitDateTime`: a date-time with offset (RFC 3339).
        visit_date_time: Option<String> = optional "VisitDateTime",
        /// `AttendingProvider`.
        attending_provider: Option<shared::Provider> = optional "AttendingProvider",
        /// `ConsultingProvider`.
        consulting_provider: Option<shared::Provider> = optional "ConsultingProvider",
        /// `ReferringProvider`.
        referring_provider: Option<shared::Provider> = optional "ReferringProvider",
        /// `Guarantor`.
        guarantor: Option<shared::Guarantor> = optional "Guarantor",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
        /// `Location`.
        location: Option<shared::LocationWithBed> = optional "Location",
    }
}

shape! {
    /// For example `Order.ClinicalInfo[]` of `Order.Cancel`.
    ClinicalInfo in "order.ClinicalInfo" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Value`.
        value: Option<String> = optional "Value",
        /// `Units`.
        units: Option<String> = optional "Units",
        /// `Abbreviation`.
        abbreviation: Option<String> = optional "Abbreviation",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
    }
}

shape! {
    /// For example `Orders[]` of `Order.GroupedOrders`.
    GroupedOrdersOrder in "order.GroupedOrdersOrder" {
        /// `ID`, required.
        id: String = required "ID",
        /// `ApplicationOrderID`.
        application_order_id: Option<String> = optional "ApplicationOrderID",
        /// `Status`, required: `Cancel`, `New`, `Resulted`, `Update`.
        status: String = required "Status",
        /// `TransactionDateTime`: a date-time with offset (RFC 3339).
        transaction_date_time: Option<String> = optional "TransactionDateTime",
        /// `CollectionDateTime`: a date-time with offset (RFC 3339).
        collection_date_time: Option<String> = optional "CollectionDateTime",
        /// `Specimen`.
        specimen: Option<shared::Specimen> = optional "Specimen",
        /// `Procedure`.
        procedure: Option<shared::DescribedCode> = optional "Procedure",
        /// `Provider`.
        provider: Option<shared::ProviderWithNpi> = optional "Provider",
        /// `ResultCopyProviders`.
        result_copy_providers: Vec<shared::ProviderWithNpi> = optional "ResultCopyProviders",
        /// `OrderingFacility`.
        ordering_facility: Option<shared::Employer> = optional "OrderingFacility",
        /// `Priority`: `ASAP`, `Preoperative`, `Routine`, `Stat`, `Timing Critical`.
        priority: Option<String> = optional "Priority",
        /// `Comments`.
        comments: Option<String> = optional "Comments",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `ClinicalInfo`.
        clinical_info: Vec<ClinicalInfo> = optional "ClinicalInfo",
    }
}

shape! {
    /// For example `Orders[]` of `Order.QueryResponse`.
    QueryResponseOrder in "order.QueryResponseOrder" {
        /// `Patient`.
        patient: Option<shared::PatientReference> = optional "Patient",
        /// `Visit`.
        visit: Option<shared::VisitReference> = optional "Visit",
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `ApplicationOrderID`.
        application_order_id: Option<String> = optional "ApplicationOrderID",
        /// `Status`: `Cancel`, `New`, `Resulted`, `Update`.
        status: Option<String> = optional "Status",
        /// `TransactionDateTime`: a date-time with offset (RFC 3339).
        transaction_date_time: Option<String> = optional "TransactionDateTime",
        /// `CollectionDateTime`: a date-time with offset (RFC 3339).
        collection_date_time: Option<String> = optional "CollectionDateTime",
        /// `Specimen`.
        specimen: Option<shared::Specimen> = optional "Specimen",
        /// `Procedure`.
        procedure: Option<shared::DescribedCode> = optional "Procedure",
        /// `Provider`.
        provider: Option<shared::ProviderWithNpi> = optional "Provider",
        /// `ResultCopyProviders`.
        result_copy_providers: Vec<shared::ProviderWithNpi> = optional "ResultCopyProviders",
        /// `OrderingFacility`.
        ordering_facility: Option<shared::Employer> = optional "OrderingFacility",
        /// `Priority`: `ASAP`, `Preoperative`, `Routine`, `Stat`, `Timing Critical`.
        priority: Option<String> = optional "Priority",
        /// `Comments`.
        comments: Option<String> = optional "Comments",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `ClinicalInfo`.
        clinical_info: Vec<ClinicalInfo> = optional "ClinicalInfo",
    }
}
