//! Every session that a run made, so that it leaves none behind.

use std::sync::{Mutex, PoisonError};

use super::{Audit, Person, Seen, Visitor};
use crate::{
    check::Verdict,
    cookie::Jar,
    credentials::Credentials,
    recipe::{StepName, Variables},
};

/// The sessions of a run.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    begun: Mutex<Vec<Begun>>,
    done: Mutex<CleanUp>,
}

#[derive(Debug)]
struct Begun {
    person: Person,
    jar: Jar,
    variables: Variables,
}

/// What became of the sessions of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CleanUp {
    /// Sessions that are ended: by a check, or now.
    pub ended: u32,
    /// Sessions that may still live.
    pub left: u32,
}

impl Sessions {
    pub(super) fn began(&self, visitor: &Visitor<'_>) {
        let Some(person) = visitor.person() else { return };
        let begun = Begun { person, jar: visitor.jar.clone(), variables: visitor.variables.clone() };
        self.begun.lock().unwrap_or_else(PoisonError::into_inner).push(begun);
    }

    /// Those of one person, or of everybody.
    fn take(&self, person: Option<Person>) -> Vec<Begun> {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let (taken, kept) = std::mem::take(&mut *begun)
            .into_iter()
            .partition(|one| person.is_none_or(|person| one.person == person));
        *begun = kept;
        taken
    }

    fn done(&self) -> std::sync::MutexGuard<'_, CleanUp> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Audit {
    /// Ends every session that the run made and that still lives. Sessions whose end cannot be asked for, since
    /// the recipe has no `logout` or the budget is used up, are counted.
    pub async fn clean_up(&self) -> CleanUp {
        self.end(None).await;
        *self.sessions.done()
    }

    /// Ends every session that the run made for this person so far, for checks that count sessions.
    pub(crate) async fn end_sessions_of(&self, person: Person) {
        self.end(Some(person)).await;
    }

    async fn end(&self, person: Option<Person>) {
        for begun in self.sessions.take(person) {
            let mut visitor = self.visitor(begun.person);
            (visitor.jar, visitor.variables) = (begun.jar, begun.variables);
            let is_over = match self.look_for(&visitor.credentials(), "clean-up: is this session over").await
            {
                // The next account may have signed in with the same session.
                Ok(look) if matches!(look.seen, Seen::Person(_)) => {
                    let old = visitor.credentials();
                    self.has_step(StepName::Logout)
                        && visitor.play(StepName::Logout).await.is_ok()
                        && self.is_dead_after_logout(&old).await
                }
                Ok(look) => look.is_nobody(),
                Err(_) => false,
            };
            let mut done = self.sessions.done();
            if is_over { done.ended += 1 } else { done.left += 1 }
        }
    }

    /// Whether a logout that was answered ended the session: many only clear the cookie. Where SA-END-01 has seen that
    /// it ends sessions, that is believed.
    async fn is_dead_after_logout(&self, old: &Credentials) -> bool {
        if self.verdict_of("SA-END-01") == Some(Verdict::Pass) {
            return true;
        }
        self.look_for(old, "clean-up: is this session over after logout")
            .await
            .is_ok_and(|look| look.is_nobody())
    }
}
