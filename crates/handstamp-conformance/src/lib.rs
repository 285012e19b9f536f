//! The promises of Handstamp as a test suite, for everybody who writes a store.
//!
//! One line in an integration test runs all of it:
//!
//! ```
//! # use handstamp::store::MemoryStore;
//! handstamp_conformance::store_tests!(|| async { MemoryStore::new() });
//! ```
//!
//! The closure gives a fresh, empty store each time that it is called. Every test is a function of
//! its own, so a failure names what was broken; [`contract`] asks the store alone, operation by
//! operation; [`engine`] puts the engine on top of it and faults, races and clocks in
//! between; [`promises`] races it and moves its clocks. [`planted`] holds stores with one bug each, by
//! which the suite itself is tested.
//!
//! `HANDSTAMP_ROUNDS` says how often each race is run; 100 unless set.

#![allow(clippy::missing_panics_doc, reason = "a test fails by a panic, and all of these are tests")]
#![allow(clippy::unchecked_time_subtraction, reason = "a difference below zero is to fail its test")]

pub mod contract;
pub mod engine;
#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/writing-a-store.md")]
mod guide {}
mod make;
pub mod planted;
mod polls;
pub mod promises;

pub use make::{MakeStore, one_round_in, rounds, run};

/// Runs the whole suite: one `#[test]` for each named test. Takes a closure without captures that
/// gives a fresh, empty store asynchronously.
#[macro_export]
macro_rules! store_tests {
    ($make:expr) => {
        $crate::contract_tests!($make);
        $crate::engine_tests!($make);
        $crate::promise_tests!($make);
    };
}

/// Makes one `#[test]` of each function of a group; each group is a module.
#[doc(hidden)]
#[macro_export]
macro_rules! test_groups {
    ($make:expr, $area:ident: $($group:ident { $($test:ident)+ })+) => {
        $(
            mod $group {
                #[allow(unused_imports, reason = "the factory may need none of them")]
                use super::*;
                $(
                    #[test]
                    fn $test() {
                        $crate::run($crate::$area::$group::$test($make));
                    }
                )+
            }
        )+
    };
}
