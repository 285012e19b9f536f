//! Moving to another store signs nobody out, and nobody in.

use std::sync::Arc;

use handstamp::{
    Activity, EndReason, Policy, RealmKey, Sessions, SignInError, Timestamp, Verdict,
    store::Store,
    testing::{FakeClock, sign_in_as},
    transfer::{Export, Import, Reading},
};

use super::kit::{MINUTE, account};
use crate::MakeStore;

fn engine(store: &Arc<dyn Store>, key: &RealmKey, clock: &FakeClock) -> Sessions {
    let sessions = Sessions::builder(store.clone()).key(key.clone()).clock(clock.clone());
    sessions.policy(Policy::aal2()).build().expect("a valid policy")
}

/// Moves everything by way of the lines that an export consists of.
async fn moved(from: &Arc<dyn Store>, into: &Arc<dyn Store>) {
    let now = Timestamp::from_millis(1_700_000_000_000);
    let mut export = Export::begin(from.clone(), now).await.expect("an export begins");
    let (mut import, mut reading) = (Import::new(into.clone()), Reading::new());
    while let Some(piece) = export.next().await.expect("an export goes on") {
        for line in piece.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            reading.line(line).expect("a line of an export");
            import.line(line).await.expect("a line is imported");
        }
    }
    let contents = reading.finish().expect("the export is whole");
    assert_eq!(import.finish().await.expect("the import is whole").contents, contents);
}

async fn verdict(sessions: &Sessions, token: &str) -> Verdict {
    sessions.resume(token.as_bytes(), Activity::Use).await
}

/// Who was signed in on the old store is let in on the new one with the same token and realm key, with
/// clocks that go on; who was not is not.
pub async fn who_is_signed_in_stays_signed_in(make: impl MakeStore) {
    let (old, new, clock) = (make.make().await, make.make().await, FakeClock::new());
    let key = RealmKey::generate();
    let before = engine(&old, &key, &clock);
    let alive = sign_in_as(&before, "alice").await;
    let signed_out = sign_in_as(&before, "alice").await;
    before.sign_out(&signed_out.session).await.expect("signed out");
    let held = sign_in_as(&before, "bert").await;
    before.account(&account("bert")).hold().await.expect("held");
    let ticket = before.begin_sign_in(&account("carla")).await.expect("begun");
    before.account(&account("carla")).credentials_changed().await.expect("changed");
    let quiet = sign_in_as(&before, "dora").await;
    moved(&old, &new).await;

    let after = engine(&new, &key, &clock);
    match verdict(&after, alive.token.expose()).await {
        Verdict::Active(session) => {
            assert_eq!((session.id(), session.account()), (alive.id(), Some(&account("alice"))));
        }
        other => panic!("somebody was signed out by the move: {other:?}"),
    }
    for (token, reason) in [(signed_out.token, EndReason::SignedOut), (held.token, EndReason::AccountHeld)] {
        let verdict = verdict(&after, token.expose()).await;
        assert!(matches!(verdict, Verdict::Ended(ended) if ended == reason), "{verdict:?}");
    }
    let begun_before = handstamp::SignIn::new(ticket, handstamp::Proof::password());
    assert!(matches!(after.sign_in(begun_before, None).await, Err(SignInError::StaleTicket)));
    let devices = after.account(&account("alice")).list(None).await.expect("listed");
    assert_eq!(devices.sessions.len(), 2, "the account lies where it is looked for");

    clock.advance(61 * MINUTE);
    let late = verdict(&after, quiet.token.expose()).await;
    assert!(matches!(late, Verdict::Ended(EndReason::Idle)), "its idle clock went on: {late:?}");

    let other_key = engine(&new, &RealmKey::generate(), &clock);
    assert!(matches!(verdict(&other_key, alive.token.expose()).await, Verdict::Invalid));
}
