//! Ctrl-C ends a run, not the sessions' clean-up.

use std::process::Command;

use crate::{
    shop::Logout,
    support::{Place, parts},
};

#[cfg(unix)]
#[test]
fn an_interrupted_run_ends_with_130_and_leaves_no_session() {
    // A token that lives on after logout is asked about for a minute; the interrupt comes within that minute.
    let place = Place::new(Logout::OnlySecond, "Path=/");
    let child = place.start(&["--only", "END-01"]);
    let asked = |wanted: &str| place.shop.requests.iter().find(|request| request == wanted).unwrap();
    asked("POST /logout");
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let (code, printed, said) = parts(&child.wait_with_output().unwrap());
    assert_eq!(code, Some(130), "{printed}{said}");
    assert!(said.contains("interrupted: ending the sessions"), "{said}");
    assert!(printed.contains("SA-END-01"), "what is known is printed: {printed}");
    assert_eq!(place.shop.living(), 0, "sessions are left behind");
}
