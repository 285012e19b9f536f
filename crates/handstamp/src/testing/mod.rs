//! The test kit: for the tests of applications, of stores, and our own.
//!
//! A clock that is moved by hand, a store that fails on command, a spy that counts store calls, and
//! a signed-in client in one line. Behind the feature `testing`; none of it belongs into production.

mod clock;

pub use clock::FakeClock;
