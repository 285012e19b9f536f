//! A store with something of everything in it, and its export.

use std::sync::Arc;

use handstamp::{
    AccountId, Policy, RealmKey, RealmName, Sessions, Timestamp,
    store::{MemoryStore, Store},
    testing::{FakeClock, sign_in_as},
    transfer::{Export, Import, ImportError, ImportSummary},
};

pub(crate) const EXPORTED_AT: Timestamp = Timestamp::from_millis(1_800_000_000_000);

pub(crate) fn on(store: &Arc<MemoryStore>, realm: &str, key: RealmKey) -> Sessions {
    let sessions = Sessions::builder((**store).clone()).key(key).clock(FakeClock::new());
    sessions.realm(RealmName::new(realm).unwrap()).policy(Policy::aal2()).build().unwrap()
}

/// Sessions live and ended, an account on hold, one with changed credentials, one that was erased, a
/// realm that was ended.
pub(crate) async fn house() -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::new());
    let sessions = on(&store, "default", RealmKey::generate());
    for number in 0..40 {
        sign_in_as(&sessions, &format!("person-{number}")).await;
    }
    let account = |name: &str| sessions.account(&AccountId::new(name).unwrap());
    account("person-1").end_all().await.unwrap();
    account("person-2").hold().await.unwrap();
    account("person-3").credentials_changed().await.unwrap();
    account("person-4").erase().await.unwrap();
    let other = on(&store, "other", RealmKey::generate());
    sign_in_as(&other, "person-1").await;
    other.end_realm().await.unwrap();
    sign_in_as(&other, "person-1").await;
    store
}

pub(crate) async fn export(store: &Arc<MemoryStore>) -> Vec<u8> {
    drain(Export::begin(store.clone(), EXPORTED_AT).await.unwrap()).await
}

pub(crate) async fn drain(mut export: Export) -> Vec<u8> {
    let mut file = Vec::new();
    while let Some(lines) = export.next().await.unwrap() {
        file.extend_from_slice(&lines);
    }
    file
}

pub(crate) async fn import(store: &Arc<MemoryStore>, file: &[u8]) -> Result<ImportSummary, ImportError> {
    let mut import = Import::new(store.clone() as Arc<dyn Store>);
    for line in whole_lines(file) {
        import.line(line).await?;
    }
    import.finish().await
}

/// The lines that end in a line break.
pub(crate) fn whole_lines(file: &[u8]) -> Vec<&[u8]> {
    let whole = file.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    file[..whole].split_inclusive(|byte| *byte == b'\n').map(|line| &line[..line.len() - 1]).collect()
}

/// Everything between the first and the last line.
pub(crate) fn rows(file: &[u8]) -> Vec<String> {
    let lines = whole_lines(file);
    lines[1..lines.len() - 1].iter().map(|line| String::from_utf8(line.to_vec()).unwrap()).collect()
}
