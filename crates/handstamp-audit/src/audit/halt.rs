//! Why a check stops before its conclusion.

use crate::{
    audit::StepError,
    check::{Outcome, Reason},
    wire::SendError,
};

/// Why a check stops before its conclusion.
#[derive(Debug)]
#[non_exhaustive]
pub enum Halt {
    /// What is known already is the conclusion.
    Concluded(Box<Outcome>),
    /// A request had no answer that counts.
    Send(SendError),
    /// A step of the recipe did not do what it expects.
    Step(Box<StepError>),
}

impl Halt {
    /// The question cannot be answered, for this reason.
    pub fn inconclusive(reason: Reason, why: impl Into<String>) -> Self {
        Outcome::inconclusive(reason, why).into()
    }

    /// The question does not arise, for this reason.
    pub fn not_applicable(reason: Reason, why: impl Into<String>) -> Self {
        Outcome::not_applicable(reason, why).into()
    }

    /// What it comes to: never a pass, never a fail that was not seen.
    pub fn into_outcome(self) -> Outcome {
        match self {
            Self::Concluded(outcome) => *outcome,
            Self::Send(error) => Outcome::inconclusive(reason_of(&error), error.to_string()),
            Self::Step(error) => {
                let exchange = error.exchange;
                let reason = match &error.source {
                    Some(error) => reason_of(error),
                    None => Reason::StepFailed,
                };
                Outcome::inconclusive(reason, error.to_string()).shown_by(exchange)
            }
        }
    }
}

fn reason_of(error: &SendError) -> Reason {
    match error {
        SendError::Slowed { .. } => Reason::RateLimited,
        SendError::RequestsUsedUp { .. } | SendError::TimeUsedUp { .. } | SendError::Interrupted => {
            Reason::Budget
        }
        SendError::OutOfScope { .. } | SendError::NotAuthorised { .. } => Reason::StepFailed,
        SendError::Unreachable { .. } | SendError::Broken { .. } | SendError::TimedOut { .. } => {
            Reason::TargetFailing
        }
    }
}

impl From<Outcome> for Halt {
    fn from(outcome: Outcome) -> Self {
        Self::Concluded(Box::new(outcome))
    }
}

impl From<SendError> for Halt {
    fn from(error: SendError) -> Self {
        Self::Send(error)
    }
}

impl From<StepError> for Halt {
    fn from(error: StepError) -> Self {
        Self::Step(Box::new(error))
    }
}
