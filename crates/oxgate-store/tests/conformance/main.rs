//! What every engine must do: generic functions over a way to open one, run against each engine there is.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

/// A way to open an engine, and a bed to try it on.
mod bed;

/// Invented events.
mod sample;

/// Redeliveries, conflicts, repeated submissions.
mod once;

/// Facts and rows.
mod facts;

/// Events made from events.
mod children;

/// What parking does to those behind.
mod holds;

/// Lanes: made, changed, blocked.
mod lanes;

/// Targets that come later.
mod catch_up;

/// Order across a change of the rule that makes lanes and keys.
mod seams;

/// Orphaned lanes handed to another target.
mod orphans;

/// Questions and answers.
mod expectations;

/// What Redox's logs say of sends.
mod logs;

/// What goes when.
mod retention;

/// Search keys, and lists with cursors.
mod search;

/// Lists and windows.
mod reads;

/// Random operations against a plain model, reopening among them.
mod model;

use bed::Open;
use oxgate_store::Settings;
use oxgate_store::sqlite::Sqlite;
use std::sync::Arc;

/// SQLite in a folder of its own.
struct SqliteFolder {
    folder: tempfile::TempDir,
    ops: Vec<String>,
}

impl Open for SqliteFolder {
    type Engine = Sqlite;

    fn new(ops: &[&str]) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), ops: ops.iter().map(|&name| name.to_owned()).collect() }
    }

    fn open(&self) -> Sqlite {
        let settings = Settings { ops: self.ops.clone(), ..Settings::new(self.folder.path(), [3; 32]) };
        Sqlite::open(&settings, Arc::new(sample::Counted::default())).unwrap()
    }
}

macro_rules! conformance {
    ($engine:ident, $open:ty, $($module:ident :: {$($test:ident),* $(,)?})*) => {
        mod $engine {
            $(mod $module {
                $(#[test]
                fn $test() {
                    crate::$module::$test::<$open>();
                })*
            })*
        }
    };
}

conformance! {
    sqlite, crate::SqliteFolder,
    once::{
        g2_the_same_log_is_one_event,
        g2_other_content_is_a_mismatch_until_compared,
        g2_a_conflict_is_linked_flagged_and_delivered,
        g2_without_an_id_nothing_is_dropped,
        g2_duplicates_inside_one_group,
        g2_scopes_do_not_mix,
        equal_content_under_another_id_is_flagged_and_delivered,
        a_pure_duplicate_writes_nothing,
        a_submission_repeats_under_its_key,
        a_submission_key_with_another_body_is_refused,
        submission_keys_are_the_clients_own,
        an_event_needs_a_delivery,
    }
    search::{
        events_are_found_by_key_newest_first,
        search_keys_go_with_the_records,
        parked_ones_are_read_page_by_page,
        what_others_notice_is_told,
    }
    children::{
        g1_a_forward_is_settled_with_its_child_or_not_at_all,
        g2_a_forward_settled_twice_makes_its_child_once,
        a_child_asks_and_answers_like_any_event,
        a_person_cancels_and_sends_another_in_one_step,
        too_many_children_fail_the_command,
    }
    facts::{
        a_handler_takes_an_event,
        g5_a_send_is_on_disk_before_it_leaves,
        g5_a_refused_start_undoes_its_own_and_no_other,
        g5_a_restart_leaves_the_send_in_doubt,
        failures_count_and_park,
        g4_an_attempt_that_is_told_again_counts_once,
        g6_every_turn_stands_in_the_timeline,
        a_first_success_writes_no_attempt,
        an_illegal_fact_changes_nothing,
        a_wrong_tag_finds_nothing,
        a_cancel_during_a_send_is_kept_as_a_wish,
        g3_a_release_keeps_its_place,
        g3_an_overtaken_release_says_so,
        a_replay_goes_to_the_tail,
        g3_a_replay_under_another_rule_says_that_it_is_late,
        a_reroute_goes_to_another_target,
        a_receipt_is_kept_and_found,
        a_person_is_on_record,
        g3_what_is_announced_stands_in_the_row,
        g3_facts_that_come_together_are_durable_together,
        too_many_facts_at_once_fail_the_command,
    }
    holds::{
        g4_later_ones_of_the_key_are_held,
        g4_new_ones_of_a_held_key_start_held,
        a_key_held_twice_is_released_once_both_end,
        a_barrier_is_held_by_any_key,
        free_ones_are_never_held,
        holds_stay_inside_their_lane,
        holds_survive_a_reopen,
        g4_an_unknown_send_blocks_its_lane,
        a_lane_stays_blocked_until_the_last_hold_ends,
        a_parked_delivery_is_reported_once,
        a_parked_report_is_not_reported,
    }
    lanes::{
        a_lane_is_made_once,
        a_person_pauses_and_resumes,
        a_drain_ends_when_what_was_there_has_gone,
        a_drain_that_meets_a_hold_is_over,
        a_paused_lane_that_is_held_resumes_blocked,
        g4_a_change_decided_by_an_older_state_changes_nothing,
        g4_a_block_is_seen_by_those_who_decided_before_it,
        an_orphaned_lane_is_reported,
        no_such_lane,
    }
    catch_up::{
        g3_events_from_before_go_first,
        g1_a_crash_loses_and_doubles_nothing,
        an_event_that_was_replayed_there_is_not_given_again,
        g4_an_unrouted_event_is_given_instead_of_staying_parked,
        what_retention_has_removed_is_counted,
        a_lane_that_a_person_paused_stays_paused,
        on_an_empty_store_nothing_waits,
    }
    seams::{
        g3_lanes_under_a_new_rule_wait_for_the_old_ones,
        g3_another_order_in_the_same_lane_waits_for_what_is_there,
        g3_a_rule_that_goes_back_and_forth_keeps_the_order,
        g3_a_parked_delivery_that_holds_its_lane_holds_what_comes_after_the_change,
        g3_a_parked_delivery_that_holds_nothing_is_not_waited_for,
        g3_a_release_from_before_the_change_comes_first_and_says_so,
        g3_what_is_released_between_two_changes_waits_for_what_is_before_the_first,
        lanes_that_share_nothing_do_not_wait,
        a_change_without_a_backlog_leaves_no_trace,
        a_person_stops_and_starts_a_waiting_lane,
        what_ended_before_it_began_is_no_change_of_rule,
    }
    orphans::{
        g1_what_an_orphaned_lane_has_goes_to_another_target_in_order,
        g4_holds_go_with_what_is_reassigned,
        g3_what_comes_next_waits_for_what_was_reassigned,
        g3_lanes_that_waited_for_each_other_still_do,
        what_was_settled_stays_where_it_was_settled,
        only_an_orphaned_lane_is_reassigned,
    }
    expectations::{
        g7_an_answer_is_linked_as_it_is_accepted,
        g7_another_partner_is_never_looked_at,
        g7_another_rule_is_never_looked_at,
        g7_another_patient_is_suspect,
        g7_without_a_patient_it_is_unproven,
        g7_two_questions_make_it_ambiguous,
        g7_too_many_questions_are_not_guessed,
        g7_each_part_finds_its_own_question,
        g7_the_deadline_counts_from_the_settle,
        g7_late_is_told_once,
        g7_late_and_then_answered_stays_late,
        g7_without_a_deadline_it_is_never_late,
        g7_questions_are_chosen_by_how_an_answer_was_judged,
        g7_what_is_late_counts_until_it_is_answered,
        g7_an_answer_settles_an_unknown_send,
        g7_an_answer_settles_a_send_parked_as_unknown,
        g7_an_answer_does_not_choose_between_two_sends,
        a_closed_expectation_is_no_longer_matched,
    }
    logs::{
        what_became_of_a_send_stands_beside_its_state,
        the_end_of_the_reading_is_kept_with_what_was_read,
        a_note_is_a_line_of_the_timeline,
        g5_a_send_that_failed_or_is_in_doubt_is_a_neighbour,
        g5_another_address_or_another_time_is_no_neighbour,
        g5_an_accepted_send_without_its_log_is_a_neighbour,
    }
    retention::{
        a_body_goes_when_its_time_has_come,
        a_body_that_is_needed_stays,
        an_awaited_question_keeps_its_body,
        a_key_outlives_its_body,
        idempotency_keys_go_after_a_week,
        parts_of_nobody_go,
        quota_slots_go,
        what_is_left_of_an_event_goes_last,
        what_nobody_looked_at_expires,
        audit_lines_go,
        a_sweep_goes_in_steps_and_gets_round,
    }
    reads::{
        a_large_body_comes_in_parts,
        parts_that_are_gone_fail_their_event_alone,
        a_window_is_read_from_a_place_on,
        busy_lanes_come_first,
        events_are_listed_by_what_they_are,
        parked_ones_come_oldest_first,
        parked_ones_are_counted_by_target,
        quota_is_read_back,
        an_event_comes_back_as_it_went_in,
    }
    model::{
        random_operations_match_the_model,
    }
}
