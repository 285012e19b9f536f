//! The contract, operation by operation: each test holds one sentence of
//! [`Store`](handstamp::store::Store) against a store.

pub mod create;
mod kit;

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
        }
    };
}
