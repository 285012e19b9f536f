//! What a fresh reader found by attacking the engine, each with its story.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use handstamp::{
    AccountId, Active, Activity, Cap, EditError, EndReason, LogNews, Policy, PrivilegeError, Proof, RealmKey,
    RealmName, SessionStatus, Sessions, SignIn, SignInError, SlotValue, Verdict,
    store::{MemoryStore, Renew, SessionKey, Store, WriteOutcome},
    testing::{FakeClock, SignedInClient, sign_in_as},
};
use serde::{Deserialize, Serialize};

#[derive(Default, Serialize, Deserialize)]
struct Note(String);

impl SlotValue for Note {
    const NAME: &'static str = "note";
}

fn setting() -> (FakeClock, MemoryStore, Sessions) {
    let (clock, store) = (FakeClock::new(), MemoryStore::new());
    let sessions = Sessions::builder(store.clone()).clock(clock.clone()).build().unwrap();
    (clock, store, sessions)
}

async fn active(sessions: &Sessions, token: &str) -> Active {
    match sessions.resume(token.as_bytes(), Activity::Use).await {
        Verdict::Active(active) => *active,
        other => panic!("{other:?}"),
    }
}

/// A request was let in, took half a minute, and stepped up. Meanwhile the token had been renewed and
/// the window was over: the retry took its own token for a stolen one and ended the session.
#[tokio::test]
async fn a_slow_step_up_is_no_theft() {
    let (clock, _, sessions) = setting();
    let client = sign_in_as(&sessions, "ada").await;
    let old = client.token.expose();
    clock.advance(Duration::from_secs(16 * 60));
    let slow = active(&sessions, old).await;
    let renewed = sessions.renew(&active(&sessions, old).await).await.unwrap().unwrap();
    active(&sessions, renewed.expose()).await;
    clock.advance(Duration::from_secs(31));
    let answer = sessions.step_up(slow.signed_in().unwrap(), Proof::passkey()).await;
    assert!(matches!(answer, Err(PrivilegeError::Superseded)), "{answer:?}");
    active(&sessions, renewed.expose()).await;
}

/// A handle from before the absolute timeout could be stepped up after it, and the session lived again.
#[tokio::test]
async fn what_a_clock_has_ended_takes_no_writes() {
    let (clock, _, sessions) = setting();
    let SignedInClient { session: mut slow, .. } = sign_in_as(&sessions, "ada").await;
    clock.advance(Duration::from_secs(25 * 3600));
    let edited = sessions.edit(&mut slow, |note: &mut Note| note.0.push('x')).await;
    assert!(matches!(edited, Err(EditError::Ended(EndReason::Absolute))), "{edited:?}");
    let stepped = sessions.step_up(slow.signed_in().unwrap(), Proof::passkey()).await;
    assert!(matches!(stepped, Err(PrivilegeError::Ended(EndReason::Absolute))), "{stepped:?}");
    let changed = sessions.credentials_changed(slow.signed_in().unwrap()).await;
    assert!(matches!(changed, Err(PrivilegeError::Ended(EndReason::Absolute))), "{changed:?}");
}

/// A request from before a step-up could still sign in as somebody else over the stepped-up session.
#[tokio::test]
async fn a_request_that_a_step_up_overtook_replaces_and_ends_nothing() {
    let (_, _, sessions) = setting();
    let SignedInClient { session: late, .. } = sign_in_as(&sessions, "ada").await;
    let rekeyed = sessions.step_up(late.signed_in().unwrap(), Proof::passkey()).await.unwrap();
    let mallory = AccountId::new("mallory").unwrap();
    let ticket = sessions.begin_sign_in(&mallory).await.unwrap();
    let answer = sessions.sign_in(SignIn::new(ticket, Proof::password()), Some(&late)).await;
    assert!(matches!(answer, Err(SignInError::Superseded)), "{answer:?}");
    assert!(sessions.sign_out(&late).await.is_err());
    active(&sessions, rekeyed.token.expose()).await;
}

/// Uses that were held back did not count in the store, so that a cap of one let a second one in while
/// the first was alive.
#[tokio::test]
async fn a_cap_counts_what_a_verdict_would_let_in() {
    let clock = FakeClock::new();
    let policy = Policy::aal2().cap(Cap::refuse_above(1));
    let sessions = Sessions::builder(MemoryStore::new()).policy(policy).clock(clock.clone()).build().unwrap();
    let client = sign_in_as(&sessions, "ada").await;
    clock.advance(Duration::from_secs(59));
    active(&sessions, client.token.expose()).await;
    clock.advance(Duration::from_secs(3600 - 59));
    let ticket = sessions.begin_sign_in(&AccountId::new("ada").unwrap()).await.unwrap();
    let second = sessions.sign_in(SignIn::new(ticket, Proof::password()), None).await;
    assert!(matches!(second, Err(SignInError::LimitReached)), "{second:?}");
    active(&sessions, client.token.expose()).await;
}

/// The log of one realm told of the accounts of all that shared its store.
#[tokio::test]
async fn a_realm_reads_its_own_log_only() {
    let store = MemoryStore::new();
    let realm = |name: &str| {
        let builder = Sessions::builder(store.clone()).realm(RealmName::new(name).unwrap());
        builder.key(RealmKey::generate()).build().unwrap()
    };
    let (ours, theirs) = (realm("ours"), realm("theirs"));
    let mut log = ours.log().await.unwrap();
    for _ in 0..20 {
        sign_in_as(&theirs, "mallory").await;
    }
    let client = sign_in_as(&ours, "ada").await;
    let LogNews::Entries(entries) = log.next(1).await.unwrap() else { panic!("nothing was forgotten") };
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].account.as_ref().map(AccountId::as_str), Some("ada"));
    let LogNews::Entries(rest) = log.next(100).await.unwrap() else { panic!("nothing was forgotten") };
    assert!(rest.iter().all(|entry| entry.realm.as_str() == "ours"));
    drop(client);
}

/// One record of a later version kept every sweep from all that lay behind it, and emptied the devices
/// page.
#[tokio::test]
async fn one_unreadable_record_stops_no_sweep_and_hides_no_device() {
    let (clock, store, sessions) = setting();
    let strange = sign_in_as(&sessions, "ada").await;
    let others = 20;
    for number in 0..others {
        sign_in_as(&sessions, &format!("other-{number}")).await;
    }
    let key = SessionKey::new(RealmName::default(), strange.id());
    let stored = store.load(&key).await.unwrap().unwrap().session;
    let renew = Renew {
        key,
        seen: stored.write,
        write: handstamp::WriteId::from_bytes([7; 16]),
        body: b"\x02{}".into(),
        proven_at: None,
        unsettled: true,
        raises_privilege: false,
        replacement_finished: false,
        change: handstamp::Change::Renewed { session: strange.id() },
        by: handstamp::Actor::System,
        at: sessions.now(),
    };
    assert_eq!(store.renew(renew).await.unwrap(), WriteOutcome::Done);
    let ada = sessions.account(&AccountId::new("ada").unwrap());
    let listed = ada.list_all().await.unwrap();
    assert!(matches!(listed[0].status, SessionStatus::Live { .. }));
    assert_eq!(sessions.sweep().await.unwrap().unreadable, 1);
    clock.advance(Duration::from_secs(2 * 3600));
    assert_eq!(sessions.sweep().await.unwrap().ended, others + 1);
}
