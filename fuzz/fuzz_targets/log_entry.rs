//! What a store has as an entry of the change log, and what somebody kept as a position in it.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| handstamp::testing::fuzz::log_entry(bytes));
