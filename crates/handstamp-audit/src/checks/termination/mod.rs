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
    credential_change::PASSWORD,
    credential_change::RESET,
    credential_change::FACTOR_OR_MAIL,
    admin::DISABLE,
    admin::END_SESSIONS,
    everywhere::CHECK,
    visible::CHECK,
];

/// What is asked a minute after a logout: other checks fill it.
pub(super) const LAST_CHECKS: &[Check] = &[dead_stays_dead::CHECK];

/// A password that was changed for a check, to be put back whatever the check finds.
pub(in crate::checks) struct ChangedPassword {
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

    /// Tries to change the password while giving this one as the current one. Whether it worked shows a login with
    /// the new password, never the answer.
    pub(in crate::checks) async fn with(
        audit: &Audit,
        visitor: &mut Visitor<'_>,
        person: Person,
        current: &str,
    ) -> Result<Tried, Halt> {
        let original = audit.password(person);
        let new = Secret::new(format!("{}-Aa9!{}", audit.random().word(), audit.random().word()));
        visitor.variables.set("password", current);
        visitor.variables.set("new_password", new.reveal());
        let exchanges = match visitor.play(StepName::ChangePassword).await {
            Ok(played) => played.ids(),
            Err(error) if error.source.is_none() => error.exchange.into_iter().collect(),
            Err(error) => return Err(error.into()),
        };
        let mut login = audit.visitor(person);
        login.variables.set("password", new.reveal());
        let is_changed = match audit.sign_in_with(&mut login).await {
            Ok(_) => audit.look_for(&login.credentials(), "whoami with the new password").await?.is(person),
            Err(Halt::Step(error)) if error.source.is_none() => false,
            Err(halt) => return Err(halt),
        };
        let changed = is_changed.then(|| {
            audit.password_changed(person, new);
            Self { person, original }
        });
        Ok(Tried { changed, exchanges })
    }

    /// Puts the password back in a session of its own; what goes wrong there is said, for the account is then
    /// not what it was.
    pub(in crate::checks) async fn put_back(self, audit: &Audit) -> Result<(), String> {
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

/// What came of an attempt to change a password.
pub(in crate::checks) struct Tried {
    /// The change, where it worked.
    pub(in crate::checks) changed: Option<ChangedPassword>,
    /// The exchanges of the attempt.
    pub(in crate::checks) exchanges: Vec<ExchangeId>,
}
