//! Sessions that are signed in now and asked hours later: how idle timeouts are measured where nothing moves the clock.
//!
//! Asking is a use, so each session is asked exactly once, at a time of its own. What comes out is an interval: "ends
//! between 15 and 20 minutes without use".

mod conclude;
mod state;

use std::time::{Duration, UNIX_EPOCH};

pub use state::{AskedOnce, Parked, ParkedSession, StateError};

use crate::{
    audit::{Audit, CleanUp, Halt, Seen},
    check::Reason,
    clock::Clock,
    credentials::Credentials,
};

/// When sessions are asked, after they were parked.
pub const SCHEDULE: [Duration; 14] = [
    minutes(1),
    minutes(2),
    minutes(5),
    minutes(10),
    minutes(15),
    minutes(20),
    minutes(30),
    minutes(45),
    minutes(60),
    minutes(120),
    minutes(4 * 60),
    minutes(8 * 60),
    minutes(12 * 60),
    minutes(24 * 60),
];

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

/// Signs a session in for each of these times and leaves them. Where the application keeps fewer sessions of one
/// account, fewer are parked, at times that are spread over the schedule.
///
/// # Errors
///
/// Where nobody can be signed in, or signed in cannot be told from not signed in.
pub async fn park(audit: &Audit, schedule: &[Duration]) -> Result<Parked, Halt> {
    let person = audit.first();
    if !audit.look_for(&Credentials::none(), "control: whoami without a login").await?.is_nobody() {
        let why = "whoami shows somebody without a login; see handstamp audit doctor";
        return Err(Halt::inconclusive(Reason::NoOracle, why));
    }
    let mut signed_in = Vec::new();
    for _ in schedule {
        signed_in.push(audit.sign_in(person).await?.credentials());
    }
    let mut alive = Vec::new();
    for credentials in signed_in {
        // A limit on sessions has ended the oldest by now. This look is each session's last use.
        let look = audit.look_for(&credentials, "whoami of a session to be parked").await?;
        if look.is(person) {
            alive.push((since_epoch(audit.clock()), credentials));
        }
    }
    if alive.is_empty() {
        let why = "no login was shown by whoami; see handstamp audit doctor";
        return Err(Halt::inconclusive(Reason::NoOracle, why));
    }
    let sessions = spread(schedule, alive.len())
        .into_iter()
        .zip(alive)
        .map(|(after, (used, credentials))| ParkedSession::new(after, used, &credentials))
        .collect();
    Ok(Parked::new(audit.recipe(), sessions))
}

/// So many of the times, evenly spread, the last one among them.
fn spread(schedule: &[Duration], count: usize) -> Vec<Duration> {
    let count = count.min(schedule.len());
    (1..=count)
        .filter_map(|nth| schedule.get((nth * schedule.len() / count.max(1)).saturating_sub(1)).copied())
        .collect()
}

/// Asks every session whose time has come, each once. Where one is over, a fresh login has to work.
///
/// # Errors
///
/// Where the application cannot be asked, or the control fails; then nothing of this time is noted.
pub async fn ask_due(audit: &Audit, parked: &mut Parked) -> Result<usize, Halt> {
    let now = since_epoch(audit.clock());
    let mut answers = Vec::new();
    for (index, session) in parked.sessions().iter().enumerate() {
        let waited = now.saturating_sub(session.last_use());
        if session.asked().is_some() || waited < session.after() {
            continue;
        }
        let purpose = format!("{} min without use: whoami of a parked session", waited.as_secs() / 60);
        let look = audit.look_for(&session.credentials(), &purpose).await?;
        if let Seen::Unclear(why) = look.seen {
            return Err(Halt::inconclusive(
                Reason::TargetFailing,
                format!("whoami could not be told: {why}"),
            ));
        }
        answers.push((index, AskedOnce::new(waited, look.is(audit.first()))));
    }
    if answers.iter().any(|(_, asked)| !asked.is_alive) {
        // A limit on sessions would end a parked one for a login of the same account.
        audit.still_works(audit.second().unwrap_or(audit.first())).await?;
    }
    for (index, asked) in &answers {
        parked.note(*index, *asked);
    }
    Ok(answers.len())
}

/// Ends what is left: sessions that were not asked, or were alive when they were. Those that show a header besides
/// cookies cannot be signed out and are counted.
pub async fn release(audit: &Audit, parked: &Parked) -> CleanUp {
    for session in parked.sessions() {
        if session.asked().is_none_or(|asked| asked.is_alive) {
            let mut browser = audit.visitor(audit.first());
            browser.adopt(&session.credentials());
            audit.remember(&browser);
        }
    }
    audit.clean_up().await
}

fn since_epoch(clock: &std::sync::Arc<dyn Clock>) -> Duration {
    clock.now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_sessions_are_spread_over_the_schedule() {
        assert_eq!(spread(&SCHEDULE, 14), SCHEDULE);
        assert_eq!(spread(&SCHEDULE, 1), [minutes(24 * 60)]);
        assert_eq!(spread(&SCHEDULE, 3), [minutes(10), minutes(60), minutes(24 * 60)]);
        assert!(spread(&SCHEDULE, 0).is_empty());
        assert_eq!(spread(&SCHEDULE, 99), SCHEDULE);
    }
}
