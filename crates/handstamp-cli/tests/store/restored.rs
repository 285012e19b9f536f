//! Backups that are put back.

use std::fs;

use crate::support::{House, json, refused, said};

/// A copy of the closed store, put back after somebody has signed out.
fn put_back(house: &House) {
    let copy = house.path("copy.redb");
    fs::copy(house.file(), &copy).unwrap();
    house.open(async |sessions| sessions.sign_out(&house.clients[3].session).await.unwrap());
    fs::copy(&copy, house.file()).unwrap();
}

#[test]
fn after_a_restore_sessions_end() {
    let house = House::new();
    put_back(&house);
    let before = json(&["info", &house.folder()]);
    assert!(before["restored"].is_string(), "{before}");
    let done = json(&["restored", &house.folder()]);
    assert_eq!(done["sessions_ended"], true);
    let after = json(&["info", &house.folder()]);
    assert_ne!(after["incarnation"], before["incarnation"]);
    assert!(after["restored"].is_null(), "{after}");
    assert_eq!(house.verdicts(&house.folder()), House::all_ended());
}

#[test]
fn sessions_live_on_if_somebody_answers_for_it() {
    let house = House::new();
    put_back(&house);
    let said = said(&["restored", &house.folder(), "--keep-sessions"]);
    assert!(said.contains("live"), "{said}");
    assert_eq!(
        house.verdicts(&house.folder()),
        House::as_it_was(),
        "whoever had signed out is back, as was said"
    );
}

/// What is put back is no source for a move before somebody has decided about its sessions.
#[test]
fn a_restored_store_is_not_exported() {
    let house = House::new();
    put_back(&house);
    let (code, why) = refused(&["export", &house.folder(), "-"]);
    assert_eq!(code, 1);
    assert!(why.contains("handstamp store restored"), "{why}");
    said(&["restored", &house.folder()]);
    said(&["export", &house.folder(), "-"]);
}

#[test]
fn both_decisions_at_once_are_none() {
    let house = House::new();
    assert_eq!(refused(&["restored", &house.folder(), "--end-sessions", "--keep-sessions"]).0, 2);
}
