//! SA-ORC-03: the server verifies the token.

use std::future::ready;

use crate::{
    audit::Audit,
    check::{Description, Group, Outcome, Reason, Severity},
    checks::Check,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-ORC-03", Group::Oracle, Severity::High, "the server verifies the whole token")
        .explained(
            "Changes one character in the middle of each part of the credential and asks `whoami`. A failure is \
             an answer that still shows the account: the server reads the token without checking all of it. The \
             requests are those of SA-ORC-01; no request is sent again.",
        )
        .remedied_by(
            "Look the session up by the whole token, compared as it is; where tokens are signed, check the \
             signature before anything is read from them (ASVS 5.0 7.2.1, 9.1.1).",
        )
        .standards(&["7.2.1", "7.2.2"], &["SESS-01"], &[602]),
    |audit| Box::pin(ready(Ok(run(audit)))),
);

fn run(audit: &Audit) -> Outcome {
    match audit.oracle() {
        None => Outcome::inconclusive(Reason::NoOracle, "SA-ORC-01 did not pass"),
        Some(oracle) if oracle.accepts_damaged => {
            let severity = CHECK.description.severity;
            Outcome::fail(severity, "a token with one character changed still signs in")
        }
        Some(_) => Outcome::pass("a token with one character changed is refused"),
    }
}
