//! The engine on any store, with faults in between.

pub mod drops;
mod ending;
pub mod faults;
pub mod observers;
pub mod outage;
pub mod secrets;
mod token;
mod verb;
mod visit;
mod world;

/// Makes a test of each.
#[doc(hidden)]
#[macro_export]
macro_rules! engine_tests {
    ($make:expr) => {
        $crate::test_groups! { $make, engine:
            faults {
                begin
                edit
                sign_in_over_nothing
                sign_in_over_anonymous
                sign_in_over_signed_in
                sign_in_over_other_account
                renew
                step_up
                credentials_changed
                credentials_reset
                sign_out
                end_one
                end_others
                hold
                release
                erase
            }
            drops {
                begin
                edit
                sign_in_over_nothing
                sign_in_over_anonymous
                sign_in_over_signed_in
                sign_in_over_other_account
                renew
                step_up
                credentials_changed
                credentials_reset
                sign_out
                end_one
                end_others
                hold
                release
                erase
            }
            outage {
                a_store_that_fails_makes_everything_unknown
                a_store_that_hangs_makes_everything_unknown
                a_failed_note_of_a_use_fails_no_request
                a_timeout_that_cannot_be_recorded_is_unknown
                a_realm_end_goes_on_where_it_stopped
                a_live_connection_outlasts_an_outage
            }
            observers {
                an_observer_that_panics_stops_no_end
            }
            secrets {
                no_secret_lies_in_the_store_or_its_log
            }
        }
    };
}
