//! Every session that a run made, so that it leaves none behind.

use std::sync::{Mutex, PoisonError};

use super::{Audit, Person, Visitor};
use crate::{
    cookie::Jar,
    recipe::{StepName, Variables},
};

/// The sessions of a run.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    begun: Mutex<Vec<Begun>>,
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

    fn take(&self) -> Vec<Begun> {
        std::mem::take(&mut *self.begun.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Audit {
    /// Ends every session that the run made and that still lives. Sessions whose end cannot be asked for, since
    /// the recipe has no `logout` or the budget is used up, are counted.
    pub async fn clean_up(&self) -> CleanUp {
        let mut done = CleanUp::default();
        for begun in self.sessions.take() {
            let mut visitor = self.visitor(begun.person);
            (visitor.jar, visitor.variables) = (begun.jar, begun.variables);
            let is_over = match self.look_for(&visitor.credentials(), "clean-up: is this session over").await
            {
                Ok(look) if look.is(begun.person) => {
                    self.has_step(StepName::Logout) && visitor.play(StepName::Logout).await.is_ok()
                }
                Ok(look) => look.is_nobody(),
                Err(_) => false,
            };
            if is_over { done.ended += 1 } else { done.left += 1 }
        }
        done
    }
}
