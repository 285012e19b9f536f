//! A conformance test that nobody runs proves nothing: every public test function of the suite stands
//! in the list of its area, and nothing else does.

use std::{collections::BTreeSet, fs, path::Path};

const AREAS: [&str; 3] = ["contract", "engine", "promises"];

#[test]
fn every_test_is_in_its_list() {
    for area in AREAS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(area);
        let list = fs::read_to_string(folder.join("mod.rs")).expect("the area's list");
        let listed = listed(&list);
        let mut written = BTreeSet::new();
        for file in fs::read_dir(&folder).expect("the area's folder") {
            let path = file.expect("a file").path();
            let group = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
            let text = fs::read_to_string(&path).expect("a source file");
            for line in text.lines() {
                let test = line.strip_prefix("pub async fn ").and_then(|rest| rest.split_once("(make: "));
                written.extend(test.map(|(name, _)| format!("{group}::{name}")));
            }
        }
        assert_eq!(listed, written, "in src/{area}/mod.rs");
        assert!(written.len() >= 20, "this test reads what it should: {written:?}");
    }
}

/// The names in `test_groups! { $make, area: group { test test } ... }`.
fn listed(text: &str) -> BTreeSet<String> {
    let (_, list) = text.split_once("test_groups! {").expect("a list");
    let (mut found, mut group) = (BTreeSet::new(), None);
    for line in list.lines().skip(1).map(str::trim) {
        match (line.strip_suffix(" {"), group) {
            (Some(name), None) => group = Some(name),
            (None, Some(_)) if line == "}" => group = None,
            (None, Some(name)) => _ = found.insert(format!("{name}::{line}")),
            _ => return found,
        }
    }
    found
}
