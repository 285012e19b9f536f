//! Begin sign-in, and sign in: a new session that takes the place of the old one.

use std::sync::Arc;

use super::{Active, Begun, Sessions, SignInTicket, begin::Fresh, edit::RECORD_LIMIT, replace::Replacement};
use crate::{
    device::DeviceFacts,
    id::SessionId,
    log::Change,
    policy::{SessionClass, Shorter},
    proof::{Authorisations, Proof},
    realm::AccountId,
    reason::{Actor, EndReason, Ending},
    record::Record,
    slot::SlotData,
    store::{
        AccountChange, AccountKey, AccountOutcome, AccountState, AccountWork, Admission, Admit, Condition,
        End, EndOutcome, Epoch, Replaced, StoreError, StoredSession, Target,
    },
    token::IssuedToken,
};

/// How often the data of the old session is carried anew because it moves: as often as an edit is run, for every round
/// that is lost was won by an edit.
const ROUNDS: usize = 256;

/// What a sign-in is made of.
pub struct SignIn {
    ticket: SignInTicket,
    proof: Proof,
    persistent: bool,
    device: DeviceFacts,
    authorisations: Authorisations,
    shorter: Shorter,
}

impl SignIn {
    /// With this ticket and this proof.
    pub fn new(ticket: SignInTicket, proof: Proof) -> Self {
        Self {
            ticket,
            proof,
            persistent: false,
            device: DeviceFacts::default(),
            authorisations: Authorisations::default(),
            shorter: Shorter::none(),
        }
    }

    /// "Remember me": the session outlives the browser, on the policy's remembered clocks. A policy
    /// without them makes an ordinary session: a form can never lengthen what the policy allows.
    #[must_use]
    pub fn remembered(mut self, yes: bool) -> Self {
        self.persistent = yes;
        self
    }

    /// What the devices page will show.
    #[must_use]
    pub fn on_device(mut self, device: DeviceFacts) -> Self {
        self.device = device;
        self
    }

    /// Roles or scopes that come with it.
    #[must_use]
    pub fn authorised(mut self, granted: Authorisations) -> Self {
        self.authorisations = granted;
        self
    }

    /// Timeouts of this session that are shorter than the policy's.
    #[must_use]
    pub fn shorter(mut self, shorter: Shorter) -> Self {
        self.shorter = shorter;
        self
    }
}

/// Somebody is signed in.
#[derive(Debug)]
#[non_exhaustive]
pub struct SignedIn {
    /// The new session.
    pub session: Active,
    /// Its token, fresh and underived (promise 6).
    pub token: IssuedToken,
}

/// Why nobody was signed in. Whoever was signed in before still is, except after an outage half way or
/// a refused cap while another account's session was to be replaced: that one may have ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// The store could not answer. The sign-in may be repeated.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The account's credentials changed, or it was held, after this sign-in began.
    #[error("the account has changed since this sign-in began: begin it again and check the credential anew")]
    StaleTicket,
    /// The sign-in took longer than the policy's sign-in window, or its ticket is of another realm.
    #[error("this sign-in took too long: begin it again")]
    TicketExpired,
    /// The account is on hold.
    #[error("the account is on hold")]
    AccountHeld,
    /// The account has as many sessions as allowed and the policy refuses one more.
    #[error("the account has as many sessions as allowed: end one of them first")]
    LimitReached,
    /// The old session's privilege changed while this request was under way.
    #[error("the session's privilege changed while this request was under way: repeat it with the new token")]
    Superseded,
    /// The same form was sent twice; the other sign-in won and this one left nothing behind.
    #[error(
        "another sign-in took the place of the same session: nothing is to be done, the other one stands"
    )]
    LostToAnother,
    /// Proof, authorisations and what was carried over are more than a session may hold.
    #[error("the session would hold {bytes} bytes; at most {most} are allowed: grant and carry less")]
    #[non_exhaustive]
    TooLarge {
        /// What it would hold.
        bytes: usize,
        /// What it may.
        most: usize,
    },
    /// The store is nearly full.
    #[error("the session store has no room for new sessions: free space or let old sessions be swept")]
    NoRoom,
}

impl Sessions {
    /// Begins a sign-in: take the ticket *before* the credential is read, check the credential, then
    /// [`sign_in`](Self::sign_in).
    ///
    /// Says nothing about the account, not even whether it is on hold: that is told only to whoever
    /// proves to be its owner (WSTG-IDNT-04).
    pub async fn begin_sign_in(&self, account: &AccountId) -> Result<SignInTicket, SignInError> {
        let key = self.account_key(account).await?;
        let state = self.account_state(&key).await?;
        Ok(SignInTicket {
            realm: self.realm().clone(),
            account: account.clone(),
            epoch: state.epoch,
            begun_at: self.now(),
        })
    }

    pub(super) async fn account_state(&self, key: &AccountKey) -> Result<AccountState, StoreError> {
        let change = AccountChange {
            account: key.clone(),
            work: AccountWork::Read,
            by: Actor::Application,
            at: self.now(),
        };
        match self.call(self.inner.store.account(change)).await? {
            AccountOutcome::Done { state, .. } => Ok(state),
            AccountOutcome::Conflict | AccountOutcome::Gone => {
                Err(StoreError::unavailable("the store did not read the account"))
            }
        }
    }

    /// Signs somebody in: a new session with a fresh token, which takes the place of `old`.
    ///
    /// Of the old session's data only slots that say so go along, and none into another account's
    /// session. The old token is dead with no grace (ASVS V7.2.4).
    pub async fn sign_in(&self, sign_in: SignIn, old: Option<&Active>) -> Result<SignedIn, SignInError> {
        let ticket = &sign_in.ticket;
        let policy = self.policy();
        if ticket.realm != *self.realm() || self.now().since(ticket.begun_at) > policy.sign_in_window {
            return Err(SignInError::TicketExpired);
        }
        let account = self.account_key(&ticket.account).await?;
        let mut fresh = self.fresh_sign_in(&sign_in, &account);
        let old = old.map(|old| (old.id(), old.privilege()));
        for _ in 0..ROUNDS {
            let old = match old {
                Some((id, privilege)) => self.still_alive(id, privilege).await?,
                None => None,
            };
            if let Some(old) = &old
                && old.account.is_some()
                && old.key.cell() != account.cell
            {
                self.check_before_ending(&account, ticket.epoch).await?;
                self.end_before(old, fresh.row.key.id).await?;
            }
            carry(&mut fresh, old.as_ref(), &account)?;
            let bytes = fresh.row.body.len() + fresh.row.data.len();
            if bytes > RECORD_LIMIT {
                return Err(SignInError::TooLarge { bytes, most: RECORD_LIMIT });
            }
            match self.admit(&fresh, ticket.epoch, old.as_ref(), &account).await? {
                Step::Again => {}
                Step::Admitted => return self.complete(fresh, old).await,
            }
        }
        Err(SignInError::Store(StoreError::unavailable(
            "the old session's data moves faster than it can be carried",
        )))
    }

    /// The old session as it is now. One that was alive when the request came and has been replaced
    /// since means that the same form was sent twice.
    async fn still_alive(
        &self,
        old: SessionId,
        privilege: Epoch,
    ) -> Result<Option<StoredSession>, SignInError> {
        let Some(loaded) = self.load(old).await? else { return Ok(None) };
        let Some(ending) = loaded.session.ending(&loaded.account, &loaded.cell) else {
            if loaded.session.privilege != privilege {
                return Err(SignInError::Superseded);
            }
            return Ok(Some(loaded.session));
        };
        if ending.reason == EndReason::Replaced { Err(SignInError::LostToAnother) } else { Ok(None) }
    }

    /// Would the account take a session? Asked before an old one is ended for it, so that a refusal
    /// leaves signed in whoever was. (A cap that refuses is told only afterwards.)
    async fn check_before_ending(&self, account: &AccountKey, epoch: Epoch) -> Result<(), SignInError> {
        let state = self.account_state(account).await?;
        if state.held {
            return Err(SignInError::AccountHeld);
        }
        if state.epoch == epoch { Ok(()) } else { Err(SignInError::StaleTicket) }
    }

    fn fresh_sign_in(&self, sign_in: &SignIn, account: &AccountKey) -> Fresh {
        let mut fresh = self.fresh_with(account.cell, sign_in.device.clone(), |record| Record {
            proof: Some(sign_in.proof.clone()),
            authorisations: sign_in.authorisations.clone(),
            ..record
        });
        let now = fresh.row.created_at;
        let remembered = sign_in.persistent && self.policy().remembered.is_some();
        fresh.row.account = Some(account.id.clone());
        fresh.row.account_epoch = sign_in.ticket.epoch;
        fresh.row.class = if remembered { SessionClass::Persistent } else { SessionClass::Browser };
        fresh.row.proven_at = sign_in.proof.time(now);
        fresh.row.shorter = sign_in.shorter;
        fresh
    }

    async fn admit(
        &self,
        fresh: &Fresh,
        epoch: Epoch,
        old: Option<&StoredSession>,
        account: &AccountKey,
    ) -> Result<Step, SignInError> {
        self.flush_dying().await?;
        let policy = self.policy();
        let admit = Admit {
            session: fresh.row.clone(),
            epoch,
            replaced: old.filter(|old| old.key.cell() == account.cell).map(|old| Replaced {
                id: old.key.id,
                data_write: old.data_write,
                privilege: old.privilege,
            }),
            cap: policy.cap,
            clocks: policy.clocks(),
        };
        let answer = self.write(|| self.inner.store.admit(admit.clone())).await?;
        match answer.outcome {
            Admission::Admitted { ended } => {
                for session in ended {
                    let ending = Ending::new(EndReason::Limit, Actor::System, fresh.row.created_at);
                    self.observe(&Change::Ended { session, ending });
                }
                Ok(Step::Admitted)
            }
            Admission::Conflict => Ok(Step::Again),
            Admission::Full => Err(SignInError::LimitReached),
            Admission::StaleTicket => Err(SignInError::StaleTicket),
            Admission::Held => Err(SignInError::AccountHeld),
            Admission::Lost => Err(SignInError::LostToAnother),
            // 72 random bits collided: as good as impossible, and repeating is safe.
            Admission::Exists => {
                Err(SignInError::Store(StoreError::unavailable("the session id is taken; repeat")))
            }
            Admission::NoRoom => Err(SignInError::NoRoom),
        }
    }

    /// Ends an old session of another cell before the new one begins, so that the two are never alive
    /// together. An error fails the sign-in, and so does another sign-in that was first.
    async fn end_before(&self, old: &StoredSession, new: SessionId) -> Result<(), SignInError> {
        let ending = Ending::new(EndReason::Replaced, Actor::Person, self.now()).replaced_by(new);
        let condition = Condition::AtPrivilege(old.privilege);
        let end = End { target: Target::One(old.key.clone(), condition), ending: ending.clone() };
        match self.write(|| self.inner.store.end(end.clone())).await?.outcome {
            EndOutcome::AlreadyEnded(there)
                if there.reason == EndReason::Replaced && there.replaced_by != Some(new) =>
            {
                return Err(SignInError::LostToAnother);
            }
            EndOutcome::Ended(_) => self.observe(&Change::Ended { session: old.key.id, ending }),
            EndOutcome::Conflict => return Err(SignInError::Superseded),
            _ => {}
        }
        Ok(())
    }

    async fn complete(&self, mut fresh: Fresh, old: Option<StoredSession>) -> Result<SignedIn, SignInError> {
        if fresh.row.replaces.is_some() {
            match self.finish_replacement(&fresh.row).await? {
                Replacement::Lost => return Err(SignInError::LostToAnother),
                Replacement::Finished => {}
            }
            // Data may have been carried again meanwhile. If it cannot be read now, the first edit will:
            // the old session has ended, so the new token must reach its owner.
            if let Ok(Some(loaded)) = self.load(fresh.row.key.id).await
                && SlotData::decode(&loaded.session.data).is_ok()
            {
                fresh.row = loaded.session;
            }
        }
        let id = fresh.row.key.id;
        tracing::info!(session = %id, "signed in");
        self.observe(&Change::SignedIn { session: id, replaces: old.map(|old| old.key.id) });
        let Begun { session, token } = fresh.begun(self);
        Ok(SignedIn { session, token })
    }
}

enum Step {
    Admitted,
    Again,
}

/// Puts into the new session what goes along from the old one: nothing of another account's.
fn carry(fresh: &mut Fresh, old: Option<&StoredSession>, account: &AccountKey) -> Result<(), StoreError> {
    let own = |old: &&StoredSession| old.account.as_ref().is_none_or(|owner| *owner == account.id);
    let data = match old.filter(own) {
        Some(old) => SlotData::decode(&old.data)?.carried(),
        None => SlotData::default(),
    };
    fresh.row.data = Arc::from(data.encode());
    let elsewhere = |old: &&StoredSession| old.key.cell() != account.cell && old.account.is_none();
    fresh.row.replaces = old.filter(elsewhere).map(|old| old.key.id);
    Ok(())
}
