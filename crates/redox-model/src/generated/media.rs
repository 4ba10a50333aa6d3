//! `Media` as typed messages.
//!
//! Generated from `catalogue/media.txt`; do not edit.

use super::shared;

shape! {
    /// `Media.Delete` (async).
    Delete in "media.Delete" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Media`, required.
        media: DeleteMedia = required "Media",
        /// `Orders`.
        orders: Vec<shared::NamedSystem> = optional "Orders",
    }
}

event!(Delete is "Media" "Delete");

shape! {
    /// `Media.New` (async).
    New in "media.New" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Media`, required.
        media: NewMedia = required "Media",
        /// `Orders`.
        orders: Vec<shared::NamedSystem> = optional "Orders",
    }
}

event!(New is "Media" "New");

shape! {
    /// `Media.Query` (sync-query).
    Query in "media.Query" {
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

event!(Query is "Media" "Query");

shape! {
    /// `Media.QueryResponse` (sync-response).
    QueryResponse in "media.QueryResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Media`.
        media: Vec<QueryResponseMedia> = optional "Media",
    }
}

event!(QueryResponse is "Media" "QueryResponse");

shape! {
    /// `Media.Replace` (async).
    Replace in "media.Replace" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Media`, required.
        media: Media = required "Media",
        /// `Orders`.
        orders: Vec<shared::NamedSystem> = optional "Orders",
    }
}

event!(Replace is "Media" "Replace");

shape! {
    /// For example `Media` of `Media.Delete`.
    DeleteMedia in "media.DeleteMedia" {
        /// `FileType`, required.
        file_type: String = required "FileType",
        /// `FileName`, required.
        file_name: String = required "FileName",
        /// `DocumentType`, required.
        document_type: String = required "DocumentType",
        /// `DocumentID`, required.
        document_id: String = required "DocumentID",
        /// `DocumentDescription`.
        document_description: Option<String> = optional "DocumentDescription",
        /// `CreationDateTime`: a date-time with offset (RFC 3339).
        creation_date_time: Option<String> = optional "CreationDateTime",
        /// `ServiceDateTime`: a date-time with offset (RFC 3339).
        service_date_time: Option<String> = optional "ServiceDateTime",
        /// `Provider`, required.
        provider: shared::SigningProvider = required "Provider",
        /// `Authenticated`.
        authenticated: Option<String> = optional "Authenticated",
        /// `Authenticator`.
        authenticator: Option<shared::Provider> = optional "Authenticator",
        /// `Availability`, required: `Available`, `Unavailable`, `Obsolete`, `Deleted`, `Cancelled`.
        availability: String = required "Availability",
        /// `Notifications`.
        notifications: Vec<shared::Provider> = optional "Notifications",
        /// `DirectAddressFrom`.
        direct_address_from: Option<String> = optional "DirectAddressFrom",
        /// `DirectAddressTo`.
        direct_address_to: Option<String> = optional "DirectAddressTo",
    }
}

shape! {
    /// For example `Visit` of `Media.Delete`.
    Visit in "media.Visit" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `Location`.
        location: Option<shared::LocationWithBed> = optional "Location",
    }
}

shape! {
    /// For example `Media` of `Media.New`.
    NewMedia in "media.NewMedia" {
        /// `FileType`, required.
        file_type: String = required "FileType",
        /// `FileName`, required.
        file_name: String = required "FileName",
        /// `FileContents`, required.
        file_contents: String = required "FileContents",
        /// `DocumentType`, required.
        document_type: String = required "DocumentType",
        /// `DocumentID`, required.
        document_id: String = required "DocumentID",
        /// `DocumentDescription`.
        document_description: Option<String> = optional "DocumentDescription",
        /// `CreationDateTime`: a date-time with offset (RFC 3339).
        creation_date_time: Option<String> = optional "CreationDateTime",
        /// `ServiceDateTime`: a date-time with offset (RFC 3339).
        service_date_time: Option<String> = optional "ServiceDateTime",
        /// `Provider`, required.
        provider: shared::SigningProvider = required "Provider",
        /// `Authenticated`.
        authenticated: Option<String> = optional "Authenticated",
        /// `Authenticator`.
        authenticator: Option<shared::Provider> = optional "Authenticator",
        /// `Availability`, required: `Available`, `Unavailable`, `Obsolete`, `Deleted`, `Cancelled`.
        availability: String = required "Availability",
        /// `Notifications`.
        notifications: Vec<shared::Provider> = optional "Notifications",
        /// `DirectAddressFrom`.
        direct_address_from: Option<String> = optional "DirectAddressFrom",
        /// `DirectAddressTo`.
        direct_address_to: Option<String> = optional "DirectAddressTo",
    }
}

shape! {
    /// For example `Media[]` of `Media.QueryResponse`.
    QueryResponseMedia in "media.QueryResponseMedia" {
        /// `Patient`.
        patient: Option<shared::PatientReference> = optional "Patient",
        /// `Visit`.
        visit: Option<shared::VisitReference> = optional "Visit",
        /// `FileType`.
        file_type: Option<String> = optional "FileType",
        /// `FileName`.
        file_name: Option<String> = optional "FileName",
        /// `FileContents`.
        file_contents: Option<String> = optional "FileContents",
        /// `DocumentType`.
        document_type: Option<String> = optional "DocumentType",
        /// `DocumentID`.
        document_id: Option<String> = optional "DocumentID",
        /// `DocumentDescription`.
        document_description: Option<String> = optional "DocumentDescription",
        /// `CreationDateTime`: a date-time with offset (RFC 3339).
        creation_date_time: Option<String> = optional "CreationDateTime",
        /// `ServiceDateTime`: a date-time with offset (RFC 3339).
        service_date_time: Option<String> = optional "ServiceDateTime",
    }
}

shape! {
    /// For example `Media` of `Media.Replace`.
    Media in "media.Media" {
        /// `FileType`, required.
        file_type: String = required "FileType",
        /// `FileName`, required.
        file_name: String = required "FileName",
        /// `FileContents`, required.
        file_contents: String = required "FileContents",
        /// `DocumentType`, required.
        document_type: String = required "DocumentType",
        /// `OriginalDocumentID`, required.
        original_document_id: String = required "OriginalDocumentID",
        /// `DocumentID`, required.
        document_id: String = required "DocumentID",
        /// `DocumentDescription`.
        document_description: Option<String> = optional "DocumentDescription",
        /// `CreationDateTime`: a date-time with offset (RFC 3339).
        creation_date_time: Option<String> = optional "CreationDateTime",
        /// `ServiceDateTime`: a date-time with offset (RFC 3339).
        service_date_time: Option<String> = optional "ServiceDateTime",
        /// `Provider`, required.
        provider: shared::SigningProvider = required "Provider",
        /// `Authenticated`.
        authenticated: Option<String> = optional "Authenticated",
        /// `Authenticator`.
        authenticator: Option<shared::Provider> = optional "Authenticator",
        /// `Availability`, required: `Available`, `Unavailable`, `Obsolete`, `Deleted`, `Cancelled`.
        availability: String = required "Availability",
        /// `Notifications`.
        notifications: Vec<shared::Provider> = optional "Notifications",
        /// `DirectAddressFrom`.
        direct_address_from: Option<String> = optional "DirectAddressFrom",
        /// `DirectAddressTo`.
        direct_address_to: Option<String> = optional "DirectAddressTo",
    }
}
