//! What the scheduler holds in memory, and whose turn it is.

use oxgate_core::lane::LaneState;
use oxgate_core::limits::LANE_WINDOW;
use oxgate_core::{Delivery, DeliveryId, EventId, OrderKeys, State, Timestamp};
use oxgate_dispatch::scheduler::{GateRules, Scheduler, Start};
use oxgate_store::view::OpenDelivery;

const NOW: Timestamp = Timestamp(5_000);

fn open(seq: u64, lane: i64, keys: OrderKeys) -> OpenDelivery {
    let id = EventId { seq, tag: 1 }.delivery(0);
    OpenDelivery { id, lane, rank: seq, keys, row: Delivery::queued(NOW, None) }
}

fn scheduler(lanes: i64, concurrency: u32) -> Scheduler {
    let mut scheduler = Scheduler::new();
    scheduler.set_targets([GateRules { name: "app".into(), concurrency, rate: None, spills: true }]);
    for lane in 0..lanes {
        scheduler.lane_changed(lane, "app", LaneState::Open);
    }
    for load in scheduler.wants_load() {
        scheduler.loaded(load, Some(Vec::new()));
    }
    scheduler
}

fn ids(starts: &[Start]) -> Vec<DeliveryId> {
    starts.iter().map(|start| start.id).collect()
}

#[test]
fn g9_memory_follows_the_window_and_not_the_number_of_keys() {
    let mut scheduler = scheduler(1, 4);
    let backlog: Vec<OpenDelivery> =
        (1..=100_000).map(|seq| open(seq, 0, OrderKeys::Some(vec![seq + 7, 3_000_000 + seq]))).collect();
    for delivery in &backlog {
        scheduler.admit(delivery.clone());
    }
    let mut settled = 0;
    while settled < backlog.len() {
        for load in scheduler.wants_load() {
            let rows = backlog[settled..].iter().filter(|row| (row.rank, row.id.n) >= load.from);
            let rows = rows.take(load.limit).cloned().collect();
            scheduler.loaded(load, Some(rows));
        }
        let size = scheduler.size();
        assert!(size.deliveries <= LANE_WINDOW, "{size:?}");
        assert!(size.keys <= 2 * LANE_WINDOW, "{size:?}");
        let starts = scheduler.pick(NOW);
        assert_eq!(starts.len(), 4.min(backlog.len() - settled), "never out of work");
        for start in starts {
            scheduler.attempt_over("app", start.id);
            scheduler.ended(0, start.id);
            settled += 1;
        }
    }
    assert_eq!(scheduler.size().deliveries, 0);
    assert_eq!(scheduler.size().keys, 0);
}

#[test]
fn g9_memory_follows_the_window_when_every_key_has_a_head_that_fails() {
    let mut scheduler = scheduler(1, 4);
    for seq in 1..=100_000 {
        scheduler.admit(open(seq, 0, OrderKeys::Some(vec![seq + 7])));
    }
    let mut tried = 0;
    loop {
        for load in scheduler.wants_load() {
            let first = usize::try_from(load.from.0.max(1)).expect("small");
            let rows = (first..=100_000).take(load.limit);
            let rows = rows.map(|seq| open(seq as u64, 0, OrderKeys::Some(vec![seq as u64 + 7]))).collect();
            scheduler.loaded(load, Some(rows));
        }
        let size = scheduler.size();
        assert!(size.deliveries <= LANE_WINDOW && size.keys <= LANE_WINDOW, "{size:?}");
        let starts = scheduler.pick(NOW);
        if starts.is_empty() {
            break;
        }
        for start in starts {
            tried += 1;
            scheduler.attempt_over("app", start.id);
            let later = Delivery::queued(Timestamp(NOW.0 + 1_000_000), None);
            scheduler.still_open(0, start.id, later, false, NOW);
        }
    }
    assert!(tried >= LANE_WINDOW / 2, "only {tried} of them were tried");
}

#[test]
fn lanes_of_a_target_take_turns() {
    let mut scheduler = scheduler(3, 1);
    for seq in 0..30_u64 {
        scheduler.admit(open(seq, i64::from(seq >= 28) + i64::from(seq == 29), OrderKeys::All));
    }
    let mut order = Vec::new();
    for _ in 0..5 {
        let starts = scheduler.pick(NOW);
        order.extend(starts.iter().map(|start| start.lane));
        for id in ids(&starts) {
            scheduler.attempt_over("app", id);
            scheduler.ended(starts[0].lane, id);
        }
    }
    assert_eq!(order, [0, 1, 2, 0, 0], "a long lane does not starve a short one");
}

#[test]
fn g3_a_result_frees_its_successor_only_once_it_is_durable() {
    let mut scheduler = scheduler(1, 4);
    let (first, second) = (open(1, 0, OrderKeys::All), open(2, 0, OrderKeys::All));
    scheduler.admit(first.clone());
    scheduler.admit(second.clone());
    assert_eq!(ids(&scheduler.pick(NOW)), [first.id]);
    scheduler.attempt_over("app", first.id);
    assert_eq!(scheduler.pick(NOW), [], "the record is still under way");
    scheduler.ended(0, first.id);
    assert_eq!(ids(&scheduler.pick(NOW)), [second.id]);
}

#[test]
fn a_released_one_waits_for_a_later_attempt_of_its_key() {
    let mut scheduler = scheduler(1, 4);
    let (released, later) = (open(1, 0, OrderKeys::Some(vec![9])), open(2, 0, OrderKeys::Some(vec![9])));
    scheduler.admit(later.clone());
    assert_eq!(ids(&scheduler.pick(NOW)), [later.id]);
    scheduler.admit(released.clone());
    assert_eq!(scheduler.pick(NOW), [], "never two of one key at once");
    scheduler.attempt_over("app", later.id);
    scheduler.still_open(0, later.id, Delivery::queued(NOW, None), false, NOW);
    let starts = scheduler.pick(NOW);
    assert_eq!(ids(&starts), [released.id], "and then the older one first");
    assert!(starts[0].overtaken, "the later attempt may have arrived");
}

#[test]
fn g3_nothing_is_announced_where_nothing_was_under_way() {
    let mut scheduler = scheduler(1, 4);
    let (released, later) = (open(1, 0, OrderKeys::Some(vec![9])), open(2, 0, OrderKeys::Some(vec![9])));
    let other = open(3, 0, OrderKeys::Some(vec![7]));
    scheduler.admit(other.clone());
    assert_eq!(ids(&scheduler.pick(NOW)), [other.id]);
    scheduler.admit(later.clone());
    scheduler.admit(released.clone());
    scheduler.attempt_over("app", other.id);
    scheduler.ended(0, other.id);
    let starts = scheduler.pick(NOW);
    assert_eq!(ids(&starts), [released.id]);
    assert!(!starts[0].overtaken, "another key's attempt overtakes nobody");
}

#[test]
fn unknown_sending_and_held_ones_keep_their_place() {
    for state in [State::Unknown, State::Sending, State::Held] {
        let mut scheduler = Scheduler::new();
        scheduler.set_targets([GateRules { name: "app".into(), concurrency: 4, rate: None, spills: false }]);
        scheduler.lane_changed(0, "app", LaneState::Open);
        let mut first = open(1, 0, OrderKeys::Some(vec![1]));
        first.row.state = state;
        let rows = vec![first, open(2, 0, OrderKeys::Some(vec![1])), open(3, 0, OrderKeys::Some(vec![2]))];
        let load = scheduler.wants_load()[0];
        scheduler.loaded(load, Some(rows.clone()));
        assert_eq!(ids(&scheduler.pick(NOW)), [rows[2].id], "{state:?}");
    }
}

#[test]
fn a_read_that_overlaps_with_an_end_brings_nothing_back() {
    let mut scheduler = Scheduler::with_window(2);
    scheduler.set_targets([GateRules { name: "app".into(), concurrency: 4, rate: None, spills: false }]);
    scheduler.lane_changed(0, "app", LaneState::Open);
    let all: Vec<OpenDelivery> = (0..8).map(|seq| open(seq, 0, OrderKeys::Free)).collect();
    let end = |scheduler: &mut Scheduler, which: usize| {
        scheduler.attempt_over("app", all[which].id);
        scheduler.ended(0, all[which].id);
    };
    let load = scheduler.wants_load()[0];
    scheduler.loaded(load, Some(all[1..4].to_vec()));
    assert_eq!(ids(&scheduler.pick(NOW)), [all[1].id, all[2].id]);
    end(&mut scheduler, 1);
    // The next read begins at 3, which is cancelled meanwhile; so 4 fits, and the read after that begins with it.
    let load = scheduler.wants_load()[0];
    scheduler.ended(0, all[3].id);
    scheduler.loaded(load, Some(all[3..5].to_vec()));
    assert_eq!(ids(&scheduler.pick(NOW)), [all[4].id]);
    end(&mut scheduler, 2);
    let load = scheduler.wants_load()[0];
    assert_eq!(load.from, (4, 0));
    end(&mut scheduler, 4);
    scheduler.loaded(load, Some(all[4..6].to_vec()));
    assert_eq!(ids(&scheduler.pick(NOW)), [all[5].id], "4 has ended, whatever the read saw");
}
