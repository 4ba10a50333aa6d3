//! Every state crossed with every fact, for both kinds of target: the table in the snapshot is the state machine.

use oxgate_core::delivery::{Delivery, Effect, Fact, Mode, OnPark, Policy, State, step};
use oxgate_core::{Reason, Timestamp};
use proptest::prelude::*;
use std::fmt::Write;
use std::time::Duration;

const NOW: Timestamp = Timestamp(1_000_000);
const LATER: Timestamp = Timestamp(1_060_000);

fn facts() -> Vec<Fact> {
    let reason = Reason::status(503);
    vec![
        Fact::Start { ticket: 1 },
        Fact::StartRefused { ticket: 1 },
        Fact::Accepted,
        Fact::EventFailure { reason: Reason::status(400), counts: true, retry_at: LATER },
        Fact::TargetFailure { reason: reason.clone(), retry_at: LATER },
        Fact::NoOutcome { reason: Reason::TIMEOUT, check_at: LATER },
        Fact::EvidenceAccepted { reason: Reason::ANSWERED },
        Fact::EvidenceAbsent,
        Fact::EvidenceAmbiguous,
        Fact::Recovered,
        Fact::KeyHeld,
        Fact::KeyReleased,
        Fact::Cancel,
        Fact::Release,
        Fact::Reroute,
        Fact::DecideAccepted,
        Fact::DecideResend,
        Fact::Expire,
        Fact::Replay,
    ]
}

fn delivery(state: State, reason: Reason) -> Delivery {
    let ticket = (state == State::Sending).then_some(1);
    Delivery { state, reason, ticket, ..Delivery::queued(NOW, None) }
}

/// A cell: the next state and its effects, `·` where nothing changes, `–` where the fact is illegal.
fn cell(from: &Delivery, fact: &Fact, policy: &Policy) -> String {
    let Ok(done) = step(from, fact, policy, NOW) else { return "–".into() };
    let mut text = if done.next == *from { "·".into() } else { done.next.state.as_str().to_owned() };
    if done.next.due_at == LATER {
        text.push_str("(due)");
    }
    for effect in done.effects {
        write!(text, " +{effect:?}").expect("writing to a string");
    }
    text
}

#[test]
fn every_state_and_every_fact() {
    let mut table = String::new();
    for (name, policy) in [("repeatable", Policy::HANDLER), ("once", Policy::REDOX)] {
        writeln!(table, "## {name}\n").expect("writing to a string");
        for fact in facts() {
            writeln!(table, "{}", fact.name()).expect("writing to a string");
            for state in State::ALL {
                let line = cell(&delivery(state, Reason::NONE), &fact, &policy);
                writeln!(table, "  {:<17} {line}", state.as_str()).expect("writing to a string");
            }
            let line = cell(&delivery(State::Parked, Reason::UNKNOWN_OUTCOME), &fact, &policy);
            writeln!(table, "  {:<17} {line}", "parked (unknown)").expect("writing to a string");
        }
        table.push('\n');
    }
    insta::assert_snapshot!(table);
}

#[test]
fn g5_a_refused_start_undoes_no_other() {
    let begin = |row: &Delivery, ticket| step(row, &Fact::Start { ticket }, &Policy::REDOX, NOW).expect("queued").next;
    let sending = begin(&Delivery::queued(NOW, None), 1);
    let undo = |row: &Delivery, ticket| {
        step(row, &Fact::StartRefused { ticket }, &Policy::REDOX, NOW).expect("always legal").next
    };
    assert_eq!(undo(&sending, 2), sending, "another attempt has begun");
    let queued = undo(&sending, 1);
    assert_eq!((queued.state, queued.reason.as_str(), queued.attempts), (State::Queued, "start-refused", 1));
    assert_eq!(undo(&queued, 1), queued, "told again, because its commit was refused as well");
    let again = begin(&queued, 3);
    assert_eq!(undo(&again, 1), again, "told again, after the next one has begun");
    let unwanted = Delivery { cancel_wished: true, ..sending };
    assert_eq!(undo(&unwanted, 1).state, State::Cancelled);
}

#[test]
fn counted_failures_park_only_after_limit_and_span() {
    let policy = Policy { failures_max: 3, failures_span: Duration::from_secs(10), ..Policy::HANDLER };
    let failed = |counts| Fact::EventFailure { reason: Reason::status(500), counts, retry_at: LATER };
    let mut row = Delivery::queued(NOW, None);
    for second in 0..10 {
        let done = step(&row, &failed(true), &policy, NOW.plus(Duration::from_secs(second))).expect("legal");
        assert_eq!(done.next.state, State::Queued, "three failures are enough only after ten seconds");
        row = done.next;
    }
    let uncounted = step(&row, &failed(false), &policy, NOW.plus(Duration::from_secs(99))).expect("legal");
    assert_eq!(uncounted.next.state, State::Queued, "a failure that does not count never parks");
    let done = step(&row, &failed(true), &policy, NOW.plus(Duration::from_secs(10))).expect("legal");
    assert_eq!((done.next.state, done.effects), (State::Parked, vec![Effect::Parked(OnPark::Continue)]));
}

#[test]
fn g4_target_failures_never_park() {
    let mut row = Delivery::queued(NOW, None);
    for day in 0..1000 {
        let now = NOW.plus(Duration::from_hours(day * 24));
        let fact = Fact::TargetFailure { reason: Reason::CONNECT, retry_at: now.plus(Duration::from_mins(1)) };
        row = step(&row, &fact, &Policy::HANDLER, now).expect("legal").next;
        assert_eq!((row.state, row.counted), (State::Queued, 0));
    }
}

#[test]
fn a_cancel_during_a_send_waits_for_its_outcome() {
    let sending = delivery(State::Sending, Reason::NONE);
    let wished = step(&sending, &Fact::Cancel, &Policy::REDOX, NOW).expect("legal").next;
    assert_eq!(wished.state, State::Sending);
    let refused = Fact::TargetFailure { reason: Reason::CONNECT, retry_at: LATER };
    let after = |fact: &Fact| step(&wished, fact, &Policy::REDOX, NOW).expect("legal").next.state;
    assert_eq!(after(&refused), State::Cancelled);
    assert_eq!(after(&Fact::Accepted), State::Settled, "Redox has it: saying `cancelled` would be a lie");
}

proptest! {
    /// G5: whatever happens, a once-target's delivery leaves `sending` towards `queued` only on proof of non-acceptance,
    /// and an unknown one is queued again only by evidence, policy or a person.
    #[test]
    fn g5_unknown_is_never_queued_by_itself(choices in proptest::collection::vec(0..facts().len(), 1..60)) {
        let facts = facts();
        let mut row = Delivery::queued(NOW, None);
        for choice in choices {
            let fact = &facts[choice];
            let Ok(done) = step(&row, fact, &Policy::REDOX, NOW) else { continue };
            let back = done.next.state == State::Queued && row.state != State::Queued;
            if back {
                let permitted = match row.state {
                    State::Sending => matches!(fact, Fact::TargetFailure { .. } | Fact::StartRefused { .. }),
                    State::Unknown => matches!(fact, Fact::EvidenceAbsent | Fact::DecideResend),
                    State::Held => matches!(fact, Fact::KeyReleased),
                    State::Parked if row.reason == Reason::UNKNOWN_OUTCOME => {
                        matches!(fact, Fact::EvidenceAbsent | Fact::DecideResend)
                    }
                    State::Parked => matches!(fact, Fact::Release),
                    _ => false,
                };
                prop_assert!(permitted, "{:?} took {} back to queued", row.state, fact.name());
            }
            row = done.next;
        }
    }

    /// G6: from every state that a delivery can reach, a person can end it.
    #[test]
    fn g6_a_person_can_always_end_it(choices in proptest::collection::vec(0..facts().len(), 0..40), once: bool) {
        let policy = if once { Policy::REDOX } else { Policy::HANDLER };
        prop_assert_eq!(policy.mode == Mode::Once, once);
        let facts = facts();
        let mut row = Delivery::queued(NOW, None);
        for choice in choices {
            if let Ok(done) = step(&row, &facts[choice], &policy, NOW) {
                row = done.next;
            }
        }
        if !row.state.has_ended() {
            let cancelled = step(&row, &Fact::Cancel, &policy, NOW);
            prop_assert!(cancelled.is_ok(), "{:?} cannot be cancelled", row.state);
        }
    }
}
