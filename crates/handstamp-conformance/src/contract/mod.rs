//! The contract, operation by operation: each test holds one sentence of
//! [`Store`](handstamp::store::Store) against a store.

pub mod account;
pub mod admit;
pub mod after_end;
pub mod cap;
pub mod commit;
pub mod control;
pub mod create;
pub mod dropped;
pub mod end;
pub mod feed;
mod kit;
pub mod load;
pub mod log;
pub mod realms;
pub mod recall;
pub mod renew;
pub mod sweep;
pub mod transfer;
pub mod walk;

/// Makes a test of each sentence of the contract.
#[doc(hidden)]
#[macro_export]
macro_rules! contract_tests {
    ($make:expr) => {
        $crate::test_groups! { $make, contract:
            create {
                a_created_session_loads_as_it_was_given
                a_repeated_create_is_done_once
                another_session_of_the_same_id_is_refused_and_changes_nothing
                a_repeated_create_revives_nothing
                a_session_that_begins_after_its_realm_ended_is_alive
            }
            load {
                an_unknown_session_is_none
                a_session_loads_with_the_state_of_its_account_and_cell
                an_ended_session_loads_with_its_ending
                many_are_answered_in_order_with_holes_for_the_unknown
            }
            commit {
                a_commit_replaces_the_data_and_nothing_else
                a_commit_over_data_that_was_not_seen_is_a_conflict
                a_repeated_commit_is_done_once
                data_and_record_are_versioned_apart
                a_commit_of_an_older_privilege_is_superseded
                a_commit_to_an_unknown_session_is_gone_and_makes_none
                of_parallel_commits_over_the_same_data_one_is_done
            }
            renew {
                a_renewal_replaces_the_record_and_nothing_else
                a_renewal_over_a_record_that_was_not_seen_is_a_conflict
                a_repeated_renewal_is_done_once
                a_renewal_moves_proof_window_and_replacement
                a_renewal_of_an_unknown_session_is_gone_and_makes_none
                of_parallel_renewals_of_the_same_record_one_is_done
                a_last_use_only_grows_and_is_in_no_log
            }
            recall {
                a_session_that_was_looked_for_before_it_began_is_found
                a_load_that_an_end_overtakes_revives_nothing
            }
            admit {
                an_admitted_session_is_alive_and_told
                a_repeated_admission_is_done_once
                an_admission_under_a_taken_id_changes_nothing
                an_admission_of_an_older_epoch_is_stale
                an_admission_to_a_held_account_is_refused
                the_replaced_session_of_the_same_cell_ends_in_the_same_step
                an_admission_that_carried_older_data_is_a_conflict
                an_admission_from_before_a_change_of_privilege_is_a_conflict
                an_admission_over_a_replaced_session_has_lost
                an_admission_over_a_session_that_ended_otherwise_is_a_conflict
                a_replaced_session_of_another_cell_is_named_and_left_alone
            }
            cap {
                the_earliest_proof_ends_first
                of_equal_proofs_the_lowest_id_ends_first
                only_sessions_that_are_alive_count
                the_replaced_session_takes_no_place
                a_full_account_refuses_and_nothing_changes
                parallel_admissions_never_pass_the_cap
            }
            end {
                one_session_ends_with_its_entry
                an_ended_session_keeps_no_data
                a_repeated_end_says_how_it_ended_first
                an_unknown_session_is_unknown
                an_ending_is_kept_whole
                a_conditional_end_happens_only_at_what_was_seen
                an_end_from_before_a_change_of_privilege_is_a_conflict
                an_end_for_its_clocks_happens_only_if_they_have_run_out
                an_account_ends_whole_in_one_entry
                a_sign_in_under_way_survives_the_end_of_the_accounts_sessions
                all_but_one_end_and_the_one_stays
                a_cell_ends_in_one_entry
                of_parallel_ends_one_counts
            }
            after_end {
                one
                account
                all_but_another
                realm
                hold
                hold_and_release
                credentials_changed
                credentials_changed_elsewhere
                erase
                limit
                replaced
                swept
            }
            account {
                reading_an_unknown_account_makes_none
                a_credential_change_is_one_step
                a_repeated_credential_change_is_done_once
                a_credential_change_over_a_moved_record_is_a_conflict
                a_session_of_somebody_else_is_not_kept
                a_hold_ends_all_and_a_release_revives_none
                an_erased_account_leaves_no_trace
                a_sign_in_from_before_an_erasure_is_stale
                neighbours_in_the_cell_are_left_alone
            }
            walk {
                a_list_pages_through_one_account_by_id
                a_list_carries_the_state_of_account_and_cell
                a_scan_sees_every_session_once
                stats_count_what_is_there
            }
            sweep {
                a_sweep_ends_what_has_run_out_and_tells
                a_sweep_decides_by_the_stored_times
                a_sweep_is_bounded_and_goes_on_where_it_stopped
                a_sweep_writes_the_ends_of_a_realm
                a_sweep_reports_what_is_unfinished_and_unsettled
                an_ended_session_is_forgotten_after_its_retention
                only_the_newest_ends_of_an_account_are_remembered
                a_sweep_forgets_no_epoch_and_no_hold
            }
            log {
                positions_have_no_gaps
                parallel_changes_have_no_gaps
                a_reader_goes_on_from_its_position
                heads_name_every_cell_and_one_incarnation
                a_change_wakes_who_waits
                whoever_sees_an_end_finds_its_entry
            }
            feed {
                what_came_before_a_probe_is_told_before_it_returns
                a_probe_returns_when_nothing_has_changed
                a_wait_that_is_given_up_loses_no_news
                what_is_told_can_be_read
                every_feed_hears_every_change
                a_change_is_told_without_a_probe
            }
            control {
                a_blob_is_written_only_over_what_was_seen
                of_parallel_first_writers_one_counts
            }
            realms {
                the_same_id_in_two_realms_is_two_sessions
                an_account_of_the_same_name_is_another_account
                a_session_of_another_realm_is_not_kept
                a_sweep_stays_in_its_realm
            }
            transfer {
                what_is_exported_and_imported_is_the_same
                an_import_twice_is_once
                an_import_revives_nothing
                an_imported_session_lives_on
                an_export_comes_in_bounded_pages
            }
            dropped {
                a_dropped_create_is_whole
                a_dropped_commit_is_whole
                a_dropped_renewal_is_whole
                a_dropped_admission_is_whole
                a_dropped_end_is_whole
                a_dropped_credential_change_is_whole
            }
        }
    };
}
