//! An export that arrives as it was sent.

use std::sync::Arc;

use handstamp::{
    AccountId, RealmKey, SignInError, Timestamp,
    device::DeviceFacts,
    store::{MemoryStore, Store},
    testing::sign_in_as,
    transfer::{Counts, Import, ImportError, Reading},
};

use crate::support::{EXPORTED_AT, export, house, import, on, rows, whole_lines};

#[tokio::test]
async fn an_import_gives_the_same_export_again() {
    let from = house().await;
    let file = export(&from).await;
    let into = Arc::new(MemoryStore::new());
    let summary = import(&into, &file).await.unwrap();
    assert_eq!(summary.imported.stored, summary.contents.counts.rows());
    assert_eq!(summary.imported.there, 0);
    assert_eq!(summary.contents.changed, 0);
    assert_eq!(summary.contents.header.exported_at, EXPORTED_AT);
    assert_eq!(summary.contents.header.sessions, summary.contents.counts.sessions);
    let Counts { control, floors, realms, accounts, sessions, .. } = summary.contents.counts;
    assert_eq!((control, floors, realms), (1, 1, 256));
    assert_eq!((accounts, sessions), (40, 41), "one of forty was erased; one in another realm twice");
    assert_eq!(rows(&export(&into).await), rows(&file));
}

#[tokio::test]
async fn an_import_twice_is_once() {
    let file = export(&house().await).await;
    let into = Arc::new(MemoryStore::new());
    let first = import(&into, &file).await.unwrap();
    let second = import(&into, &file).await.unwrap();
    assert_eq!(second.imported.stored, 0);
    assert_eq!(second.imported.there, first.imported.stored);
    assert_eq!(rows(&export(&into).await), rows(&file));
}

#[tokio::test]
async fn the_first_line_says_what_it_is_and_no_line_holds_a_token() {
    let store = Arc::new(MemoryStore::new());
    let sessions = on(&store, "default", RealmKey::generate());
    let client = sign_in_as(&sessions, "alice").await;
    let file = String::from_utf8(export(&store).await).unwrap();
    assert!(file.starts_with(r#"{"handstamp_export":{"version":1,"#), "{file}");
    assert!(file.contains(r#""body":{"json":{"format":1,"value":{"generation":1,"#), "{file}");
    let token = client.token.expose();
    // The prefix, the session's id and the generation are no secret; what follows is.
    for part in 5 + 27..token.len() - 8 {
        assert!(!file.contains(&token[part..part + 8]), "a piece of the token stands in the export");
    }
}

/// Whoever was on hold on the old store is on hold on the new one, whoever's sessions had ended stays
/// out, and a sign-in that began before a credential change is void there as well.
#[tokio::test]
async fn what_keeps_people_out_moves_along() {
    let from = house().await;
    let key = RealmKey::generate();
    let before = on(&from, "default", key.clone());
    let signed_out = sign_in_as(&before, "person-7").await;
    before.account(&AccountId::new("person-7").unwrap()).end_all().await.unwrap();
    let alive = sign_in_as(&before, "person-8").await;

    let into = Arc::new(MemoryStore::new());
    import(&into, &export(&from).await).await.unwrap();
    let after = on(&into, "default", key);
    let look = async |token: &str| after.resume(token.as_bytes(), handstamp::Activity::Watch).await;
    assert_eq!(look(alive.token.expose()).await.as_str(), "active");
    assert_eq!(look(signed_out.token.expose()).await.as_str(), "ended");

    let held = AccountId::new("person-2").unwrap();
    let ticket = after.begin_sign_in(&held).await.unwrap();
    let proof = handstamp::Proof::password();
    let refused = after.sign_in(handstamp::SignIn::new(ticket, proof), None).await;
    assert!(matches!(refused, Err(SignInError::AccountHeld)));
}

/// A session that has ended and been forgotten since the import must not come back by repeating it.
#[tokio::test]
async fn a_store_in_use_takes_no_import() {
    let file = export(&house().await).await;
    let into = Arc::new(MemoryStore::new());
    import(&into, &file).await.unwrap();
    let sessions = on(&into, "default", RealmKey::generate());
    sessions.account(&AccountId::new("person-9").unwrap()).erase().await.unwrap();
    let before = rows(&export(&into).await);
    assert!(matches!(import(&into, &file).await, Err(ImportError::InUse)));
    assert_eq!(rows(&export(&into).await), before);
}

#[tokio::test]
async fn a_store_with_content_of_its_own_takes_no_import() {
    let file = export(&house().await).await;
    let other = house().await;
    assert!(matches!(import(&other, &file).await, Err(ImportError::NotEmpty)));

    let into = Arc::new(MemoryStore::new());
    import(&into, &export(&other).await).await.unwrap();
    assert!(matches!(import(&into, &file).await, Err(ImportError::NotEmpty)), "an import of another export");
}

/// An application that was started on the new store made a cell key there: no account would be found.
#[tokio::test]
async fn a_store_with_a_cell_key_of_its_own_takes_no_import() {
    let file = export(&house().await).await;
    let into = Arc::new(MemoryStore::new());
    let sessions = on(&into, "default", RealmKey::generate());
    let _ = sessions.begin_sign_in(&AccountId::new("alice").unwrap()).await.unwrap();
    match import(&into, &file).await {
        Err(ImportError::OtherControl { name, .. }) => assert_eq!(name, "cell-key"),
        other => panic!("{other:?}"),
    }
}

/// A store that is in use while it is exported says so in the last line.
#[tokio::test]
async fn changes_during_an_export_are_counted() {
    let store = Arc::new(MemoryStore::new());
    let sessions = on(&store, "default", RealmKey::generate());
    sign_in_as(&sessions, "alice").await;
    let mut export = handstamp::transfer::Export::begin(store.clone(), EXPORTED_AT).await.unwrap();
    let mut reading = Reading::new();
    let first = export.next().await.unwrap().unwrap();
    sessions.begin(DeviceFacts::default()).await.unwrap();
    let mut file = first;
    while let Some(lines) = export.next().await.unwrap() {
        file.extend_from_slice(&lines);
    }
    for line in whole_lines(&file) {
        reading.line(line).unwrap();
    }
    assert_eq!(reading.finish().unwrap().changed, 1);
}

/// A backup may hold sessions that were ended after it was made: none of them lives, and a second try
/// that would let them live is refused.
#[tokio::test]
async fn an_import_that_ends_sessions_lets_none_live() {
    let from = house().await;
    let key = RealmKey::generate();
    let client = sign_in_as(&on(&from, "default", key.clone()), "alice").await;
    let file = export(&from).await;
    let into = Arc::new(MemoryStore::new());
    let mut ending = Import::new(into.clone() as Arc<dyn Store>).ending_sessions(EXPORTED_AT);
    for line in whole_lines(&file) {
        ending.line(line).await.unwrap();
    }
    let summary = ending.finish().await.unwrap();
    let stats = into.stats().await.unwrap();
    assert_eq!((stats.live, stats.ended), (0, summary.contents.counts.sessions));
    assert!(matches!(import(&into, &file).await, Err(ImportError::NotEmpty)));
    let sessions = on(&into, "default", key);
    let verdict = sessions.resume(client.token.expose().as_bytes(), handstamp::Activity::Watch).await;
    assert!(matches!(verdict, handstamp::Verdict::Ended(handstamp::EndReason::RealmEnded)), "{verdict:?}");
    assert!(!String::from_utf8(export(&into).await).unwrap().contains("\"ended\":null"));
}

/// A clock that stood years ahead has written times that no restart gets rid of: time never runs
/// backwards in a store. An import that ends the sessions leaves them behind.
#[tokio::test]
async fn times_of_a_wrong_clock_stay_behind() {
    let from = Arc::new(MemoryStore::new());
    let key = RealmKey::generate();
    let ahead = Timestamp::from_millis(2 * EXPORTED_AT.as_millis());
    let builder = handstamp::Sessions::builder((*from).clone()).key(key);
    let sessions = builder.clock(handstamp::testing::FakeClock::at(ahead)).build().unwrap();
    sign_in_as(&sessions, "alice").await;
    sessions.account(&AccountId::new("bert").unwrap()).hold().await.unwrap();
    sessions.end_realm().await.unwrap();
    let file = export(&from).await;
    let into = Arc::new(MemoryStore::new());
    let mut ending = Import::new(into.clone() as Arc<dyn Store>).ending_sessions(EXPORTED_AT);
    for line in whole_lines(&file) {
        ending.line(line).await.unwrap();
    }
    ending.finish().await.unwrap();
    let (before, after) = (rows(&file).concat(), rows(&export(&into).await).concat());
    let ahead = ahead.as_millis().to_string();
    assert!(before.matches(&ahead).count() >= 259, "a realm's end in each cell, an account, a session");
    // The record is opaque here, and of a session that has ended nobody asks when its token was made.
    let after = after.replace(&format!("\"issued_at\":{ahead}"), "");
    assert_eq!(after.matches(&ahead).count(), 0);
    assert!(after.contains("\"held\":true"));
}
