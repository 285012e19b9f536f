//! What the application answers.

mod account;
mod admin;
mod entry;
mod list;
mod mail;
mod pages;

use std::{sync::Arc, time::Duration};

pub(crate) use pages::move_clock;

use axum::{extract::Request, response::Response};

use crate::{
    ask::{Answer, Ask},
    benign::Benign,
    flaw::Flaw,
    sessions::Session,
    state::App,
};

/// Answers a request.
pub(crate) async fn handle(app: Arc<App>, request: Request) -> Response {
    let Some(ask) = Ask::read(request).await else {
        return Answer::text(413, "too long").into_response();
    };
    let path = ask.path.clone();
    let answer = match odd(&app, &ask) {
        Some(answer) => answer,
        None => route(&app, ask).await,
    };
    finish(&app, &path, answer).into_response()
}

/// What legal and unusual applications answer before anything else.
fn odd(app: &App, ask: &Ask) -> Option<Answer> {
    let mut inner = app.lock();
    inner.requests += 1;
    if app.benign.has(Benign::Blips) && inner.requests.is_multiple_of(7) {
        return Some(Answer::text(503, "back in a moment").with("retry-after", "1"));
    }
    let now = app.now();
    inner.wrong.retain(|at| now.saturating_sub(*at) < Duration::from_secs(1));
    if app.benign.has(Benign::SlowsDown) && inner.wrong.len() >= 20 {
        return Some(Answer::text(429, "slower, please").with("retry-after", "2"));
    }
    if app.has(Flaw::DuplicatesCrash) && ask.cookies(app.cookie()).len() > 1 {
        return Some(Answer::text(500, "it fell over"));
    }
    if app.has(Flaw::CacheDeception)
        && let Some(kept) = inner.cache.get(&ask.path)
    {
        return Some(Answer::page("Kept", kept).with("x-cache", "HIT"));
    }
    None
}

async fn route(app: &Arc<App>, ask: Ask) -> Answer {
    let ask = match ask.path.as_str() {
        "/account/name" if app.has(Flaw::GetWrite) && ask.asked("name").is_some() => {
            return account::write(app, &ask.query_as_form(), Proof::NotNeeded).await;
        }
        "/login" if app.has(Flaw::LoginByGet) && ask.asked("user").is_some() => ask.query_as_form(),
        _ => ask,
    };
    let deceived = ask.path.strip_suffix(".css").filter(|_| app.has(Flaw::CacheDeception)).map(str::to_owned);
    if deceived.is_some_and(|path| path.starts_with("/account")) {
        let answer = account::page(app, &ask).await;
        if answer.status == 200 {
            app.lock().cache.insert(ask.path.clone(), answer.body.clone());
        }
        return answer;
    }
    match (ask.method.as_str(), ask.path.as_str()) {
        ("GET", "/") => pages::home(app),
        ("GET", "/login") => entry::form(app, &ask),
        ("POST", "/login") => entry::sign_in(app, &ask).await,
        ("POST", "/logout") => entry::sign_out(app, &ask),
        ("GET", "/logout") if app.has(Flaw::LogoutByGet) => entry::sign_out_now(app, &ask),
        ("GET", "/account") => account::page(app, &ask).await,
        ("GET", "/account/name") => account::name(app, &ask),
        ("POST", "/account/name") => account::write(app, &ask, Proof::Needed).await,
        ("POST", "/account/password") => account::change_password(app, &ask),
        ("POST", "/account/prove") => account::prove(app, &ask),
        ("POST", "/account/heartbeat") => account::heartbeat(app, &ask),
        ("GET", "/account/sessions") => list::page(app, &ask),
        ("POST", "/account/sessions/end") => list::end_one(app, &ask),
        ("POST", "/account/sessions/end-others") => list::end_others(app, &ask),
        ("POST", "/admin/disable") => admin::disable(app, &ask, true),
        ("POST", "/admin/enable") => admin::disable(app, &ask, false),
        ("POST", "/admin/end-sessions") => admin::end_sessions(app, &ask),
        ("POST", "/account/mail") => mail::change(app, &ask),
        ("POST", "/account/role") => account::switch_role(app, &ask),
        ("POST", "/reset") => mail::ask_for_reset(app, &ask),
        ("POST", "/reset/confirm") => mail::reset(app, &ask),
        ("GET", "/test/mail") => mail::sink(app),
        ("POST", "/test/clock") => move_clock(&app.clock, &ask),
        _ => pages::not_found(app, &ask),
    }
}

/// Whether a write needs its form token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    Needed,
    NotNeeded,
}

/// Whether a form's token is the session's.
fn is_proved(app: &App, ask: &Ask, session: &Session) -> bool {
    if app.has(Flaw::CsrfNone) {
        return true;
    }
    let Some(token) = ask.field("csrf").filter(|token| !token.is_empty()) else { return false };
    let is_of_somebody = || app.lock().sessions.has_csrf(token);
    app.has(Flaw::CsrfPresenceOnly)
        || token == session.csrf
        || (app.has(Flaw::CsrfNotSessionBound) && is_of_somebody())
        || (app.has(Flaw::CsrfUserBoundOnly)
            && app.lock().sessions.has_csrf_of(session.account.as_deref(), token))
}

fn forbidden() -> Answer {
    Answer::page("No", "<p>The form is not one of ours.</p>").status(403)
}

/// What somebody gets who has to sign in.
fn not_signed_in(app: &App) -> Answer {
    if app.benign.has(Benign::Forbids) {
        return Answer::page("Who are you?", "<p><a href=\"/login\">Log in</a></p>").status(401);
    }
    if app.benign.has(Benign::ShowsForm) {
        return Answer::page(
            "Log in",
            "<form method=\"post\" action=\"/login\"><input name=\"user\"></form>",
        );
    }
    Answer::to("/login")
}

/// What every answer has.
fn finish(app: &App, path: &str, mut answer: Answer) -> Answer {
    let is_page_of_account = path.starts_with("/account");
    if !answer.has("cache-control") {
        let value = match () {
            () if app.has(Flaw::Cacheable) && is_page_of_account => "public, max-age=600",
            () if app.benign.has(Benign::PublicCache) && path == "/" => "public, max-age=60",
            () => "no-store",
        };
        answer = answer.with("cache-control", value);
    }
    if app.benign.has(Benign::SecondCookie) {
        let value = format!("beacon={}; Path=/; Secure; HttpOnly; SameSite=Lax", app.tokens.token());
        answer = answer.with("set-cookie", value);
    }
    if app.benign.has(Benign::RandomNoise) && answer.body.ends_with("</html>") {
        answer.body = format!("{}<!-- {} -->", answer.body, app.tokens.token());
    }
    if app.benign.has(Benign::OtherLanguage) {
        for (word, other) in
            [("Log in", "Anmelden"), ("Log out", "Abmelden"), ("Account", "Konto"), ("You are", "Sie sind")]
        {
            answer.body = answer.body.replace(word, other);
        }
    }
    if app.benign.has(Benign::OtherTexts) && app.lock().requests.is_multiple_of(2) {
        answer.body = answer.body.replace("<h1>", "<h1>Welcome! ").replace("<p>", "<p class=\"b\">");
    }
    answer
        .with("date", httpdate::fmt_http_date(app.clock.now()))
        .with("referrer-policy", if app.has(Flaw::ReferrerLeaks) { "unsafe-url" } else { "no-referrer" })
        .with("strict-transport-security", "max-age=63072000; includeSubDomains")
        .with("x-content-type-options", "nosniff")
}
