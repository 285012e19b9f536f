//! Work at full speed, and the ledger of what was acknowledged of it.
//!
//! Many people use their sessions at the same time, each of them one operation after the other. So
//! whatever happens to the store, everything is known but the one operation that each had under way:
//! that one may have happened or not, but wholly.

mod check;
mod ledger;
mod log;
mod operation;
mod perform;
mod person;

pub(crate) use check::Found;
pub(crate) use ledger::Ledger;
pub(crate) use operation::{Gained, News, Operation};
pub(crate) use perform::{set_up, work};
pub(crate) use person::Person;
