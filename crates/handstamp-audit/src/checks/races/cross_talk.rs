//! SA-RAC-06: nobody is shown somebody else's answer.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::bound;
use crate::{
    audit::{Audit, Halt, Person, Seen},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    wire::{Client, Exchange, Origin, Request, SendError},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-RAC-06", Group::Race, Severity::High, "nobody sees somebody else's answer")
        .explained(
            "Asks `whoami` for both accounts in turn, 500 times over twenty connections at once, fewer where budget or rate \
             are small. It fails where an answer shows the account that did not ask.",
        )
        .remedied_by("Keep who is signed in with the request, never in what the process, a worker or a connection shares.")
        .standards(&[], &[], &[488])
        .from_profile(Profile::Standard)
        .two_accounts()
        .costs(500),
    |audit| Box::pin(run(audit)),
);

const CONNECTIONS: usize = 20;
const MOST_REQUESTS: u64 = 500;
/// The most seconds that the rate may stretch it to.
const MOST_SECONDS: u64 = 15;

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let Some(second) = audit.second() else {
        return Ok(Outcome::not_applicable(Reason::SecondAccountMissing, "it takes two accounts"));
    };
    let mut asking = Vec::new();
    for person in [audit.first(), second] {
        let visitor = audit.sign_in(person).await?;
        let (origin, request) = audit.whoami(&visitor.credentials())?;
        asking.push((person, origin, request));
    }
    let (used, limit) = audit.client().requests();
    let rate = u64::from(audit.recipe().limits.rate.max(1));
    let total = affordable(limit.saturating_sub(used), rate);
    let each = usize::try_from(total).unwrap_or(0) / CONNECTIONS;
    let mut running = JoinSet::new();
    for connection in 0..CONNECTIONS {
        let client = audit.client().clone();
        // Half of the connections begin with the other account, so that both are always under way.
        let mut turn = asking.clone();
        turn.rotate_left(connection % 2);
        running.spawn(ask_in_turn(client, turn, each));
    }
    let (mut answers, mut mixed, mut unclear) = (0_u32, Vec::new(), 0_u32);
    while let Some(joined) = running.join_next().await {
        let Ok(asked) = joined else {
            return Err(Halt::inconclusive(Reason::TargetFailing, "a connection was lost"));
        };
        for (person, exchange) in asked? {
            answers += 1;
            match audit.seen(&exchange) {
                Seen::Person(seen) if seen != person => mixed.push(exchange.id),
                Seen::Person(_) => {}
                Seen::Nobody | Seen::Unclear(_) => unclear += 1,
            }
        }
    }
    let outcome = if !mixed.is_empty() {
        let why = format!("{} of {answers} answers showed the account that did not ask", mixed.len());
        mixed.truncate(5);
        Outcome::fail(CHECK.description.severity, why).shown_by(mixed)
    } else if answers == 0 || unclear * 2 > answers {
        let why = format!("{unclear} of {answers} answers showed nobody, so there was little to mix up");
        Outcome::inconclusive(Reason::TargetFailing, why)
    } else {
        let percent = 100.0 * bound(answers);
        Outcome::pass(format!(
            "{answers} answers showed who asked; a mix-up in more than {percent:.1} % of them would have been seen"
        ))
    };
    Ok(outcome.fact("answers", answers).fact("answers that showed nobody", unclear))
}

/// As many requests as budget and rate leave for one check.
fn affordable(left: u64, rate: u64) -> u64 {
    MOST_REQUESTS.min(left / 4).min(rate.saturating_mul(MOST_SECONDS))
}

/// Asks as one and the other in turn over one connection.
async fn ask_in_turn(
    client: Client,
    turn: Vec<(Person, Origin, Request)>,
    times: usize,
) -> Result<Vec<(Person, Arc<Exchange>)>, SendError> {
    let mut asked = Vec::with_capacity(times);
    let Some((_, origin, _)) = turn.first() else { return Ok(asked) };
    let mut connection = client.connect(origin).await?;
    for (person, _, request) in turn.iter().cycle().take(times) {
        // Without this every answer would end the connection that the next one is to share.
        let request = request.clone().only_header("Connection", "keep-alive");
        match client.send_on(&mut connection, request, "whoami beside those of the other account").await {
            Ok(exchange) => asked.push((*person, exchange)),
            Err(SendError::Broken { .. }) => connection = client.connect(origin).await?,
            Err(error) => return Err(error),
        }
    }
    Ok(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_no_more_than_budget_and_rate_leave() {
        assert_eq!(affordable(5_000, 50), 500);
        assert_eq!(affordable(400, 50), 100, "a quarter of what is left");
        assert_eq!(affordable(5_000, 10), 150);
    }
}
