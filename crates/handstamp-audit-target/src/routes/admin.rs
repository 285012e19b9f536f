//! What an administrator does.

use super::{forbidden, is_proved, not_signed_in};
use crate::{
    ask::{Answer, Ask},
    flaw::Flaw,
    state::App,
};

fn is_admin(app: &App, ask: &Ask) -> Result<(), Answer> {
    match app.signed_in(ask) {
        None => Err(not_signed_in(app)),
        Some((_, session, user)) if may(app, ask, user.is_admin) && is_proved(app, ask, &session) => Ok(()),
        Some(_) => Err(forbidden()),
    }
}

fn may(app: &App, ask: &Ask, is_admin: bool) -> bool {
    is_admin || (app.has(Flaw::RoleInCookie) && ask.cookies("role") == ["admin"])
}

pub(super) fn disable(app: &App, ask: &Ask, disables: bool) -> Answer {
    if let Err(answer) = is_admin(app, ask) {
        return answer;
    }
    let name = ask.field("user").unwrap_or_default();
    let mut inner = app.lock();
    let Some(user) = inner.users.get_mut(name) else { return Answer::text(404, "nobody of that name") };
    user.is_disabled = disables;
    if disables && !app.has(Flaw::DisableKeeps) {
        inner.sessions.end_all(name, None);
        inner.remembered.retain(|_, whose| whose != name);
    }
    Answer::text(200, "done")
}

pub(super) fn end_sessions(app: &App, ask: &Ask) -> Answer {
    if let Err(answer) = is_admin(app, ask) {
        return answer;
    }
    if !app.has(Flaw::AdminEndsNothing) {
        app.lock().sessions.end_all(ask.field("user").unwrap_or_default(), None);
        app.ended.notify_waiters();
    }
    Answer::text(200, "done")
}
