//! Shapes of several data models as typed messages.
//!
//! Generated from `catalogue/shared.txt`; do not edit.

use crate::typed::Number;

shape! {
    /// For example `Meta` of `Claim.Payment`.
    Meta in "shared.Meta" {
        /// `DataModel`, required.
        data_model: String = required "DataModel",
        /// `EventType`, required.
        event_type: String = required "EventType",
        /// `EventDateTime`: a date-time with offset (RFC 3339).
        event_date_time: Option<String> = optional "EventDateTime",
        /// `Test`.
        test: Option<bool> = optional "Test",
        /// `Source`.
        source: Option<System> = optional "Source",
        /// `Destinations`.
        destinations: Vec<System> = optional "Destinations",
        /// `Message`, deprecated.
        message: Option<NumericReference> = optional "Message",
        /// `Transmission`, deprecated.
        transmission: Option<NumericReference> = optional "Transmission",
        /// `FacilityCode`.
        facility_code: Option<String> = optional "FacilityCode",
        /// `Logs`.
        logs: Vec<Log> = optional "Logs",
    }
}

shape! {
    /// For example `Meta.Logs[]` of `Claim.Payment`.
    Log in "shared.Log" {
        /// `AttemptID`: a UUID.
        attempt_id: Option<String> = optional "AttemptID",
        /// `ID`: a UUID.
        id: Option<String> = optional "ID",
    }
}

shape! {
    /// For example `Meta.Transmission` of `Claim.Payment`.
    NumericReference in "shared.NumericReference" {
        /// `ID`.
        id: Option<Number> = optional "ID",
    }
}

shape! {
    /// For example `Meta.Destinations[]` of `Claim.Payment`.
    System in "shared.System" {
        /// `ID`: a UUID.
        id: Option<String> = optional "ID",
        /// `Name`.
        name: Option<String> = optional "Name",
    }
}

shape! {
    /// For example `Transaction.Receiver` of `Claim.Payment`.
    NamedIdentifier in "shared.NamedIdentifier" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `Name`.
        name: Option<String> = optional "Name",
    }
}

shape! {
    /// For example `Payee.Address` of `Claim.Payment`.
    Address in "shared.Address" {
        /// `StreetAddress`.
        street_address: Option<String> = optional "StreetAddress",
        /// `City`.
        city: Option<String> = optional "City",
        /// `State`.
        state: Option<String> = optional "State",
        /// `ZIP`.
        zip: Option<String> = optional "ZIP",
        /// `County`.
        county: Option<String> = optional "County",
        /// `Country`: a country code of two letters (ISO 3166-1).
        country: Option<String> = optional "Country",
    }
}

shape! {
    /// For example `Payments[].Patient` of `Claim.Payment`.
    Patient in "shared.Patient" {
        /// `Identifiers`, required.
        identifiers: Vec<PatientIdentifier> = required "Identifiers",
        /// `Demographics`.
        demographics: Option<Demographics> = optional "Demographics",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
    }
}

shape! {
    /// For example `Payments[].Patient.Demographics` of `Claim.Payment`.
    Demographics in "shared.Demographics" {
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
        /// `Race`: `American Indian or Alaska Native`, `Asian`, `Black or African American`, `Native Hawaiian or Other Pacific Islander`, `Other Race`, `Unknown`, `White`.
        race: Option<String> = optional "Race",
        /// `IsHispanic`.
        is_hispanic: Option<bool> = optional "IsHispanic",
        /// `MaritalStatus`: 16 documented values (`MaritalStatus`).
        marital_status: Option<String> = optional "MaritalStatus",
        /// `IsDeceased`.
        is_deceased: Option<bool> = optional "IsDeceased",
        /// `DeathDateTime`: a date-time with offset (RFC 3339).
        death_date_time: Option<String> = optional "DeathDateTime",
        /// `PhoneNumber`.
        phone_number: Option<PhoneNumber> = optional "PhoneNumber",
        /// `EmailAddresses`: an e-mail address.
        email_addresses: Vec<String> = optional "EmailAddresses",
        /// `Language`: a language code of two letters (ISO 639-1).
        language: Option<String> = optional "Language",
        /// `Citizenship`: 256 documented values (`Citizenship`).
        citizenship: Vec<String> = optional "Citizenship",
        /// `Address`.
        address: Option<Address> = optional "Address",
        /// `Religion`: 85 documented values (`Religion`).
        religion: Option<String> = optional "Religion",
    }
}

shape! {
    /// For example `Payments[].Patient.Identifiers[]` of `Claim.Payment`.
    PatientIdentifier in "shared.PatientIdentifier" {
        /// `ID`, required.
        id: String = required "ID",
        /// `IDType`, required.
        id_type: String = required "IDType",
    }
}

shape! {
    /// For example `Payments[].Patient.Demographics.PhoneNumber` of `Claim.Payment`.
    PhoneNumber in "shared.PhoneNumber" {
        /// `Home`: a telephone number in E.164 form (+ and digits).
        home: Option<String> = optional "Home",
        /// `Office`: a telephone number in E.164 form (+ and digits).
        office: Option<String> = optional "Office",
        /// `Mobile`: a telephone number in E.164 form (+ and digits).
        mobile: Option<String> = optional "Mobile",
    }
}

shape! {
    /// For example `Payments[].Claim.ReferenceNumbers[]` of `Claim.Payment`.
    Identifier in "shared.Identifier" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
    }
}

shape! {
    /// For example `Transactions[].Payments[].Patient` of `Claim.PaymentBatch`.
    PartialPatient in "shared.PartialPatient" {
        /// `Demographics`.
        demographics: Option<Demographics> = optional "Demographics",
        /// `Identifiers`.
        identifiers: Vec<Identifier> = optional "Identifiers",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
    }
}

shape! {
    /// For example `Transactions[].Payments[].Claims[].Services[].SubmittedService` of `Claim.PaymentBatch`.
    ProcedureCode in "shared.ProcedureCode" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Modifiers`.
        modifiers: Vec<String> = optional "Modifiers",
    }
}

shape! {
    /// For example `Subscriber.Insurance.Company` of `Claim.Submission`.
    Company in "shared.Company" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Address`.
        address: Option<Address> = optional "Address",
        /// `PhoneNumber`: a telephone number in E.164 form (+ and digits).
        phone_number: Option<String> = optional "PhoneNumber",
    }
}

shape! {
    /// For example `Subscriber.Insurance.Plan` of `Claim.Submission`.
    Plan in "shared.Plan" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Type`.
        r#type: Option<String> = optional "Type",
    }
}

shape! {
    /// For example `Claims[].AdditionalDates[]` of `Claim.Submission`.
    AdditionalDate in "shared.AdditionalDate" {
        /// `Type`: 16 documented values (`AdditionalDateType`).
        r#type: Option<String> = optional "Type",
        /// `DateTime`: a date-time with offset (RFC 3339).
        date_time: Option<String> = optional "DateTime",
    }
}

shape! {
    /// For example `Claims[].Visit.PreviousLocation` of `Claim.Submission`.
    Location in "shared.Location" {
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `Facility`.
        facility: Option<String> = optional "Facility",
        /// `Department`.
        department: Option<String> = optional "Department",
        /// `Room`.
        room: Option<String> = optional "Room",
        /// `DepartmentIdentifiers`.
        department_identifiers: Vec<Identifier> = optional "DepartmentIdentifiers",
        /// `FacilityIdentifiers`.
        facility_identifiers: Vec<Identifier> = optional "FacilityIdentifiers",
    }
}

shape! {
    /// For example `Transactions[].Submissions[].Subscribers[].Demographics` of `Claim.SubmissionBatch`.
    BriefDemographics in "shared.BriefDemographics" {
        /// `Address`.
        address: Option<Address> = optional "Address",
        /// `DOB`: a date (YYYY-MM-DD).
        dob: Option<String> = optional "DOB",
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `MiddleName`.
        middle_name: Option<String> = optional "MiddleName",
        /// `PhoneNumber`.
        phone_number: Option<PhoneNumber> = optional "PhoneNumber",
        /// `Sex`: `Female`, `Male`, `Nonbinary`, `Other`, `Unknown`.
        sex: Option<String> = optional "Sex",
    }
}

shape! {
    /// For example `Transactions[].Submissions[].Subscribers[].Patients[].Claims[].Providers[].PhoneNumber` of `Claim.SubmissionBatch`.
    OfficePhone in "shared.OfficePhone" {
        /// `Office`: a telephone number in E.164 form (+ and digits).
        office: Option<String> = optional "Office",
    }
}

shape! {
    /// For example `Transactions[].Submissions[].Subscribers[].Patients[].Claims[].Services[].Quantity` of `Claim.SubmissionBatch`.
    Quantity in "shared.Quantity" {
        /// `Units`.
        units: Option<String> = optional "Units",
        /// `Value`.
        value: Option<String> = optional "Value",
    }
}

shape! {
    /// For example `AuthorizingProvider` of `ClinicalDecisions.Request`.
    Provider in "shared.Provider" {
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
        address: Option<Address> = optional "Address",
        /// `EmailAddresses`: an e-mail address.
        email_addresses: Vec<String> = optional "EmailAddresses",
        /// `PhoneNumber`.
        phone_number: Option<OfficePhone> = optional "PhoneNumber",
        /// `Location`.
        location: Option<Location> = optional "Location",
    }
}

shape! {
    /// For example `Session.Questions[].Answer` of `ClinicalDecisions.Request`.
    DescribedCode in "shared.DescribedCode" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
    }
}

shape! {
    /// For example `UnsignedMedicationOrders[].Dose` of `ClinicalDecisions.Request`.
    NumericDose in "shared.NumericDose" {
        /// `Quantity`.
        quantity: Option<Number> = optional "Quantity",
        /// `Units`.
        units: Option<String> = optional "Units",
    }
}

shape! {
    /// For example `UnsignedMedicationOrders[].Product` of `ClinicalDecisions.Request`.
    NamedCode in "shared.NamedCode" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Name`.
        name: Option<String> = optional "Name",
    }
}

shape! {
    /// For example `UnsignedMedicationOrders[].Frequency` of `ClinicalDecisions.Request`.
    Frequency in "shared.Frequency" {
        /// `Period`.
        period: Option<String> = optional "Period",
        /// `Unit`.
        unit: Option<String> = optional "Unit",
    }
}

shape! {
    /// For example `UnsignedMedicationOrders[].MixtureComponents[].Dose` of `ClinicalDecisions.Request`.
    Dose in "shared.Dose" {
        /// `Quantity`.
        quantity: Option<String> = optional "Quantity",
        /// `Units`.
        units: Option<String> = optional "Units",
    }
}

shape! {
    /// For example `Document` of `ClinicalSummary.DocumentGet`.
    Reference in "shared.Reference" {
        /// `ID`, required.
        id: String = required "ID",
    }
}

shape! {
    /// For example `Location` of `ClinicalSummary.DocumentQuery`.
    DepartmentOnly in "shared.DepartmentOnly" {
        /// `Department`.
        department: Option<String> = optional "Department",
    }
}

shape! {
    /// For example `Patient` of `ClinicalSummary.DocumentQuery`.
    IdentifiedPatient in "shared.IdentifiedPatient" {
        /// `Identifiers`, required.
        identifiers: Vec<PatientIdentifier> = required "Identifiers",
    }
}

shape! {
    /// For example `Patient` of `ClinicalSummary.DocumentQueryResponse`.
    PatientReference in "shared.PatientReference" {
        /// `Identifiers`.
        identifiers: Vec<Identifier> = optional "Identifiers",
    }
}

shape! {
    /// For example `Insurances[]` of `ClinicalSummary.PatientPush`.
    Insurance in "shared.Insurance" {
        /// `Plan`.
        plan: Option<Plan> = optional "Plan",
        /// `MemberNumber`.
        member_number: Option<String> = optional "MemberNumber",
        /// `Company`.
        company: Option<Company> = optional "Company",
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
        /// `Insured`.
        insured: Option<Insured> = optional "Insured",
    }
}

shape! {
    /// For example `Header.Document.Confidentiality` of `ClinicalSummary.PatientPush`.
    SystemCode in "shared.SystemCode" {
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
    /// For example `Header.Document.Visit.Type` of `ClinicalSummary.PatientPush`.
    SystemCodeWithAlternates in "shared.SystemCodeWithAlternates" {
        /// `AltCodes`.
        alt_codes: Vec<SystemCode> = optional "AltCodes",
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
    /// For example `Allergies[].Reaction[]` of `ClinicalSummary.PatientPush`.
    Reaction in "shared.Reaction" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `CodeSystem`.
        code_system: Option<String> = optional "CodeSystem",
        /// `CodeSystemName`.
        code_system_name: Option<String> = optional "CodeSystemName",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `AltCodes`.
        alt_codes: Vec<SystemCode> = optional "AltCodes",
        /// `Severity`.
        severity: Option<SystemCode> = optional "Severity",
        /// `Text`.
        text: Option<String> = optional "Text",
    }
}

shape! {
    /// For example `Insurances[].Insured` of `ClinicalSummary.PatientPush`.
    Insured in "shared.Insured" {
        /// `Identifiers`.
        identifiers: Vec<Identifier> = optional "Identifiers",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `MiddleName`.
        middle_name: Option<String> = optional "MiddleName",
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `SSN`.
        ssn: Option<String> = optional "SSN",
        /// `Relationship`: 14 documented values (`Relationship`).
        relationship: Option<String> = optional "Relationship",
        /// `DOB`: a date (YYYY-MM-DD).
        dob: Option<String> = optional "DOB",
        /// `Sex`: `Female`, `Male`, `Nonbinary`, `Other`, `Unknown`.
        sex: Option<String> = optional "Sex",
        /// `Address`.
        address: Option<Address> = optional "Address",
    }
}

shape! {
    /// For example `Results[].Producer` of `ClinicalSummary.PatientPush`.
    Producer in "shared.Producer" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `Address`.
        address: Option<Address> = optional "Address",
    }
}

shape! {
    /// For example `FunctionalStatus.Observations[].ReferenceRange` of `ClinicalSummary.PatientPush`.
    ReferenceRange in "shared.ReferenceRange" {
        /// `High`.
        high: Option<Number> = optional "High",
        /// `Low`.
        low: Option<Number> = optional "Low",
        /// `Text`.
        text: Option<String> = optional "Text",
    }
}

shape! {
    /// For example `Patient.Contacts[]` of `Device.New`.
    Contact in "shared.Contact" {
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `MiddleName`.
        middle_name: Option<String> = optional "MiddleName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `Address`.
        address: Option<Address> = optional "Address",
        /// `PhoneNumber`.
        phone_number: Option<PhoneNumber> = optional "PhoneNumber",
        /// `RelationToPatient`: 14 documented values (`Relationship`).
        relation_to_patient: Option<String> = optional "RelationToPatient",
        /// `EmailAddresses`: an e-mail address.
        email_addresses: Vec<String> = optional "EmailAddresses",
        /// `Roles`.
        roles: Vec<String> = optional "Roles",
    }
}

shape! {
    /// For example `Visit.Location` of `Device.New`.
    LocationWithBed in "shared.LocationWithBed" {
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `Facility`.
        facility: Option<String> = optional "Facility",
        /// `Department`.
        department: Option<String> = optional "Department",
        /// `Room`.
        room: Option<String> = optional "Room",
        /// `Bed`.
        bed: Option<String> = optional "Bed",
        /// `DepartmentIdentifiers`.
        department_identifiers: Vec<Identifier> = optional "DepartmentIdentifiers",
        /// `FacilityIdentifiers`.
        facility_identifiers: Vec<Identifier> = optional "FacilityIdentifiers",
    }
}

shape! {
    /// For example `Task` of `Enrichment.NaturalLanguageProcessingQuery`.
    OptionalReference in "shared.OptionalReference" {
        /// `ID`.
        id: Option<String> = optional "ID",
    }
}

shape! {
    /// For example `Visit.Guarantor` of `Financial.AccountUpdate`.
    Guarantor in "shared.Guarantor" {
        /// `Address`.
        address: Option<Address> = optional "Address",
        /// `DOB`: a date (YYYY-MM-DD).
        dob: Option<String> = optional "DOB",
        /// `EmailAddresses`: an e-mail address.
        email_addresses: Vec<String> = optional "EmailAddresses",
        /// `Employer`.
        employer: Option<Employer> = optional "Employer",
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `MiddleName`.
        middle_name: Option<String> = optional "MiddleName",
        /// `Number`.
        number: Option<String> = optional "Number",
        /// `PhoneNumber`.
        phone_number: Option<GuarantorPhone> = optional "PhoneNumber",
        /// `RelationToPatient`: 14 documented values (`Relationship`).
        relation_to_patient: Option<String> = optional "RelationToPatient",
        /// `SSN`.
        ssn: Option<String> = optional "SSN",
        /// `Sex`: `Female`, `Male`, `Nonbinary`, `Other`, `Unknown`.
        sex: Option<String> = optional "Sex",
        /// `Spouse`.
        spouse: Option<Spouse> = optional "Spouse",
        /// `Type`.
        r#type: Option<String> = optional "Type",
    }
}

shape! {
    /// For example `Visit.Diagnoses[]` of `Financial.AccountUpdate`.
    Diagnosis in "shared.Diagnosis" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`: `CPT`, `HCPCS`, `ICD-9`, `ICD-10`, `Unknown`.
        codeset: Option<String> = optional "Codeset",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Type`: `Admitting`, `Final`, `Self`, `Unknown`, `Working`, `Principal`.
        r#type: Option<String> = optional "Type",
        /// `DocumentedDateTime`: a date-time with offset (RFC 3339).
        documented_date_time: Option<String> = optional "DocumentedDateTime",
    }
}

shape! {
    /// For example `Visit.Location` of `Financial.AccountUpdate`.
    LocationWithAddress in "shared.LocationWithAddress" {
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `Facility`.
        facility: Option<String> = optional "Facility",
        /// `Department`.
        department: Option<String> = optional "Department",
        /// `Room`.
        room: Option<String> = optional "Room",
        /// `Bed`.
        bed: Option<String> = optional "Bed",
        /// `Address`.
        address: Option<Address> = optional "Address",
        /// `DepartmentIdentifiers`.
        department_identifiers: Vec<Identifier> = optional "DepartmentIdentifiers",
        /// `FacilityIdentifiers`.
        facility_identifiers: Vec<Identifier> = optional "FacilityIdentifiers",
    }
}

shape! {
    /// For example `Visit.Guarantor.Spouse` of `Financial.AccountUpdate`.
    Spouse in "shared.Spouse" {
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
    }
}

shape! {
    /// For example `Visit.Guarantor.PhoneNumber` of `Financial.AccountUpdate`.
    GuarantorPhone in "shared.GuarantorPhone" {
        /// `Business`.
        business: Option<String> = optional "Business",
        /// `Home`: a telephone number in E.164 form (+ and digits).
        home: Option<String> = optional "Home",
        /// `Mobile`: a telephone number in E.164 form (+ and digits).
        mobile: Option<String> = optional "Mobile",
    }
}

shape! {
    /// For example `Visit.Guarantor.Employer` of `Financial.AccountUpdate`.
    Employer in "shared.Employer" {
        /// `Address`.
        address: Option<Address> = optional "Address",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `PhoneNumber`: a telephone number in E.164 form (+ and digits).
        phone_number: Option<String> = optional "PhoneNumber",
    }
}

shape! {
    /// For example `Patient` of `Flowsheet.New`.
    PatientWithContacts in "shared.PatientWithContacts" {
        /// `Identifiers`, required.
        identifiers: Vec<PatientIdentifier> = required "Identifiers",
        /// `Demographics`.
        demographics: Option<Demographics> = optional "Demographics",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
        /// `Contacts`.
        contacts: Vec<Contact> = optional "Contacts",
    }
}

shape! {
    /// For example `Visit` of `Inventory.Deplete`.
    VisitReference in "shared.VisitReference" {
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
    }
}

shape! {
    /// For example `Orders[]` of `Media.Delete`.
    NamedSystem in "shared.NamedSystem" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `Name`.
        name: Option<String> = optional "Name",
    }
}

shape! {
    /// For example `Media.Provider` of `Media.Delete`.
    SigningProvider in "shared.SigningProvider" {
        /// `ID`, required.
        id: String = required "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `Credentials`.
        credentials: Vec<String> = optional "Credentials",
        /// `Address`.
        address: Option<Address> = optional "Address",
        /// `EmailAddresses`: an e-mail address.
        email_addresses: Vec<String> = optional "EmailAddresses",
        /// `PhoneNumber`.
        phone_number: Option<OfficePhone> = optional "PhoneNumber",
        /// `Location`.
        location: Option<Location> = optional "Location",
    }
}

shape! {
    /// For example `Administrations[].AdministeringProvider` of `Medications.Administration`.
    ProviderWithNpi in "shared.ProviderWithNpi" {
        /// `NPI`.
        npi: Option<String> = optional "NPI",
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
        address: Option<Address> = optional "Address",
        /// `EmailAddresses`: an e-mail address.
        email_addresses: Vec<String> = optional "EmailAddresses",
        /// `PhoneNumber`.
        phone_number: Option<OfficePhone> = optional "PhoneNumber",
        /// `Location`.
        location: Option<Location> = optional "Location",
    }
}

shape! {
    /// For example `Visit.AdditionalStaff[]` of `Notes.Delete`.
    AdditionalStaff in "shared.AdditionalStaff" {
        /// `Address`.
        address: Option<Address> = optional "Address",
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
        location: Option<Location> = optional "Location",
        /// `PhoneNumber`.
        phone_number: Option<OfficePhone> = optional "PhoneNumber",
        /// `Role`.
        role: Option<DescribedCode> = optional "Role",
    }
}

shape! {
    /// For example `Order.Specimen` of `Order.Cancel`.
    Specimen in "shared.Specimen" {
        /// `Source`.
        source: Option<String> = optional "Source",
        /// `BodySite`.
        body_site: Option<String> = optional "BodySite",
        /// `ID`.
        id: Option<String> = optional "ID",
    }
}

shape! {
    /// For example `Procedures[]` of `Order.Query`.
    BareCode in "shared.BareCode" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
    }
}

shape! {
    /// For example `Organizations[].Contacts[]` of `Organization.New`.
    OrganizationContact in "shared.OrganizationContact" {
        /// `Purpose`.
        purpose: Option<String> = optional "Purpose",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `EmailAddresses`: an e-mail address.
        email_addresses: Vec<String> = optional "EmailAddresses",
        /// `PhoneNumber`.
        phone_number: Option<ContactPhone> = optional "PhoneNumber",
    }
}

shape! {
    /// For example `Organizations[].Contacts[].PhoneNumber` of `Organization.New`.
    ContactPhone in "shared.ContactPhone" {
        /// `Home`: a telephone number in E.164 form (+ and digits).
        home: Option<String> = optional "Home",
        /// `Work`.
        work: Option<String> = optional "Work",
        /// `Mobile`: a telephone number in E.164 form (+ and digits).
        mobile: Option<String> = optional "Mobile",
    }
}

shape! {
    /// For example `Meta` of `PatientSearch.Response`.
    MetaOfPartialReply in "shared.MetaOfPartialReply" {
        /// `DataModel`, required.
        data_model: String = required "DataModel",
        /// `EventType`, required.
        event_type: String = required "EventType",
        /// `EventDateTime`: a date-time with offset (RFC 3339).
        event_date_time: Option<String> = optional "EventDateTime",
        /// `Test`.
        test: Option<bool> = optional "Test",
        /// `Source`.
        source: Option<System> = optional "Source",
        /// `Destinations`.
        destinations: Vec<System> = optional "Destinations",
        /// `Message`, deprecated.
        message: Option<NumericReference> = optional "Message",
        /// `Transmission`, deprecated.
        transmission: Option<NumericReference> = optional "Transmission",
        /// `FacilityCode`.
        facility_code: Option<String> = optional "FacilityCode",
        /// `IsIncomplete`.
        is_incomplete: Option<bool> = optional "IsIncomplete",
        /// `Logs`.
        logs: Vec<Log> = optional "Logs",
    }
}

shape! {
    /// For example `Visits[].AppointmentInfo[]` of `Scheduling.BookedResponse`.
    AppointmentInfo in "shared.AppointmentInfo" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Value`.
        value: Option<String> = optional "Value",
    }
}

shape! {
    /// For example `Visits[].Equipment[]` of `Scheduling.BookedResponse`.
    Equipment in "shared.Equipment" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `StartDateTime`: a date-time with offset (RFC 3339).
        start_date_time: Option<String> = optional "StartDateTime",
        /// `Duration`.
        duration: Option<Number> = optional "Duration",
    }
}

shape! {
    /// For example `Visits[].AdditionalStaff[]` of `Scheduling.BookedResponse`.
    ScheduledStaff in "shared.ScheduledStaff" {
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
        address: Option<Address> = optional "Address",
        /// `EmailAddresses`: an e-mail address.
        email_addresses: Vec<String> = optional "EmailAddresses",
        /// `PhoneNumber`.
        phone_number: Option<OfficePhone> = optional "PhoneNumber",
        /// `Location`.
        location: Option<Location> = optional "Location",
        /// `Role`.
        role: Option<DescribedCode> = optional "Role",
        /// `StartDateTime`: a date-time with offset (RFC 3339).
        start_date_time: Option<String> = optional "StartDateTime",
        /// `Duration`.
        duration: Option<Number> = optional "Duration",
    }
}
