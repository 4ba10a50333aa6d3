//! `Clinical Decisions` as typed messages.
//!
//! Generated from `catalogue/clinical_decisions.txt`; do not edit.

use super::shared;
use crate::typed::Mixed;

shape! {
    /// `ClinicalDecisions.Request` (sync-query).
    Request in "clinical_decisions.Request" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Session`.
        session: Option<Session> = optional "Session",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `OrderingProvider`.
        ordering_provider: Option<shared::Provider> = optional "OrderingProvider",
        /// `AuthorizingProvider`.
        authorizing_provider: Option<shared::Provider> = optional "AuthorizingProvider",
        /// `UnsignedMedicationOrders`, required.
        unsigned_medication_orders: Vec<UnsignedMedicationOrder> = required "UnsignedMedicationOrders",
        /// `UnsignedProcedureOrders`, required.
        unsigned_procedure_orders: Vec<UnsignedProcedureOrder> = required "UnsignedProcedureOrders",
    }
}

event!(Request is "Clinical Decisions" "Request");

shape! {
    /// `ClinicalDecisions.Response` (sync-response).
    Response in "clinical_decisions.Response" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Advisories`, required.
        advisories: Vec<Advisory> = required "Advisories",
    }
}

event!(Response is "Clinical Decisions" "Response");

shape! {
    /// For example `UnsignedProcedureOrders[]` of `ClinicalDecisions.Request`.
    UnsignedProcedureOrder in "clinical_decisions.UnsignedProcedureOrder" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Identifiers`, required.
        identifiers: Vec<Identifier> = required "Identifiers",
        /// `ScheduledDate`: a date-time with offset (RFC 3339).
        scheduled_date: Option<String> = optional "ScheduledDate",
        /// `Mode`.
        mode: Option<String> = optional "Mode",
        /// `BodySite`.
        body_site: Option<shared::DescribedCode> = optional "BodySite",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `Questions`.
        questions: Vec<Question> = optional "Questions",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
    }
}

shape! {
    /// For example `UnsignedMedicationOrders[]` of `ClinicalDecisions.Request`.
    UnsignedMedicationOrder in "clinical_decisions.UnsignedMedicationOrder" {
        /// `Identifiers`, required.
        identifiers: Vec<shared::PatientIdentifier> = required "Identifiers",
        /// `Frequency`.
        frequency: Option<shared::Frequency> = optional "Frequency",
        /// `Product`.
        product: Option<shared::NamedCode> = optional "Product",
        /// `Priority`.
        priority: Option<String> = optional "Priority",
        /// `Dose`.
        dose: Option<shared::NumericDose> = optional "Dose",
        /// `Mode`.
        mode: Option<String> = optional "Mode",
        /// `Route`.
        route: Option<String> = optional "Route",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `MixtureType`.
        mixture_type: Option<String> = optional "MixtureType",
        /// `MixtureComponents`.
        mixture_components: Vec<MixtureComponent> = optional "MixtureComponents",
        /// `Questions`.
        questions: Vec<Question> = optional "Questions",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
    }
}

shape! {
    /// For example `Session` of `ClinicalDecisions.Request`.
    Session in "clinical_decisions.Session" {
        /// `Questions`.
        questions: Vec<Question> = optional "Questions",
    }
}

shape! {
    /// For example `Session.Questions[]` of `ClinicalDecisions.Request`.
    Question in "clinical_decisions.Question" {
        /// `Question`.
        question: Option<shared::DescribedCode> = optional "Question",
        /// `Answer`.
        answer: Option<shared::DescribedCode> = optional "Answer",
    }
}

shape! {
    /// For example `UnsignedMedicationOrders[].MixtureComponents[]` of `ClinicalDecisions.Request`.
    MixtureComponent in "clinical_decisions.MixtureComponent" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeType`.
        code_type: Option<String> = optional "CodeType",
        /// `Dose`.
        dose: Option<shared::Dose> = optional "Dose",
    }
}

shape! {
    /// For example `UnsignedProcedureOrders[].Identifiers[]` of `ClinicalDecisions.Request`.
    Identifier in "clinical_decisions.Identifier" {
        /// `ID`, required.
        id: String = required "ID",
        /// `IDType`, required.
        id_type: Mixed = required "IDType",
    }
}

shape! {
    /// For example `Advisories[]` of `ClinicalDecisions.Response`.
    Advisory in "clinical_decisions.Advisory" {
        /// `ShowAlert`.
        show_alert: Option<bool> = optional "ShowAlert",
        /// `Session`, required.
        session: String = required "Session",
        /// `RemovableUnsignedOrders`.
        removable_unsigned_orders: Vec<RemovableUnsignedOrder> = optional "RemovableUnsignedOrders",
        /// `AdditionalUnsignedOrders`.
        additional_unsigned_orders: Vec<AdditionalUnsignedOrder> = optional "AdditionalUnsignedOrders",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Notes`.
        notes: Vec<Note> = optional "Notes",
        /// `AdditionalInfo`.
        additional_info: Vec<AdditionalInfo> = optional "AdditionalInfo",
        /// `Errors`.
        errors: Vec<shared::DescribedCode> = optional "Errors",
    }
}

shape! {
    /// For example `Advisories[].AdditionalInfo[]` of `ClinicalDecisions.Response`.
    AdditionalInfo in "clinical_decisions.AdditionalInfo" {
        /// `DecisionSupport`.
        decision_support: Option<shared::DescribedCode> = optional "DecisionSupport",
        /// `Link`.
        link: Option<String> = optional "Link",
    }
}

shape! {
    /// For example `Advisories[].Notes[]` of `ClinicalDecisions.Response`.
    Note in "clinical_decisions.Note" {
        /// `Text`.
        text: Option<String> = optional "Text",
        /// `Display`.
        display: Option<String> = optional "Display",
    }
}

shape! {
    /// For example `Advisories[].AdditionalUnsignedOrders[]` of `ClinicalDecisions.Response`.
    AdditionalUnsignedOrder in "clinical_decisions.AdditionalUnsignedOrder" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `Title`.
        title: Option<String> = optional "Title",
        /// `Questions`.
        questions: Vec<AdditionalUnsignedOrderQuestion> = optional "Questions",
    }
}

shape! {
    /// For example `Advisories[].RemovableUnsignedOrders[]` of `ClinicalDecisions.Response`.
    RemovableUnsignedOrder in "clinical_decisions.RemovableUnsignedOrder" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `Title`.
        title: Option<String> = optional "Title",
    }
}

shape! {
    /// For example `Advisories[].AdditionalUnsignedOrders[].Questions[]` of `ClinicalDecisions.Response`.
    AdditionalUnsignedOrderQuestion in "clinical_decisions.AdditionalUnsignedOrderQuestion" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Answers`.
        answers: Vec<Answer> = optional "Answers",
    }
}

shape! {
    /// For example `Advisories[].AdditionalUnsignedOrders[].Questions[].Answers[]` of `ClinicalDecisions.Response`.
    Answer in "clinical_decisions.Answer" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Comment`.
        comment: Option<String> = optional "Comment",
    }
}
