//! Coming in and going out.

use std::{sync::Arc, time::Duration};

use super::{forbidden, is_proved};
use crate::{
    ask::{Answer, Ask},
    benign::Benign,
    flaw::Flaw,
    sessions::{LIMIT, Session},
    signed,
    state::App,
};

/// How long the flaws that race wait at most for what they race with.
pub(super) const WINDOW: Duration = Duration::from_millis(50);

pub(super) fn form(app: &App, ask: &Ask) -> Answer {
    if let Some(answer) = by_remembered(app, ask) {
        return answer;
    }
    let found = app.session(ask).or_else(|| adopt_at_the_door(app, ask));
    let is_new = found.is_none();
    let (token, session) = found.unwrap_or_else(|| app.begin());
    let body = format!(
        "<form method=\"post\" action=\"/login\"><input type=\"hidden\" name=\"csrf\" value=\"{}\">\
         <input name=\"user\"><input name=\"password\" type=\"password\">\
         <input name=\"remember\" type=\"checkbox\"><button>Log in</button></form>",
        session.csrf
    );
    let page = Answer::page("Log in", &body);
    if is_new { page.with("set-cookie", app.set_cookie(&token)) } else { page }
}

/// Whoever comes with a remember-me token is signed in and gets a new one.
fn by_remembered(app: &App, ask: &Ask) -> Option<Answer> {
    if app.session(ask).is_some() {
        return None;
    }
    let [remembered] = ask.cookies("__Host-remember")[..] else { return None };
    let Some(account) = app.lock().remembered.remove(remembered) else {
        // Somebody copied it: nobody of the family is to stay.
        let mut inner = app.lock();
        if let Some(account) = inner.spent.get(remembered).cloned()
            && !app.has(Flaw::RememberedTheftUnnoticed)
        {
            inner.remembered.retain(|_, whose| *whose != account);
            inner.sessions.end_all(&account, None);
        }
        return None;
    };
    let mut inner = app.lock();
    if app.has(Flaw::RememberedReusable) {
        inner.remembered.insert(remembered.to_owned(), account.clone());
    } else {
        inner.spent.insert(remembered.to_owned(), account.clone());
    }
    drop(inner);
    let (token, _) = admit(app, &account, None, app.tokens.session(Some(&account)));
    let next = remember(app, &account);
    Some(Answer::to("/account").with("set-cookie", app.set_cookie(&token)).with("set-cookie", next))
}

fn remember(app: &App, account: &str) -> String {
    let token = app.tokens.token();
    app.lock().remembered.insert(token.clone(), account.to_owned());
    format!("__Host-remember={token}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=43200")
}

pub(super) async fn sign_in(app: &Arc<App>, ask: &Ask) -> Answer {
    let before = app.session(ask);
    let is_own = before.as_ref().is_some_and(|(_, session)| is_proved(app, ask, session));
    if !is_own && !app.has(Flaw::LoginCsrf) && !app.has(Flaw::LoginByGet) {
        return forbidden();
    }
    let (name, password) = (ask.field("user").unwrap_or_default(), ask.field("password").unwrap_or_default());
    let is_right =
        app.lock().users.get(name).is_some_and(|user| user.password == password && !user.is_disabled);
    if !is_right {
        return Answer::page("Log in", "<p>That was wrong.</p>").status(401);
    }
    if app.has(Flaw::LimitToctou) {
        // Who has to go is decided here, and the new session is made much later.
        let there = app.lock().sessions.tokens_of(name);
        let leaving = there.iter().take((there.len() + 1).saturating_sub(LIMIT)).cloned().collect::<Vec<_>>();
        tokio::time::sleep(WINDOW).await;
        for token in leaving {
            app.lock().sessions.end(&token);
        }
        return came_in(app, ask, name, before.as_ref(), usize::MAX);
    }
    let limit = match () {
        () if app.has(Flaw::Unlimited) => usize::MAX,
        () if app.has(Flaw::LimitOffByOne) => LIMIT + 1,
        () if app.benign.has(Benign::SingleSession) => 1,
        () => LIMIT,
    };
    came_in(app, ask, name, before.as_ref(), limit)
}

fn came_in(app: &App, ask: &Ask, name: &str, before: Option<&(String, Session)>, limit: usize) -> Answer {
    if app.has(Flaw::DeadRevivesOnLogin) {
        app.lock().sessions.revive(name);
    }
    if app.has(Flaw::ExpiredRevives) {
        app.lock().sessions.revive_expired(name, app.now());
    }
    let token = adopted(app, ask).unwrap_or_else(|| app.tokens.session(Some(name)));
    let kept = before.filter(|(_, session)| {
        session.account.is_none() && (app.has(Flaw::KeepIdAtLogin) || session.is_adopted)
    });
    let token = kept.map_or(token, |(old, _)| old.clone());
    if let Some((old, session)) = before {
        let leaves_old = app.has(Flaw::KeepOldAtRelogin) && session.account.is_some();
        if *old != token && !leaves_old {
            app.lock().sessions.end(old);
        }
    }
    let carried = before.filter(|_| app.has(Flaw::CsrfTokenKept)).map(|(_, session)| session.csrf.clone());
    let (token, _) = admit(app, name, carried, token);
    app.lock().sessions.keep_newest(name, limit);
    if !app.has(Flaw::NoNotice) {
        let mut inner = app.lock();
        if let Some(to) = inner.users.get(name).map(|user| user.contact.clone()) {
            inner.send(&to, "Somebody signed in as you.");
        }
    }
    let location =
        if app.has(Flaw::IdInRedirect) { format!("/account?welcome={token}") } else { "/account".to_owned() };
    let mut answer = Answer::to(&location).with("set-cookie", app.set_cookie(&token));
    if app.has(Flaw::RoleInCookie) {
        answer = answer.with("set-cookie", "role=member; Path=/; Secure; HttpOnly; SameSite=Lax");
    }
    if app.has(Flaw::Residue) && ask.cookies("__Host-recent").is_empty() {
        let recent = format!("__Host-recent={name}; Path=/; Secure; HttpOnly; SameSite=Lax");
        answer = answer.with("set-cookie", recent);
    }
    if signed::is_used(app) {
        // A token for another purpose, such as for a chat beside the application.
        let other = signed::made(app, &token, "chat");
        let cookie = format!("__Host-chat={other}; Path=/; Secure; HttpOnly; SameSite=Lax");
        answer = answer.with("set-cookie", cookie);
    }
    if ask.field("remember").is_some() { answer.with("set-cookie", remember(app, name)) } else { answer }
}

/// A session for this account under this token.
fn admit(app: &App, account: &str, csrf: Option<String>, token: String) -> (String, Session) {
    let csrf = csrf.unwrap_or_else(|| app.tokens.token());
    let mut session = Session::new(app.tokens.public_id(), csrf, app.now());
    session.account = Some(account.to_owned());
    app.lock().sessions.insert(token.clone(), session.clone());
    (token, session)
}

/// The id that a flawed login takes from its visitor.
fn adopted(app: &App, ask: &Ask) -> Option<String> {
    let name = app.cookie();
    let id = match () {
        () if app.has(Flaw::AdoptFromQuery) => ask.asked(name).map(str::to_owned),
        () if app.has(Flaw::AdoptFromBody) => ask.field(name).map(str::to_owned),
        () => None,
    };
    // Only what nobody gave out: what was given out before login is another flaw.
    id.filter(|id| app.lock().sessions.get(id, app.now(), &app.flaws).is_none())
}

/// Makes an id that nobody gave out the visitor's: a flaw.
fn adopt_at_the_door(app: &App, ask: &Ask) -> Option<(String, Session)> {
    let id = app.presented(ask).filter(|_| app.has(Flaw::AdoptAnyId))?;
    let mut session = Session::new(app.tokens.public_id(), app.tokens.token(), app.now());
    session.is_adopted = true;
    app.lock().sessions.insert(id.clone(), session.clone());
    Some((id, session))
}

pub(super) fn sign_out(app: &App, ask: &Ask) -> Answer {
    match app.session(ask) {
        Some((_, session)) if is_proved(app, ask, &session) => sign_out_now(app, ask),
        Some(_) => forbidden(),
        None => Answer::to("/"),
    }
}

pub(super) fn sign_out_now(app: &App, ask: &Ask) -> Answer {
    if app.has(Flaw::LogoutNoop) {
        return Answer::to("/");
    }
    if let Some((token, session)) = app.session(ask) {
        let now = app.now();
        let mut inner = app.lock();
        if app.has(Flaw::LogoutDelayed) {
            inner.sessions.end_late(&token, now);
        } else if !app.has(Flaw::LogoutClientOnly) {
            inner.sessions.end(&token);
        }
        if !app.has(Flaw::RememberedSurvivesLogout)
            && let Some(account) = &session.account
        {
            inner.remembered.retain(|_, whose| whose != account);
        }
        drop(inner);
        app.ended.notify_waiters();
    }
    let answer = Answer::to("/");
    if app.has(Flaw::LogoutLeavesCookie) {
        return answer;
    }
    let answer = if signed::is_used(app) {
        answer.with("set-cookie", "__Host-chat=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
    } else {
        answer
    };
    answer
        .with("set-cookie", app.delete_cookie())
        .with("clear-site-data", "\"cookies\", \"storage\", \"cache\"")
}
