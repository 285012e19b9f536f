//! Clients that hang up, observers that panic, handlers that fail: nobody is left half signed in.

use axum::{Router, routing::post};
use handstamp::{
    Proof, Sessions,
    store::MemoryStore,
    testing::{Operation, Side},
    web::{Session, SessionError},
};
use http::StatusCode;

use crate::{
    shop,
    support::{Client, Kind, World, account_id},
};

#[tokio::test]
async fn an_observer_that_panics_stops_nothing() {
    let sessions =
        Sessions::builder(MemoryStore::new()).observe(|_| panic!("the observer is broken")).build();
    let sessions = sessions.unwrap();
    let app = shop::routes().layer(sessions.layer());
    let mut phone = Client::new(&app);
    assert_eq!(phone.post("/basket?text=tea").await.body, "tea");
    phone.sign_in("ada").await;
    let mut laptop = Client::new(&app);
    laptop.sign_in("ada").await;
    assert_eq!(laptop.post("/step-up").await.body, "stepped up");
    assert_eq!(laptop.post("/end-others").await.body, "1");
    assert_eq!(phone.fetch("/account").await.problem()["reason"], "revoked");
    assert_eq!(laptop.post("/credentials-changed").await.body, "changed");
    let thief = laptop.clone();
    assert_eq!(laptop.post("/sign-out").await.body, "signed out");
    assert_eq!(thief.clone().fetch("/account").await.problem()["reason"], "signed_out");
    sessions.account(&account_id("ada")).hold().await.unwrap();
    sessions.end_realm().await.unwrap();
}

/// Where a request is when its client hangs up.
const PLACES: [(Operation, Side); 10] = [
    (Operation::Load, Side::Before),
    (Operation::Load, Side::After),
    (Operation::ReadAccount, Side::Before),
    (Operation::ReadAccount, Side::After),
    (Operation::Admit, Side::Before),
    (Operation::Admit, Side::After),
    (Operation::End, Side::Before),
    (Operation::End, Side::After),
    (Operation::Renew, Side::Before),
    (Operation::Renew, Side::After),
];

/// Sends a request, hangs up where it arrives at a gate, and says whether it ever did.
async fn hang_up(world: &World, client: &Client, path: &'static str, place: (Operation, Side)) -> bool {
    let gate = world.gates.close(place.0, place.1);
    let mut caller = client.clone();
    let mut request = Box::pin(async move { caller.post(path).await });
    let arrived = tokio::select! {
        biased;
        () = gate.arrived(1) => true,
        _ = &mut request => false,
    };
    drop(request);
    gate.open();
    arrived
}

#[tokio::test]
async fn a_sign_in_that_is_hung_up_leaves_the_old_session_or_the_new_one() {
    let mut hung_up = 0;
    for place in PLACES {
        let world = World::new();
        let mut client = world.client();
        client.post("/basket?text=tea").await;
        hung_up += usize::from(hang_up(&world, &client, "/sign-in?account=ada", place).await);
        world.sessions.sweep().await.unwrap();

        let live = world.live("ada").await.len();
        let visitor = client.clone().get("/basket").await.body;
        match (live, visitor.as_str()) {
            // The visitor is a visitor still.
            (0, "tea") => {}
            // Signed in, with nobody who holds the token; the visitor's session has been taken over.
            (1, "") => assert_eq!(client.clone().fetch("/account").await.problem()["reason"], "replaced"),
            state => panic!("{place:?} left {state:?}"),
        }
        client.sign_in("ada").await;
        assert_eq!(client.get("/who").await.body, "ada", "{place:?}");
    }
    assert!(hung_up >= 9, "only {hung_up} places were reached");
}

#[tokio::test]
async fn a_sign_in_over_another_account_that_is_hung_up_never_leaves_both() {
    for place in PLACES {
        for names in [("ada", "bob"), ("ada-2", "bob-7"), ("eve", "mallory")] {
            let world = World::new();
            let mut client = world.signed_in(names.0).await;
            let path: &'static str = Box::leak(format!("/sign-in?account={}", names.1).into_boxed_str());
            hang_up(&world, &client, path, place).await;
            let state = (world.live(names.0).await.len(), world.live(names.1).await.len());
            assert!(state != (1, 1), "{place:?} left both {names:?}");
            client.sign_in(names.1).await;
            assert_eq!(client.get("/who").await.body, names.1);
        }
    }
}

#[tokio::test]
async fn a_sign_out_that_is_hung_up_has_happened_or_not() {
    for (place, happened) in [((Operation::End, Side::Before), false), ((Operation::End, Side::After), true)]
    {
        let world = World::new();
        let mut client = world.signed_in("ada").await;
        assert!(hang_up(&world, &client, "/sign-out", place).await);
        assert_eq!(world.live("ada").await.len(), usize::from(!happened));
        assert_eq!(client.get("/who").await.body, if happened { "nobody" } else { "ada" });
    }
}

#[tokio::test]
async fn a_step_up_that_is_hung_up_leaves_the_old_token_or_a_way_to_sign_in() {
    for (place, happened) in
        [((Operation::Renew, Side::Before), false), ((Operation::Renew, Side::After), true)]
    {
        let world = World::new();
        let mut client = world.signed_in("ada").await;
        assert!(hang_up(&world, &client, "/step-up", place).await);
        let answer = client.fetch("/account").await;
        assert_eq!(answer.status, if happened { StatusCode::UNAUTHORIZED } else { StatusCode::OK });
        client.sign_in("ada").await;
        assert_eq!(client.get("/who").await.body, "ada");
    }
}

#[tokio::test]
async fn a_handler_that_fails_after_a_verb_still_hands_the_token_out() {
    let fails = async |session: Session| -> Result<&'static str, SessionError> {
        let ticket = session.begin_sign_in("ada").await?;
        session.sign_in(ticket, Proof::password()).await?;
        let _ = session.begin_sign_in(&"x".repeat(300)).await?;
        Ok("not reached")
    };
    let world = World::new();
    let routes = Router::new().route("/fails", post(fails)).merge(shop::routes());
    let mut client = Client::new(&world.serve(routes, |layer| layer));
    let answer = client.post("/fails").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(client.get("/who").await.body, "ada");
}

#[tokio::test]
async fn slow_writers_of_a_session_that_was_signed_out_change_nothing() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    client.post("/basket?text=tea").await;
    let gate = world.gates.close(Operation::Commit, Side::Before);
    let slow: Vec<_> = (0..8)
        .map(|_| {
            let mut client = client.clone();
            tokio::spawn(
                async move { client.ask(Kind::Fetch, http::Method::POST, "/basket?text=late").await },
            )
        })
        .collect();
    gate.arrived(8).await;
    client.post("/sign-out").await;
    gate.open();
    for task in slow {
        let answer = task.await.unwrap();
        assert_eq!(answer.problem()["reason"], "signed_out");
        answer.leaves_the_cookie();
    }
    assert_eq!(world.live("ada").await.len(), 0);
    assert_eq!(client.get("/basket").await.body, "");
}

#[tokio::test]
async fn slow_writers_from_before_a_change_of_privilege_change_nothing() {
    for path in ["/step-up", "/credentials-changed"] {
        let world = World::new();
        let mut client = world.signed_in("ada").await;
        client.post("/basket?text=tea").await;
        let gate = world.gates.close(Operation::Commit, Side::Before);
        let mut slow = client.clone();
        let late = tokio::spawn(async move { slow.post("/basket?text=late").await });
        gate.arrived(1).await;
        assert_eq!(client.post(path).await.status, StatusCode::OK);
        gate.open();
        let answer = late.await.unwrap();
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "superseded"));
        answer.leaves_the_cookie();
        assert_eq!(client.get("/basket").await.body, "tea", "{path}");
    }
}

#[tokio::test]
async fn parallel_writers_all_count() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    let gate = world.gates.close(Operation::Commit, Side::Before);
    let writers: Vec<_> = (0..8)
        .map(|number| {
            let mut client = client.clone();
            tokio::spawn(async move { client.post(&format!("/basket?text={number}")).await.status })
        })
        .collect();
    gate.arrived(8).await;
    gate.open();
    for writer in writers {
        assert_eq!(writer.await.unwrap(), StatusCode::OK);
    }
    let basket = client.get("/basket").await.body;
    let mut items: Vec<_> = basket.split(' ').collect();
    items.sort_unstable();
    assert_eq!(items, ["0", "1", "2", "3", "4", "5", "6", "7"]);
}
