//! What goes by mail: a reset of the password, a change of the address.

use super::{forbidden, is_proved, not_signed_in};
use crate::{
    ask::{Answer, Ask},
    flaw::Flaw,
    state::App,
};

/// Every mail, the newest first.
pub(super) fn sink(app: &App) -> Answer {
    let mails: Vec<_> = app.lock().mails.iter().rev().take(20).cloned().collect();
    Answer::text(200, mails.join("\n\n"))
}

/// Anybody may ask for a reset; the answer does not tell whether the account is there.
pub(super) fn ask_for_reset(app: &App, ask: &Ask) -> Answer {
    let name = ask.field("user").unwrap_or_default().to_owned();
    if app.has(Flaw::ResetSetsUser)
        && let Some((token, _)) = app.session(ask)
    {
        let account = app.lock().users.contains_key(&name).then(|| name.clone());
        app.lock().sessions.update(&token, |session| session.account = account.or(session.account.take()));
    }
    let code = app.tokens.token();
    let mut inner = app.lock();
    if let Some(to) = inner.users.get(&name).map(|user| user.contact.clone()) {
        inner.resets.insert(code.clone(), name);
        inner.send(&to, &format!("To choose a new password: code={code}"));
    }
    Answer::page("Reset", "<p>If there is such an account, a mail is on its way.</p>")
}

pub(super) fn reset(app: &App, ask: &Ask) -> Answer {
    let mut inner = app.lock();
    let Some(account) = inner.resets.remove(ask.field("code").unwrap_or_default()) else {
        return Answer::page("Reset", "<p>This code is not one of ours.</p>").status(403);
    };
    let Some(new) = ask.field("new").filter(|new| new.len() >= 8) else {
        return Answer::page("Reset", "<p>Too short.</p>").status(422);
    };
    if let Some(user) = inner.users.get_mut(&account) {
        new.clone_into(&mut user.password);
    }
    if !app.has(Flaw::ResetKeeps) {
        inner.sessions.end_all(&account, None);
        inner.remembered.retain(|_, whose| *whose != account);
        app.ended.notify_waiters();
    }
    Answer::to("/login")
}

/// A new address needs the password, ends every other session, and gives the own one a new token.
pub(super) fn change(app: &App, ask: &Ask) -> Answer {
    let Some((token, session, user)) = app.signed_in(ask) else { return not_signed_in(app) };
    if !is_proved(app, ask, &session) {
        return forbidden();
    }
    if ask.field("password") != Some(&user.password) && !app.has(Flaw::NoReauthForMail) {
        return Answer::page("Mail", "<p>That was wrong.</p>").status(403);
    }
    let account = session.account.clone().unwrap_or_default();
    let fresh = app.tokens.session(Some(&account));
    let mut inner = app.lock();
    if let Some(user) = inner.users.get_mut(&account) {
        ask.field("mail").unwrap_or_default().clone_into(&mut user.contact);
    }
    inner.send(&user.contact, "Your address was changed.");
    if !app.has(Flaw::MailChangeKeeps) {
        inner.sessions.end_all(&account, Some(&token));
        inner.remembered.retain(|_, whose| *whose != account);
    }
    inner.sessions.end(&token);
    inner.sessions.insert(fresh.clone(), session);
    drop(inner);
    app.ended.notify_waiters();
    Answer::to("/account").with("set-cookie", app.set_cookie(&fresh))
}
