//! Each planted bug is caught, by a test that is named here; and each of these stores passes what its
//! bug has nothing to do with, so that it is caught for its bug and not for being a bad wrapper.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
};

use handstamp::store::MemoryStore;
use handstamp_conformance::{
    contract::{admit, after_end, cap, commit, create, end, load, recall, renew, walk},
    engine::faults,
    planted::{
        CapCheckedBefore, FillAfterEnd, GraceFromMaking, IndexAfterAnswer, RemembersAbsence,
        RetryAppliesTwice, UpsertOnSave,
    },
    promises::renewal,
    run,
};

/// Fails unless the conformance test fails.
fn caught_by(name: &str, test: impl Future<Output = ()>) {
    let outcome = catch_unwind(AssertUnwindSafe(|| run(test)));
    let panic = outcome.expect_err("a planted bug was not caught");
    let said = panic.downcast_ref::<String>().cloned();
    let said = said.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
    println!("caught by {name}: {}", said.unwrap_or_default());
}

macro_rules! planted {
    ($($bug:ident: $store:ident caught by $($($test:ident)::+),+; passes $($($passed:ident)::+),+;)+) => {
        $(
            #[test]
            fn $bug() {
                let make = || async { $store::new(MemoryStore::new()) };
                $(caught_by(stringify!($($test)::+), $($test)::+(make));)+
                run(create::a_created_session_loads_as_it_was_given(make));
                run(load::many_are_answered_in_order_with_holes_for_the_unknown(make));
                $(run($($passed)::+(make));)+
            }
        )+
    };
}

planted! {
    upsert_on_save: UpsertOnSave
        caught by
            after_end::one, after_end::account, after_end::realm, after_end::hold, after_end::erase,
            after_end::credentials_changed, after_end::replaced, after_end::limit, after_end::swept;
        passes commit::a_repeated_commit_is_done_once, end::one_session_ends_with_its_entry;
    index_written_after_the_answer: IndexAfterAnswer
        caught by
            admit::an_admitted_session_is_alive_and_told, walk::a_list_pages_through_one_account_by_id,
            end::an_account_ends_whole_in_one_entry, end::all_but_one_end_and_the_one_stays,
            after_end::account, faults::end_others;
        passes commit::a_repeated_commit_is_done_once, faults::sign_out;
    cap_checked_before_the_write: CapCheckedBefore
        caught by cap::parallel_admissions_never_pass_the_cap;
        passes
            cap::only_sessions_that_are_alive_count, cap::of_equal_proofs_the_lowest_id_ends_first,
            cap::a_full_account_refuses_and_nothing_changes;
    grace_from_the_making_of_the_successor: GraceFromMaking
        caught by renewal::a_lost_answer_and_a_long_silence_harm_nobody;
        passes renew::a_renewal_moves_proof_window_and_replacement, faults::renew;
    a_cache_that_fills_after_an_end: FillAfterEnd
        caught by recall::a_load_that_an_end_overtakes_revives_nothing;
        passes recall::a_session_that_was_looked_for_before_it_began_is_found, after_end::one;
    a_cache_that_remembers_absence: RemembersAbsence
        caught by recall::a_session_that_was_looked_for_before_it_began_is_found;
        passes recall::a_load_that_an_end_overtakes_revives_nothing, after_end::one;
    retry_that_applies_twice: RetryAppliesTwice
        caught by
            commit::a_repeated_commit_is_done_once, renew::a_repeated_renewal_is_done_once, faults::renew;
        passes commit::a_commit_over_data_that_was_not_seen_is_a_conflict, faults::sign_out;
}
