//! Promise 1, whole: each way of ending against each write. Whatever ended a session, nothing that
//! was read before brings it back or changes it.

use handstamp::{
    Cap, EndReason,
    store::{
        AccountOutcome, AccountWork, Admission, Admit, Create, Kept, Renew, StoredSession, Target, Touch,
        WriteOutcome,
    },
};

use super::kit::{Bench, DAY, MINUTE, next_write};
use crate::MakeStore;

/// Everything that a request which loaded `read` might still write.
async fn nothing_revives(bench: &Bench, read: &StoredSession) {
    let before = bench.load(read).await.map(|loaded| format!("{:?}", loaded.session));
    let head = bench.head().await;
    let account = read.account.clone().expect("a signed-in session");

    let commit = bench.commit(read, b"late");
    assert_eq!(bench.store.commit(commit).await.expect("commit"), WriteOutcome::Gone);
    let mut renew = bench.renew(read, b"late");
    assert_eq!(bench.store.renew(renew.clone()).await.expect("renew"), WriteOutcome::Gone);
    renew = Renew { raises_privilege: true, proven_at: Some(bench.now), write: next_write(), ..renew };
    assert_eq!(bench.store.renew(renew).await.expect("renew"), WriteOutcome::Gone);
    let at = bench.now.saturating_add(MINUTE);
    bench.store.touch(&[Touch { key: read.key.clone(), at }]).await.expect("touch");
    let epoch = bench.state(account.as_str()).await.epoch;
    let keep = Some(Kept { body: b"late".into(), ..bench.kept(read) });
    let kept = bench.change(account.as_str(), AccountWork::CredentialsChanged { keep }).await;
    assert_eq!(kept, AccountOutcome::Gone);
    assert_eq!(bench.state(account.as_str()).await.epoch, epoch, "a refused change changes nothing");

    let after = bench.load(read).await;
    if let Some(loaded) = &after {
        assert!(loaded.session.ending(&loaded.account, &loaded.cell).is_some(), "it has come back");
    }
    assert_eq!(after.map(|loaded| format!("{:?}", loaded.session)), before, "an ended session was changed");
    assert_eq!(bench.head().await, head, "what was refused is in no log");

    // Last, since an erased session's id is free again for whoever still names it.
    if before.is_some() {
        bench.store.create(Create { session: read.clone() }).await.expect("create");
        bench.store.admit(bench.admission(read, epoch)).await.expect("admit");
        let now = bench.load(read).await.map(|loaded| format!("{:?}", loaded.session));
        assert_eq!(now, before, "a repeated sign-in revived an ended session");
    }
}

/// Ended by itself.
pub async fn one(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.admitted("alice").await;
    bench.sign_out(&session).await;
    nothing_revives(&bench, &session).await;
}

/// Ended with its account.
pub async fn account(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.admitted("alice").await;
    bench.end(Target::Account(bench.account("alice")), EndReason::Admin).await;
    nothing_revives(&bench, &session).await;
}

/// Ended from another device of the account.
pub async fn all_but_another(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (session, kept) = (bench.admitted("alice").await, bench.admitted("alice").await);
    bench.end(Target::AllBut(bench.account("alice"), kept.key.id), EndReason::Revoked).await;
    nothing_revives(&bench, &session).await;
    assert_eq!(bench.ending(&kept).await, None);
}

/// Ended with its realm, before any sweep has seen it. The memory store once looked only for a recorded
/// end here and went on noting uses of the dead session, which showed on the devices page.
pub async fn realm(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.admitted("alice").await;
    bench.end(Target::Cell(bench.realm.clone(), bench.cell), EndReason::RealmEnded).await;
    nothing_revives(&bench, &session).await;
}

/// Ended by a hold.
pub async fn hold(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.admitted("alice").await;
    bench.change("alice", AccountWork::Hold).await;
    nothing_revives(&bench, &session).await;
}

/// Released accounts get new sessions, not their old ones.
pub async fn hold_and_release(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.admitted("alice").await;
    bench.change("alice", AccountWork::Hold).await;
    bench.change("alice", AccountWork::Release).await;
    nothing_revives(&bench, &session).await;
}

/// Ended by a credential change that kept none.
pub async fn credentials_changed(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.admitted("alice").await;
    bench.change("alice", AccountWork::CredentialsChanged { keep: None }).await;
    nothing_revives(&bench, &session).await;
}

/// Ended by a credential change in another session.
pub async fn credentials_changed_elsewhere(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (session, other) = (bench.admitted("alice").await, bench.admitted("alice").await);
    let keep = Some(bench.kept(&other));
    bench.change("alice", AccountWork::CredentialsChanged { keep }).await;
    nothing_revives(&bench, &session).await;
    assert_eq!(bench.ending(&other).await, None);
}

/// Erased: nothing of it is there, and no write makes it anew.
pub async fn erase(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.admitted("alice").await;
    bench.change("alice", AccountWork::Erase).await;
    nothing_revives(&bench, &session).await;
    assert!(bench.load(&session).await.is_none());
}

/// Ended by the cap.
pub async fn limit(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.admitted("alice").await;
    let newer = bench.signed_in("alice");
    let epoch = bench.state("alice").await.epoch;
    let admit = Admit { cap: Cap::keep_newest(1), ..bench.admission(&newer, epoch) };
    let outcome = bench.store.admit(admit).await.expect("admit");
    assert_eq!(outcome, Admission::Admitted { ended: vec![session.key.id] });
    nothing_revives(&bench, &session).await;
}

/// Ended by the sign-in that took its place.
pub async fn replaced(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (old, new) = (bench.admitted("alice").await, bench.signed_in("alice"));
    let epoch = bench.state("alice").await.epoch;
    let admit = Admit { replaced: Some(bench.replaced(&old)), ..bench.admission(&new, epoch) };
    bench.store.admit(admit).await.expect("admit");
    nothing_revives(&bench, &old).await;
}

/// Ended by a sweep, for its clocks.
pub async fn swept(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let mut session = bench.signed_in("alice");
    session.last_use = bench.now.saturating_sub(DAY / 2);
    let session = bench.admit(session).await;
    let mut sweep = bench.sweep();
    while let Some(from) = bench.store.sweep(sweep.clone()).await.expect("sweep").next {
        sweep.from = Some(from);
    }
    nothing_revives(&bench, &session).await;
}
