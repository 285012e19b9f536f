//! What this node writes holds at once on this node, whatever the feed says.

use super::{CELL, Rig, SECOND, ann, commit, end, end_of, session_of, settle};
use crate::{
    id::{SessionId, WriteId},
    log::Change,
    policy::{Cap, Policy},
    realm::RealmName,
    reason::Actor,
    store::{
        AccountChange, AccountWork, Admission, Admit, Create, EndOutcome, Epoch, Renew, Replaced, ScanCursor,
        SessionKey, Store, StoreFuture, StoredState, Sweep, Target, Touch,
    },
    testing::{Fault, FaultyStore, Operation, Side, When},
    time::Timestamp,
};

const AT: Timestamp = Timestamp::from_millis(5);

/// Ann's session begins elsewhere and is cached here, next to one of nobody's.
async fn two_cached(rig: &Rig) -> (SessionKey, SessionKey) {
    let other = rig.cached(9).await;
    let session = session_of(CELL, 1, Some("ann")).session;
    let key = session.key.clone();
    let cap = Cap::keep_newest(10);
    let clocks = Policy::aal1().clocks();
    let admit = Admit { session, epoch: Epoch::default(), replaced: None, cap, clocks };
    assert_eq!(rig.elsewhere.admit(admit).await.unwrap(), Admission::Admitted { ended: vec![] });
    rig.tell().await;
    rig.cache.load(&key).await.unwrap();
    assert!(rig.recall(&key).is_some());
    (key, other)
}

fn change(work: AccountWork) -> AccountChange {
    AccountChange { account: ann(), work, by: Actor::Admin, at: AT }
}

/// A write that gives nothing back but whether it was acknowledged.
type Write = for<'a> fn(&'a Rig, &'a SessionKey) -> StoreFuture<'a, ()>;

fn done<'a, T: Send + 'a>(write: StoreFuture<'a, T>) -> StoreFuture<'a, ()> {
    Box::pin(async move { write.await.map(drop) })
}

const WRITES: [(Operation, Write); 9] = [
    (Operation::End, |rig, key| done(rig.cache.end(end(key)))),
    (Operation::End, |rig, _| done(rig.cache.end(end_of(Target::Account(ann()))))),
    (Operation::End, |rig, _| {
        done(rig.cache.end(end_of(Target::AllBut(ann(), SessionId::from_bytes([7; 16])))))
    }),
    (Operation::End, |rig, _| done(rig.cache.end(end_of(Target::Cell(RealmName::default(), CELL))))),
    (Operation::ChangeAccount, |rig, _| done(rig.cache.account(change(AccountWork::Hold)))),
    (Operation::ChangeAccount, |rig, _| done(rig.cache.account(change(AccountWork::Erase)))),
    (Operation::ChangeAccount, |rig, _| {
        done(rig.cache.account(change(AccountWork::CredentialsChanged { keep: None })))
    }),
    (Operation::Commit, |rig, key| {
        Box::pin(async move {
            let there = rig.elsewhere.load(key).await?.expect("it is there").session;
            rig.cache.commit(commit(&there)).await.map(drop)
        })
    }),
    (Operation::Renew, |rig, key| {
        Box::pin(async move {
            let there = rig.elsewhere.load(key).await?.expect("it is there").session;
            let renew = Renew {
                key: key.clone(),
                seen: there.write,
                write: WriteId::generate(),
                body: there.body,
                proven_at: None,
                unsettled: false,
                raises_privilege: true,
                replacement_finished: false,
                change: Change::SteppedUp { session: key.id },
                by: Actor::Person,
                at: AT,
            };
            rig.cache.renew(renew).await.map(drop)
        })
    }),
];

/// Promise 13: the acknowledging node refuses at once. The feed has not told of anything.
#[tokio::test]
async fn what_was_written_here_is_forgotten_when_it_is_acknowledged() {
    for (number, (operation, write)) in WRITES.into_iter().enumerate() {
        let rig = Rig::proven().await;
        let (key, other) = two_cached(&rig).await;
        let gate = rig.gates.close(operation, Side::Before);
        let mut writing = Box::pin(write(&rig, &key));
        assert!(futures_util::FutureExt::now_or_never(&mut writing).is_none());
        gate.arrived(1).await;
        assert!(rig.recall(&key).is_none(), "write {number}: forgotten while it is under way");
        // A request comes in before the write: it is right, and out of date in a moment.
        rig.cache.load(&key).await.unwrap();
        assert!(rig.recall(&key).is_some());
        gate.open();
        writing.await.unwrap();
        assert!(rig.recall(&key).is_none(), "write {number}: forgotten when it is acknowledged");
        let realm_wide = number == 3;
        assert_eq!(rig.recall(&other).is_none(), realm_wide, "write {number}: nothing else is touched");
    }
}

/// An answer that is lost, or not waited for, says nothing of what happened.
#[tokio::test]
async fn a_write_that_failed_or_was_given_up_is_forgotten_too() {
    let rig = Rig::proven().await;
    let key = rig.cached(1).await;
    let faulty = FaultyStore::new(rig.elsewhere.clone());
    let cache = super::NearCache::options().clock(rig.clock.clone()).in_front_of(faulty.clone());
    cache.recall(&key, SECOND);
    cache.caught_up().await;
    cache.load(&key).await.unwrap();
    assert!(cache.recall(&key, SECOND).is_some());
    faulty.plan(When::Operation(Operation::End), Fault::AnswerLost);
    assert!(cache.end(end(&key)).await.is_err());
    assert!(cache.recall(&key, SECOND).is_none());

    let gate = rig.gates.close(Operation::End, Side::After);
    let mut given_up = rig.cache.end(end(&key));
    assert!(futures_util::FutureExt::now_or_never(&mut given_up).is_none());
    gate.arrived(1).await;
    rig.cache.load(&key).await.unwrap();
    drop(given_up);
    assert!(rig.recall(&key).is_none());
}

/// A sign-in ends others for the cap and replaces one: all of them are refused here at once.
#[tokio::test]
async fn what_a_sign_in_ends_is_forgotten() {
    let rig = Rig::proven().await;
    let (key, other) = two_cached(&rig).await;
    let mut replaced = session_of(CELL, 3, None).session;
    replaced.privilege = Epoch::default();
    let (old, data_write, privilege) = (replaced.key.clone(), replaced.data_write, replaced.privilege);
    rig.elsewhere.create(Create { session: replaced }).await.unwrap();
    rig.tell().await;
    rig.cache.load(&old).await.unwrap();
    let session = session_of(CELL, 2, Some("ann")).session;
    let admit = Admit {
        session,
        epoch: Epoch::default(),
        replaced: Some(Replaced { id: old.id, data_write, privilege }),
        cap: Cap::keep_newest(1),
        clocks: Policy::aal1().clocks(),
    };
    assert_eq!(rig.cache.admit(admit).await.unwrap(), Admission::Admitted { ended: vec![key.id] });
    assert!(rig.recall(&key).is_none(), "ended for the cap");
    assert!(rig.recall(&old).is_none(), "replaced");
    assert!(rig.recall(&other).is_some());
}

#[tokio::test]
async fn what_a_sweep_ends_is_forgotten() {
    let rig = Rig::proven().await;
    let key = rig.cached(1).await;
    let sweep = Sweep {
        realm: RealmName::default(),
        clocks: Policy::aal2().clocks(),
        at: Timestamp::from_millis(u64::from(u32::MAX)),
        ended_retention: SECOND,
        ended_per_account: 1,
        from: Some(ScanCursor { cell: CELL, key: None }),
        limit: 1000,
    };
    assert_eq!(rig.cache.sweep(sweep).await.unwrap().ended.len(), 1);
    assert!(rig.recall(&key).is_none());
}

/// A last use is in no log and only grows: it is raised in place, and never set back.
#[tokio::test]
async fn a_last_use_is_raised_in_place() {
    let rig = Rig::proven().await;
    let key = rig.cached(1).await;
    let touch = |at| Touch { key: key.clone(), at: Timestamp::from_millis(at) };
    rig.cache.touch(&[touch(500)]).await.unwrap();
    rig.cache.touch(&[touch(400)]).await.unwrap();
    let there = rig.recall(&key).expect("nothing is dropped for it");
    assert_eq!(there.session.last_use, Timestamp::from_millis(500));
    assert_eq!(rig.elsewhere.load(&key).await.unwrap().unwrap().session.last_use, there.session.last_use);
}

/// An end that has come back is never answered otherwise, whatever is told late.
#[tokio::test]
async fn an_end_that_is_recorded_is_remembered() {
    let rig = Rig::proven().await;
    let key = rig.cached(1).await;
    assert_eq!(rig.cache.end(end(&key)).await.unwrap(), EndOutcome::Ended(vec![key.id]));
    rig.tell().await;
    rig.cache.load(&key).await.unwrap();
    settle().await;
    let there = rig.recall(&key).expect("it is kept");
    assert!(matches!(there.session.state, StoredState::Ended(_)));
}
