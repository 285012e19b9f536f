//! What the shop answers: one file per concern, each a handful of handlers.

mod confirm;
mod devices;
mod entry;
mod live;
mod look;
mod password;
mod shelf;
mod test_clock;

pub(crate) use look::refused;

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use handstamp_pages::{Asset, CONTENT_SECURITY_POLICY, assets, icon};

use crate::{shop::Shop, views::shop_assets};

/// Every route of the shop; the session layer comes around them.
pub(crate) fn router(shop: Shop) -> Router {
    let mut router = Router::new()
        .route("/", get(shelf::home))
        .route("/basket", get(shelf::basket))
        .route("/basket/add", post(shelf::add))
        .route("/basket/remove", post(shelf::remove))
        .route("/sign-up", get(entry::sign_up_form).post(entry::sign_up))
        .route("/sign-in", get(entry::sign_in_form).post(entry::sign_in))
        .route("/sign-out", post(entry::sign_out))
        .route("/signed-out", get(entry::signed_out))
        .route("/account", get(devices::account))
        .route("/account/export", get(devices::export))
        .route("/devices", get(devices::devices))
        .route("/devices/end", post(devices::end))
        .route("/devices/end-others", post(devices::end_others))
        .route("/confirm", get(confirm::form).post(confirm::confirm))
        .route("/password", get(password::form).post(password::change))
        .route("/forgot", get(password::forgot_form).post(password::forgot))
        .route("/reset", get(password::reset_form).post(password::reset))
        .route("/live", get(live::page))
        .route("/live/events", get(live::events))
        .route("/favicon.ico", get(favicon))
        .fallback(look::not_found);
    if let Some(clock) = shop.test_clock.clone() {
        router = router
            .route("/test-clock", post(test_clock::advance))
            .layer(middleware::from_fn_with_state(clock, test_clock::dated));
    }
    for asset in assets().into_iter().chain(shop_assets()) {
        router = router.route(asset.path(), get(move || async move { served(asset) }));
    }
    router.with_state(shop).layer(middleware::from_fn(hardened))
}

/// An asset's path holds the hash of its content, so it may be kept for ever.
fn served(asset: &'static Asset) -> Response {
    kept(asset, "public, max-age=31536000, immutable")
}

/// Pages name their icon; browsers ask for this one beside everything else, such as the export.
async fn favicon() -> Response {
    kept(icon(), "public, max-age=604800")
}

fn kept(asset: &'static Asset, how_long: &'static str) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(how_long));
    (headers, asset.body()).into_response()
}

/// Headers that every answer carries (ASVS V3.4). No HSTS: it would hold for every other project on
/// this machine's localhost.
async fn hardened(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in [
        ("content-security-policy", CONTENT_SECURITY_POLICY),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
