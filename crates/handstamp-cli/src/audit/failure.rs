//! Why a verb did not do what it was asked to.

use std::{io, process::ExitCode};

use handstamp_audit::recipe::Problems;

#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The command line, or a file that it names, is wrong.
    #[error("{0}")]
    Usage(String),
    #[error("the recipe has mistakes\n\n{0}")]
    Recipe(Problems),
    #[error("{place}: {error}")]
    File { place: String, error: io::Error },
    #[error("standard output: {0}")]
    Output(io::Error),
}

impl Failure {
    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) | Self::Recipe(_) | Self::File { .. } | Self::Output(_) => 2,
        })
    }
}
