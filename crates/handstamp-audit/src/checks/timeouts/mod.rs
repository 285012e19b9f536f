//! Whether sessions end by themselves, on the server.
//!
//! The report names how time passed: moved by the recipe's hook with proof, waited for where the configuration is
//! short, or not at all, and then nothing is concluded from what the application says of itself.

mod absolute;
mod client_side;
mod expired_is_dead;
mod heartbeat;
mod idle;
mod values;

use std::time::Duration;

use super::Check;
use crate::{
    audit::{Audit, Halt, Look, TimeMode, Visitor},
    check::{Outcome, Reason},
    recipe::StepName,
};

pub(super) const CHECKS: &[Check] = &[
    idle::CHECK,
    absolute::CHECK,
    client_side::CHECK,
    values::CHECK,
    heartbeat::CHECK,
    expired_is_dead::CHECK,
];

/// Refuses a question that would have to be answered by waiting for hours.
fn time_has_to_pass(audit: &Audit, timeout: Option<Duration>) -> Result<TimeMode, Halt> {
    match audit.time_mode(timeout) {
        TimeMode::Declared => {
            let why = if timeout.is_some() {
                "time cannot be moved and the timeout is too long to wait for: clock.advance in the recipe moves it, \
                 and handstamp audit park asks again hours later"
            } else {
                "time cannot be moved, and no timeout is declared that could be waited for: clock.advance in the recipe \
                 moves it, and handstamp audit park asks again hours later"
            };
            Err(Halt::inconclusive(Reason::DeclaredOnly, why))
        }
        mode => Ok(mode),
    }
}

fn says(mode: TimeMode) -> &'static str {
    match mode {
        TimeMode::Moved => "the application's clock was moved, with proof",
        TimeMode::Waited => "waited for, with a short configuration",
        TimeMode::Declared => "only declared",
    }
}

/// A new session that is asked once after so much time without use: asking is a use.
async fn asked_once_after(audit: &Audit, time: Duration) -> Result<(bool, Look), Halt> {
    let mut visitor = audit.sign_in(audit.first()).await?;
    audit.let_pass(time).await?;
    let look =
        asked_as_client(audit, &mut visitor, &format!("after {} s without use: whoami", time.as_secs()))
            .await?;
    Ok((look.is(audit.first()), look))
}

/// As [`asked`], by a client that does what clients do: it keeps what it is given in the place of what it had, and where
/// its token has run out, it refreshes. What lives on in this way is the same session.
async fn asked_as_client(audit: &Audit, visitor: &mut Visitor<'_>, purpose: &str) -> Result<Look, Halt> {
    let look = asked(audit, visitor, purpose).await?;
    if look.is(audit.first()) {
        visitor.take(&look.exchange);
        return Ok(look);
    }
    if !audit.has_step(StepName::Refresh) {
        return Ok(look);
    }
    match visitor.play(StepName::Refresh).await {
        Ok(_) => audit.remember(visitor),
        Err(error) if error.source.is_none() => return Ok(look),
        Err(error) => return Err(error.into()),
    }
    asked(audit, visitor, &format!("{purpose}, after a refresh")).await
}

/// Who is signed in; an answer that cannot be told is none.
async fn asked(audit: &Audit, visitor: &Visitor<'_>, purpose: &str) -> Result<Look, Halt> {
    let look = audit.look_for(&visitor.credentials(), purpose).await?;
    if look.is(audit.first()) || look.is_nobody() {
        return Ok(look);
    }
    let why = "whoami answered neither with the account nor with nobody";
    Err(Outcome::inconclusive(Reason::TargetFailing, why).shown_by([look.id()]).into())
}

/// A duration as people write it: `30 min`, `12 h`, `90 s`.
fn spelled(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 3600 && seconds % 3600 == 0 => format!("{} h", seconds / 3600),
        seconds if seconds >= 60 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}
