//! What was acknowledged, and what was under way.

use std::collections::HashMap;

use handstamp::SessionId;

use super::{Gained, News, Operation, Person, log::Kind, person::Held};

/// Everything that is known of a store from outside.
pub(crate) struct Ledger {
    pub(crate) people: Vec<Person>,
    pub(super) under_way: Vec<Option<Operation>>,
    /// Sessions that have ended, with the tokens that opened them.
    pub(super) ended: Vec<Held>,
    /// What the log is to hold since the last look, and how often at least.
    pub(super) entries: HashMap<(Kind, SessionId), usize>,
    /// How far the log had come at the last look.
    pub(super) heads: Vec<u64>,
    pub(crate) acknowledged: u64,
    pub(crate) refused: Vec<String>,
}

impl Ledger {
    pub(crate) fn new(people: usize) -> Self {
        Self {
            people: (0..people).map(Person::new).collect(),
            under_way: vec![None; people],
            ended: Vec::new(),
            entries: HashMap::new(),
            heads: vec![0; 256],
            acknowledged: 0,
            refused: Vec::new(),
        }
    }

    pub(crate) fn hear(&mut self, news: News) {
        match news {
            News::Started(number, operation) => self.under_way[number] = Some(operation),
            News::Done(number, gained) => {
                let operation = self.under_way[number].take().expect("an operation begins before it ends");
                self.acknowledged += 1;
                self.done(number, operation, gained);
            }
            News::Refused(_, why) => self.refused.push(why),
        }
    }

    fn done(&mut self, number: usize, operation: Operation, gained: Option<Gained>) {
        let (kind, session) = match (operation, &gained) {
            (Operation::Begin, Some(gained)) => (Kind::Began, Some(gained.id)),
            (Operation::SignIn { .. }, Some(gained)) => (Kind::SignedIn, Some(gained.id)),
            (Operation::Edit { session, .. }, _) => (Kind::Edited, Some(session)),
            (Operation::Renew { session }, Some(_)) => (Kind::Renewed, Some(session)),
            (Operation::ChangeCredentials { kept }, _) => (Kind::CredentialsChanged, Some(kept)),
            _ => (Kind::Ended, None),
        };
        if let Some(session) = session {
            *self.entries.entry((kind, session)).or_default() += 1;
        }
        let ended = self.people[number].done(operation, gained);
        for held in &ended {
            *self.entries.entry((Kind::Ended, held.id)).or_default() += 1;
        }
        self.ended.extend(ended);
    }
}
