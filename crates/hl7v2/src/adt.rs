//! An ADT message by the names of its segments and fields (HL7 v2 chapters 3 and 6).
//!
//! A view: nothing is copied and nothing is checked. What belongs together is found by order, as the standard means it: IN2
//! and IN3 belong to the IN1 before them, MRG and PV1 of a merge to the PID before them.

use crate::{
    Message, Segment, Value,
    datatype::{Address, Coded, Identifier, Moment, Organization, Person, PersonLocation, PersonName, Telecom},
    trigger::{self, MessageType, TriggerEvent},
};

/// A message read as ADT.
#[derive(Debug, Clone, Copy)]
pub struct Adt<'m, 'a> {
    message: &'m Message<'a>,
}

/// The message is no ADT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the message is not of type ADT (MSH-9.1)")]
pub struct NotAdt;

impl<'m, 'a> Adt<'m, 'a> {
    /// Reads a message as ADT, if it says it is.
    pub fn of(message: &'m Message<'a>) -> Result<Self, NotAdt> {
        if message.header().field(9).component(1).text() == "ADT" { Ok(Self { message }) } else { Err(NotAdt) }
    }

    /// The message itself.
    pub fn message(self) -> &'m Message<'a> {
        self.message
    }

    /// Its type and trigger.
    pub fn message_type(self) -> MessageType<'a> {
        trigger::of(self.message)
    }

    /// Its trigger event, if it is one of A01 to A62.
    pub fn trigger(self) -> Option<&'static TriggerEvent> {
        trigger::find(&self.message_type().trigger?)
    }

    /// EVN; many feeds leave it out.
    pub fn event(self) -> Option<Event<'m, 'a>> {
        self.message.segment("EVN").map(Event)
    }

    /// The first PID.
    pub fn patient(self) -> Option<Patient<'m, 'a>> {
        self.message.segment("PID").map(Patient)
    }

    /// The first PD1.
    pub fn additional(self) -> Option<Additional<'m, 'a>> {
        self.message.segment("PD1").map(Additional)
    }

    /// The first PV1.
    pub fn visit(self) -> Option<Visit<'m, 'a>> {
        self.message.segment("PV1").map(Visit)
    }

    /// The first PV2.
    pub fn visit_more(self) -> Option<VisitMore<'m, 'a>> {
        self.message.segment("PV2").map(VisitMore)
    }

    /// Next of kin and other contacts.
    pub fn contacts(self) -> impl Iterator<Item = Contact<'m, 'a>> {
        self.message.segments_named("NK1").map(Contact)
    }

    /// Guarantors.
    pub fn guarantors(self) -> impl Iterator<Item = Guarantor<'m, 'a>> {
        self.message.segments_named("GT1").map(Guarantor)
    }

    /// Insurances, each with the IN2 behind it.
    pub fn insurances(self) -> impl Iterator<Item = (Insurance<'m, 'a>, Option<InsuranceMore<'m, 'a>>)> {
        self.message.segments_named("IN1").map(|first| {
            let behind = self.message.segments().skip(first.index() + 1).take_while(|segment| !segment.is("IN1"));
            (Insurance(first), behind.into_iter().find(|segment| segment.is("IN2")).map(InsuranceMore))
        })
    }

    /// Allergies as AL1 gives them.
    pub fn allergies(self) -> impl Iterator<Item = Allergy<'m, 'a>> {
        self.message.segments_named("AL1").map(Allergy)
    }

    /// Adverse reactions as IAM gives them (since 2.4).
    pub fn adverse_reactions(self) -> impl Iterator<Item = AdverseReaction<'m, 'a>> {
        self.message.segments_named("IAM").map(AdverseReaction)
    }

    /// Diagnoses.
    pub fn diagnoses(self) -> impl Iterator<Item = Diagnosis<'m, 'a>> {
        self.message.segments_named("DG1").map(Diagnosis)
    }

    /// Roles of people: since 2.4 also how a primary care provider is named.
    pub fn roles(self) -> impl Iterator<Item = Role<'m, 'a>> {
        self.message.segments_named("ROL").map(Role)
    }

    /// Merges: each MRG with the PID before it and the PV1 behind it.
    pub fn merges(self) -> impl Iterator<Item = Merge<'m, 'a>> {
        self.message.segments_named("MRG").map(|prior| {
            let before = self.message.segments().take(prior.index()).rev().find(|segment| segment.is("PID"));
            let behind = self.message.segments().skip(prior.index() + 1);
            let visit =
                behind.take_while(|segment| !segment.is("MRG") && !segment.is("PID")).find(|segment| segment.is("PV1"));
            Merge { prior: Prior(prior), patient: before.map(Patient), visit: visit.map(Visit) }
        })
    }
}

/// One merge, move or change of numbers.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Merge<'m, 'a> {
    /// What the numbers were.
    pub prior: Prior<'m, 'a>,
    /// Whose they are from now on.
    pub patient: Option<Patient<'m, 'a>>,
    /// The visit it is about.
    pub visit: Option<Visit<'m, 'a>>,
}

macro_rules! segment_view {
    (@field $accessor:ident = $number:literal $text:literal each $ty:ident) => {
        #[doc = concat!("Field ", $number, ": ", $text, "; all repetitions.")]
        pub fn $accessor(self) -> impl Iterator<Item = $ty<'a>> + use<'m, 'a> {
            self.0.field($number).repetitions().map($ty::from)
        }
    };
    (@field $accessor:ident = $number:literal $text:literal as $ty:ident) => {
        #[doc = concat!("Field ", $number, ": ", $text, ".")]
        pub fn $accessor(self) -> $ty<'a> {
            $ty::from(self.0.field($number))
        }
    };
    ($(#[$meta:meta])* $name:ident { $($accessor:ident = $number:literal $text:literal $kind:tt $ty:ident,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name<'m, 'a>(Segment<'m, 'a>);

        impl<'m, 'a> $name<'m, 'a> {
            /// The segment itself.
            pub fn segment(self) -> Segment<'m, 'a> {
                self.0
            }

            $(segment_view!(@field $accessor = $number $text $kind $ty);)*
        }
    };
}

segment_view! {
    /// EVN, the event.
    Event {
        trigger = 1 "the trigger event (deprecated)" as Value,
        recorded = 2 "when it was recorded" as Moment,
        planned = 3 "for when it is planned" as Moment,
        reason = 4 "why, HL7 table 0062" as Coded,
        operators = 5 "who recorded it" each Person,
        occurred = 6 "when it happened" as Moment,
        facility = 7 "where it happened" as Value,
    }
}

segment_view! {
    /// PID, the patient.
    Patient {
        external_id = 2 "external identifier (old)" as Identifier,
        identifiers = 3 "identifiers" each Identifier,
        alternate_ids = 4 "alternate identifiers (old)" each Identifier,
        names = 5 "names" each PersonName,
        mothers_maiden_names = 6 "mother's maiden name" each PersonName,
        birth = 7 "date of birth" as Moment,
        sex = 8 "sex, HL7 table 0001" as Coded,
        aliases = 9 "other names (old)" each PersonName,
        races = 10 "race, HL7 table 0005" each Coded,
        addresses = 11 "addresses" each Address,
        county = 12 "county code (old)" as Value,
        home_numbers = 13 "home telephone and electronic addresses" each Telecom,
        business_numbers = 14 "business telephone" each Telecom,
        language = 15 "language" as Coded,
        marital_status = 16 "marital status, HL7 table 0002" as Coded,
        religion = 17 "religion, HL7 table 0006" as Coded,
        account = 18 "account number" as Identifier,
        social_security_number = 19 "social security number" as Value,
        driver_licence = 20 "driver's licence" as Value,
        ethnic_groups = 22 "ethnic group, HL7 table 0189" each Coded,
        birth_place = 23 "birth place" as Value,
        citizenships = 26 "citizenship" each Coded,
        nationality = 28 "nationality" as Coded,
        death = 29 "time of death" as Moment,
        is_dead = 30 "whether the patient is dead, HL7 table 0136" as Value,
        updated = 33 "when it was last updated" as Moment,
        species = 35 "species, where that is not human" as Coded,
    }
}

segment_view! {
    /// PD1, more about the patient.
    Additional {
        facilities = 3 "primary facility" each Organization,
        care_providers = 4 "primary care provider" each Person,
    }
}

segment_view! {
    /// PV1, the visit.
    Visit {
        class = 2 "patient class, HL7 table 0004" as Coded,
        location = 3 "where the patient is" as PersonLocation,
        admission_type = 4 "admission type, HL7 table 0007" as Coded,
        preadmit_number = 5 "pre-admit number" as Identifier,
        prior_location = 6 "where the patient was" as PersonLocation,
        attending = 7 "attending doctors" each Person,
        referring = 8 "referring doctors" each Person,
        consulting = 9 "consulting doctors" each Person,
        service = 10 "hospital service, HL7 table 0069" as Coded,
        admit_source = 14 "admit source, HL7 table 0023" as Coded,
        admitting = 17 "admitting doctors" each Person,
        patient_type = 18 "patient type" as Coded,
        number = 19 "visit number" as Identifier,
        discharge_disposition = 36 "discharge disposition, HL7 table 0112" as Coded,
        discharged_to = 37 "where the patient was discharged to" as Value,
        servicing_facility = 39 "servicing facility" as Coded,
        pending_location = 42 "where the patient will be" as PersonLocation,
        temporary_location = 43 "where the patient was for a while" as PersonLocation,
        admitted = 44 "when the patient was admitted" as Moment,
        discharged = 45 "when the patient was discharged" each Moment,
        balance = 46 "current balance" as Value,
        alternate_number = 50 "alternate visit identifier" as Identifier,
        indicator = 51 "whether the segment is about an account or a visit" as Value,
        other_providers = 52 "other providers" each Person,
    }
}

segment_view! {
    /// PV2, more about the visit.
    VisitMore {
        admit_reason = 3 "reason for admission" as Coded,
        transfer_reason = 4 "reason for transfer" as Coded,
        expected_admission = 8 "when the patient is expected" as Moment,
        expected_discharge = 9 "when the patient is expected to leave" as Moment,
        description = 12 "what the visit is about" as Value,
    }
}

segment_view! {
    /// NK1, a contact.
    Contact {
        names = 2 "names" each PersonName,
        relationship = 3 "relation to the patient, HL7 table 0063" as Coded,
        addresses = 4 "addresses" each Address,
        home_numbers = 5 "telephone" each Telecom,
        business_numbers = 6 "business telephone" each Telecom,
        role = 7 "what kind of contact, HL7 table 0131" as Coded,
        sex = 15 "sex" as Coded,
        birth = 16 "date of birth" as Moment,
        identifiers = 33 "identifiers" each Identifier,
        mobile_numbers = 40 "telephone (since 2.7)" each Telecom,
    }
}

segment_view! {
    /// GT1, who pays.
    Guarantor {
        numbers = 2 "numbers" each Identifier,
        names = 3 "names" each PersonName,
        spouse_names = 4 "names of the spouse" each PersonName,
        addresses = 5 "addresses" each Address,
        home_numbers = 6 "home telephone" each Telecom,
        business_numbers = 7 "business telephone" each Telecom,
        birth = 8 "date of birth" as Moment,
        sex = 9 "sex" as Coded,
        kind = 10 "type" as Coded,
        relationship = 11 "relation to the patient" as Coded,
        social_security_number = 12 "social security number" as Value,
        employer_names = 16 "employer" each PersonName,
        employer_addresses = 17 "employer's addresses" each Address,
        employer_numbers = 18 "employer's telephone" each Telecom,
        organizations = 21 "the organisation that pays" each Organization,
    }
}

segment_view! {
    /// IN1, an insurance.
    Insurance {
        plan = 2 "plan" as Coded,
        company_ids = 3 "company identifiers" each Identifier,
        company_names = 4 "company names" each Organization,
        company_addresses = 5 "company addresses" each Address,
        company_numbers = 7 "company telephone" each Telecom,
        group_number = 8 "group number" as Value,
        group_names = 9 "group names" each Organization,
        effective = 12 "from when it holds" as Moment,
        expiration = 13 "until when it holds" as Moment,
        plan_type = 15 "plan type" as Coded,
        insured_names = 16 "names of the insured" each PersonName,
        relationship = 17 "relation of the insured to the patient" as Coded,
        insured_birth = 18 "insured's date of birth" as Moment,
        insured_addresses = 19 "insured's addresses" each Address,
        priority = 22 "rank among the insurances" as Value,
        agreement_type = 31 "type of agreement" as Coded,
        policy_number = 36 "policy number" as Value,
        insured_sex = 43 "insured's sex" as Coded,
        coverage_type = 47 "coverage type" as Coded,
        insured_ids = 49 "insured's identifiers" each Identifier,
    }
}

segment_view! {
    /// IN2, more about an insurance.
    InsuranceMore {
        insured_employee_ids = 1 "insured's employee identifiers" each Identifier,
        insured_social_security_number = 2 "insured's social security number" as Value,
        medicare_number = 6 "Medicare number" as Value,
        medicaid_number = 8 "Medicaid number" as Value,
        member_number = 61 "member number" as Identifier,
        insured_numbers = 63 "insured's telephone" each Telecom,
    }
}

segment_view! {
    /// AL1, an allergy.
    Allergy {
        kind = 2 "allergen type, HL7 table 0127" as Coded,
        allergen = 3 "allergen" as Coded,
        severity = 4 "severity, HL7 table 0128" as Coded,
        reactions = 5 "reactions" each Value,
        identified = 6 "when it was found" as Moment,
    }
}

segment_view! {
    /// IAM, an adverse reaction.
    AdverseReaction {
        kind = 2 "allergen type, HL7 table 0127" as Coded,
        allergen = 3 "allergen" as Coded,
        severity = 4 "severity, HL7 table 0128" as Coded,
        reactions = 5 "reactions" each Value,
        action = 6 "what to do with the record, HL7 table 0206" as Coded,
        onset = 11 "when it began" as Moment,
        reported = 13 "when it was reported" as Moment,
        status = 17 "clinical status" as Coded,
    }
}

segment_view! {
    /// DG1, a diagnosis.
    Diagnosis {
        method = 2 "code system (old)" as Value,
        code = 3 "diagnosis" as Coded,
        description = 4 "description (old)" as Value,
        diagnosed = 5 "when it was made" as Moment,
        kind = 6 "type, HL7 table 0052" as Coded,
        priority = 15 "rank among the diagnoses" as Value,
        clinicians = 16 "who made it" each Person,
    }
}

segment_view! {
    /// ROL, somebody's role.
    Role {
        action = 2 "what to do with the record" as Value,
        role = 3 "role, HL7 table 0443" as Coded,
        persons = 4 "who has it" each Person,
        begin = 5 "since when" as Moment,
        end = 6 "until when" as Moment,
    }
}

segment_view! {
    /// MRG, what numbers were before.
    Prior {
        identifiers = 1 "prior identifiers" each Identifier,
        alternate_ids = 2 "prior alternate identifiers" each Identifier,
        account = 3 "prior account number" as Identifier,
        patient_id = 4 "prior patient identifier (old)" as Identifier,
        visit_number = 5 "prior visit number" as Identifier,
        alternate_visit_number = 6 "prior alternate visit identifier" as Identifier,
        names = 7 "prior names" each PersonName,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    #[test]
    fn what_belongs_together_is_found_by_order() {
        let text = b"MSH|^~\\&|||||||ADT^A40\rPID|1||1^^^A^MR\rMRG|9\rPV1|1|I\rPID|2||2^^^A^MR~3^^^A^PI\rMRG|8\rMRG|7\rPV1|2|O\r\
            IN1|1|p\rIN1|2|q\rIN2||x";
        let message = Message::parse(text, &Options::default()).expect("a message");
        let adt = Adt::of(&message).expect("ADT");
        assert_eq!(adt.trigger().map(|event| event.name), Some("Merge patient, patient identifier list"));
        let merges: Vec<_> = adt
            .merges()
            .map(|merge| {
                let prior = merge.prior.identifiers().next().map(|id| id.id().text().into_owned());
                let patient = merge.patient.and_then(|patient| patient.identifiers().last());
                let class = merge.visit.map(|visit| visit.class().code().text().into_owned());
                (prior.unwrap_or_default(), patient.map(|id| id.id().text().into_owned()), class)
            })
            .collect();
        let expected = [("9", Some("1"), Some("I")), ("8", Some("3"), None), ("7", Some("3"), Some("O"))];
        let text = |text: Option<&str>| text.map(str::to_owned);
        assert_eq!(merges, expected.map(|(prior, id, class)| (prior.to_owned(), text(id), text(class))));
        let more: Vec<_> = adt.insurances().map(|(_, more)| more.is_some()).collect();
        assert_eq!(more, [false, true]);
    }

    #[test]
    fn only_adt_is_adt() {
        let message = Message::parse(b"MSH|^~\\&|||||||ORU^R01", &Options::default()).expect("a message");
        assert_eq!(Adt::of(&message).err(), Some(NotAdt));
    }
}
