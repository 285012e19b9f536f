//! Whether what was ended is dead: after sign-out, a change of password, a reset, an administrator's order.

mod admin;
mod carriers;
mod client_cleaned;
mod credential_change;
mod dead_stays_dead;
mod everywhere;
mod logout;
mod logout_by_get;
mod visible;

use super::Check;
use crate::{
    audit::{Audit, Halt, Person, Visitor},
    recipe::{Secret, StepName},
    wire::ExchangeId,
};

pub(super) const CHECKS: &[Check] = &[
    logout::CHECK,
    carriers::CHECK,
    client_cleaned::CHECK,
    logout_by_get::CHECK,
    dead_stays_dead::CHECK,
    credential_change::PASSWORD,
    credential_change::RESET,
    credential_change::FACTOR_OR_MAIL,
    admin::DISABLE,
    admin::END_SESSIONS,
    everywhere::CHECK,
    visible::CHECK,
];

/// A password that was changed for a check, to be put back whatever the check finds.
struct ChangedPassword {
    person: Person,
    original: Secret,
}

impl ChangedPassword {
    /// Changes the password by this step and remembers the new one.
    async fn by(
        audit: &Audit,
        visitor: &mut Visitor<'_>,
        person: Person,
        step: StepName,
    ) -> Result<(Self, Vec<ExchangeId>), Halt> {
        let original = audit.password(person);
        // Long, of every kind of character that rules ask for, and new each time.
        let new = Secret::new(format!("{}-Aa9!{}", audit.random().word(), audit.random().word()));
        visitor.variables.set("password", original.reveal());
        visitor.variables.set("new_password", new.reveal());
        let played = visitor.play(step).await?;
        audit.password_changed(person, new.clone());
        visitor.variables.set("password", new.reveal());
        Ok((Self { person, original }, played.ids()))
    }

    /// Puts the password back in a session of its own; what goes wrong there is said, for the account is then
    /// not what it was.
    async fn put_back(self, audit: &Audit) -> Result<(), String> {
        let putting = async {
            let mut visitor = audit.sign_in(self.person).await?;
            visitor.variables.set("new_password", self.original.reveal());
            let step = if audit.has_step(StepName::ChangePassword) {
                StepName::ChangePassword
            } else {
                StepName::ResetPassword
            };
            visitor.play(step).await?;
            audit.password_changed(self.person, self.original.clone());
            audit.remember(&visitor);
            Ok::<(), Halt>(())
        };
        putting.await.map_err(|halt| halt.into_outcome().headline)
    }
}
