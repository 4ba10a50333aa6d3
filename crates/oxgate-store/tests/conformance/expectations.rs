//! An expected answer is linked or reported late (guarantee G7).

use super::bed::{Bed, Open};
use super::sample::{delivery, order, results};
use oxgate_core::delivery::Policy;
use oxgate_core::expectation::{Fit, Grade, Judgement, Standing};
use oxgate_core::lane::LaneState;
use oxgate_core::limits::ANSWER_CANDIDATES;
use oxgate_core::{EventId, Fact, OrderKeys, Reason, State};
use oxgate_store::command::Command;
use oxgate_store::view::{ExpectationQuery, ExpectationRow};
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);
const SHY_OF_A_DAY: Duration = Duration::from_millis(24 * 3_600_000 - 1);

fn expectation<O: Open>(bed: &Bed<O>, question: EventId) -> ExpectationRow {
    bed.read(|reads| reads.expectations(&ExpectationQuery::of(question))).remove(0)
}

pub(crate) fn g7_an_answer_is_linked_as_it_is_accepted<O: Open>() {
    let mut bed = Bed::<O>::new();
    let mut asked = order(1, "o-1", &["p-1", "p-2"]);
    asked.event.correlation = Some(b"sealed".to_vec());
    let asked = bed.submit(asked);
    bed.send(asked);
    let (answer, _, links) = bed.accept_answers(results(2, &["o-1"], &["p-2", "p-3"]));
    assert_eq!(links.len(), 1);
    assert_eq!((links[0].question, links[0].grade, links[0].fit), (asked.event, Grade::Exact, Fit::Single));
    assert_eq!(links[0].correlation.as_deref(), Some(b"sealed".as_slice()));
    assert_eq!(bed.read(|reads| reads.answered_by(answer)), links);
    let row = expectation(&bed, asked.event);
    assert_eq!((row.standing, row.answers.len(), row.answers[0].event), (Standing::Answered, 1, answer));
    // A corrected result answers once more.
    let (_, _, again) = bed.accept_answers(results(3, &["o-1"], &["p-1"]));
    assert_eq!(again[0].question, asked.event);
    assert_eq!(expectation(&bed, asked.event).answers.len(), 2);
}

pub(crate) fn g7_another_partner_is_never_looked_at<O: Open>() {
    let mut bed = Bed::<O>::new();
    let asked = bed.submit(order(1, "o-1", &[]));
    let mut foreign = results(2, &["o-1"], &[]);
    foreign.answers.as_mut().unwrap().partner = "south".into();
    assert!(bed.accept_answers(foreign).2.is_empty());
    assert!(expectation(&bed, asked.event).answers.is_empty());
}

pub(crate) fn g7_another_rule_is_never_looked_at<O: Open>() {
    let mut bed = Bed::<O>::new();
    bed.submit(order(1, "o-1", &[]));
    let mut other = results(2, &["o-1"], &[]);
    other.answers.as_mut().unwrap().rules = vec!["referral".into()];
    assert!(bed.accept_answers(other).2.is_empty());
}

pub(crate) fn g7_another_patient_is_suspect<O: Open>() {
    let mut bed = Bed::<O>::with_ops(&["watch"]);
    let asked = bed.submit(order(1, "o-1", &["p-1"]));
    bed.send(asked);
    let (answer, _, links) = bed.accept_answers(results(2, &["o-1"], &["p-9"]));
    assert!(links.is_empty() && bed.read(|reads| reads.answered_by(answer)).is_empty());
    let row = expectation(&bed, asked.event);
    assert_eq!((row.standing, row.answers[0].grade), (Standing::Waiting, Grade::Suspect));
    let report = &bed.reports()[0];
    assert_eq!(report["type"], "answer.suspect");
    assert_eq!(report["data"]["question"], asked.event.to_string());
    assert_eq!(report["data"]["event"], answer.to_string());
}

pub(crate) fn g7_without_a_patient_it_is_unproven<O: Open>() {
    let mut bed = Bed::<O>::new();
    bed.submit(order(1, "o-1", &["p-1"]));
    bed.submit(order(2, "o-2", &[]));
    assert_eq!(bed.accept_answers(results(3, &["o-1"], &[])).2[0].grade, Grade::Unproven);
    assert_eq!(bed.accept_answers(results(4, &["o-2"], &["p-1"])).2[0].grade, Grade::Unguarded);
}

pub(crate) fn g7_two_questions_make_it_ambiguous<O: Open>() {
    let mut bed = Bed::<O>::new();
    let asked = [1, 2].map(|body| bed.submit(order(body, "o-1", &[])).event);
    let links = bed.accept_answers(results(3, &["o-1"], &[])).2;
    let told: Vec<_> = links.iter().map(|link| (link.question, link.fit)).collect();
    assert_eq!(told, asked.map(|event| (event, Fit::Ambiguous)));
    assert_eq!(asked.map(|event| expectation(&bed, event).standing), [Standing::Answered; 2]);
}

pub(crate) fn g7_too_many_questions_are_not_guessed<O: Open>() {
    let mut bed = Bed::<O>::with_ops(&["watch"]);
    let most = ANSWER_CANDIDATES as u64;
    let asked: Vec<EventId> = (1..=most).map(|body| bed.submit(order(body, "o-1", &[])).event).collect();
    assert_eq!(bed.accept_answers(results(100, &["o-1"], &[])).2.len(), ANSWER_CANDIDATES);
    let one_more = bed.submit(order(most + 1, "o-1", &[])).event;
    let (answer, _, links) = bed.accept_answers(results(101, &["o-1"], &[]));
    assert!(links.is_empty() && bed.read(|reads| reads.answered_by(answer)).is_empty());
    assert_eq!(expectation(&bed, asked[0]).answers[1].fit, Fit::Overflow);
    assert_eq!(expectation(&bed, one_more).standing, Standing::Armed);
    assert_eq!(bed.reports()[0]["type"], "answer.overflow");
}

pub(crate) fn g7_each_part_finds_its_own_question<O: Open>() {
    let mut bed = Bed::<O>::new();
    let one = bed.submit(order(1, "o-1", &[])).event;
    let two = bed.submit(order(2, "o-2", &[])).event;
    let links = bed.accept_answers(results(3, &["o-1", "o-2", "o-3", "o-1"], &[])).2;
    let told: Vec<_> = links.iter().map(|link| (link.question, link.fit)).collect();
    assert_eq!(told, [(one, Fit::Single), (two, Fit::Single)]);
    let parts: Vec<_> = expectation(&bed, one).answers.iter().map(|answer| answer.part).collect();
    assert_eq!(parts, [0, 3]);
}

pub(crate) fn g7_the_deadline_counts_from_the_settle<O: Open>() {
    let mut bed = Bed::<O>::new();
    let asked = bed.submit(order(1, "o-1", &[]));
    bed.wait(DAY * 3);
    assert_eq!(bed.rows(Command::Late), 0);
    bed.send(asked);
    assert_eq!(bed.read(|reads| reads.next_late()), Some(bed.now.plus(DAY)));
    bed.wait(SHY_OF_A_DAY);
    assert_eq!(bed.rows(Command::Late), 0);
    bed.wait(Duration::from_millis(1));
    assert_eq!(bed.rows(Command::Late), 1);
    assert_eq!(expectation(&bed, asked.event).standing, Standing::Late);
}

pub(crate) fn g7_late_is_told_once<O: Open>() {
    let mut bed = Bed::<O>::with_ops(&["watch"]);
    let asked = bed.submit(order(1, "o-1", &[]));
    bed.send(asked);
    let due = bed.now.plus(DAY);
    // Down when the deadline passed: told at the next start, with the true time.
    bed.wait(DAY * 2);
    bed.reopen();
    assert_eq!(bed.rows(Command::Late), 1);
    assert_eq!(bed.rows(Command::Late), 0);
    let reports = bed.reports();
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0]["type"], "expectation.late");
    let data = &reports[0]["data"];
    assert_eq!((&data["event"], &data["due_at"]), (&asked.event.to_string().into(), &due.to_string().into()));
    assert_eq!((&data["rule"], &data["partner"]), (&"order".into(), &"north".into()));
    assert_eq!(data["kind"], "Order.New");
    let timeline = bed.read(|reads| reads.timeline(asked.event));
    assert!(timeline.iter().any(|entry| entry.what == "late" && entry.at == due));
}

pub(crate) fn g7_late_and_then_answered_stays_late<O: Open>() {
    let mut bed = Bed::<O>::new();
    let asked = bed.submit(order(1, "o-1", &[]));
    bed.send(asked);
    bed.wait(DAY);
    bed.rows(Command::Late);
    assert_eq!(bed.accept_answers(results(2, &["o-1"], &[])).2.len(), 1);
    let row = expectation(&bed, asked.event);
    assert_eq!((row.standing, row.was_late, row.answers.len()), (Standing::Late, true, 1));
}

pub(crate) fn g7_questions_are_chosen_by_how_an_answer_was_judged<O: Open>() {
    let mut bed = Bed::<O>::new();
    let mut ask = |body, number: &str, patients: &[&str]| bed.submit(order(body, number, patients)).event;
    let [plain, unguarded, exact, suspect] = [
        ask(1, "o-plain", &["p-1"]),
        ask(2, "o-unguarded", &[]),
        ask(3, "o-exact", &["p-1"]),
        ask(4, "o-suspect", &["p-2"]),
    ];
    let [one, other] = [5, 6].map(|body| ask(body, "o-both", &["p-1"]));
    let many = (10..=10 + ANSWER_CANDIDATES as u64).map(|body| ask(body, "o-many", &["p-1"])).collect::<Vec<_>>();
    for (body, number, patients) in [
        (100, "o-plain", &[][..]),
        (101, "o-unguarded", &["p-1"][..]),
        (102, "o-exact", &["p-1"][..]),
        (103, "o-suspect", &["p-1"][..]),
        (104, "o-both", &["p-1"][..]),
        (105, "o-many", &["p-1"][..]),
    ] {
        bed.accept_answers(results(body, &[number], patients));
    }
    let chosen = |judged, standing| {
        let query = ExpectationQuery { judged, standing, limit: 100, ..ExpectationQuery::default() };
        let mut rows: Vec<EventId> = bed.read(|reads| reads.expectations(&query)).iter().map(|row| row.event).collect();
        rows.reverse();
        rows
    };
    for judged in Judgement::ALL {
        let expected = match judged {
            Judgement::Grade(Grade::Unproven) => vec![plain],
            Judgement::Grade(Grade::Unguarded) => vec![unguarded],
            Judgement::Grade(Grade::Suspect) => vec![suspect],
            // By patient, an answer that fits several questions agrees with each of them.
            Judgement::Grade(Grade::Exact) => [&[exact, one, other], &many[..ANSWER_CANDIDATES]].concat(),
            Judgement::Fit(Fit::Overflow) => many[..ANSWER_CANDIDATES].to_vec(),
            Judgement::Fit(_) => vec![one, other],
        };
        assert_eq!(chosen(Some(judged), None), expected, "{judged:?}");
    }
    assert_eq!(chosen(Some(Judgement::Grade(Grade::Exact)), Some(Standing::Answered)), [exact, one, other]);
}

pub(crate) fn g7_what_is_late_counts_until_it_is_answered<O: Open>() {
    let mut bed = Bed::<O>::new();
    let asked = [1, 2].map(|body| bed.submit(order(body, &format!("o-{body}"), &[])));
    for asked in asked {
        bed.send(asked);
    }
    let late = |bed: &Bed<O>| bed.read(|reads| reads.unresolved()).late;
    assert_eq!(late(&bed), 0);
    bed.wait(DAY);
    bed.rows(Command::Late);
    assert_eq!(late(&bed), 2);
    bed.accept_answers(results(3, &["o-1"], &[]));
    bed.reopen();
    assert_eq!(late(&bed), 1);
}

pub(crate) fn g7_without_a_deadline_it_is_never_late<O: Open>() {
    let mut bed = Bed::<O>::new();
    let mut undated = order(1, "o-1", &[]);
    undated.expectations[0].within = None;
    let asked = bed.submit(undated);
    bed.send(asked);
    bed.wait(DAY * 300);
    assert_eq!((bed.rows(Command::Late), bed.read(|reads| reads.next_late())), (0, None));
    assert_eq!(expectation(&bed, asked.event).standing, Standing::Waiting);
    assert_eq!(bed.accept_answers(results(2, &["o-1"], &[])).2.len(), 1);
}

pub(crate) fn g7_an_answer_settles_an_unknown_send<O: Open>() {
    let mut bed = Bed::<O>::new();
    let asked = bed.submit(order(1, "o-1", &[]));
    bed.fact(asked, Fact::Start { ticket: 1 }, Policy::REDOX);
    bed.fact(asked, Fact::Recovered, Policy::REDOX);
    bed.accept_answers(results(2, &["o-1"], &[]));
    let row = bed.delivery(asked).row;
    assert_eq!((row.state, row.reason), (State::Settled, Reason::ANSWERED));
}

pub(crate) fn g7_an_answer_settles_a_send_parked_as_unknown<O: Open>() {
    let mut bed = Bed::<O>::new();
    let asked = bed.submit(order(1, "o-1", &[]));
    for next in [Fact::Start { ticket: 1 }, Fact::Recovered, Fact::EvidenceAmbiguous] {
        bed.fact(asked, next, Policy::REDOX);
    }
    assert_eq!(bed.read(|reads| reads.lanes())[0].state, LaneState::Blocked { by: asked });
    bed.accept_answers(results(2, &["o-1"], &[]));
    assert_eq!(bed.state(asked), State::Settled);
    assert_eq!(bed.read(|reads| reads.lanes())[0].state, LaneState::Open);
}

pub(crate) fn g7_an_answer_does_not_choose_between_two_sends<O: Open>() {
    let mut bed = Bed::<O>::new();
    let mut two = order(1, "o-1", &[]);
    two.deliveries.push(delivery("redox", OrderKeys::All));
    let asked = bed.submit(two);
    bed.fact(asked, Fact::Start { ticket: 1 }, Policy::REDOX);
    bed.fact(asked, Fact::Recovered, Policy::REDOX);
    assert_eq!(bed.accept_answers(results(2, &["o-1"], &[])).2.len(), 1);
    assert_eq!(bed.state(asked), State::Unknown);
}

pub(crate) fn a_closed_expectation_is_no_longer_matched<O: Open>() {
    let mut bed = Bed::<O>::new();
    let asked = bed.submit(order(1, "o-1", &[]));
    bed.send(asked);
    bed.accept_answers(results(2, &["o-1"], &[]));
    bed.wait(DAY * 29);
    // Each answer counts anew.
    bed.accept_answers(results(3, &["o-1"], &[]));
    bed.wait(DAY * 29);
    bed.rows(Command::Sweep { rows: 256 });
    assert_eq!(expectation(&bed, asked.event).standing, Standing::Answered);
    bed.wait(DAY);
    bed.rows(Command::Sweep { rows: 256 });
    assert_eq!(expectation(&bed, asked.event).standing, Standing::Closed);
    assert!(bed.accept_answers(results(4, &["o-1"], &[])).2.is_empty());
}
