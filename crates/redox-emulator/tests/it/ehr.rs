//! The simulated EHR: orders and their answers, appointments, the feed.

use crate::world::{World, message, order};
use redox_emulator::directory::fixture;
use redox_emulator::{Config, FeedSettings};
use serde_json::{Value, json};

#[test]
fn order_is_answered_by_a_final_result_that_carries_its_identifiers() {
    let mut world = World::with_hook(Config::default());
    assert_eq!(world.post(&order("o1")).0, 200);
    assert!(world.outgoing.is_empty());
    world.seconds(5);
    let results = world.accept_all();
    assert_eq!(results.len(), 1);
    let result = &results[0];
    assert_eq!((&result["Meta"]["DataModel"], &result["Meta"]["EventType"]), (&json!("Results"), &json!("New")));
    assert_eq!(result["Meta"]["Source"]["ID"], fixture::EHR_SOURCE);
    let answered = &result["Orders"][0];
    assert_eq!((&answered["ID"], &answered["ApplicationOrderID"]), (&json!("o1"), &json!("APP-o1")));
    assert_eq!((&answered["Status"], &answered["ResultsStatus"]), (&json!("Resulted"), &json!("Final")));
    assert_eq!(result["Patient"], order("o1")["Patient"]);
    assert_eq!(result["Visit"], json!({"VisitNumber": "V-1", "AccountNumber": "ACC-1"}));
    world.seconds(1000);
    assert!(world.outgoing.is_empty(), "one result by default");
}

#[test]
fn stages_follow_each_other() {
    let mut world = World::with_hook(Config::default());
    world.control("PATCH", "/ehr", &json!({"result_stages": ["preliminary", "final", "corrected"]}));
    world.post(&order("o1"));
    let mut stages = Vec::new();
    for _ in 0..4 {
        world.seconds(5);
        stages.extend(world.accept_all().iter().map(|result| result["Orders"][0]["ResultsStatus"].clone()));
    }
    assert_eq!(stages, ["Preliminary", "Final", "Corrected"]);
}

#[test]
fn open_orders_are_answered_late_on_demand() {
    let mut world = World::with_hook(Config::default());
    world.post(&order("NOANSWER-1"));
    world.post(&order("NOANSWER-2"));
    world.seconds(86_000);
    assert!(world.outgoing.is_empty());
    let open = world.control("GET", "/ehr", &json!(null));
    assert_eq!(open["open_orders"][0]["id"], "NOANSWER-1");
    assert_eq!(world.control("POST", "/ehr/answer", &json!({"order_id": "NOANSWER-2"}))["answered"], 1);
    assert_eq!(world.accept_all()[0]["Orders"][0]["ID"], "NOANSWER-2");
    assert_eq!(world.control("POST", "/ehr/answer", &json!({}))["answered"], 1);
    world.control("PATCH", "/ehr", &json!({"is_answering": false}));
    world.accept_all();
    world.post(&order("o3"));
    world.seconds(100);
    assert!(world.outgoing.is_empty());
}

#[test]
fn rejected_and_cancelled_orders_get_no_result() {
    let mut world = World::with_hook(Config::default());
    world.post(&order("REJECT-1"));
    world.post(&order("o2"));
    let mut cancel = order("o2");
    cancel["Meta"]["EventType"] = "Cancel".into();
    world.post(&cancel);
    world.seconds(60);
    let sent = world.accept_all();
    assert_eq!(sent.len(), 1);
    assert_eq!((&sent[0]["Meta"]["DataModel"], &sent[0]["Meta"]["EventType"]), (&json!("Order"), &json!("Cancel")));
    assert_eq!((&sent[0]["Order"]["ID"], &sent[0]["Order"]["Status"]), (&json!("REJECT-1"), &json!("Cancel")));
}

#[test]
fn grouped_orders_are_answered_one_by_one() {
    let mut world = World::with_hook(Config::default());
    let single = order("x");
    let mut grouped = message("Order", "GroupedOrders", &json!({"Patient": single["Patient"]}));
    grouped["Orders"] = json!([{"ID": "g1", "Status": "New"}, {"ID": "g2", "Status": "New"}]);
    assert_eq!(world.post(&grouped).0, 200);
    world.seconds(5);
    let ids: Vec<Value> = world.accept_all().iter().map(|result| result["Orders"][0]["ID"].clone()).collect();
    assert_eq!(ids, ["g1", "g2"]);
}

#[test]
fn appointments_are_booked_cancelled_and_kept() {
    let mut world = World::with_hook(Config::default());
    world.control("PATCH", "/ehr", &json!({"arrival_delay": "30s"}));
    let patient = json!({"Identifiers": [{"ID": "MR-0001", "IDType": "MR"}]});
    let visit = json!({
        "VisitNumber": "APPT-1", "VisitDateTime": "2026-03-05T10:00:00Z", "Duration": 30,
        "Location": {"Department": "Example Clinic"},
    });
    let appointment = json!({"Patient": patient, "Visit": visit});
    assert_eq!(world.post(&message("Scheduling", "New", &appointment)).0, 200);
    let ask = json!({"StartDateTime": "2026-03-01T00:00:00Z", "Visit": {"Patients": [patient]}});
    let (_, booked) = world.post(&message("Scheduling", "Booked", &ask));
    assert_eq!(booked["Visits"][0]["VisitNumber"], "APPT-1");
    assert_eq!(booked["Visits"][0]["Patient"], patient);
    world.seconds(30);
    let arrived = world.accept_all().remove(0);
    assert_eq!(
        (&arrived["Meta"]["EventType"], &arrived["Visit"]["VisitNumber"]),
        (&json!("Arrival"), &json!("APPT-1"))
    );
    assert_eq!(world.post(&message("Scheduling", "Cancel", &appointment)).0, 200);
    let (_, booked) = world.post(&message("Scheduling", "Booked", &ask));
    assert_eq!(booked["Visits"], json!([]));
}

#[test]
fn feed_runs_at_its_pace_and_stops() {
    let mut world = World::with_hook(Config::default());
    world.control("PATCH", "/feed", &json!({"is_on": true, "interval": "2s"}));
    world.seconds(1);
    assert!(world.accept_all().is_empty());
    let mut events = Vec::new();
    for _ in 0..60 {
        world.seconds(2);
        events.extend(world.accept_all());
    }
    assert_eq!(events.len(), 60);
    let kinds = |kind: &str| events.iter().filter(|event| event["Meta"]["EventType"] == kind).count();
    assert!(kinds("Arrival") > 0 && kinds("Transfer") > 0 && kinds("Discharge") > 0);
    assert_eq!(kinds("Arrival") + kinds("Transfer") + kinds("Discharge"), 60);
    world.control("PATCH", "/feed", &json!({"is_on": false}));
    world.seconds(100);
    assert!(world.accept_all().is_empty());
}

#[test]
fn feed_tells_consistent_stories() {
    let mut world = World::with_hook(Config::default());
    let emitted = world.control("POST", "/feed/emit", &json!({"count": 200}));
    assert_eq!(emitted["logs"].as_array().unwrap().len(), 200);
    let mut present = std::collections::BTreeSet::new();
    for event in world.accept_all() {
        let visit = event["Visit"]["VisitNumber"].as_str().unwrap().to_owned();
        match event["Meta"]["EventType"].as_str().unwrap() {
            "Arrival" => assert!(present.insert(visit), "admitted once"),
            "Transfer" => assert!(present.contains(&visit), "only who is here is moved"),
            _ => assert!(present.remove(&visit), "only who is here goes home"),
        }
    }
}

#[test]
fn same_seed_tells_the_same_story() {
    let story = || {
        let mut world = World::with_hook(Config::default());
        world.post(&order("o1"));
        world.control("POST", "/feed/emit", &json!({"count": 20}));
        world.seconds(10);
        world.accept_all()
    };
    assert_eq!(story(), story());
}

#[test]
fn rejection_takes_the_form_that_is_wanted() {
    let mut world = World::with_hook(Config::default());
    world.control("PATCH", "/ehr", &json!({"rejection": "canceled_result"}));
    world.post(&order("REJECT-1"));
    world.seconds(5);
    let sent = world.accept_all().remove(0);
    assert_eq!(
        (&sent["Meta"]["DataModel"], &sent["Orders"][0]["ResultsStatus"]),
        (&json!("Results"), &json!("Canceled"))
    );
    assert_eq!(sent["Orders"][0]["ID"], "REJECT-1");

    world.control("PATCH", "/ehr", &json!({"rejection": "refusal"}));
    world.post(&order("REJECT-2"));
    world.post(&order("o3"));
    world.seconds(30);
    assert!(world.accept_all().is_empty(), "the feed waits behind what was refused");
    let failed = world.control("GET", "/logs?status=failed", &json!(null));
    assert_eq!(failed["logs"][0]["attempts"][0]["result"]["status"], 400);
    world.control("PATCH", "/ehr", &json!({"rejection": "cancel"}));
    world.seconds(120);
    assert_eq!(world.accept_all().len(), 2, "the rejection and the result");
}

#[test]
fn documents_are_listed_fetched_and_sometimes_out_of_reach() {
    let mut world = World::new(Config::default());
    let of = |id: &str| json!({"Patient": {"Identifiers": [{"ID": id, "IDType": "MR"}]}});
    let mut ask = |event: &str, payload: &Value| world.post(&message("ClinicalSummary", event, payload));
    let (_, listed) = ask("DocumentQuery", &of("MR-0001"));
    let id = listed["Documents"][0]["ID"].as_str().unwrap().to_owned();
    let (_, got) = ask("DocumentGet", &json!({"Document": {"ID": id}}));
    assert_eq!((&got["FileType"], &got["Document"]["ID"]), (&json!("text/xml"), &json!(id)));
    assert!(got["Data"].as_str().unwrap().contains("<family>Sampleton</family>"), "{got}");
    assert_eq!(ask("DocumentQuery", &of("MR-9999")).1["Documents"], json!([]));
    let (status, failed) = ask("DocumentQuery", &of("MR-0002"));
    assert_eq!((status, &failed["Meta"]["Errors"][0]["Type"]), (200, &json!("query")));
    let (_, failed) = ask("DocumentGet", &json!({"Document": {"ID": "DOC-9999"}}));
    assert!(failed["Meta"]["Errors"][0]["Text"].is_string());
    let (_, summary) = ask("PatientQuery", &of("MR-0001"));
    assert_eq!(summary["Header"]["Patient"]["Demographics"]["LastName"], "Sampleton");
}

#[test]
fn booked_slots_are_not_offered_again() {
    let mut world = World::new(Config::default());
    let ask = json!({"StartDateTime": "2026-03-05T09:00:00Z"});
    let slots = |world: &mut World, ask: &Value| -> Vec<String> {
        let (_, reply) = world.post(&message("Scheduling", "AvailableSlots", ask));
        let slots = reply["AvailableSlots"].as_array().unwrap();
        slots.iter().map(|slot| slot["DateTime"].as_str().unwrap().to_owned()).collect()
    };
    let all = slots(&mut world, &ask);
    assert_eq!((all.len(), all[0].as_str()), (4, "2026-03-05T10:00:00.000Z"));
    let visit = json!({"VisitNumber": "APPT-1", "VisitDateTime": "2026-03-05T11:00:00+01:00", "Location": {"Department": "Example Clinic"}, "Duration": 30});
    let patient = json!({"Identifiers": [{"ID": "MR-0001", "IDType": "MR"}]});
    assert_eq!(world.post(&message("Scheduling", "New", &json!({"Patient": patient, "Visit": visit}))).0, 200);
    assert_eq!(slots(&mut world, &ask), all[1..]);
    let until = json!({"StartDateTime": "2026-03-05T09:00:00Z", "EndDateTime": "2026-03-05T12:00:00Z"});
    assert_eq!(slots(&mut world, &until), all[1..3]);
}

#[test]
fn census_names_who_is_in_the_hospital() {
    let mut world = World::new(Config::default());
    world.control("POST", "/feed/emit", &json!({"count": 1}));
    let (_, census) = world.post(&message("PatientAdmin", "CensusQuery", &json!({})));
    let patients = census["Patients"].as_array().unwrap();
    assert_eq!((patients.len(), &patients[0]["Visits"][0]["VisitNumber"]), (1, &json!("V-000001")));
    let (_, census) = world.post(&message("PatientAdmin", "CensusQuery", &json!({"Departments": ["Nowhere"]})));
    assert_eq!(census["Patients"], json!([]));
}

#[test]
fn feed_goes_faster_than_a_tick() {
    let mut world = World::with_hook(Config::default());
    world.control("PATCH", "/feed", &json!({"is_on": true, "interval": "100us"}));
    world.advance(jiff::SignedDuration::from_millis(5));
    world.control("PATCH", "/feed", &json!({"is_on": false}));
    assert_eq!(world.accept_all().len(), 50, "ten thousand a second");
}

#[test]
fn one_more_result_is_sent_on_demand() {
    let mut world = World::with_hook(Config::default());
    world.post(&order("o1"));
    world.seconds(5);
    world.accept_all();
    world.control("POST", "/ehr/result", &json!({"order_id": "APP-o1", "stage": "corrected"}));
    let corrected = world.accept_all().remove(0);
    assert_eq!(
        (&corrected["Orders"][0]["ID"], &corrected["Orders"][0]["ResultsStatus"]),
        (&json!("o1"), &json!("Corrected"))
    );
    let unknown = json!({"order_id": "o2", "stage": "final"});
    assert_eq!(world.try_control("POST", "/ehr/result", &unknown).0, 404);
}

#[test]
fn configured_feed_runs_from_the_start() {
    let feed = FeedSettings { is_on: true, ..FeedSettings::default() };
    let mut world = World::with_hook(Config { feed, ..Config::default() });
    world.seconds(35);
    assert_eq!(world.accept_all().len(), 3, "one in ten seconds");
}
