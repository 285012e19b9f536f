//! What a client sends as Cookie lines.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| handstamp::testing::fuzz::cookie_header(bytes));
