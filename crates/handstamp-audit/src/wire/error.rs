//! Why a request has no answer that counts.

use std::time::Duration;

use thiserror::Error;

/// Why a request has no answer that counts.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SendError {
    /// The recipe does not allow this place.
    #[error("{place} is outside of the recipe's scope; add it to target.scope if it is yours to test")]
    OutOfScope {
        /// `host:port`.
        place: String,
    },
    /// The place is not this machine, and nobody said that it may be tested.
    #[error("{place} is not this machine; testing it needs --i-am-authorised")]
    NotAuthorised {
        /// `host:port`.
        place: String,
    },
    /// Nothing listens there, or not as expected.
    #[error("{place} cannot be reached: {why}")]
    Unreachable {
        /// `host:port`.
        place: String,
        /// What went wrong.
        why: String,
    },
    /// What came back is no HTTP answer, or not a whole one.
    #[error("{place} gave no whole answer: {why}")]
    Broken {
        /// `host:port`.
        place: String,
        /// What went wrong.
        why: String,
    },
    /// No answer in time.
    #[error("{place} gave no answer within {} s", .within.as_secs())]
    TimedOut {
        /// `host:port`.
        place: String,
        /// How long was waited.
        within: Duration,
    },
    /// The application answers 429: it asks for fewer requests.
    #[error("the application asks for fewer requests (429)")]
    Slowed {
        /// When it may be asked again, where it said so.
        retry_after: Option<Duration>,
    },
    /// The budget of requests is used up.
    #[error("the budget of {limit} requests is used up; limits.requests raises it")]
    RequestsUsedUp {
        /// How many there were.
        limit: u64,
    },
    /// The budget of time is used up.
    #[error("the budget of {} s is used up; limits.time or --budget raises it", .limit.as_secs())]
    TimeUsedUp {
        /// How much there was.
        limit: Duration,
    },
    /// The run was interrupted.
    #[error("interrupted")]
    Interrupted,
}

impl SendError {
    /// Whether no further request makes sense.
    pub const fn ends_the_run(&self) -> bool {
        matches!(
            self,
            Self::RequestsUsedUp { .. }
                | Self::TimeUsedUp { .. }
                | Self::Interrupted
                | Self::NotAuthorised { .. }
        )
    }
}
