//! Real applications, audited: what is found is what is there, as `docs/audit/findings.md` tells it.
//!
//! Each one is written as its framework's tutorial writes it, and once more as hardened as the framework's
//! documentation tells. `cargo xtask test --only targets` installs what they need and runs this.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod application;
mod audited;
mod documented;

use std::thread;

use application::{AXUM_LOGIN, Application, DJANGO, EXPRESS, FLASK, PHP, Shape};
use audited::{Audited, audit};
use documented::{Documented, table};

/// How often a race is run again until it is seen: each time is twenty rounds or more of its own.
const TRIES: u32 = 10;

/// Audits a shape of an application with everything that the standard profile asks, and compares.
fn is_as_documented(application: &Application, shape: Shape) {
    let documented = Documented::of(application.heading, shape);
    let audited = standard(application, shape);
    let (by_chance, found): (Vec<_>, Vec<_>) =
        audited.findings().into_iter().partition(|finding| documented.by_chance.contains(finding));
    assert!(
        found == documented.always,
        "{} {shape}: found was\n{}and documented is\n{}all that is open:\n{}",
        application.name,
        table(&found),
        table(&documented.always),
        audited.headlines()
    );
    if audited.verdict("SA-END-01") == "pass" {
        assert_eq!(audited.left(), 0, "sessions are left behind");
    }
    for expected in documented.by_chance.iter().filter(|expected| !by_chance.contains(expected)) {
        is_found_in_time(application, shape, expected);
    }
}

/// In two halves at the same time, each of an instance of its own, for a token that lives on is looked at for a
/// minute, again and again.
fn standard(application: &Application, shape: Shape) -> Audited {
    let half = |arguments: [&str; 3]| audit(&application.start(shape), &arguments);
    thread::scope(|scope| {
        let endings = scope.spawn(|| half(["--allow-destructive", "--only", "END"]));
        half(["--allow-destructive", "--skip", "END"]).and(endings.join().unwrap())
    })
}

/// Tries until this is found: what takes luck is a race, or shows while one is run.
fn is_found_in_time(application: &Application, shape: Shape, expected: &(String, String)) {
    let (id, verdict) = expected;
    let running = application.start(shape);
    let mut seen = Vec::new();
    for _ in 0..TRIES {
        let found = audit(&running, &["--only", &format!("SA-RAC-01,{id}")]).verdict(id);
        if found == *verdict {
            return;
        }
        seen.push(found);
    }
    panic!("{} {shape}: {id} was never {verdict}, but {seen:?}", application.name);
}

#[test]
fn express_session_as_the_tutorial_has_it() {
    is_as_documented(&EXPRESS, Shape::Default);
}

#[test]
fn express_session_hardened() {
    is_as_documented(&EXPRESS, Shape::Hardened);
}

/// Promised by name: nobody is to lose it by a change of a table.
#[test]
fn a_write_under_way_revives_a_session_that_express_session_ended() {
    let expected = ("SA-RAC-01".to_owned(), "fail high".to_owned());
    is_found_in_time(&EXPRESS, Shape::Default, &expected);
}

#[test]
fn flask_login_as_the_tutorial_has_it() {
    is_as_documented(&FLASK, Shape::Default);
}

#[test]
fn flask_login_hardened() {
    is_as_documented(&FLASK, Shape::Hardened);
}

#[test]
fn django_as_the_tutorial_has_it() {
    is_as_documented(&DJANGO, Shape::Default);
}

#[test]
fn django_hardened() {
    is_as_documented(&DJANGO, Shape::Hardened);
}

#[test]
fn php_sessions_as_the_tutorial_has_them() {
    is_as_documented(&PHP, Shape::Default);
}

#[test]
fn php_sessions_hardened() {
    is_as_documented(&PHP, Shape::Hardened);
}

#[test]
fn axum_login_as_the_examples_have_it() {
    is_as_documented(&AXUM_LOGIN, Shape::Default);
}

#[test]
fn axum_login_hardened() {
    is_as_documented(&AXUM_LOGIN, Shape::Hardened);
}
