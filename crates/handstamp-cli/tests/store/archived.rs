//! The change log in a file that outlives it.

use std::fs;

use crate::support::{House, json, said};

#[test]
fn an_archive_is_appended_to_and_holds_each_entry_once() {
    let house = House::new();
    let file = house.path("log.jsonl");
    let first = json(&["archive", &house.folder(), &file]);
    assert_eq!((&first["entries"], &first["gaps"]), (&22.into(), &0.into()));
    house.open(async |sessions| {
        sessions.account(&House::account("person-3")).end_all().await.unwrap();
    });
    assert_eq!(json(&["archive", &house.folder(), &file])["entries"], 1);
    assert!(said(&["archive", &house.folder(), &file]).contains("entries"), "nothing new is no error");
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text.matches("\"entry\":").count(), 23);
    assert_eq!(text.matches("signed_in").count(), 21);
    assert_eq!(text.matches("account_ended").count(), 1);
}

#[test]
fn a_realm_has_an_archive_of_its_own() {
    let house = House::new();
    let file = house.path("other.jsonl");
    assert_eq!(json(&["archive", &house.folder(), &file, "--realm", "other"])["entries"], 0);
    let (code, why) = crate::support::refused(&["archive", &house.folder(), &file]);
    assert_eq!(code, 1);
    assert!(why.contains("other"), "{why}");
    assert_eq!(crate::support::refused(&["archive", &house.folder(), &file, "--realm", "No!"]).0, 2);
}

/// What was restored is another life: the archive says that something may be missing.
#[test]
fn after_a_restore_there_is_a_gap() {
    let house = House::new();
    let file = house.path("log.jsonl");
    said(&["archive", &house.folder(), &file]);
    said(&["restored", &house.folder()]);
    let after = json(&["archive", &house.folder(), &file]);
    assert_eq!(after["gaps"], 1, "{after}");
}
