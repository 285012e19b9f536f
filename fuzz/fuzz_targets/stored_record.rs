//! What a store has as a record, and as data.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| handstamp::testing::fuzz::stored_record(bytes));
