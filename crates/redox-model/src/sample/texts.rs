//! What is written into the text fields of samples, by the name of the field.

use super::{Around, rng::Rng};

const FIRST: [&str; 10] =
    ["Testina", "Samplina", "Fictor", "Placida", "Mocky", "Demona", "Examplo", "Dummika", "Fixturo", "Seeda"];
const MIDDLE: [&str; 4] = ["Quill", "Umber", "Vesper", "Wren"];
const LAST: [&str; 10] = [
    "Testwell",
    "Sampleton",
    "Notreal",
    "Invently",
    "Mockford",
    "Examplesen",
    "Fictson",
    "Placeholt",
    "Dummerley",
    "Seedling",
];

/// Somebody invented.
#[derive(Clone)]
pub(super) struct Person {
    first: &'static str,
    middle: &'static str,
    last: &'static str,
    pub(super) born: String,
}

impl Person {
    pub(super) fn invent(rng: &mut Rng) -> Self {
        let born = format!("{}-{:02}-{:02}", 1930 + rng.below(80), 1 + rng.below(12), 1 + rng.below(28));
        Self { first: rng.pick(&FIRST), middle: rng.pick(&MIDDLE), last: rng.pick(&LAST), born }
    }

    pub(super) fn email(&self) -> String {
        format!("{}.{}@example.com", self.first.to_lowercase(), self.last.to_lowercase())
    }

    fn full_name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }
}

/// A code with its system and meaning, used together within one object.
#[derive(Clone, Copy)]
pub(super) struct Coded {
    code: &'static str,
    system: &'static str,
    oid: &'static str,
    name: &'static str,
}

const CODES: [Coded; 6] = [
    Coded { code: "24321-2", system: "LOINC", oid: "2.16.840.1.113883.6.1", name: "Basic metabolic panel" },
    Coded { code: "2345-7", system: "LOINC", oid: "2.16.840.1.113883.6.1", name: "Glucose" },
    Coded { code: "J18.9", system: "ICD-10", oid: "2.16.840.1.113883.6.90", name: "Pneumonia, unspecified organism" },
    Coded { code: "73211009", system: "SNOMED CT", oid: "2.16.840.1.113883.6.96", name: "Diabetes mellitus" },
    Coded { code: "80061", system: "CPT", oid: "2.16.840.1.113883.6.12", name: "Lipid panel" },
    Coded { code: "197806", system: "RxNorm", oid: "2.16.840.1.113883.6.88", name: "Ibuprofen 600 MG Oral Tablet" },
];

impl Coded {
    pub(super) fn pick(rng: &mut Rng) -> Self {
        rng.pick(&CODES)
    }
}

/// The value of a set that goes with what the other fields of a sample say; the first of these that the set has.
pub(super) fn preferred(name: &str) -> &'static [&'static str] {
    match name {
        "ValueType" => &["Numeric"],
        "ContentType" => &["Plain Text"],
        "Status" | "ResultsStatus" => &["Final", "New", "Resulted", "Scheduled", "Accepted"],
        "AbnormalFlag" => &["Normal"],
        "Race" | "Religion" | "MaritalStatus" => &["Unknown"],
        "Citizenship" => &["United States of America", "United States"],
        _ => &[],
    }
}

/// A telephone number: 555-0100 to 555-0199 are reserved for fiction in every North American area code.
pub(super) fn phone(rng: &mut Rng) -> String {
    format!("+1608555{:04}", 100 + rng.below(100))
}

/// A text for a field without format and value set.
pub(super) fn by_name(name: &str, around: &Around, rng: &mut Rng) -> String {
    if let Some(text) = of_person(name, around, rng).or_else(|| of_code(name, around)) {
        return text;
    }
    if let Some((_, _, text)) = PLACED.iter().find(|(under, field, _)| *under == around.under && *field == name) {
        return (*text).to_owned();
    }
    if let Some((_, text)) = FIXED.iter().find(|(field, _)| *field == name) {
        return (*text).to_owned();
    }
    match name {
        "VisitNumber" | "AccountNumber" | "OldVisitNumber" => format!("{}", rng.digits(7)),
        "NPI" => format!("1{}", rng.digits(9)),
        "Business" | "Work" | "Fax" => phone(rng),
        _ if name.ends_with("DateTime") => "2026-03-01T12:00:00.000Z".to_owned(),
        _ if name.ends_with("Date") => "2026-03-01".to_owned(),
        _ if name.ends_with("Number") || name.ends_with("ID") => format!("{}", rng.digits(8)),
        _ if is_amount(name) => format!("{}", 1 + rng.below(200)),
        _ => format!("Sample {}", words(name)),
    }
}

fn of_person(name: &str, around: &Around, rng: &mut Rng) -> Option<String> {
    let Around { shape, person, .. } = around;
    Some(match name {
        "FirstName" => person.first.to_owned(),
        "MiddleName" => person.middle.to_owned(),
        "LastName" => person.last.to_owned(),
        "EmailAddress" | "EmailAddresses" => person.email(),
        // Numbers beginning with 9 are never issued.
        "SSN" => format!("9{:02}-{:02}-{:04}", rng.below(100), 1 + rng.below(60), rng.digits(4)),
        "Name" if shape.name.contains("Contact") => person.full_name(),
        "Signature" | "Author" | "Responsible" => person.full_name(),
        // Clinicians are known by their national number, patients by their record.
        "IDType" if shape.field("Credentials").is_some() => "NPI".to_owned(),
        _ => return None,
    })
}

fn of_code(name: &str, around: &Around) -> Option<String> {
    around.shape.field("Code")?;
    let coded = around.coded;
    let text = match name {
        "Code" => coded.code,
        "Codeset" | "CodeSet" | "CodeSystemName" => coded.system,
        "CodeSystem" => coded.oid,
        "Name" | "Description" => coded.name,
        _ => return None,
    };
    Some(text.to_owned())
}

/// Fields that read the same wherever the object stands under the member named first.
const PLACED: [(&str, &str, &str); 10] = [
    ("Source", "Name", "Sample Clinic EHR"),
    ("Destinations", "Name", "Sample Application"),
    ("Company", "Name", "Placeholt Insurance"),
    ("Plan", "Name", "Placeholt Basic"),
    ("Plan", "Type", "HMO"),
    ("Employer", "Name", "Mockford & Daughters"),
    ("Producer", "Name", "Sample Laboratory"),
    ("Specimen", "Source", "Venous blood"),
    ("Specimen", "BodySite", "Left arm"),
    ("Location", "Type", "Inpatient"),
];

/// Fields that always read the same.
const FIXED: [(&str, &str); 34] = [
    ("StreetAddress", "1 Example Way"),
    ("City", "Sampleville"),
    ("State", "WI"),
    ("ZIP", "53700"),
    ("County", "Invention"),
    ("Country", "US"),
    ("Citizenship", "US"),
    ("IDType", "MR"),
    ("Facility", "Sample General Hospital"),
    ("FacilityCode", "SGH"),
    ("Department", "Cardiology"),
    ("Room", "136"),
    ("Bed", "B"),
    ("Credentials", "MD"),
    ("PatientClass", "Inpatient"),
    ("CanceledEvent", "Arrival"),
    ("Value", "4.2"),
    ("Units", "mmol/L"),
    ("Unit", "h"),
    ("Codeset", "LOINC"),
    ("Language", "en"),
    ("FileType", "PDF"),
    ("FileName", "sample.pdf"),
    ("FileContents", "U2FtcGxlIG9ubHku"),
    ("ContentType", "Plain Text"),
    ("Type", "Sample type"),
    ("Notes", "Sample note, made up."),
    ("Comments", "Sample comment, made up."),
    ("Reason", "Sample reason"),
    ("Instructions", "Sample instructions"),
    ("Method", "Sample method"),
    ("Period", "8"),
    ("URL", "https://example.com/sample"),
    ("URI", "https://example.com/sample"),
];

/// Texts that hold a number.
fn is_amount(name: &str) -> bool {
    [
        "Quantity", "Amount", "Count", "Duration", "Weight", "Height", "Price", "Charge", "Cost", "Total", "Current",
        "Limit",
    ]
    .iter()
    .any(|word| name.contains(word))
}

/// `ChiefComplaint` as `chief complaint`.
fn words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    let mut before_lower = false;
    for char in name.chars() {
        if char.is_ascii_uppercase() && before_lower {
            words.push(' ');
        }
        before_lower = char.is_ascii_lowercase();
        words.push(char.to_ascii_lowercase());
    }
    words
}
