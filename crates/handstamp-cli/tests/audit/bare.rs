//! Verbs that ask no application.

use std::fs;

use crate::support::{audit, parts};

#[test]
fn every_check_is_listed_and_can_be_explained() {
    let folder = tempfile::tempdir().unwrap();
    let (code, json, _) = parts(&audit(folder.path(), &["list-checks", "--json"]).output().unwrap());
    assert_eq!(code, Some(0));
    let listed: serde_json::Value = serde_json::from_str(&json).unwrap();
    let ids: Vec<_> = listed.as_array().unwrap().iter().map(|check| check["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"SA-END-01") && ids.contains(&"SA-FIX-01"), "{ids:?}");
    let (_, table, _) = parts(&audit(folder.path(), &["list-checks"]).output().unwrap());
    for id in &ids {
        assert!(table.contains(id), "{id} is not in\n{table}");
    }
    for spelling in ["SA-END-01", "end-01"] {
        let (code, text, _) = parts(&audit(folder.path(), &["explain", spelling]).output().unwrap());
        assert_eq!(code, Some(0));
        for part in ["What to do where it fails", "7.4.1", "WSTG-SESS-06", "CWE-613", "[steps.logout]"] {
            assert!(text.contains(part), "{part} missing in\n{text}");
        }
    }
    let (code, _, said) = parts(&audit(folder.path(), &["explain", "SA-XXX-01"]).output().unwrap());
    assert!(code == Some(2) && said.contains("SA-END-01"), "{said}");
}

#[test]
fn a_plan_needs_no_password_and_says_what_would_unlock_more() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = crate::shop::recipe(([127, 0, 0, 1], 1).into());
    fs::write(folder.path().join("recipe.toml"), recipe).unwrap();
    let mut command = audit(folder.path(), &["plan", "recipe.toml", "--profile", "quick"]);
    let (code, text, said) = parts(&command.env_remove("ALICE").env_remove("BOB").output().unwrap());
    assert_eq!(code, Some(0), "{said}");
    let (runs, not) = text.split_once("\nThese do not").unwrap();
    assert!(runs.contains("SA-END-01") && !runs.contains("SA-END-06"), "{text}");
    assert!(not.contains("to run them: add [steps.change_password]"), "{text}");
    assert!(not.contains("to run them: run with --profile standard"), "{text}");
    assert!(text.contains(" requests without findings, of 5000"), "{text}");
}
