//! Whether sign-on elsewhere and the session here end together. Not asked yet: both questions need the provider's
//! side, which the recipe cannot describe.

use std::future::ready;

use super::Check;
use crate::check::{Description, Group, Outcome, Reason, Severity};

pub(super) const CHECKS: &[Check] = &[TOGETHER, SILENT];

const WHY: &str = "the recipe cannot say how to sign in and out at an identity provider, which takes a second \
                   application beside this one";

const TOGETHER: Check = Check::new(
    Description::new("SA-FED-01", Group::Federation, Severity::Medium, "provider and application end together")
        .explained(
            "Would sign out at the identity provider and ask whether the application's session ended, and the other way \
             round. This version does not ask it: the recipe cannot describe a provider. It sends no request.",
        )
        .remedied_by("Take back-channel logout notices (OpenID Connect Back-Channel Logout 1.0) and end the session on them.")
        .standards(&["7.6.1", "7.1.3"], &["SESS-06"], &[613])
        .costs(0),
    |_| Box::pin(ready(Ok(not_built()))),
);

const SILENT: Check = Check::new(
    Description::new("SA-FED-02", Group::Federation, Severity::Low, "no session begins without the person")
        .explained(
            "Would open pages with a session at the identity provider and none here, and ask whether one begins by \
             itself. This version does not ask it: the recipe cannot describe a provider. It sends no request.",
        )
        .remedied_by("Begin a session after an action of the person, such as pressing a button, and never by opening a page.")
        .standards(&["7.6.2"], &["SESS-08"], &[287])
        .costs(0),
    |_| Box::pin(ready(Ok(not_built()))),
);

fn not_built() -> Outcome {
    Outcome::not_applicable(Reason::NotBuilt, WHY)
}
