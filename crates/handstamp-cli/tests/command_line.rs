//! The command line as it is typed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    net::TcpListener,
    process::{Command, Output},
};

fn handstamp(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_handstamp")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn help_teaches_by_examples() {
    let output = handstamp(&["--help"]);
    assert!(output.status.success());
    let help = text(&output.stdout);
    for part in ["handstamp demo", "handstamp keys new", "handstamp policy aal2", "RUST_LOG"] {
        assert!(help.contains(part), "{part} missing in\n{help}");
    }
}

#[test]
fn a_new_key_is_one_that_the_library_takes_and_never_the_same() {
    let keys = [handstamp(&["keys", "new"]), handstamp(&["keys", "new"])].map(|output| text(&output.stdout));
    assert_ne!(keys[0], keys[1]);
    for key in keys {
        handstamp::RealmKey::parse(&key).unwrap();
    }
}

#[test]
fn a_policy_says_how_it_differs_from_each_level() {
    let printed = text(&handstamp(&["policy", "aal1"]).stdout);
    assert!(printed.contains("AAL1:        met"), "{printed}");
    assert!(printed.contains("section 2.3.3"), "{printed}");
    let json = text(&handstamp(&["policy", "aal3", "--json"]).stdout);
    let policy: handstamp::Policy = serde_json::from_str(&json).unwrap();
    assert_eq!(policy, handstamp::Policy::aal3());
}

#[test]
fn a_taken_port_is_said_with_what_to_do() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = handstamp(&["demo", "--memory", "--port", &port]);
    assert!(!output.status.success());
    let said = text(&output.stderr);
    assert!(said.contains(&port) && said.contains("--port 0"), "{said}");
}

#[test]
fn a_word_that_is_not_there_is_refused() {
    let output = handstamp(&["demo", "--prot", "1"]);
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("--port"));
}
