//! A second application, which does everything right unless told otherwise: an API that takes and answers JSON, in the styles that an
//! application of pages does not have. No check may take one of them for a flaw.

mod sessions;

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::{extract::Request, response::Response};
use serde_json::{Value, json};

use self::sessions::{Issued, Sessions};
use crate::{
    ask::{Answer, Ask},
    clock::TestClock,
    flaw::{Flaw, Flaws},
    tokens::Tokens,
};

/// How the API's tokens travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApiStyle {
    /// In the answer to the login, and in `Authorization`. No cookie at all.
    Bearer,
    /// As `Bearer`, for a quarter of an hour; a cookie of one use gets the next one.
    Refresh,
    /// In a cookie. What keeps other sites out is that JSON needs leave that they do not get.
    Cookie,
    /// In a cookie that every answer replaces; the one before counts for ten seconds more.
    Rotating,
}

impl ApiStyle {
    /// Every style.
    pub const ALL: &'static [Self] = &[Self::Bearer, Self::Refresh, Self::Cookie, Self::Rotating];

    fn is_bearer(self) -> bool {
        matches!(self, Self::Bearer | Self::Refresh)
    }
}

/// The recipe for an API at this address.
pub(crate) fn recipe(address: &str, style: ApiStyle) -> String {
    let (token, auth) = if style.is_bearer() {
        ("extract.token = { json = \"/token\" }", "headers = { authorization = \"Bearer {{token}}\" }")
    } else {
        ("", "")
    };
    let policy = if style == ApiStyle::Rotating { "rotation_grace = \"10s\"" } else { "" };
    let refresh =
        "\n[[steps.refresh.requests]]\npost = \"/api/refresh\"\nextract.token = { json = \"/token\" }\n";
    let mut recipe = include_str!("recipe.toml").replace("http://localhost:0", address);
    if style.is_bearer() {
        // The effect of the write is read back with the token as well.
        recipe = recipe.replace("get = \"/api/note\", ", &format!("get = \"/api/note\", {auth}, "));
    }
    recipe = recipe.replace("#token", token).replace("#auth", auth).replace("#policy", policy);
    if style == ApiStyle::Refresh { recipe + refresh } else { recipe }
}

/// The API.
pub(crate) struct Api {
    style: ApiStyle,
    clock: TestClock,
    tokens: Tokens,
    sessions: Mutex<Sessions>,
    logout_ends: bool,
}

impl Api {
    /// Of the flaws it knows [`Flaw::LogoutNoop`].
    pub(crate) fn new(style: ApiStyle, flaws: &Flaws, clock: TestClock, seed: u64) -> Self {
        let tokens = Tokens::new(seed, &Flaws::default(), &clock);
        let logout_ends = !flaws.has(Flaw::LogoutNoop);
        Self { style, clock, tokens, sessions: Mutex::new(Sessions::new()), logout_ends }
    }

    pub(crate) async fn handle(&self, request: Request) -> Response {
        let Some(ask) = Ask::read(request).await else { return refused(413).into_response() };
        let date = httpdate::fmt_http_date(self.clock.now());
        self.answer(&ask).with("cache-control", "no-store").with("date", date).into_response()
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, ask: &Ask) -> Answer {
        match (ask.method.as_str(), ask.path.as_str()) {
            ("POST", "/test/clock") => crate::routes::move_clock(&self.clock, ask),
            ("POST", "/api/login") => self.login(ask),
            ("POST", "/api/refresh") if self.style == ApiStyle::Refresh => self.refresh(ask),
            _ => self.signed_in(ask),
        }
    }

    fn login(&self, ask: &Ask) -> Answer {
        let Some(body) = json_body(ask) else { return refused(415) };
        let (user, password) = (text(&body, "user"), text(&body, "password"));
        if !self.sessions().is_right(user, password) {
            return refused(401);
        }
        if let Some(old) = self.presented(ask) {
            self.sessions().end(old);
        }
        self.issue(user)
    }

    fn issue(&self, user: &str) -> Answer {
        let token = self.tokens.token();
        let refresh = (self.style == ApiStyle::Refresh).then(|| self.tokens.token());
        let issued = Issued { token: &token, refresh: refresh.as_deref(), account: user };
        self.sessions().begin(&issued, self.tokens.public_id(), self.clock.since_epoch());
        self.handed_out(&token, refresh.as_deref())
    }

    fn handed_out(&self, token: &str, refresh: Option<&str>) -> Answer {
        let answer = if self.style.is_bearer() {
            answered(&json!({ "token": token }))
        } else {
            answered(&json!({})).with("set-cookie", cookie("__Host-session", token, "Lax"))
        };
        match refresh {
            Some(refresh) => answer.with("set-cookie", cookie("__Host-refresh", refresh, "Strict")),
            None => answer,
        }
    }

    fn refresh(&self, ask: &Ask) -> Answer {
        let [spent] = ask.cookies("__Host-refresh")[..] else { return refused(401) };
        let (token, refresh) = (self.tokens.token(), self.tokens.token());
        let is_in = self.sessions().refresh(spent, &token, &refresh, self.clock.since_epoch());
        if is_in { self.handed_out(&token, Some(&refresh)) } else { refused(401) }
    }

    fn signed_in(&self, ask: &Ask) -> Answer {
        let now = self.clock.since_epoch();
        let lives = if self.style == ApiStyle::Refresh { Some(sessions::SHORT) } else { None };
        let token = self.presented(ask).map(str::to_owned);
        let Some(token) = token.filter(|token| self.sessions().use_now(token, lives, now)) else {
            return refused(401);
        };
        let Some(account) = self.sessions().account(&token) else { return refused(401) };
        let answer = match (ask.method.as_str(), ask.path.as_str()) {
            ("GET", "/api/me") => answered(&json!({ "mail": format!("{account}@example.test") })),
            ("GET", "/api/note") => answered(&json!({ "text": self.sessions().note(&account) })),
            ("PUT", "/api/note") => match json_body(ask) {
                Some(body) => {
                    self.sessions().set_note(&account, text(&body, "text"));
                    answered(&json!({}))
                }
                None => return refused(415),
            },
            ("DELETE", "/api/session") => return self.logout(&token),
            ("POST", "/api/password") => return self.change_password(ask, &account),
            _ => return refused(404),
        };
        if self.style == ApiStyle::Rotating {
            let next = self.tokens.token();
            if self.sessions().rotate(&token, &next, now) {
                return answer.with("set-cookie", cookie("__Host-session", &next, "Lax"));
            }
        }
        answer
    }

    fn logout(&self, token: &str) -> Answer {
        if self.logout_ends {
            self.sessions().end(token);
        }
        let gone = |name, same_site| format!("{}; Max-Age=0", cookie(name, "", same_site));
        match self.style {
            ApiStyle::Bearer => answered(&json!({})),
            ApiStyle::Refresh => answered(&json!({})).with("set-cookie", gone("__Host-refresh", "Strict")),
            ApiStyle::Cookie | ApiStyle::Rotating => {
                answered(&json!({})).with("set-cookie", gone("__Host-session", "Lax"))
            }
        }
    }

    fn change_password(&self, ask: &Ask, account: &str) -> Answer {
        let Some(body) = json_body(ask) else { return refused(415) };
        if !self.sessions().is_right(account, text(&body, "old")) {
            return refused(403);
        }
        self.sessions().change_password(account, text(&body, "new"));
        self.issue(account)
    }

    fn presented<'a>(&self, ask: &'a Ask) -> Option<&'a str> {
        if self.style.is_bearer() {
            return ask.header("authorization")?.strip_prefix("Bearer ");
        }
        match ask.cookies("__Host-session")[..] {
            [token] => Some(token),
            _ => None,
        }
    }
}

fn json_body(ask: &Ask) -> Option<Value> {
    let is_json = ask.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    serde_json::from_str(&ask.body).ok().filter(|_| is_json)
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn cookie(name: &str, value: &str, same_site: &str) -> String {
    format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite={same_site}")
}

fn answered(body: &Value) -> Answer {
    Answer {
        status: 200,
        headers: vec![("content-type".into(), "application/json".into())],
        body: body.to_string(),
    }
}

fn refused(status: u16) -> Answer {
    Answer { status, ..answered(&json!({ "error": status })) }
}
