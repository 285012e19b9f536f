//! `handstamp demo` and the folder in which it keeps its state.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

/// The demo on a free port, with no folder but the one that the arguments name.
fn demo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handstamp"));
    command.args(["demo", "--port", "0"]).args(arguments).env_remove("HOME").env_remove("XDG_STATE_HOME");
    command
}

fn refused(output: &Output) -> String {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!output.status.success(), "{said}");
    assert!(said.starts_with("handstamp demo: "), "{said}");
    said
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn without_a_home_it_says_how_to_name_a_folder() {
    let said = refused(&demo(&[]).output().unwrap());
    assert!(said.contains("--state DIR") && said.contains("--memory"), "{said}");
}

#[test]
fn a_movable_clock_wants_a_folder_of_its_own() {
    let home = tempfile::tempdir().unwrap();
    let said = refused(&demo(&["--test-clock"]).env("HOME", home.path()).output().unwrap());
    assert!(said.contains("--test-clock") && said.contains("--state DIR"), "{said}");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "the home folder is not touched");
}

#[test]
fn damaged_accounts_are_named_and_left_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("accounts.json");
    fs::write(&file, r#"{"version":1,"accounts":[{"id":"acc_1","#).unwrap();
    let said = refused(&demo(&["--state", text(folder.path())]).output().unwrap());
    assert!(said.contains(text(&file)) && said.contains("is damaged"), "{said}");
    assert_eq!(fs::read(&file).unwrap(), br#"{"version":1,"accounts":[{"id":"acc_1","#);
}
