//! The catalogue files against the counts of the published schemas, and the look-ups.

use super::*;

#[test]
fn counts_are_those_of_the_published_schemas() {
    let count = |mode| events().iter().filter(|event| event.mode == mode).count();
    assert_eq!(events().len(), 111);
    assert_eq!(
        (count(Mode::Async), count(Mode::SyncQuery), count(Mode::SyncResponse), count(Mode::SyncSpecial)),
        (68, 21, 21, 1)
    );
    let models: std::collections::BTreeSet<_> = events().iter().map(|event| event.data_model).collect();
    assert_eq!(models.len(), 24);
}

#[test]
fn every_pair_points_back() {
    for event in events() {
        let back = event.pair.map(|pair| find(event.data_model, pair).expect("the other side exists").pair);
        assert_eq!(back.is_some(), matches!(event.mode, Mode::SyncQuery | Mode::SyncResponse), "{event}");
        assert!(back.is_none_or(|back| back == Some(event.event_type)), "{event}");
    }
}

#[test]
fn both_spellings_are_found_and_no_other() {
    for model in ["Clinical Summary", "ClinicalSummary"] {
        assert_eq!(find(model, "PatientPush").expect("known").data_model, "Clinical Summary");
    }
    assert_eq!(find_dotted("ClinicalDecisions.Request"), find("Clinical Decisions", "Request"));
    assert_eq!(find_dotted("SSO.Sign-on").expect("known").to_string(), "SSO.Sign-on");
    for (model, event) in [
        ("clinicalsummary", "PatientPush"),
        ("Clinical  Summary", "PatientPush"),
        ("Patient Admin", "Arrival"),
        ("Order", "new"),
        ("", ""),
        ("Clinical", "PatientPush"),
    ] {
        assert_eq!(find(model, event), None, "{model}.{event}");
    }
}

#[test]
fn suggestions_are_near_or_absent() {
    let suggest = |model, event| find_suggestion(model, event).map(ToString::to_string);
    assert_eq!(suggest("PatientAdmin", "Preadmit").as_deref(), Some("PatientAdmin.PreAdmit"));
    assert_eq!(suggest("Orders", "New").as_deref(), Some("Order.New"));
    assert_eq!(suggest("Result", "NewUnsolicted").as_deref(), Some("Results.NewUnsolicited"));
    assert_eq!(suggest("Teleportation", "Begin"), None);
    assert_eq!(suggest(&"x".repeat(100_000), "New"), None);
}

#[test]
fn the_files_say_what_the_published_schemas_say() {
    // Walks every message as an expanded tree and counts, so that a lost line, flag or reference shows.
    #[derive(Default)]
    struct Count {
        fields: usize,
        kinds: [usize; 5],
        required: usize,
        formats: usize,
        values: usize,
    }
    fn walk(shape: &Shape, count: &mut Count) {
        for field in &shape.fields {
            count.fields += 1;
            let kind = match field.ty {
                _ if field.many => 1,
                Type::String => 0,
                Type::Object(_) => 2,
                Type::Number => 3,
                Type::Boolean => 4,
            };
            count.kinds[kind] += 1;
            count.required += usize::from(field.required);
            count.formats += usize::from(field.format.is_some());
            count.values += usize::from(field.values().is_some());
            if let Type::Object(shape) = field.ty {
                walk(shape.shape(), count);
            }
        }
    }
    let mut count = Count::default();
    for event in events() {
        walk(event.root(), &mut count);
    }
    assert_eq!(count.fields, 22_773);
    assert_eq!(count.kinds, [16_432, 2_871, 2_795, 357, 318]);
    assert_eq!(count.required, 844);
    assert_eq!((count.formats, count.values), (3_004, 785));
}

#[test]
fn shapes_are_well_formed() {
    let mut seen = std::collections::HashSet::new();
    for shape in &load::loaded().shapes {
        assert!(!shape.fields.is_empty() && shape.fields.len() <= 64, "{}.{}", shape.scope, shape.name);
        assert!(seen.insert((shape.scope, shape.name)));
        let mut names = std::collections::HashSet::new();
        for field in &shape.fields {
            assert!(names.insert(field.name), "{}.{}.{}", shape.scope, shape.name, field.name);
            let text = field.ty == Type::String;
            assert!(text || (field.format.is_none() && field.values().is_none()), "{}.{}", shape.name, field.name);
        }
    }
}

#[test]
fn every_message_has_a_required_meta_with_its_names() {
    for event in events() {
        let meta = event.root().field("Meta").expect("Meta");
        let Type::Object(meta_shape) = meta.ty else { panic!("{event}: Meta is no object") };
        assert!(meta.required && !meta.many, "{event}");
        for name in ["DataModel", "EventType"] {
            assert!(meta_shape.shape().field(name).is_some_and(|field| field.required), "{event}");
        }
    }
}
