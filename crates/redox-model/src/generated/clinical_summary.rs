//! `Clinical Summary` as typed messages.
//!
//! Generated from `catalogue/clinical_summary.txt`; do not edit.

use super::shared;
use crate::typed::Number;

shape! {
    /// `ClinicalSummary.DocumentGet` (sync-query).
    DocumentGet in "clinical_summary.DocumentGet" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Document`, required.
        document: shared::Reference = required "Document",
    }
}

event!(DocumentGet is "Clinical Summary" "DocumentGet");

shape! {
    /// `ClinicalSummary.DocumentGetResponse` (sync-response).
    DocumentGetResponse in "clinical_summary.DocumentGetResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Document`, required.
        document: shared::Reference = required "Document",
        /// `FileType`, required.
        file_type: String = required "FileType",
        /// `Data`, required.
        data: String = required "Data",
    }
}

event!(DocumentGetResponse is "Clinical Summary" "DocumentGetResponse");

shape! {
    /// `ClinicalSummary.DocumentQuery` (sync-query).
    DocumentQuery in "clinical_summary.DocumentQuery" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::IdentifiedPatient = required "Patient",
        /// `Location`.
        location: Option<shared::DepartmentOnly> = optional "Location",
        /// `Visit`.
        visit: Option<DocumentQueryVisit> = optional "Visit",
        /// `Document`.
        document: Option<DocumentQueryDocument> = optional "Document",
    }
}

event!(DocumentQuery is "Clinical Summary" "DocumentQuery");

shape! {
    /// `ClinicalSummary.DocumentQueryResponse` (sync-response).
    DocumentQueryResponse in "clinical_summary.DocumentQueryResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`.
        patient: Option<shared::PatientReference> = optional "Patient",
        /// `Documents`, required.
        documents: Vec<DocumentQueryResponseDocument> = required "Documents",
    }
}

event!(DocumentQueryResponse is "Clinical Summary" "DocumentQueryResponse");

shape! {
    /// `ClinicalSummary.PatientPush` (async).
    PatientPush in "clinical_summary.PatientPush" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Header`.
        header: Option<Header> = optional "Header",
        /// `AdvanceDirectivesText`.
        advance_directives_text: Option<String> = optional "AdvanceDirectivesText",
        /// `AdvanceDirectives`.
        advance_directives: Vec<AdvanceDirective> = optional "AdvanceDirectives",
        /// `AllergyText`.
        allergy_text: Option<String> = optional "AllergyText",
        /// `Allergies`.
        allergies: Vec<Allergy> = optional "Allergies",
        /// `EncountersText`.
        encounters_text: Option<String> = optional "EncountersText",
        /// `Encounters`.
        encounters: Vec<PatientPushEncounter> = optional "Encounters",
        /// `FamilyHistoryText`.
        family_history_text: Option<String> = optional "FamilyHistoryText",
        /// `FamilyHistory`.
        family_history: Vec<FamilyHistory> = optional "FamilyHistory",
        /// `ImmunizationText`.
        immunization_text: Option<String> = optional "ImmunizationText",
        /// `Immunizations`.
        immunizations: Vec<Immunization> = optional "Immunizations",
        /// `InsurancesText`.
        insurances_text: Option<String> = optional "InsurancesText",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
        /// `MedicalEquipmentText`.
        medical_equipment_text: Option<String> = optional "MedicalEquipmentText",
        /// `MedicalEquipment`.
        medical_equipment: Vec<MedicalEquipment> = optional "MedicalEquipment",
        /// `MedicationsText`.
        medications_text: Option<String> = optional "MedicationsText",
        /// `Medications`.
        medications: Vec<Medication> = optional "Medications",
        /// `PlanOfCareText`.
        plan_of_care_text: Option<String> = optional "PlanOfCareText",
        /// `PlanOfCare`.
        plan_of_care: Option<PlanOfCare> = optional "PlanOfCare",
        /// `ProblemsText`.
        problems_text: Option<String> = optional "ProblemsText",
        /// `Problems`.
        problems: Vec<PatientPushProblem> = optional "Problems",
        /// `ProceduresText`.
        procedures_text: Option<String> = optional "ProceduresText",
        /// `Procedures`.
        procedures: Option<PatientPushProcedure> = optional "Procedures",
        /// `ResultText`.
        result_text: Option<String> = optional "ResultText",
        /// `Results`.
        results: Vec<Result> = optional "Results",
        /// `SocialHistoryText`.
        social_history_text: Option<String> = optional "SocialHistoryText",
        /// `SocialHistory`.
        social_history: Option<SocialHistory> = optional "SocialHistory",
        /// `VitalSignsText`.
        vital_signs_text: Option<String> = optional "VitalSignsText",
        /// `VitalSigns`.
        vital_signs: Vec<VitalSign> = optional "VitalSigns",
        /// `CareTeams`.
        care_teams: Vec<CareTeam> = optional "CareTeams",
        /// `FunctionalStatus`.
        functional_status: Option<FunctionalStatus> = optional "FunctionalStatus",
        /// `FunctionalStatusText`.
        functional_status_text: Option<String> = optional "FunctionalStatusText",
        /// `Goals`.
        goals: Vec<Goal> = optional "Goals",
        /// `GoalsText`.
        goals_text: Option<String> = optional "GoalsText",
        /// `HealthConcerns`.
        health_concerns: Vec<HealthConcern> = optional "HealthConcerns",
        /// `HealthConcernsText`.
        health_concerns_text: Option<String> = optional "HealthConcernsText",
        /// `MedicalHistoryText`.
        medical_history_text: Option<String> = optional "MedicalHistoryText",
        /// `NoteSections`.
        note_sections: Vec<NoteSection> = optional "NoteSections",
        /// `ResolvedProblems`.
        resolved_problems: Vec<ResolvedProblem> = optional "ResolvedProblems",
        /// `ResolvedProblemsText`.
        resolved_problems_text: Option<String> = optional "ResolvedProblemsText",
    }
}

event!(PatientPush is "Clinical Summary" "PatientPush");

shape! {
    /// `ClinicalSummary.PatientQuery` (sync-query).
    PatientQuery in "clinical_summary.PatientQuery" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::IdentifiedPatient = required "Patient",
        /// `Location`.
        location: Option<shared::DepartmentOnly> = optional "Location",
    }
}

event!(PatientQuery is "Clinical Summary" "PatientQuery");

shape! {
    /// `ClinicalSummary.PatientQueryResponse` (sync-response).
    PatientQueryResponse in "clinical_summary.PatientQueryResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Header`.
        header: Option<PatientQueryResponseHeader> = optional "Header",
        /// `AdvanceDirectivesText`.
        advance_directives_text: Option<String> = optional "AdvanceDirectivesText",
        /// `AdvanceDirectives`.
        advance_directives: Vec<AdvanceDirective> = optional "AdvanceDirectives",
        /// `AllergyText`.
        allergy_text: Option<String> = optional "AllergyText",
        /// `Allergies`.
        allergies: Vec<Allergy> = optional "Allergies",
        /// `EncountersText`.
        encounters_text: Option<String> = optional "EncountersText",
        /// `Encounters`.
        encounters: Vec<PatientPushEncounter> = optional "Encounters",
        /// `FamilyHistoryText`.
        family_history_text: Option<String> = optional "FamilyHistoryText",
        /// `FamilyHistory`.
        family_history: Vec<FamilyHistory> = optional "FamilyHistory",
        /// `ImmunizationText`.
        immunization_text: Option<String> = optional "ImmunizationText",
        /// `Immunizations`.
        immunizations: Vec<Immunization> = optional "Immunizations",
        /// `InsurancesText`.
        insurances_text: Option<String> = optional "InsurancesText",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
        /// `MedicalEquipmentText`.
        medical_equipment_text: Option<String> = optional "MedicalEquipmentText",
        /// `MedicalEquipment`.
        medical_equipment: Vec<MedicalEquipment> = optional "MedicalEquipment",
        /// `MedicationsText`.
        medications_text: Option<String> = optional "MedicationsText",
        /// `Medications`.
        medications: Vec<Medication> = optional "Medications",
        /// `PlanOfCareText`.
        plan_of_care_text: Option<String> = optional "PlanOfCareText",
        /// `PlanOfCare`.
        plan_of_care: Option<PlanOfCare> = optional "PlanOfCare",
        /// `ProblemsText`.
        problems_text: Option<String> = optional "ProblemsText",
        /// `Problems`.
        problems: Vec<PatientPushProblem> = optional "Problems",
        /// `ProceduresText`.
        procedures_text: Option<String> = optional "ProceduresText",
        /// `Procedures`.
        procedures: Option<PatientPushProcedure> = optional "Procedures",
        /// `ResultText`.
        result_text: Option<String> = optional "ResultText",
        /// `Results`.
        results: Vec<Result> = optional "Results",
        /// `SocialHistoryText`.
        social_history_text: Option<String> = optional "SocialHistoryText",
        /// `SocialHistory`.
        social_history: Option<SocialHistory> = optional "SocialHistory",
        /// `VitalSignsText`.
        vital_signs_text: Option<String> = optional "VitalSignsText",
        /// `VitalSigns`.
        vital_signs: Vec<VitalSign> = optional "VitalSigns",
        /// `CareTeams`.
        care_teams: Vec<CareTeam> = optional "CareTeams",
        /// `FunctionalStatus`.
        functional_status: Option<FunctionalStatus> = optional "FunctionalStatus",
        /// `FunctionalStatusText`.
        functional_status_text: Option<String> = optional "FunctionalStatusText",
        /// `Goals`.
        goals: Vec<Goal> = optional "Goals",
        /// `GoalsText`.
        goals_text: Option<String> = optional "GoalsText",
        /// `HealthConcerns`.
        health_concerns: Vec<HealthConcern> = optional "HealthConcerns",
        /// `HealthConcernsText`.
        health_concerns_text: Option<String> = optional "HealthConcernsText",
        /// `ResolvedProblems`.
        resolved_problems: Vec<ResolvedProblem> = optional "ResolvedProblems",
        /// `ResolvedProblemsText`.
        resolved_problems_text: Option<String> = optional "ResolvedProblemsText",
    }
}

event!(PatientQueryResponse is "Clinical Summary" "PatientQueryResponse");

shape! {
    /// `ClinicalSummary.VisitPush` (async).
    VisitPush in "clinical_summary.VisitPush" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Header`.
        header: Option<Header> = optional "Header",
        /// `AdvanceDirectivesText`.
        advance_directives_text: Option<String> = optional "AdvanceDirectivesText",
        /// `AdvanceDirectives`.
        advance_directives: Vec<AdvanceDirective> = optional "AdvanceDirectives",
        /// `AllergyText`.
        allergy_text: Option<String> = optional "AllergyText",
        /// `Allergies`.
        allergies: Vec<Allergy> = optional "Allergies",
        /// `AssessmentText`.
        assessment_text: Option<String> = optional "AssessmentText",
        /// `Assessment`.
        assessment: Option<Assessment> = optional "Assessment",
        /// `ChiefComplaintText`.
        chief_complaint_text: Option<String> = optional "ChiefComplaintText",
        /// `EncountersText`.
        encounters_text: Option<String> = optional "EncountersText",
        /// `Encounters`.
        encounters: Vec<PatientPushEncounter> = optional "Encounters",
        /// `FamilyHistoryText`.
        family_history_text: Option<String> = optional "FamilyHistoryText",
        /// `FamilyHistory`.
        family_history: Vec<FamilyHistory> = optional "FamilyHistory",
        /// `HistoryOfPresentIllnessText`.
        history_of_present_illness_text: Option<String> = optional "HistoryOfPresentIllnessText",
        /// `ImmunizationText`.
        immunization_text: Option<String> = optional "ImmunizationText",
        /// `Immunizations`.
        immunizations: Vec<Immunization> = optional "Immunizations",
        /// `InstructionsText`.
        instructions_text: Option<String> = optional "InstructionsText",
        /// `InsurancesText`.
        insurances_text: Option<String> = optional "InsurancesText",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
        /// `InterventionsText`.
        interventions_text: Option<String> = optional "InterventionsText",
        /// `MedicalEquipmentText`.
        medical_equipment_text: Option<String> = optional "MedicalEquipmentText",
        /// `MedicalEquipment`.
        medical_equipment: Vec<MedicalEquipment> = optional "MedicalEquipment",
        /// `MedicationsText`.
        medications_text: Option<String> = optional "MedicationsText",
        /// `Medications`.
        medications: Vec<Medication> = optional "Medications",
        /// `MedicationsAdministeredText`.
        medications_administered_text: Option<String> = optional "MedicationsAdministeredText",
        /// `MedicationsAdministered`.
        medications_administered: Vec<MedicationsAdministered> = optional "MedicationsAdministered",
        /// `ObjectiveText`.
        objective_text: Option<String> = optional "ObjectiveText",
        /// `PhysicalExamText`.
        physical_exam_text: Option<String> = optional "PhysicalExamText",
        /// `PlanOfCareText`.
        plan_of_care_text: Option<String> = optional "PlanOfCareText",
        /// `PlanOfCare`.
        plan_of_care: Option<PlanOfCare> = optional "PlanOfCare",
        /// `ProblemsText`.
        problems_text: Option<String> = optional "ProblemsText",
        /// `Problems`.
        problems: Vec<PatientPushProblem> = optional "Problems",
        /// `ProceduresText`.
        procedures_text: Option<String> = optional "ProceduresText",
        /// `Procedures`.
        procedures: Option<PatientPushProcedure> = optional "Procedures",
        /// `ReasonForReferralText`.
        reason_for_referral_text: Option<String> = optional "ReasonForReferralText",
        /// `ReasonForVisitText`.
        reason_for_visit_text: Option<String> = optional "ReasonForVisitText",
        /// `ResultText`.
        result_text: Option<String> = optional "ResultText",
        /// `Results`.
        results: Vec<Result> = optional "Results",
        /// `ReviewOfSystemsText`.
        review_of_systems_text: Option<String> = optional "ReviewOfSystemsText",
        /// `SocialHistoryText`.
        social_history_text: Option<String> = optional "SocialHistoryText",
        /// `SocialHistory`.
        social_history: Option<SocialHistory> = optional "SocialHistory",
        /// `SubjectiveText`.
        subjective_text: Option<String> = optional "SubjectiveText",
        /// `VitalSignsText`.
        vital_signs_text: Option<String> = optional "VitalSignsText",
        /// `VitalSigns`.
        vital_signs: Vec<VitalSign> = optional "VitalSigns",
        /// `AdmissionDiagnosis`.
        admission_diagnosis: Vec<Diagnosis> = optional "AdmissionDiagnosis",
        /// `AdmissionDiagnosisText`.
        admission_diagnosis_text: Option<String> = optional "AdmissionDiagnosisText",
        /// `CareTeams`.
        care_teams: Vec<CareTeam> = optional "CareTeams",
        /// `DischargeDiagnosis`.
        discharge_diagnosis: Vec<Diagnosis> = optional "DischargeDiagnosis",
        /// `DischargeDiagnosisText`.
        discharge_diagnosis_text: Option<String> = optional "DischargeDiagnosisText",
        /// `DischargeMedications`.
        discharge_medications: Vec<Medication> = optional "DischargeMedications",
        /// `DischargeMedicationsText`.
        discharge_medications_text: Option<String> = optional "DischargeMedicationsText",
        /// `FunctionalStatus`.
        functional_status: Option<FunctionalStatus> = optional "FunctionalStatus",
        /// `FunctionalStatusText`.
        functional_status_text: Option<String> = optional "FunctionalStatusText",
        /// `Goals`.
        goals: Vec<Goal> = optional "Goals",
        /// `GoalsText`.
        goals_text: Option<String> = optional "GoalsText",
        /// `HealthConcerns`.
        health_concerns: Vec<HealthConcern> = optional "HealthConcerns",
        /// `HealthConcernsText`.
        health_concerns_text: Option<String> = optional "HealthConcernsText",
        /// `Instructions`.
        instructions: Vec<Instruction> = optional "Instructions",
        /// `MedicalHistoryText`.
        medical_history_text: Option<String> = optional "MedicalHistoryText",
        /// `NoteSections`.
        note_sections: Vec<NoteSection> = optional "NoteSections",
        /// `ReasonForVisit`.
        reason_for_visit: Vec<ReasonForVisit> = optional "ReasonForVisit",
        /// `ResolvedProblems`.
        resolved_problems: Vec<ResolvedProblem> = optional "ResolvedProblems",
        /// `ResolvedProblemsText`.
        resolved_problems_text: Option<String> = optional "ResolvedProblemsText",
    }
}

event!(VisitPush is "Clinical Summary" "VisitPush");

shape! {
    /// `ClinicalSummary.VisitQuery` (sync-query).
    VisitQuery in "clinical_summary.VisitQuery" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`, required.
        patient: shared::IdentifiedPatient = required "Patient",
        /// `Visit`.
        visit: Option<VisitQueryVisit> = optional "Visit",
    }
}

event!(VisitQuery is "Clinical Summary" "VisitQuery");

shape! {
    /// `ClinicalSummary.VisitQueryResponse` (sync-response).
    VisitQueryResponse in "clinical_summary.VisitQueryResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Header`.
        header: Option<VisitQueryResponseHeader> = optional "Header",
        /// `AdvanceDirectivesText`.
        advance_directives_text: Option<String> = optional "AdvanceDirectivesText",
        /// `AdvanceDirectives`.
        advance_directives: Vec<AdvanceDirective> = optional "AdvanceDirectives",
        /// `AllergyText`.
        allergy_text: Option<String> = optional "AllergyText",
        /// `Allergies`.
        allergies: Vec<Allergy> = optional "Allergies",
        /// `AssessmentText`.
        assessment_text: Option<String> = optional "AssessmentText",
        /// `Assessment`.
        assessment: Option<Assessment> = optional "Assessment",
        /// `ChiefComplaintText`.
        chief_complaint_text: Option<String> = optional "ChiefComplaintText",
        /// `EncountersText`.
        encounters_text: Option<String> = optional "EncountersText",
        /// `Encounters`.
        encounters: Vec<PatientPushEncounter> = optional "Encounters",
        /// `FamilyHistoryText`.
        family_history_text: Option<String> = optional "FamilyHistoryText",
        /// `FamilyHistory`.
        family_history: Vec<FamilyHistory> = optional "FamilyHistory",
        /// `HistoryOfPresentIllnessText`.
        history_of_present_illness_text: Option<String> = optional "HistoryOfPresentIllnessText",
        /// `ImmunizationText`.
        immunization_text: Option<String> = optional "ImmunizationText",
        /// `Immunizations`.
        immunizations: Vec<Immunization> = optional "Immunizations",
        /// `InstructionsText`.
        instructions_text: Option<String> = optional "InstructionsText",
        /// `InsurancesText`.
        insurances_text: Option<String> = optional "InsurancesText",
        /// `Insurances`.
        insurances: Vec<shared::Insurance> = optional "Insurances",
        /// `InterventionsText`.
        interventions_text: Option<String> = optional "InterventionsText",
        /// `MedicalEquipmentText`.
        medical_equipment_text: Option<String> = optional "MedicalEquipmentText",
        /// `MedicalEquipment`.
        medical_equipment: Vec<MedicalEquipment> = optional "MedicalEquipment",
        /// `MedicationsText`.
        medications_text: Option<String> = optional "MedicationsText",
        /// `Medications`.
        medications: Vec<Medication> = optional "Medications",
        /// `MedicationsAdministeredText`.
        medications_administered_text: Option<String> = optional "MedicationsAdministeredText",
        /// `MedicationsAdministered`.
        medications_administered: Vec<MedicationsAdministered> = optional "MedicationsAdministered",
        /// `ObjectiveText`.
        objective_text: Option<String> = optional "ObjectiveText",
        /// `PhysicalExamText`.
        physical_exam_text: Option<String> = optional "PhysicalExamText",
        /// `PlanOfCareText`.
        plan_of_care_text: Option<String> = optional "PlanOfCareText",
        /// `PlanOfCare`.
        plan_of_care: Option<PlanOfCare> = optional "PlanOfCare",
        /// `ProblemsText`.
        problems_text: Option<String> = optional "ProblemsText",
        /// `Problems`.
        problems: Vec<PatientPushProblem> = optional "Problems",
        /// `ProceduresText`.
        procedures_text: Option<String> = optional "ProceduresText",
        /// `Procedures`.
        procedures: Option<PatientPushProcedure> = optional "Procedures",
        /// `ReasonForReferralText`.
        reason_for_referral_text: Option<String> = optional "ReasonForReferralText",
        /// `ReasonForVisitText`.
        reason_for_visit_text: Option<String> = optional "ReasonForVisitText",
        /// `ResultText`.
        result_text: Option<String> = optional "ResultText",
        /// `Results`.
        results: Vec<Result> = optional "Results",
        /// `ReviewOfSystemsText`.
        review_of_systems_text: Option<String> = optional "ReviewOfSystemsText",
        /// `SocialHistoryText`.
        social_history_text: Option<String> = optional "SocialHistoryText",
        /// `SocialHistory`.
        social_history: Option<SocialHistory> = optional "SocialHistory",
        /// `SubjectiveText`.
        subjective_text: Option<String> = optional "SubjectiveText",
        /// `VitalSignsText`.
        vital_signs_text: Option<String> = optional "VitalSignsText",
        /// `VitalSigns`.
        vital_signs: Vec<VitalSign> = optional "VitalSigns",
        /// `AdmissionDiagnosis`.
        admission_diagnosis: Vec<Diagnosis> = optional "AdmissionDiagnosis",
        /// `AdmissionDiagnosisText`.
        admission_diagnosis_text: Option<String> = optional "AdmissionDiagnosisText",
        /// `CareTeams`.
        care_teams: Vec<CareTeam> = optional "CareTeams",
        /// `DischargeDiagnosis`.
        discharge_diagnosis: Vec<Diagnosis> = optional "DischargeDiagnosis",
        /// `DischargeDiagnosisText`.
        discharge_diagnosis_text: Option<String> = optional "DischargeDiagnosisText",
        /// `DischargeMedications`.
        discharge_medications: Vec<Medication> = optional "DischargeMedications",
        /// `DischargeMedicationsText`.
        discharge_medications_text: Option<String> = optional "DischargeMedicationsText",
        /// `FunctionalStatus`.
        functional_status: Option<FunctionalStatus> = optional "FunctionalStatus",
        /// `FunctionalStatusText`.
        functional_status_text: Option<String> = optional "FunctionalStatusText",
        /// `Goals`.
        goals: Vec<Goal> = optional "Goals",
        /// `GoalsText`.
        goals_text: Option<String> = optional "GoalsText",
        /// `HealthConcerns`.
        health_concerns: Vec<HealthConcern> = optional "HealthConcerns",
        /// `HealthConcernsText`.
        health_concerns_text: Option<String> = optional "HealthConcernsText",
        /// `Instructions`.
        instructions: Vec<Instruction> = optional "Instructions",
        /// `ReasonForVisit`.
        reason_for_visit: Vec<ReasonForVisit> = optional "ReasonForVisit",
        /// `ResolvedProblems`.
        resolved_problems: Vec<ResolvedProblem> = optional "ResolvedProblems",
        /// `ResolvedProblemsText`.
        resolved_problems_text: Option<String> = optional "ResolvedProblemsText",
    }
}

event!(VisitQueryResponse is "Clinical Summary" "VisitQueryResponse");

shape! {
    /// For example `Document` of `ClinicalSummary.DocumentQuery`.
    DocumentQueryDocument in "clinical_summary.DocumentQueryDocument" {
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `Types`.
        types: Vec<shared::NamedCode> = optional "Types",
    }
}

shape! {
    /// For example `Visit` of `ClinicalSummary.DocumentQuery`.
    DocumentQueryVisit in "clinical_summary.DocumentQueryVisit" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `StartDateTime`: a date-time with offset (RFC 3339).
        start_date_time: Option<String> = optional "StartDateTime",
        /// `EndDateTime`: a date-time with offset (RFC 3339).
        end_date_time: Option<String> = optional "EndDateTime",
    }
}

shape! {
    /// For example `Documents[]` of `ClinicalSummary.DocumentQueryResponse`.
    DocumentQueryResponseDocument in "clinical_summary.DocumentQueryResponseDocument" {
        /// `Location`.
        location: Option<shared::DepartmentOnly> = optional "Location",
        /// `Author`.
        author: Option<Author> = optional "Author",
        /// `Visit`.
        visit: Option<DocumentQueryVisit> = optional "Visit",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `ID`, required.
        id: String = required "ID",
        /// `Locale`.
        locale: Option<String> = optional "Locale",
        /// `Title`.
        title: Option<String> = optional "Title",
        /// `Type`.
        r#type: Option<shared::NamedCode> = optional "Type",
        /// `FileType`.
        file_type: Option<String> = optional "FileType",
    }
}

shape! {
    /// For example `Documents[].Author` of `ClinicalSummary.DocumentQueryResponse`.
    Author in "clinical_summary.Author" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `Credentials`.
        credentials: Vec<String> = optional "Credentials",
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `EmailAddresses`: an e-mail address.
        email_addresses: Vec<String> = optional "EmailAddresses",
        /// `PhoneNumber`.
        phone_number: Option<shared::OfficePhone> = optional "PhoneNumber",
        /// `Location`.
        location: Option<shared::Location> = optional "Location",
    }
}

shape! {
    /// For example `ResolvedProblems[]` of `ClinicalSummary.PatientPush`.
    ResolvedProblem in "clinical_summary.ResolvedProblem" {
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Category`.
        category: Option<shared::SystemCodeWithAlternates> = optional "Category",
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Comment`.
        comment: Option<String> = optional "Comment",
        /// `Comments`.
        comments: Vec<Comment> = optional "Comments",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `Status`.
        status: Option<shared::SystemCode> = optional "Status",
    }
}

shape! {
    /// For example `NoteSections[]` of `ClinicalSummary.PatientPush`.
    NoteSection in "clinical_summary.NoteSection" {
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Notes`.
        notes: Vec<Note> = optional "Notes",
        /// `Text`.
        text: Option<String> = optional "Text",
        /// `Title`.
        title: Option<String> = optional "Title",
    }
}

shape! {
    /// For example `HealthConcerns[]` of `ClinicalSummary.PatientPush`.
    HealthConcern in "clinical_summary.HealthConcern" {
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Category`.
        category: Option<shared::SystemCodeWithAlternates> = optional "Category",
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Comments`.
        comments: Vec<Comment> = optional "Comments",
        /// `ConcernType`.
        concern_type: Option<String> = optional "ConcernType",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `Interpretation`.
        interpretation: Option<String> = optional "Interpretation",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `TargetSite`.
        target_site: Option<shared::SystemCodeWithAlternates> = optional "TargetSite",
        /// `Units`.
        units: Option<String> = optional "Units",
        /// `Value`.
        value: Option<String> = optional "Value",
    }
}

shape! {
    /// For example `Goals[]` of `ClinicalSummary.PatientPush`.
    Goal in "clinical_summary.Goal" {
        /// `AchievementStatus`.
        achievement_status: Option<shared::SystemCode> = optional "AchievementStatus",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `CodedValue`.
        coded_value: Option<shared::SystemCodeWithAlternates> = optional "CodedValue",
        /// `Comments`.
        comments: Vec<Comment> = optional "Comments",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `Milestones`.
        milestones: Vec<Milestone> = optional "Milestones",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Priority`.
        priority: Option<shared::SystemCode> = optional "Priority",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `Units`.
        units: Option<String> = optional "Units",
        /// `Value`.
        value: Option<String> = optional "Value",
    }
}

shape! {
    /// For example `FunctionalStatus` of `ClinicalSummary.PatientPush`.
    FunctionalStatus in "clinical_summary.FunctionalStatus" {
        /// `Observations`.
        observations: Vec<FunctionalStatusObservation> = optional "Observations",
        /// `Supplies`.
        supplies: Vec<Supply> = optional "Supplies",
    }
}

shape! {
    /// For example `CareTeams[]` of `ClinicalSummary.PatientPush`.
    CareTeam in "clinical_summary.CareTeam" {
        /// `Encounter`.
        encounter: Option<Encounter> = optional "Encounter",
        /// `Members`.
        members: Vec<Member> = optional "Members",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Organization`.
        organization: Option<Organization> = optional "Organization",
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `Types`.
        types: Vec<shared::SystemCodeWithAlternates> = optional "Types",
    }
}

shape! {
    /// For example `VitalSigns[]` of `ClinicalSummary.PatientPush`.
    VitalSign in "clinical_summary.VitalSign" {
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `Observations`.
        observations: Vec<VitalSignObservation> = optional "Observations",
    }
}

shape! {
    /// For example `SocialHistory` of `ClinicalSummary.PatientPush`.
    SocialHistory in "clinical_summary.SocialHistory" {
        /// `Observations`.
        observations: Vec<SocialHistoryObservation> = optional "Observations",
        /// `Pregnancy`.
        pregnancy: Vec<Pregnancy> = optional "Pregnancy",
        /// `TobaccoUse`.
        tobacco_use: Vec<TobaccoUse> = optional "TobaccoUse",
    }
}

shape! {
    /// For example `Results[]` of `ClinicalSummary.PatientPush`.
    Result in "clinical_summary.Result" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `Producer`.
        producer: Option<shared::Producer> = optional "Producer",
        /// `Observations`.
        observations: Vec<ResultObservation> = optional "Observations",
        /// `Encounter`.
        encounter: Option<Encounter> = optional "Encounter",
        /// `Specimen`.
        specimen: Option<Specimen> = optional "Specimen",
    }
}

shape! {
    /// For example `Procedures` of `ClinicalSummary.PatientPush`.
    PatientPushProcedure in "clinical_summary.PatientPushProcedure" {
        /// `Observations`.
        observations: Vec<Observation> = optional "Observations",
        /// `Procedures`.
        procedures: Vec<Observation> = optional "Procedures",
        /// `Services`.
        services: Vec<Service> = optional "Services",
    }
}

shape! {
    /// For example `Problems[]` of `ClinicalSummary.PatientPush`.
    PatientPushProblem in "clinical_summary.PatientPushProblem" {
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Category`.
        category: Option<shared::SystemCodeWithAlternates> = optional "Category",
        /// `HealthStatus`.
        health_status: Option<shared::SystemCodeWithAlternates> = optional "HealthStatus",
        /// `Status`.
        status: Option<shared::SystemCode> = optional "Status",
        /// `Comment`.
        comment: Option<String> = optional "Comment",
        /// `Comments`.
        comments: Vec<Comment> = optional "Comments",
    }
}

shape! {
    /// For example `PlanOfCare` of `ClinicalSummary.PatientPush`.
    PlanOfCare in "clinical_summary.PlanOfCare" {
        /// `Orders`.
        orders: Vec<Supply> = optional "Orders",
        /// `Procedures`.
        procedures: Vec<Supply> = optional "Procedures",
        /// `Encounters`.
        encounters: Vec<PlanOfCareEncounter> = optional "Encounters",
        /// `MedicationAdministration`.
        medication_administration: Vec<MedicationAdministration> = optional "MedicationAdministration",
        /// `Supplies`.
        supplies: Vec<Supply> = optional "Supplies",
        /// `Services`.
        services: Vec<Supply> = optional "Services",
    }
}

shape! {
    /// For example `Medications[]` of `ClinicalSummary.PatientPush`.
    Medication in "clinical_summary.Medication" {
        /// `Prescription`.
        prescription: Option<bool> = optional "Prescription",
        /// `FreeTextSig`.
        free_text_sig: Option<String> = optional "FreeTextSig",
        /// `Dose`.
        dose: Option<shared::Dose> = optional "Dose",
        /// `Rate`.
        rate: Option<shared::Dose> = optional "Rate",
        /// `Route`.
        route: Option<shared::SystemCodeWithAlternates> = optional "Route",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `Frequency`.
        frequency: Option<Frequency> = optional "Frequency",
        /// `IsPRN`.
        is_prn: Option<bool> = optional "IsPRN",
        /// `Product`.
        product: Option<shared::SystemCodeWithAlternates> = optional "Product",
        /// `Indications`.
        indications: Vec<shared::SystemCodeWithAlternates> = optional "Indications",
        /// `NumberOfRefillsRemaining`.
        number_of_refills_remaining: Option<Number> = optional "NumberOfRefillsRemaining",
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `SupplyOrder`.
        supply_order: Option<SupplyOrder> = optional "SupplyOrder",
    }
}

shape! {
    /// For example `MedicalEquipment[]` of `ClinicalSummary.PatientPush`.
    MedicalEquipment in "clinical_summary.MedicalEquipment" {
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `Quantity`.
        quantity: Option<String> = optional "Quantity",
        /// `Product`.
        product: Option<Product> = optional "Product",
        /// `Comments`.
        comments: Vec<Comment> = optional "Comments",
        /// `Procedure`.
        procedure: Option<Procedure> = optional "Procedure",
    }
}

shape! {
    /// For example `Immunizations[]` of `ClinicalSummary.PatientPush`.
    Immunization in "clinical_summary.Immunization" {
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `Route`.
        route: Option<shared::SystemCodeWithAlternates> = optional "Route",
        /// `Product`.
        product: Option<ImmunizationProduct> = optional "Product",
        /// `Dose`.
        dose: Option<shared::Dose> = optional "Dose",
        /// `Status`.
        status: Option<String> = optional "Status",
    }
}

shape! {
    /// For example `FamilyHistory[]` of `ClinicalSummary.PatientPush`.
    FamilyHistory in "clinical_summary.FamilyHistory" {
        /// `Relation`.
        relation: Option<Relation> = optional "Relation",
        /// `Problems`.
        problems: Vec<Problem> = optional "Problems",
    }
}

shape! {
    /// For example `Encounters[]` of `ClinicalSummary.PatientPush`.
    PatientPushEncounter in "clinical_summary.PatientPushEncounter" {
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Type`.
        r#type: Option<shared::SystemCodeWithAlternates> = optional "Type",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `EndDateTime`: a date-time with offset (RFC 3339).
        end_date_time: Option<String> = optional "EndDateTime",
        /// `Providers`.
        providers: Vec<Provider> = optional "Providers",
        /// `Locations`.
        locations: Vec<Location> = optional "Locations",
        /// `Diagnosis`.
        diagnosis: Vec<Diagnosis> = optional "Diagnosis",
        /// `ReasonForVisit`.
        reason_for_visit: Vec<shared::SystemCodeWithAlternates> = optional "ReasonForVisit",
        /// `DischargeDisposition`.
        discharge_disposition: Option<shared::SystemCodeWithAlternates> = optional "DischargeDisposition",
        /// `Status`.
        status: Option<String> = optional "Status",
    }
}

shape! {
    /// For example `Allergies[]` of `ClinicalSummary.PatientPush`.
    Allergy in "clinical_summary.Allergy" {
        /// `Type`.
        r#type: Option<shared::SystemCodeWithAlternates> = optional "Type",
        /// `Substance`.
        substance: Option<shared::SystemCodeWithAlternates> = optional "Substance",
        /// `Reaction`.
        reaction: Vec<shared::Reaction> = optional "Reaction",
        /// `Severity`.
        severity: Option<shared::SystemCode> = optional "Severity",
        /// `Criticality`.
        criticality: Option<shared::SystemCode> = optional "Criticality",
        /// `Status`.
        status: Option<shared::SystemCode> = optional "Status",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `Comment`.
        comment: Option<String> = optional "Comment",
        /// `Comments`.
        comments: Vec<Comment> = optional "Comments",
        /// `IsNegativeIndicator`.
        is_negative_indicator: Option<bool> = optional "IsNegativeIndicator",
    }
}

shape! {
    /// For example `AdvanceDirectives[]` of `ClinicalSummary.PatientPush`.
    AdvanceDirective in "clinical_summary.AdvanceDirective" {
        /// `Type`.
        r#type: Option<shared::SystemCodeWithAlternates> = optional "Type",
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `ExternalReference`.
        external_reference: Option<String> = optional "ExternalReference",
        /// `VerifiedBy`.
        verified_by: Vec<VerifiedBy> = optional "VerifiedBy",
        /// `Custodians`.
        custodians: Vec<Custodian> = optional "Custodians",
    }
}

shape! {
    /// For example `Header` of `ClinicalSummary.PatientPush`.
    Header in "clinical_summary.Header" {
        /// `DirectAddressFrom`.
        direct_address_from: Option<String> = optional "DirectAddressFrom",
        /// `DirectAddressTo`.
        direct_address_to: Option<String> = optional "DirectAddressTo",
        /// `Document`.
        document: Option<Document> = optional "Document",
        /// `Patient`.
        patient: Option<Patient> = optional "Patient",
        /// `PCP`.
        pcp: Option<Author> = optional "PCP",
    }
}

shape! {
    /// For example `Header.Patient` of `ClinicalSummary.PatientPush`.
    Patient in "clinical_summary.Patient" {
        /// `Identifiers`.
        identifiers: Vec<Identifier> = optional "Identifiers",
        /// `Demographics`.
        demographics: Option<Demographics> = optional "Demographics",
        /// `Organization`.
        organization: Option<Organization> = optional "Organization",
    }
}

shape! {
    /// For example `Header.Document` of `ClinicalSummary.PatientPush`.
    Document in "clinical_summary.Document" {
        /// `Author`.
        author: Option<Author> = optional "Author",
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `Locale`.
        locale: Option<String> = optional "Locale",
        /// `Title`.
        title: Option<String> = optional "Title",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `TypeCode`.
        type_code: Option<shared::SystemCode> = optional "TypeCode",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `Confidentiality`.
        confidentiality: Option<shared::SystemCode> = optional "Confidentiality",
        /// `Custodian`.
        custodian: Option<Organization> = optional "Custodian",
    }
}

shape! {
    /// For example `Header.Document.Custodian` of `ClinicalSummary.PatientPush`.
    Organization in "clinical_summary.Organization" {
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Telecom`.
        telecom: Vec<Telecom> = optional "Telecom",
        /// `Type`.
        r#type: Option<shared::SystemCodeWithAlternates> = optional "Type",
    }
}

shape! {
    /// For example `Header.Document.Visit` of `ClinicalSummary.PatientPush`.
    Visit in "clinical_summary.Visit" {
        /// `Location`.
        location: Option<shared::Location> = optional "Location",
        /// `StartDateTime`: a date-time with offset (RFC 3339).
        start_date_time: Option<String> = optional "StartDateTime",
        /// `EndDateTime`: a date-time with offset (RFC 3339).
        end_date_time: Option<String> = optional "EndDateTime",
        /// `Reason`.
        reason: Option<String> = optional "Reason",
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `DischargeDisposition`.
        discharge_disposition: Option<shared::SystemCodeWithAlternates> = optional "DischargeDisposition",
        /// `Type`.
        r#type: Option<shared::SystemCodeWithAlternates> = optional "Type",
    }
}

shape! {
    /// For example `Header.Document.Custodian.Telecom[]` of `ClinicalSummary.PatientPush`.
    Telecom in "clinical_summary.Telecom" {
        /// `System`.
        system: Option<String> = optional "System",
        /// `Use`.
        r#use: Option<String> = optional "Use",
        /// `Value`.
        value: Option<String> = optional "Value",
    }
}

shape! {
    /// For example `Header.Patient.Demographics` of `ClinicalSummary.PatientPush`.
    Demographics in "clinical_summary.Demographics" {
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `MiddleName`.
        middle_name: Option<String> = optional "MiddleName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `DOB`: a date (YYYY-MM-DD).
        dob: Option<String> = optional "DOB",
        /// `SSN`.
        ssn: Option<String> = optional "SSN",
        /// `Sex`: `Female`, `Male`, `Nonbinary`, `Other`, `Unknown`.
        sex: Option<String> = optional "Sex",
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `PhoneNumber`.
        phone_number: Option<PhoneNumber> = optional "PhoneNumber",
        /// `EmailAddresses`.
        email_addresses: Vec<EmailAddress> = optional "EmailAddresses",
        /// `Language`: a language code of two letters (ISO 639-1).
        language: Option<String> = optional "Language",
        /// `Race`: `American Indian or Alaska Native`, `Asian`, `Black or African American`, `Native Hawaiian or Other Pacific Islander`, `Other Race`, `Unknown`, `White`.
        race: Option<String> = optional "Race",
        /// `Ethnicity`.
        ethnicity: Option<String> = optional "Ethnicity",
        /// `Religion`: 85 documented values (`Religion`).
        religion: Option<String> = optional "Religion",
        /// `MaritalStatus`: 16 documented values (`MaritalStatus`).
        marital_status: Option<String> = optional "MaritalStatus",
        /// `DeathDateTime`: a date-time with offset (RFC 3339).
        death_date_time: Option<String> = optional "DeathDateTime",
        /// `EthnicGroupCodes`.
        ethnic_group_codes: Vec<shared::SystemCode> = optional "EthnicGroupCodes",
        /// `IsDeceased`.
        is_deceased: Option<bool> = optional "IsDeceased",
        /// `RaceCodes`.
        race_codes: Vec<shared::SystemCode> = optional "RaceCodes",
    }
}

shape! {
    /// For example `Header.Patient.Identifiers[]` of `ClinicalSummary.PatientPush`.
    Identifier in "clinical_summary.Identifier" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `Type`.
        r#type: Option<String> = optional "Type",
    }
}

shape! {
    /// For example `Header.Patient.Demographics.EmailAddresses[]` of `ClinicalSummary.PatientPush`.
    EmailAddress in "clinical_summary.EmailAddress" {
        /// `Address`.
        address: Option<String> = optional "Address",
    }
}

shape! {
    /// For example `Header.Patient.Demographics.PhoneNumber` of `ClinicalSummary.PatientPush`.
    PhoneNumber in "clinical_summary.PhoneNumber" {
        /// `Home`: a telephone number in E.164 form (+ and digits).
        home: Option<String> = optional "Home",
        /// `Mobile`: a telephone number in E.164 form (+ and digits).
        mobile: Option<String> = optional "Mobile",
    }
}

shape! {
    /// For example `AdvanceDirectives[].Custodians[]` of `ClinicalSummary.PatientPush`.
    Custodian in "clinical_summary.Custodian" {
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `Credentials`.
        credentials: Option<String> = optional "Credentials",
        /// `Address`.
        address: Option<Address> = optional "Address",
    }
}

shape! {
    /// For example `AdvanceDirectives[].VerifiedBy[]` of `ClinicalSummary.PatientPush`.
    VerifiedBy in "clinical_summary.VerifiedBy" {
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `Credentials`.
        credentials: Option<String> = optional "Credentials",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
    }
}

shape! {
    /// For example `AdvanceDirectives[].Custodians[].Address` of `ClinicalSummary.PatientPush`.
    Address in "clinical_summary.Address" {
        /// `StreetAddress`.
        street_address: Option<String> = optional "StreetAddress",
        /// `City`.
        city: Option<String> = optional "City",
        /// `State`.
        state: Option<String> = optional "State",
        /// `Country`: a country code of two letters (ISO 3166-1).
        country: Option<String> = optional "Country",
        /// `ZIP`.
        zip: Option<String> = optional "ZIP",
    }
}

shape! {
    /// For example `Allergies[].Comments[]` of `ClinicalSummary.PatientPush`.
    Comment in "clinical_summary.Comment" {
        /// `Text`.
        text: Option<String> = optional "Text",
    }
}

shape! {
    /// For example `Encounters[].Diagnosis[]` of `ClinicalSummary.PatientPush`.
    Diagnosis in "clinical_summary.Diagnosis" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Comments`.
        comments: Vec<Comment> = optional "Comments",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `IsNegativeIndicator`.
        is_negative_indicator: Option<bool> = optional "IsNegativeIndicator",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `Status`.
        status: Option<shared::SystemCode> = optional "Status",
    }
}

shape! {
    /// For example `Encounters[].Locations[]` of `ClinicalSummary.PatientPush`.
    Location in "clinical_summary.Location" {
        /// `Address`.
        address: Option<Address> = optional "Address",
        /// `Type`.
        r#type: Option<shared::SystemCodeWithAlternates> = optional "Type",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Telecom`.
        telecom: Vec<Telecom> = optional "Telecom",
    }
}

shape! {
    /// For example `Encounters[].Providers[]` of `ClinicalSummary.PatientPush`.
    Provider in "clinical_summary.Provider" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `Credentials`.
        credentials: Vec<String> = optional "Credentials",
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `EmailAddresses`: an e-mail address.
        email_addresses: Vec<String> = optional "EmailAddresses",
        /// `PhoneNumber`.
        phone_number: Option<shared::OfficePhone> = optional "PhoneNumber",
        /// `Location`.
        location: Option<shared::Location> = optional "Location",
        /// `Role`.
        role: Option<shared::SystemCodeWithAlternates> = optional "Role",
        /// `NPI`.
        npi: Option<String> = optional "NPI",
    }
}

shape! {
    /// For example `FamilyHistory[].Problems[]` of `ClinicalSummary.PatientPush`.
    Problem in "clinical_summary.Problem" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Type`.
        r#type: Option<shared::SystemCode> = optional "Type",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `AgeAtOnset`.
        age_at_onset: Option<String> = optional "AgeAtOnset",
        /// `IsCauseOfDeath`.
        is_cause_of_death: Option<bool> = optional "IsCauseOfDeath",
    }
}

shape! {
    /// For example `FamilyHistory[].Relation` of `ClinicalSummary.PatientPush`.
    Relation in "clinical_summary.Relation" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Demographics`.
        demographics: Option<RelationDemographics> = optional "Demographics",
        /// `IsDeceased`.
        is_deceased: Option<bool> = optional "IsDeceased",
    }
}

shape! {
    /// For example `FamilyHistory[].Relation.Demographics` of `ClinicalSummary.PatientPush`.
    RelationDemographics in "clinical_summary.RelationDemographics" {
        /// `Sex`: `Female`, `Male`, `Nonbinary`, `Other`, `Unknown`.
        sex: Option<String> = optional "Sex",
        /// `DOB`: a date (YYYY-MM-DD).
        dob: Option<String> = optional "DOB",
    }
}

shape! {
    /// For example `Immunizations[].Product` of `ClinicalSummary.PatientPush`.
    ImmunizationProduct in "clinical_summary.ImmunizationProduct" {
        /// `Manufacturer`.
        manufacturer: Option<String> = optional "Manufacturer",
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `LotNumber`.
        lot_number: Option<String> = optional "LotNumber",
    }
}

shape! {
    /// For example `MedicalEquipment[].Procedure` of `ClinicalSummary.PatientPush`.
    Procedure in "clinical_summary.Procedure" {
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `TargetSite`.
        target_site: Option<shared::SystemCodeWithAlternates> = optional "TargetSite",
    }
}

shape! {
    /// For example `MedicalEquipment[].Product` of `ClinicalSummary.PatientPush`.
    Product in "clinical_summary.Product" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `BrandName`.
        brand_name: Option<String> = optional "BrandName",
        /// `CatalogNumber`.
        catalog_number: Option<String> = optional "CatalogNumber",
        /// `DeviceID`.
        device_id: Option<String> = optional "DeviceID",
        /// `DistinctID`.
        distinct_id: Option<String> = optional "DistinctID",
        /// `ExpirationDate`: a date (YYYY-MM-DD).
        expiration_date: Option<String> = optional "ExpirationDate",
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Issuer`.
        issuer: Option<String> = optional "Issuer",
        /// `LotNumber`.
        lot_number: Option<String> = optional "LotNumber",
        /// `ManufactureDate`.
        manufacture_date: Option<String> = optional "ManufactureDate",
        /// `ManufacturerName`.
        manufacturer_name: Option<String> = optional "ManufacturerName",
        /// `ModelNumber`.
        model_number: Option<String> = optional "ModelNumber",
        /// `SafetyObservations`.
        safety_observations: Vec<shared::SystemCodeWithAlternates> = optional "SafetyObservations",
        /// `SerialNumber`.
        serial_number: Option<String> = optional "SerialNumber",
        /// `Status`.
        status: Option<shared::SystemCode> = optional "Status",
    }
}

shape! {
    /// For example `Medications[].SupplyOrder` of `ClinicalSummary.PatientPush`.
    SupplyOrder in "clinical_summary.SupplyOrder" {
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `NumberOfRefillsRemaining`.
        number_of_refills_remaining: Option<Number> = optional "NumberOfRefillsRemaining",
        /// `Quantity`.
        quantity: Option<String> = optional "Quantity",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `Units`.
        units: Option<String> = optional "Units",
    }
}

shape! {
    /// For example `Medications[].Frequency` of `ClinicalSummary.PatientPush`.
    Frequency in "clinical_summary.Frequency" {
        /// `Period`.
        period: Option<String> = optional "Period",
        /// `Unit`.
        unit: Option<String> = optional "Unit",
        /// `EventCode`.
        event_code: Option<String> = optional "EventCode",
        /// `InstitutionSpecified`.
        institution_specified: Option<bool> = optional "InstitutionSpecified",
        /// `PeriodMax`.
        period_max: Option<String> = optional "PeriodMax",
    }
}

shape! {
    /// For example `PlanOfCare.Services[]` of `ClinicalSummary.PatientPush`.
    Supply in "clinical_summary.Supply" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
    }
}

shape! {
    /// For example `PlanOfCare.MedicationAdministration[]` of `ClinicalSummary.PatientPush`.
    MedicationAdministration in "clinical_summary.MedicationAdministration" {
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `Dose`.
        dose: Option<shared::Dose> = optional "Dose",
        /// `Rate`.
        rate: Option<shared::Dose> = optional "Rate",
        /// `Route`.
        route: Option<shared::SystemCodeWithAlternates> = optional "Route",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `Frequency`.
        frequency: Option<shared::Frequency> = optional "Frequency",
        /// `Product`.
        product: Option<shared::SystemCodeWithAlternates> = optional "Product",
    }
}

shape! {
    /// For example `PlanOfCare.Encounters[]` of `ClinicalSummary.PatientPush`.
    PlanOfCareEncounter in "clinical_summary.PlanOfCareEncounter" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
    }
}

shape! {
    /// For example `Procedures.Services[]` of `ClinicalSummary.PatientPush`.
    Service in "clinical_summary.Service" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `Comments`.
        comments: Vec<Comment> = optional "Comments",
    }
}

shape! {
    /// For example `Procedures.Procedures[]` of `ClinicalSummary.PatientPush`.
    Observation in "clinical_summary.Observation" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `TargetSite`.
        target_site: Option<shared::SystemCodeWithAlternates> = optional "TargetSite",
        /// `Comments`.
        comments: Vec<Comment> = optional "Comments",
    }
}

shape! {
    /// For example `Results[].Specimen` of `ClinicalSummary.PatientPush`.
    Specimen in "clinical_summary.Specimen" {
        /// `CollectionDateTime`: a date-time with offset (RFC 3339).
        collection_date_time: Option<String> = optional "CollectionDateTime",
        /// `Identifiers`.
        identifiers: Vec<String> = optional "Identifiers",
        /// `Source`.
        source: Option<shared::SystemCode> = optional "Source",
        /// `TargetSite`.
        target_site: Option<shared::SystemCode> = optional "TargetSite",
    }
}

shape! {
    /// For example `Results[].Encounter` of `ClinicalSummary.PatientPush`.
    Encounter in "clinical_summary.Encounter" {
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `EndDateTime`: a date-time with offset (RFC 3339).
        end_date_time: Option<String> = optional "EndDateTime",
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `Type`.
        r#type: Option<shared::SystemCodeWithAlternates> = optional "Type",
    }
}

shape! {
    /// For example `Results[].Observations[]` of `ClinicalSummary.PatientPush`.
    ResultObservation in "clinical_summary.ResultObservation" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `Interpretation`.
        interpretation: Option<String> = optional "Interpretation",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `CodedValue`.
        coded_value: Option<shared::SystemCodeWithAlternates> = optional "CodedValue",
        /// `Value`.
        value: Option<String> = optional "Value",
        /// `ValueType`.
        value_type: Option<String> = optional "ValueType",
        /// `Units`.
        units: Option<String> = optional "Units",
        /// `ReferenceRange`.
        reference_range: Option<ReferenceRange> = optional "ReferenceRange",
        /// `Comments`.
        comments: Vec<Comment> = optional "Comments",
    }
}

shape! {
    /// For example `Results[].Observations[].ReferenceRange` of `ClinicalSummary.PatientPush`.
    ReferenceRange in "clinical_summary.ReferenceRange" {
        /// `Low`.
        low: Option<String> = optional "Low",
        /// `High`.
        high: Option<String> = optional "High",
        /// `Text`.
        text: Option<String> = optional "Text",
    }
}

shape! {
    /// For example `SocialHistory.TobaccoUse[]` of `ClinicalSummary.PatientPush`.
    TobaccoUse in "clinical_summary.TobaccoUse" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `IsSmokingStatus`.
        is_smoking_status: Option<bool> = optional "IsSmokingStatus",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `Comments`.
        comments: Vec<Comment> = optional "Comments",
    }
}

shape! {
    /// For example `SocialHistory.Pregnancy[]` of `ClinicalSummary.PatientPush`.
    Pregnancy in "clinical_summary.Pregnancy" {
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `EstimatedDelivery`.
        estimated_delivery: Option<String> = optional "EstimatedDelivery",
        /// `Comments`.
        comments: Vec<Comment> = optional "Comments",
    }
}

shape! {
    /// For example `SocialHistory.Observations[]` of `ClinicalSummary.PatientPush`.
    SocialHistoryObservation in "clinical_summary.SocialHistoryObservation" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Value`.
        value: Option<shared::SystemCodeWithAlternates> = optional "Value",
        /// `ValueText`.
        value_text: Option<String> = optional "ValueText",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `Comments`.
        comments: Vec<Comment> = optional "Comments",
        /// `Units`.
        units: Option<String> = optional "Units",
    }
}

shape! {
    /// For example `VitalSigns[].Observations[]` of `ClinicalSummary.PatientPush`.
    VitalSignObservation in "clinical_summary.VitalSignObservation" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `Interpretation`.
        interpretation: Option<String> = optional "Interpretation",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `Value`.
        value: Option<String> = optional "Value",
        /// `Units`.
        units: Option<String> = optional "Units",
        /// `Comments`.
        comments: Vec<Comment> = optional "Comments",
        /// `TargetSite`.
        target_site: Option<shared::SystemCodeWithAlternates> = optional "TargetSite",
    }
}

shape! {
    /// For example `CareTeams[].Members[]` of `ClinicalSummary.PatientPush`.
    Member in "clinical_summary.Member" {
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `Credentials`.
        credentials: Vec<String> = optional "Credentials",
        /// `EndDateTime`: a date-time with offset (RFC 3339).
        end_date_time: Option<String> = optional "EndDateTime",
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `MiddleName`.
        middle_name: Option<String> = optional "MiddleName",
        /// `Roles`.
        roles: Vec<shared::SystemCodeWithAlternates> = optional "Roles",
        /// `StartDateTime`: a date-time with offset (RFC 3339).
        start_date_time: Option<String> = optional "StartDateTime",
        /// `Telecom`.
        telecom: Vec<Telecom> = optional "Telecom",
    }
}

shape! {
    /// For example `FunctionalStatus.Observations[]` of `ClinicalSummary.PatientPush`.
    FunctionalStatusObservation in "clinical_summary.FunctionalStatusObservation" {
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `CodedValue`.
        coded_value: Option<shared::SystemCodeWithAlternates> = optional "CodedValue",
        /// `Comments`.
        comments: Vec<Comment> = optional "Comments",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `ReferenceRange`.
        reference_range: Option<shared::ReferenceRange> = optional "ReferenceRange",
        /// `Units`.
        units: Option<String> = optional "Units",
        /// `Value`.
        value: Option<String> = optional "Value",
    }
}

shape! {
    /// For example `Goals[].Milestones[]` of `ClinicalSummary.PatientPush`.
    Milestone in "clinical_summary.Milestone" {
        /// `AchievementStatus`.
        achievement_status: Option<shared::SystemCode> = optional "AchievementStatus",
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `CodedValue`.
        coded_value: Option<shared::SystemCodeWithAlternates> = optional "CodedValue",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Priority`.
        priority: Option<shared::SystemCode> = optional "Priority",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `Units`.
        units: Option<String> = optional "Units",
        /// `Value`.
        value: Option<String> = optional "Value",
    }
}

shape! {
    /// For example `NoteSections[].Notes[]` of `ClinicalSummary.PatientPush`.
    Note in "clinical_summary.Note" {
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `ContentType`.
        content_type: Option<String> = optional "ContentType",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `Encounter`.
        encounter: Option<Encounter> = optional "Encounter",
        /// `FileContents`.
        file_contents: Option<String> = optional "FileContents",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Status`.
        status: Option<String> = optional "Status",
    }
}

shape! {
    /// For example `Header` of `ClinicalSummary.PatientQueryResponse`.
    PatientQueryResponseHeader in "clinical_summary.PatientQueryResponseHeader" {
        /// `Document`.
        document: Option<PatientQueryResponseHeaderDocument> = optional "Document",
        /// `Patient`.
        patient: Option<Patient> = optional "Patient",
        /// `PCP`.
        pcp: Option<Author> = optional "PCP",
    }
}

shape! {
    /// For example `Header.Document` of `ClinicalSummary.PatientQueryResponse`.
    PatientQueryResponseHeaderDocument in "clinical_summary.PatientQueryResponseHeaderDocument" {
        /// `Author`.
        author: Option<Author> = optional "Author",
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `Locale`.
        locale: Option<String> = optional "Locale",
        /// `Title`.
        title: Option<String> = optional "Title",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `TypeCode`.
        type_code: Option<shared::SystemCode> = optional "TypeCode",
        /// `Confidentiality`.
        confidentiality: Option<shared::SystemCode> = optional "Confidentiality",
        /// `Custodian`.
        custodian: Option<Organization> = optional "Custodian",
    }
}

shape! {
    /// For example `ReasonForVisit[]` of `ClinicalSummary.VisitPush`.
    ReasonForVisit in "clinical_summary.ReasonForVisit" {
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Category`.
        category: Option<shared::SystemCodeWithAlternates> = optional "Category",
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
    }
}

shape! {
    /// For example `Instructions[]` of `ClinicalSummary.VisitPush`.
    Instruction in "clinical_summary.Instruction" {
        /// `AltCodes`.
        alt_codes: Vec<shared::SystemCode> = optional "AltCodes",
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Text`.
        text: Option<String> = optional "Text",
    }
}

shape! {
    /// For example `MedicationsAdministered[]` of `ClinicalSummary.VisitPush`.
    MedicationsAdministered in "clinical_summary.MedicationsAdministered" {
        /// `Dose`.
        dose: Option<shared::Dose> = optional "Dose",
        /// `Rate`.
        rate: Option<shared::Dose> = optional "Rate",
        /// `Route`.
        route: Option<shared::SystemCodeWithAlternates> = optional "Route",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
        /// `Frequency`.
        frequency: Option<shared::Frequency> = optional "Frequency",
        /// `Product`.
        product: Option<shared::SystemCodeWithAlternates> = optional "Product",
        /// `ReasonNotGiven`.
        reason_not_given: Option<String> = optional "ReasonNotGiven",
    }
}

shape! {
    /// For example `Assessment` of `ClinicalSummary.VisitPush`.
    Assessment in "clinical_summary.Assessment" {
        /// `Diagnoses`.
        diagnoses: Vec<AssessmentDiagnosis> = optional "Diagnoses",
    }
}

shape! {
    /// For example `Assessment.Diagnoses[]` of `ClinicalSummary.VisitPush`.
    AssessmentDiagnosis in "clinical_summary.AssessmentDiagnosis" {
        /// `Value`.
        value: Option<String> = optional "Value",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `IsNegativeIndicator`.
        is_negative_indicator: Option<bool> = optional "IsNegativeIndicator",
        /// `Codes`.
        codes: Vec<shared::SystemCode> = optional "Codes",
        /// `Comments`.
        comments: Vec<Comment> = optional "Comments",
    }
}

shape! {
    /// For example `Visit` of `ClinicalSummary.VisitQuery`.
    VisitQueryVisit in "clinical_summary.VisitQueryVisit" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `StartDateTime`: a date-time with offset (RFC 3339).
        start_date_time: Option<String> = optional "StartDateTime",
        /// `EndDateTime`: a date-time with offset (RFC 3339).
        end_date_time: Option<String> = optional "EndDateTime",
    }
}

shape! {
    /// For example `Header` of `ClinicalSummary.VisitQueryResponse`.
    VisitQueryResponseHeader in "clinical_summary.VisitQueryResponseHeader" {
        /// `Document`.
        document: Option<Document> = optional "Document",
        /// `Patient`.
        patient: Option<Patient> = optional "Patient",
        /// `PCP`.
        pcp: Option<Author> = optional "PCP",
    }
}
