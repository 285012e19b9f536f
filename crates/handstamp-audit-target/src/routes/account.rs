//! The account's own pages.

use std::sync::Arc;

use super::{Proof, entry::WINDOW, forbidden, is_proved, not_signed_in};
use crate::{
    ask::{Answer, Ask, escaped},
    flaw::Flaw,
    sessions::Session,
    state::App,
    users::User,
};

fn frame(app: &App, title: &str, session: &Session, user: &User, body: &str) -> Answer {
    let logout = format!(
        "<form method=\"post\" action=\"/logout\"><input type=\"hidden\" name=\"csrf\" value=\"{}\">\
         <button>Log out</button></form>",
        session.csrf
    );
    let logout = if app.has(Flaw::NoLogoutLink) && title == "Name" { String::new() } else { logout };
    let links = "<a href=\"/account\">Account</a> <a href=\"/account/name\">Name</a> \
                 <a href=\"/account/sessions\">Sessions</a>";
    Answer::page(title, &format!("<p>You are {}.</p>{logout}{links}{body}", escaped(&user.mail)))
}

pub(super) fn framed(app: &App, title: &str, session: &Session, user: &User, body: &str) -> Answer {
    frame(app, title, session, user, body)
}

pub(super) async fn page(app: &Arc<App>, ask: &Ask) -> Answer {
    let Some((token, session, mut user)) = app.signed_in(ask) else { return not_signed_in(app) };
    if app.has(Flaw::CrossTalk) {
        let crowd = {
            let mut inner = app.lock();
            inner.under_way += 1;
            inner.under_way
        };
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        let mut inner = app.lock();
        inner.under_way -= 1;
        // One answer of a crowd has somebody else's name: a buffer that two requests share.
        if crowd > 8 {
            let other =
                inner.users.values().find(|other| other.mail != user.mail && !other.is_admin).cloned();
            user = other.unwrap_or(user);
        }
    }
    if app.has(Flaw::RotationLoses) {
        saved_late(app, &token, &session).await;
    }
    let recent = ask.cookies("__Host-recent").first().map(|name| (*name).to_owned());
    let recent = recent.filter(|_| app.has(Flaw::Residue));
    let recent = recent.and_then(|name| app.lock().users.get(&name).cloned());
    let body = recent.map(|user| format!("<p>Here lately: {}</p>", escaped(&user.mail))).unwrap_or_default();
    let answer = frame(app, "Account", &session, &user, &body);
    match ask.header("origin").filter(|_| app.has(Flaw::CorsReflect)) {
        Some(origin) => answer
            .with("access-control-allow-origin", origin)
            .with("access-control-allow-credentials", "true"),
        None => answer,
    }
}

/// A read of a crowd that saves what it loaded, under the token that it came with.
async fn saved_late(app: &App, token: &str, session: &Session) {
    app.lock().under_way += 1;
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    let crowd = app.lock().under_way;
    if crowd > 1 {
        let _ = tokio::time::timeout(WINDOW, app.ended.notified()).await;
        app.lock().sessions.put_back(token, session);
    }
    app.lock().under_way -= 1;
}

pub(super) fn name(app: &App, ask: &Ask) -> Answer {
    let Some((_, session, user)) = app.signed_in(ask) else { return not_signed_in(app) };
    let body = format!(
        "<p id=\"name\">{}</p><form method=\"post\" action=\"/account/name\">\
         <input type=\"hidden\" name=\"csrf\" value=\"{}\"><input name=\"name\"><button>Keep</button></form>",
        escaped(&user.name),
        session.csrf
    );
    frame(app, "Name", &session, &user, &body)
}

pub(super) async fn write(app: &Arc<App>, ask: &Ask, proof: Proof) -> Answer {
    let Some((token, session, _)) = app.signed_in(ask) else { return not_signed_in(app) };
    if proof == Proof::Needed && !is_proved(app, ask, &session) {
        return forbidden();
    }
    let name = ask.field("name").unwrap_or_default().to_owned();
    if app.has(Flaw::UpsertOnSave) {
        // Loaded above, saved below: whatever ends the session in between is undone.
        let _ = tokio::time::timeout(WINDOW, app.ended.notified()).await;
        let mut saved = session.clone();
        saved.draft.clone_from(&name);
        app.lock().sessions.insert(token, saved);
    } else {
        app.lock().sessions.update(&token, |session| session.draft.clone_from(&name));
    }
    let account = session.account.unwrap_or_default();
    if let Some(user) = app.lock().users.get_mut(&account) {
        user.name = name;
    }
    Answer::to("/account/name")
}

pub(super) fn change_password(app: &App, ask: &Ask) -> Answer {
    let Some((token, session, user)) = app.signed_in(ask) else { return not_signed_in(app) };
    if !is_proved(app, ask, &session) {
        return forbidden();
    }
    if ask.field("old") != Some(&user.password) {
        return Answer::page("Password", "<p>That was wrong.</p>").status(403);
    }
    let Some(new) = ask.field("new").filter(|new| new.len() >= 8) else {
        return Answer::page("Password", "<p>Too short.</p>").status(422);
    };
    let account = session.account.clone().unwrap_or_default();
    let fresh = app.tokens.session(Some(&account));
    let mut inner = app.lock();
    if let Some(user) = inner.users.get_mut(&account) {
        new.clone_into(&mut user.password);
    }
    if !app.has(Flaw::PasswordKeepsOthers) {
        inner.sessions.end_all(&account, Some(&token));
        inner.remembered.retain(|_, whose| *whose != account);
    }
    if !app.has(Flaw::PasswordKeepsOwnOld) {
        inner.sessions.end(&token);
    }
    inner.sessions.insert(fresh.clone(), session);
    drop(inner);
    app.ended.notify_waiters();
    Answer::to("/account").with("set-cookie", app.set_cookie(&fresh))
}

/// Proves once more who it is, and gives a new token for it.
pub(super) fn prove(app: &App, ask: &Ask) -> Answer {
    let Some((token, mut session, user)) = app.signed_in(ask) else { return not_signed_in(app) };
    if !is_proved(app, ask, &session) {
        return forbidden();
    }
    if ask.field("password") != Some(&user.password) {
        return Answer::page("Prove it", "<p>That was wrong.</p>").status(403);
    }
    session.proven = app.now();
    let mut inner = app.lock();
    if app.has(Flaw::KeepIdAtReauthentication) {
        inner.sessions.insert(token, session);
        return Answer::to("/account");
    }
    drop(inner);
    exchanged(app, &token, session)
}

/// Gives a session a new token in the place of this one.
fn exchanged(app: &App, token: &str, session: Session) -> Answer {
    let fresh = app.tokens.session(session.account.as_deref());
    let mut inner = app.lock();
    inner.sessions.end(token);
    inner.sessions.insert(fresh.clone(), session);
    drop(inner);
    app.ended.notify_waiters();
    Answer::to("/account").with("set-cookie", app.set_cookie(&fresh))
}

/// Takes up another role, and gives a new token for it.
pub(super) fn switch_role(app: &App, ask: &Ask) -> Answer {
    let Some((token, mut session, _)) = app.signed_in(ask) else { return not_signed_in(app) };
    if !is_proved(app, ask, &session) {
        return forbidden();
    }
    session.is_editor = true;
    if app.has(Flaw::KeepIdAtRoleSwitch) {
        app.lock().sessions.insert(token, session);
        return Answer::to("/account");
    }
    exchanged(app, &token, session)
}

/// What a page asks by itself; it is no use.
pub(super) fn heartbeat(app: &App, ask: &Ask) -> Answer {
    let now = app.now();
    let Some(token) = app.presented(ask) else { return Answer::text(401, "over") };
    let mut inner = app.lock();
    if inner.sessions.get(&token, now, &app.flaws).is_none() {
        return Answer::text(401, "over");
    }
    if app.has(Flaw::HeartbeatExtends) {
        inner.sessions.touch(&token, now);
    }
    Answer::text(200, "still here")
}
