//! `handstamp audit doctor` shows both sides of a login, and says which step does not do what it says.

use std::fs;

use crate::{
    shop::{Behaviour, Logout},
    support::{Place, audit, parts},
};

const GOOD: &str = "Path=/; HttpOnly; SameSite=Lax";

fn doctor(place: &Place) -> (Option<i32>, String, String) {
    parts(&audit(place.folder.path(), &["doctor", "recipe.toml"]).output().unwrap())
}

/// The cells of a row.
fn row<'a>(printed: &'a str, name: &str) -> Vec<&'a str> {
    let line = printed.lines().find_map(|line| line.trim_start().strip_prefix(name)).unwrap();
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

#[test]
fn both_sides_stand_next_to_each_other() {
    let place = Place::new(Logout::Ends, GOOD);
    let (code, printed, said) = doctor(&place);
    assert_eq!(code, Some(0), "{printed}{said}");
    assert_eq!(row(&printed, "whoami "), ["with the login", "without a login"], "{printed}");
    assert_eq!(row(&printed, "status "), ["200", "303"], "{printed}");
    assert_eq!(row(&printed, "leads to "), ["-", "/login"], "{printed}");
    assert!(printed.contains("What signs in: cookie sid"), "{printed}");
    assert!(printed.contains("Next: handstamp audit run recipe.toml"), "{printed}");
    for secret in place.shop.secrets() {
        assert!(!printed.contains(&secret), "{secret} is in\n{printed}");
    }
    assert_eq!(place.shop.living(), 0, "sessions are left behind");
}

#[test]
fn a_step_that_fails_is_shown_with_its_line_and_its_exchange() {
    let place = Place::new(Logout::Fails, GOOD);
    let (code, printed, said) = doctor(&place);
    assert_eq!(code, Some(2), "{printed}{said}");
    let recipe = fs::read_to_string(place.path("recipe.toml")).unwrap();
    let at = recipe.lines().position(|line| line.contains("/logout")).unwrap() + 1;
    let failing = printed.lines().find(|line| line.contains("FAILS")).unwrap();
    assert!(failing.contains("logout") && failing.contains(&format!("recipe.toml:{at}:")), "{printed}");
    assert!(printed.contains("POST /logout") && printed.contains("500"), "{printed}");
    assert!(printed.contains("Mend the steps that fail"), "{printed}");
    for secret in place.shop.secrets() {
        assert!(!printed.contains(&secret), "{secret} is in\n{printed}");
    }
}

#[test]
fn a_login_that_does_not_work_ends_with_3_and_one_that_nobody_answers_with_6() {
    let place = Place::new(Logout::Ends, GOOD);
    let mut command = audit(place.folder.path(), &["doctor", "recipe.toml"]);
    let (code, printed, said) = parts(&command.env("ALICE", "another password").output().unwrap());
    assert_eq!(code, Some(3), "{printed}{said}");
    assert!(printed.contains("Signed in cannot be told from not signed in"), "{printed}");
    assert!(!printed.contains("another password"), "{printed}");
    let recipe = fs::read_to_string(place.path("recipe.toml")).unwrap();
    let port = format!(":{}\"", place.shop.address.port());
    fs::write(place.path("recipe.toml"), recipe.replace(&port, ":1\"")).unwrap();
    let (code, printed, said) = doctor(&place);
    assert_eq!(code, Some(6), "{printed}{said}");
}

#[test]
fn a_page_that_everybody_sees_tells_nobody_apart() {
    let place = Place::new(Logout::Ends, GOOD);
    let recipe = fs::read_to_string(place.path("recipe.toml")).unwrap();
    let seen_by_all = recipe
        .replace("get = \"/account\"", "get = \"/login\"")
        .replace("marker = \"Signed in as alice@example.test\"", "marker = \"csrf\"");
    assert!(seen_by_all.contains("marker = \"csrf\"") && !seen_by_all.contains("/account"));
    fs::write(place.path("recipe.toml"), seen_by_all).unwrap();
    let (code, printed, said) = doctor(&place);
    assert_eq!(code, Some(3), "{printed}{said}");
    assert!(printed.contains("Signed in cannot be told from not signed in"), "{printed}");
}

/// A page's title once reached the terminal as it was, with what clears the screen or names the window.
#[test]
fn what_a_page_says_moves_no_cursor() {
    let echo = |_: &str, _: &str| "<title>\u{1b}[2J\u{1b}]0;mine\u{7}</title>".to_owned();
    let place = Place::behaving(Behaviour { logout: Logout::Ends, attributes: GOOD, echo });
    let (code, printed, said) = doctor(&place);
    assert_eq!(code, Some(0), "{printed}{said}");
    assert!(printed.contains("[2J"), "the title is shown: {printed}");
    let controls = printed.chars().chain(said.chars()).filter(|one| one.is_control() && *one != '\n');
    assert_eq!(controls.count(), 0, "{printed:?}{said:?}");
}
