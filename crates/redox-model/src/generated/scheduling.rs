//! `Scheduling` as typed messages.
//!
//! Generated from `catalogue/scheduling.txt`; do not edit.

use super::shared;
use crate::typed::Number;

shape! {
    /// `Scheduling.AvailableSlots` (sync-query).
    AvailableSlots in "scheduling.AvailableSlots" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`.
        patient: Option<Patient> = optional "Patient",
        /// `StartDateTime`, required: a date-time with offset (RFC 3339).
        start_date_time: String = required "StartDateTime",
        /// `EndDateTime`: a date-time with offset (RFC 3339).
        end_date_time: Option<String> = optional "EndDateTime",
        /// `Visit`.
        visit: Option<AvailableSlotsVisit> = optional "Visit",
    }
}

event!(AvailableSlots is "Scheduling" "AvailableSlots");

shape! {
    /// `Scheduling.AvailableSlotsResponse` (sync-response).
    AvailableSlotsResponse in "scheduling.AvailableSlotsResponse" {
        /// `Meta`, required.
        meta: shared::MetaOfPartialReply = required "Meta",
        /// `AvailableSlots`, required.
        available_slots: Vec<AvailableSlot> = required "AvailableSlots",
    }
}

event!(AvailableSlotsResponse is "Scheduling" "AvailableSlotsResponse");

shape! {
    /// `Scheduling.Booked` (sync-query).
    Booked in "scheduling.Booked" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `StartDateTime`, required: a date-time with offset (RFC 3339).
        start_date_time: String = required "StartDateTime",
        /// `EndDateTime`: a date-time with offset (RFC 3339).
        end_date_time: Option<String> = optional "EndDateTime",
        /// `Visit`.
        visit: Option<BookedVisit> = optional "Visit",
    }
}

event!(Booked is "Scheduling" "Booked");

shape! {
    /// `Scheduling.BookedResponse` (sync-response).
    BookedResponse in "scheduling.BookedResponse" {
        /// `Meta`, required.
        meta: shared::MetaOfPartialReply = required "Meta",
        /// `Visits`, required.
        visits: Vec<BookedResponseVisit> = required "Visits",
    }
}

event!(BookedResponse is "Scheduling" "BookedResponse");

shape! {
    /// `Scheduling.Cancel` (async).
    Cancel in "scheduling.Cancel" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`.
        patient: Option<shared::PartialPatient> = optional "Patient",
        /// `AppointmentInfo`.
        appointment_info: Vec<shared::AppointmentInfo> = optional "AppointmentInfo",
        /// `Visit`, required.
        visit: CancelVisit = required "Visit",
    }
}

event!(Cancel is "Scheduling" "Cancel");

shape! {
    /// `Scheduling.Modification` (async).
    Modification in "scheduling.Modification" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`.
        patient: Option<shared::PartialPatient> = optional "Patient",
        /// `AppointmentInfo`.
        appointment_info: Vec<shared::AppointmentInfo> = optional "AppointmentInfo",
        /// `Visit`, required.
        visit: Visit = required "Visit",
    }
}

event!(Modification is "Scheduling" "Modification");

shape! {
    /// `Scheduling.New` (async).
    New in "scheduling.New" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`.
        patient: Option<shared::PartialPatient> = optional "Patient",
        /// `AppointmentInfo`.
        appointment_info: Vec<shared::AppointmentInfo> = optional "AppointmentInfo",
        /// `Visit`, required.
        visit: Visit = required "Visit",
    }
}

event!(New is "Scheduling" "New");

shape! {
    /// `Scheduling.NoShow` (async).
    NoShow in "scheduling.NoShow" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`.
        patient: Option<shared::PartialPatient> = optional "Patient",
        /// `AppointmentInfo`.
        appointment_info: Vec<shared::AppointmentInfo> = optional "AppointmentInfo",
        /// `Visit`, required.
        visit: NoShowVisit = required "Visit",
    }
}

event!(NoShow is "Scheduling" "NoShow");

shape! {
    /// `Scheduling.PushSlots` (async).
    PushSlots in "scheduling.PushSlots" {
        /// `Meta`, required.
        meta: Meta = required "Meta",
        /// `Slots`, required.
        slots: Vec<Slot> = required "Slots",
    }
}

event!(PushSlots is "Scheduling" "PushSlots");

shape! {
    /// `Scheduling.Reschedule` (async).
    Reschedule in "scheduling.Reschedule" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`.
        patient: Option<shared::PartialPatient> = optional "Patient",
        /// `AppointmentInfo`.
        appointment_info: Vec<shared::AppointmentInfo> = optional "AppointmentInfo",
        /// `Visit`, required.
        visit: RescheduleVisit = required "Visit",
    }
}

event!(Reschedule is "Scheduling" "Reschedule");

shape! {
    /// For example `Visit` of `Scheduling.AvailableSlots`.
    AvailableSlotsVisit in "scheduling.AvailableSlotsVisit" {
        /// `Reasons`.
        reasons: Vec<String> = optional "Reasons",
        /// `AttendingProviders`.
        attending_providers: Vec<shared::Provider> = optional "AttendingProviders",
        /// `Locations`.
        locations: Vec<AvailableSlotsVisitLocation> = optional "Locations",
        /// `VisitPreference`.
        visit_preference: Vec<VisitPreference> = optional "VisitPreference",
        /// `VisitType`.
        visit_type: Vec<shared::DescribedCode> = optional "VisitType",
    }
}

shape! {
    /// For example `Patient` of `Scheduling.AvailableSlots`.
    Patient in "scheduling.Patient" {
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Demographics`.
        demographics: Option<shared::Demographics> = optional "Demographics",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
    }
}

shape! {
    /// For example `Visit.VisitPreference[]` of `Scheduling.AvailableSlots`.
    VisitPreference in "scheduling.VisitPreference" {
        /// `Day`.
        day: Vec<String> = optional "Day",
        /// `Duration`.
        duration: Option<String> = optional "Duration",
        /// `DurationUnit`.
        duration_unit: Option<String> = optional "DurationUnit",
        /// `Time`.
        time: Vec<String> = optional "Time",
    }
}

shape! {
    /// For example `Visit.Locations[]` of `Scheduling.AvailableSlots`.
    AvailableSlotsVisitLocation in "scheduling.AvailableSlotsVisitLocation" {
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `Facility`.
        facility: Option<String> = optional "Facility",
        /// `Department`.
        department: Option<String> = optional "Department",
        /// `Room`.
        room: Option<String> = optional "Room",
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `SpecialtyDepartment`.
        specialty_department: Option<shared::DescribedCode> = optional "SpecialtyDepartment",
    }
}

shape! {
    /// For example `AvailableSlots[]` of `Scheduling.AvailableSlotsResponse`.
    AvailableSlot in "scheduling.AvailableSlot" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `DateTime`, required: a date-time with offset (RFC 3339).
        date_time: String = required "DateTime",
        /// `Reason`.
        reason: Option<String> = optional "Reason",
        /// `Duration`, required.
        duration: Number = required "Duration",
        /// `Provider`.
        provider: Option<shared::Provider> = optional "Provider",
        /// `Location`.
        location: Option<shared::Location> = optional "Location",
        /// `Notes`.
        notes: Vec<String> = optional "Notes",
    }
}

shape! {
    /// For example `Visit` of `Scheduling.Booked`.
    BookedVisit in "scheduling.BookedVisit" {
        /// `Reason`.
        reason: Option<String> = optional "Reason",
        /// `AttendingProviders`.
        attending_providers: Vec<shared::Provider> = optional "AttendingProviders",
        /// `VisitProvider`.
        visit_provider: Option<shared::Provider> = optional "VisitProvider",
        /// `Location`.
        location: Option<shared::Location> = optional "Location",
        /// `Patients`.
        patients: Vec<shared::PatientReference> = optional "Patients",
        /// `VisitNumber`.
        visit_number: Option<String> = optional "VisitNumber",
    }
}

shape! {
    /// For example `Visits[]` of `Scheduling.BookedResponse`.
    BookedResponseVisit in "scheduling.BookedResponseVisit" {
        /// `VisitNumber`, required.
        visit_number: String = required "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `VisitDateTime`, required: a date-time with offset (RFC 3339).
        visit_date_time: String = required "VisitDateTime",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `Status`: `Pending`, `Other`, `Scheduled`, `Arrived`, `Completed`, `No Show`, `Canceled`, `Left Without Being Seen`, `Rescheduled`.
        status: Option<String> = optional "Status",
        /// `Duration`, required.
        duration: Number = required "Duration",
        /// `Reason`.
        reason: Option<String> = optional "Reason",
        /// `CancelReason`.
        cancel_reason: Option<String> = optional "CancelReason",
        /// `LastUpdated`: a date-time with offset (RFC 3339).
        last_updated: Option<String> = optional "LastUpdated",
        /// `ScheduledDateTime`: a date-time with offset (RFC 3339).
        scheduled_date_time: Option<String> = optional "ScheduledDateTime",
        /// `CancelDateTime`: a date-time with offset (RFC 3339).
        cancel_date_time: Option<String> = optional "CancelDateTime",
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `Instructions`.
        instructions: Vec<String> = optional "Instructions",
        /// `AttendingProvider`.
        attending_provider: Option<shared::Provider> = optional "AttendingProvider",
        /// `ConsultingProvider`.
        consulting_provider: Option<shared::Provider> = optional "ConsultingProvider",
        /// `ReferringProvider`.
        referring_provider: Option<shared::Provider> = optional "ReferringProvider",
        /// `VisitProvider`.
        visit_provider: Option<shared::Provider> = optional "VisitProvider",
        /// `Location`, required.
        location: Location = required "Location",
        /// `AdditionalStaff`.
        additional_staff: Vec<shared::ScheduledStaff> = optional "AdditionalStaff",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `Equipment`.
        equipment: Vec<shared::Equipment> = optional "Equipment",
        /// `Patient`, required.
        patient: shared::Patient = required "Patient",
        /// `AppointmentInfo`.
        appointment_info: Vec<shared::AppointmentInfo> = optional "AppointmentInfo",
    }
}

shape! {
    /// For example `Visits[].Location` of `Scheduling.BookedResponse`.
    Location in "scheduling.Location" {
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `Facility`.
        facility: Option<String> = optional "Facility",
        /// `Department`, required.
        department: String = required "Department",
        /// `Room`.
        room: Option<String> = optional "Room",
        /// `DepartmentIdentifiers`.
        department_identifiers: Vec<shared::Identifier> = optional "DepartmentIdentifiers",
        /// `FacilityIdentifiers`.
        facility_identifiers: Vec<shared::Identifier> = optional "FacilityIdentifiers",
    }
}

shape! {
    /// For example `Visit` of `Scheduling.Cancel`.
    CancelVisit in "scheduling.CancelVisit" {
        /// `VisitNumber`, required.
        visit_number: String = required "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `VisitDateTime`, required: a date-time with offset (RFC 3339).
        visit_date_time: String = required "VisitDateTime",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `Status`: `Pending`, `Other`, `Scheduled`, `Arrived`, `Completed`, `No Show`, `Canceled`, `Left Without Being Seen`, `Rescheduled`.
        status: Option<String> = optional "Status",
        /// `Duration`.
        duration: Option<Number> = optional "Duration",
        /// `Reason`.
        reason: Option<String> = optional "Reason",
        /// `CancelReason`.
        cancel_reason: Option<String> = optional "CancelReason",
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `Instructions`.
        instructions: Vec<String> = optional "Instructions",
        /// `AttendingProvider`.
        attending_provider: Option<shared::Provider> = optional "AttendingProvider",
        /// `ConsultingProvider`.
        consulting_provider: Option<shared::Provider> = optional "ConsultingProvider",
        /// `ReferringProvider`.
        referring_provider: Option<shared::Provider> = optional "ReferringProvider",
        /// `VisitProvider`.
        visit_provider: Option<shared::Provider> = optional "VisitProvider",
        /// `Location`, required.
        location: Location = required "Location",
        /// `AdditionalStaff`.
        additional_staff: Vec<shared::ScheduledStaff> = optional "AdditionalStaff",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `Equipment`.
        equipment: Vec<shared::Equipment> = optional "Equipment",
    }
}

shape! {
    /// For example `Visit` of `Scheduling.Modification`.
    Visit in "scheduling.Visit" {
        /// `VisitNumber`, required.
        visit_number: String = required "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `VisitDateTime`, required: a date-time with offset (RFC 3339).
        visit_date_time: String = required "VisitDateTime",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `Status`: `Pending`, `Other`, `Scheduled`, `Arrived`, `Completed`, `No Show`, `Canceled`, `Left Without Being Seen`, `Rescheduled`.
        status: Option<String> = optional "Status",
        /// `Duration`, required.
        duration: Number = required "Duration",
        /// `Reason`.
        reason: Option<String> = optional "Reason",
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `Instructions`.
        instructions: Vec<String> = optional "Instructions",
        /// `AttendingProvider`.
        attending_provider: Option<shared::Provider> = optional "AttendingProvider",
        /// `ConsultingProvider`.
        consulting_provider: Option<shared::Provider> = optional "ConsultingProvider",
        /// `ReferringProvider`.
        referring_provider: Option<shared::Provider> = optional "ReferringProvider",
        /// `VisitProvider`.
        visit_provider: Option<shared::Provider> = optional "VisitProvider",
        /// `Location`, required.
        location: Location = required "Location",
        /// `AdditionalStaff`.
        additional_staff: Vec<shared::ScheduledStaff> = optional "AdditionalStaff",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `Equipment`.
        equipment: Vec<shared::Equipment> = optional "Equipment",
    }
}

shape! {
    /// For example `Visit` of `Scheduling.NoShow`.
    NoShowVisit in "scheduling.NoShowVisit" {
        /// `VisitNumber`, required.
        visit_number: String = required "VisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `VisitDateTime`, required: a date-time with offset (RFC 3339).
        visit_date_time: String = required "VisitDateTime",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `Status`: `Pending`, `Other`, `Scheduled`, `Arrived`, `Completed`, `No Show`, `Canceled`, `Left Without Being Seen`, `Rescheduled`.
        status: Option<String> = optional "Status",
        /// `Duration`.
        duration: Option<Number> = optional "Duration",
        /// `Reason`.
        reason: Option<String> = optional "Reason",
        /// `NoShowReason`.
        no_show_reason: Option<String> = optional "NoShowReason",
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `Instructions`.
        instructions: Vec<String> = optional "Instructions",
        /// `AttendingProvider`.
        attending_provider: Option<shared::Provider> = optional "AttendingProvider",
        /// `ConsultingProvider`.
        consulting_provider: Option<shared::Provider> = optional "ConsultingProvider",
        /// `ReferringProvider`.
        referring_provider: Option<shared::Provider> = optional "ReferringProvider",
        /// `VisitProvider`.
        visit_provider: Option<shared::Provider> = optional "VisitProvider",
        /// `Location`, required.
        location: Location = required "Location",
        /// `AdditionalStaff`.
        additional_staff: Vec<shared::ScheduledStaff> = optional "AdditionalStaff",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `Equipment`.
        equipment: Vec<shared::Equipment> = optional "Equipment",
    }
}

shape! {
    /// For example `Slots[]` of `Scheduling.PushSlots`.
    Slot in "scheduling.Slot" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `DateTime`, required: a date-time with offset (RFC 3339).
        date_time: String = required "DateTime",
        /// `Reason`.
        reason: Option<String> = optional "Reason",
        /// `Duration`, required.
        duration: Number = required "Duration",
        /// `Provider`.
        provider: Option<Provider> = optional "Provider",
        /// `Location`.
        location: Option<shared::Location> = optional "Location",
    }
}

shape! {
    /// For example `Meta` of `Scheduling.PushSlots`.
    Meta in "scheduling.Meta" {
        /// `DataModel`, required.
        data_model: String = required "DataModel",
        /// `EventType`, required.
        event_type: String = required "EventType",
        /// `EventDateTime`: a date-time with offset (RFC 3339).
        event_date_time: Option<String> = optional "EventDateTime",
        /// `Test`.
        test: Option<bool> = optional "Test",
        /// `Source`.
        source: Option<shared::System> = optional "Source",
        /// `Destinations`.
        destinations: Vec<shared::System> = optional "Destinations",
        /// `Message`, deprecated.
        message: Option<shared::NumericReference> = optional "Message",
        /// `Transmission`, deprecated.
        transmission: Option<shared::NumericReference> = optional "Transmission",
        /// `FacilityCode`.
        facility_code: Option<String> = optional "FacilityCode",
        /// `BatchID`.
        batch_id: Option<String> = optional "BatchID",
        /// `CurrentBatch`.
        current_batch: Option<String> = optional "CurrentBatch",
        /// `TotalBatches`.
        total_batches: Option<String> = optional "TotalBatches",
        /// `Logs`.
        logs: Vec<shared::Log> = optional "Logs",
    }
}

shape! {
    /// For example `Slots[].Provider` of `Scheduling.PushSlots`.
    Provider in "scheduling.Provider" {
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
    }
}

shape! {
    /// For example `Visit` of `Scheduling.Reschedule`.
    RescheduleVisit in "scheduling.RescheduleVisit" {
        /// `VisitNumber`, required.
        visit_number: String = required "VisitNumber",
        /// `OldVisitNumber`.
        old_visit_number: Option<String> = optional "OldVisitNumber",
        /// `AccountNumber`.
        account_number: Option<String> = optional "AccountNumber",
        /// `VisitDateTime`, required: a date-time with offset (RFC 3339).
        visit_date_time: String = required "VisitDateTime",
        /// `OldDateTime`: a date-time with offset (RFC 3339).
        old_date_time: Option<String> = optional "OldDateTime",
        /// `PatientClass`.
        patient_class: Option<String> = optional "PatientClass",
        /// `Status`: `Pending`, `Other`, `Scheduled`, `Arrived`, `Completed`, `No Show`, `Canceled`, `Left Without Being Seen`, `Rescheduled`.
        status: Option<String> = optional "Status",
        /// `Duration`, required.
        duration: Number = required "Duration",
        /// `Reason`.
        reason: Option<String> = optional "Reason",
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `Instructions`.
        instructions: Vec<String> = optional "Instructions",
        /// `AttendingProvider`.
        attending_provider: Option<shared::Provider> = optional "AttendingProvider",
        /// `ConsultingProvider`.
        consulting_provider: Option<shared::Provider> = optional "ConsultingProvider",
        /// `ReferringProvider`.
        referring_provider: Option<shared::Provider> = optional "ReferringProvider",
        /// `VisitProvider`.
        visit_provider: Option<shared::Provider> = optional "VisitProvider",
        /// `Location`, required.
        location: Location = required "Location",
        /// `AdditionalStaff`.
        additional_staff: Vec<shared::ScheduledStaff> = optional "AdditionalStaff",
        /// `Diagnoses`.
        diagnoses: Vec<shared::Diagnosis> = optional "Diagnoses",
        /// `Equipment`.
        equipment: Vec<shared::Equipment> = optional "Equipment",
    }
}
