//! The list of one's sessions.

use std::time::Duration;

use super::{account::framed, forbidden, is_proved, not_signed_in};
use crate::{
    ask::{Answer, Ask},
    flaw::Flaw,
    state::App,
};

/// How long a proof counts for ending sessions.
const FRESH: Duration = Duration::from_secs(300);

pub(super) fn page(app: &App, ask: &Ask) -> Answer {
    let Some((token, session, user)) = app.signed_in(ask) else { return not_signed_in(app) };
    let account = session.account.clone().unwrap_or_default();
    let entries = app.lock().sessions.list(&account, &token, &app.flaws);
    let rows: Vec<_> = entries
        .iter()
        .map(|(id, is_own)| {
            let own = if *is_own { " (this one)" } else { "" };
            format!("<li data-session=\"{id}\">a session{own}</li>")
        })
        .collect();
    let body = format!(
        "<ul>{}</ul><form method=\"post\" action=\"/account/sessions/end\">\
         <input type=\"hidden\" name=\"csrf\" value=\"{}\"><input name=\"id\"><button>End</button></form>",
        rows.concat(),
        session.csrf
    );
    framed(app, "Sessions", &session, &user, &body)
}

pub(super) fn end_one(app: &App, ask: &Ask) -> Answer {
    let Some((_, session, _)) = app.signed_in(ask) else { return not_signed_in(app) };
    if !is_proved(app, ask, &session) {
        return forbidden();
    }
    if app.now().saturating_sub(session.proven) > FRESH || ask.field("password").is_none() {
        return Answer::page("Prove it", "<p>Your password, please.</p>").status(403);
    }
    let account = session.account.clone().unwrap_or_default();
    let mut inner = app.lock();
    let is_right =
        inner.users.get(&account).is_some_and(|user| ask.field("password") == Some(&user.password));
    if !is_right && !app.has(Flaw::NoReauth) {
        return Answer::page("Prove it", "<p>That was wrong.</p>").status(403);
    }
    let token = ask.field("id").and_then(|id| inner.sessions.token_of(id));
    let Some(token) = token else { return Answer::text(404, "no such session") };
    if !app.has(Flaw::EndOtherUser) && !inner.sessions.tokens_of(&account).contains(&token) {
        return Answer::text(404, "no such session");
    }
    if !app.has(Flaw::EndOneNoop) {
        inner.sessions.end(&token);
    }
    drop(inner);
    app.ended.notify_waiters();
    Answer::to("/account/sessions")
}

pub(super) fn end_others(app: &App, ask: &Ask) -> Answer {
    let Some((token, session, _)) = app.signed_in(ask) else { return not_signed_in(app) };
    if !is_proved(app, ask, &session) {
        return forbidden();
    }
    if !app.has(Flaw::SignOutOthersNoop) {
        app.lock().sessions.end_all(&session.account.unwrap_or_default(), Some(&token));
        app.ended.notify_waiters();
    }
    Answer::to("/account/sessions")
}
