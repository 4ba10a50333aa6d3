//! One invented patient whose every value is a mark: searched for, it is found only where somebody put it.

/// Family name.
pub const FAMILY: &str = "Marzibando";
/// Given name.
pub const GIVEN: &str = "Quillonette";
/// What every medical record number begins with; a test that needs several patients appends to it.
pub const MRNS: &str = "MRN-4711-";
/// Medical record number.
pub const MRN: &str = "MRN-4711-0815";
/// Date of birth, long before anybody's.
pub const BORN: &str = "1871-05-06";
/// The same as HL7 v2 writes it.
pub const BORN_HL7: &str = "18710506";
/// Visit number.
pub const VISIT: &str = "VISIT-2718";
/// Street.
pub const STREET: &str = "7 Wrenhollow Passage";

/// Family names in the emulator's simulated hospitals.
const EMULATED: [&str; 5] = ["Sampleton", "Mockwell", "Twinfield", "Ipsumsdottir", "Nullmann"];

/// What must not be found.
pub fn marks() -> impl Iterator<Item = &'static str> {
    [FAMILY, GIVEN, MRNS, BORN, BORN_HL7, VISIT, STREET].into_iter().chain(EMULATED)
}

/// `Patient` and `Visit` of a Redox message, members of an object without its braces.
pub const MEMBERS: &str = r#""Patient":{"Identifiers":[{"ID":"MRN-4711-0815","IDType":"MR"}],
    "Demographics":{"FirstName":"Quillonette","LastName":"Marzibando","DOB":"1871-05-06",
    "Address":{"StreetAddress":"7 Wrenhollow Passage"}}},"Visit":{"VisitNumber":"VISIT-2718"}"#;

/// The segments PID and PV1 of an HL7 v2 message, with their ends,
/// for the patient with this number.
pub fn segments(mrn: &str) -> String {
    format!(
        "PID|1||{mrn}^^^GHH^MR||{FAMILY}^{GIVEN}||{BORN_HL7}|F|||{STREET}\rPV1|1|I|4W^12^A|||||||||||||||||{VISIT}\r"
    )
}
