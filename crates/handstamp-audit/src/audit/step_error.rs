//! Why a step of the recipe did not do what it says.

use thiserror::Error;

use crate::{
    recipe::StepName,
    wire::{ExchangeId, SendError},
};

/// Why a step of the recipe did not do what it says.
#[derive(Debug, Error)]
#[error("step {step} (line {line}): {why}")]
#[non_exhaustive]
pub struct StepError {
    /// Which step.
    pub step: StepName,
    /// The line of the recipe.
    pub line: usize,
    /// What was expected and what came.
    pub why: String,
    /// The exchange that shows it, where there is one.
    pub exchange: Option<ExchangeId>,
    /// The request without an answer, where that is why.
    #[source]
    pub source: Option<SendError>,
}
