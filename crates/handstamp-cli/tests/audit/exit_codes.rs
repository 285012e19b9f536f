//! One number says what a run came to.

use std::fs;

use crate::{
    shop::Logout,
    support::{Place, audit, parts},
};

const GOOD: &str = "Path=/; HttpOnly; SameSite=Lax";

#[test]
fn a_run_without_findings_that_count_ends_with_0_and_one_with_them_with_1() {
    let bad = Place::new(Logout::Ends, "Path=/");
    let (code, printed, said) = parts(&bad.run(&["--only", "CKE-02"]));
    assert_eq!(code, Some(1), "{printed}{said}");
    assert!(printed.contains("FAIL medium       SA-CKE-02"), "{printed}");
    assert_eq!(parts(&bad.run(&["--only", "CKE-02", "--fail-on", "high"])).0, Some(0));
    let good = Place::new(Logout::Ends, GOOD);
    let (code, printed, said) = parts(&good.run(&["--only", "CKE-02"]));
    assert_eq!(code, Some(0), "{printed}{said}");
    assert!(printed.contains("all of them over") && !printed.contains('\u{1b}'), "{printed}");
    assert_eq!(good.shop.living(), 0, "sessions are left behind");
}

#[test]
fn warnings_count_where_they_are_asked_for() {
    let place = Place::new(Logout::Ends, GOOD);
    assert_eq!(parts(&place.run(&["--only", "CKE-04"])).0, Some(0));
    assert_eq!(parts(&place.run(&["--only", "CKE-04", "--fail-on", "warn"])).0, Some(1));
}

#[test]
fn a_command_line_or_a_recipe_that_is_wrong_ends_with_2_and_sends_nothing() {
    let place = Place::new(Logout::Ends, GOOD);
    for (arguments, wanted) in [
        (&["--onyl", "END"][..], "--only"),
        (&["--only", "ENDE"], "there is no check and no group \"ENDE\""),
        (&["--budget", "10"], "a number and a unit"),
        (&["--fail-on", "everything"], "possible values: high, medium, low, warn"),
        (&["--report", "pdf=a.pdf"], "there are html, json, sarif and junit"),
        (&["--report", "json=missing/a.json"], "a folder that does not exist"),
        (&["--baseline", "missing.json"], "missing.json"),
    ] {
        let (code, _, said) = parts(&place.run(arguments));
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(said.contains(wanted), "{arguments:?}: {said}");
    }
    let text = fs::read_to_string(place.path("recipe.toml")).unwrap();
    fs::write(place.path("wrong.toml"), text.replace("[steps.whoami]", "[steps.whoamI]")).unwrap();
    fs::write(place.path("far.toml"), text.replace("127.0.0.1", "192.0.2.1")).unwrap();
    fs::write(place.path("old.json"), "{\"runs\": []}").unwrap();
    for (arguments, wanted) in [
        (&["run", "wrong.toml"][..], "wrong.toml:"),
        (&["run", "far.toml"], "--i-am-authorised"),
        (&["run", "nowhere.toml"], "nowhere.toml"),
        (&["run", "recipe.toml", "--baseline", "old.json"], "this is no report"),
    ] {
        let (code, _, said) = parts(&audit(place.folder.path(), arguments).output().unwrap());
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(said.contains(wanted), "{arguments:?}: {said}");
    }
    assert!(place.shop.requests.try_recv().is_err(), "something was sent");
}

#[test]
fn a_login_that_does_not_work_ends_with_3() {
    let place = Place::new(Logout::Ends, GOOD);
    let mut command = audit(place.folder.path(), &["run", "recipe.toml", "--only", "CKE"]);
    let (code, printed, said) = parts(&command.env("ALICE", "another password").output().unwrap());
    assert_eq!(code, Some(3), "{printed}{said}");
    assert!(
        printed.contains("Nothing else could be asked") && !printed.contains("another password"),
        "{printed}"
    );
}

#[test]
fn a_question_without_an_answer_ends_with_4_where_all_are_wanted() {
    let place = Place::new(Logout::Fails, GOOD);
    let (code, printed, said) = parts(&place.run(&["--only", "END-01"]));
    assert_eq!(code, Some(0), "{printed}{said}");
    assert!(printed.contains("inconclusive      SA-END-01"), "{printed}");
    assert!(printed.contains("may live until they time out"), "{printed}");
    assert_eq!(parts(&place.run(&["--only", "END-01", "--strict"])).0, Some(4));
}

#[test]
fn an_application_that_is_not_there_ends_with_6() {
    let place = Place::new(Logout::Ends, GOOD);
    let text = fs::read_to_string(place.path("recipe.toml")).unwrap();
    let port = format!(":{}\"", place.shop.address.port());
    fs::write(place.path("recipe.toml"), text.replace(&port, ":1\"")).unwrap();
    let (code, printed, said) = parts(&place.run(&[]));
    assert_eq!(code, Some(6), "{printed}{said}");
    assert!(printed.contains("cannot be reached"), "{printed}");
}

#[test]
fn help_says_what_each_number_means() {
    let folder = tempfile::tempdir().unwrap();
    let (code, printed, _) = parts(&audit(folder.path(), &["run", "--help"]).output().unwrap());
    assert_eq!(code, Some(0));
    for line in [
        "  0    no finding",
        "  1    findings",
        "  3    the login",
        "  6    the application",
        "  130  interrupted",
    ] {
        assert!(printed.contains(line), "{printed}");
    }
}
