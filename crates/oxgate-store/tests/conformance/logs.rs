//! Redox's logs: what they say of accepted sends, and what else may have left one at the same time.

use super::bed::{Bed, Open};
use super::sample::{NOON, attempt, fact, order};
use oxgate_core::delivery::Policy;
use oxgate_core::{DeliveryId, Downstream, Fact, Reason, State, Timestamp};
use oxgate_store::command::{Command, Follow, Record};
use std::time::Duration;

fn seen(log: &str, downstream: Downstream) -> Command {
    Command::Follow(Follow { seen: vec![(log.into(), downstream)], cursor: None })
}

/// Sends at the bed's time; accepted with this log, if any.
fn sent<O: Open>(bed: &mut Bed<O>, id: DeliveryId, log: Option<&str>) {
    bed.fact(id, Fact::Start { ticket: 1 }, Policy::REDOX);
    let accepted = fact(id, Fact::Accepted, Policy::REDOX);
    let ended = Some(oxgate_store::command::AttemptRecord {
        no: None,
        started_at: bed.now,
        ended_at: bed.now,
        ..attempt(200, Reason::NONE)
    });
    bed.record(Record { attempt: ended, receipt: log.map(str::to_owned), ..accepted });
}

/// A send whose outcome is in doubt since the bed's time.
fn lost<O: Open>(bed: &mut Bed<O>, id: DeliveryId) {
    bed.fact(id, Fact::Start { ticket: 1 }, Policy::REDOX);
    bed.fact(id, Fact::Recovered, Policy::REDOX);
}

fn neighbours<O: Open>(bed: &Bed<O>, id: DeliveryId, from: Timestamp, until: Timestamp) -> bool {
    bed.read(|reads| reads.neighbours(id, from, until))
}

pub(crate) fn what_became_of_a_send_stands_beside_its_state<O: Open>() {
    let mut bed = Bed::<O>::with_ops(&["ops"]);
    let id = bed.submit(order(1, "o-1", &[]));
    sent(&mut bed, id, Some("log-1"));
    assert_eq!(bed.delivery(id).downstream, None);
    for (downstream, rows) in [
        (Downstream::Pending, 1),
        (Downstream::Pending, 0),
        (Downstream::Failed, 1),
        (Downstream::Failed, 0),
        (Downstream::Succeeded, 1),
    ] {
        assert_eq!(bed.rows(seen("log-1", downstream)), rows, "{downstream}");
        assert_eq!((bed.delivery(id).downstream, bed.state(id)), (Some(downstream), State::Settled));
    }
    assert_eq!(bed.rows(seen("nobody's", Downstream::Failed)), 0);
    let reports = bed.reports();
    assert_eq!(reports.len(), 1, "a failure is told once");
    assert_eq!(reports[0]["type"], "delivery.failed_downstream");
    assert_eq!(
        (&reports[0]["data"]["log"], &reports[0]["data"]["delivery"]),
        (&"log-1".into(), &id.to_string().into())
    );
    let lines = bed.read(|reads| reads.timeline(id.event));
    let lines: Vec<&str> = lines.iter().filter_map(|line| line.what.strip_prefix("downstream ")).collect();
    assert_eq!(lines, ["pending", "failed", "succeeded"]);
}

pub(crate) fn the_end_of_the_reading_is_kept_with_what_was_read<O: Open>() {
    let mut bed = Bed::<O>::new();
    assert_eq!(bed.read(|reads| reads.cursor("follow")), None);
    for at in [7, 9] {
        bed.run(Command::Follow(Follow { seen: Vec::new(), cursor: Some(("follow".into(), at)) }));
    }
    bed.reopen();
    assert_eq!(bed.read(|reads| reads.cursor("follow")), Some(9));
    let id = bed.submit(order(1, "o-1", &[]));
    sent(&mut bed, id, Some("log-1"));
    let asked = ["log-1".to_owned(), "log-2".to_owned()];
    assert_eq!(bed.read(|reads| reads.known_logs(&asked)), ["log-1"]);
}

pub(crate) fn a_note_is_a_line_of_the_timeline<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.submit(order(1, "o-1", &[]));
    let reason = Reason::stored("log-7".into());
    bed.run(Command::Note { delivery: id, what: "candidate log".into(), reason: reason.clone() });
    let lines = bed.read(|reads| reads.timeline(id.event));
    assert!(lines.iter().any(|line| line.what == "candidate log" && line.reason == reason));
}

pub(crate) fn g5_a_send_that_failed_or_is_in_doubt_is_a_neighbour<O: Open>() {
    let (before, after) = (NOON.minus(Duration::from_mins(1)), NOON.plus(Duration::from_mins(3)));
    let mut bed = Bed::<O>::new();
    let own = bed.submit(order(1, "o-1", &[]));
    lost(&mut bed, own);
    assert!(!neighbours(&bed, own, before, after), "it is not its own neighbour");
    let other = bed.submit(order(2, "o-2", &[]));
    lost(&mut bed, other);
    assert!(neighbours(&bed, own, before, after));
    bed.fact(other, Fact::EvidenceAmbiguous, Policy::REDOX);
    assert!(neighbours(&bed, own, before, after), "parked, and still unexplained");

    let mut bed = Bed::<O>::new();
    let own = bed.submit(order(1, "o-1", &[]));
    lost(&mut bed, own);
    let refused = bed.submit(order(2, "o-2", &[]));
    bed.fact(refused, Fact::Start { ticket: 1 }, Policy::REDOX);
    assert!(neighbours(&bed, own, before, after), "it is being sent");
    let failure = Fact::TargetFailure { reason: Reason::status(500), retry_at: NOON.plus(Duration::from_hours(1)) };
    bed.record(Record { attempt: Some(attempt(500, Reason::status(500))), ..fact(refused, failure, Policy::REDOX) });
    assert!(neighbours(&bed, own, before, after), "Redox may have logged what it refused");
}

pub(crate) fn g5_another_address_or_another_time_is_no_neighbour<O: Open>() {
    let mut bed = Bed::<O>::new();
    let own = bed.submit(order(1, "o-1", &[]));
    lost(&mut bed, own);
    let mut elsewhere = order(2, "o-2", &[]);
    "Cancel".clone_into(&mut elsewhere.event.address.event_type);
    let elsewhere = bed.submit(elsewhere);
    lost(&mut bed, elsewhere);
    let (before, after) = (NOON.minus(Duration::from_mins(1)), NOON.plus(Duration::from_mins(3)));
    assert!(!neighbours(&bed, own, before, after), "another event type leaves other logs");
    bed.wait(Duration::from_hours(1));
    let later = bed.submit(order(3, "o-3", &[]));
    lost(&mut bed, later);
    assert!(!neighbours(&bed, own, before, after), "it began after that time");
    assert!(!neighbours(&bed, later, bed.now.minus(Duration::from_mins(1)), bed.now), "the first was over by then");
}

pub(crate) fn g5_an_accepted_send_without_its_log_is_a_neighbour<O: Open>() {
    let (before, after) = (NOON.minus(Duration::from_mins(1)), NOON.plus(Duration::from_mins(3)));
    for (log, is_neighbour) in [(Some("log-2"), false), (None, true)] {
        let mut bed = Bed::<O>::new();
        let own = bed.submit(order(1, "o-1", &[]));
        lost(&mut bed, own);
        let other = bed.submit(order(2, "o-2", &[]));
        sent(&mut bed, other, log);
        assert_eq!(neighbours(&bed, own, before, after), is_neighbour, "{log:?}");
    }
}
