//! Which versions were measured, from the lock files that this program was built beside: they are the ones
//! that the sides were built with.

use std::collections::BTreeMap;

use results::said;
use serde::Deserialize;

use crate::sides::Side;

const CARGO: &str = include_str!("../../Cargo.lock");
const EXPRESS: &str = include_str!("../../peers/express-session/package-lock.json");

/// The versions of these sides' packages, by name.
pub(crate) fn of_sides(sides: &[Side]) -> BTreeMap<String, String> {
    let packages = sides.iter().flat_map(|side| side.packages);
    packages
        .filter_map(|&package| {
            let version = in_cargo_lock(CARGO, package).or_else(|| in_npm_lock(EXPRESS, package))?;
            Some((package.to_owned(), version))
        })
        .collect()
}

/// The versions of programs that took part, of those that say one.
pub(crate) fn of_programs(names: &[&str]) -> BTreeMap<String, String> {
    let version = |&name: &&str| {
        let flag = if name == "wrk" { "-v" } else { "--version" };
        Some((name.to_owned(), version_in(&said(name, &[flag])?)?))
    };
    names.iter().filter_map(version).collect()
}

/// The newest version of a package in a `Cargo.lock`, which lists the older ones first.
fn in_cargo_lock(lock: &str, package: &str) -> Option<String> {
    let (name, mut found) = (format!("name = \"{package}\""), None);
    let mut lines = lock.lines();
    while let Some(line) = lines.next() {
        if line == name {
            let version = lines.next().and_then(|line| line.strip_prefix("version = "));
            found = version.map(|version| version.trim_matches('"').to_owned());
        }
    }
    found
}

fn in_npm_lock(lock: &str, package: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Lock {
        packages: BTreeMap<String, Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        version: Option<String>,
    }
    let lock: Lock = serde_json::from_str(lock).ok()?;
    lock.packages.get(&format!("node_modules/{package}"))?.version.clone()
}

/// The first word that holds a version: "3.19.0" in "valgrind-3.19.0", "4.1.0" in "wrk debian/4.1.0-3+b2 [epoll]".
fn version_in(text: &str) -> Option<String> {
    let numbers = text.split(|letter: char| letter != '.' && !letter.is_ascii_digit());
    numbers.map(|number| number.trim_matches('.')).find(|number| number.contains('.')).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_side_has_a_version() {
        let versions = of_sides(&crate::sides::ALL);
        for package in crate::sides::ALL.iter().flat_map(|side| side.packages) {
            assert!(versions.contains_key(*package), "{package}");
        }
    }

    #[test]
    fn the_newest_of_two_versions_is_told() {
        let lock = "[[package]]\nname = \"axum\"\nversion = \"0.7.9\"\n\n\
                    [[package]]\nname = \"axum\"\nversion = \"0.8.9\"\ndependencies = [\n \"axum-core\",\n]\n";
        assert_eq!(in_cargo_lock(lock, "axum").as_deref(), Some("0.8.9"));
        assert_eq!(in_cargo_lock(lock, "axum-core"), None);
    }

    #[test]
    fn a_version_is_found_in_what_programs_say() {
        assert_eq!(version_in("valgrind-3.19.0").as_deref(), Some("3.19.0"));
        assert_eq!(version_in("wrk debian/4.1.0-3+b2 [epoll] Copyright (C) 2012").as_deref(), Some("4.1.0"));
        assert_eq!(version_in("v20.19.2").as_deref(), Some("20.19.2"));
        assert_eq!(version_in("none"), None);
    }
}
