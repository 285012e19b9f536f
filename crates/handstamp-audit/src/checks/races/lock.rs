//! SA-RAC-07: whether requests of one session wait for each other.

use std::time::Duration;

use super::start::race;
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Severity},
    checks::Check,
    credentials::Credentials,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-RAC-07", Group::Race, Severity::Information, "it is known whether sessions wait")
        .explained(
            "Sends twenty requests of one session at once, and twenty of four sessions, and compares the times. It is never a \
             failure: an application that handles a session's requests one after the other can be held up by one slow \
             request, and hides races that other set-ups have.",
        )
        .remedied_by("Nothing has to change; where requests wait, release the session before slow work begins.")
        .standards(&[], &[], &[667])
        .from_profile(Profile::Standard)
        .costs(60),
    |audit| Box::pin(run(audit)),
);

const REQUESTS: usize = 20;
const SESSIONS: usize = 4;
const TURNS: usize = 3;
/// Less than this is the network's and the scheduler's noise.
const NOISE: Duration = Duration::from_millis(10);

/// How long requests take alone, together, and together in several sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pace {
    /// One request.
    pub(super) single: Duration,
    /// Twenty of one session, until the last.
    pub(super) together: Duration,
    /// Twenty of four sessions, until the last.
    pub(super) apart: Duration,
}

impl Pace {
    /// Whether one session's requests wait for each other: together they take about as long as one after the
    /// other, and those of several sessions do not.
    pub(super) fn waits(&self) -> bool {
        self.together >= NOISE
            && self.together * 10 >= self.single * u32::try_from(REQUESTS).unwrap_or(u32::MAX) * 5
            && self.together >= self.apart * 2
    }

    /// In words.
    pub(super) fn says(&self) -> String {
        let milliseconds = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1000.0);
        let what = if self.waits() { "wait for each other" } else { "are handled side by side" };
        let (single, together) = (milliseconds(self.single), milliseconds(self.together));
        format!(
            "{what}: one takes {single}, 20 at once {together}, 20 of four sessions {}",
            milliseconds(self.apart)
        )
    }
}

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let pace = pace(audit).await?;
    Ok(Outcome::pass(format!("requests of one session {}", pace.says())))
}

/// Measures it with `whoami`.
pub(super) async fn pace(audit: &Audit) -> Result<Pace, Halt> {
    let person = audit.first();
    let mut sessions = Vec::with_capacity(SESSIONS);
    for _ in 0..SESSIONS {
        sessions.push(audit.sign_in(person).await?.credentials());
    }
    let one = sessions.first().cloned().unwrap_or_default();
    let mut single = Vec::new();
    for _ in 0..3 {
        single.push(timed(audit, std::slice::from_ref(&one), 1, "one request of one session").await?);
    }
    single.sort_unstable();
    // By turns, and the shortest of each: a machine that is busy delays, and nothing hurries.
    let (mut together, mut apart) = (Duration::MAX, Duration::MAX);
    for _ in 0..TURNS {
        let one = std::slice::from_ref(&one);
        together = together.min(timed(audit, one, REQUESTS, "20 requests of one session").await?);
        apart = apart.min(timed(audit, &sessions, REQUESTS, "20 requests of four sessions").await?);
    }
    Ok(Pace { single: single.get(1).copied().unwrap_or_default(), together, apart })
}

/// Until the last of so many requests is answered, by the machine's clock.
async fn timed(
    audit: &Audit,
    sessions: &[Credentials],
    requests: usize,
    purpose: &str,
) -> Result<Duration, Halt> {
    let mut held = Vec::with_capacity(requests);
    for credentials in sessions.iter().cycle().take(requests) {
        let (origin, request) = audit.whoami(credentials)?;
        held.push(audit.client().hold(&origin, request, purpose).await?);
    }
    Ok(race(held, None, Duration::ZERO).await?.took())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(single: u64, together: u64, apart: u64) -> Pace {
        let millis = Duration::from_millis;
        Pace { single: millis(single), together: millis(together), apart: millis(apart) }
    }

    #[test]
    fn waiting_is_told_from_a_machine_that_is_busy() {
        assert!(pace(300, 5_900, 1_500).waits(), "PHP's file sessions");
        assert!(!pace(300, 320, 310).waits());
        assert!(!pace(300, 6_000, 5_900).waits(), "it handles one request at a time, whoever sends it");
        assert!(!pace(0, 4, 1).waits(), "too short to tell");
        assert!(pace(300, 5_900, 1_500).says().starts_with("wait for each other: one takes 300.0 ms"));
    }
}
