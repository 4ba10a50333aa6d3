//! `Notes` as typed messages.
//!
//! Generated from `catalogue/notes.txt`; do not edit.

use super::shared;

shape! {
    /// `Notes.Delete` (async).
    Delete in "notes.Delete" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Note`, required.
        note: DeleteNote = required "Note",
        /// `Orders`.
        orders: Vec<shared::NamedSystem> = optional "Orders",
    }
}

event!(Delete is "Notes" "Delete");

shape! {
    /// `Notes.New` (async).
    New in "notes.New" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Note`, required.
        note: NewNote = required "Note",
        /// `Orders`.
        orders: Vec<shared::NamedSystem> = optional "Orders",
    }
}

event!(New is "Notes" "New");

shape! {
    /// `Notes.Query` (sync-query).
    Query in "notes.Query" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patients`.
        patients: Vec<shared::PatientReference> = optional "Patients",
        /// `VisitNumbers`.
        visit_numbers: Vec<String> = optional "VisitNumbers",
        /// `DocumentTypes`.
        document_types: Vec<String> = optional "DocumentTypes",
        /// `DocumentIDs`.
        document_ids: Vec<String> = optional "DocumentIDs",
    }
}

event!(Query is "Notes" "Query");

shape! {
    /// `Notes.QueryResponse` (sync-response).
    QueryResponse in "notes.QueryResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Notes`.
        notes: Vec<QueryResponseNote> = optional "Notes",
    }
}

event!(QueryResponse is "Notes" "QueryResponse");

shape! {
    /// `Notes.Replace` (async).
    Replace in "notes.Replace" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Note`, required.
        note: Note = required "Note",
        /// `Orders`.
        orders: Vec<shared::NamedSystem> = optional "Orders",
    }
}

event!(Replace is "Notes" "Replace");

shape! {
    /// For example `Note` of `Notes.Delete`.
    DeleteNote in "notes.DeleteNote" {
        /// `ContentType`, required: `Base64 Encoded`, `Plain Text`, `Rich Text`.
        content_type: String = required "ContentType",
        /// `FileName`.
        file_name: Option<String> = optional "FileName",
        /// `Components`.
        components: Vec<Component> = optional "Components",
        /// `DocumentType`, required.
        document_type: String = required "DocumentType",
        /// `DocumentID`, required.
        document_id: String = required "DocumentID",
        /// `ServiceDateTime`: a date-time with offset (RFC 3339).
        service_date_time: Option<String> = optional "ServiceDateTime",
        /// `DocumentationDateTime`: a date-time with offset (RFC 3339).
        documentation_date_time: Option<String> = optional "DocumentationDateTime",
        /// `Provider`, required.
        provider: shared::SigningProvider = required "Provider",
        /// `Status`: `Authenticated`, `In progress`.
        status: Option<String> = optional "Status",
        /// `Authenticator`.
        authenticator: Option<shared::Provider> = optional "Authenticator",
        /// `Availability`: `Available`, `Cancelled`, `Deleted`, `Obsolete`, `Unavailable`.
        availability: Option<String> = optional "Availability",
        /// `Notifications`.
        notifications: Vec<shared::Provider> = optional "Notifications",
        /// `DocumentDescription`.
        document_description: Option<String> = optional "DocumentDescription",
        /// `FileType`.
        file_type: Option<String> = optional "FileType",
    }
}

shape! {
    /// For example `Visit` of `Notes.Delete`.
    Visit in "notes.Visit" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `VisitDateTime`: a date-time with offset (RFC 3339).
        visit_date_time: Option<String> = optional "VisitDateTime",
        /// `Location`.
        location: Option<shared::LocationWithBed> = optional "Location",
        /// `AdditionalStaff`.
        additional_staff: Vec<shared::AdditionalStaff> = optional "AdditionalStaff",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
    }
}

shape! {
    /// For example `Note.Components[]` of `Notes.Delete`.
    Component in "notes.Component" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Value`.
        value: Option<String> = optional "Value",
        /// `Comments`.
        comments: Option<String> = optional "Comments",
    }
}

shape! {
    /// For example `Note` of `Notes.New`.
    NewNote in "notes.NewNote" {
        /// `ContentType`, required: `Base64 Encoded`, `Plain Text`, `Rich Text`.
        content_type: String = required "ContentType",
        /// `FileName`.
        file_name: Option<String> = optional "FileName",
        /// `FileContents`.
        file_contents: Option<String> = optional "FileContents",
        /// `Components`.
        components: Vec<Component> = optional "Components",
        /// `DocumentType`, required.
        document_type: String = required "DocumentType",
        /// `DocumentID`, required.
        document_id: String = required "DocumentID",
        /// `ServiceDateTime`: a date-time with offset (RFC 3339).
        service_date_time: Option<String> = optional "ServiceDateTime",
        /// `DocumentationDateTime`: a date-time with offset (RFC 3339).
        documentation_date_time: Option<String> = optional "DocumentationDateTime",
        /// `Provider`, required.
        provider: shared::SigningProvider = required "Provider",
        /// `Status`: `Authenticated`, `In progress`.
        status: Option<String> = optional "Status",
        /// `Authenticator`.
        authenticator: Option<shared::Provider> = optional "Authenticator",
        /// `Availability`: `Available`, `Cancelled`, `Deleted`, `Obsolete`, `Unavailable`.
        availability: Option<String> = optional "Availability",
        /// `Notifications`.
        notifications: Vec<shared::Provider> = optional "Notifications",
        /// `DocumentDescription`.
        document_description: Option<String> = optional "DocumentDescription",
        /// `FileType`.
        file_type: Option<String> = optional "FileType",
    }
}

shape! {
    /// For example `Notes[]` of `Notes.QueryResponse`.
    QueryResponseNote in "notes.QueryResponseNote" {
        /// `Patient`.
        patient: Option<shared::PatientReference> = optional "Patient",
        /// `Visit`.
        visit: Option<shared::VisitReference> = optional "Visit",
        /// `ContentType`: `Base64 Encoded`, `Plain Text`, `Rich Text`.
        content_type: Option<String> = optional "ContentType",
        /// `FileName`.
        file_name: Option<String> = optional "FileName",
        /// `FileContents`.
        file_contents: Option<String> = optional "FileContents",
        /// `DocumentType`.
        document_type: Option<String> = optional "DocumentType",
        /// `DocumentID`.
        document_id: Option<String> = optional "DocumentID",
        /// `ServiceDateTime`: a date-time with offset (RFC 3339).
        service_date_time: Option<String> = optional "ServiceDateTime",
        /// `DocumentationDateTime`: a date-time with offset (RFC 3339).
        documentation_date_time: Option<String> = optional "DocumentationDateTime",
    }
}

shape! {
    /// For example `Note` of `Notes.Replace`.
    Note in "notes.Note" {
        /// `ContentType`, required: `Base64 Encoded`, `Plain Text`, `Rich Text`.
        content_type: String = required "ContentType",
        /// `FileName`.
        file_name: Option<String> = optional "FileName",
        /// `FileContents`.
        file_contents: Option<String> = optional "FileContents",
        /// `Components`.
        components: Vec<Component> = optional "Components",
        /// `DocumentType`, required.
        document_type: String = required "DocumentType",
        /// `OriginalDocumentID`, required.
        original_document_id: String = required "OriginalDocumentID",
        /// `DocumentID`, required.
        document_id: String = required "DocumentID",
        /// `ServiceDateTime`: a date-time with offset (RFC 3339).
        service_date_time: Option<String> = optional "ServiceDateTime",
        /// `DocumentationDateTime`: a date-time with offset (RFC 3339).
        documentation_date_time: Option<String> = optional "DocumentationDateTime",
        /// `Provider`, required.
        provider: shared::SigningProvider = required "Provider",
        /// `Status`: `Authenticated`, `In progress`.
        status: Option<String> = optional "Status",
        /// `Authenticator`.
        authenticator: Option<shared::Provider> = optional "Authenticator",
        /// `Availability`: `Available`, `Cancelled`, `Deleted`, `Obsolete`, `Unavailable`.
        availability: Option<String> = optional "Availability",
        /// `Notifications`.
        notifications: Vec<shared::Provider> = optional "Notifications",
        /// `DocumentDescription`.
        document_description: Option<String> = optional "DocumentDescription",
        /// `FileType`.
        file_type: Option<String> = optional "FileType",
    }
}
