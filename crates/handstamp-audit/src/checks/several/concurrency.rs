//! SA-MUL-01: as many sessions as the policy says.

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    recipe::{Admission, Concurrency},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-MUL-01", Group::Several, Severity::Low, "sessions are as many as declared")
        .explained(
            "Ends what the run began, signs in three times more than policy.concurrent allows, and asks `whoami` with every \
             token. It is a warning where more are alive than declared, or others: not the oldest ended, or one ended \
             where the sign-in should have failed. Fewer are fine. Without a declared number five logins are only counted.",
        )
        .remedied_by("Count an account's sessions when one begins, in the same transaction, and end or refuse as declared.")
        .standards(&["7.1.2"], &["SESS-11"], &[770])
        .from_profile(Profile::Standard)
        .costs(60),
    |audit| Box::pin(run(audit)),
);

/// Logins where no number is declared.
const UNDECLARED: u32 = 5;
/// Logins beyond the declared number.
const BEYOND: u32 = 3;
/// A higher number takes more logins than a run has requests for.
const MOST: u32 = 50;

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let declared = audit.recipe().policy.concurrent;
    if let Some(Concurrency { max, .. }) = declared.filter(|declared| declared.max > MOST) {
        let why = format!("{max} sessions are allowed, and trying that takes too many logins");
        return Ok(Outcome::inconclusive(Reason::Budget, why));
    }
    let logins = declared.map_or(UNDECLARED, |declared| declared.max + BEYOND);
    audit.end_sessions_of(person).await;
    let (mut visitors, mut refused, mut evidence) = (Vec::new(), 0, Vec::new());
    for _ in 0..logins {
        match audit.sign_in(person).await {
            Ok(visitor) => visitors.push(visitor),
            // A login that the application answers and refuses; what never arrived says nothing.
            Err(Halt::Step(error)) if error.source.is_none() && !visitors.is_empty() => {
                refused += 1;
                evidence.extend(error.exchange);
            }
            Err(halt) => return Err(halt),
        }
    }
    let mut alive = Vec::new();
    for (number, visitor) in (1..).zip(&visitors) {
        let purpose = format!("whoami with the token of login {number} of {logins}");
        let look = audit.look_for(&visitor.credentials(), &purpose).await?;
        alive.push(look.is(person));
        evidence.push(look.id());
    }
    // A sign-in that is refused at the limit would stop every check after this one.
    audit.end_sessions_of(person).await;
    evidence.push(audit.still_works(person).await?);
    let count = alive.iter().filter(|alive| **alive).count();
    let outcome = match declared {
        None => {
            Outcome::pass(format!("no number is declared: {count} of {logins} sessions lived side by side"))
        }
        Some(declared) => match compare(declared, &alive, refused) {
            Ok(how) => Outcome::pass(how),
            Err(how) => Outcome::warn(CHECK.description.severity, how),
        },
    };
    Ok(outcome.fact("logins", logins).fact("refused", refused).fact("alive", count).shown_by(evidence))
}

/// Whether what became of the logins, the oldest first, is what was declared.
fn compare(declared: Concurrency, alive: &[bool], refused: usize) -> Result<String, String> {
    let max = usize::try_from(declared.max).unwrap_or(usize::MAX);
    let count = alive.iter().filter(|alive| **alive).count();
    let is_newest = alive.iter().rev().take(count).all(|alive| *alive);
    if count > max {
        return Err(format!("{count} sessions are alive, and {max} are allowed"));
    }
    match declared.on_excess {
        Admission::EvictOldest if refused > 0 => {
            Err(format!("{refused} logins were refused where the oldest session should have ended"))
        }
        Admission::EvictOldest if !is_newest => {
            Err("one more ended another session than the oldest".to_owned())
        }
        Admission::Refuse if refused == 0 => {
            Err("one more ended a session where the login should have failed".to_owned())
        }
        // Stricter than declared is no flaw.
        _ if count < max => Ok(format!("{count} of {max} allowed sessions live side by side")),
        Admission::EvictOldest => Ok(format!("one more than {max} ends the oldest")),
        Admission::Refuse => Ok(format!("one more than {max} is refused")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alive_is_held_against_what_was_declared() {
        let evict = Concurrency { max: 2, on_excess: Admission::EvictOldest };
        let refuse = Concurrency { max: 2, on_excess: Admission::Refuse };
        assert!(compare(evict, &[false, false, true, true], 0).is_ok());
        assert!(compare(evict, &[true, true, true, true], 0).unwrap_err().contains("4 sessions are alive"));
        assert!(compare(evict, &[false, true, true, true], 0).is_err(), "one too many");
        assert!(compare(evict, &[false, false, false, true], 0).is_ok(), "one session at a time is stricter");
        assert!(compare(evict, &[true, false, false, true], 0).unwrap_err().contains("than the oldest"));
        assert!(compare(evict, &[true, true], 2).unwrap_err().contains("refused"));
        assert!(compare(refuse, &[true, true], 2).is_ok());
        assert!(compare(refuse, &[false, false, true, true], 0).unwrap_err().contains("should have failed"));
        assert!(compare(refuse, &[true], 3).is_ok());
    }
}
