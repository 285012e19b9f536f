//! What parked sessions say of the idle timeout (SA-TMO-01).

use std::time::Duration;

use super::Parked;
use crate::{
    check::{Outcome, Reason, Severity},
    recipe::Declared,
};

impl Parked {
    /// What is known by now. `Inconclusive` with [`Reason::Pending`] while sessions wait whose answer still says
    /// something.
    pub fn conclude(&self, policy: &Declared) -> Outcome {
        let asked = || self.sessions().iter().filter_map(super::ParkedSession::asked);
        let alive = asked().filter(|asked| asked.is_alive).map(|asked| asked.waited).max();
        let dead = asked().filter(|asked| !asked.is_alive).map(|asked| asked.waited).min();
        let waiting = self.sessions().iter().filter(|session| session.asked().is_none());
        let next = waiting.clone().map(super::ParkedSession::after).min();
        let alive = Duration::from_secs(alive.unwrap_or(0));
        let declared = policy.idle.map(|idle| format!("{} is declared", spelled(idle)));
        let declared = declared.unwrap_or_else(|| "no policy is declared".to_owned());
        if policy.idle.is_some_and(|idle| alive > idle.mul_f64(1.1)) {
            let why = format!("still signed in after {} without use; {declared}", spelled(alive));
            return Outcome::fail(Severity::Medium, why);
        }
        if let Some(dead) = dead.map(Duration::from_secs) {
            if dead < alive {
                let why = format!(
                    "one session was over after {} and another alive after {}: something else ends sessions here",
                    spelled(dead),
                    spelled(alive)
                );
                return Outcome::inconclusive(Reason::Unstable, why);
            }
            let what =
                format!("ends between {} and {} without use; {declared}", spelled(alive), spelled(dead));
            return match policy.idle {
                Some(idle) if dead < idle.mul_f64(0.9) => Outcome::warn(Severity::Low, what),
                Some(idle) if dead > idle * 2 => {
                    let why = format!("{what}; that is too far apart to tell: park sessions nearer to it");
                    Outcome::inconclusive(Reason::NotObserved, why)
                }
                _ => Outcome::pass(what),
            };
        }
        let Some(next) = next else {
            let why = format!(
                "still signed in after {} without use, the longest that was waited; {declared}",
                spelled(alive)
            );
            return Outcome::inconclusive(Reason::NotObserved, why);
        };
        let why = format!(
            "alive after {}; {} sessions wait, the next is asked {} after it was parked",
            spelled(alive),
            waiting.count(),
            spelled(next)
        );
        Outcome::inconclusive(Reason::Pending, why)
    }
}

/// A duration as people say it.
fn spelled(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 7200 => format!("{:.1} h", Duration::from_secs(seconds).as_secs_f64() / 3600.0),
        seconds if seconds >= 60 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}
