//! An outage is not a logout, on pages too (promise 12).

use axum::http::StatusCode;
use handstamp::{
    store::MemoryStore,
    testing::{Fault, FaultyStore, When},
};

use crate::browser::Street;

#[tokio::test]
async fn while_the_store_is_away_nobody_is_told_to_sign_in_or_is_signed_out() {
    let store = FaultyStore::new(MemoryStore::new());
    let street = Street::on(store.clone());
    let mut browser = street.browser();
    browser.sign_up("ann@example.com", "correct horse").await;
    let cookie = browser.cookie.clone();

    store.plan(When::Always, Fault::Before);
    for path in ["/", "/account", "/devices", "/basket"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(page.set_cookie, None, "{path}");
        assert!(!page.text.contains("signed out") || page.text.contains("not signed out"), "{}", page.text);
    }
    let page = browser.post("/sign-out", "").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.text.contains("still signed in"), "{}", page.text);
    assert_eq!(browser.cookie, cookie);

    store.mend();
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    assert_eq!(browser.post("/sign-out", "").await.location, "/signed-out");
    assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
}
