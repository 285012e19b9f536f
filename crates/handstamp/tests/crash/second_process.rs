//! One process holds the file; a second one is told which, and may wait for it.

use std::{path::Path, thread, time::Duration};

use handstamp::store::{EmbeddedStore, OpenError};

use crate::child::{Child, Job, tell, wait};

#[test]
fn a_second_process_is_told_who_holds_the_file_and_may_wait_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut holder = Child::start(&Job::Hold { folder: folder.path().to_owned() });
    assert_eq!(holder.report().unwrap(), "\"held\"");

    let refused = EmbeddedStore::open(folder.path()).unwrap_err();
    let OpenError::InUse { holder: name, .. } = &refused else { panic!("{refused}") };
    assert!(name.contains(&holder.id().to_string()), "{name}");
    let told = refused.to_string();
    assert!(told.contains(&folder.path().display().to_string()) && told.contains("wait_for_lock"), "{told}");

    let waiting = {
        let folder = folder.path().to_owned();
        thread::spawn(move || EmbeddedStore::options().wait_for_lock(Duration::from_secs(30)).open(folder))
    };
    // It is refused for as long as the other one holds the file.
    assert!(EmbeddedStore::open(folder.path()).is_err());
    assert!(!waiting.is_finished());
    holder.go_on();
    holder.end();
    let store = waiting.join().unwrap().unwrap();
    drop(store);
    drop(EmbeddedStore::open(folder.path()).unwrap());
}

#[test]
fn a_second_opening_in_the_same_process_is_refused_too() {
    let folder = tempfile::tempdir().unwrap();
    let first = EmbeddedStore::open(folder.path()).unwrap();
    let clone = first.clone();
    let refused = EmbeddedStore::open(folder.path()).unwrap_err();
    let OpenError::InUse { holder, .. } = &refused else { panic!("{refused}") };
    assert!(holder.contains(&std::process::id().to_string()), "{holder}");
    drop(first);
    assert!(EmbeddedStore::open(folder.path()).is_err(), "a clone holds it");
    drop(clone);
    drop(EmbeddedStore::open(folder.path()).unwrap());
}

/// What the child does.
pub(crate) fn hold(folder: &Path) {
    let store = EmbeddedStore::open(folder).unwrap();
    tell(&"held");
    wait();
    drop(store);
}
