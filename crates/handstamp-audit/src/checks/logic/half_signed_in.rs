//! SA-LOG-02: a password alone opens nothing where a second factor is asked.

use crate::{
    audit::{Audit, Halt, Seen},
    check::{Description, Group, Outcome, Profile, Severity},
    checks::Check,
    recipe::StepName,
    wire::Request,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-LOG-02", Group::Logic, Severity::High, "half a login opens nothing")
        .explained(
            "Gives the password and not the second factor, then asks `whoami` and every protected page of the recipe. It \
             fails where one of them shows the account.",
        )
        .remedied_by("Keep who has given only a password out of everything but the second step; make the session after it.")
        .standards(&["2.3.1"], &["SESS-08", "ATHN-04", "ATHN-11"], &[306])
        .from_profile(Profile::Standard)
        .needs(&[StepName::SecondFactor])
        .costs(15),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let mut visitor = audit.visitor(person);
    let mut evidence = visitor.play(StepName::Login).await?.ids();
    let look = audit.look_for(&visitor.credentials(), "whoami after the password alone").await?;
    evidence.push(look.id());
    let mut open = Vec::new();
    if look.is(person) {
        open.push("whoami".to_owned());
    }
    for path in &audit.recipe().public.protected {
        let origin = audit.origin().clone();
        let request = visitor.with_cookies(&origin, Request::get(path));
        let exchange =
            audit.client().send(&origin, request, "a protected page after the password alone").await?;
        evidence.push(exchange.id);
        if audit.seen(&exchange) == Seen::Person(person) {
            open.push(path.clone());
        }
    }
    // The control: the second factor is all that was missing.
    evidence.extend(visitor.play(StepName::SecondFactor).await?.ids());
    audit.remember(&visitor);
    let whole = audit.look_for(&visitor.credentials(), "control: whoami after the second factor").await?;
    evidence.push(whole.id());
    Ok(if !open.is_empty() {
        Outcome::fail(CHECK.description.severity, format!("the password alone opens {}", open.join(", ")))
    } else if whole.is(person) {
        Outcome::pass("the password alone opens nothing")
    } else {
        let why = "the control failed: the second factor signs nobody in either";
        Outcome::inconclusive(crate::check::Reason::ControlFailed, why)
    }
    .shown_by(evidence))
}
