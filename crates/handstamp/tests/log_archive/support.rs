//! Sessions whose log is archived, and what stands in the file.

use std::{
    fs,
    path::{Path, PathBuf},
};

use handstamp::{
    Archived, LogNews, RealmName, Sessions,
    device::DeviceFacts,
    store::{MemoryStore, Store},
};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) struct World {
    pub(crate) sessions: Sessions,
    pub(crate) path: PathBuf,
    _folder: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::on(MemoryStore::new())
    }

    pub(crate) fn on(store: impl Store) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sessions = Sessions::builder(store).build().unwrap();
        Self { sessions, path: folder.path().join("sessions.log"), _folder: folder }
    }

    /// So many entries in the log.
    pub(crate) async fn happen(&self, entries: usize) {
        happen(&self.sessions, entries).await;
    }

    /// Opens the archive as a new process does, and catches up.
    pub(crate) async fn archive(&self) -> Archived {
        self.sessions.archive_log(&self.path).await.unwrap().catch_up().await.unwrap()
    }

    /// The archive holds every entry of the log once, and no gap.
    pub(crate) async fn is_complete(&self) {
        let mut reader = self.sessions.log_from_start().await.unwrap();
        let mut expected = Vec::new();
        loop {
            let LogNews::Entries(entries) = reader.next(1000).await.unwrap() else { panic!("trimmed") };
            if entries.is_empty() {
                break;
            }
            expected.extend(entries.iter().map(|entry| (u64::from(entry.cell.number()), entry.position)));
        }
        expected.sort_unstable();
        let mut found = entries(&self.path);
        found.sort_unstable();
        assert_eq!(found, expected);
        assert_eq!(gaps(&self.path), Vec::<Value>::new());
    }
}

pub(crate) async fn happen(sessions: &Sessions, entries: usize) {
    for _ in 0..entries {
        sessions.begin(DeviceFacts::default()).await.unwrap();
    }
}

pub(crate) fn other_realm(store: &MemoryStore) -> Sessions {
    Sessions::builder(store.clone()).realm(RealmName::new("other").unwrap()).build().unwrap()
}

/// Every line, each of which must be whole.
pub(crate) fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Cell and position of every entry, in the order of the file.
pub(crate) fn entries(path: &Path) -> Vec<(u64, u64)> {
    let place = |line: &Value| {
        let entry = line.get("entry")?;
        Some((entry["cell"].as_u64()?, entry["position"].as_u64()?))
    };
    lines(path).iter().filter_map(place).collect()
}

pub(crate) fn gaps(path: &Path) -> Vec<Value> {
    lines(path).iter().filter_map(|line| line.get("gap").cloned()).collect()
}
