//! `handstamp audit import` on what a real browser recorded: a Chromium that signs in, looks at its page and signs out.

use std::fs;

use serde_json::Value;

use crate::{
    support::{audit, parts},
    target::{ALICE, Target},
};

const RECORDED: &str = include_str!("recorded/login.har");
const WHO: [&str; 6] = ["--user", "alice", "--password-env", ALICE.0, "--marker", "alice@example.test"];

/// Every value that a cookie or a field of the archive holds and that nobody typed in public.
fn secrets() -> Vec<String> {
    let archive: Value = serde_json::from_str(RECORDED).unwrap();
    let mut all = vec![ALICE.1.to_owned()];
    for entry in archive["log"]["entries"].as_array().unwrap() {
        for place in ["/request/cookies", "/response/cookies", "/request/postData/params"] {
            let fields = entry.pointer(place).and_then(Value::as_array).into_iter().flatten();
            let values = fields.filter(|field| field["name"] != "user").map(|field| field["value"].as_str());
            all.extend(values.flatten().filter(|value| !value.is_empty()).map(str::to_owned));
        }
    }
    all
}

#[test]
fn a_recorded_login_becomes_a_recipe_that_works_and_holds_no_secret() {
    let target = Target::open();
    let archive = RECORDED.replace("http://localhost:8080", &target.address());
    fs::write(target.folder.path().join("login.har"), archive).unwrap();
    let (code, printed, said) = parts(&target.audit(&[&["import", "login.har"][..], &WHO].concat()));
    assert_eq!(code, Some(0), "{printed}{said}");
    for line in ["login: POST /login", "whoami: GET /account", "logout: POST /logout", "wrote recipe.toml"] {
        assert!(said.contains(line), "{line} missing in\n{said}");
    }
    let text = target.private("recipe.toml");
    let secrets = secrets();
    assert!(secrets.len() > 4, "the archive has lost its cookies and fields: {}", secrets.len());
    for secret in secrets {
        assert!(!text.contains(&secret) && !said.contains(&secret), "{secret} is in\n{text}{said}");
    }
    let (code, printed, said) = parts(&target.audit(&["doctor", "recipe.toml"]));
    assert_eq!(code, Some(0), "{printed}{said}");
    assert!(printed.contains("works      login ") && printed.contains("works      logout"), "{printed}");
}

#[test]
fn without_the_password_a_login_is_known_by_the_name_of_its_field() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("login.har"), RECORDED).unwrap();
    let mut command = audit(folder.path(), &[&["import", "login.har"][..], &WHO].concat());
    let (code, _, said) = parts(&command.env_remove(ALICE.0).output().unwrap());
    assert_eq!(code, Some(0), "{said}");
    let text = fs::read_to_string(folder.path().join("recipe.toml")).unwrap();
    for secret in secrets() {
        assert!(!text.contains(&secret), "{secret} is in\n{text}");
    }
    assert!(text.contains("password = \"{{password}}\""), "{text}");
}

#[test]
fn what_cannot_be_imported_is_told_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let import = |name: &str, user: &str| {
        parts(&audit(folder.path(), &["import", name, "--user", user]).output().unwrap())
    };
    fs::write(folder.path().join("login.har"), RECORDED).unwrap();
    fs::write(folder.path().join("page.har"), "<html>").unwrap();
    for (name, user, wanted) in [
        ("missing.har", "alice", "missing.har"),
        ("page.har", "alice", "page.har: this is no HTTP archive"),
        ("login.har", "carol", "sends the user \"carol\" and a password"),
    ] {
        let (code, _, said) = import(name, user);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(wanted), "{said}");
        assert!(!folder.path().join("recipe.toml").exists());
    }
    fs::write(folder.path().join("recipe.toml"), "hours of work").unwrap();
    let (code, _, said) = import("login.har", "alice");
    assert!(code == Some(2) && said.contains("--force replaces it"), "{said}");
    assert_eq!(fs::read_to_string(folder.path().join("recipe.toml")).unwrap(), "hours of work");
}
