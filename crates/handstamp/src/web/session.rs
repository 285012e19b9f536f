//! The session of a request, with the verbs a handler needs.

use std::{future::Future, sync::Arc};

use http::{Extensions, HeaderMap, Method, Request, Uri, request::Parts};
use tokio::sync::MutexGuard;

use super::{
    error::SessionError,
    layer::Transport,
    request::{FoundSession, RequestSession},
    who::Who,
};
use crate::{
    AccountId, Active, Activity, Authorisations, EndReason, Ended, IssuedToken, LiveEnd, Proof, Rekeyed,
    SessionId, SessionInfo, Sessions, SignIn, SignInTicket, SignedInSession, SlotValue, Timestamp, Verdict,
    store::StoreError,
};

/// The session of one request. Loaded when a verb first needs it; a handler that only holds it costs
/// nothing. Cheap to clone, `Send` and `'static`.
#[derive(Clone)]
pub struct Session {
    pub(super) request: Arc<RequestSession>,
}

/// Who is signed in, as a value that stays true for this request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignedInFacts {
    /// The session's public name.
    pub session: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// How its holder proved who they are.
    pub proof: Option<Proof>,
    /// When that was.
    pub proven_at: Timestamp,
    /// What the application granted.
    pub authorisations: Authorisations,
}

type Locked<'a> = MutexGuard<'a, Option<FoundSession>>;

impl Session {
    /// The session of a request that has come through a [`SessionLayer`](super::SessionLayer).
    pub fn of<B>(request: &Request<B>) -> Result<Self, SessionError> {
        Self::from_parts_of(request.method(), request.uri(), request.headers(), request.extensions())
    }

    /// The same, from a request's head.
    pub fn of_parts(parts: &Parts) -> Result<Self, SessionError> {
        Self::from_parts_of(&parts.method, &parts.uri, &parts.headers, &parts.extensions)
    }

    fn from_parts_of(
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<Self, SessionError> {
        let request = extensions.get::<Arc<RequestSession>>().ok_or(SessionError::LayerMissing)?.clone();
        request.read_facts(method, uri, headers, extensions);
        Ok(Self { request })
    }

    /// The engine behind, for everything that is not about this request.
    pub fn sessions(&self) -> &Sessions {
        &self.request.config.sessions
    }

    /// Looks the session up, once.
    async fn found(&self) -> Locked<'_> {
        let mut found = self.request.found.lock().await;
        if found.is_none() {
            *found = Some(self.request.look().await);
        }
        found
    }

    /// The live session, `None` for a client without one.
    async fn active(&self) -> Result<Option<Locked<'_>>, SessionError> {
        let found = self.found().await;
        match &*found {
            Some(FoundSession::Active(_)) => Ok(Some(found)),
            Some(FoundSession::None(_)) | None => Ok(None),
            Some(FoundSession::Superseded) => Err(SessionError::Superseded),
            Some(FoundSession::Unknown(error)) => Err(SessionError::Unavailable(error.clone())),
        }
    }

    /// The session's public name, if there is one.
    pub async fn id(&self) -> Result<Option<SessionId>, SessionError> {
        let found = self.active().await?;
        Ok(found.as_ref().and_then(|found| active_in(found)).map(Active::id))
    }

    /// How the session of the presented token ended, if it did.
    pub async fn ended_reason(&self) -> Option<EndReason> {
        match &*self.found().await {
            Some(FoundSession::None(reason)) => *reason,
            _ => None,
        }
    }

    /// Who is signed in, if anybody.
    pub async fn signed_in(&self) -> Result<Option<SignedInFacts>, SessionError> {
        Ok(self.who().await?.map(|who| who.facts()))
    }

    pub(super) async fn who(&self) -> Result<Option<Who>, SessionError> {
        let found = self.active().await?;
        Ok(found.as_ref().and_then(|found| signed_in(found)).map(Who::of))
    }

    /// Who is signed in, or an error that says what is to be done.
    pub async fn require_signed_in(&self) -> Result<SignedInFacts, SessionError> {
        Ok(self.require_who().await?.facts())
    }

    pub(super) async fn require_who(&self) -> Result<Who, SessionError> {
        match self.who().await? {
            Some(who) => Ok(who),
            None => Err(match self.ended_reason().await {
                Some(reason) => SessionError::Ended(reason),
                None => SessionError::NotSignedIn,
            }),
        }
    }

    /// Begins a sign-in: call it *before* the credential is read, show the ticket to
    /// [`sign_in`](Self::sign_in).
    pub async fn begin_sign_in(&self, account: &str) -> Result<SignInTicket, SessionError> {
        let account = AccountId::new(account)?;
        // Looked up before the credential is read: of one form sent twice, the slower one then finds that
        // its session was replaced meanwhile, and leaves nothing behind.
        if let Some(FoundSession::Unknown(error)) = &*self.found().await {
            return Err(SessionError::Unavailable(error.clone()));
        }
        Ok(self.sessions().begin_sign_in(&account).await?)
    }

    /// Signs somebody in: a new session under a fresh token takes the place of this one.
    pub async fn sign_in(&self, ticket: SignInTicket, proof: Proof) -> Result<(), SessionError> {
        self.sign_in_with(SignIn::new(ticket, proof)).await
    }

    /// Signs somebody in, with more to say: remembered, authorised, shorter timeouts. The device is
    /// read off this request.
    pub async fn sign_in_with(&self, sign_in: SignIn) -> Result<(), SessionError> {
        self.request.may_issue()?;
        match self.active().await {
            // Whoever never got the token of a step-up must be able to sign in anew: nothing of the old
            // session is read or changed by it.
            Ok(_) | Err(SessionError::Superseded) => {}
            Err(error) => return Err(error),
        }
        let mut found = self.found().await;
        let old = match &*found {
            Some(FoundSession::Active(active)) => Some(&**active),
            _ => None,
        };
        let sign_in = sign_in.on_device(self.device());
        let new = self.sessions().sign_in(sign_in, old).await?;
        self.hand_out(new.token, &new.session).await?;
        *found = Some(FoundSession::Active(Box::new(new.session)));
        Ok(())
    }

    fn device(&self) -> crate::device::DeviceFacts {
        let whole = self.sessions().policy().whole_addresses;
        self.request.facts().map(|facts| facts.device(whole)).unwrap_or_default()
    }

    /// Signs out: ends the session on the server, then takes the cookie back. An error means that the
    /// session still lives; say so to the person.
    pub async fn sign_out(&self) -> Result<(), SessionError> {
        let mut found = self.found().await;
        match &*found {
            Some(FoundSession::Active(active)) => self.sessions().sign_out(active).await?,
            Some(FoundSession::Unknown(error)) => return Err(SessionError::StillSignedIn(error.clone())),
            Some(FoundSession::Superseded) => return Err(SessionError::Superseded),
            Some(FoundSession::None(_)) | None => self.sign_out_candidates().await?,
        }
        *found = Some(FoundSession::None(None));
        self.request.expire();
        Ok(())
    }

    /// Of several session cookies none counts, but a sign-out must end the genuine one among them: a
    /// sibling host can plant a second one, and "signed out" would be a lie.
    async fn sign_out_candidates(&self) -> Result<(), SessionError> {
        let Some(facts) = self.request.facts().filter(|facts| facts.is_ambiguous) else { return Ok(()) };
        if facts.candidates.is_empty() {
            let error = StoreError::unavailable("the request carries too many cookies to find the session's");
            return Err(SessionError::StillSignedIn(error));
        }
        for token in &facts.candidates {
            match self.sessions().resume(token.bytes(), Activity::Watch).await {
                Verdict::Active(active) => self.sessions().sign_out(&active).await?,
                Verdict::Unknown(error) => return Err(SessionError::StillSignedIn(error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Renews or strengthens the proof: new token, both clocks start again, the old token is dead.
    pub async fn step_up(&self, proof: Proof) -> Result<(), SessionError> {
        let mut found = self.require().await?;
        let session = signed_in(&found).ok_or(SessionError::NotSignedIn)?;
        let rekeyed = self.sessions().step_up(session, proof).await?;
        self.take_over(&mut found, rekeyed)
    }

    /// To be called after a new credential has been stored: ends every other session of the account,
    /// gives this one a new token, voids sign-ins that began before.
    pub async fn credentials_changed(&self) -> Result<(), SessionError> {
        let mut found = self.require().await?;
        let session = signed_in(&found).ok_or(SessionError::NotSignedIn)?;
        let rekeyed = self.sessions().credentials_changed(session).await?;
        self.take_over(&mut found, rekeyed)
    }

    /// Replaces what the application grants to this session, under a new token.
    pub async fn authorise(&self, granted: Authorisations) -> Result<(), SessionError> {
        let mut found = self.require().await?;
        let session = signed_in(&found).ok_or(SessionError::NotSignedIn)?;
        let rekeyed = self.sessions().authorise(session, granted).await?;
        self.take_over(&mut found, rekeyed)
    }

    async fn require(&self) -> Result<Locked<'_>, SessionError> {
        self.request.may_issue()?;
        self.active().await?.ok_or(SessionError::NotSignedIn)
    }

    fn take_over(&self, found: &mut Locked<'_>, rekeyed: Rekeyed) -> Result<(), SessionError> {
        let issued = self.request.issue(rekeyed.token, &rekeyed.session);
        **found = Some(FoundSession::Active(Box::new(rekeyed.session)));
        issued
    }

    /// Hands out the token of a new session. One whose token nobody gets any more ends at once.
    async fn hand_out(&self, token: IssuedToken, session: &Active) -> Result<(), SessionError> {
        let issued = self.request.issue(token, session);
        if issued.is_err() {
            self.sessions().sign_out(session).await?;
        }
        issued
    }

    /// The account's sessions, for a devices page: this account's only, public facts only.
    pub async fn devices(&self) -> Result<Vec<SessionInfo>, SessionError> {
        let account = self.require_who().await?.account;
        Ok(self.sessions().account(&account).list_all().await?)
    }

    /// Ends one session of the same account by its public name. Somebody else's is "not found". Ending
    /// this very session signs out.
    pub async fn end(&self, session: SessionId) -> Result<Ended, SessionError> {
        let facts = self.require_who().await?;
        if facts.session == session {
            self.sign_out().await?;
            return Ok(Ended { sessions: vec![session] });
        }
        Ok(self.sessions().account(&facts.account).end(session).await?)
    }

    /// Ends every other session of the same account.
    pub async fn end_others(&self) -> Result<Ended, SessionError> {
        let facts = self.require_who().await?;
        Ok(self.sessions().account(&facts.account).end_others(facts.session).await?)
    }

    /// Reads a slot; the default value for a client without a session.
    pub async fn read<T: SlotValue>(&self) -> Result<T, SessionError> {
        match self.active().await?.as_ref().and_then(|found| active_in(found)) {
            Some(active) => Ok(active.read()?),
            None => Ok(T::default()),
        }
    }

    /// Changes a slot, see [`Sessions::edit`]. A client without a session gets an anonymous one now
    /// that there is something to keep.
    pub async fn edit<T: SlotValue, R>(&self, change: impl FnMut(&mut T) -> R) -> Result<R, SessionError> {
        let mut found = self.found_or_begun().await?;
        match &mut *found {
            Some(FoundSession::Active(active)) => Ok(self.sessions().edit(active, change).await?),
            _ => Err(SessionError::NotSignedIn),
        }
    }

    /// Takes a slot's value out, for messages that are shown once.
    pub async fn take<T: SlotValue>(&self) -> Result<T, SessionError> {
        let Some(mut found) = self.active().await? else { return Ok(T::default()) };
        match &mut *found {
            Some(FoundSession::Active(active)) => Ok(self.sessions().take(active).await?),
            _ => Ok(T::default()),
        }
    }

    /// Removes a slot, also one that cannot be read.
    pub async fn clear<T: SlotValue>(&self) -> Result<(), SessionError> {
        if let Some(mut found) = self.active().await?
            && let Some(FoundSession::Active(active)) = &mut *found
        {
            self.sessions().clear::<T>(active).await?;
        }
        Ok(())
    }

    /// The live session, one that begins now if there is none.
    ///
    /// The token of a session that ended begins a new one only for somebody in front of a browser. A
    /// request under way must not: a sign-in may just have replaced its session, and a cookie for a new
    /// anonymous one would overwrite that of the sign-in.
    async fn found_or_begun(&self) -> Result<Locked<'_>, SessionError> {
        drop(self.active().await?);
        let mut found = self.found().await;
        let is_navigation = self.request.facts().is_some_and(|facts| facts.signals.is_navigation);
        match &*found {
            Some(FoundSession::Active(_)) => return Ok(found),
            Some(FoundSession::None(Some(reason))) if *reason == EndReason::Replaced || !is_navigation => {
                return Err(SessionError::Ended(*reason));
            }
            _ => {}
        }
        self.begin(&mut found).await?;
        Ok(found)
    }

    pub(super) async fn begin(&self, found: &mut Locked<'_>) -> Result<(), SessionError> {
        self.request.may_issue()?;
        let begun = self.sessions().begin(self.device()).await?;
        self.hand_out(begun.token, &begun.session).await?;
        **found = Some(FoundSession::Active(Box::new(begun.session)));
        Ok(())
    }

    /// The id of the live session, one that begins now if there is none.
    pub(super) async fn id_or_begin(&self) -> Result<SessionId, SessionError> {
        let found = self.found_or_begun().await?;
        active_in(&found).map(Active::id).ok_or(SessionError::NotSignedIn)
    }

    /// Ends when the session has ended, for streams and sockets that have to stop with it. The future
    /// may outlive the request. An error if there is no session to wait for.
    pub async fn ended(
        &self,
    ) -> Result<impl Future<Output = LiveEnd> + Send + 'static + use<>, SessionError> {
        let id = self.id().await?.ok_or(SessionError::NotSignedIn)?;
        let sessions = self.sessions().clone();
        Ok(async move { sessions.ended(id).await })
    }

    /// Bearer transport only: the token that a verb of this request has issued, for the body of this
    /// one answer. `None` over cookies, where the layer hands it out and nobody else may.
    pub fn take_token(&self) -> Option<IssuedToken> {
        self.request.take_token()
    }

    /// Bearer transport only: renews the token if that is due; take it with
    /// [`take_token`](Self::take_token). Over cookies this does nothing: the layer knows which answers
    /// reach the browser and renews with those.
    pub async fn renew(&self) -> Result<(), SessionError> {
        if self.request.config.transport == Transport::Cookie {
            return Ok(());
        }
        self.request.may_issue()?;
        let Some(found) = self.active().await? else { return Err(SessionError::NotSignedIn) };
        if let Some(active) = active_in(&found)
            && let Some(token) = self.sessions().renew(active).await?
        {
            self.request.issue(token, active)?;
        }
        Ok(())
    }
}

fn active_in<'a>(found: &'a Locked<'_>) -> Option<&'a Active> {
    match &**found {
        Some(FoundSession::Active(active)) => Some(active),
        _ => None,
    }
}

fn signed_in<'a>(found: &'a Locked<'_>) -> Option<&'a SignedInSession> {
    active_in(found).and_then(Active::signed_in)
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session")
    }
}
