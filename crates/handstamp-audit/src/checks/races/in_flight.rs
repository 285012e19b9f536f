//! SA-RAC-01: nothing that is under way revives an ended session.

use super::{
    lock::Pace,
    rounds,
    series::{End, Load, Series, alone, series},
    unseen,
};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity, Verdict},
    checks::Check,
    recipe::{Secret, StepName},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-RAC-01", Group::Race, Severity::High, "no request under way revives a session")
        .explained(
            "Sends twenty writes, then twenty reads, with one session's token and its logout, ending all others, or a new \
             password where that is allowed: in half of many rounds in their midst, in the other half 10 ms later. It fails where the token is alive after the \
             answer and still 5 s later: a write that was under way saved the session again.",
        )
        .remedied_by(
            "Save a session by updating a record that is there, never by writing it anew: what was deleted then stays \
             deleted. In express-session set `resave: false` and a store whose `set` and `touch` refuse ids that are gone.",
        )
        .standards(&["7.4.1", "15.4.2"], &["SESS-06"], &[362, 613])
        .from_profile(Profile::Standard)
        .needs(&[StepName::Logout])
        .costs(900),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    if let Some(why) = not_without_race(audit, End::Logout) {
        return Ok(Outcome::inconclusive(Reason::NeedsAnotherCheck, why));
    }
    let logout = alone(audit, End::Logout).await?;
    if !logout.ends {
        let why = "the logout ends nothing even with no request under way, so it is no race (SA-END-01)";
        return Ok(Outcome::inconclusive(Reason::NeedsAnotherCheck, why));
    }
    let rounds = rounds(audit);
    let mut done = Vec::new();
    let broken = broken_write(audit).await?;
    let has_write = audit.has_step(StepName::Write) && broken.is_none();
    if has_write {
        let writes = series(audit, End::Logout, Load::Writes, rounds, &logout).await?;
        done.push((End::Logout, Load::Writes, writes));
    }
    if done.iter().all(|(_, _, series)| series.hits == 0) {
        let reads = series(audit, End::Logout, Load::Reads, rounds, &logout).await?;
        done.push((End::Logout, Load::Reads, reads));
    }
    let load = if has_write { Load::Writes } else { Load::Reads };
    let mut left_out = Vec::new();
    for end in [End::Others, End::Password] {
        if !audit.has_step(end.step()) || (end == End::Password && !audit.options().allows_destructive) {
            continue;
        }
        if let Some(why) = not_without_race(audit, end) {
            left_out.push((end, why));
            continue;
        }
        match ending(audit, end, load, rounds).await? {
            Some(series) => done.push((end, load, series)),
            None => left_out.push((end, "ends nothing even with no request under way".to_owned())),
        }
    }
    let pace = super::lock::pace(audit).await?;
    audit.still_works(audit.first()).await?;
    let mut outcome = conclude(&done, &pace);
    if let Some(why) = broken {
        outcome = outcome.fact("writes under way", format!("none, reads only: {why}"));
    }
    Ok(left_out.into_iter().fold(outcome, |outcome, (end, why)| outcome.fact(end.step().word(), why)))
}

/// Why the recipe's write shows nothing, where it does not even work with nothing else under way.
async fn broken_write(audit: &Audit) -> Result<Option<String>, Halt> {
    if !audit.has_step(StepName::Write) {
        return Ok(None);
    }
    let mut visitor = audit.sign_in(audit.first()).await?;
    visitor.variables.set("nonce", audit.random().word());
    let seen = match visitor.play(StepName::Write).await {
        Ok(_) => visitor.sees_effect(StepName::Write).await,
        Err(error) => Err(error),
    };
    match seen {
        Ok(Some((false, _))) => Ok(Some("what [steps.write] writes cannot be read back".to_owned())),
        Ok(_) => Ok(None),
        Err(error) if error.source.is_none() => Ok(Some(format!("[steps.write] does not work: {error}"))),
        Err(error) => Err(error.into()),
    }
}

/// Why a race with this end shows nothing: it did not end sessions without one.
fn not_without_race(audit: &Audit, end: End) -> Option<String> {
    let id = end.without_race();
    match audit.verdict_of(id)? {
        Verdict::Pass | Verdict::NotApplicable { .. } => None,
        other => Some(format!("{id} has to pass first and is {other}")),
    }
}

/// The series of an end out of another session, where that end works at all; a password is put back whatever came
/// of it.
async fn ending(audit: &Audit, end: End, load: Load, rounds: u32) -> Result<Option<Series>, Halt> {
    let original = audit.password(audit.first());
    let racing = async {
        let alone = alone(audit, end).await?;
        if alone.ends { series(audit, end, load, rounds, &alone).await.map(Some) } else { Ok(None) }
    };
    let done = racing.await;
    put_back(audit, original).await?;
    done
}

async fn put_back(audit: &Audit, original: Secret) -> Result<(), Halt> {
    let person = audit.first();
    if audit.password(person).reveal() == original.reveal() {
        return Ok(());
    }
    let mut visitor = audit.sign_in(person).await?;
    visitor.variables.set("new_password", original.reveal());
    visitor.play(StepName::ChangePassword).await?;
    audit.password_changed(person, original);
    audit.remember(&visitor);
    Ok(())
}

fn conclude(done: &[(End, Load, Series)], pace: &Pace) -> Outcome {
    // Of equals the first, which is the logout.
    let worst =
        done.iter().rev().max_by_key(|(_, _, series)| series.hits).filter(|(_, _, series)| series.hits > 0);
    let telling = done.iter().filter(|(_, _, series)| series.is_telling());
    let outcome = if let Some((end, load, series)) = worst {
        let why = format!(
            "{} of {} rounds left the session alive after {} during {}",
            series.hits,
            series.rounds,
            end.step(),
            load.word(),
        );
        Outcome::fail(CHECK.description.severity, why).shown_by(series.evidence.iter().copied())
    } else if let Some(rounds) = telling.map(|(_, _, series)| series.rounds).min() {
        Outcome::pass(unseen(rounds))
    } else if done.iter().all(|(_, _, series)| series.rounds == 0) {
        Outcome::inconclusive(Reason::StepFailed, "what should end the session failed in every round")
    } else if done.iter().all(|(_, _, series)| series.taken == 0) {
        Outcome::inconclusive(Reason::StepFailed, "the application took none of the requests under way")
    } else {
        let why = "every request was answered before the end was sent, so nothing was ever under way with it";
        Outcome::inconclusive(Reason::NotObserved, why)
    };
    let outcome = done.iter().fold(outcome, |outcome, (end, load, series)| {
        outcome.fact(format!("{} during 20 {}", end.step(), load.word()), series.says(*load))
    });
    outcome.fact("requests of one session", pace.says())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(hits: u32, rounds: u32, overlapping: u32, taken: usize) -> Outcome {
        let series = Series { rounds, hits, overlapping, taken, ..Series::default() };
        conclude(&[(End::Logout, Load::Writes, series)], &Pace::default())
    }

    #[test]
    fn a_race_that_was_not_seen_is_not_called_absent() {
        let seen = after(8, 10, 10, 200);
        assert_eq!(seen.verdict, Verdict::Fail { severity: Severity::High });
        assert_eq!(seen.headline, "8 of 10 rounds left the session alive after logout during writes");
        let unseen = after(0, 10, 3, 200);
        assert_eq!(unseen.verdict, Verdict::Pass);
        assert!(unseen.headline.contains("26 %"), "{}", unseen.headline);
    }

    #[test]
    fn rounds_in_which_nothing_could_race_show_nothing() {
        let reason = |outcome: Outcome| outcome.verdict.reason();
        assert_eq!(reason(after(0, 10, 0, 200)), Some(Reason::NotObserved));
        assert_eq!(reason(after(0, 10, 10, 0)), Some(Reason::StepFailed), "every write was refused");
        assert_eq!(reason(after(0, 0, 5, 200)), Some(Reason::StepFailed), "every logout failed");
    }
}
