//! Resume: may this token in?

use std::sync::Arc;

use super::{
    Active, Sessions, Verdict,
    judge::{Judgement, Note, judge},
    near::Recalled,
    replace::Replacement,
    session::Snapshot,
};
use crate::{
    id::WriteId,
    log::Change,
    policy::Policy,
    reason::{Actor, EndReason, Ending, Evidence},
    record::{Record, Rotation},
    store::{Condition, End, EndOutcome, Loaded, Renew, StoreError, StoredSession, Target},
    time::Timestamp,
    token::Presented,
};

/// How often a judgement is made anew because somebody else has written in between. Each round means
/// that another request got through.
const ROUNDS: usize = 16;

/// Does this request count as a use of the session?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Activity {
    /// Yes: the idle clock starts again.
    Use,
    /// No: polling, or a check on somebody's behalf.
    Watch,
}

/// Why a token is looked at.
#[derive(Clone, Copy)]
pub(super) enum Look {
    /// A request presents it; it came at this time.
    Request { activity: Activity, arrived: Timestamp },
    /// A request that was let in finds that somebody else has written. It has been judged once, and a
    /// slow one must end nothing by being slow: this look changes nothing.
    Again,
}

impl Look {
    pub(super) fn arrived(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Request { arrived, .. } => arrived.min(now),
            Self::Again => now,
        }
    }

    pub(super) fn is_again(self) -> bool {
        matches!(self, Self::Again)
    }

    pub(super) fn is_use(self) -> bool {
        matches!(self, Self::Request { activity: Activity::Use, .. })
    }
}

impl Sessions {
    /// The verdict on a presented token. Anything that is not a token of ours costs a look-up in
    /// this process's memory at most, and ends before the store is asked.
    pub async fn resume(&self, token: &[u8], activity: Activity) -> Verdict {
        self.resume_arrived(token, activity, self.now()).await
    }

    /// The same for a request that came at `arrived` and asks for its session only now.
    pub(crate) async fn resume_arrived(
        &self,
        token: &[u8],
        activity: Activity,
        arrived: Timestamp,
    ) -> Verdict {
        let Some(presented) = Presented::parse(token) else { return Verdict::Invalid };
        let (look, policy) = (Look::Request { activity, arrived }, self.policy());
        match self.recalled(&presented, look, &policy).await {
            Recalled::Answered(verdict) => return verdict,
            Recalled::Unverified if !self.keys().verify(&presented) => return Verdict::Invalid,
            Recalled::Unverified | Recalled::Genuine => {}
        }
        // What seldom happens is boxed: it would lie in every request's future, and be moved with it.
        match Box::pin(self.decide(&presented, look)).await {
            Ok(verdict) => verdict,
            Err(error) => {
                tracing::warn!(%error, "a session could not be verified");
                Verdict::Unknown(error)
            }
        }
    }

    /// Would this token still be let in? Changes nothing, whatever the answer.
    #[cfg(feature = "web")]
    pub(crate) async fn still_opens(&self, token: &[u8]) -> bool {
        let Some(presented) = Presented::parse(token).filter(|token| self.keys().verify(token)) else {
            return false;
        };
        matches!(self.decide(&presented, Look::Again).await, Ok(Verdict::Active(_)))
    }

    /// The verdict of the store on a token that is known to be genuine.
    pub(super) async fn decide(&self, presented: &Presented, look: Look) -> Result<Verdict, StoreError> {
        let policy = self.policy();
        for _ in 0..ROUNDS {
            let Some(loaded) = self.load(presented.id).await? else { return Ok(Verdict::Invalid) };
            let last_use = self.last_use_of(&loaded.session);
            let head = loaded.session.body.head()?;
            let now = self.now();
            let arrived = look.arrived(now);
            let token = (presented.generation, &presented.secret);
            match judge(&loaded, last_use, head, token, &policy, arrived, now) {
                Judgement::Invalid => return Ok(Verdict::Invalid),
                Judgement::Superseded => return Ok(Verdict::Superseded),
                Judgement::Ended(ending) => return Ok(Verdict::Ended(ending.reason)),
                // A second look at a session that this request was let into: it is told, not acted on.
                Judgement::Expired(reason) if look.is_again() => return Ok(Verdict::Ended(reason)),
                Judgement::Reuse(_) if look.is_again() => return Ok(Verdict::Superseded),
                Judgement::Active { renewal, .. } if look.is_again() => {
                    let (loaded, presented) = (Arc::new(loaded), presented.clone());
                    return Ok(active(Snapshot::new(loaded, last_use, presented, renewal)));
                }
                Judgement::Expired(reason) => {
                    if self.expire(&loaded.session, reason, &policy, now).await? {
                        return Ok(Verdict::Ended(reason));
                    }
                }
                Judgement::Reuse(evidence) => {
                    if self.end_reused(&loaded.session, evidence, now).await? {
                        return Ok(Verdict::Ended(EndReason::Reuse));
                    }
                }
                Judgement::Active { renewal, note } => {
                    if loaded.session.replaces.is_some() {
                        match self.finish_replacement(&loaded.session).await? {
                            Replacement::Lost => return Ok(Verdict::Ended(EndReason::Replaced)),
                            Replacement::Finished => continue,
                        }
                    }
                    if let Some(note) = note
                        && !self.note(&loaded, note, now).await
                    {
                        continue;
                    }
                    if look.is_use() {
                        self.touch(&loaded.session, &policy, now).await;
                    }
                    let (loaded, presented) = (Arc::new(loaded), presented.clone());
                    return Ok(active(Snapshot::new(loaded, last_use, presented, renewal)));
                }
            }
        }
        Err(StoreError::unavailable("the session changes faster than it can be read"))
    }

    /// Has a clock ended a session that was let in? Asked again before each write, so that a request
    /// that takes hours revives nothing.
    pub(super) fn expired_meanwhile(&self, session: &StoredSession) -> Option<EndReason> {
        session.expired_since(self.last_use_of(session), &self.policy().clocks(), self.now())
    }

    /// Ends a session whose clock has run out. `false`: it was used or proven anew meanwhile.
    async fn expire(
        &self,
        session: &StoredSession,
        reason: EndReason,
        policy: &Policy,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let ending = Ending::new(reason, Actor::System, at);
        self.end_if(session, Condition::Expired(policy.clocks()), ending).await
    }

    /// Ends a session whose token is in two hands. `false`: its record has moved, judge again.
    async fn end_reused(
        &self,
        session: &StoredSession,
        evidence: Evidence,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let ending = Ending::new(EndReason::Reuse, Actor::System, at).with_evidence(evidence);
        let ended = self.end_if(session, Condition::AtWrite(session.write), ending).await?;
        if ended {
            tracing::warn!(
                session = %session.key.id, presented = evidence.presented.number(), current = evidence.current.number(),
                "an old token came back after its successor was used: the session has been ended",
            );
        }
        Ok(ended)
    }

    async fn end_if(
        &self,
        session: &StoredSession,
        condition: Condition,
        ending: Ending,
    ) -> Result<bool, StoreError> {
        let end = End { target: Target::One(session.key.clone(), condition), ending: ending.clone() };
        let answer = self.write(|| self.inner.store.end(end.clone())).await?;
        match answer.outcome {
            EndOutcome::Ended(_) => {
                self.observe(&Change::Ended { session: session.key.id, ending });
                Ok(true)
            }
            // The first try may have been ours; whoever it was, the next round reads what is there.
            EndOutcome::AlreadyEnded(there) => Ok(there.reason == ending.reason),
            EndOutcome::Unknown | EndOutcome::Conflict => Ok(false),
        }
    }

    /// Notes the first presentation of a token, or the end of a window. `false`: somebody else has
    /// written. A store that fails here only lengthens the window.
    async fn note(&self, loaded: &Loaded, note: Note, at: Timestamp) -> bool {
        match self.write_note(&loaded.session, note, at).await {
            Ok(written) => written,
            Err(error) => {
                tracing::warn!(%error, session = %loaded.session.key.id, "could not note the use of a new token; it will be noted at its next use");
                true
            }
        }
    }

    pub(super) async fn write_note(
        &self,
        session: &StoredSession,
        note: Note,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let id = session.key.id;
        let record = session.body.record()?;
        let (rotation, change) = match note {
            Note::Presented => (record.rotation.presented(at), Change::Presented { session: id }),
            // The nonce goes with the window.
            Note::Settled => (Rotation::Settled, Change::Settled { session: id }),
        };
        let unsettled = note == Note::Presented;
        let record = Record { rotation, ..record };
        let renew = Renew {
            key: session.key.clone(),
            seen: session.write,
            write: WriteId::generate(),
            body: record.encode().into(),
            proven_at: None,
            unsettled,
            raises_privilege: false,
            replacement_finished: false,
            change,
            by: Actor::System,
            at,
        };
        self.write(|| self.inner.store.renew(renew.clone())).await?;
        // Written or moved: either way what was loaded is old now.
        Ok(false)
    }
}

pub(super) fn active(snapshot: Snapshot) -> Verdict {
    Verdict::Active(Box::new(Active::new(snapshot)))
}
