//! One run: which checks apply, all of them in order, and what they came to.

mod plan;
mod runner;

pub use plan::{Choice, Choices, Planned, plan};
pub use runner::{Gate, Observer, Run, Silent, run};
