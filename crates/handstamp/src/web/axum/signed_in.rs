//! Demands as types: signed in, perhaps signed in, freshly proven.

use std::time::Duration;

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{
    AccountId, Authorisations, Proof, SessionId, Timestamp,
    web::{Session, SessionError, who::Who},
};

/// Somebody is signed in. Otherwise the handler is not called: 401, a redirect to the sign-in page
/// for navigations, or 503 if it cannot be told.
#[derive(Clone, Debug)]
pub struct SignedIn {
    session: Session,
    who: Who,
}

impl SignedIn {
    /// Who.
    pub fn account(&self) -> &AccountId {
        &self.who.account
    }

    /// The session's public name.
    pub fn id(&self) -> SessionId {
        self.who.session
    }

    /// How they proved who they are.
    pub fn proof(&self) -> Option<&Proof> {
        self.who.proof()
    }

    /// When that was.
    pub fn proven_at(&self) -> Timestamp {
        self.who.proven_at
    }

    /// What the application granted.
    pub fn authorisations(&self) -> &Authorisations {
        self.who.authorisations()
    }

    /// The session, for its verbs.
    pub fn session(&self) -> &Session {
        &self.session
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = SessionError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, SessionError> {
        let session = Session::of_parts(parts)?;
        let who = session.require_who().await?;
        Ok(Self { session, who })
    }
}

/// Somebody may be signed in. "It cannot be told" is still refused with 503: a signed-in person must
/// not see the page of a stranger because a store is away.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "handlers take it apart where they name it")]
pub struct MaybeSignedIn(pub Option<SignedIn>);

impl<S: Sync> FromRequestParts<S> for MaybeSignedIn {
    type Rejection = SessionError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, SessionError> {
        let session = Session::of_parts(parts)?;
        let who = session.who().await?;
        Ok(Self(who.map(|who| SignedIn { session, who })))
    }
}

/// Somebody is signed in and proved who they are within the last `SECONDS`. Counts from the proof
/// itself, never from a renewal (ASVS V7.5.1, V7.5.3). Otherwise 401 `step_up_required`, or a
/// redirect to the step-up page for navigations.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Fresh<const SECONDS: u64>;

impl<S: Sync, const SECONDS: u64> FromRequestParts<S> for Fresh<SECONDS> {
    type Rejection = SessionError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, SessionError> {
        let session = Session::of_parts(parts)?;
        let who = session.require_who().await?;
        let within = Duration::from_secs(SECONDS);
        if session.sessions().now().since(who.proven_at) > within {
            return Err(SessionError::StepUpRequired { within });
        }
        Ok(Self)
    }
}
