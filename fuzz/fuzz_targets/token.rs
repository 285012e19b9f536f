//! What a client sends as a token.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| handstamp::testing::fuzz::token(bytes));
