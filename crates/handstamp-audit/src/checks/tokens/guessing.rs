//! SA-TOK-08: how long guessing takes.

use super::analysed::analysed;
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Severity},
    checks::Check,
    oracle::random_like,
    tokens::half_guessed,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-TOK-08", Group::Token, Severity::High, "guessing tokens takes too long")
        .explained(
            "Asks `whoami` with a hundred random tokens of the right shape, no faster than the recipe allows, and says \
             whether the application slows a guesser down and how long guessing would take. Long tokens need no such \
             brake, so that its absence is no failure; only a random token that signs in is one. It runs last, since \
             it may be answered with a lockout.",
        )
        .remedied_by("Rely on the length of tokens; where they are short, limit wrong tokens by source address.")
        .standards(&["7.2.3"], &["SESS-01"], &[799])
        .from_profile(Profile::Standard)
        .costs(100),
    |audit| Box::pin(run(audit)),
);

const GUESSES: usize = 100;
/// An attacker with many machines.
const RATE: f64 = 10_000.0;
const SESSIONS: f64 = 1_000_000.0;
const MOST_PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let visitor = audit.sign_in(audit.first()).await?;
    let credentials = visitor.credentials();
    let credentials =
        audit.oracle().map_or_else(|| credentials.clone(), |oracle| oracle.smallest(&credentials));
    let mut evidence = Vec::new();
    let mut slowed = None;
    for asked in 0..GUESSES {
        let guess =
            credentials.parts().fold(crate::credentials::Credentials::none(), |all, (carrier, value)| {
                all.with(carrier.clone(), random_like(value, audit.random()))
            });
        let (origin, request) = audit.whoami(&guess)?;
        let exchange = audit.client().send_any(&origin, request, "whoami with a random token").await?;
        if asked == 0 {
            evidence.push(exchange.id);
        }
        if matches!(audit.seen(&exchange), crate::audit::Seen::Person(_)) {
            let why = format!("random token {} of {GUESSES} signed somebody in", asked + 1);
            return Ok(Outcome::fail(Severity::High, why).shown_by([exchange.id]));
        }
        if exchange.response.status == 429 {
            evidence.push(exchange.id);
            slowed = Some(asked + 1);
            let wait = exchange.response.header("retry-after").and_then(|value| value.trim().parse().ok());
            let wait = wait.map_or(MOST_PATIENCE, std::time::Duration::from_secs);
            // What follows, the end of the sessions above all, is not to be refused.
            audit.clock().pause(wait.min(MOST_PATIENCE)).await;
            break;
        }
    }
    let headline = match slowed {
        Some(asked) => format!("random tokens were slowed down after {asked} of them"),
        None => format!("{GUESSES} random tokens were refused, and none was slowed down"),
    };
    let outcome = Outcome::pass(headline).shown_by(evidence);
    let Ok(analysed) = analysed(audit).await else { return Ok(outcome) };
    let Some(numbers) = analysed.analysis.numbers else { return Ok(outcome) };
    let seconds = half_guessed(numbers.upper, RATE, SESSIONS);
    Ok(outcome.fact(
        format!("even chance for one of {SESSIONS} sessions at {RATE} guesses a second"),
        format!("after {} ({:.0} bits)", told(seconds), numbers.upper),
    ))
}

/// A time in words.
fn told(seconds: f64) -> String {
    const YEAR: f64 = 31_557_600.0;
    match seconds {
        _ if seconds < 120.0 => format!("{seconds:.1} seconds"),
        _ if seconds < 172_800.0 => format!("{:.1} hours", seconds / 3_600.0),
        _ if seconds < 2.0 * YEAR => format!("{:.0} days", seconds / 86_400.0),
        _ if seconds < 1e6 * YEAR => format!("{:.0} years", seconds / YEAR),
        _ => format!("{:.0e} years", seconds / YEAR),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_units_that_mean_something() {
        assert_eq!(
            [0.5, 7_200.0, 864_000.0, 1e10, 1e30].map(told),
            ["0.5 seconds", "2.0 hours", "10 days", "317 years", "3e22 years"]
        );
    }
}
