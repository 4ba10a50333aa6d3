//! `Results` as typed messages.
//!
//! Generated from `catalogue/results.txt`; do not edit.

use super::shared;

shape! {
    /// `Results.New` (async).
    New in "results.New" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::PatientWithContacts = required "Patient",
        /// `Orders`, required.
        orders: Vec<NewOrder> = required "Orders",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
    }
}

event!(New is "Results" "New");

shape! {
    /// `Results.NewUnsolicited` (async).
    NewUnsolicited in "results.NewUnsolicited" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::PatientWithContacts = required "Patient",
        /// `Orders`, required.
        orders: Vec<NewUnsolicitedOrder> = required "Orders",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
    }
}

event!(NewUnsolicited is "Results" "NewUnsolicited");

shape! {
    /// `Results.Query` (sync-query).
    Query in "results.Query" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patients`.
        patients: Vec<shared::PatientReference> = optional "Patients",
        /// `Completion`.
        completion: Option<Completion> = optional "Completion",
        /// `ResultStatuses`.
        result_statuses: Vec<String> = optional "ResultStatuses",
        /// `OrderIDs`.
        order_ids: Vec<String> = optional "OrderIDs",
        /// `Procedures`.
        procedures: Vec<shared::BareCode> = optional "Procedures",
        /// `LastUpdated`.
        last_updated: Option<Completion> = optional "LastUpdated",
        /// `Location`.
        location: Option<shared::DepartmentOnly> = optional "Location",
    }
}

event!(Query is "Results" "Query");

shape! {
    /// `Results.QueryResponse` (sync-response).
    QueryResponse in "results.QueryResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Orders`.
        orders: Vec<Order> = optional "Orders",
    }
}

event!(QueryResponse is "Results" "QueryResponse");

shape! {
    /// For example `Visit` of `Results.New`.
    Visit in "results.Visit" {
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
        /// `AdditionalStaff`.
        additional_staff: Vec<shared::AdditionalStaff> = optional "AdditionalStaff",
    }
}

shape! {
    /// For example `Orders[]` of `Results.New`.
    NewOrder in "results.NewOrder" {
        /// `ID`, required.
        id: String = required "ID",
        /// `ApplicationOrderID`.
        application_order_id: Option<String> = optional "ApplicationOrderID",
        /// `TransactionDateTime`: a date-time with offset (RFC 3339).
        transaction_date_time: Option<String> = optional "TransactionDateTime",
        /// `CollectionDateTime`: a date-time with offset (RFC 3339).
        collection_date_time: Option<String> = optional "CollectionDateTime",
        /// `CompletionDateTime`: a date-time with offset (RFC 3339).
        completion_date_time: Option<String> = optional "CompletionDateTime",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `ResultsStatus`: `Canceled`, `Corrected`, `Final`, `In Process`, `Preliminary`, `Unavailable`.
        results_status: Option<String> = optional "ResultsStatus",
        /// `Procedure`.
        procedure: Option<shared::DescribedCode> = optional "Procedure",
        /// `Provider`.
        provider: Option<shared::ProviderWithNpi> = optional "Provider",
        /// `ResultCopyProviders`.
        result_copy_providers: Vec<shared::Provider> = optional "ResultCopyProviders",
        /// `Status`, required: `Cancel`, `New`, `Resulted`, `Update`.
        status: String = required "Status",
        /// `ResponseFlag`: `Acknowledgement`, `Associated Segments`, `Confirmations`, `Exceptions`, `Replacements`.
        response_flag: Option<String> = optional "ResponseFlag",
        /// `Priority`: `ASAP`, `Preoperative`, `Routine`, `Stat`, `Timing Critical`.
        priority: Option<String> = optional "Priority",
        /// `Results`, required.
        results: Vec<Result> = required "Results",
    }
}

shape! {
    /// For example `Orders[].Results[]` of `Results.New`.
    Result in "results.Result" {
        /// `Code`, required.
        code: String = required "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `RelatedGroupID`.
        related_group_id: Option<String> = optional "RelatedGroupID",
        /// `Specimen`.
        specimen: Option<shared::Specimen> = optional "Specimen",
        /// `Value`, required.
        value: String = required "Value",
        /// `ValueType`, required: 17 documented values (`ValueType`).
        value_type: String = required "ValueType",
        /// `CompletionDateTime`: a date-time with offset (RFC 3339).
        completion_date_time: Option<String> = optional "CompletionDateTime",
        /// `FileType`.
        file_type: Option<String> = optional "FileType",
        /// `Units`.
        units: Option<String> = optional "Units",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `AbnormalFlag`: 17 documented values (`AbnormalFlag`).
        abnormal_flag: Option<String> = optional "AbnormalFlag",
        /// `Status`: `Canceled`, `Corrected`, `Deleted`, `Final`, `Incomplete`, `None Specified`, `Preliminary`, `Unavailable`, `Specimen in lab`.
        status: Option<String> = optional "Status",
        /// `PrimaryResultsInterpreter`.
        primary_results_interpreter: Option<shared::ProviderWithNpi> = optional "PrimaryResultsInterpreter",
        /// `Producer`.
        producer: Option<shared::Producer> = optional "Producer",
        /// `Performer`.
        performer: Option<shared::Provider> = optional "Performer",
        /// `ReferenceRange`.
        reference_range: Option<shared::ReferenceRange> = optional "ReferenceRange",
        /// `ObservationMethod`.
        observation_method: Option<shared::DescribedCode> = optional "ObservationMethod",
    }
}

shape! {
    /// For example `Orders[]` of `Results.NewUnsolicited`.
    NewUnsolicitedOrder in "results.NewUnsolicitedOrder" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `ApplicationOrderID`, required.
        application_order_id: String = required "ApplicationOrderID",
        /// `TransactionDateTime`: a date-time with offset (RFC 3339).
        transaction_date_time: Option<String> = optional "TransactionDateTime",
        /// `CollectionDateTime`: a date-time with offset (RFC 3339).
        collection_date_time: Option<String> = optional "CollectionDateTime",
        /// `CompletionDateTime`: a date-time with offset (RFC 3339).
        completion_date_time: Option<String> = optional "CompletionDateTime",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `ResultsStatus`: `Canceled`, `Corrected`, `Final`, `In Process`, `Preliminary`, `Unavailable`.
        results_status: Option<String> = optional "ResultsStatus",
        /// `Procedure`.
        procedure: Option<shared::DescribedCode> = optional "Procedure",
        /// `Provider`.
        provider: Option<shared::ProviderWithNpi> = optional "Provider",
        /// `ResultCopyProviders`.
        result_copy_providers: Vec<shared::Provider> = optional "ResultCopyProviders",
        /// `Status`, required: `Cancel`, `New`, `Resulted`, `Update`.
        status: String = required "Status",
        /// `ResponseFlag`: `Acknowledgement`, `Associated Segments`, `Confirmations`, `Exceptions`, `Replacements`.
        response_flag: Option<String> = optional "ResponseFlag",
        /// `Priority`: `ASAP`, `Preoperative`, `Routine`, `Stat`, `Timing Critical`.
        priority: Option<String> = optional "Priority",
        /// `Results`, required.
        results: Vec<Result> = required "Results",
    }
}

shape! {
    /// For example `LastUpdated` of `Results.Query`.
    Completion in "results.Completion" {
        /// `StartDateTime`: a date-time with offset (RFC 3339).
        start_date_time: Option<String> = optional "StartDateTime",
        /// `EndDateTime`: a date-time with offset (RFC 3339).
        end_date_time: Option<String> = optional "EndDateTime",
    }
}

shape! {
    /// For example `Orders[]` of `Results.QueryResponse`.
    Order in "results.Order" {
        /// `Patient`.
        patient: Option<shared::PatientReference> = optional "Patient",
        /// `Visit`.
        visit: Option<shared::VisitReference> = optional "Visit",
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `ApplicationOrderID`.
        application_order_id: Option<String> = optional "ApplicationOrderID",
        /// `TransactionDateTime`: a date-time with offset (RFC 3339).
        transaction_date_time: Option<String> = optional "TransactionDateTime",
        /// `CollectionDateTime`: a date-time with offset (RFC 3339).
        collection_date_time: Option<String> = optional "CollectionDateTime",
        /// `CompletionDateTime`: a date-time with offset (RFC 3339).
        completion_date_time: Option<String> = optional "CompletionDateTime",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `ResultsStatus`: `Canceled`, `Corrected`, `Final`, `In Process`, `Preliminary`, `Unavailable`.
        results_status: Option<String> = optional "ResultsStatus",
        /// `Procedure`.
        procedure: Option<shared::DescribedCode> = optional "Procedure",
        /// `Provider`.
        provider: Option<shared::ProviderWithNpi> = optional "Provider",
        /// `ResultCopyProviders`.
        result_copy_providers: Vec<shared::Provider> = optional "ResultCopyProviders",
        /// `Status`: `Cancel`, `New`, `Resulted`, `Update`.
        status: Option<String> = optional "Status",
        /// `ResponseFlag`: `Acknowledgement`, `Associated Segments`, `Confirmations`, `Exceptions`, `Replacements`.
        response_flag: Option<String> = optional "ResponseFlag",
        /// `Priority`: `ASAP`, `Preoperative`, `Routine`, `Stat`, `Timing Critical`.
        priority: Option<String> = optional "Priority",
        /// `Results`.
        results: Vec<OrderResult> = optional "Results",
        /// `LastUpdated`: a date-time with offset (RFC 3339).
        last_updated: Option<String> = optional "LastUpdated",
    }
}

shape! {
    /// For example `Orders[].Results[]` of `Results.QueryResponse`.
    OrderResult in "results.OrderResult" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `RelatedGroupID`.
        related_group_id: Option<String> = optional "RelatedGroupID",
        /// `Specimen`.
        specimen: Option<shared::Specimen> = optional "Specimen",
        /// `Value`.
        value: Option<String> = optional "Value",
        /// `ValueType`: 17 documented values (`ValueType`).
        value_type: Option<String> = optional "ValueType",
        /// `CompletionDateTime`: a date-time with offset (RFC 3339).
        completion_date_time: Option<String> = optional "CompletionDateTime",
        /// `FileType`.
        file_type: Option<String> = optional "FileType",
        /// `Units`.
        units: Option<String> = optional "Units",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `AbnormalFlag`: 17 documented values (`AbnormalFlag`).
        abnormal_flag: Option<String> = optional "AbnormalFlag",
        /// `Status`: `Canceled`, `Corrected`, `Deleted`, `Final`, `Incomplete`, `None Specified`, `Preliminary`, `Unavailable`, `Specimen in lab`.
        status: Option<String> = optional "Status",
        /// `PrimaryResultsInterpreter`.
        primary_results_interpreter: Option<shared::ProviderWithNpi> = optional "PrimaryResultsInterpreter",
        /// `Producer`.
        producer: Option<shared::Producer> = optional "Producer",
        /// `Performer`.
        performer: Option<shared::Provider> = optional "Performer",
        /// `ReferenceRange`.
        reference_range: Option<shared::ReferenceRange> = optional "ReferenceRange",
        /// `ObservationMethod`.
        observation_method: Option<shared::DescribedCode> = optional "ObservationMethod",
    }
}
