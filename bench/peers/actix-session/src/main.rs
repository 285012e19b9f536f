//! actix-session on actix-web, with a [store in memory](store) that this package brings.
//!
//! The idle timeout rolls on every request, and the cookie lives as long as the browser (`BrowserSession`), so
//! that a read has no cookie to send again. The cookie is encrypted, its default; the variant `signed` signs it
//! only, which costs less. There is no third way.

mod store;

use std::net::TcpListener;

use actix_session::{
    Session, SessionMiddleware,
    config::{BrowserSession, CookieContentSecurity, TtlExtensionPolicy},
};
use actix_web::{
    App, HttpRequest, HttpServer, Result as Response,
    cookie::{Key, time::Duration},
    error::ErrorUnauthorized,
    http::header,
    test::init_service,
    web,
};
use anyhow::Result;
use harness::{CART_ITEMS, COOKIE, Case, Side, account};
use peer_actix::{ActixPeer, run_server};
use serde::{Deserialize, Serialize};
use store::Memory;

struct ActixSession;

#[derive(Default, Serialize, Deserialize)]
struct Cart {
    items: Vec<Item>,
}

#[derive(Serialize, Deserialize)]
struct Item {
    sku: String,
    count: u32,
}

async fn sign_in(session: Session, request: HttpRequest) -> Response<&'static str> {
    session.renew();
    session.insert("account", account())?;
    let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    session.insert("user_agent", agent)?;
    Ok(Case::SignsIn.answer())
}

async fn who(session: Session) -> Response<String> {
    session.get("account")?.ok_or_else(|| ErrorUnauthorized("not signed in"))
}

async fn slot(session: Session) -> Response<String> {
    let cart: Cart = session.get("cart")?.unwrap_or_default();
    Ok(cart.items.len().to_string())
}

async fn edit(session: Session) -> Response<&'static str> {
    let mut cart: Cart = session.get("cart")?.unwrap_or_default();
    match cart.items.first_mut() {
        Some(first) => first.count += 1,
        None => cart.items = CART_ITEMS.map(|(sku, count)| Item { sku: sku.to_owned(), count }).into(),
    }
    // Not `update`, which would leave the session unmarked and unsaved.
    session.insert("cart", cart)?;
    Ok(Case::EditsSlot.answer())
}

async fn sign_out(session: Session) -> &'static str {
    session.purge();
    Case::SignsOut.answer()
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route(Case::Ignores.path(), web::get().to(async || Case::Ignores.answer()))
        .route(Case::ReadsWho.path(), web::get().to(who))
        .route(Case::ReadsSlot.path(), web::get().to(slot))
        .route(Case::EditsSlot.path(), web::post().to(edit))
        .route(Case::SignsIn.path(), web::post().to(sign_in))
        .route(Case::SignsOut.path(), web::post().to(sign_out));
}

fn sessions(store: Memory, key: Key, content: CookieContentSecurity) -> SessionMiddleware<Memory> {
    // Secure, HttpOnly, SameSite=Lax and Path=/ are its defaults.
    SessionMiddleware::builder(store, key)
        .cookie_name(COOKIE.to_owned())
        .cookie_content_security(content)
        .session_lifecycle(
            BrowserSession::default()
                .state_ttl(Duration::minutes(30))
                .state_ttl_extension_policy(TtlExtensionPolicy::OnEveryRequest),
        )
        .build()
}

fn content(variant: Option<&str>) -> CookieContentSecurity {
    match variant {
        Some("signed") => CookieContentSecurity::Signed,
        _ => CookieContentSecurity::Private,
    }
}

async fn in_process(store: Memory, variant: Option<&str>) -> Result<ActixPeer> {
    let sessions = sessions(store, Key::generate(), content(variant));
    ActixPeer::new(init_service(App::new().configure(routes).wrap(sessions)).await)
}

impl Side for ActixSession {
    type Peer = ActixPeer;

    const VARIANTS: &'static [&'static str] = &["signed"];

    async fn in_process(variant: Option<&str>) -> Result<ActixPeer> {
        in_process(Memory::default(), variant).await
    }

    fn serve(listener: TcpListener, workers: usize, variant: Option<&str>) -> Result<()> {
        let (store, key, content) = (Memory::default(), Key::generate(), content(variant));
        run_server(move || {
            let server = HttpServer::new(move || {
                App::new().configure(routes).wrap(sessions(store.clone(), key.clone(), content))
            });
            // A signal ends the process at once, as on all other sides.
            Ok(server.workers(workers).disable_signals().listen(listener)?.run())
        })
    }
}

fn main() -> Result<()> {
    harness::main::<ActixSession>()
}

#[cfg(test)]
mod tests;
