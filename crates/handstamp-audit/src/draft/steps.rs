//! The steps of a draft that are there in any case: found, or to be changed by hand.

use super::{Draft, DraftBody, DraftRequest, DraftStep, FoundLogin};
use crate::recipe::StepName;

pub(super) fn whoami(target: &str) -> DraftStep {
    let request =
        DraftRequest { contains: Some("{{marker}}".to_owned()), ..DraftRequest::new("GET", target) };
    DraftStep::new(StepName::Whoami, vec![request])
}

impl Draft {
    /// Adds the login that was found, or one to be changed by hand.
    #[must_use]
    pub fn login(mut self, found: Option<FoundLogin>) -> Self {
        if let Some(found) = found {
            self.put(found.step);
            if let Some(step) = found.remembered {
                self.put(step);
            }
            return self;
        }
        let fields = [("user", "{{user}}"), ("password", "{{password}}")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let request =
            DraftRequest { body: DraftBody::Form(fields.into()), ..DraftRequest::new("POST", "/login") };
        self.put(
            DraftStep::new(StepName::Login, vec![request])
                .comment("CHANGE THIS: no form with a password was found. Where login is JSON:")
                .comment("  post = \"/api/login\"")
                .comment("  json = { user = \"{{user}}\", password = \"{{password}}\" }")
                .comment("  extract.token = { json = \"/access_token\" }")
                .comment("and in whoami: headers = { authorization = \"Bearer {{token}}\" }"),
        );
        self
    }

    /// Adds where who is signed in is shown; without an address, one to be changed by hand.
    #[must_use]
    pub fn shows_who(mut self, target: Option<&str>) -> Self {
        let step = whoami(target.unwrap_or("/account"));
        self.put(match target {
            Some(_) => step,
            None => step.comment("CHANGE THIS: a page that shows the marker with a login and never without."),
        });
        self
    }

    pub(super) fn login_ends_at(&mut self, path: &str) {
        for step in &mut self.steps {
            if !matches!(step.name, StepName::Login | StepName::LoginRemembered) {
                continue;
            }
            // Where the form is sent to the page that it led to, a failed login ends there too.
            if let Some(last) = step.requests.last_mut()
                && !last.target.ends_with(path)
            {
                last.ends_at = Some(path.to_owned());
            }
        }
    }
}
