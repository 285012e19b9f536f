//! The loads of one cell that are under way: one per session, shared by whoever came before it began.
//!
//! A load must show whatever was acknowledged before it was asked for. So nobody joins one that is under
//! way already; they wait until it is over, and share the one that follows. However many ask for a
//! session at once, the store sees two loads of it.
//!
//! The table is also what makes fills safe: a change takes the loads it concerns out, and what a load
//! that is no longer in the table brings is told to its caller and not kept.

use std::{collections::HashMap, hash::BuildHasherDefault, sync::Arc};

use tokio::sync::watch;

use crate::{
    id::IdHasher,
    store::{Loaded, SessionKey, StoreError},
};

/// What a load brought.
pub(super) type Answer = Result<Option<Arc<Loaded>>, StoreError>;

#[derive(Default)]
pub(super) struct Flights {
    under_way: HashMap<SessionKey, Flight, BuildHasherDefault<IdHasher>>,
    begun: u64,
}

struct Flight {
    number: u64,
    /// Dropped without an answer when the flight is spoiled or given up: whoever waits tries again.
    answer: watch::Sender<Option<Answer>>,
}

/// What somebody who wants a session loaded is to do.
pub(super) enum Boarding {
    /// Load it; this is the flight's number.
    Fly(u64),
    /// Take what this flight brings: it began after they came.
    Join(watch::Receiver<Option<Answer>>),
    /// Wait until this flight is over and ask again: it began before they came.
    Wait(watch::Receiver<Option<Answer>>),
}

impl Flights {
    /// The number that the next flight will have: remember it when coming.
    pub(super) fn next(&self) -> u64 {
        self.begun
    }

    pub(super) fn board(&mut self, key: &SessionKey, came: u64) -> Boarding {
        match self.under_way.get(key) {
            Some(flight) if flight.number >= came => Boarding::Join(flight.answer.subscribe()),
            Some(flight) => Boarding::Wait(flight.answer.subscribe()),
            None => {
                let number = self.begun;
                self.begun += 1;
                self.under_way.insert(key.clone(), Flight { number, answer: watch::Sender::new(None) });
                Boarding::Fly(number)
            }
        }
    }

    /// Ends a flight. `Some`: it was not spoiled; tell those who joined.
    pub(super) fn land(&mut self, key: &SessionKey, number: u64) -> Option<watch::Sender<Option<Answer>>> {
        if self.under_way.get(key)?.number != number {
            return None;
        }
        self.under_way.remove(key).map(|flight| flight.answer)
    }

    /// Spoils the flight of one session.
    pub(super) fn spoil(&mut self, key: &SessionKey) {
        self.under_way.remove(key);
    }

    /// Spoils every flight: of none is known yet whose session it brings.
    pub(super) fn spoil_all(&mut self) {
        self.under_way.clear();
    }
}
