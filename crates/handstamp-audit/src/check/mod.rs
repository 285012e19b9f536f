//! What a check is, and what may come of one.
//!
//! Values only: a check's description says what it asks and which requirements it answers; its outcome says
//! what was seen. How a check asks lies in [`checks`](crate::checks); how an outcome looks on paper lies in
//! the reports.

mod description;
mod outcome;
mod plot;
mod severity;
mod verdict;

pub use description::{Description, Group, Profile, Standards};
pub use outcome::{CheckResult, Fact, Outcome};
pub use plot::{Lifeline, LifelineLook, Plot};
pub use severity::Severity;
pub use verdict::{Reason, Verdict};
