//! A folder with a store in it, and the binary.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use handstamp::{
    AccountId, Activity, RealmKey, Sessions,
    store::EmbeddedStore,
    testing::{SignedInClient, sign_in_as},
};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) fn handstamp(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_handstamp"))
        .arg("store")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// What a verb prints that succeeds.
pub(crate) fn said(arguments: &[&str]) -> String {
    let output = handstamp(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", errors(&output));
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&said(&[arguments, &["--json"]].concat())).unwrap()
}

/// The exit code and the error of a verb that does not succeed.
pub(crate) fn refused(arguments: &[&str]) -> (i32, String) {
    let output = handstamp(arguments);
    let code = output.status.code().unwrap();
    assert_ne!(code, 0, "{arguments:?} succeeded");
    (code, errors(&output))
}

pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A store in a folder of its own, closed, as a program leaves it.
pub(crate) struct House {
    pub(crate) temporary: TempDir,
    pub(crate) key: RealmKey,
    pub(crate) clients: Vec<SignedInClient>,
}

impl House {
    /// Twenty people are signed in, one of them on a second device that has signed out.
    pub(crate) fn new() -> Self {
        let mut house =
            Self { temporary: TempDir::new().unwrap(), key: RealmKey::generate(), clients: Vec::new() };
        let clients = house.open(async |sessions| {
            let mut clients = Vec::new();
            for number in 0..20 {
                clients.push(sign_in_as(sessions, &format!("person-{number}")).await);
            }
            let second = sign_in_as(sessions, "person-0").await;
            sessions.sign_out(&second.session).await.unwrap();
            clients.push(second);
            clients
        });
        house.clients = clients;
        house
    }

    pub(crate) fn folder(&self) -> String {
        self.path("state")
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.temporary.path().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn file(&self) -> PathBuf {
        Path::new(&self.folder()).join("sessions.redb")
    }

    /// Does something with the sessions in the house's own folder and closes it again.
    pub(crate) fn open<T>(&self, work: impl AsyncFnOnce(&Sessions) -> T) -> T {
        self.open_at(&self.folder(), work)
    }

    /// The same in another folder, under the same realm key.
    pub(crate) fn open_at<T>(&self, folder: &str, work: impl AsyncFnOnce(&Sessions) -> T) -> T {
        let store = EmbeddedStore::open(folder).unwrap();
        let sessions = Sessions::builder(store).key(self.key.clone()).build().unwrap();
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work(&sessions))
    }

    /// The verdicts on the twenty who were signed in and the one who was not, in a folder.
    pub(crate) fn verdicts(&self, folder: &str) -> Vec<String> {
        self.open_at(folder, async |sessions| {
            let mut verdicts = Vec::new();
            for client in &self.clients {
                let verdict = sessions.resume(client.token.expose().as_bytes(), Activity::Watch).await;
                verdicts.push(verdict.as_str().to_owned());
            }
            verdicts
        })
    }

    /// Twenty in, one out: as it was left.
    pub(crate) fn as_it_was() -> Vec<String> {
        let mut verdicts = vec!["active".to_owned(); 20];
        verdicts.push("ended".to_owned());
        verdicts
    }

    /// Nobody in.
    pub(crate) fn all_ended() -> Vec<String> {
        vec!["ended".to_owned(); 21]
    }

    pub(crate) fn account(name: &str) -> AccountId {
        AccountId::new(name).unwrap()
    }
}
