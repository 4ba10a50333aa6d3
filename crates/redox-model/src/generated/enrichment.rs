//! `Enrichment` as typed messages.
//!
//! Generated from `catalogue/enrichment.txt`; do not edit.

use super::shared;
use crate::typed::Number;

shape! {
    /// `Enrichment.NaturalLanguageProcessingQuery` (sync-query).
    NaturalLanguageProcessingQuery in "enrichment.NaturalLanguageProcessingQuery" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Task`.
        task: Option<shared::OptionalReference> = optional "Task",
        /// `Text`.
        text: Option<Text> = optional "Text",
    }
}

event!(NaturalLanguageProcessingQuery is "Enrichment" "NaturalLanguageProcessingQuery");

shape! {
    /// `Enrichment.NaturalLanguageProcessingQueryResponse` (sync-response).
    NaturalLanguageProcessingQueryResponse in "enrichment.NaturalLanguageProcessingQueryResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Entries`, required.
        entries: Vec<NaturalLanguageProcessingQueryResponseEntry> = required "Entries",
        /// `Transaction`, required.
        transaction: Transaction = required "Transaction",
    }
}

event!(NaturalLanguageProcessingQueryResponse is "Enrichment" "NaturalLanguageProcessingQueryResponse");

shape! {
    /// `Enrichment.NormalizationQuery` (sync-query).
    NormalizationQuery in "enrichment.NormalizationQuery" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Entries`, required.
        entries: Vec<Entry> = required "Entries",
    }
}

event!(NormalizationQuery is "Enrichment" "NormalizationQuery");

shape! {
    /// `Enrichment.NormalizationQueryResponse` (sync-response).
    NormalizationQueryResponse in "enrichment.NormalizationQueryResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Entries`, required.
        entries: Vec<NormalizationQueryResponseEntry> = required "Entries",
    }
}

event!(NormalizationQueryResponse is "Enrichment" "NormalizationQueryResponse");

shape! {
    /// For example `Text` of `Enrichment.NaturalLanguageProcessingQuery`.
    Text in "enrichment.Text" {
        /// `Contents`.
        contents: Option<String> = optional "Contents",
    }
}

shape! {
    /// For example `Transaction` of `Enrichment.NaturalLanguageProcessingQueryResponse`.
    Transaction in "enrichment.Transaction" {
        /// `ID`, required.
        id: String = required "ID",
        /// `Task`, required.
        task: Task = required "Task",
        /// `VendorID`, required.
        vendor_id: String = required "VendorID",
    }
}

shape! {
    /// For example `Entries[]` of `Enrichment.NaturalLanguageProcessingQueryResponse`.
    NaturalLanguageProcessingQueryResponseEntry in "enrichment.NaturalLanguageProcessingQueryResponseEntry" {
        /// `Category`, required.
        category: Category = required "Category",
        /// `Concept`, required.
        concept: Concept = required "Concept",
        /// `Text`, required.
        text: NaturalLanguageProcessingQueryResponseEntryText = required "Text",
    }
}

shape! {
    /// For example `Entries[].Text` of `Enrichment.NaturalLanguageProcessingQueryResponse`.
    NaturalLanguageProcessingQueryResponseEntryText in "enrichment.NaturalLanguageProcessingQueryResponseEntryText" {
        /// `Contents`, required.
        contents: String = required "Contents",
        /// `Position`, required.
        position: Position = required "Position",
    }
}

shape! {
    /// For example `Entries[].Concept` of `Enrichment.NaturalLanguageProcessingQueryResponse`.
    Concept in "enrichment.Concept" {
        /// `CertaintyScore`, required.
        certainty_score: Number = required "CertaintyScore",
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
    }
}

shape! {
    /// For example `Entries[].Category` of `Enrichment.NaturalLanguageProcessingQueryResponse`.
    Category in "enrichment.Category" {
        /// `CertaintyScore`, required.
        certainty_score: Number = required "CertaintyScore",
        /// `Name`, required.
        name: String = required "Name",
    }
}

shape! {
    /// For example `Entries[].Text.Position` of `Enrichment.NaturalLanguageProcessingQueryResponse`.
    Position in "enrichment.Position" {
        /// `BeginOffset`, required.
        begin_offset: Number = required "BeginOffset",
        /// `EndOffset`, required.
        end_offset: Number = required "EndOffset",
    }
}

shape! {
    /// For example `Transaction.Task` of `Enrichment.NaturalLanguageProcessingQueryResponse`.
    Task in "enrichment.Task" {
        /// `ID`, required.
        id: String = required "ID",
        /// `Message`.
        message: Option<String> = optional "Message",
        /// `Status`, required.
        status: String = required "Status",
    }
}

shape! {
    /// For example `Entries[]` of `Enrichment.NormalizationQuery`.
    Entry in "enrichment.Entry" {
        /// `Category`, required.
        category: String = required "Category",
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `EntryID`.
        entry_id: Option<String> = optional "EntryID",
    }
}

shape! {
    /// For example `Entries[]` of `Enrichment.NormalizationQueryResponse`.
    NormalizationQueryResponseEntry in "enrichment.NormalizationQueryResponseEntry" {
        /// `Category`, required.
        category: String = required "Category",
        /// `Error`.
        error: Option<Error> = optional "Error",
        /// `Normalization`.
        normalization: Vec<Normalization> = optional "Normalization",
        /// `Status`, required.
        status: String = required "Status",
        /// `Submitted`, required.
        submitted: Entry = required "Submitted",
        /// `Transaction`, required.
        transaction: NormalizationQueryResponseEntryTransaction = required "Transaction",
    }
}

shape! {
    /// For example `Entries[].Transaction` of `Enrichment.NormalizationQueryResponse`.
    NormalizationQueryResponseEntryTransaction in "enrichment.NormalizationQueryResponseEntryTransaction" {
        /// `ID`, required.
        id: String = required "ID",
        /// `VendorID`, required.
        vendor_id: String = required "VendorID",
    }
}

shape! {
    /// For example `Entries[].Normalization[]` of `Enrichment.NormalizationQueryResponse`.
    Normalization in "enrichment.Normalization" {
        /// `LexicalReference`.
        lexical_reference: Option<LexicalReference> = optional "LexicalReference",
        /// `Matches`.
        matches: Vec<Match> = optional "Matches",
        /// `Score`.
        score: Option<Score> = optional "Score",
    }
}

shape! {
    /// For example `Entries[].Error` of `Enrichment.NormalizationQueryResponse`.
    Error in "enrichment.Error" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Message`.
        message: Option<String> = optional "Message",
    }
}

shape! {
    /// For example `Entries[].Normalization[].Score` of `Enrichment.NormalizationQueryResponse`.
    Score in "enrichment.Score" {
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Value`.
        value: Option<Number> = optional "Value",
    }
}

shape! {
    /// For example `Entries[].Normalization[].Matches[]` of `Enrichment.NormalizationQueryResponse`.
    Match in "enrichment.Match" {
        /// `Codes`.
        codes: Vec<Code> = optional "Codes",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Status`.
        status: Option<String> = optional "Status",
    }
}

shape! {
    /// For example `Entries[].Normalization[].LexicalReference` of `Enrichment.NormalizationQueryResponse`.
    LexicalReference in "enrichment.LexicalReference" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `DefaultCode`.
        default_code: Option<String> = optional "DefaultCode",
        /// `DefaultName`.
        default_name: Option<String> = optional "DefaultName",
        /// `Name`.
        name: Option<String> = optional "Name",
    }
}

shape! {
    /// For example `Entries[].Normalization[].Matches[].Codes[]` of `Enrichment.NormalizationQueryResponse`.
    Code in "enrichment.Code" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `MatchPriority`.
        match_priority: Option<String> = optional "MatchPriority",
        /// `Variants`.
        variants: Vec<Variant> = optional "Variants",
    }
}

shape! {
    /// For example `Entries[].Normalization[].Matches[].Codes[].Variants[]` of `Enrichment.NormalizationQueryResponse`.
    Variant in "enrichment.Variant" {
        /// `ExtendedProperties`.
        extended_properties: Vec<ExtendedProperty> = optional "ExtendedProperties",
        /// `Title`.
        title: Option<String> = optional "Title",
        /// `TitleStatus`.
        title_status: Option<String> = optional "TitleStatus",
        /// `TitleType`.
        title_type: Option<String> = optional "TitleType",
    }
}

shape! {
    /// For example `Entries[].Normalization[].Matches[].Codes[].Variants[].ExtendedProperties[]` of `Enrichment.NormalizationQueryResponse`.
    ExtendedProperty in "enrichment.ExtendedProperty" {
        /// `Category`.
        category: Option<String> = optional "Category",
        /// `Properties`.
        properties: Vec<Property> = optional "Properties",
    }
}

shape! {
    /// For example `Entries[].Normalization[].Matches[].Codes[].Variants[].ExtendedProperties[].Properties[]` of `Enrichment.NormalizationQueryResponse`.
    Property in "enrichment.Property" {
        /// `Property`.
        property: Option<String> = optional "Property",
        /// `Value`.
        value: Option<String> = optional "Value",
    }
}
