//! An outage is not a logout: 503, the cookie untouched, nobody sent away, and all is well after it.

use handstamp::testing::{Fault, Operation, When};
use http::{Method, StatusCode};

use crate::support::{Answer, Client, Kind, World};

fn shop(world: &World) -> axum::Router {
    world.shop_with(|layer| layer.sign_in_page("/sign-in").step_up_page("/prove").clear_site_data())
}

/// Everything that has to do with a session and can be asked for by somebody who is signed in.
const ASKED: [(&str, &str); 15] = [
    ("GET", "/who"),
    ("GET", "/account"),
    ("GET", "/payment"),
    ("GET", "/basket"),
    ("GET", "/devices"),
    ("GET", "/form"),
    ("POST", "/form?text=x"),
    ("POST", "/basket?text=tea"),
    ("POST", "/basket/take"),
    ("POST", "/basket/clear"),
    ("POST", "/sign-in?account=ada"),
    ("POST", "/step-up"),
    ("POST", "/credentials-changed"),
    ("POST", "/end-others"),
    ("POST", "/sign-out"),
];

fn method(name: &str) -> Method {
    name.parse().expect("the method is one")
}

#[track_caller]
fn is_an_outage(answer: &Answer, path: &str) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path} {answer:?}");
    answer.leaves_the_cookie();
    assert_eq!(answer.all("location"), [] as [&str; 0]);
    assert_eq!(answer.all("clear-site-data"), [] as [&str; 0]);
    assert_eq!(answer.all("retry-after"), ["2"]);
    assert_eq!(answer.all("cache-control"), ["private, no-store"]);
    let problem = answer.problem();
    assert_eq!(problem["retryable"], true);
    let code = if path == "/sign-out" { "still_signed_in" } else { "store_unavailable" };
    assert_eq!(problem["code"], code, "{path}");
    let title = problem["title"].as_str().expect("a problem has a title");
    assert!(title.contains("not signed out") || title.contains("still signed in"), "{title}");
    assert!(!answer.body.contains("planned fault"), "nothing internal is said: {answer:?}");
}

#[tokio::test]
async fn a_store_that_fails_is_503_and_the_session_works_when_it_is_back() {
    for fault in [Fault::Before, Fault::AnswerLost] {
        for (verb, path) in ASKED {
            let world = World::new();
            let mut client = world.signed_in("ada").await.at(&shop(&world));
            client.post("/basket?text=tea").await;
            world.faults.plan(When::Always, fault);
            for kind in Kind::ALL {
                if verb == "POST" && kind == Kind::Link {
                    continue;
                }
                is_an_outage(&client.ask(kind, method(verb), path).await, path);
            }
            world.faults.mend();
            assert_eq!(client.get("/account").await.body, "ada", "{path} {fault:?}");
            assert_eq!(client.get("/basket").await.body, "tea");
        }
    }
}

#[tokio::test]
async fn a_store_that_hangs_is_503_after_the_timeout() {
    for (verb, path) in ASKED {
        let world = World::new();
        let client = world.signed_in("ada").await.at(&shop(&world));
        world.faults.plan(When::Always, Fault::Hangs);
        let before = world.sessions.now();
        let mut asking = client.clone();
        let answer =
            world.pass_until(async move { asking.ask(Kind::Navigation, method(verb), path).await }).await;
        is_an_outage(&answer, path);
        assert_eq!(world.sessions.now().since(before).as_secs(), 5, "one call, one timeout");
        world.faults.mend();
        assert_eq!(client.clone().get("/account").await.body, "ada", "{path}");
    }
}

#[tokio::test]
async fn a_visitor_without_a_cookie_notices_an_outage_only_where_something_is_to_be_kept() {
    let world = World::new();
    let mut client = Client::new(&shop(&world));
    world.faults.plan(When::Always, Fault::Before);
    assert_eq!(client.get("/who").await.body, "nobody");
    assert_eq!(client.get("/basket").await.status, StatusCode::OK);
    assert_eq!(client.get("/account").await.all("location"), ["/sign-in?return_to=%2Faccount"]);
    for path in ["/basket?text=tea", "/sign-in?account=ada"] {
        is_an_outage(&client.post(path).await, path);
    }
    world.faults.mend();
    assert_eq!(world.stored().await, 0);
    assert_eq!(client.post("/basket?text=tea").await.body, "tea");
}

/// The store goes away at each of a request's calls in turn, and stays away.
#[tokio::test]
async fn wherever_the_store_goes_away_the_answer_claims_nothing_that_is_not_so() {
    for fault in [Fault::Before, Fault::AnswerLost] {
        for (verb, path) in ASKED {
            for call in 1.. {
                let world = World::new();
                let mut client = world.signed_in("ada").await.at(&shop(&world));
                client.post("/basket?text=tea").await;
                world.signed_in("ada").await;
                world.faults.plan(When::From(call), fault);
                let answer = client.ask(Kind::Navigation, method(verb), path).await;
                if world.faults.struck() == 0 {
                    assert!(call > 1 || path.starts_with("/form?"), "{path} asked nothing of the store");
                    break;
                }
                // The use of a session may go unnoticed, everything else may not.
                is_an_outage(&answer, path);
                world.faults.mend();
                still_well(client, path, fault).await;
            }
        }
    }
}

/// A write whose answer was lost may have happened; what was never carried out has not.
async fn still_well(mut client: Client, path: &str, fault: Fault) {
    let answer = client.fetch("/account").await;
    let may_have_happened = fault == Fault::AnswerLost;
    match (path, answer.status) {
        (_, StatusCode::OK) => assert_eq!(answer.body, "ada"),
        ("/sign-out", StatusCode::UNAUTHORIZED) if may_have_happened => {
            assert_eq!(answer.problem()["reason"], "signed_out");
            assert_eq!(client.post("/sign-out").await.body, "signed out", "repeating is safe");
        }
        ("/step-up" | "/credentials-changed", StatusCode::UNAUTHORIZED) if may_have_happened => {
            assert_eq!(answer.code(), "superseded");
        }
        ("/sign-in?account=ada", StatusCode::UNAUTHORIZED) => {
            assert_eq!(answer.problem()["reason"], "replaced", "{fault:?}");
        }
        _ => panic!("{path} {fault:?} left {answer:?}"),
    }
    client.sign_in("ada").await;
    assert_eq!(client.get("/account").await.body, "ada");
}

#[tokio::test]
async fn one_lost_answer_to_a_write_is_made_good_without_anybody_noticing() {
    for (operation, path) in [
        (Operation::Commit, "/basket?text=milk"),
        (Operation::Renew, "/step-up"),
        (Operation::End, "/sign-out"),
        (Operation::Admit, "/sign-in?account=ada"),
        (Operation::ChangeAccount, "/credentials-changed"),
    ] {
        for fault in [Fault::Before, Fault::AnswerLost] {
            // Find the write among the request's calls, then lose just that one.
            let world = World::new();
            let mut client = world.signed_in("ada").await;
            client.post("/basket?text=tea").await;
            let (_, calls) = world.spy.during(client.clone().post(path)).await;
            let position = calls.iter().position(|call| *call == operation).expect("the verb writes");

            let world = World::new();
            let mut client = world.signed_in("ada").await;
            client.post("/basket?text=tea").await;
            world.faults.plan(When::Call(position + 1), fault);
            let answer = client.post(path).await;
            assert_eq!((answer.status, world.faults.struck()), (StatusCode::OK, 1), "{path} {fault:?}");
            world.faults.mend();
            let expected = if path == "/basket?text=milk" { "tea milk" } else { "tea" };
            if path == "/sign-out" {
                assert_eq!(world.live("ada").await.len(), 0);
            } else {
                assert_eq!(client.get("/basket").await.body, expected, "{path} {fault:?}");
                assert_eq!(world.live("ada").await.len(), 1);
            }
        }
    }
}

#[tokio::test]
async fn a_use_that_cannot_be_noted_is_no_outage() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    world.pass(120);
    world.faults.plan(When::Operation(Operation::Touch), Fault::Before);
    assert_eq!(client.fetch("/who").await.body, "ada");
    assert_eq!(world.faults.struck(), 1);
    world.faults.mend();
    assert_eq!(client.fetch("/who").await.body, "ada");
    assert_eq!(world.spy.count(Operation::Touch), 2, "the next use tries again");
}
