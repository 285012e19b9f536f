//! A refusal: what a client is told when it may not go on (RFC 9457), and how it becomes a page.

use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use super::{cross_site::CrossSiteRefusal, error::SessionError};
use crate::EndReason;

/// Where the codes are explained.
const ERRORS: &str = "https://handstamp.dev/errors#";

/// Why a request was refused. Travels with the response, so that the layer can make a redirect or a
/// page of it; holds nothing that came from the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The stable code, as in `docs/errors.md`.
    pub code: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// A sentence for a person.
    pub title: &'static str,
    /// How the session ended, if that is why.
    pub reason: Option<EndReason>,
    /// Does repeating the same request help?
    pub retryable: bool,
    /// What would help.
    pub demand: Demand,
}

/// What a refused client has to do first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Demand {
    /// Nothing in particular.
    Nothing,
    /// Sign in.
    SignIn,
    /// Prove again who it is.
    StepUp,
}

#[derive(Serialize)]
struct Problem {
    r#type: String,
    title: &'static str,
    status: u16,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<EndReason>,
    retryable: bool,
}

impl Refusal {
    pub(super) fn of_error(error: &SessionError) -> Self {
        let (reason, demand) = match error {
            SessionError::Ended(reason) => (Some(*reason), Demand::SignIn),
            SessionError::NotSignedIn => (None, Demand::SignIn),
            SessionError::StepUpRequired { .. } => (None, Demand::StepUp),
            _ => (None, Demand::Nothing),
        };
        Self {
            code: error.code(),
            status: error.status(),
            title: error.title(),
            reason,
            retryable: error.is_retryable(),
            demand,
        }
    }

    pub(super) fn of_cross_site(refusal: CrossSiteRefusal) -> Self {
        Self {
            code: refusal.code(),
            status: StatusCode::FORBIDDEN,
            title: "This request came from another site and was not carried out.",
            reason: None,
            retryable: false,
            demand: Demand::Nothing,
        }
    }

    /// The answer as problem JSON. The refusal goes along in the response's extensions.
    pub fn to_response(self) -> Response<String> {
        let problem = Problem {
            r#type: format!("{ERRORS}{}", self.code),
            title: self.title,
            status: self.status.as_u16(),
            code: self.code,
            reason: self.reason,
            retryable: self.retryable,
        };
        let mut response = Response::new(serde_json::to_string(&problem).unwrap_or_default());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl SessionError {
    /// The answer as problem JSON, for stacks other than axum.
    pub fn to_response(&self) -> Response<String> {
        match self {
            Self::Unavailable(_) | Self::StillSignedIn(_) | Self::NoRoom | Self::Contended => {
                tracing::warn!(code = self.code(), error = %self, "a request could not be served");
            }
            Self::Slot(_) | Self::TooLate | Self::LayerMissing => {
                tracing::error!(code = self.code(), error = %self, "a handler failed with its session");
            }
            _ => tracing::debug!(code = self.code(), "a request was refused"),
        }
        Refusal::of_error(self).to_response()
    }
}
