//! Coming in, the basket, devices, going out.

use std::time::Duration;

use axum::http::StatusCode;

use crate::browser::Street;

#[tokio::test]
async fn a_visitor_costs_no_record_and_a_basket_survives_sign_in() {
    let street = Street::new();
    let mut browser = street.browser();
    assert_eq!(browser.get("/").await.set_cookie, None);
    browser.post("/basket/add", "book=2").await;
    let anonymous = browser.cookie.clone();
    assert!(anonymous.is_some());
    assert!(browser.get("/basket").await.text.contains("Lighthouse"));

    browser.sign_up("ann@example.com", "correct horse").await;
    assert_ne!(browser.cookie, anonymous, "sign-in issues a fresh token");
    assert!(browser.get("/basket").await.text.contains("Lighthouse"));

    // Another account on the same browser sees nothing of it.
    browser.sign_up("bob@example.com", "correct horse").await;
    assert!(!browser.get("/basket").await.text.contains("Lighthouse"));
}

#[tokio::test]
async fn a_browser_that_asks_for_an_icon_gets_one_and_no_session() {
    let street = Street::new();
    let icon = street.browser().get("/favicon.ico").await;
    assert_eq!((icon.status, icon.set_cookie), (StatusCode::OK, None));
    assert!(icon.text.starts_with("<svg"), "{}", icon.text);
}

#[tokio::test]
async fn pages_for_members_send_strangers_to_sign_in_and_back() {
    let street = Street::new();
    let mut browser = street.browser();
    let page = browser.get("/devices").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.location, "/sign-in?return_to=%2Fdevices");
    browser.sign_up("ann@example.com", "correct horse").await;
    browser.post("/sign-out", "").await;
    let form = "email=ann@example.com&password=correct horse&return_to=/devices";
    assert_eq!(browser.post("/sign-in", form).await.location, "/devices");
    let form = "email=ann@example.com&password=correct horse&return_to=//evil.example";
    assert_eq!(browser.post("/sign-in", form).await.location, "/");
}

#[tokio::test]
async fn a_wrong_password_says_the_same_for_every_name() {
    let street = Street::new();
    let mut browser = street.browser();
    browser.sign_up("ann@example.com", "correct horse").await;
    browser.post("/sign-out", "").await;
    let known = browser.sign_in("ann@example.com", "wrong horse").await;
    let unknown = browser.sign_in("nobody@example.com", "wrong horse").await;
    assert_eq!(known.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(known.text.replace("ann@", "nobody@"), unknown.text);
}

#[tokio::test]
async fn remembering_gives_the_cookie_a_life_of_its_own() {
    let street = Street::new();
    let mut browser = street.browser();
    let page = browser.sign_up("ann@example.com", "correct horse").await;
    assert!(!page.set_cookie.unwrap().contains("Max-Age"));
    let form = "email=ann@example.com&password=correct horse&remember=yes";
    let page = browser.post("/sign-in", form).await;
    assert!(page.set_cookie.unwrap().contains("Max-Age=2592000"));
}

#[tokio::test]
async fn ending_a_device_wants_a_fresh_proof_and_keeps_what_was_wanted() {
    let street = Street::new();
    let (mut here, mut there) = (street.browser(), street.browser());
    here.sign_up("ann@example.com", "correct horse").await;
    there.sign_in("ann@example.com", "correct horse").await;
    street.clock.advance(Duration::from_secs(301));

    let devices = here.get("/devices").await.text;
    let id = devices.split("name=\"session\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let asked = here.post("/devices/end", &format!("session={id}")).await;
    assert!(asked.text.contains(&id) && asked.text.contains("Confirm it is you"));
    assert_eq!(there.get("/account").await.status, StatusCode::OK, "nothing has ended yet");

    let refused = here.post("/devices/end", &format!("session={id}&password=wrong horse")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(there.get("/account").await.status, StatusCode::OK);

    let done = here.post("/devices/end", &format!("session={id}&password=correct horse")).await;
    assert_eq!(done.location, "/devices");
    assert!(done.set_cookie.is_some(), "a step-up issues a fresh token");
    let ended = there.get("/account").await;
    assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
    assert!(ended.text.contains("This session was ended"));
    assert_eq!(there.cookie, None);
}

#[tokio::test]
async fn a_device_of_somebody_else_is_not_found() {
    let street = Street::new();
    let (mut ann, mut bob) = (street.browser(), street.browser());
    ann.sign_up("ann@example.com", "correct horse").await;
    let mut other = street.browser();
    other.sign_in("ann@example.com", "correct horse").await;
    let devices = ann.get("/devices").await.text;
    let id = devices.split("name=\"session\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    bob.sign_up("bob@example.com", "correct horse").await;
    assert_eq!(bob.post("/devices/end", &format!("session={id}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_export_wants_a_fresh_proof_and_comes_back_to_it() {
    let street = Street::new();
    let mut browser = street.browser();
    browser.sign_up("ann@example.com", "correct horse").await;
    assert_eq!(browser.get("/account/export").await.status, StatusCode::OK);
    street.clock.advance(Duration::from_secs(301));
    let asked = browser.get("/account/export").await;
    assert_eq!(asked.location, "/confirm?return_to=%2Faccount%2Fexport");
    let back = browser.post("/confirm", "password=correct horse&return_to=/account/export").await;
    assert_eq!(back.location, "/account/export");
    let export = browser.get("/account/export").await.text;
    assert!(export.contains("\"amr\":[\"pwd\"]") && !export.contains("hash"), "{export}");
}
