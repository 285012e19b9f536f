//! SA-MUL-02: the list of sessions is true.

use std::time::Duration;

use super::{listed, no_ids};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Severity},
    checks::Check,
    recipe::StepName,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-MUL-02", Group::Several, Severity::Medium, "the list of sessions is true")
        .explained(
            "Ends what the run began, reads the list, signs in once more, signs the second account in, signs out again, and \
             reads the list after each. It fails where a session that was begun is missing, one that was ended is still \
             there after a minute, or somebody else's is shown.",
        )
        .remedied_by("Make the list from the same records that decide whether a token is taken.")
        .standards(&["7.5.2"], &[], &[])
        .from_profile(Profile::Standard)
        .needs(&[StepName::SessionsList])
        .costs(20),
    |audit| Box::pin(run(audit)),
);

/// When a list that still has an ended session is read again.
const LATER: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(9), Duration::from_secs(50)];

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let severity = CHECK.description.severity;
    audit.end_sessions_of(person).await;
    let mut evidence = Vec::new();
    let mut own = audit.sign_in(person).await?;
    let before = listed(&mut own, &mut evidence).await?.len();

    let mut added = audit.sign_in(person).await?;
    let with_one_more = listed(&mut own, &mut evidence).await?.len();
    if with_one_more == 0 {
        return Ok(no_ids(evidence));
    }
    if with_one_more <= before {
        let lives = audit
            .look_for(&added.credentials(), "control: whoami with the session that is not on the list")
            .await?;
        evidence.push(lives.id());
        let why = format!("the list has {with_one_more} entries after one more login, as many as before");
        return Ok(if lives.is(person) {
            Outcome::fail(severity, format!("a live session is missing: {why}")).shown_by(evidence)
        } else {
            let why = "a second login is over at once, so there is nothing to list";
            Outcome::not_applicable(crate::check::Reason::NoSuchFeature, why).shown_by(evidence)
        });
    }
    if with_one_more > before + 1 {
        let why = format!("one more login put {} entries on the list", with_one_more - before);
        return Ok(Outcome::fail(severity, why).shown_by(evidence));
    }
    if let Some(second) = audit.second() {
        let other = audit.sign_in(second).await?;
        evidence
            .push(audit.look_for(&other.credentials(), "control: whoami as the second account").await?.id());
        let now = listed(&mut own, &mut evidence).await?.len();
        if now != with_one_more {
            let why = format!(
                "the second account's login changed the first one's list from {with_one_more} to {now} entries"
            );
            return Ok(Outcome::fail(severity, why).shown_by(evidence));
        }
    }
    let outcome = if audit.has_step(StepName::Logout) {
        evidence.extend(added.play(StepName::Logout).await?.ids());
        let mut now = listed(&mut own, &mut evidence).await?.len();
        let mut waited = Duration::ZERO;
        for wait in LATER {
            if now <= before {
                break;
            }
            audit.clock().pause(wait).await;
            waited += wait;
            now = listed(&mut own, &mut evidence).await?.len();
        }
        let seconds = waited.as_secs();
        match now.cmp(&before) {
            std::cmp::Ordering::Greater => {
                Outcome::fail(severity, format!("a session is on the list {seconds} s after it signed out"))
            }
            std::cmp::Ordering::Less => {
                Outcome::fail(severity, "one logout took more than one entry from the list")
            }
            std::cmp::Ordering::Equal if waited.is_zero() => {
                Outcome::pass("the list follows each login and logout at once")
            }
            std::cmp::Ordering::Equal => Outcome::warn(
                severity.milder(),
                format!("a session left the list {seconds} s after it signed out"),
            ),
        }
    } else {
        Outcome::pass("the list follows each login")
    };
    evidence.push(audit.still_works(person).await?);
    // Its own session and whoever else uses the account may be on it, with right.
    Ok(outcome.fact("entries at the beginning", before).shown_by(evidence))
}
