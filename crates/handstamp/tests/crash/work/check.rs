//! What a store has to hold once it is open again.

use std::collections::BTreeSet;

use handstamp::{Activity, EndReason, SessionId, SessionStatus, Sessions, Verdict, store::Store};

use super::{
    Ledger, Operation,
    perform::{Note, resume},
    person::Held,
};
use crate::dice::Dice;

/// How many of the sessions that ended long ago are looked at.
const SAMPLE: usize = 60;

/// A store that was opened again.
pub(crate) struct Found<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) sessions: &'a Sessions,
    /// Said with every failure.
    pub(crate) context: &'a str,
}

impl Ledger {
    /// Nothing acknowledged is lost, nothing ended is alive, and what was under way has happened wholly
    /// or not at all. Afterwards nothing is under way any more.
    pub(crate) async fn check(&mut self, found: &Found<'_>, dice: &mut Dice) {
        let context = found.context;
        self.check_log(found.store, context).await;
        for (person, under_way) in self.people.iter().zip(&self.under_way) {
            let touched = under_way.map(|operation| person.touched(operation)).unwrap_or_default();
            for held in person.sessions.iter().filter(|held| !touched.contains(&held.id)) {
                found.is_whole(held, &[held.value]).await;
            }
        }
        self.check_ended(found, dice).await;
        found.sessions.sweep().await.unwrap();
        for number in 0..self.people.len() {
            if let Some(operation) = self.under_way[number].take() {
                self.settle(found, number, operation).await;
            }
            let person = &self.people[number];
            let known: BTreeSet<_> = person.signed_in().into_iter().collect();
            let live = found.live(person).await;
            assert_eq!(
                live, known,
                "{context}: the live sessions of {} in the store, and known",
                person.name
            );
        }
        self.check_ended(found, dice).await;
        self.note_heads(found.store).await;
    }

    /// The last ones, and some of all.
    async fn check_ended(&self, found: &Found<'_>, dice: &mut Dice) {
        let last = self.ended.len().saturating_sub(SAMPLE);
        for held in &self.ended[last..] {
            found.is_over(held).await;
        }
        for _ in 0..SAMPLE {
            if let Some(held) = dice.pick(&self.ended) {
                found.is_over(held).await;
            }
        }
    }

    /// Finds out what became of an operation that was under way.
    async fn settle(&mut self, found: &Found<'_>, number: usize, operation: Operation) {
        let context = format!("{}: {operation:?} was under way", found.context);
        let person = &mut self.people[number];
        let happened = match operation {
            Operation::Begin => false,
            Operation::SignIn { over } => {
                let known: BTreeSet<_> = person.signed_in().into_iter().collect();
                let live = found.live(person).await;
                let new: Vec<SessionId> = live.difference(&known).copied().collect();
                assert!(new.len() <= 1, "{context}: one sign-in has made {new:?}");
                if let Some(over) = over {
                    let old = found.is_alive(person.held(over).unwrap()).await;
                    assert_eq!(old, new.is_empty(), "{context}: both sessions live, or neither");
                }
                // Nobody was given its token.
                for id in &new {
                    found.sessions.account(&person.account()).end(*id).await.unwrap();
                }
                !new.is_empty()
            }
            Operation::Edit { session, value } => {
                let held = person.held(session).unwrap();
                found.is_whole(held, &[held.value, value]).await == value && held.value != value
            }
            Operation::Renew { session } => {
                let held = person.held_mut(session).unwrap();
                found.is_whole(held, &[held.value]).await;
                let active = resume(found.sessions, held, Activity::Use).await.unwrap();
                if let Some(token) = found.sessions.renew(&active).await.unwrap() {
                    token.expose().clone_into(&mut held.token);
                }
                found.is_whole(held, &[held.value]).await;
                false
            }
            Operation::Use { session } => {
                let held = person.held(session).unwrap();
                found.is_whole(held, &[held.value]).await;
                false
            }
            Operation::SignOut { session } | Operation::End { session } => {
                !found.is_alive(person.held(session).unwrap()).await
            }
            Operation::EndOthers { .. } | Operation::EndAll => {
                found.is_one_fate(&context, person.touched(operation).iter().map(|id| person.held(*id))).await
            }
            Operation::ChangeCredentials { kept } => {
                let held = person.held(kept).unwrap();
                let changed = match found.sessions.resume(held.token.as_bytes(), Activity::Watch).await {
                    Verdict::Active(_) => false,
                    // The latter a minute after; that it is there is seen below.
                    Verdict::Superseded | Verdict::Invalid => true,
                    verdict => panic!("{context}: the kept session is {verdict:?}"),
                };
                let others = person.others(kept);
                for other in &others {
                    let alive = found.is_alive(person.held(*other).unwrap()).await;
                    assert_ne!(alive, changed, "{context}: it has happened by halves");
                }
                if changed {
                    // Nobody was given its new token.
                    found.sessions.account(&person.account()).end(kept).await.unwrap();
                    self.ended.extend(person.lose(&[kept]));
                }
                changed
            }
        };
        if happened {
            self.ended.extend(person.done(operation, None));
        }
    }
}

impl Found<'_> {
    /// The session is alive and has one of these values: which?
    async fn is_whole(&self, held: &Held, values: &[u64]) -> u64 {
        let context = self.context;
        match resume(self.sessions, held, Activity::Watch).await {
            Ok(active) => {
                assert_eq!(active.id(), held.id, "{context}");
                let Note(value) = active.read().unwrap();
                assert!(values.contains(&value), "{context}: {} has {value}, not {values:?}", held.id);
                value
            }
            Err(verdict) => panic!("{context}: what was acknowledged is lost: {verdict}"),
        }
    }

    async fn is_over(&self, held: &Held) {
        let alive = self.is_alive(held).await;
        assert!(!alive, "{}: {} had ended and is alive", self.context, held.id);
    }

    async fn is_alive(&self, held: &Held) -> bool {
        match self.sessions.resume(held.token.as_bytes(), Activity::Watch).await {
            Verdict::Active(_) => true,
            // Reuse would mean that a token that was given out first is taken for a stolen one.
            Verdict::Ended(EndReason::Reuse) => panic!("{}: {} is taken for stolen", self.context, held.id),
            Verdict::Ended(_) | Verdict::Invalid | Verdict::Superseded => false,
            verdict => panic!("{}: {} cannot be told: {verdict:?}", self.context, held.id),
        }
    }

    /// Either all of them are alive or all have ended: have they?
    async fn is_one_fate(&self, context: &str, sessions: impl Iterator<Item = Option<&Held>>) -> bool {
        let mut fates = BTreeSet::new();
        for held in sessions {
            fates.insert(self.is_alive(held.unwrap()).await);
        }
        assert!(fates.len() <= 1, "{context}: it has happened by halves");
        fates.contains(&false)
    }

    /// The person's live sessions as the store lists them.
    async fn live(&self, person: &super::Person) -> BTreeSet<SessionId> {
        let listed = self.sessions.account(&person.account()).list_all().await.unwrap();
        let live = listed.iter().filter(|info| matches!(info.status, SessionStatus::Live { .. }));
        live.map(|info| info.id).collect()
    }
}
