//! Changing and resetting passwords.

use axum::http::StatusCode;

use crate::browser::Street;

#[tokio::test]
async fn a_changed_password_signs_out_every_other_device_and_keeps_this_one() {
    let street = Street::new();
    let (mut here, mut there) = (street.browser(), street.browser());
    here.sign_up("ann@example.com", "correct horse").await;
    there.sign_in("ann@example.com", "correct horse").await;
    let before = here.cookie.clone();

    let wrong = here.post("/password", "current=wrong horse&new=another horse").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(there.get("/account").await.status, StatusCode::OK);

    let done = here.post("/password", "current=correct horse&new=another horse").await;
    assert_eq!(done.location, "/account");
    assert_ne!(here.cookie, before);
    assert!(here.get("/account").await.text.contains("Your password is changed"));
    let ended = there.get("/account").await;
    assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
    assert!(ended.text.to_lowercase().contains("password"));
    assert_eq!(
        there.sign_in("ann@example.com", "correct horse").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(there.sign_in("ann@example.com", "another horse").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_printed_link_resets_the_password_once_and_signs_everybody_out() {
    let street = Street::new();
    let (mut here, mut thief) = (street.browser(), street.browser());
    here.sign_up("ann@example.com", "correct horse").await;
    thief.sign_in("ann@example.com", "correct horse").await;

    let mut lost = street.browser();
    let unknown = lost.post("/forgot", "email=nobody@example.com").await;
    let known = lost.post("/forgot", "email=ann@example.com").await;
    assert_eq!(unknown.text, known.text, "nobody learns who has an account");
    let printed = street.printed.lock().unwrap().clone();
    assert_eq!(printed.len(), 1);
    let path = printed[0].split("http://localhost:1").nth(1).unwrap().to_owned();
    assert!(lost.get(&path).await.text.contains("Choose a new password"));

    let link = path.split("link=").nth(1).unwrap();
    let unfit = lost.post("/reset", &format!("link={link}&new=short")).await;
    assert_eq!(unfit.status, StatusCode::UNPROCESSABLE_ENTITY, "an unfit password does not use the link up");
    let done = lost.post("/reset", &format!("link={link}&new=another horse")).await;
    assert_eq!(done.location, "/sign-in?reset=done");
    for browser in [&mut here, &mut thief] {
        assert_eq!(browser.get("/account").await.status, StatusCode::UNAUTHORIZED);
    }
    let again = lost.post("/reset", &format!("link={link}&new=third horse")).await;
    assert_eq!(again.status, StatusCode::GONE);
    assert_eq!(lost.sign_in("ann@example.com", "another horse").await.status, StatusCode::SEE_OTHER);
}
