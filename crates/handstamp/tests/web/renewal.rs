//! Renewal: where the answer is known to reach the browser, and nowhere else.

use axum::{Router, routing::get};
use handstamp::{
    testing::{Fault, Operation, Side, When},
    web::{PassiveLayer, Session, SessionError},
};
use http::{Method, StatusCode};

use crate::{
    shop,
    support::{Client, Kind, World, account_id},
};

/// The default policy renews after a quarter of an hour.
const DUE: u64 = 15 * 60;

#[tokio::test]
async fn a_token_is_renewed_when_it_is_due_and_not_a_second_before() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    let first = client.token().to_owned();
    world.pass(DUE - 1);
    client.get("/who").await.leaves_the_cookie();
    world.pass(1);
    let answer = client.get("/who").await;
    assert_eq!((answer.body.as_str(), answer.set_cookies().len()), ("ada", 1));
    assert_ne!(client.token(), first);
    // The id stays, everything else differs.
    assert_eq!(client.token()[..26], first[..26]);
    client.get("/who").await.leaves_the_cookie();
    assert_eq!(world.live("ada").await.len(), 1);
}

#[tokio::test]
async fn only_navigations_of_the_same_origin_or_the_address_bar_renew() {
    for kind in Kind::ALL {
        for method in [Method::GET, Method::POST] {
            let world = World::new();
            let app = world.shop_with(handstamp::web::SessionLayer::without_cross_site_protection);
            let mut client = world.signed_in("ada").await.at(&app);
            world.pass(DUE);
            let answer = client.ask(kind, method.clone(), "/account").await;
            assert_eq!(answer.body, "ada");
            let renews = matches!(kind, Kind::Navigation | Kind::Typed);
            assert_eq!(answer.set_cookies().len(), usize::from(renews), "{kind:?} {method}");
            assert_eq!(world.spy.count(Operation::Renew), usize::from(renews));
        }
    }
}

#[tokio::test]
async fn a_visitors_token_is_not_renewed() {
    let world = World::new();
    let mut client = world.client();
    client.post("/basket?text=tea").await;
    world.pass(DUE + 1);
    client.get("/basket").await.leaves_the_cookie();
    assert_eq!(world.spy.count(Operation::Renew), 0);
}

#[tokio::test]
async fn a_request_that_ignores_its_session_does_not_renew_it() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    world.pass(DUE);
    world.untouched(client.get("/ignored")).await.leaves_the_cookie();
}

#[tokio::test]
async fn a_lost_answer_harms_nobody_however_long_the_silence() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    world.pass(DUE);
    let mut lost = client.clone();
    lost.get("/who").await;
    assert_ne!(lost.token(), client.token());
    world.pass(10 * 30);
    let answer = client.get("/who").await;
    assert_eq!((answer.body.as_str(), answer.set_cookies().len()), ("ada", 1));
    assert_eq!(client.token(), lost.token(), "everybody gets the same successor");
    assert_eq!(client.get("/who").await.body, "ada");
}

#[tokio::test]
async fn parallel_requests_with_the_old_token_all_get_the_same_new_one() {
    let world = World::new();
    let client = world.signed_in("ada").await;
    world.pass(DUE);
    let gate = world.gates.close(Operation::Load, Side::Before);
    let asked: Vec<_> = (0..32)
        .map(|_| {
            let mut client = client.clone();
            tokio::spawn(async move { (client.get("/who").await, client) })
        })
        .collect();
    gate.arrived(32).await;
    gate.open();
    let mut tokens = std::collections::BTreeSet::new();
    for task in asked {
        let (answer, client) = task.await.unwrap();
        assert_eq!((answer.body.as_str(), answer.set_cookies().len()), ("ada", 1));
        tokens.insert(client.token().to_owned());
    }
    assert_eq!(tokens.len(), 1);
    assert!(!tokens.contains(client.token()));
}

/// A handler that goes on for as long as a gate of the store keeps it: it reads the devices.
async fn held_up(
    world: &World,
    client: &Client,
) -> (handstamp::testing::Gate, tokio::task::JoinHandle<Late>) {
    let gate = world.gates.close(Operation::List, Side::Before);
    let mut client = client.clone();
    let task = tokio::spawn(async move {
        let answer = client.get("/devices").await;
        Late { set_cookies: answer.set_cookies().len(), status: answer.status, client }
    });
    gate.arrived(1).await;
    (gate, task)
}

struct Late {
    set_cookies: usize,
    status: StatusCode,
    client: Client,
}

#[tokio::test]
async fn a_renewal_is_checked_again_when_the_headers_are_written() {
    // Nothing happens meanwhile: the new token is handed out.
    let world = World::new();
    let client = world.signed_in("ada").await;
    world.pass(DUE);
    let (gate, task) = held_up(&world, &client).await;
    gate.open();
    let late = task.await.unwrap();
    assert_eq!((late.status, late.set_cookies), (StatusCode::OK, 1));
    assert_ne!(late.client.token(), client.token());

    for meanwhile in
        ["/sign-out", "/sign-in?account=ada", "/sign-in?account=bob", "/step-up", "/credentials-changed"]
    {
        let world = World::new();
        let client = world.signed_in("ada").await;
        world.pass(DUE);
        let (gate, task) = held_up(&world, &client).await;
        let mut other_tab = client.clone();
        assert_eq!(other_tab.ask(Kind::Fetch, Method::POST, meanwhile).await.status, StatusCode::OK);
        gate.open();
        let late = task.await.unwrap();
        assert_eq!((late.status, late.set_cookies), (StatusCode::OK, 0), "{meanwhile}");
    }

    let world = World::new();
    let client = world.signed_in("ada").await;
    world.pass(DUE);
    let (gate, task) = held_up(&world, &client).await;
    world.sessions.account(&account_id("ada")).end_all().await.unwrap();
    gate.open();
    assert_eq!(task.await.unwrap().set_cookies, 0);
}

#[tokio::test]
async fn a_store_that_is_away_when_the_headers_are_written_keeps_the_renewal_back() {
    let world = World::new();
    let client = world.signed_in("ada").await;
    world.pass(DUE);
    let (gate, task) = held_up(&world, &client).await;
    world.faults.plan(When::Operation(Operation::Load), Fault::Before);
    gate.open();
    let mut late = task.await.unwrap();
    assert_eq!((late.status, late.set_cookies), (StatusCode::OK, 0));
    world.faults.mend();
    assert_eq!(late.client.get("/who").await.set_cookies().len(), 1);
}

#[tokio::test]
async fn a_renewal_that_the_store_refuses_leaves_the_old_token_good() {
    for fault in [Fault::Before, Fault::AnswerLost] {
        let world = World::new();
        let mut client = world.signed_in("ada").await;
        world.pass(DUE);
        world.faults.plan(When::Operation(Operation::Renew), fault);
        let answer = client.get("/who").await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "ada"));
        answer.leaves_the_cookie();
        world.faults.mend();
        let answer = client.get("/who").await;
        assert_eq!((answer.body.as_str(), answer.set_cookies().len()), ("ada", 1), "{fault:?}");
        assert_eq!(client.get("/who").await.body, "ada");
    }
}

#[tokio::test]
async fn a_thiefs_old_token_ends_the_session_once_its_successor_is_in_use() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    let mut thief = client.clone();
    world.pass(DUE);
    client.get("/who").await;
    client.get("/who").await;
    world.pass(29);
    assert_eq!(thief.fetch("/who").await.body, "ada", "within the grace it may be a slow request");
    world.pass(1);
    assert_eq!(thief.fetch("/account").await.problem()["reason"], "reuse");
    assert_eq!(client.fetch("/account").await.problem()["reason"], "reuse");
}

#[tokio::test]
async fn polling_keeps_no_session_awake() {
    let poll = async |session: Session| -> Result<&'static str, SessionError> {
        session.require_signed_in().await?;
        Ok("nothing new")
    };
    let world = World::new();
    let polled = Router::new().route("/poll", get(poll)).layer(PassiveLayer::new());
    let app = world.serve(polled.merge(shop::routes()), |layer| layer);
    let mut client = Client::new(&app);
    client.sign_in("ada").await;
    for _ in 0..59 {
        world.pass(60);
        assert_eq!(client.fetch("/poll").await.body, "nothing new");
    }
    assert_eq!(world.spy.count(Operation::Touch), 0);
    world.pass(60);
    assert_eq!(client.fetch("/poll").await.problem()["reason"], "idle");

    // The same requests on a route that is a use keep it awake, with one write a minute at most.
    client.sign_in("ada").await;
    for _ in 0..240 {
        world.pass(30);
        assert_eq!(client.fetch("/who").await.body, "ada");
    }
    assert_eq!(world.spy.count(Operation::Touch), 120);
}
