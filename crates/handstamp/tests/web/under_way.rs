//! Requests that were under way while somebody signed in or out in front of them.

use axum::{Router, extract::Query, routing::post};
use handstamp::{
    Proof,
    web::{Session, SessionError},
};
use http::{HeaderValue, Method, StatusCode, header};
use tokio::sync::mpsc;

use crate::{
    shop::{self, Entry},
    support::{COOKIE, Client, Kind, World},
};

/// A form that is sent twice while the password is being checked. The slower one used to find its
/// session replaced, took itself for a visitor's first sign-in, and left a second session without the
/// visitor's basket.
#[tokio::test]
async fn a_form_that_is_sent_twice_while_the_password_is_checked_leaves_one_session() {
    let world = World::new();
    let (checking, mut checks) = mpsc::unbounded_channel();
    let slow =
        async move |session: Session, Query(entry): Query<Entry>| -> Result<&'static str, SessionError> {
            let ticket = session.begin_sign_in(&entry.account).await?;
            let (right, password_is_right) = tokio::sync::oneshot::channel::<()>();
            let _ = checking.send(right);
            let _ = password_is_right.await;
            session.sign_in(ticket, Proof::password()).await?;
            Ok("signed in")
        };
    let routes = Router::new().route("/slow", post(slow)).merge(shop::routes());
    let mut client = Client::new(&world.serve(routes, |layer| layer));
    client.post("/basket?text=tea").await;
    let submits: Vec<_> = (0..2)
        .map(|_| {
            let mut client = client.clone();
            tokio::spawn(async move { (client.post("/slow?account=ada").await, client) })
        })
        .collect();
    let rights = [checks.recv().await.unwrap(), checks.recv().await.unwrap()];
    // One after the other, as two hashes of a password end.
    let mut answers = Vec::new();
    for (right, submit) in rights.into_iter().zip(submits) {
        right.send(()).unwrap();
        answers.push(submit.await.unwrap());
    }
    let (first, mut winner) = answers.remove(0);
    let (second, _) = answers.remove(0);
    assert_eq!(first.body, "signed in");
    assert_eq!((second.status, second.code().as_str()), (StatusCode::CONFLICT, "lost_to_another"));
    second.leaves_the_cookie();
    assert_eq!(winner.get("/basket").await.body, "tea");
    assert_eq!(world.live("ada").await.len(), 1);
}

/// A script's request with the visitor's token comes in just after the sign-in. Its answer used to
/// begin a visitor's session anew, and its cookie took the place of the sign-in's.
#[tokio::test]
async fn a_late_request_of_a_replaced_session_never_sets_a_cookie() {
    let world = World::new();
    let mut client = world.client();
    client.post("/basket?text=tea").await;
    let late = client.clone();
    client.sign_in("ada").await;
    for kind in [Kind::Fetch, Kind::Api, Kind::Navigation, Kind::PlainHttp] {
        for (method, path) in [(Method::POST, "/basket?text=late"), (Method::GET, "/form")] {
            let answer = late.clone().ask(kind, method, path).await;
            assert_eq!(answer.problem()["reason"], "replaced", "{kind:?} {path}");
            answer.leaves_the_cookie();
        }
    }
    assert_eq!(client.get("/basket").await.body, "tea");
}

#[tokio::test]
async fn somebody_in_front_of_a_browser_begins_anew_where_a_script_is_told() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    world.pass(3600);
    let script = client.clone().ask(Kind::Fetch, Method::POST, "/basket?text=tea").await;
    assert_eq!(script.problem()["reason"], "idle");
    script.leaves_the_cookie();
    let person = client.post("/basket?text=tea").await;
    assert_eq!((person.body.as_str(), person.set_cookies().len()), ("tea", 1));
    assert_eq!(client.get("/who").await.body, "nobody");
}

#[tokio::test]
async fn what_is_read_ahead_takes_no_cookie_back() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    world.pass(3600);
    client.ask(Kind::Prefetch, Method::GET, "/who").await.leaves_the_cookie();
    assert_eq!(client.get("/who").await.set_cookies().len(), 1);
}

/// A sibling host plants a second cookie of the same name, so that none counts. A sign-out used to say
/// "signed out" and leave the session alive.
#[tokio::test]
async fn a_sign_out_ends_the_genuine_session_among_planted_ones() {
    for planted in ["garbage", "", "hst1_AAAA"] {
        let world = World::new();
        let mut client = world.signed_in("ada").await;
        let mut request = client.request(Kind::Navigation, &Method::POST, "/sign-out");
        let both = format!("{COOKIE}={planted}; {COOKIE}={}", client.token());
        request.headers_mut().insert(header::COOKIE, HeaderValue::from_str(&both).unwrap());
        let answer = client.send(request).await;
        assert_eq!((answer.body.as_str(), answer.set_cookies().len()), ("signed out", 1));
        assert_eq!(world.live("ada").await.len(), 0, "{planted:?}");
    }
}

#[tokio::test]
async fn a_sign_out_that_cannot_find_the_genuine_session_does_not_claim_to_have() {
    let world = World::new();
    let client = world.signed_in("ada").await;
    let planted = format!("{COOKIE}=garbage; ").repeat(40);
    let buried = format!("a={}; ", "b".repeat(66_000));
    for more in [planted, buried] {
        let mut request = client.request(Kind::Navigation, &Method::POST, "/sign-out");
        let cookies = format!("{more}{COOKIE}={}", client.token());
        request.headers_mut().insert(header::COOKIE, HeaderValue::from_str(&cookies).unwrap());
        let answer = client.clone().send(request).await;
        let live = world.live("ada").await.len();
        assert_eq!(answer.status == StatusCode::OK, live == 0, "{live} live after {answer:?}");
        if answer.status != StatusCode::OK {
            assert_eq!(answer.code(), "still_signed_in");
            answer.leaves_the_cookie();
        }
    }
}

/// A page was slow. Another tab had the new token by then, and used it: when the slow page's headers
/// were written, the layer's own second look took the old token for a stolen one and ended the session.
#[tokio::test]
async fn a_slow_page_is_no_theft_when_its_headers_are_written() {
    let world = World::new();
    let client = world.signed_in("ada").await;
    world.pass(16 * 60);
    let gate = world.gates.close(handstamp::testing::Operation::List, handstamp::testing::Side::Before);
    let mut slow = client.clone();
    let slow = tokio::spawn(async move { slow.get("/devices").await });
    gate.arrived(1).await;
    let mut other_tab = client.clone();
    other_tab.get("/account").await;
    assert_ne!(other_tab.token(), client.token());
    other_tab.get("/account").await;
    world.pass(31);
    gate.open();
    slow.await.unwrap().leaves_the_cookie();
    assert_eq!(other_tab.get("/account").await.body, "ada");
}

/// An upload took longer than the grace before its handler asked who it was from. Its token had been
/// renewed meanwhile, or was from before a step-up, and the session of an innocent ended for reuse.
#[tokio::test]
async fn a_slow_upload_is_no_theft_when_it_asks_who_it_is_from() {
    for meanwhile in ["/account", "/step-up"] {
        let world = World::new();
        let (came, mut coming) = mpsc::unbounded_channel();
        let upload = async move |session: Session| -> Result<&'static str, SessionError> {
            let (read, whole) = tokio::sync::oneshot::channel::<()>();
            let _ = came.send(read);
            let _ = whole.await;
            session.require_signed_in().await?;
            Ok("kept")
        };
        let routes = Router::new().route("/upload", post(upload)).merge(shop::routes());
        let app = world.serve(routes, |layer| layer);
        let client = world.signed_in("ada").await.at(&app);
        world.pass(16 * 60);
        let mut slow = client.clone();
        let slow = tokio::spawn(async move { slow.ask(Kind::Fetch, Method::POST, "/upload").await });
        let read = coming.recv().await.unwrap();
        let mut other_tab = client.clone();
        let method = if meanwhile == "/account" { Method::GET } else { Method::POST };
        other_tab.ask(Kind::Navigation, method, meanwhile).await;
        assert_ne!(other_tab.token(), client.token(), "{meanwhile}");
        other_tab.get("/account").await;
        world.pass(61);
        other_tab.get("/account").await;
        read.send(()).unwrap();
        let answer = slow.await.unwrap();
        assert!(matches!(answer.status, StatusCode::OK | StatusCode::UNAUTHORIZED), "{meanwhile}");
        answer.leaves_the_cookie();
        assert_eq!(other_tab.get("/account").await.body, "ada", "{meanwhile}");
    }
}
