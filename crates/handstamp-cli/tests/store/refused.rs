//! Folders that cannot be worked on, and what is said then.

use std::fs;

use handstamp::store::EmbeddedStore;
use redb::{ReadableDatabase as _, ReadableTableMetadata as _, TableHandle as _};

use crate::support::{House, refused};

/// Every verb with the arguments it needs, on this folder.
fn verbs<'a>(folder: &'a str, file: &'a str) -> Vec<Vec<&'a str>> {
    vec![
        vec!["info", folder],
        vec!["check", folder],
        vec!["compact", folder],
        vec!["restored", folder],
        vec!["export", folder, file],
        vec!["archive", folder, file],
    ]
}

#[test]
fn a_folder_without_a_store_is_named_and_nothing_is_made() {
    let house = House::new();
    let (missing, file) = (house.path("nowhere"), house.path("file.jsonl"));
    for verb in verbs(&missing, &file) {
        let (code, why) = refused(&verb);
        assert_eq!(code, 1, "{verb:?}: {why}");
        assert!(why.contains("nowhere") && why.contains("sessions.redb"), "{verb:?}: {why}");
        assert!(!fs::exists(&missing).unwrap(), "{verb:?} made a folder");
    }
}

#[test]
fn a_store_in_use_is_named_with_its_holder() {
    let house = House::new();
    let (folder, file) = (house.folder(), house.path("file.jsonl"));
    let export = house.path("moved.jsonl");
    crate::support::said(&["export", &folder, &export]);
    let holder = EmbeddedStore::open(&folder).unwrap();
    let process = std::process::id().to_string();
    let mut all = verbs(&folder, &file);
    all.push(vec!["import", &folder, &export]);
    for verb in all {
        let (code, why) = refused(&verb);
        assert_eq!(code, 4, "{verb:?}: {why}");
        assert!(why.contains("in use by") && why.contains(&process), "{verb:?}: {why}");
        assert!(why.contains("--wait SECONDS"), "{verb:?}: {why}");
    }
    drop(holder);
    crate::support::said(&["info", &folder]);
}

#[test]
fn a_file_of_a_later_version_is_left_alone() {
    let house = House::new();
    let (folder, file) = (house.folder(), house.path("file.jsonl"));
    let schema = redb::TableDefinition::<&[u8], &[u8]>::new("schema");
    let database = redb::Database::open(house.file()).unwrap();
    let transaction = database.begin_write().unwrap();
    let version = 99_u64.to_be_bytes();
    transaction.open_table(schema).unwrap().insert(b"version".as_slice(), version.as_slice()).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let before = content(&house);
    for verb in verbs(&folder, &file) {
        let (code, why) = refused(&verb);
        assert_eq!(code, 1, "{verb:?}: {why}");
        assert!(why.contains("schema 99") && why.contains("newer version"), "{verb:?}: {why}");
    }
    assert_eq!(content(&house), before);
}

/// The tables of the file and how many rows each has. Its length was compared once, and changed now and then: opening a
/// file gives unused pages at its end back.
fn content(house: &House) -> Vec<(String, u64)> {
    let database = redb::Database::open(house.file()).unwrap();
    let transaction = database.begin_read().unwrap();
    let tables = transaction.list_tables().unwrap();
    let mut all: Vec<_> = tables
        .map(|table| {
            let name = table.name().to_owned();
            (name, transaction.open_untyped_table(table).unwrap().len().unwrap())
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_file_of_something_else_is_damage() {
    let house = House::new();
    fs::write(house.file(), "this is no session store\n".repeat(1000)).unwrap();
    let (code, why) = refused(&["info", &house.folder()]);
    assert_eq!(code, 1);
    assert!(why.contains("sessions.redb") && why.contains("backup"), "{why}");
    assert_eq!(refused(&["check", &house.folder()]).0, 3);
}

#[test]
fn an_export_to_nowhere_and_a_resumed_pipe_are_refused() {
    let house = House::new();
    let (code, why) = refused(&["export", &house.folder(), &house.path("no/such/folder/file")]);
    assert_eq!(code, 1);
    assert!(why.contains("no/such/folder/file"), "{why}");
    let (code, why) = refused(&["export", &house.folder(), "-", "--resume"]);
    assert_eq!(code, 1);
    assert!(why.contains("standard output"), "{why}");
    let (code, why) = refused(&["import", &house.path("new"), &house.path("no-such-file")]);
    assert_eq!(code, 1);
    assert!(why.contains("no-such-file"), "{why}");
    let other = house.path("letter.txt");
    fs::write(&other, "no archive\n").unwrap();
    let (code, why) = refused(&["archive", &house.folder(), &other]);
    assert_eq!(code, 1);
    assert!(why.contains("no archive of the change log"), "{why}");
}
