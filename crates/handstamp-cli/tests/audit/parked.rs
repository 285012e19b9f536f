//! Sessions that are parked and asked later.

use std::fs;

use crate::{
    shop::Logout,
    support::{Place, audit, parts},
};

const GOOD: &str = "Path=/; HttpOnly; SameSite=Lax";

#[test]
fn parked_sessions_wait_and_are_asked_and_signed_out() {
    let place = Place::new(Logout::Ends, GOOD);
    let verb = |arguments: &[&str]| parts(&audit(place.folder.path(), arguments).output().unwrap());
    let (code, printed, said) = verb(&["park", "recipe.toml", "--state", "parked.json", "--at", "2h,1h"]);
    assert_eq!(code, Some(5), "{printed}{said}");
    assert!(printed.contains("2 sessions wait") && printed.contains("resume parked.json"), "{printed}");
    assert_eq!(place.shop.living(), 2, "they are to live");
    let state = fs::read_to_string(place.path("parked.json")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(place.path("parked.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "it holds live tokens");
    }
    let (code, _, said) = verb(&["park", "recipe.toml", "--state", "parked.json"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("is there already"), "{said}");
    assert_eq!(verb(&["resume", "parked.json"]).0, Some(5), "nobody's time has come");
    assert_eq!(place.shop.living(), 2);

    // Three hours later, as far as the file can tell.
    let mut parked: serde_json::Value = serde_json::from_str(&state).unwrap();
    for session in parked["sessions"].as_array_mut().unwrap() {
        session["last_use"] = (session["last_use"].as_u64().unwrap() - 3 * 3600).into();
    }
    fs::write(place.path("parked.json"), parked.to_string()).unwrap();
    let (code, printed, said) = verb(&["resume", "parked.json"]);
    assert_eq!(code, Some(4), "{printed}{said}");
    assert!(printed.contains("still signed in after 3.0 h without use"), "{printed}");
    assert!(said.contains("2 sessions ended, 0 may still live"), "{said}");
    assert_eq!(place.shop.living(), 0);
}

#[test]
fn a_state_file_of_something_else_is_said() {
    let place = Place::new(Logout::Ends, GOOD);
    let verb = |arguments: &[&str]| parts(&audit(place.folder.path(), arguments).output().unwrap());
    fs::write(place.path("other.json"), "{}").unwrap();
    let (code, _, said) = verb(&["resume", "other.json"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("no state file"), "{said}");
    assert_eq!(verb(&["park", "recipe.toml", "--state", "parked.json", "--at", "1h"]).0, Some(5));
    let recipe = fs::read_to_string(place.path("recipe.toml")).unwrap();
    fs::write(place.path("recipe.toml"), recipe + "\n# changed\n").unwrap();
    let (code, _, said) = verb(&["resume", "parked.json"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("was changed after the sessions were parked"), "{said}");
}
