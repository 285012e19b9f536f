//! Stores with one bug each, of those that were found in the field. A suite that does not catch them
//! is worth nothing; `tests/planted.rs` runs it against each and names the test that does.

mod absence;
mod early_cap;
mod early_grace;
mod late_fill;
mod late_index;
mod twice;
mod upsert;

pub use absence::RemembersAbsence;
pub use early_cap::CapCheckedBefore;
pub use early_grace::GraceFromMaking;
pub use late_fill::FillAfterEnd;
pub use late_index::IndexAfterAnswer;
pub use twice::RetryAppliesTwice;
pub use upsert::UpsertOnSave;
