//! Counts allocations: reading a field of an HL7 v2 message makes none. `cargo bench --bench hl7_allocations`, in this
//! folder; fails if one does.
//!
//! A program of its own, because what counts allocations slows them, and would slow the others' more than ours.

use allocation_counter::measure;
use hl7v2::{Message, Options, Path};
use std::hint::black_box;

const MESSAGE: &str = "MSH|^~\\&|ADT1|GHH|GW|OX|20260301120000-0600||ADT^A01^ADT_A01|CTL-17|P|2.5.1\rEVN|A01|20260301120000\r\
    PID|1||0007^^^GHH^MR~8812^^^STATE^PI||Specimen^Anna^Q||19790131|F|||1 Main St^Apt 2^Zürich^IL^62701^USA^H||\
    ^PRN^PH^^^217^5550101\rPV1|1|I|4W^12^A^GHH||||1001^Muster^Rita^^^^MD|||||||||||INP|V-100233\r";

fn main() {
    let mut parsed = None;
    let parsing = measure(|| parsed = Message::parse(MESSAGE.as_bytes(), &Options::default()).ok());
    let message = parsed.expect("a message");
    println!("parsing {} bytes: {} allocations, {} bytes", MESSAGE.len(), parsing.count_total, parsing.bytes_total);
    let paths = [
        "MSH-3",
        "MSH-9.2",
        "PID-3[2].1",
        "PID-3(5=MR).1",
        "PID-5.1",
        "PID-11.3",
        "PV1-7.2",
        "PV1-19.1",
        "ZZZ-1",
        "OBX-5",
    ]
    .map(|path| path.parse::<Path>().expect("a path"));
    let subjects: [(&str, &dyn Fn() -> usize); 3] = [
        ("by path", &|| paths.iter().map(|path| message.get(path).text().len()).sum()),
        ("by number", &|| {
            let field =
                |id: &str, field: usize| message.segment(id).map_or(0, |segment| segment.field(field).text().len());
            field("MSH", 10) + field("PID", 7) + field("PV1", 44) + field("NK1", 2)
        }),
        ("all values", &|| {
            let fields = message.segments().flat_map(|segment| segment.fields().map(|(_, field)| field));
            let values = fields.flat_map(hl7v2::Value::repetitions).flat_map(hl7v2::Value::components);
            values.flat_map(hl7v2::Value::subcomponents).map(|value| value.text().len()).sum()
        }),
    ];
    for (name, subject) in subjects {
        let mut length = 0;
        let reading = measure(|| length = black_box(subject()));
        println!("{name}: {} allocations, {length} bytes of text", reading.count_total);
        assert!(length > 0, "{name}: nothing was read");
        assert_eq!(reading.count_total, 0, "{name}: reading a field allocates");
    }
}
