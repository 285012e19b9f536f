//! SA-LOG-01: nothing that anybody may ask makes a session of somebody.

use std::collections::BTreeMap;

use crate::{
    audit::{Audit, Halt, Seen, Visitor},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::{Check, fixation::open_anonymously},
    recipe::{StepName, StepRequest},
    wire::{ExchangeId, Request},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-LOG-01", Group::Logic, Severity::High, "no public request makes anybody signed in")
        .explained(
            "Opens a session as nobody, sends each public request of the recipe with the first account's name, such as \
             asking for a password reset, alone and in pairs, and asks for every protected page. It fails where a page \
             shows the account, or where one is served that a blank session does not get (session puzzling).",
        )
        .remedied_by("Keep what a public form noted apart from who is signed in: another name in the session, another session.")
        .standards(&["8.3.2"], &["SESS-08"], &[841, 287])
        .from_profile(Profile::Standard)
        .costs(40),
    |audit| Box::pin(run(audit)),
);

/// The most pairs of requests that are tried.
const MOST_PAIRS: usize = 30;

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let public = &audit.recipe().public;
    if public.entries.is_empty() || public.protected.is_empty() {
        let why = "the recipe has no public.entry or no public.protected";
        return Ok(Outcome::not_applicable(Reason::NoStepInRecipe, why));
    }
    let mut blank = audit.visitor(audit.first());
    open_anonymously(audit, &mut blank).await?;
    let mut evidence = Vec::new();
    let before = pages(audit, &blank, &mut evidence).await?;
    let shown: Vec<_> =
        before.iter().filter(|(_, page)| page.shows_account).map(|(path, _)| path.as_str()).collect();
    if !shown.is_empty() {
        let why = format!("the control failed: a blank session sees the account on {}", shown.join(", "));
        return Ok(Outcome::inconclusive(Reason::ControlFailed, why).shown_by(evidence));
    }
    let mut tried = 0;
    for sequence in sequences(&public.entries) {
        let mut visitor = audit.visitor(audit.first());
        open_anonymously(audit, &mut visitor).await?;
        play(&mut visitor, &sequence).await?;
        let mut seen = Vec::new();
        let after = pages(audit, &visitor, &mut seen).await?;
        tried += 1;
        for (path, page) in &after {
            let was_served = before.get(path).is_some_and(|before| before.is_served);
            if page.shows_account || (page.is_served && !was_served) {
                let names: Vec<_> = sequence.iter().map(|entry| entry.target.to_string()).collect();
                let why = format!("after {} alone, {path} is served to nobody", names.join(" and "));
                return Ok(Outcome::fail(CHECK.description.severity, why).shown_by(seen));
            }
        }
        evidence.extend(seen.into_iter().take(1));
    }
    Ok(Outcome::pass(format!("{tried} sequences of public requests opened no page")).shown_by(evidence))
}

/// Each request alone, and ordered pairs of different ones.
fn sequences(entries: &[StepRequest]) -> Vec<Vec<&StepRequest>> {
    let mut all: Vec<_> = entries.iter().map(|entry| vec![entry]).collect();
    for (one, first) in entries.iter().enumerate() {
        let others = entries.iter().enumerate().filter(|(other, _)| *other != one);
        all.extend(others.map(|(_, second)| vec![first, second]));
    }
    all.truncate(entries.len() + MOST_PAIRS);
    all
}

/// Sends public requests; what they answer is theirs to decide.
async fn play(visitor: &mut Visitor<'_>, sequence: &[&StepRequest]) -> Result<(), Halt> {
    for entry in sequence {
        match visitor.play_request(StepName::Anonymous, entry, &|_| {}, &mut Vec::new()).await {
            Ok(()) => {}
            Err(error) if error.source.is_none() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

struct Page {
    is_served: bool,
    shows_account: bool,
}

async fn pages(
    audit: &Audit,
    visitor: &Visitor<'_>,
    evidence: &mut Vec<ExchangeId>,
) -> Result<BTreeMap<String, Page>, Halt> {
    let mut all = BTreeMap::new();
    for path in &audit.recipe().public.protected {
        let origin = audit.origin().clone();
        let request = visitor.with_cookies(&origin, Request::get(path));
        let exchange = audit.client().send(&origin, request, "a protected page as nobody").await?;
        evidence.push(exchange.id);
        let page = Page {
            is_served: exchange.response.status == 200,
            shows_account: audit.seen(&exchange) == Seen::Person(audit.first()),
        };
        all.insert(path.clone(), page);
    }
    Ok(all)
}
