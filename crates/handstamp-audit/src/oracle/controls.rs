//! The gate: `whoami` with and without a credential, and with two that look right.

use thiserror::Error;

use super::{damaged, random_like};
use crate::{
    audit::{Audit, Halt, Look, Person, Seen},
    credentials::Credentials,
    wire::ExchangeId,
};

/// How often each side is asked.
const TIMES: usize = 3;

/// What the controls saw.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Controls {
    /// The credentials of the first person that were tried.
    pub credentials: Credentials,
    /// Whether a token with one character changed still signs in.
    pub accepts_damaged: bool,
    /// What was asked and what was seen, one line each.
    pub lines: Vec<String>,
    /// The exchanges.
    pub evidence: Vec<ExchangeId>,
}

/// Signed in cannot be told from not signed in.
#[derive(Clone, Debug, Error)]
#[error("{why}")]
#[non_exhaustive]
pub struct NoOracle {
    /// What is wrong, and what to look at in the recipe.
    pub why: String,
    /// What was asked and what was seen, one line each.
    pub lines: Vec<String>,
    /// The exchanges.
    pub evidence: Vec<ExchangeId>,
}

struct Asked {
    lines: Vec<String>,
    evidence: Vec<ExchangeId>,
}

impl Asked {
    /// Asks three times; whether the answer was what is wanted each time, and one that was not.
    async fn three(
        &mut self,
        audit: &Audit,
        what: &str,
        credentials: &[Credentials],
        wanted: &Seen,
    ) -> Result<Result<(), Look>, Halt> {
        let mut seen = Vec::new();
        let mut other = None;
        for turn in 0..TIMES {
            let credentials = &credentials[turn % credentials.len()];
            let look = audit.look_for(credentials, &format!("control: whoami {what}")).await?;
            self.evidence.push(look.id());
            seen.push(said(audit, &look.seen));
            if look.seen != *wanted {
                other.get_or_insert(look);
            }
        }
        self.lines.push(format!("{what}: {}", seen.join(", ")));
        Ok(other.map_or(Ok(()), Err))
    }

    fn refuse(self, why: String) -> NoOracle {
        NoOracle { why, lines: self.lines, evidence: self.evidence }
    }
}

fn said(audit: &Audit, seen: &Seen) -> String {
    match seen {
        Seen::Person(person) => audit.account(*person).name.clone(),
        Seen::Nobody => "nobody".to_owned(),
        Seen::Unclear(what) => format!("unclear ({what})"),
    }
}

/// Asks all of it. The outer error ends the run as any check's does; the inner one says what to mend.
pub async fn establish(audit: &Audit) -> Result<Result<Controls, NoOracle>, Halt> {
    let mut asked = Asked { lines: Vec::new(), evidence: Vec::new() };
    let first = audit.first();
    let name = &audit.account(first).name;

    let visitor = match audit.sign_in(first).await {
        Ok(visitor) => visitor,
        Err(Halt::Step(error)) if error.source.is_none() => return Ok(Err(asked.refuse(error.to_string()))),
        Err(halt) => return Err(halt),
    };
    let credentials = visitor.credentials();
    if credentials.is_empty() {
        let why = format!("login of {name} gave no cookie, and whoami has no header with a value from login");
        return Ok(Err(asked.refuse(why)));
    }
    let with = format!("with the credentials of {name}");
    if let Err(look) =
        asked.three(audit, &with, std::slice::from_ref(&credentials), &Seen::Person(first)).await?
    {
        let turns = asked.evidence.len() - asked.evidence.iter().position(|id| *id == look.id()).unwrap_or(0);
        let marker = &audit.account(first).marker;
        let showed = said(audit, &look.seen);
        let (line, brief) = (whoami_line(audit), crate::audit::brief(&look.exchange));
        let why = if turns == TIMES {
            format!("whoami does not show {marker:?} after login: it showed {showed} (line {line}; {brief})")
        } else {
            format!(
                "whoami shows {marker:?} once after login, and then {showed} to the same credentials (line {line}; \
                 {brief}): tokens that count for one request cannot be tested, for asking again is how it is done"
            )
        };
        return Ok(Err(asked.refuse(why)));
    }
    let without = asked.three(audit, "without a credential", &[Credentials::none()], &Seen::Nobody).await?;
    if let Err(look) = without {
        let why = format!(
            "whoami shows {} without any credential: its marker is on a page that everybody sees",
            said(audit, &look.seen)
        );
        return Ok(Err(asked.refuse(why)));
    }

    let random: Vec<_> = (0..TIMES).map(|_| altered(audit, &credentials, random_like)).collect();
    if let Err(look) =
        asked.three(audit, "with random tokens of the same shape", &random, &Seen::Nobody).await?
    {
        let why = format!(
            "whoami shows {} with a random token: the marker does not need a session",
            said(audit, &look.seen)
        );
        return Ok(Err(asked.refuse(why)));
    }
    let broken: Vec<_> = (0..TIMES).map(|_| altered(audit, &credentials, damaged)).collect();
    let accepts_damaged = asked
        .three(audit, "with a damaged token", &broken, &Seen::Nobody)
        .await?
        .is_err_and(|look| look.is(first));

    if let Some(second) = audit.second()
        && let Err(why) = second_differs(audit, &mut asked, second).await?
    {
        return Ok(Err(asked.refuse(why)));
    }
    Ok(Ok(Controls { credentials, accepts_damaged, lines: asked.lines, evidence: asked.evidence }))
}

async fn second_differs(
    audit: &Audit,
    asked: &mut Asked,
    second: Person,
) -> Result<Result<(), String>, Halt> {
    let name = &audit.account(second).name;
    let visitor = match audit.sign_in(second).await {
        Ok(visitor) => visitor,
        Err(Halt::Step(error)) if error.source.is_none() => return Ok(Err(format!("as {name}: {error}"))),
        Err(halt) => return Err(halt),
    };
    let look = audit.look_for(&visitor.credentials(), &format!("control: whoami as {name}")).await?;
    asked.evidence.push(look.id());
    asked.lines.push(format!("with the credentials of {name}: {}", said(audit, &look.seen)));
    if look.is(second) {
        return Ok(Ok(()));
    }
    Ok(Err(format!(
        "whoami does not show {:?} after the login of {name}: it showed {}",
        audit.account(second).marker,
        said(audit, &look.seen)
    )))
}

/// The credentials with every value changed in the same way.
pub(super) fn altered(
    audit: &Audit,
    credentials: &Credentials,
    change: fn(&str, &crate::audit::Random) -> String,
) -> Credentials {
    credentials.parts().fold(Credentials::none(), |all, (carrier, value)| {
        all.with(carrier.clone(), change(value, audit.random()))
    })
}

fn whoami_line(audit: &Audit) -> usize {
    audit.recipe().steps.get(&crate::recipe::StepName::Whoami).map_or(0, |step| step.line)
}
