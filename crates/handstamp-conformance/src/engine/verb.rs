//! A verb as a client sees it, and what must hold whatever happens to its store calls.

use std::fmt;

use handstamp::{
    Verdict,
    testing::{Fault, When},
};

use super::world::World;
use crate::{
    MakeStore,
    polls::{MOST_POLLS, dropped_after},
};

/// A verb of the engine as a client uses it.
pub(super) trait Verb {
    /// What there is before.
    type Before;

    async fn prepare(world: &World) -> Self::Before;

    /// Once through, as a client does it: by its token, from the start.
    async fn run(world: &World, before: &Self::Before) -> Result<Said, Failed>;

    /// What must be so after these tries.
    async fn check(world: &World, before: &Self::Before, tries: Tries);
}

/// What a client was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It is done.
    Done,
    /// There is nothing left to do, or not with this token: an earlier try has had its effect.
    Over,
}

/// It is not known to be done.
pub(super) struct Failed(pub(super) String);

impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Failed({})", self.0)
    }
}

impl Failed {
    /// The verdict with which a client cannot go on.
    pub(super) fn at(verdict: &Verdict) -> Self {
        Self(format!("the verdict was {verdict:?}"))
    }
}

impl<E: std::error::Error> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// How often the verb was tried, and how it was answered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tries {
    pub(super) made: usize,
    pub(super) acknowledged: usize,
}

impl Tries {
    fn count(&mut self, said: Option<&Result<Said, Failed>>) {
        self.made += 1;
        self.acknowledged += usize::from(matches!(said, Some(Ok(Said::Done))));
    }
}

/// Faults at store call 1, 2, 3 ... until the verb makes no such call: only there or from there on,
/// before the store sees it, with the answer lost, or with no answer at all. Then the client repeats.
pub(super) async fn survives_faults<V: Verb>(make: impl MakeStore) {
    for fault in [Fault::Before, Fault::AnswerLost, Fault::Hangs] {
        for when in [When::Call, When::From] {
            for call in 1.. {
                if survives_fault::<V>(&make, when(call), fault).await == 0 {
                    break;
                }
            }
        }
    }
}

/// Says how many calls failed.
async fn survives_fault<V: Verb>(make: &impl MakeStore, when: When, fault: Fault) -> usize {
    let world = World::new(make).await;
    let before = V::prepare(&world).await;
    let mut tries = Tries::default();
    world.store.plan(when, fault);
    // Time passes only for calls that hang: one that the store is still at work on must not run out.
    let said = match fault {
        Fault::Hangs => world.out_waiting(V::run(&world, &before)).await,
        _ => V::run(&world, &before).await,
    };
    let struck = world.store.struck();
    world.store.mend();
    world.settle().await;
    println!("{fault:?} at {when:?}: {struck} calls failed, then {said:?}");
    tries.count(Some(&said));
    assert!(struck > 0 || matches!(said, Ok(Said::Done)), "nothing failed, and yet {said:?}");
    V::check(&world, &before, tries).await;
    repeats::<V>(&world, &before, tries).await;
    struck
}

/// The verb's future is dropped after 0, 1, 2 ... polls, until it is done; then the client repeats.
pub(super) async fn survives_being_dropped<V: Verb>(make: impl MakeStore) {
    for polls in 0..MOST_POLLS {
        let world = World::new(&make).await;
        let before = V::prepare(&world).await;
        let mut tries = Tries::default();
        let said = dropped_after(V::run(&world, &before), polls).await;
        println!("dropped after {polls} polls: {said:?}");
        tries.count(said.as_ref());
        world.settle().await;
        V::check(&world, &before, tries).await;
        repeats::<V>(&world, &before, tries).await;
        if let Some(said) = said {
            assert!(matches!(said, Ok(Said::Done)), "nothing failed, and yet {said:?}");
            return;
        }
    }
    panic!("the verb was not done after {MOST_POLLS} polls");
}

async fn repeats<V: Verb>(world: &World, before: &V::Before, mut tries: Tries) {
    let again = V::run(world, before).await;
    println!("  repeated: {again:?}");
    tries.count(Some(&again));
    assert!(again.is_ok(), "the store is well, and yet a repeat failed: {again:?}");
    V::check(world, before, tries).await;
}
