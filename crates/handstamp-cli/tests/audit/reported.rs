//! Report files, and what is read from them again.

use std::fs;

use crate::{
    shop::Logout,
    support::{Place, audit, parts},
};

#[cfg(unix)]
#[test]
fn report_files_are_their_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new(Logout::Ends, "Path=/");
    let files = "html=a.html,json=a.json,sarif=a.sarif,junit=a.xml";
    let (code, _, said) = parts(&place.run(&["--only", "CKE", "--report", files]));
    assert_eq!(code, Some(1), "{said}");
    for (file, start) in
        [("a.html", "<!DOCTYPE html>"), ("a.json", "{"), ("a.sarif", "{"), ("a.xml", "<?xml")]
    {
        let path = place.path(file);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
        assert!(fs::read_to_string(&path).unwrap().starts_with(start), "{file}");
    }
    assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 5, "nothing else is left there");
}

#[test]
fn the_json_report_goes_to_standard_output_alone() {
    let place = Place::new(Logout::Ends, "Path=/");
    let (_, printed, said) = parts(&place.run(&["--only", "CKE-02", "--json", "--seed", "7"]));
    let report: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(report["seed"], 7);
    assert!(said.contains("SA-CKE-02"), "progress is said beside it: {said}");
    for secret in place.shop.secrets() {
        assert!(!printed.contains(&secret) && !said.contains(&secret), "{secret}");
    }
}

#[test]
fn a_baseline_forgives_what_it_has_and_diff_says_what_is_new() {
    let place = Place::new(Logout::Ends, "Path=/");
    let report = |file: &str, arguments: &[&str]| {
        let target = format!("json={file}");
        parts(&place.run(&[&["--report", &target], arguments].concat())).0
    };
    assert_eq!(report("one.json", &["--only", "CKE-02"]), Some(1));
    assert_eq!(report("two.json", &["--only", "CKE-02", "--baseline", "one.json"]), Some(0));
    let more = ["--only", "CKE-02,CKE-03", "--fail-on", "warn", "--baseline", "one.json"];
    assert_eq!(report("more.json", &more), Some(1));
    let diff = |old: &str, new: &str| {
        let (code, text, said) = parts(&audit(place.folder.path(), &["diff", old, new]).output().unwrap());
        assert!(said.is_empty(), "{said}");
        (code, text)
    };
    let (code, text) = diff("one.json", "two.json");
    assert_eq!(code, Some(0));
    assert!(text.starts_with("As before\n  SA-CKE-02"), "{text}");
    let (code, text) = diff("one.json", "more.json");
    assert_eq!(code, Some(1));
    assert!(text.starts_with("New\n  SA-CKE-03"), "{text}");
    let (code, text) = diff("more.json", "one.json");
    assert_eq!(code, Some(0));
    assert!(text.contains("Not known") && text.contains("not-applicable"), "{text}");
}

#[test]
fn a_finding_is_explained_with_its_exchanges_and_a_command_that_repeats_them() {
    let place = Place::new(Logout::Ends, "Path=/");
    place.run(&["--only", "ORC", "--report", "json=a.json"]);
    let mut command = audit(place.folder.path(), &["explain", "ORC-01", "--report", "a.json"]);
    let (code, text, said) = parts(&command.output().unwrap());
    assert_eq!(code, Some(0), "{said}");
    for part in ["> GET /account", "< 200", "curl --include --path-as-is", "sid=${TOKEN}", "# TOKEN is "] {
        assert!(text.contains(part), "{part} missing in\n{text}");
    }
}
