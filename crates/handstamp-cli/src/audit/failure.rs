//! Why a verb did not do what it was asked to.

use std::{io, process::ExitCode};

use handstamp_audit::{
    check::{Outcome, Reason},
    recipe::Problems,
};

#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The command line, or a file that it names, is wrong.
    #[error("{0}")]
    Usage(String),
    #[error("the recipe has mistakes\n\n{0}")]
    Recipe(Problems),
    #[error("{place}: {error}")]
    File { place: String, error: io::Error },
    /// The application could not be asked.
    #[error("{}", .0.headline)]
    Halted(Outcome),
    #[error("standard output: {0}")]
    Output(io::Error),
}

impl Failure {
    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Halted(outcome) => match outcome.verdict.reason() {
                Some(Reason::TargetFailing | Reason::Budget) => 6,
                Some(Reason::StepFailed) => 2,
                _ => 3,
            },
            Self::Usage(_) | Self::Recipe(_) | Self::File { .. } | Self::Output(_) => 2,
        })
    }
}
