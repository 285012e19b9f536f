//! SA-CSR-02: what a real browser sends across sites. Not asked yet: it takes a browser beside the auditor.

use std::future::ready;

use crate::{
    check::{Description, Group, Outcome, Reason, Severity},
    checks::Check,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-CSR-02", Group::CrossSite, Severity::Medium, "a browser sends nothing across sites")
        .explained(
            "Would open pages of another site in a real browser and look for the effect of a form, a link, a script's \
             request and a frame, also in the two minutes in which browsers treat a new cookie without SameSite more \
             gently. This version has no browser and sends no request; SA-CSR-01 sends what a browser would send, and \
             SA-CKE-03 reads the attribute.",
        )
        .remedied_by("Set SameSite=Lax or Strict by name, and keep a token or an Origin check beside it.")
        .standards(&["3.3.2"], &["SESS-05"], &[352])
        .costs(0),
    |_| Box::pin(ready(Ok(not_built()))),
);

fn not_built() -> Outcome {
    Outcome::not_applicable(Reason::NotBuilt, "it takes a real browser, which this version does not drive")
}
