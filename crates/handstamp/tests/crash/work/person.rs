//! One person, their sessions, and what they do next.

use handstamp::{AccountId, SessionId};
use serde::{Deserialize, Serialize};

use super::{Gained, Operation};
use crate::dice::Dice;

/// So many sessions a person has at most.
const MOST: usize = 6;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) sessions: Vec<Held>,
    edits: u64,
}

/// A live session as its holder knows it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) id: SessionId,
    pub(crate) token: String,
    /// What its slot holds.
    pub(crate) value: u64,
    pub(crate) signed_in: bool,
}

impl Person {
    pub(crate) fn new(number: usize) -> Self {
        Self { name: format!("person {number}"), sessions: Vec::new(), edits: 0 }
    }

    pub(crate) fn account(&self) -> AccountId {
        AccountId::new(&self.name).unwrap()
    }

    pub(crate) fn held(&self, id: SessionId) -> Option<&Held> {
        self.sessions.iter().find(|held| held.id == id)
    }

    pub(crate) fn held_mut(&mut self, id: SessionId) -> Option<&mut Held> {
        self.sessions.iter_mut().find(|held| held.id == id)
    }

    /// What comes next.
    pub(crate) fn choose(&self, dice: &mut Dice) -> Operation {
        let any = dice.pick(&self.sessions).map(|held| held.id);
        let signed_in: Vec<_> =
            self.sessions.iter().filter(|held| held.signed_in).map(|held| held.id).collect();
        let own = dice.pick(&signed_in).copied();
        match (dice.below(40), any, own) {
            (0, _, Some(_)) => Operation::EndAll,
            (1, _, Some(kept)) => Operation::EndOthers { kept },
            (2 | 3, _, Some(kept)) => Operation::ChangeCredentials { kept },
            (4..=7, _, Some(session)) => Operation::End { session },
            (8..=11, Some(session), _) => Operation::SignOut { session },
            (12..=19, Some(session), _) => Operation::Edit { session, value: self.edits + 1 },
            (20..=23, Some(session), _) => Operation::Renew { session },
            (24..=27, Some(session), _) => Operation::Use { session },
            (28 | 29, _, _) if self.sessions.len() < MOST => Operation::Begin,
            (30..=34, Some(over), _) => Operation::SignIn { over: Some(over) },
            _ if self.sessions.len() < MOST => Operation::SignIn { over: None },
            _ => Operation::SignIn { over: any },
        }
    }

    /// The sessions that an operation may change.
    pub(crate) fn touched(&self, operation: Operation) -> Vec<SessionId> {
        match operation {
            Operation::Begin | Operation::SignIn { over: None } => Vec::new(),
            Operation::SignIn { over: Some(session) }
            | Operation::Edit { session, .. }
            | Operation::Renew { session }
            | Operation::Use { session }
            | Operation::SignOut { session }
            | Operation::End { session } => vec![session],
            Operation::EndOthers { kept } => self.others(kept),
            Operation::EndAll | Operation::ChangeCredentials { .. } => self.signed_in(),
        }
    }

    /// The person's sessions in which they are signed in.
    pub(crate) fn signed_in(&self) -> Vec<SessionId> {
        self.sessions.iter().filter(|held| held.signed_in).map(|held| held.id).collect()
    }

    pub(crate) fn others(&self, kept: SessionId) -> Vec<SessionId> {
        self.signed_in().into_iter().filter(|id| *id != kept).collect()
    }

    /// The operation was acknowledged. Returns the sessions that it ended.
    pub(crate) fn done(&mut self, operation: Operation, gained: Option<Gained>) -> Vec<Held> {
        let ended = match operation {
            Operation::SignIn { over } => Vec::from_iter(over),
            Operation::SignOut { session } | Operation::End { session } => vec![session],
            Operation::EndOthers { kept } | Operation::ChangeCredentials { kept } => self.others(kept),
            Operation::EndAll => self.signed_in(),
            Operation::Edit { session, value } => {
                self.edits = self.edits.max(value);
                self.held_mut(session).unwrap().value = value;
                Vec::new()
            }
            Operation::Begin | Operation::Renew { .. } | Operation::Use { .. } => Vec::new(),
        };
        let ended = self.lose(&ended);
        if let Some(Gained { id, token }) = gained {
            if let Some(held) = self.held_mut(id) {
                held.token = token;
            } else {
                let signed_in = matches!(operation, Operation::SignIn { .. });
                // What the old session held is carried into the new one.
                let value = ended.first().map_or(0, |old| old.value);
                self.sessions.push(Held { id, token, value, signed_in });
            }
        }
        ended
    }

    /// These sessions are over.
    pub(crate) fn lose(&mut self, ids: &[SessionId]) -> Vec<Held> {
        self.sessions.extract_if(.., |held| ids.contains(&held.id)).collect()
    }
}
