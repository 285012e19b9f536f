//! The requirements row by row: met, not met, or not tested and why.
//!
//! What a requirement is about is said in a few words of ours; the standards say it in full. A row is met only where
//! every check that answers it passed: a requirement of which half was asked is partly met, and says which half.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{CheckEntry, Coverage, Row, Standing};
use crate::check::{Reason, Verdict};

/// ASVS 5.0: all of V7 first, then whatever else checks answer.
const ASVS: &[(&str, &str)] = &[
    ("7.1.1", "timeouts are written down, with reasons"),
    ("7.1.2", "sessions at a time are limited as written down"),
    ("7.1.3", "sessions shared with other systems are planned"),
    ("7.2.1", "the server itself verifies tokens"),
    ("7.2.2", "tokens are made for each session, not fixed"),
    ("7.2.3", "reference tokens are unique, with 128 random bits"),
    ("7.2.4", "signing in gives a new token and ends the old one"),
    ("7.3.1", "sessions end when they are not used"),
    ("7.3.2", "sessions end after a longest lifetime"),
    ("7.4.1", "what was ended cannot be used again"),
    ("7.4.2", "disabling an account ends its sessions"),
    ("7.4.3", "a changed factor ends the other sessions, or offers to"),
    ("7.4.4", "logout can be found on every page"),
    ("7.4.5", "administrators can end sessions"),
    ("7.5.1", "changing the account asks for the login once more"),
    ("7.5.2", "people see their sessions and can end them"),
    ("7.5.3", "the most sensitive acts ask for one more proof"),
    ("7.6.1", "a session ends together with that of its provider, as planned"),
    ("7.6.2", "no session begins without the person acting"),
    ("2.3.1", "steps of a flow cannot be skipped"),
    ("3.3.1", "cookies are Secure and carry a prefix"),
    ("3.3.2", "SameSite suits what the cookie is for"),
    ("3.3.3", "cookies have __Host- unless they are shared"),
    ("3.3.4", "scripts cannot read the token"),
    ("3.3.5", "cookies are small enough to be kept"),
    ("3.4.1", "browsers are told to use TLS only"),
    ("3.4.2", "other origins read nothing that they should not"),
    ("3.4.5", "referrers tell nothing"),
    ("3.5.1", "foreign sites cannot act for the person"),
    ("3.5.2", "what relies on preflights cannot be asked without"),
    ("3.5.3", "what changes something takes no GET"),
    ("3.5.4", "applications do not share a host"),
    ("8.2.4", "a changed client is noticed"),
    ("8.3.2", "changed rights count at once"),
    ("9.1.1", "signatures are checked before anything is read"),
    ("9.1.2", "only the intended algorithms are taken"),
    ("9.1.3", "keys come from known places only"),
    ("9.2.1", "times inside of tokens are enforced"),
    ("9.2.2", "a token counts for its own purpose only"),
    ("9.2.3", "a token counts for its own audience only"),
    ("9.2.4", "tokens of one issuer are told apart by audience"),
    ("11.2.3", "keys and primitives have 128 bits"),
    ("11.5.1", "random values come from a secure generator, with 128 bits"),
    ("12.2.1", "everything goes over TLS"),
    ("13.3.1", "secrets are kept out of the code"),
    ("14.2.1", "nothing sensitive stands in a URL"),
    ("14.2.2", "servers keep no sensitive answers"),
    ("14.2.5", "caches keep only what they are meant to"),
    ("14.2.6", "answers hold no more than is needed"),
    ("14.3.1", "logout clears the client"),
    ("14.3.2", "browsers keep no sensitive answers"),
    ("15.4.2", "checks and acts cannot be raced"),
    ("16.2.5", "logs hold no tokens"),
];

/// How many rows of [`ASVS`] are shown even where no check answers them.
const ALWAYS: usize = 19;

/// The session tests of the WSTG.
const WSTG: &[(&str, &str)] = &[
    ("SESS-01", "the session schema"),
    ("SESS-02", "cookie attributes"),
    ("SESS-03", "session fixation"),
    ("SESS-04", "exposed tokens"),
    ("SESS-05", "cross-site requests"),
    ("SESS-06", "logout"),
    ("SESS-07", "timeouts"),
    ("SESS-08", "session puzzling"),
    ("SESS-09", "session hijacking"),
    ("SESS-10", "self-contained tokens"),
    ("SESS-11", "concurrent sessions"),
];

/// What a requirement of ASVS 5.0 or a test of the WSTG is about, in a few words.
pub(super) fn about(id: &str) -> Option<&'static str> {
    ASVS.iter().chain(WSTG).find(|(there, _)| *there == id).map(|(_, about)| *about)
}

/// The rows that these checks come to.
pub(super) fn coverage(checks: &[CheckEntry]) -> Coverage {
    let rows = |ids: Vec<&str>, of: fn(&CheckEntry) -> &Vec<String>| {
        ids.into_iter()
            .map(|id| {
                let answering = checks
                    .iter()
                    .filter(|check| of(check).iter().any(|there| there == id))
                    .collect::<Vec<_>>();
                row(id, &answering)
            })
            .collect()
    };
    let answered: BTreeSet<&str> = checks.iter().flat_map(|check| &check.asvs).map(String::as_str).collect();
    let asvs = ASVS.iter().enumerate().filter(|(place, (id, _))| *place < ALWAYS || answered.contains(id));
    Coverage {
        asvs: rows(asvs.map(|(_, (id, _))| *id).collect(), |check| &check.asvs),
        wstg: rows(WSTG.iter().map(|(id, _)| *id).collect(), |check| &check.wstg),
    }
}

fn row(id: &str, checks: &[&CheckEntry]) -> Row {
    let (mut failed, mut warned, mut passed) = (Vec::new(), Vec::new(), Vec::new());
    let mut open: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
    for check in checks {
        let id = check.id.as_str();
        match check.verdict {
            Verdict::Pass => passed.push(id),
            Verdict::Fail { .. } => failed.push(check),
            Verdict::Warn { .. } => warned.push(check),
            Verdict::Inconclusive { reason } | Verdict::NotApplicable { reason } => {
                open.entry(reason.says()).or_default().push(id);
            }
            Verdict::Error => open.entry("the auditor failed").or_default().push(id),
        }
    }
    let is_all_asked = checks.iter().all(|check| match check.verdict {
        Verdict::Pass => true,
        Verdict::NotApplicable { reason } => is_moot(reason),
        _ => false,
    });
    let standing = if !failed.is_empty() {
        Standing::NotMet
    } else if passed.is_empty() && warned.is_empty() {
        Standing::NotTested
    } else if is_all_asked {
        Standing::Met
    } else {
        Standing::PartlyMet
    };
    let seen = |check: &&CheckEntry| format!("{}: {}", check.id, check.headline);
    let mut why: Vec<String> = failed.iter().chain(&warned).map(|check| seen(check)).collect();
    if why.is_empty() && !passed.is_empty() {
        why.push(passed.join(", "));
    }
    if standing != Standing::NotMet && standing != Standing::Met {
        let open: Vec<_> =
            open.iter().map(|(reason, ids)| format!("{reason} ({})", ids.join(", "))).collect();
        if !open.is_empty() {
            why.push(format!("not tested because {}", open.join(", and because ")));
        }
    }
    if checks.is_empty() {
        why.push(unasked(id).to_owned());
    }
    Row {
        id: id.to_owned(),
        about: about(id).unwrap_or_default().to_owned(),
        standing,
        why: why.join("; "),
        checks: checks.iter().map(|check| (check.id.clone(), check.verdict.word().to_owned())).collect(),
    }
}

/// Whether the question does not arise in this application, whoever asks.
const fn is_moot(reason: Reason) -> bool {
    matches!(reason, Reason::NoSuchFeature | Reason::NoAnonymousSession)
}

/// Why no check of this version answers a requirement.
fn unasked(id: &str) -> &'static str {
    match id {
        "7.1.1" | "7.1.2" | "7.1.3" => {
            "not tested because it is a document: declare its values below [policy]"
        }
        "7.6.1" | "7.6.2" => "not tested because it needs an identity provider under control",
        _ => "not tested because this version has no check for it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{check::Severity, checks::catalogue, report::testing::check_entry};

    #[test]
    fn every_requirement_that_a_check_names_is_told_in_words() {
        for check in catalogue() {
            let standards = check.description.standards;
            for id in standards.asvs {
                assert!(about(id).is_some(), "{}: ASVS {id} has no words", check.description.id);
            }
            for id in standards.wstg.iter().filter(|id| id.starts_with("SESS-")) {
                assert!(about(id).is_some(), "{}: WSTG {id} has no words", check.description.id);
            }
        }
        assert!(ASVS.iter().take(ALWAYS).all(|(id, _)| id.starts_with("7.")));
        assert!(ASVS.iter().skip(ALWAYS).all(|(id, _)| !id.starts_with("7.")));
    }

    fn standing(verdicts: &[Verdict]) -> (Standing, String) {
        let checks: Vec<_> = verdicts
            .iter()
            .enumerate()
            .map(|(number, verdict)| check_entry(&format!("SA-END-{number:02}"), *verdict, &["7.4.1"]))
            .collect();
        let row = coverage(&checks).asvs.into_iter().find(|row| row.id == "7.4.1").unwrap();
        (row.standing, row.why)
    }

    #[test]
    fn a_row_is_met_only_where_all_of_it_was_asked_and_passed() {
        let pass = Verdict::Pass;
        let fail = Verdict::Fail { severity: Severity::High };
        let no_step = Verdict::NotApplicable { reason: Reason::NoStepInRecipe };
        let moot = Verdict::NotApplicable { reason: Reason::NoAnonymousSession };
        assert_eq!(standing(&[pass, moot]).0, Standing::Met);
        assert_eq!(standing(&[pass, fail, no_step]).0, Standing::NotMet);
        assert_eq!(standing(&[pass, Verdict::Warn { severity: Severity::Low }]).0, Standing::PartlyMet);
        let (partly, why) = standing(&[pass, no_step]);
        assert_eq!(partly, Standing::PartlyMet);
        assert_eq!(why, "SA-END-00; not tested because the recipe has no step for it (SA-END-01)");
        let (untested, why) = standing(&[no_step]);
        assert_eq!(untested, Standing::NotTested);
        assert_eq!(why, "not tested because the recipe has no step for it (SA-END-00)");
        assert_eq!(standing(&[]).0, Standing::NotTested);
    }
}
