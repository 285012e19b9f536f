//! Real applications, audited: what is found is what is there, as `docs/audit/findings.md` tells it.
//!
//! Each one is written as its framework's tutorial writes it, and once more as hardened as the framework's
//! documentation tells. `cargo xtask test --only targets` installs what they need and runs this.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod application;
mod audited;

use std::thread;

use application::{AXUM_LOGIN, Application, DJANGO, EXPRESS, FLASK, PHP, Shape};
use audited::{Audited, audit};

/// How often a race is run again until it is seen: each time is twenty rounds or more of its own.
const TRIES: u32 = 10;

/// Audits a shape of an application with everything that the standard profile asks: in two halves at the same time,
/// each of an instance of its own, for a token that lives on is looked at for a minute, again and again.
fn standard(application: &Application, shape: Shape) -> Audited {
    let half = |arguments: [&str; 3]| audit(&application.start(shape), &arguments);
    thread::scope(|scope| {
        let endings = scope.spawn(|| half(["--allow-destructive", "--only", "END"]));
        half(["--allow-destructive", "--skip", "END"]).and(endings.join().unwrap())
    })
}

/// A race is found in one of some tries, and is then of this severity.
fn is_found_in_time(id: &str, severity: &str, application: &Application, shape: Shape) {
    let running = application.start(shape);
    let mut seen = Vec::new();
    for _ in 0..TRIES {
        let audited = audit(&running, &["--only", id]);
        seen.push(audited.verdict(id));
        if audited.verdict(id) == format!("fail {severity}") {
            return;
        }
    }
    panic!("{id} was never found on {} {shape}: {seen:?}", application.name);
}

#[test]
fn express_session_as_the_tutorial_has_it() {
    standard(&EXPRESS, Shape::Default).found(
        &[
            ("SA-CKE-01", "fail medium"),
            ("SA-CKE-03", "warn low"),
            ("SA-CKE-04", "fail low"),
            ("SA-CKE-10", "warn low"),
            ("SA-CSR-01", "fail high"),
            ("SA-CSR-03", "fail medium"),
            ("SA-END-06", "fail high"),
            ("SA-EXP-04", "fail low"),
            ("SA-FIX-01", "fail high"),
            ("SA-FIX-03", "fail high"),
            ("SA-FIX-05", "fail medium"),
            ("SA-JWT-03", "fail medium"),
        ],
        &["SA-RAC-01"],
    );
}

#[test]
fn express_session_hardened() {
    standard(&EXPRESS, Shape::Hardened).found(&[("SA-CKE-10", "warn information")], &[]);
}

#[test]
fn a_write_under_way_revives_a_session_that_express_session_ended() {
    is_found_in_time("SA-RAC-01", "high", &EXPRESS, Shape::Default);
}

#[test]
fn flask_login_as_the_tutorial_has_it() {
    standard(&FLASK, Shape::Default).found(
        &[
            ("SA-CKE-01", "fail medium"),
            ("SA-CKE-03", "warn low"),
            ("SA-CKE-04", "fail low"),
            ("SA-CKE-10", "warn low"),
            ("SA-CSR-01", "fail high"),
            ("SA-CSR-03", "fail medium"),
            ("SA-END-01", "fail high"),
            ("SA-END-04", "fail low"),
            ("SA-END-06", "fail high"),
            ("SA-EXP-04", "fail low"),
            ("SA-FIX-05", "fail medium"),
            ("SA-JWT-03", "fail high"),
            ("SA-LOG-03", "fail high"),
        ],
        &[],
    );
}

#[test]
fn flask_login_hardened() {
    standard(&FLASK, Shape::Hardened).found(&[("SA-CKE-10", "warn information")], &["SA-RAC-01"]);
}

#[test]
fn a_write_under_way_revives_a_session_that_flask_session_ended() {
    is_found_in_time("SA-RAC-01", "high", &FLASK, Shape::Hardened);
}

#[test]
fn django_as_the_tutorial_has_it() {
    standard(&DJANGO, Shape::Default).found(
        &[
            ("SA-CKE-01", "fail medium"),
            ("SA-CKE-04", "fail low"),
            ("SA-CKE-10", "warn low"),
            ("SA-FIX-05", "fail medium"),
        ],
        // A page of the debugger has it, where a write met a logout.
        &["SA-EXP-06"],
    );
}

#[test]
fn django_hardened() {
    standard(&DJANGO, Shape::Hardened).found(
        &[("SA-CKE-10", "warn information"), ("SA-CKE-11", "fail medium"), ("SA-FIX-05", "fail medium")],
        &[],
    );
}

#[test]
fn php_sessions_as_the_tutorial_has_them() {
    standard(&PHP, Shape::Default).found(
        &[
            ("SA-CKE-01", "fail medium"),
            ("SA-CKE-02", "fail medium"),
            ("SA-CKE-03", "warn low"),
            ("SA-CKE-04", "fail low"),
            ("SA-CKE-10", "warn low"),
            ("SA-CSR-01", "fail high"),
            ("SA-CSR-03", "fail medium"),
            ("SA-END-03", "fail low"),
            ("SA-END-04", "fail low"),
            ("SA-END-06", "fail high"),
            ("SA-FIX-01", "fail high"),
            ("SA-FIX-02", "fail high"),
            ("SA-FIX-03", "fail high"),
            ("SA-FIX-05", "fail medium"),
        ],
        &[],
    );
}

#[test]
fn php_sessions_hardened() {
    standard(&PHP, Shape::Hardened).found(&[("SA-CKE-10", "warn information")], &[]);
}

#[test]
fn axum_login_as_the_examples_have_it() {
    standard(&AXUM_LOGIN, Shape::Default).found(
        &[
            ("SA-CKE-01", "fail medium"),
            ("SA-CKE-04", "fail low"),
            ("SA-CKE-10", "warn low"),
            ("SA-CSR-01", "fail low"),
            ("SA-CSR-03", "fail medium"),
            ("SA-END-04", "warn information"),
            ("SA-END-06", "fail medium"),
            ("SA-EXP-04", "fail low"),
            ("SA-FIX-05", "fail medium"),
        ],
        &["SA-RAC-01"],
    );
}

#[test]
fn axum_login_hardened() {
    standard(&AXUM_LOGIN, Shape::Hardened)
        .found(&[("SA-CKE-10", "warn information"), ("SA-CKE-11", "fail medium")], &["SA-RAC-01"]);
}

#[test]
fn a_write_under_way_revives_a_session_that_axum_login_ended() {
    is_found_in_time("SA-RAC-01", "high", &AXUM_LOGIN, Shape::Hardened);
}
