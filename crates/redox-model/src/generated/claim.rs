//! `Claim` as typed messages.
//!
//! Generated from `catalogue/claim.txt`; do not edit.

use super::shared;

shape! {
    /// `Claim.Payment` (async).
    Payment in "claim.Payment" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Transaction`.
        transaction: Option<PaymentTransaction> = optional "Transaction",
        /// `Payer`.
        payer: Option<Payer> = optional "Payer",
        /// `Payee`.
        payee: Option<Payer> = optional "Payee",
        /// `Payments`, required.
        payments: Vec<PaymentPayment> = required "Payments",
    }
}

event!(Payment is "Claim" "Payment");

shape! {
    /// `Claim.PaymentBatch` (async).
    PaymentBatch in "claim.PaymentBatch" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Transactions`.
        transactions: Vec<Transaction> = optional "Transactions",
    }
}

event!(PaymentBatch is "Claim" "PaymentBatch");

shape! {
    /// `Claim.Submission` (async).
    Submission in "claim.Submission" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Transaction`.
        transaction: Option<SubmissionTransaction> = optional "Transaction",
        /// `BillingProvider`.
        billing_provider: Option<BillingProvider> = optional "BillingProvider",
        /// `Subscriber`.
        subscriber: Option<Subscriber> = optional "Subscriber",
        /// `Patient`.
        patient: Option<SubmissionPatient> = optional "Patient",
        /// `Claims`.
        claims: Vec<SubmissionClaim> = optional "Claims",
    }
}

event!(Submission is "Claim" "Submission");

shape! {
    /// `Claim.SubmissionBatch` (async).
    SubmissionBatch in "claim.SubmissionBatch" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Transactions`.
        transactions: Vec<SubmissionBatchTransaction> = optional "Transactions",
    }
}

event!(SubmissionBatch is "Claim" "SubmissionBatch");

shape! {
    /// For example `Payments[]` of `Claim.Payment`.
    PaymentPayment in "claim.PaymentPayment" {
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `Claim`.
        claim: Option<PaymentPaymentClaim> = optional "Claim",
    }
}

shape! {
    /// For example `Payee` of `Claim.Payment`.
    Payer in "claim.Payer" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `EmailAddress`: an e-mail address.
        email_address: Option<String> = optional "EmailAddress",
        /// `PhoneNumber`.
        phone_number: Option<PhoneNumber> = optional "PhoneNumber",
    }
}

shape! {
    /// For example `Transaction` of `Claim.Payment`.
    PaymentTransaction in "claim.PaymentTransaction" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `Type`: `Institutional`, `Professional`.
        r#type: Option<String> = optional "Type",
        /// `Submitter`.
        submitter: Option<Submitter> = optional "Submitter",
        /// `Receiver`.
        receiver: Option<shared::NamedIdentifier> = optional "Receiver",
        /// `TotalPaymentAmount`.
        total_payment_amount: Option<String> = optional "TotalPaymentAmount",
        /// `CreditOrDebit`: `Credit`, `Debit`.
        credit_or_debit: Option<String> = optional "CreditOrDebit",
        /// `PaymentMethod`: `Check`, `ACH`, `Non-Payment`.
        payment_method: Option<String> = optional "PaymentMethod",
        /// `PaymentDateTime`: a date-time with offset (RFC 3339).
        payment_date_time: Option<String> = optional "PaymentDateTime",
        /// `TrackingNumber`.
        tracking_number: Option<String> = optional "TrackingNumber",
    }
}

shape! {
    /// For example `Transaction.Submitter` of `Claim.Payment`.
    Submitter in "claim.Submitter" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `EmailAddress`: an e-mail address.
        email_address: Option<String> = optional "EmailAddress",
        /// `PhoneNumber`.
        phone_number: Option<PhoneNumber> = optional "PhoneNumber",
    }
}

shape! {
    /// For example `Transaction.Submitter.PhoneNumber` of `Claim.Payment`.
    PhoneNumber in "claim.PhoneNumber" {
        /// `Office`: a telephone number in E.164 form (+ and digits).
        office: Option<String> = optional "Office",
        /// `Fax`: a telephone number in E.164 form (+ and digits).
        fax: Option<String> = optional "Fax",
    }
}

shape! {
    /// For example `Payments[].Claim` of `Claim.Payment`.
    PaymentPaymentClaim in "claim.PaymentPaymentClaim" {
        /// `Number`.
        number: Option<String> = optional "Number",
        /// `SubmissionNumber`.
        submission_number: Option<String> = optional "SubmissionNumber",
        /// `ReceivedDate`: a date (YYYY-MM-DD).
        received_date: Option<String> = optional "ReceivedDate",
        /// `ServiceDateTime`: a date-time with offset (RFC 3339).
        service_date_time: Option<String> = optional "ServiceDateTime",
        /// `ServiceEndDateTime`: a date-time with offset (RFC 3339).
        service_end_date_time: Option<String> = optional "ServiceEndDateTime",
        /// `Status`: `Processed as Primary`, `Not Our Claim`, `Predetermination Pricing Only`, `Processed as Secondary, Forwarded to Additional Payers`, `Denied`, `Processed as Secondary`, `Processed as Tertiary`, `Reversal of Previous Payment`, `Processed as Primary, Forwarded to Additional Payers`, `Processed as Tertiary, Forwarded to Additional Payers`.
        status: Option<String> = optional "Status",
        /// `ChargedAmount`.
        charged_amount: Option<String> = optional "ChargedAmount",
        /// `PaymentAmount`.
        payment_amount: Option<String> = optional "PaymentAmount",
        /// `PatientResponsibilityAmount`.
        patient_responsibility_amount: Option<String> = optional "PatientResponsibilityAmount",
        /// `Adjustments`.
        adjustments: Vec<PaymentPaymentClaimAdjustment> = optional "Adjustments",
        /// `ReferenceNumbers`.
        reference_numbers: Vec<shared::Identifier> = optional "ReferenceNumbers",
        /// `Services`.
        services: Vec<Service> = optional "Services",
    }
}

shape! {
    /// For example `Payments[].Claim.Services[]` of `Claim.Payment`.
    Service in "claim.Service" {
        /// `ChargedAmount`.
        charged_amount: Option<String> = optional "ChargedAmount",
        /// `PaymentAmount`.
        payment_amount: Option<String> = optional "PaymentAmount",
        /// `ChargedUnits`.
        charged_units: Option<String> = optional "ChargedUnits",
        /// `PaymentUnits`.
        payment_units: Option<String> = optional "PaymentUnits",
        /// `AllowedAmount`.
        allowed_amount: Option<String> = optional "AllowedAmount",
        /// `DeductibleAmount`.
        deductible_amount: Option<String> = optional "DeductibleAmount",
        /// `SubmittedProcedure`.
        submitted_procedure: Option<SubmittedProcedure> = optional "SubmittedProcedure",
        /// `AdjudicatedProcedure`.
        adjudicated_procedure: Option<SubmittedProcedure> = optional "AdjudicatedProcedure",
        /// `ServiceDateTime`: a date-time with offset (RFC 3339).
        service_date_time: Option<String> = optional "ServiceDateTime",
        /// `ServiceEndDateTime`: a date-time with offset (RFC 3339).
        service_end_date_time: Option<String> = optional "ServiceEndDateTime",
        /// `ReferenceNumbers`.
        reference_numbers: Vec<shared::Identifier> = optional "ReferenceNumbers",
    }
}

shape! {
    /// For example `Payments[].Claim.Adjustments[]` of `Claim.Payment`.
    PaymentPaymentClaimAdjustment in "claim.PaymentPaymentClaimAdjustment" {
        /// `Amount`.
        amount: Option<String> = optional "Amount",
        /// `ReasonGroup`.
        reason_group: Option<String> = optional "ReasonGroup",
        /// `Quantity`.
        quantity: Option<String> = optional "Quantity",
        /// `Reason`: `Co-payment amount`, `Coinsurance amount`, `Deductible amount`, `Claim specific negotiated discount`, `Denial`.
        reason: Option<String> = optional "Reason",
    }
}

shape! {
    /// For example `Payments[].Claim.Services[].AdjudicatedProcedure` of `Claim.Payment`.
    SubmittedProcedure in "claim.SubmittedProcedure" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSet`.
        code_set: Option<String> = optional "CodeSet",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Modifiers`.
        modifiers: Vec<String> = optional "Modifiers",
    }
}

shape! {
    /// For example `Transactions[]` of `Claim.PaymentBatch`.
    Transaction in "claim.Transaction" {
        /// `CreditOrDebit`: `Credit`, `Debit`.
        credit_or_debit: Option<String> = optional "CreditOrDebit",
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `PaymentDateTime`: a date-time with offset (RFC 3339).
        payment_date_time: Option<String> = optional "PaymentDateTime",
        /// `PaymentMethod`: `Check`, `ACH`, `Non-Payment`.
        payment_method: Option<String> = optional "PaymentMethod",
        /// `Payments`.
        payments: Vec<TransactionPayment> = optional "Payments",
        /// `Receiver`.
        receiver: Option<Receiver> = optional "Receiver",
        /// `Submitter`.
        submitter: Option<Receiver> = optional "Submitter",
        /// `TotalPaymentAmount`.
        total_payment_amount: Option<String> = optional "TotalPaymentAmount",
        /// `TrackingNumber`.
        tracking_number: Option<String> = optional "TrackingNumber",
        /// `Type`: `Institutional`, `Professional`.
        r#type: Option<String> = optional "Type",
    }
}

shape! {
    /// For example `Transactions[].Submitter` of `Claim.PaymentBatch`.
    Receiver in "claim.Receiver" {
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `EmailAddress`: an e-mail address.
        email_address: Option<String> = optional "EmailAddress",
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `PhoneNumber`.
        phone_number: Option<PhoneNumber> = optional "PhoneNumber",
    }
}

shape! {
    /// For example `Transactions[].Payments[]` of `Claim.PaymentBatch`.
    TransactionPayment in "claim.TransactionPayment" {
        /// `Claims`.
        claims: Vec<TransactionPaymentClaim> = optional "Claims",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `Patient`.
        patient: Option<shared::PartialPatient> = optional "Patient",
    }
}

shape! {
    /// For example `Transactions[].Payments[].Claims[]` of `Claim.PaymentBatch`.
    TransactionPaymentClaim in "claim.TransactionPaymentClaim" {
        /// `Adjustments`.
        adjustments: Vec<Adjustment> = optional "Adjustments",
        /// `ChargedAmount`.
        charged_amount: Option<String> = optional "ChargedAmount",
        /// `ControlNumber`.
        control_number: Option<String> = optional "ControlNumber",
        /// `EndDateTime`: a date-time with offset (RFC 3339).
        end_date_time: Option<String> = optional "EndDateTime",
        /// `PatientResponsibilityAmount`.
        patient_responsibility_amount: Option<String> = optional "PatientResponsibilityAmount",
        /// `PaymentAmount`.
        payment_amount: Option<String> = optional "PaymentAmount",
        /// `ReceivedDate`: a date (YYYY-MM-DD).
        received_date: Option<String> = optional "ReceivedDate",
        /// `ReferenceNumbers`.
        reference_numbers: Vec<shared::Identifier> = optional "ReferenceNumbers",
        /// `Services`.
        services: Vec<TransactionPaymentClaimService> = optional "Services",
        /// `StartDateTime`: a date-time with offset (RFC 3339).
        start_date_time: Option<String> = optional "StartDateTime",
        /// `Status`: `Processed as Primary`, `Not Our Claim`, `Predetermination Pricing Only`, `Processed as Secondary, Forwarded to Additional Payers`, `Denied`, `Processed as Secondary`, `Processed as Tertiary`, `Reversal of Previous Payment`, `Processed as Primary, Forwarded to Additional Payers`, `Processed as Tertiary, Forwarded to Additional Payers`.
        status: Option<String> = optional "Status",
        /// `SubmissionNumber`.
        submission_number: Option<String> = optional "SubmissionNumber",
    }
}

shape! {
    /// For example `Transactions[].Payments[].Claims[].Services[]` of `Claim.PaymentBatch`.
    TransactionPaymentClaimService in "claim.TransactionPaymentClaimService" {
        /// `AdjudicatedService`.
        adjudicated_service: Option<shared::ProcedureCode> = optional "AdjudicatedService",
        /// `Adjustments`.
        adjustments: Vec<Adjustment> = optional "Adjustments",
        /// `AllowedAmount`.
        allowed_amount: Option<String> = optional "AllowedAmount",
        /// `ChargedAmount`.
        charged_amount: Option<String> = optional "ChargedAmount",
        /// `ChargedUnits`.
        charged_units: Option<String> = optional "ChargedUnits",
        /// `EndDateTime`: a date-time with offset (RFC 3339).
        end_date_time: Option<String> = optional "EndDateTime",
        /// `PaymentAmount`.
        payment_amount: Option<String> = optional "PaymentAmount",
        /// `PaymentUnits`.
        payment_units: Option<String> = optional "PaymentUnits",
        /// `ReferenceNumbers`.
        reference_numbers: Vec<shared::Identifier> = optional "ReferenceNumbers",
        /// `StartDateTime`: a date-time with offset (RFC 3339).
        start_date_time: Option<String> = optional "StartDateTime",
        /// `SubmittedService`.
        submitted_service: Option<shared::ProcedureCode> = optional "SubmittedService",
    }
}

shape! {
    /// For example `Transactions[].Payments[].Claims[].Adjustments[]` of `Claim.PaymentBatch`.
    Adjustment in "claim.Adjustment" {
        /// `Amount`.
        amount: Option<String> = optional "Amount",
        /// `Quantity`.
        quantity: Option<String> = optional "Quantity",
        /// `Reason`: `Co-payment amount`, `Coinsurance amount`, `Deductible amount`, `Claim specific negotiated discount`, `Denial`.
        reason: Option<String> = optional "Reason",
        /// `Type`: `Other adjustments`, `Patient responsibility`, `Payor initiated reductions`, `Contractual obligations`.
        r#type: Option<String> = optional "Type",
    }
}

shape! {
    /// For example `Claims[]` of `Claim.Submission`.
    SubmissionClaim in "claim.SubmissionClaim" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `Type`: `Original`, `Cancel`, `Replacement`.
        r#type: Option<String> = optional "Type",
        /// `TotalAmount`.
        total_amount: Option<String> = optional "TotalAmount",
        /// `CopayAmount`.
        copay_amount: Option<String> = optional "CopayAmount",
        /// `IsProviderSignatureOnFile`.
        is_provider_signature_on_file: Option<bool> = optional "IsProviderSignatureOnFile",
        /// `IsReleaseOfInformationOnFile`.
        is_release_of_information_on_file: Option<bool> = optional "IsReleaseOfInformationOnFile",
        /// `ReferenceNumbers`.
        reference_numbers: Vec<ReferenceNumber> = optional "ReferenceNumbers",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
        /// `AdditionalDates`.
        additional_dates: Vec<shared::AdditionalDate> = optional "AdditionalDates",
        /// `Diagnoses`.
        diagnoses: Vec<SubmissionClaimDiagnosis> = optional "Diagnoses",
        /// `DiagnosisRelatedGroup`.
        diagnosis_related_group: Option<String> = optional "DiagnosisRelatedGroup",
        /// `Procedures`.
        procedures: Vec<SubmittedProcedure> = optional "Procedures",
        /// `Lines`.
        lines: Vec<Line> = optional "Lines",
        /// `Providers`.
        providers: Vec<SubmissionClaimProvider> = optional "Providers",
    }
}

shape! {
    /// For example `Patient` of `Claim.Submission`.
    SubmissionPatient in "claim.SubmissionPatient" {
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Demographics`.
        demographics: Option<shared::Demographics> = optional "Demographics",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Weight`.
        weight: Option<String> = optional "Weight",
        /// `IsPregnant`.
        is_pregnant: Option<String> = optional "IsPregnant",
    }
}

shape! {
    /// For example `Subscriber` of `Claim.Submission`.
    Subscriber in "claim.Subscriber" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `MiddleName`.
        middle_name: Option<String> = optional "MiddleName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `OrganizationName`.
        organization_name: Option<String> = optional "OrganizationName",
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `DOB`: a date (YYYY-MM-DD).
        dob: Option<String> = optional "DOB",
        /// `Sex`: `Female`, `Male`, `Nonbinary`, `Other`, `Unknown`.
        sex: Option<String> = optional "Sex",
        /// `RelationToPatient`: 14 documented values (`Relationship`).
        relation_to_patient: Option<String> = optional "RelationToPatient",
        /// `ResponsibilityLevel`.
        responsibility_level: Option<String> = optional "ResponsibilityLevel",
        /// `Insurance`.
        insurance: Option<Insurance> = optional "Insurance",
    }
}

shape! {
    /// For example `BillingProvider` of `Claim.Submission`.
    BillingProvider in "claim.BillingProvider" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `TIN`.
        tin: Option<String> = optional "TIN",
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `MiddleName`.
        middle_name: Option<String> = optional "MiddleName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `OrganizationName`.
        organization_name: Option<String> = optional "OrganizationName",
        /// `Specialty`.
        specialty: Option<Specialty> = optional "Specialty",
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `EmailAddress`: an e-mail address.
        email_address: Option<String> = optional "EmailAddress",
        /// `PhoneNumber`.
        phone_number: Option<PhoneNumber> = optional "PhoneNumber",
    }
}

shape! {
    /// For example `Transaction` of `Claim.Submission`.
    SubmissionTransaction in "claim.SubmissionTransaction" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `Type`: `Institutional`, `Professional`.
        r#type: Option<String> = optional "Type",
        /// `Submitter`.
        submitter: Option<Submitter> = optional "Submitter",
        /// `Receiver`.
        receiver: Option<shared::NamedIdentifier> = optional "Receiver",
    }
}

shape! {
    /// For example `BillingProvider.Specialty` of `Claim.Submission`.
    Specialty in "claim.Specialty" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `Description`.
        description: Option<String> = optional "Description",
    }
}

shape! {
    /// For example `Subscriber.Insurance` of `Claim.Submission`.
    Insurance in "claim.Insurance" {
        /// `Plan`.
        plan: Option<shared::Plan> = optional "Plan",
        /// `MemberNumber`.
        member_number: Option<String> = optional "MemberNumber",
        /// `Company`.
        company: Option<shared::Company> = optional "Company",
        /// `GroupNumber`.
        group_number: Option<String> = optional "GroupNumber",
        /// `GroupName`.
        group_name: Option<String> = optional "GroupName",
        /// `EffectiveDate`: a date (YYYY-MM-DD).
        effective_date: Option<String> = optional "EffectiveDate",
        /// `ExpirationDate`: a date (YYYY-MM-DD).
        expiration_date: Option<String> = optional "ExpirationDate",
        /// `PolicyNumber`.
        policy_number: Option<String> = optional "PolicyNumber",
        /// `Priority`.
        priority: Option<String> = optional "Priority",
        /// `AgreementType`: `Maternity`, `Standard`, `Unified`.
        agreement_type: Option<String> = optional "AgreementType",
        /// `CoverageType`: `Clinic`, `Insurance`, `Other`, `Patient`.
        coverage_type: Option<String> = optional "CoverageType",
    }
}

shape! {
    /// For example `Claims[].Providers[]` of `Claim.Submission`.
    SubmissionClaimProvider in "claim.SubmissionClaimProvider" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `Role`: 18 documented values (`ClaimProviderRole`).
        role: Option<String> = optional "Role",
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `MiddleName`.
        middle_name: Option<String> = optional "MiddleName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `Specialty`.
        specialty: Option<Specialty> = optional "Specialty",
    }
}

shape! {
    /// For example `Claims[].Lines[]` of `Claim.Submission`.
    Line in "claim.Line" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `Amount`.
        amount: Option<String> = optional "Amount",
        /// `Diagnoses`.
        diagnoses: Vec<SubmissionClaimDiagnosis> = optional "Diagnoses",
        /// `Procedure`.
        procedure: Option<SubmittedProcedure> = optional "Procedure",
        /// `ServiceDateTime`: a date-time with offset (RFC 3339).
        service_date_time: Option<String> = optional "ServiceDateTime",
        /// `ServiceEndDateTime`: a date-time with offset (RFC 3339).
        service_end_date_time: Option<String> = optional "ServiceEndDateTime",
        /// `RevenueCode`.
        revenue_code: Option<String> = optional "RevenueCode",
        /// `UnitCount`.
        unit_count: Option<String> = optional "UnitCount",
        /// `Units`.
        units: Option<String> = optional "Units",
        /// `IsEmergency`.
        is_emergency: Option<bool> = optional "IsEmergency",
        /// `Notes`.
        notes: Option<String> = optional "Notes",
    }
}

shape! {
    /// For example `Claims[].Diagnoses[]` of `Claim.Submission`.
    SubmissionClaimDiagnosis in "claim.SubmissionClaimDiagnosis" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`: `CPT`, `HCPCS`, `ICD-9`, `ICD-10`, `Unknown`.
        codeset: Option<String> = optional "Codeset",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Type`: `Admitting`, `Final`, `Self`, `Unknown`, `Working`, `Principal`.
        r#type: Option<String> = optional "Type",
    }
}

shape! {
    /// For example `Claims[].Visit` of `Claim.Submission`.
    Visit in "claim.Visit" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
        /// `DischargeDateTime`: a date-time with offset (RFC 3339).
        discharge_date_time: Option<String> = optional "DischargeDateTime",
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `Location`.
        location: Option<shared::Location> = optional "Location",
        /// `PreviousLocation`.
        previous_location: Option<shared::Location> = optional "PreviousLocation",
    }
}

shape! {
    /// For example `Claims[].ReferenceNumbers[]` of `Claim.Submission`.
    ReferenceNumber in "claim.ReferenceNumber" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `Type`.
        r#type: Option<String> = optional "Type",
    }
}

shape! {
    /// For example `Transactions[]` of `Claim.SubmissionBatch`.
    SubmissionBatchTransaction in "claim.SubmissionBatchTransaction" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `Receiver`.
        receiver: Option<Receiver> = optional "Receiver",
        /// `Submissions`.
        submissions: Vec<SubmissionBatchTransactionSubmission> = optional "Submissions",
        /// `Submitter`.
        submitter: Option<Receiver> = optional "Submitter",
        /// `Type`: `Institutional`, `Professional`.
        r#type: Option<String> = optional "Type",
    }
}

shape! {
    /// For example `Transactions[].Submissions[]` of `Claim.SubmissionBatch`.
    SubmissionBatchTransactionSubmission in "claim.SubmissionBatchTransactionSubmission" {
        /// `BillingProvider`.
        billing_provider: Option<SubmissionBatchTransactionSubmissionBillingProvider> = optional "BillingProvider",
        /// `Subscribers`.
        subscribers: Vec<SubmissionBatchTransactionSubmissionSubscriber> = optional "Subscribers",
    }
}

shape! {
    /// For example `Transactions[].Submissions[].Subscribers[]` of `Claim.SubmissionBatch`.
    SubmissionBatchTransactionSubmissionSubscriber in "claim.SubmissionBatchTransactionSubmissionSubscriber" {
        /// `Demographics`.
        demographics: Option<shared::BriefDemographics> = optional "Demographics",
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Insurance`.
        insurance: Option<Insurance> = optional "Insurance",
        /// `OrganizationName`.
        organization_name: Option<String> = optional "OrganizationName",
        /// `Patients`.
        patients: Vec<Patient> = optional "Patients",
        /// `ResponsibilityLevel`.
        responsibility_level: Option<String> = optional "ResponsibilityLevel",
    }
}

shape! {
    /// For example `Transactions[].Submissions[].BillingProvider` of `Claim.SubmissionBatch`.
    SubmissionBatchTransactionSubmissionBillingProvider in "claim.SubmissionBatchTransactionSubmissionBillingProvider" {
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `EmailAddress`: an e-mail address.
        email_address: Option<String> = optional "EmailAddress",
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `PhoneNumber`.
        phone_number: Option<PhoneNumber> = optional "PhoneNumber",
        /// `Specialty`.
        specialty: Option<Specialty> = optional "Specialty",
    }
}

shape! {
    /// For example `Transactions[].Submissions[].Subscribers[].Patients[]` of `Claim.SubmissionBatch`.
    Patient in "claim.Patient" {
        /// `Claims`.
        claims: Vec<Claim> = optional "Claims",
        /// `Demographics`.
        demographics: Option<shared::Demographics> = optional "Demographics",
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `RelationToSubscriber`.
        relation_to_subscriber: Option<String> = optional "RelationToSubscriber",
    }
}

shape! {
    /// For example `Transactions[].Submissions[].Subscribers[].Patients[].Claims[]` of `Claim.SubmissionBatch`.
    Claim in "claim.Claim" {
        /// `AdditionalDates`.
        additional_dates: Vec<shared::AdditionalDate> = optional "AdditionalDates",
        /// `BenefitsAssignmentCode`.
        benefits_assignment_code: Option<bool> = optional "BenefitsAssignmentCode",
        /// `CopayAmount`.
        copay_amount: Option<String> = optional "CopayAmount",
        /// `Diagnoses`.
        diagnoses: Vec<Diagnosis> = optional "Diagnoses",
        /// `DiagnosisRelatedGroup`.
        diagnosis_related_group: Option<String> = optional "DiagnosisRelatedGroup",
        /// `IsProviderSignatureOnFile`.
        is_provider_signature_on_file: Option<bool> = optional "IsProviderSignatureOnFile",
        /// `IsReleaseOfInformationOnFile`.
        is_release_of_information_on_file: Option<bool> = optional "IsReleaseOfInformationOnFile",
        /// `ProviderAcceptanceCode`.
        provider_acceptance_code: Option<String> = optional "ProviderAcceptanceCode",
        /// `Providers`.
        providers: Vec<Provider> = optional "Providers",
        /// `ReferenceNumbers`.
        reference_numbers: Vec<shared::Identifier> = optional "ReferenceNumbers",
        /// `Services`.
        services: Vec<ClaimService> = optional "Services",
        /// `SubmissionNumber`.
        submission_number: Option<String> = optional "SubmissionNumber",
        /// `TotalAmount`.
        total_amount: Option<String> = optional "TotalAmount",
        /// `Type`: `Original`, `Cancel`, `Replacement`.
        r#type: Option<String> = optional "Type",
        /// `Visit`.
        visit: Option<Visit> = optional "Visit",
    }
}

shape! {
    /// For example `Transactions[].Submissions[].Subscribers[].Patients[].Claims[].Services[]` of `Claim.SubmissionBatch`.
    ClaimService in "claim.ClaimService" {
        /// `Amount`.
        amount: Option<String> = optional "Amount",
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Diagnoses`.
        diagnoses: Vec<Diagnosis> = optional "Diagnoses",
        /// `Drug`.
        drug: Option<Drug> = optional "Drug",
        /// `EndDateTime`: a date-time with offset (RFC 3339).
        end_date_time: Option<String> = optional "EndDateTime",
        /// `IsEmergency`.
        is_emergency: Option<bool> = optional "IsEmergency",
        /// `Modifiers`.
        modifiers: Vec<String> = optional "Modifiers",
        /// `Notes`.
        notes: Option<String> = optional "Notes",
        /// `Quantity`.
        quantity: Option<shared::Quantity> = optional "Quantity",
        /// `ReferenceNumbers`.
        reference_numbers: Vec<shared::Identifier> = optional "ReferenceNumbers",
        /// `RevenueCode`.
        revenue_code: Option<String> = optional "RevenueCode",
        /// `StartDateTime`: a date-time with offset (RFC 3339).
        start_date_time: Option<String> = optional "StartDateTime",
    }
}

shape! {
    /// For example `Transactions[].Submissions[].Subscribers[].Patients[].Claims[].Providers[]` of `Claim.SubmissionBatch`.
    Provider in "claim.Provider" {
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `Credentials`.
        credentials: Vec<String> = optional "Credentials",
        /// `EmailAddresses`: an e-mail address.
        email_addresses: Vec<String> = optional "EmailAddresses",
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `Location`.
        location: Option<shared::Location> = optional "Location",
        /// `PhoneNumber`.
        phone_number: Option<shared::OfficePhone> = optional "PhoneNumber",
        /// `Role`: 18 documented values (`ClaimProviderRole`).
        role: Option<String> = optional "Role",
        /// `Specialty`.
        specialty: Option<Specialty> = optional "Specialty",
    }
}

shape! {
    /// For example `Transactions[].Submissions[].Subscribers[].Patients[].Claims[].Diagnoses[]` of `Claim.SubmissionBatch`.
    Diagnosis in "claim.Diagnosis" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`: `CPT`, `HCPCS`, `ICD-9`, `ICD-10`, `Unknown`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Type`: `Admitting`, `Final`, `Self`, `Unknown`, `Working`, `Principal`.
        r#type: Option<String> = optional "Type",
    }
}

shape! {
    /// For example `Transactions[].Submissions[].Subscribers[].Patients[].Claims[].Services[].Drug` of `Claim.SubmissionBatch`.
    Drug in "claim.Drug" {
        /// `NDC`.
        ndc: Option<String> = optional "NDC",
        /// `PrescriptionID`.
        prescription_id: Option<String> = optional "PrescriptionID",
        /// `Quantity`.
        quantity: Option<shared::Quantity> = optional "Quantity",
    }
}
