//! A backup is put back: sessions that were ended since it was made would come back to life with it. So
//! all of them end, unless the operator says otherwise, and whoever follows the log is told to begin anew.

use std::{fs, path::Path};

use handstamp::{
    LogNews, LogPosition, Sessions, Verdict,
    store::{AfterRestore, EmbeddedOptions, EmbeddedStore, Incarnation, Store},
    testing::FakeClock,
};

use crate::kit::{self, Client};

const FILE: &str = "sessions.redb";

/// How somebody puts a backup back.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// The file's content is replaced.
    FileInPlace,
    /// The file is replaced by another one.
    FileMovedIn,
    /// Each file's content is replaced, as `cp -r backup/. state/` does.
    FolderInPlace,
    /// The folder is replaced by another one.
    FolderMovedIn,
    /// The store goes on in the folder of the backup.
    BackupItself,
}

const WAYS: [Way; 5] =
    [Way::FileInPlace, Way::FileMovedIn, Way::FolderInPlace, Way::FolderMovedIn, Way::BackupItself];

/// A store with a past.
struct Past {
    /// Signed in before the backup, and out after it.
    ended: Client,
    /// Signed in before the backup.
    older: Client,
    /// Signed in after the backup.
    younger: Client,
    incarnation: Incarnation,
    position: LogPosition,
}

#[test]
fn sessions_of_a_restored_backup_end() {
    for way in WAYS {
        for running in [false, true] {
            let folders = tempfile::tempdir().unwrap();
            let (past, state) = past(folders.path(), way, running);
            let context = format!("{way:?}, copied while running: {running}");
            life(&state, &kit::options(), async |store, sessions| {
                for client in [&past.ended, &past.older, &past.younger] {
                    assert!(!client.is_active(&sessions).await, "{context}: somebody is back");
                }
                let verdict = past.older.verdict(&sessions).await;
                assert!(matches!(verdict, Verdict::Ended(_)), "{context}: {verdict:?}");
                let mut reader = sessions.log_from(past.position.clone());
                assert!(matches!(reader.next(100).await.unwrap(), LogNews::Behind), "{context}");
                assert_ne!(store.heads().await.unwrap().incarnation, past.incarnation, "{context}");
            });
            // What begins after the restore is a session like any other, and a restart is no restore.
            let mut new = None;
            life(&state, &kit::options(), async |_, sessions| {
                new = Some(Client::sign_in(&sessions, "carol").await.unwrap());
            });
            life(&state, &kit::options(), async |_, sessions| {
                new.unwrap().active(&sessions).await;
                assert!(!past.older.is_active(&sessions).await, "{context}");
            });
        }
    }
}

#[test]
fn sessions_of_a_moved_store_live_if_the_operator_says_so() {
    for way in WAYS {
        let folders = tempfile::tempdir().unwrap();
        let (past, state) = past(folders.path(), way, false);
        let options = kit::options().after_restore(AfterRestore::KeepSessions);
        life(&state, &options, async |_, sessions| {
            past.older.active(&sessions).await;
            past.ended.active(&sessions).await;
            let mut reader = sessions.log_from(past.position.clone());
            assert!(matches!(reader.next(100).await.unwrap(), LogNews::Behind), "{way:?}");
        });
    }
}

/// Lives a while, makes a backup, lives on, and puts the backup back.
fn past(folders: &Path, way: Way, running: bool) -> (Past, std::path::PathBuf) {
    let (state, backup) = (folders.join("state"), folders.join("backup"));
    let mut before = None;
    life(&state, &kit::options(), async |_, sessions| {
        let ended = Client::sign_in(&sessions, "alice").await.unwrap();
        let older = Client::sign_in(&sessions, "alice").await.unwrap();
        if running {
            copy(&state, &backup);
        }
        before = Some((ended, older));
    });
    if !running {
        copy(&state, &backup);
    }
    let (ended, older) = before.unwrap();
    let mut past = None;
    life(&state, &kit::options(), async |store, sessions| {
        ended.sign_out(&sessions).await.unwrap();
        let younger = Client::sign_in(&sessions, "bob").await.unwrap();
        let incarnation = store.heads().await.unwrap().incarnation;
        let position = sessions.log().await.unwrap().position().clone();
        past = Some(Past { ended, older, younger, incarnation, position });
    });
    (past.unwrap(), way.put_back(&state, &backup))
}

impl Way {
    /// Where the store is afterwards.
    fn put_back(self, state: &Path, backup: &Path) -> std::path::PathBuf {
        match self {
            Self::FileInPlace => drop(fs::copy(backup.join(FILE), state.join(FILE)).unwrap()),
            Self::FileMovedIn => {
                fs::copy(backup.join(FILE), state.join("copy")).unwrap();
                fs::rename(state.join("copy"), state.join(FILE)).unwrap();
            }
            Self::FolderInPlace => copy(backup, state),
            Self::FolderMovedIn => {
                fs::rename(state, state.with_extension("old")).unwrap();
                copy(backup, state);
            }
            Self::BackupItself => return backup.to_owned(),
        }
        state.to_owned()
    }
}

/// Copies every file of a folder, over what is there.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// The store is opened, used and closed.
fn life(state: &Path, options: &EmbeddedOptions, live: impl AsyncFnOnce(EmbeddedStore, Sessions)) {
    kit::runtime().block_on(async {
        let store = options.open(state).unwrap();
        let sessions = kit::sessions(&store, state, &FakeClock::new()).build().unwrap();
        live(store, sessions).await;
    });
}
