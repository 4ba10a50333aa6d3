//! Composite data types by the names of their components (HL7 v2.5.1 chapter 2.A).
//!
//! Each type is a [`Value`] with names; reading a component costs nothing more than by number.

use crate::{Timestamp, TimestampError, Value};

/// The composite type of a field, as far as paths need it for conditions by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DataType {
    /// Identifier with authority and type.
    Cx,
    /// Person name.
    Xpn,
    /// Address.
    Xad,
    /// Telephone number or electronic address.
    Xtn,
    /// Person with identifier and name.
    Xcn,
    /// Coded text.
    Cwe,
    /// Location of a person.
    Pl,
}

/// Segment and field numbers.
type Fields = [(&'static str, &'static [usize])];

/// Which fields are of these types; only what admissions and results use.
const FIELDS: &[(DataType, &Fields)] = &[
    (DataType::Cx, &[("PID", &[2, 3, 4, 18, 21]), ("PV1", &[5, 19, 50]), ("MRG", &[1, 2, 3, 4, 5, 6]), ("NK1", &[33])]),
    (DataType::Cx, &[("GT1", &[2]), ("IN1", &[3, 49])]),
    (DataType::Xpn, &[("PID", &[5, 6, 9]), ("NK1", &[2]), ("GT1", &[3, 4]), ("IN1", &[16]), ("MRG", &[7])]),
    (DataType::Xad, &[("PID", &[11]), ("NK1", &[4]), ("GT1", &[5, 17]), ("IN1", &[5, 19])]),
    (DataType::Xtn, &[("PID", &[13, 14]), ("NK1", &[5, 6, 40]), ("GT1", &[6, 7, 18]), ("IN1", &[7])]),
    (DataType::Xcn, &[("PV1", &[7, 8, 9, 17, 52]), ("PD1", &[4]), ("ROL", &[4]), ("OBR", &[16, 28]), ("ORC", &[12])]),
    (DataType::Cwe, &[("PID", &[10, 15, 16, 17, 22]), ("DG1", &[3]), ("AL1", &[2, 3]), ("OBR", &[4]), ("OBX", &[3])]),
    (DataType::Pl, &[("PV1", &[3, 6, 11, 42, 43])]),
];

impl DataType {
    /// The type of a field, where it is known here.
    pub fn of(segment: &str, field: usize) -> Option<Self> {
        let has = |fields: &Fields| fields.iter().any(|(id, numbers)| *id == segment && numbers.contains(&field));
        FIELDS.iter().find(|(_, fields)| has(fields)).map(|(data_type, _)| *data_type)
    }

    /// The component that a condition means by a name: `type`, `authority`, `use`, `system`.
    pub fn component(self, name: &str) -> Option<u16> {
        match (self, name) {
            (DataType::Cx, "type") => Some(5),
            (DataType::Cx, "authority") => Some(4),
            (DataType::Xpn | DataType::Xad, "type") => Some(7),
            (DataType::Xtn, "use") => Some(2),
            (DataType::Xtn, "type") => Some(3),
            (DataType::Xcn, "type") => Some(13),
            (DataType::Xcn, "authority") => Some(9),
            (DataType::Cwe, "system") => Some(3),
            (DataType::Pl, "type") => Some(6),
            _ => None,
        }
    }
}

macro_rules! data_type {
    ($(#[$meta:meta])* $name:ident, $code:literal { $($accessor:ident = $number:literal $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name<'a>(Value<'a>);

        impl<'a> From<Value<'a>> for $name<'a> {
            fn from(value: Value<'a>) -> Self {
                Self(value)
            }
        }

        impl<'a> $name<'a> {
            /// The value itself.
            pub fn value(self) -> Value<'a> {
                self.0
            }

            $(
                #[doc = concat!("`", $code, ".", $number, "`: ", $text, ".")]
                pub fn $accessor(self) -> Value<'a> {
                    self.0.component($number)
                }
            )*
        }
    };
}

data_type! {
    /// An identifier with its authority and type.
    Identifier, "CX" {
        id = 1 "the identifier",
        check_digit = 2 "the check digit",
        authority = 4 "who assigned it; its first subcomponent is the name",
        type_code = 5 "what kind it is, HL7 table 0203",
        facility = 6 "where it was assigned",
        effective = 7 "from when it holds",
        expiration = 8 "until when it holds",
    }
}

data_type! {
    /// A person's name.
    PersonName, "XPN" {
        family = 1 "the family name; the surname alone is its first subcomponent",
        given = 2 "the first given name",
        further = 3 "further given names or initials",
        suffix = 4 "suffix, such as `Jr`",
        prefix = 5 "prefix, such as `Dr`",
        degree = 6 "degree",
        type_code = 7 "what kind of name it is, HL7 table 0200",
    }
}

data_type! {
    /// An address.
    Address, "XAD" {
        street = 1 "street; the line alone is its first subcomponent",
        other = 2 "other designation",
        city = 3 "city",
        state = 4 "state or province",
        postal_code = 5 "postal code",
        country = 6 "country",
        type_code = 7 "what kind of address it is, HL7 table 0190",
        county = 9 "county or parish",
    }
}

data_type! {
    /// A telephone number or electronic address.
    Telecom, "XTN" {
        number = 1 "the number as it is dialled (before 2.7)",
        use_code = 2 "what it is used for, HL7 table 0201",
        equipment = 3 "what is at its end, HL7 table 0202",
        address = 4 "electronic address",
        country_code = 5 "country code",
        area_code = 6 "area code",
        local_number = 7 "local number",
        extension = 8 "extension",
        unformatted = 12 "the number as it is dialled (since 2.7)",
    }
}

data_type! {
    /// A person's place in a facility.
    PersonLocation, "PL" {
        point_of_care = 1 "point of care",
        room = 2 "room",
        bed = 3 "bed",
        facility = 4 "facility; its first subcomponent is the name",
        status = 5 "status of the bed",
        type_code = 6 "kind of place",
        building = 7 "building",
        floor = 8 "floor",
    }
}

data_type! {
    /// A person with an identifier: a provider, a clerk.
    Person, "XCN" {
        id = 1 "the identifier",
        family = 2 "the family name",
        given = 3 "the first given name",
        further = 4 "further given names or initials",
        suffix = 5 "suffix",
        prefix = 6 "prefix",
        degree = 7 "degree",
        authority = 9 "who assigned the identifier",
        name_type = 10 "what kind of name it is",
        type_code = 13 "what kind of identifier it is",
    }
}

data_type! {
    /// An organisation.
    Organization, "XON" {
        name = 1 "the name",
        id = 3 "the identifier (before 2.5)",
        authority = 6 "who assigned the identifier",
        identifier = 10 "the identifier (since 2.5)",
    }
}

data_type! {
    /// A coded value with its text.
    Coded, "CWE" {
        code = 1 "the code",
        text = 2 "what the code means",
        system = 3 "the code's system",
        alternate_code = 4 "the code in another system",
        alternate_text = 5 "the text in another system",
        alternate_system = 6 "the other system",
        original_text = 9 "the text the code was made from",
    }
}

/// A date or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment<'a>(Value<'a>);

impl<'a> From<Value<'a>> for Moment<'a> {
    fn from(value: Value<'a>) -> Self {
        Self(value)
    }
}

impl<'a> Moment<'a> {
    /// The value itself.
    pub fn value(self) -> Value<'a> {
        self.0
    }

    /// What it says; `None` if it says nothing.
    pub fn read(self) -> Option<Result<Timestamp, TimestampError>> {
        let text = self.0.text();
        (!text.trim().is_empty()).then(|| Timestamp::parse(&text))
    }
}
