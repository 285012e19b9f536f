//! Whether all of it holds under parallel requests.
//!
//! Every request of a race is sent but for its last byte, each on a connection of its own, and then all last bytes go
//! out. A race that was never seen is not proved absent: a pass says how often it could still win.

mod cross_talk;
mod in_flight;
mod limit;
mod lock;
mod refresh;
mod rotation;
mod same_start;
mod series;
mod start;

use std::time::Duration;

use super::Check;
use crate::{audit::Audit, check::Profile};

/// The lock first: what it shows explains what the others do not see.
pub(super) const CHECKS: &[Check] = &[
    lock::CHECK,
    in_flight::CHECK,
    limit::CHECK,
    refresh::CHECK,
    rotation::CHECK,
    same_start::CHECK,
    cross_talk::CHECK,
];

/// How many rounds a race has, each with a session of its own.
fn rounds(audit: &Audit) -> u32 {
    match audit.options().profile {
        // No race is in the quick profile; one that is asked for by name is asked as usual.
        Profile::Quick | Profile::Standard => 10,
        Profile::Deep => 100,
    }
}

/// The rate of wins that so many rounds without one leave possible, with 95 % confidence: `1 - 0.05^(1/R)`.
fn bound(rounds: u32) -> f64 {
    if rounds == 0 { 1.0 } else { 1.0 - 0.05_f64.powf(1.0 / f64::from(rounds)) }
}

/// What no win in so many rounds says.
fn unseen(rounds: u32) -> String {
    let percent = 100.0 * bound(rounds);
    let percent = if percent < 10.0 { format!("{percent:.1}") } else { format!("{percent:.0}") };
    format!(
        "not observed in {rounds} rounds; a race that wins more than {percent} % of them would have been seen"
    )
}

/// How long after a change of token the old one has to be dead: past the declared grace, or past what applications
/// have that declare none.
fn past_grace(audit: &Audit) -> Duration {
    match audit.recipe().policy.rotation_grace {
        Duration::ZERO => Duration::from_secs(15),
        grace => grace + Duration::from_secs(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_win_says_how_often_one_is_still_possible() {
        for (rounds, percent) in [(10, 25.9), (30, 9.5), (100, 3.0)] {
            assert!((100.0 * bound(rounds) - percent).abs() < 0.06, "{rounds}: {}", bound(rounds));
        }
        assert!(unseen(10).ends_with("more than 26 % of them would have been seen"), "{}", unseen(10));
        assert!(unseen(100).contains("3.0 %"), "{}", unseen(100));
        assert!((bound(0) - 1.0).abs() < f64::EPSILON, "no round shows nothing");
    }
}
