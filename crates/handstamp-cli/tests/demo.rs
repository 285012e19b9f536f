//! `handstamp demo` and the folder in which it keeps its state.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
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

/// A demo that listens. It is killed when dropped.
struct Running(Child);

impl Running {
    fn on(folder: &Path) -> Self {
        let mut command = demo(&["--state", text(folder)]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let running = Self(child);
        assert!(address.starts_with("http://localhost:"), "it listens nowhere: {address:?}");
        running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
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

#[test]
fn a_second_demo_on_the_same_folder_is_told_who_has_it_until_that_one_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let first = Running::on(folder.path());
    let said = refused(&demo(&["--state", text(folder.path())]).output().unwrap());
    assert!(said.contains(text(folder.path())) && said.contains("is in use"), "{said}");
    assert!(said.contains(&first.0.id().to_string()), "{said}");
    // Killed, and so without a word: the system lets go of the file.
    drop(first);
    Running::on(folder.path());
}

#[cfg(unix)]
#[test]
fn a_demo_that_is_asked_to_stop_ends_well_and_names_its_folder_first() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("made/at/start");
    let mut command = demo(&["--state", text(&state)]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains(&format!("State: {}", state.display())), "{said}");
    let names = ["accounts.json", "default.key", "sessions.redb"];
    assert!(names.iter().all(|name| state.join(name).exists()), "{said}");
}
