//! Files that are not what was written, and folders that are not whole.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use handstamp::{
    EndReason, Verdict,
    store::{AfterRestore, EmbeddedStore, OpenError, Store},
    testing::{FakeClock, SignedInClient, sign_in_as},
};
use redb::{Database, TableDefinition};

use crate::support::{on, verdict};

const SESSIONS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("sessions");
const SCHEMA: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("schema");

fn file(folder: &Path) -> std::path::PathBuf {
    folder.join("sessions.redb")
}

/// Changes the file behind the store's back.
fn tamper(folder: &Path, table: TableDefinition<'_, &[u8], &[u8]>, key: &[u8], value: &[u8]) {
    let database = Database::open(file(folder)).unwrap();
    let mut transaction = database.begin_write().unwrap();
    transaction.set_quick_repair(true);
    transaction.open_table(table).unwrap().insert(key, value).unwrap();
    transaction.commit().unwrap();
}

#[test]
fn what_is_no_session_file_is_named_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let text = b"not a store of sessions, but somebody's only copy of something".repeat(200);
    fs::write(file(folder.path()), &text).unwrap();
    let error = EmbeddedStore::open(folder.path()).unwrap_err();
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error}");
    assert!(error.to_string().contains("sessions.redb"), "{error}");
    assert_eq!(fs::read(file(folder.path())).unwrap(), text);
}

#[test]
fn a_later_schema_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    drop(EmbeddedStore::open(folder.path()).unwrap());
    tamper(folder.path(), SCHEMA, b"version", &2_u64.to_be_bytes());
    let error = EmbeddedStore::open(folder.path()).unwrap_err();
    assert!(matches!(error, OpenError::Newer { found: 2, known: 1, .. }), "{error}");
}

/// Keys of the file: cell, realm, a zero byte, id.
fn key_of(client: &SignedInClient) -> Vec<u8> {
    let id = client.id();
    [&id.as_bytes()[..1], b"default\0", id.as_bytes()].concat()
}

#[tokio::test]
async fn a_broken_row_is_an_error_for_its_session_and_for_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let clock = FakeClock::new();
    let key = handstamp::RealmKey::generate();
    let sessions = |store: &EmbeddedStore| {
        let builder = handstamp::Sessions::builder(store.clone()).key(key.clone()).without_near_cache();
        builder.clock(clock.clone()).build().unwrap()
    };
    let store = EmbeddedStore::open(folder.path()).unwrap();
    let (broken, whole) = {
        let sessions = sessions(&store);
        (sign_in_as(&sessions, "ann").await, sign_in_as(&sessions, "bob").await)
    };
    drop(store);
    tamper(folder.path(), SESSIONS, &key_of(&broken), b"\x01garbage");

    let store = EmbeddedStore::open(folder.path()).unwrap();
    let sessions = sessions(&store);
    let Verdict::Unknown(error) = verdict(&sessions, &broken).await else { panic!("it cannot be read") };
    let told = error.to_string();
    assert!(told.contains(&folder.path().display().to_string()), "{told}");
    assert!(told.contains("handstamp store check"), "{told}");
    assert!(matches!(verdict(&sessions, &whole).await, Verdict::Active(_)));
    // At once, so that they share a group: the one fails, the other does not.
    let (failed, done) = tokio::join!(sessions.end_as_admin(broken.id()), sessions.end_as_admin(whole.id()));
    assert!(failed.is_err());
    done.unwrap();
    assert!(matches!(verdict(&sessions, &whole).await, Verdict::Ended(EndReason::Admin)));
    drop((sessions, store));
    let database = Database::open(file(folder.path())).unwrap();
    let table = redb::ReadableDatabase::begin_read(&database).unwrap().open_table(SESSIONS).unwrap();
    let row = table.get(key_of(&broken).as_slice()).unwrap().unwrap();
    assert_eq!(row.value(), b"\x01garbage", "it is left as it is");
}

#[tokio::test]
async fn a_file_without_its_witness_is_taken_for_a_restored_one() {
    let folder = tempfile::tempdir().unwrap();
    let (clock, key) = (FakeClock::new(), handstamp::RealmKey::generate());
    let open = |choice| {
        let store = EmbeddedStore::options().after_restore(choice).open(folder.path()).unwrap();
        let builder = handstamp::Sessions::builder(store).key(key.clone()).clock(clock.clone());
        builder.build().unwrap()
    };
    let sessions = open(AfterRestore::EndSessions);
    let client = sign_in_as(&sessions, "ann").await;
    drop(sessions);
    fs::remove_file(folder.path().join("witness.json")).unwrap();
    let sessions = open(AfterRestore::KeepSessions);
    assert!(matches!(verdict(&sessions, &client).await, Verdict::Active(_)), "kept, as was asked");
    drop(sessions);
    fs::remove_file(folder.path().join("witness.json")).unwrap();
    let sessions = open(AfterRestore::EndSessions);
    assert!(matches!(verdict(&sessions, &client).await, Verdict::Ended(EndReason::RealmEnded)));
    drop(sessions);
    let sessions = open(AfterRestore::KeepSessions);
    assert!(matches!(verdict(&sessions, &client).await, Verdict::Ended(_)), "for good");
}

#[tokio::test]
async fn folder_file_and_key_are_their_owners_alone() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("state");
    let sessions = handstamp::Sessions::embedded(&folder).unwrap().build().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for file in ["sessions.redb", "default.key", "witness.json", "reserve"] {
        assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
    }
    drop(sessions);
}

#[tokio::test]
async fn a_store_that_is_open_counts_right() {
    let folder = tempfile::tempdir().unwrap();
    let store = EmbeddedStore::open(folder.path()).unwrap();
    let sessions = on(&store, &FakeClock::new());
    for account in ["ann", "ann", "bob"] {
        sign_in_as(&sessions, account).await;
    }
    let leaving = sign_in_as(&sessions, "bob").await;
    sessions.end_as_admin(leaving.id()).await.unwrap();
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.live, stats.ended, stats.accounts, stats.entries), (3, 1, 2, 5));
}
