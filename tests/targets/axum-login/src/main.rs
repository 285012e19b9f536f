//! An application as the examples of axum-login write it: a login form, a page of one's own, a logout.
//!
//! ```text
//! target-axum-login [default|hardened] [port]
//! ```
//!
//! `default` is what one gets by typing the examples off. `hardened` keeps what tower-sessions does by itself, which
//! the examples switch off, and adds what the documentation offers and a little thought about sign-in.

mod users;

use std::{convert::Infallible, env, fs, os::unix::fs::FileTypeExt as _};

use axum::{
    Form, Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use axum_login::{AuthManagerLayerBuilder, login_required};
use serde::Deserialize;
use tokio::{io, net::TcpListener};
use tower_sessions::{
    Expiry, MemoryStore, Session, SessionManagerLayer,
    cookie::{SameSite, time::Duration},
};
use users::{Credentials, User, Users};

type AuthSession = axum_login::AuthSession<Users>;

/// Whether it is the hardened shape.
#[derive(Clone, Copy)]
struct IsHardened(bool);

#[derive(Deserialize)]
struct Note {
    draft: String,
}

#[derive(Deserialize)]
struct Change {
    old: String,
    new: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = env::args().skip(1);
    let is_hardened = arguments.next().is_some_and(|shape| shape == "hardened");
    let port = arguments.next().map_or(Ok(0), |port| port.parse::<u16>())?;

    let sessions = SessionManagerLayer::new(MemoryStore::default());
    let sessions = if is_hardened {
        sessions
            .with_name("__Host-id")
            .with_same_site(SameSite::Lax)
            .with_expiry(Expiry::OnInactivity(Duration::minutes(30)))
    } else {
        sessions.with_secure(false).with_expiry(Expiry::OnInactivity(Duration::days(1)))
    };
    let signed_in = AuthManagerLayerBuilder::new(Users::default(), sessions).build();

    // The examples sign out by a link.
    let logout = if is_hardened { post(logout) } else { get(logout) };
    let mut app = Router::new()
        .route("/account", get(account))
        .route("/notes", get(notes).post(keep_note))
        .route("/password", get(password_form).post(change_password))
        .route_layer(login_required!(Users, login_url = "/login"))
        .route("/", get(index))
        .route("/login", get(login_form).post(login))
        .route("/logout", logout)
        .layer(signed_in);
    if is_hardened {
        app = app.layer(middleware::from_fn(own_site_only));
    }
    let app = app.with_state(IsHardened(is_hardened));

    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://localhost:{}", listener.local_addr()?.port());
    // Whoever started it through a pipe ends it by closing that.
    let is_piped = fs::metadata("/dev/stdin").is_ok_and(|input| input.file_type().is_fifo());
    let (mut input, mut nowhere) = (io::stdin(), io::sink());
    tokio::select! {
        served = async { axum::serve(listener, app).await } => served?,
        _ = io::copy(&mut input, &mut nowhere), if is_piped => {}
    }
    Ok(())
}

/// Lets no other site write, and nobody keep pages.
async fn own_site_only(request: Request, next: Next) -> Response {
    if request.method() != Method::GET && is_foreign(request.headers()) {
        return (StatusCode::FORBIDDEN, "This came from another site.").into_response();
    }
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn is_foreign(headers: &HeaderMap) -> bool {
    let of = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (of("sec-fetch-site"), of("origin"), of("host")) {
        (Some(site), _, _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin), host) => origin.split("://").nth(1) != host,
        (None, None, _) => false,
    }
}

async fn index() -> Html<String> {
    page("Notes", r#"<a href="/login">Log in</a>"#)
}

async fn login_form() -> Html<String> {
    let fields = r#"<input name="username"><input name="password" type="password"><button>Log in</button>"#;
    page("Log in", &format!(r#"<form method="post">{fields}</form>"#))
}

async fn login(
    State(is_hardened): State<IsHardened>,
    mut auth: AuthSession,
    session: Session,
    Form(credentials): Form<Credentials>,
) -> Result<Response, Failure> {
    let Some(user) = auth.authenticate(credentials).await? else {
        return Ok((StatusCode::UNAUTHORIZED, page("Log in", "Wrong.")).into_response());
    };
    if is_hardened.0 {
        // A login of somebody who is signed in keeps the token otherwise, also after a logout in this request.
        session.clear().await;
        session.cycle_id().await?;
    }
    auth.login(&user).await?;
    Ok(Redirect::to("/account").into_response())
}

async fn account(State(shape): State<IsHardened>, auth: AuthSession) -> Result<Html<String>, Failure> {
    let user = auth.user.ok_or(Failure)?;
    let body = format!(r#"<p>You are {}.</p><a href="/notes">Notes</a>{}"#, user.mail, way_out(shape));
    Ok(page("Account", &body))
}

async fn notes(
    State(shape): State<IsHardened>,
    auth: AuthSession,
    session: Session,
) -> Result<Html<String>, Failure> {
    let user = auth.user.ok_or(Failure)?;
    let draft: String = session.get("draft").await?.unwrap_or_default();
    let draft = draft.replace('&', "&amp;").replace('<', "&lt;");
    let form = r#"<form method="post"><input name="draft"><button>Keep</button></form>"#;
    let body = format!(r#"<p>{}</p><p id="draft">{draft}</p>{form}{}"#, user.mail, way_out(shape));
    Ok(page("Notes", &body))
}

/// Writes into the session, as a basket or a draft does.
async fn keep_note(session: Session, Form(note): Form<Note>) -> Result<Redirect, Failure> {
    session.insert("draft", note.draft).await?;
    Ok(Redirect::to("/notes"))
}

async fn password_form(State(shape): State<IsHardened>, auth: AuthSession) -> Result<Html<String>, Failure> {
    let user = auth.user.ok_or(Failure)?;
    let fields =
        r#"<input name="old" type="password"><input name="new" type="password"><button>Change</button>"#;
    let body = format!(r#"<p>{}</p><form method="post">{fields}</form>{}"#, user.mail, way_out(shape));
    Ok(page("Password", &body))
}

async fn change_password(
    State(is_hardened): State<IsHardened>,
    mut auth: AuthSession,
    session: Session,
    Form(change): Form<Change>,
) -> Result<Response, Failure> {
    let user = auth.user.clone().ok_or(Failure)?;
    let Some(user): Option<User> = auth.backend.change_password(&user, change.old, change.new).await else {
        return Ok(StatusCode::FORBIDDEN.into_response());
    };
    if is_hardened.0 {
        session.cycle_id().await?;
    }
    // The session knows the old password's hash.
    auth.login(&user).await?;
    Ok(Redirect::to("/account").into_response())
}

async fn logout(mut auth: AuthSession) -> Result<Redirect, Failure> {
    auth.logout().await?;
    Ok(Redirect::to("/"))
}

fn page(title: &str, body: &str) -> Html<String> {
    Html(format!("<!DOCTYPE html><title>{title}</title><h1>{title}</h1>{body}"))
}

fn way_out(is_hardened: IsHardened) -> &'static str {
    if is_hardened.0 {
        r#"<form method="post" action="/logout"><button>Log out</button></form>"#
    } else {
        r#"<a href="/logout">Log out</a>"#
    }
}

/// Something did not work; people need not know what.
struct Failure;

impl From<axum_login::Error<Users>> for Failure {
    fn from(error: axum_login::Error<Users>) -> Self {
        eprintln!("{error:?}");
        Self
    }
}

impl From<tower_sessions::session::Error> for Failure {
    fn from(error: tower_sessions::session::Error) -> Self {
        eprintln!("{error}");
        Self
    }
}

impl From<Infallible> for Failure {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}
