//! The shop closes and opens again on the same folder.

use std::fs;

use axum::http::StatusCode;
use handstamp::testing::FakeClock;
use handstamp_demo::{AccountsError, OpenShopError};
use serde_json::Value;

use crate::browser::Street;

#[tokio::test]
async fn people_stay_signed_in_and_what_had_ended_stays_ended() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), FakeClock::new());
    let street = Street::within(folder.path(), &clock).await.unwrap();
    let (mut here, mut gone, mut visitor) = (street.browser(), street.browser(), street.browser());
    here.sign_up("ann@example.com", "correct horse").await;
    gone.sign_in("ann@example.com", "correct horse").await;
    let copy = gone.cookie.clone();
    gone.post("/sign-out", "").await;
    visitor.post("/basket/add", "book=2").await;
    let (kept, waiting) = (here.cookie.clone(), visitor.cookie.clone());
    drop((street, here, gone, visitor));

    let street = Street::within(folder.path(), &clock).await.unwrap();
    let mut here = street.browser_with(kept);
    let devices = here.get("/devices").await;
    assert_eq!(devices.status, StatusCode::OK);
    assert!(devices.text.contains("ann@example.com"), "{}", devices.text);
    assert_eq!(street.browser_with(copy).get("/account").await.status, StatusCode::UNAUTHORIZED);
    assert!(street.browser_with(waiting).get("/basket").await.text.contains("Lighthouse"));
    let mut other = street.browser();
    assert_eq!(
        other.sign_in("ann@example.com", "wrong horse").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(other.sign_in("ann@example.com", "correct horse").await.status, StatusCode::SEE_OTHER);
}

/// Passwords and sessions lie in two files: a crash between the two writes of a password change would
/// leave the sessions alive that the change should have ended.
#[tokio::test]
async fn a_password_change_cut_short_ends_the_sessions_from_before_at_the_next_start() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), FakeClock::new());
    let street = Street::within(folder.path(), &clock).await.unwrap();
    let (mut ann, mut bob) = (street.browser(), street.browser());
    ann.sign_up("ann@example.com", "correct horse").await;
    bob.sign_up("bob@example.com", "correct horse").await;
    let (anns, bobs) = (ann.cookie.clone(), bob.cookie.clone());
    drop((street, ann, bob));

    // As it lies there when the new password has been written and the end of its sessions has not.
    let file = folder.path().join("accounts.json");
    let mut content: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let accounts = content["accounts"].as_array_mut().unwrap();
    let account = accounts.iter_mut().find(|account| account["name"] == "ann@example.com").unwrap();
    account["change_untold"] = true.into();
    fs::write(&file, content.to_string()).unwrap();

    let street = Street::within(folder.path(), &clock).await.unwrap();
    assert_eq!(street.browser_with(anns).get("/account").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(street.browser_with(bobs.clone()).get("/account").await.status, StatusCode::OK);
    // Once: whoever signs in now stays so over the next start.
    let mut ann = street.browser();
    ann.sign_in("ann@example.com", "correct horse").await;
    let anns = ann.cookie.clone();
    drop((street, ann));
    let street = Street::within(folder.path(), &clock).await.unwrap();
    assert_eq!(street.browser_with(anns).get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn sessions_whose_accounts_are_missing_are_no_empty_shop() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), FakeClock::new());
    let street = Street::within(folder.path(), &clock).await.unwrap();
    street.browser().sign_up("ann@example.com", "correct horse").await;
    drop(street);
    fs::remove_file(folder.path().join("accounts.json")).unwrap();
    let error = Street::within(folder.path(), &clock).await.err().unwrap();
    assert!(matches!(error, OpenShopError::Accounts(AccountsError::Missing { .. })), "{error}");
    assert!(!folder.path().join("accounts.json").exists());
}

#[tokio::test]
async fn what_cannot_be_saved_is_said_and_has_not_happened() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), FakeClock::new());
    let street = Street::within(folder.path(), &clock).await.unwrap();
    let mut ann = street.browser();
    ann.sign_up("ann@example.com", "correct horse").await;
    // Nobody can write to a folder, whatever their rights.
    fs::create_dir(folder.path().join("accounts.json.new")).unwrap();

    let refused = street.browser().sign_up("bob@example.com", "correct horse").await;
    assert_eq!((refused.status, &refused.set_cookie), (StatusCode::SERVICE_UNAVAILABLE, &None));
    assert!(refused.text.contains("could not be saved"), "{}", refused.text);
    let form = "current=correct horse&new=another horse";
    assert_eq!(ann.post("/password", form).await.status, StatusCode::SERVICE_UNAVAILABLE);

    fs::remove_dir(folder.path().join("accounts.json.new")).unwrap();
    let mut other = street.browser();
    assert_eq!(other.sign_in("ann@example.com", "correct horse").await.status, StatusCode::SEE_OTHER);
    assert_eq!(other.sign_up("bob@example.com", "correct horse").await.status, StatusCode::SEE_OTHER);
}
