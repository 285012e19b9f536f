//! `handstamp audit init` writes a recipe that works, and writes nothing that it should not.

use std::fs;

use crate::{
    shop::Logout,
    support::{Place, audit, parts},
    target::{ALICE, BOB, Target},
};

const WHO: [&str; 6] = ["--user", "alice", "--password-env", ALICE.0, "--marker", "alice@example.test"];
const SECOND: [&str; 6] =
    ["--second-user", "bob", "--second-password-env", BOB.0, "--second-marker", "bob@example.test"];

#[test]
fn a_drafted_recipe_is_one_that_the_doctor_passes() {
    let target = Target::open();
    let address = target.address();
    let (code, printed, said) = parts(&target.audit(&[&["init", &address][..], &WHO, &SECOND].concat()));
    assert_eq!(code, Some(0), "{printed}{said}");
    for line in ["login: /login has a form", "whoami: /account", "logout: POST /logout", "wrote recipe.toml"]
    {
        assert!(said.contains(line), "{line} missing in\n{said}");
    }
    for line in
        ["with the credentials of bob: bob", "works      login ", "works      logout", "made and ended."]
    {
        assert!(printed.contains(line), "{line} missing in\n{printed}");
    }
    let text = target.private("recipe.toml");
    for (variable, password) in [ALICE, BOB] {
        let wanted = format!("password = {{ env = \"{variable}\" }}");
        assert!(text.contains(&wanted), "{text}");
        assert!(![&text, &printed, &said].iter().any(|one| one.contains(password)), "{text}{printed}{said}");
    }
    let (code, printed, said) = parts(&target.audit(&["run", "recipe.toml", "--only", "FIX-01,END-01"]));
    assert_eq!(code, Some(0), "{printed}{said}");
    for id in ["SA-FIX-01", "SA-END-01"] {
        assert!(printed.contains(&format!("  pass              {id}  ")), "{printed}");
    }
}

#[test]
fn without_a_password_the_recipe_is_written_and_what_to_do_is_said() {
    let target = Target::open();
    let arguments = ["init", &target.address(), "--user", "alice"];
    let (code, printed, said) = parts(&target.audit(&arguments));
    assert_eq!((code, printed.as_str()), (Some(0), ""), "{said}");
    assert!(said.contains("next: set AUDIT_PASSWORD=...") && said.contains("--force"), "{said}");
    let text = target.private("recipe.toml");
    assert!(
        text.contains("form = { csrf = \"{{csrf}}\", user = \"{{user}}\", password = \"{{password}}\" }")
    );
}

#[test]
fn a_recipe_that_is_there_is_replaced_by_force_only() {
    let target = Target::open();
    let path = target.folder.path().join("recipe.toml");
    fs::write(&path, "hours of work").unwrap();
    let address = target.address();
    let arguments = [&["init", &address][..], &WHO].concat();
    let (code, _, said) = parts(&target.audit(&arguments));
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("recipe.toml is there already; --force replaces it"), "{said}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "hours of work");
    let (code, _, said) = parts(&target.audit(&[&arguments[..], &["--force"]].concat()));
    assert_eq!(code, Some(0), "{said}");
    assert!(target.private("recipe.toml").contains("[[steps.whoami.requests]]"));
}

#[test]
fn a_password_that_is_wrong_is_told_as_such() {
    let target = Target::open();
    let address = target.address();
    let mut command = audit(target.folder.path(), &[&["init", &address][..], &WHO].concat());
    let (code, printed, said) = parts(&command.env(ALICE.0, "guessed-by-nobody").output().unwrap());
    assert_eq!(code, Some(3), "{printed}{said}");
    assert!(printed.contains("Nothing can be tested before this is mended"), "{printed}");
    assert!(!printed.contains("guessed-by-nobody") && !said.contains("guessed-by-nobody"), "{printed}{said}");
}

#[test]
fn an_application_without_a_login_form_leaves_the_login_to_the_person() {
    let place = Place::new(Logout::Ends, "Path=/");
    let address = format!("http://{}", place.shop.address);
    let (code, _, said) =
        parts(&audit(place.folder.path(), &["init", &address, "--out", "new.toml"]).output().unwrap());
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("no form with a password was found"), "{said}");
    assert!(said.contains("next: say in new.toml how login works"), "{said}");
    assert!(place.path("new.toml").exists());
}

#[test]
fn other_machines_are_asked_with_permission_only() {
    let folder = tempfile::tempdir().unwrap();
    let init = |address: &str| parts(&audit(folder.path(), &["init", address]).output().unwrap());
    let (code, _, said) = init("http://192.0.2.1");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("--i-am-authorised"), "{said}");
    assert_eq!(init("localhost:8080").0, Some(2));
    assert_eq!(init("http://127.0.0.1:1").0, Some(6));
    assert!(!folder.path().join("recipe.toml").exists());
}
