//! The promises of the design, on any store: races, clocks, faults and histories.
//!
//! Races run `HANDSTAMP_ROUNDS` times, each with another seed. Time is a [`FakeClock`] and order comes
//! from gates and barriers; nothing sleeps.
//!
//! [`FakeClock`]: handstamp::testing::FakeClock

pub mod caps;
pub mod change_log;
pub mod clocks;
pub mod credentials;
mod forgetful;
pub mod input;
mod kit;
pub mod live;
pub mod near_cache;
pub mod reference;
pub mod renewal;
pub mod sign_in;
pub mod signed_out;
pub mod step_up;
pub mod transfer;
mod turns;
pub mod updates;
mod wire;

/// Makes a test of each promise.
#[doc(hidden)]
#[macro_export]
macro_rules! promise_tests {
    ($make:expr) => {
        mod promises {
            #[allow(unused_imports, reason = "the factory may need none of them")]
            use super::*;
            $crate::test_groups! { $make, promises:
                caps {
                    of_64_simultaneous_sign_ins_exactly_the_cap_lives
                    of_64_simultaneous_sign_ins_exactly_the_cap_is_admitted
                    sessions_past_their_clocks_do_not_count
                    signing_in_again_on_one_device_costs_no_other_device
                }
                change_log {
                    every_change_of_a_long_history_is_told_once
                    a_bulk_end_is_one_entry
                    an_expiry_is_told_once
                    the_log_holds_no_secret_and_forgets_the_erased
                }
                clocks {
                    an_unused_session_ends_at_its_idle_timeout
                    a_busy_session_ends_at_its_absolute_timeout
                    only_use_keeps_a_session
                    a_step_up_starts_both_clocks_again
                    a_clock_set_back_lengthens_nothing
                    a_clock_set_forward_makes_the_sweep_wait
                    a_shorter_policy_applies_to_live_sessions_at_once
                    an_override_only_shortens
                    the_deadline_that_is_shown_is_kept
                    of_100_reads_in_an_interval_one_is_written
                    the_sweep_ends_what_a_verdict_would_refuse
                }
                credentials {
                    no_sign_in_with_the_old_credential_outlives_its_change
                    a_sign_in_stopped_at_its_admission_is_void_after_the_change
                    a_ticket_from_before_a_hold_or_an_erasure_is_void
                    of_two_changes_at_once_one_session_stays
                }
                input {
                    no_bad_token_reaches_the_store
                    a_token_of_another_realm_or_key_is_not_ours
                    a_genuine_token_is_never_adopted
                }
                live {
                    a_connection_ends_at_once_with_its_session
                    a_connection_ends_at_the_timeouts_of_its_session
                    a_shorter_policy_reaches_a_connection
                    in_an_outage_a_connection_becomes_unverified
                    an_end_in_a_short_outage_is_told_after_it
                }
                near_cache {
                    a_session_in_memory_costs_no_store_call
                    the_acknowledging_node_refuses_at_once
                    another_node_refuses_as_soon_as_it_has_heard
                    nothing_that_races_an_end_is_remembered_alive
                    a_node_that_is_cut_off_refuses_within_the_agreed_time
                    an_end_holds_everywhere_when_it_says_so
                    in_an_outage_memory_is_believed_for_its_age_only
                    memory_says_nothing_but_what_cannot_be_wrong
                    without_any_staleness_the_store_is_asked_each_time
                }
                reference {
                    random_histories_agree_with_the_model
                }
                renewal {
                    all_32_presenters_get_the_same_successor
                    a_lost_answer_and_a_long_silence_harm_nobody
                    the_old_token_is_good_until_the_grace_after_its_successor_was_presented
                    a_replayed_token_ends_the_session_with_evidence
                    an_older_generation_has_no_part_in_the_window
                    a_forged_generation_never_reaches_the_store
                    a_renewal_whose_write_is_not_answered_makes_no_second_successor
                    a_client_that_keeps_what_it_gets_is_never_signed_out
                }
                sign_in {
                    two_submits_of_one_form_leave_one_session
                    two_submits_under_a_cap_of_one_leave_one_session
                    an_edit_between_load_and_end_is_not_lost
                    edits_racing_a_sign_in_all_go_along
                    data_goes_along_only_into_the_same_persons_session
                    a_sign_in_that_stops_half_way_leaves_a_legal_state
                    the_next_load_of_the_new_session_finishes_the_sign_in
                    a_sign_in_through_faults_ends_in_a_legal_state
                    nothing_of_a_signed_out_session_goes_along
                    a_fixed_session_gains_nothing_by_a_sign_in
                }
                signed_out {
                    a_write_in_flight_revives_nothing
                    nothing_that_races_an_end_is_alive_after_it
                    an_anonymous_session_stays_ended
                }
                step_up {
                    of_30_requests_in_flight_none_is_signed_out
                    a_request_from_before_changes_nothing_after
                    of_four_step_ups_at_once_one_succeeds
                    an_old_token_long_after_is_reuse
                    a_renewal_under_way_gets_nothing_from_a_step_up
                }
                transfer {
                    who_is_signed_in_stays_signed_in
                }
                updates {
                    of_32_edits_of_one_slot_none_is_lost
                    of_32_edits_of_different_slots_none_is_lost
                    random_faults_apply_nothing_twice
                    a_retry_after_a_lost_answer_counts_once
                    an_edit_that_was_written_before_a_step_up_is_not_called_superseded
                }
            }
        }
    };
}
