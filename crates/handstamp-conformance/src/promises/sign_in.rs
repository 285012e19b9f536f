//! Promise 6 at sign-in: one new session takes the place of the old one, whatever happens in between.

use std::sync::Arc;

use handstamp::{
    AccountId, Activity, Cap, EditError, EndReason, Policy, SignInError, Verdict,
    testing::{Fault, FaultyStore, GateStore, Operation, Side, When},
};
use tokio::sync::Barrier;

use super::{
    forgetful::Forgetful,
    kit::{Client, Count, Faults, House, Jitter, Where, new_account, sign_in, together},
};
use crate::{MakeStore, rounds};

/// What a client holds when it signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Old {
    Anonymous(Where),
    SameAccount,
    OtherAccount(Where),
}

pub(super) const EVERY_OLD: [Old; 5] = [
    Old::Anonymous(Where::SameCell),
    Old::Anonymous(Where::OtherCell),
    Old::SameAccount,
    Old::OtherAccount(Where::SameCell),
    Old::OtherAccount(Where::OtherCell),
];

impl Old {
    /// The old session with a count of 1 in it, and the account that will sign in.
    pub(super) async fn prepare(self, house: &House) -> (Client, AccountId) {
        let (mut client, account) = match self {
            Self::Anonymous(place) => {
                let client = house.begin().await;
                let account = house.account_of(client.id().cell(), place).await;
                (client, account)
            }
            Self::SameAccount => {
                let account = new_account();
                (house.sign_in(&account).await, account)
            }
            Self::OtherAccount(place) => {
                let client = house.sign_in(&new_account()).await;
                let account = house.account_of(client.id().cell(), place).await;
                (client, account)
            }
        };
        house.sessions.edit(&mut client.active, |count: &mut Count| count.0 = 1).await.expect("edit");
        (client, account)
    }

    /// Does the count go along?
    pub(super) fn carries(self) -> bool {
        !matches!(self, Self::OtherAccount(_))
    }
}

/// A form that was sent twice.
pub async fn two_submits_of_one_form_leave_one_session(make: impl MakeStore) {
    for round in 0..rounds() {
        for old in EVERY_OLD {
            let house = House::racing(&make, round.into()).await;
            let (client, account) = old.prepare(&house).await;
            let mut won = Vec::new();
            for result in submit(&house, &client, &account, 2).await {
                match result {
                    Ok(client) => won.push(client),
                    Err(SignInError::LostToAnother) => {}
                    Err(other) => panic!("{old:?}, round {round}: {other}"),
                }
            }
            assert_eq!(won.len(), 1, "{old:?}, round {round}");
            assert_eq!(house.live(&account).await, [won[0].id()], "{old:?}, round {round}");
            house.active(&won[0].token).await;
            house.assert_ended(&client.token, EndReason::Replaced).await;
        }
    }
}

/// The same where the account may have one session only: the submits push each other out, and yet one
/// of them is left.
pub async fn two_submits_under_a_cap_of_one_leave_one_session(make: impl MakeStore) {
    for round in 0..rounds() {
        for old in EVERY_OLD {
            let store = Jitter::new(make.make().await, round.into(), Faults::None);
            let house = House::on(store, Policy::aal2().cap(Cap::keep_newest(1)));
            let (client, account) = old.prepare(&house).await;
            let results = submit(&house, &client, &account, 2).await;
            assert!(results.iter().any(Result::is_ok), "{old:?}, round {round}");
            assert_eq!(house.live(&account).await.len(), 1, "{old:?}, round {round}");
        }
    }
}

async fn submit(
    house: &House,
    old: &Client,
    account: &AccountId,
    times: usize,
) -> Vec<Result<Client, SignInError>> {
    let mut submits = Vec::new();
    for _ in 0..times {
        let old = house.active(&old.token).await;
        let (sessions, account) = (house.sessions.clone(), account.clone());
        submits.push(async move { sign_in(&sessions, &account, Some(&old)).await });
    }
    together(submits).await
}

/// Each place at which a sign-in can be stopped between reading the old session and ending it.
pub async fn an_edit_between_load_and_end_is_not_lost(make: impl MakeStore) {
    for old in [Old::Anonymous(Where::SameCell), Old::Anonymous(Where::OtherCell), Old::SameAccount] {
        for (operation, side) in [
            (Operation::Admit, Side::Before),
            (Operation::Admit, Side::After),
            (Operation::End, Side::Before),
        ] {
            if operation == Operation::End && old != Old::Anonymous(Where::OtherCell) {
                continue;
            }
            let gates = GateStore::new(make.make().await);
            let house = House::on(gates.clone(), Policy::aal2());
            let (mut client, account) = old.prepare(&house).await;
            let seen = house.active(&client.token).await;
            let gate = gates.close(operation, side);
            let signing_in = tokio::spawn({
                let sessions = house.sessions.clone();
                async move { sign_in(&sessions, &account, Some(&seen)).await }
            });
            gate.arrived(1).await;
            let edit = house.sessions.edit(&mut client.active, |count: &mut Count| count.0 += 1).await;
            gate.open();
            let new = signing_in.await.expect("no panic").expect("sign in");
            let expected = if edit.is_ok() { 2 } else { 1 };
            let carried: Count = house.active(&new.token).await.read().expect("the count");
            assert_eq!(carried.0, expected, "{old:?} stopped {side:?} {operation:?}");
            assert_eq!(new.active.read::<Count>().expect("the count"), carried, "the answer shows it too");
            // Once the store has admitted the new one over a session of the same cell, the old one is gone.
            let in_one_step = side == Side::After && old != Old::Anonymous(Where::OtherCell);
            assert_eq!(edit.is_err(), in_one_step, "{old:?} stopped {side:?} {operation:?}");
        }
    }
}

/// Every edit that was acknowledged is in the new session, however many there are. On a busy machine a sign-in lost 64
/// rounds against 160 edits and gave up; it now has as many rounds as an edit, and edits run out before it does.
pub async fn edits_racing_a_sign_in_all_go_along(make: impl MakeStore) {
    for round in 0..rounds() {
        for old in [Old::Anonymous(Where::SameCell), Old::Anonymous(Where::OtherCell), Old::SameAccount] {
            let house = House::racing(&make, round.into()).await;
            let (client, account) = old.prepare(&house).await;
            let under_way = Arc::new(Barrier::new(5));
            let mut editors = Vec::new();
            for _ in 0..4 {
                let (sessions, mut active) = (house.sessions.clone(), house.active(&client.token).await);
                let under_way = under_way.clone();
                editors.push(tokio::spawn(async move {
                    let mut counted = 0;
                    under_way.wait().await;
                    // Far more than a sign-in takes; ends when the old session does.
                    while counted < 40 {
                        match sessions.edit(&mut active, |count: &mut Count| count.0 += 1).await {
                            Ok(()) => counted += 1,
                            Err(EditError::Ended(EndReason::Replaced)) => break,
                            Err(other) => panic!("{other}"),
                        }
                    }
                    counted
                }));
            }
            let signing_in = tokio::spawn({
                let sessions = house.sessions.clone();
                async move {
                    under_way.wait().await;
                    sign_in(&sessions, &account, Some(&client.active)).await.expect("sign in")
                }
            });
            let new = signing_in.await.expect("no panic");
            let mut expected = 1;
            for editor in editors {
                expected += editor.await.expect("an editor");
            }
            let carried: Count = house.active(&new.token).await.read().expect("the count");
            assert_eq!(carried.0, expected, "{old:?}, round {round}");
        }
    }
}

/// Nothing of another account's session goes along.
pub async fn data_goes_along_only_into_the_same_persons_session(make: impl MakeStore) {
    for old in EVERY_OLD {
        let house = House::new(&make).await;
        let (client, account) = old.prepare(&house).await;
        let new = sign_in(&house.sessions, &account, Some(&client.active)).await.expect("sign in");
        let carried: Count = house.active(&new.token).await.read().expect("the count");
        assert_eq!(carried.0, u64::from(old.carries()), "{old:?}");
        assert_ne!(new.id(), client.id());
        house.assert_ended(&client.token, EndReason::Replaced).await;
    }
}

/// The process stops at each store call of a sign-in, in turn: the old session lives, or the new one
/// does, or (another account's, elsewhere) none; after a sweep never both.
pub async fn a_sign_in_that_stops_half_way_leaves_a_legal_state(make: impl MakeStore) {
    for old in EVERY_OLD {
        for operation in [Operation::Admit, Operation::End, Operation::Commit, Operation::Renew] {
            for side in [Side::Before, Side::After] {
                let gates = GateStore::new(make.make().await);
                let house = House::on(gates.clone(), Policy::aal2());
                let (client, account) = old.prepare(&house).await;
                let gate = gates.close(operation, side);
                let mut stopped = tokio::spawn({
                    let (sessions, account) = (house.sessions.clone(), account.clone());
                    let seen = house.active(&client.token).await;
                    async move { sign_in(&sessions, &account, Some(&seen)).await.map(drop) }
                });
                tokio::select! {
                    () = gate.arrived(1) => stopped.abort(),
                    done = &mut stopped => done.expect("no panic").expect("it never came to that call"),
                }
                gate.open();
                house.sessions.sweep().await.expect("sweep");

                let place = format!("{old:?} stopped {side:?} {operation:?}");
                let old_lives = matches!(house.verdict(&client.token).await, Verdict::Active(_));
                let new_lives = house.live(&account).await.iter().any(|id| *id != client.id());
                assert!(!old_lives || !new_lives, "{place}: both live");
                let may_be_none = old == Old::OtherAccount(Where::OtherCell);
                assert!(old_lives || new_lives || may_be_none, "{place}: none lives");
                // Whoever comes back signs in as if nothing had been.
                let again = house.sign_in(&account).await;
                house.active(&again.token).await;
            }
        }
    }
}

/// A failover forgot that the old session was ended; the next load of the new one ends it.
pub async fn the_next_load_of_the_new_session_finishes_the_sign_in(make: impl MakeStore) {
    for with_sweep in [false, true] {
        let store = Forgetful::new(make.make().await);
        let house = House::on(Arc::clone(&store), Policy::aal2());
        let old = Old::Anonymous(Where::OtherCell);
        let (client, account) = old.prepare(&house).await;
        store.forget_replacements(true);
        let failed = sign_in(&house.sessions, &account, Some(&client.active)).await;
        store.forget_replacements(false);
        let new = failed.expect("the store said that all was done");
        let mut late = house.active(&client.token).await;
        house.sessions.edit(&mut late, |count: &mut Count| count.0 = 7).await.expect("it still lives");
        if with_sweep {
            let report = house.sessions.sweep().await.expect("sweep");
            assert_eq!(report.finished, 1);
        }
        let finished = house.active(&new.token).await;
        assert_eq!(finished.read::<Count>().expect("the count").0, 7, "what was added late goes along");
        house.assert_ended(&client.token, EndReason::Replaced).await;
        assert_eq!(house.live(&account).await, [new.id()]);
    }
}

/// Faults at every store call in turn, before it and after it: an error leaves a legal state, and the
/// person can sign in once the store is back.
pub async fn a_sign_in_through_faults_ends_in_a_legal_state(make: impl MakeStore) {
    for old in EVERY_OLD {
        for fault in [Fault::Before, Fault::AnswerLost] {
            for call in 1.. {
                let store = FaultyStore::new(make.make().await);
                let house = House::on(store.clone(), Policy::aal2());
                let (client, account) = old.prepare(&house).await;
                let ticketed = house.active(&client.token).await;
                store.plan(When::From(call), fault);
                let result = sign_in(&house.sessions, &account, Some(&ticketed)).await;
                let struck = store.struck();
                store.mend();
                house.sessions.sweep().await.expect("sweep");
                let old_lives = matches!(house.verdict(&client.token).await, Verdict::Active(_));
                let new: Vec<_> =
                    house.live(&account).await.into_iter().filter(|id| *id != client.id()).collect();
                assert!(new.len() <= 1, "{old:?}, {fault:?} from call {call}");
                assert!(!old_lives || new.is_empty(), "{old:?}, {fault:?} from call {call}: both live");
                if let Ok(client) = &result {
                    assert_eq!(new, [client.id()]);
                }
                let again = house.sign_in(&account).await;
                house.active(&again.token).await;
                if struck == 0 {
                    break;
                }
            }
        }
    }
}

/// An old session that was ended otherwise while the sign-in was under way: nothing of it goes along.
///
/// The session of the same cell once handed its data to the new one although the person had signed out
/// in between; only one of another cell was dropped.
pub async fn nothing_of_a_signed_out_session_goes_along(make: impl MakeStore) {
    for old in [Old::Anonymous(Where::SameCell), Old::Anonymous(Where::OtherCell), Old::SameAccount] {
        let gates = GateStore::new(make.make().await);
        let house = House::on(gates.clone(), Policy::aal2());
        let (client, account) = old.prepare(&house).await;
        let seen = house.active(&client.token).await;
        let gate = gates.close(Operation::Admit, Side::Before);
        let signing_in = tokio::spawn({
            let sessions = house.sessions.clone();
            async move { sign_in(&sessions, &account, Some(&seen)).await }
        });
        gate.arrived(1).await;
        house.sessions.sign_out(&client.active).await.expect("sign out");
        gate.open();
        let new = signing_in.await.expect("no panic").expect("sign in");
        let active = house.active(&new.token).await;
        assert_eq!(active.read::<Count>().expect("the count"), Count(0), "{old:?}");
        house.assert_ended(&client.token, EndReason::SignedOut).await;
    }
}

/// A new session answers to nobody who held the old one.
pub async fn a_fixed_session_gains_nothing_by_a_sign_in(make: impl MakeStore) {
    let house = House::new(&make).await;
    let planted = house.begin().await;
    let victim = house.active(&planted.token).await;
    let new = sign_in(&house.sessions, &new_account(), Some(&victim)).await.expect("sign in");
    assert_ne!(new.token, planted.token);
    let attacker = house.sessions.resume(planted.token.as_bytes(), Activity::Use).await;
    assert!(matches!(attacker, Verdict::Ended(EndReason::Replaced)));
}
