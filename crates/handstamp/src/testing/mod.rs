//! The test kit: for the tests of applications, of stores, and our own.
//!
//! A clock that is moved by hand, a store that fails on command, one with gates for arranging who
//! comes first, a spy that counts store calls, and a signed-in client in one line. Behind the feature
//! `testing`; none of it belongs into production.

mod call;
mod clock;
#[cfg(feature = "embedded")]
mod disk;
mod faulty;
mod forward;
#[doc(hidden)]
pub mod fuzz;
mod gate;
mod sign_in;
mod spy;

pub use call::{Operation, StoreCall, Subject};
pub use clock::FakeClock;
#[cfg(feature = "embedded")]
pub use disk::{Disk, FaultyDisk, PowerLossDisk};
pub use faulty::{Fault, FaultyStore, When};
pub use gate::{Gate, GateStore, Side};
pub use sign_in::{SignedInClient, sign_in_as};
pub use spy::SpyStore;
