//! One error for handlers: what happened, its stable code and its HTTP status.

use std::time::Duration;

use http::StatusCode;

use crate::{
    AccountError, BeginError, EditError, EndError, EndReason, ListError, NameError, PrivilegeError,
    SignInError, SignOutError, SlotError, store::StoreError,
};

/// Why a handler could not do what it wanted with its session.
///
/// It renders itself: as RFC 9457 problem JSON, or as a redirect to the sign-in or step-up page for
/// navigations if the layer knows these pages. `docs/errors.md` lists every code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The store cannot tell now. 503; the cookie stays, nobody is signed out.
    #[error("sessions cannot be checked just now: {0}")]
    Unavailable(#[source] StoreError),
    /// The sign-out could not be recorded: the session still lives.
    #[error("the sign-out could not be recorded; you are still signed in: {0}")]
    StillSignedIn(#[source] StoreError),
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// The session has ended.
    #[error("the session has ended: {0}")]
    Ended(EndReason),
    /// The token is an old one of a session whose privilege has just changed.
    #[error("this request began before the session's privilege changed: repeat it")]
    Superseded,
    /// The proof is too old for this route.
    #[error("a fresh proof is needed: at most {} s old", .within.as_secs())]
    #[non_exhaustive]
    StepUpRequired {
        /// How old it may be.
        within: Duration,
    },
    /// The account changed after the sign-in began.
    #[error("the account has changed since this sign-in began: begin again")]
    StaleTicket,
    /// The sign-in took too long.
    #[error("this sign-in took too long: begin again")]
    TicketExpired,
    /// The account is on hold.
    #[error("the account is on hold")]
    AccountHeld,
    /// The account has as many sessions as allowed.
    #[error("the account has as many sessions as allowed: end one of them first")]
    LimitReached,
    /// The same form was sent twice and the other one won.
    #[error("another sign-in has taken the place of the same session")]
    LostToAnother,
    /// The store takes no new sessions.
    #[error("the session store has no room for new sessions")]
    NoRoom,
    /// There is no such session of this account.
    #[error("this account has no such session")]
    NotFound,
    /// The account's id is not one.
    #[error("the account id is refused: {0}")]
    Name(#[from] NameError),
    /// A slot could not be read or written.
    #[error(transparent)]
    Slot(#[from] SlotError),
    /// The session would hold too much.
    #[error("the session would hold {bytes} bytes; at most {most} are allowed")]
    #[non_exhaustive]
    TooLarge {
        /// What it would hold.
        bytes: usize,
        /// What it may.
        most: usize,
    },
    /// Too many requests write the same session at once.
    #[error("the session is being written by too many requests at once: repeat later")]
    Contended,
    /// A session would have to begin, but the headers of the answer have been sent.
    #[error("a session cannot begin any more: the headers of this answer have been sent")]
    TooLate,
    /// The form's token is missing or not of this session.
    #[error("the form's token is not of this session: load the form again")]
    FormTokenRefused,
    /// The route has no session layer around it.
    #[error("there is no SessionLayer around this route: add `.layer(sessions.layer())` to the router")]
    LayerMissing,
}

impl SessionError {
    /// The stable code, as in `docs/errors.md`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "store_unavailable",
            Self::StillSignedIn(_) => "still_signed_in",
            Self::NotSignedIn => "not_signed_in",
            Self::Ended(_) => "session_ended",
            Self::Superseded => "superseded",
            Self::StepUpRequired { .. } => "step_up_required",
            Self::StaleTicket => "stale_ticket",
            Self::TicketExpired => "ticket_expired",
            Self::AccountHeld => "account_held",
            Self::LimitReached => "limit_reached",
            Self::LostToAnother => "lost_to_another",
            Self::NoRoom => "no_room",
            Self::NotFound => "not_found",
            Self::Name(_) => "account_id_refused",
            Self::Slot(_) => "slot_unreadable",
            Self::TooLarge { .. } => "too_large",
            Self::Contended => "contended",
            Self::TooLate => "too_late",
            Self::FormTokenRefused => "form_token_refused",
            Self::LayerMissing => "layer_missing",
        }
    }

    /// The HTTP status.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Unavailable(_) | Self::StillSignedIn(_) | Self::NoRoom | Self::Contended => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::NotSignedIn | Self::Ended(_) | Self::Superseded | Self::StepUpRequired { .. } => {
                StatusCode::UNAUTHORIZED
            }
            Self::AccountHeld | Self::FormTokenRefused => StatusCode::FORBIDDEN,
            Self::StaleTicket | Self::TicketExpired | Self::LimitReached | Self::LostToAnother => {
                StatusCode::CONFLICT
            }
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Name(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slot(_) | Self::TooLate | Self::LayerMissing => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A sentence for a person, without anything internal (ASVS V16.5.1).
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => {
                "Your session cannot be checked just now. You are not signed out; try again."
            }
            Self::StillSignedIn(_) => "Signing out did not work. You are still signed in; try again.",
            Self::NotSignedIn => "Please sign in.",
            Self::Ended(_) => "Your session has ended. Please sign in again.",
            Self::Superseded => "Your session has just changed. Repeat the request.",
            Self::StepUpRequired { .. } => "Please confirm that it is you.",
            Self::StaleTicket | Self::TicketExpired => "Please begin the sign-in again.",
            Self::AccountHeld => "This account is on hold.",
            Self::LimitReached => "This account has as many sessions as allowed.",
            Self::LostToAnother => "You have signed in with another request already.",
            Self::NoRoom | Self::Contended => "This does not work just now. Try again later.",
            Self::NotFound => "There is no such session.",
            Self::Name(_) => "This account name cannot be used.",
            Self::TooLarge { .. } => "This is too much to keep in a session.",
            Self::FormTokenRefused => "This form is too old. Load it again.",
            Self::Slot(_) | Self::TooLate | Self::LayerMissing => "Something went wrong on the server.",
        }
    }

    /// Does repeating the same request help?
    pub const fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(_) | Self::StillSignedIn(_) | Self::NoRoom | Self::Contended | Self::Superseded
        )
    }
}

impl From<StoreError> for SessionError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error)
    }
}

impl From<BeginError> for SessionError {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::Store(error) => Self::Unavailable(error),
            BeginError::NoRoom => Self::NoRoom,
        }
    }
}

impl From<SignInError> for SessionError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Store(error) => Self::Unavailable(error),
            SignInError::StaleTicket => Self::StaleTicket,
            SignInError::TicketExpired => Self::TicketExpired,
            SignInError::AccountHeld => Self::AccountHeld,
            SignInError::LimitReached => Self::LimitReached,
            SignInError::Superseded => Self::Superseded,
            SignInError::LostToAnother => Self::LostToAnother,
            SignInError::TooLarge { bytes, most } => Self::TooLarge { bytes, most },
            SignInError::NoRoom => Self::NoRoom,
        }
    }
}

impl From<EditError> for SessionError {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Store(error) => Self::Unavailable(error),
            EditError::Slot(error) => Self::Slot(error),
            EditError::TooLarge { bytes, most } => Self::TooLarge { bytes, most },
            EditError::Ended(reason) => Self::Ended(reason),
            EditError::Gone => Self::NotSignedIn,
            EditError::Superseded => Self::Superseded,
            EditError::Contended => Self::Contended,
        }
    }
}

impl From<PrivilegeError> for SessionError {
    fn from(error: PrivilegeError) -> Self {
        match error {
            PrivilegeError::Store(error) => Self::Unavailable(error),
            PrivilegeError::Ended(reason) => Self::Ended(reason),
            PrivilegeError::TooLarge { bytes, most } => Self::TooLarge { bytes, most },
            PrivilegeError::Superseded => Self::Superseded,
        }
    }
}

impl From<SignOutError> for SessionError {
    fn from(error: SignOutError) -> Self {
        match error {
            SignOutError::Store(error) => Self::StillSignedIn(error),
            SignOutError::Superseded => Self::Superseded,
        }
    }
}

impl From<EndError> for SessionError {
    fn from(error: EndError) -> Self {
        match error {
            EndError::Store(error) => Self::Unavailable(error),
            EndError::NotFound => Self::NotFound,
        }
    }
}

impl From<AccountError> for SessionError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Store(error) => Self::Unavailable(error),
        }
    }
}

impl From<ListError> for SessionError {
    fn from(error: ListError) -> Self {
        Self::Unavailable(error.0)
    }
}
