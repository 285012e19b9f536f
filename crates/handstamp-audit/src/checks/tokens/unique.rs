//! SA-TOK-01: every login gives another token.

use std::collections::BTreeMap;

use super::{
    analysed::{apart, are_alike, options},
    judged,
    sample::{Collected, Source, large, logins},
};
use crate::{
    audit::{Audit, Halt, Person},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    tokens::{FindingKind, Sample, Token},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-TOK-01", Group::Token, Severity::High, "every login gives another token")
        .explained(
            "Signs in twenty times with an empty jar, both accounts by turns, out again each time, and compares the \
             tokens; a bigger profile adds its large sample. It fails where one account always gets the same token, \
             which cannot be ended for one browser alone, and where tokens repeat more often than chance has it.",
        )
        .remedied_by(
            "Make a new token at every login from the operating system's random source, 16 bytes or more; where a \
             token carries its content, put a random id into it and keep that id on the server.",
        )
        .standards(&["7.2.2", "7.2.3", "7.2.4"], &["SESS-01"], &[331, 294])
        .costs(120),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let logins = logins(audit).await?;
    if let Some((times, name)) = constant(audit, &logins) {
        let why = format!("{times} logins of {name} gave one and the same token");
        return Ok(finished(Outcome::fail(Severity::High, why), &logins));
    }
    let mut all = logins.clone();
    if audit.options().profile > Profile::Quick {
        // Repeats of short seeds need more tokens than twenty.
        let large = large(audit, |one, other| are_alike(audit, one, other)).await?;
        match large.source {
            Source::Logins => all = large,
            Source::Visits => all.taken.extend(large.taken),
        }
    }
    let tokens = all.taken.iter().map(|taken| Token::new(taken.text.clone()));
    let sample =
        Sample::new(tokens).map_err(|error| Halt::inconclusive(Reason::NotObserved, error.to_string()))?;
    let analysis = apart(sample, options(audit).guesses(0)).await?;
    let words = format!("{} tokens, and none came twice", analysis.tokens);
    let outcome = judged(&analysis, &[FindingKind::Repeated], words).fact("distinct", analysis.distinct);
    Ok(finished(outcome, &all))
}

fn finished(outcome: Outcome, collected: &Collected) -> Outcome {
    outcome
        .fact("carrier", &collected.carrier)
        .fact("taken by", collected.told())
        .shown_by(collected.evidence())
}

/// Somebody whose every login gave the same token, and how many there were.
fn constant<'a>(audit: &'a Audit, logins: &Collected) -> Option<(usize, &'a str)> {
    let mut texts: BTreeMap<Person, Vec<&str>> = BTreeMap::new();
    for taken in &logins.taken {
        if let Some(person) = taken.person {
            texts.entry(person).or_default().push(&taken.text);
        }
    }
    let is_constant = |texts: &Vec<&str>| texts.len() > 1 && texts.windows(2).all(|pair| pair[0] == pair[1]);
    let (person, texts) = texts.iter().find(|(_, texts)| is_constant(texts))?;
    Some((texts.len(), audit.account(*person).name.as_str()))
}
