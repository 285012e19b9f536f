//! Form tokens: good for one session, in every page anew, and for nothing else.

use http::StatusCode;

use crate::support::{Client, World};

#[track_caller]
fn is_refused(answer: &crate::support::Answer) {
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "form_token_refused"));
}

async fn check(client: &mut Client, token: &str) -> crate::support::Answer {
    client.post(&format!("/form?text={token}")).await
}

#[tokio::test]
async fn a_form_token_is_good_for_its_own_session_only() {
    let world = World::new();
    let mut ada = world.signed_in("ada").await;
    let mut eve = world.signed_in("eve").await;
    let (adas, eves) = (ada.get("/form").await.body, eve.get("/form").await.body);
    assert_eq!(check(&mut ada, &adas).await.body, "accepted");
    assert_eq!(check(&mut ada, &adas).await.body, "accepted", "a page may be sent twice");
    is_refused(&check(&mut ada, &eves).await);
    is_refused(&check(&mut eve, &adas).await);
    is_refused(&check(&mut world.client(), &adas).await);
    // Another sign-in of the same account is another session.
    is_refused(&check(&mut world.signed_in("ada").await, &adas).await);
}

#[tokio::test]
async fn a_form_token_differs_from_page_to_page_and_says_nothing_of_the_sessions_token() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    let (one, two) = (client.get("/form").await.body, client.get("/form").await.body);
    assert_ne!(one, two);
    assert_ne!(one[..20], two[..20]);
    assert_ne!(one[23..], two[23..]);
    for token in [&one, &two] {
        assert_eq!(check(&mut client, token).await.body, "accepted");
        assert_eq!(client.holding(token.clone()).get("/who").await.body, "nobody");
        for from in 0..token.len() - 6 {
            assert!(!client.token().contains(&token[from..from + 6]));
        }
    }
}

#[tokio::test]
async fn a_visitors_form_token_dies_with_the_sign_in_and_survives_a_renewal() {
    let world = World::new();
    let mut client = world.client();
    let page = client.get("/form").await;
    assert_eq!(page.set_cookies().len(), 1, "a form that can be checked needs a session");
    let before = page.body;
    assert_eq!(check(&mut client, &before).await.body, "accepted");
    client.sign_in("ada").await;
    is_refused(&check(&mut client, &before).await);
    let after = client.get("/form").await.body;
    assert_eq!(check(&mut client, &after).await.body, "accepted");

    world.pass(1000);
    assert_eq!(client.get("/who").await.set_cookies().len(), 1);
    assert_eq!(check(&mut client, &after).await.body, "accepted");
    let old = client.clone();
    client.post("/sign-out").await;
    is_refused(&check(&mut client, &after).await);
    is_refused(&check(&mut old.holding(old.token()), &after).await);
}

#[tokio::test]
async fn a_garbled_form_token_is_refused() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    let good = client.get("/form").await.body;
    for at in 0..good.len() {
        let changed = if &good[at..=at] == "A" { "B" } else { "A" };
        let garbled = format!("{}{changed}{}", &good[..at], &good[at + 1..]);
        is_refused(&check(&mut client, &garbled).await);
        is_refused(&check(&mut client, &good[..at]).await);
    }
    for garbled in [format!("{good}A"), format!("{good}%3D"), good.replace('-', "+"), "%00".repeat(43)] {
        if garbled != good {
            is_refused(&check(&mut client, &garbled).await);
        }
    }
    is_refused(&check(&mut client, &"A".repeat(43)).await);
}

#[tokio::test]
async fn an_outage_is_not_a_wrong_form() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    let token = client.get("/form").await.body;
    world.faults.plan(handstamp::testing::When::Always, handstamp::testing::Fault::Before);
    assert_eq!(check(&mut client, &token).await.code(), "store_unavailable");
}
