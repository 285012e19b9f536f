//! Signing in, stepping up, changing the credential: fresh tokens, dead old ones, and what goes along.

use axum::{Router, extract::Query, routing::post};
use handstamp::{
    Authorisations, Cap, Policy, Proof, SignInTicket, SlotValue,
    testing::{Operation, Side},
    web::{Session, SessionError, axum::SignedIn},
};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use crate::{
    shop::{self, Entry},
    support::{Client, Kind, World, account_id},
};

#[tokio::test]
async fn a_sign_in_takes_the_visitors_basket_along_and_leaves_the_rest_behind() {
    let world = World::new();
    let mut client = world.client();
    client.post("/basket?text=tea").await;
    client.post("/draft?text=secret").await;
    let visitor = client.clone();
    client.sign_in("ada").await;
    assert_eq!(client.get("/basket").await.body, "tea");
    assert_eq!(client.get("/draft").await.body, "");

    let (new, old) = (client.token().to_owned(), visitor.token().to_owned());
    assert_ne!(new[5..26], old[5..26], "a new session has a new id");
    // Characters 33 to 74 spell the secret.
    for from in 33..74 - 6 {
        let part = &new[from..from + 6];
        assert!(!old.contains(part), "the new secret shares {part} with the old token");
    }
    let answer = visitor.clone().fetch("/account").await;
    assert_eq!(answer.problem()["reason"], "replaced");
    assert_eq!(visitor.clone().get("/basket").await.body, "");
}

#[tokio::test]
async fn a_planted_token_of_a_visitor_never_becomes_the_victims() {
    let world = World::new();
    let mut attacker = world.client();
    attacker.post("/basket?text=bait").await;
    let mut victim = attacker.clone();
    victim.sign_in("victim").await;
    assert_ne!(victim.token(), attacker.token());
    for kind in Kind::ALL {
        assert_eq!(attacker.clone().ask(kind, Method::GET, "/who").await.body, "nobody");
    }
    assert_eq!(world.live("victim").await.len(), 1);
}

#[tokio::test]
async fn signing_in_over_another_account_ends_its_session_and_drops_its_data() {
    let world = World::new();
    // Both ways round, so that the two lie in the same cell in one of many worlds and in two else.
    for (first, second) in (0..24).map(|n| (format!("ada-{n}"), format!("bob-{n}"))) {
        let mut client = world.signed_in(&first).await;
        client.post("/basket?text=private").await;
        client.post("/draft?text=secret").await;
        let old = client.clone();
        client.sign_in(&second).await;
        assert_eq!(client.get("/who").await.body, second);
        assert_eq!(client.get("/basket").await.body, "");
        assert_eq!(client.get("/draft").await.body, "");
        assert_eq!(old.clone().fetch("/account").await.problem()["reason"], "replaced");
        assert_eq!(world.live(&first).await.len(), 0);
    }
}

#[tokio::test]
async fn signing_in_again_as_the_same_account_keeps_the_basket_and_one_session() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    client.post("/basket?text=tea").await;
    let old = client.clone();
    client.sign_in("ada").await;
    assert_eq!(client.get("/basket").await.body, "tea");
    assert_eq!(old.clone().get("/who").await.body, "nobody");
    assert_eq!(world.live("ada").await.len(), 1);
}

#[tokio::test]
async fn two_parallel_submits_of_one_form_leave_one_session() {
    let world = World::new();
    let mut client = world.client();
    client.post("/basket?text=tea").await;
    let gate = world.gates.close(Operation::Admit, Side::Before);
    let submits: Vec<_> = (0..2)
        .map(|_| {
            let mut client = client.clone();
            tokio::spawn(async move { (client.post("/sign-in?account=ada").await, client) })
        })
        .collect();
    gate.arrived(2).await;
    gate.open();
    let mut signed_in = 0;
    for submit in submits {
        let (answer, mut client) = submit.await.unwrap();
        if answer.status == StatusCode::OK {
            signed_in += 1;
            assert_eq!(client.get("/basket").await.body, "tea");
        } else {
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "lost_to_another"));
            answer.leaves_the_cookie();
        }
    }
    assert_eq!((signed_in, world.live("ada").await.len()), (1, 1));
}

#[tokio::test]
async fn a_step_up_changes_the_token_without_grace_and_keeps_the_session() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    client.post("/basket?text=tea").await;
    let late = client.clone();
    let before = world.live("ada").await[0].id;
    let answer = client.post("/step-up").await;
    assert_eq!((answer.status, answer.set_cookies().len()), (StatusCode::OK, 1));
    assert_ne!(client.token(), late.token());
    let after = world.live("ada").await;
    assert_eq!((after.len(), after[0].id), (1, before));

    // Requests that were under way with the old token: refused, nothing changed, nothing ended.
    for _ in 0..30 {
        for (method, path) in [
            (Method::GET, "/account"),
            (Method::GET, "/basket"),
            (Method::POST, "/basket?text=late"),
            (Method::POST, "/step-up"),
            (Method::POST, "/sign-out"),
            (Method::POST, "/end-others"),
        ] {
            let answer = late.clone().ask(Kind::Navigation, method, path).await;
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "superseded"));
            answer.leaves_the_cookie();
        }
    }
    assert_eq!(client.get("/basket").await.body, "tea");
}

#[tokio::test]
async fn whoever_lost_the_answer_to_a_step_up_can_sign_in_anew() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    client.clone().post("/step-up").await;
    assert_eq!(client.get("/account").await.code(), "superseded");
    client.clone().sign_in("ada").await;
    // Long after, the token is a stranger's: pages for everybody open again, and nothing ends.
    world.pass(61);
    assert_eq!(client.get("/who").await.body, "nobody");
    assert_eq!(world.live("ada").await.len(), 2);
    client.sign_in("ada").await;
    assert_eq!(client.get("/account").await.body, "ada");
}

#[tokio::test]
async fn a_credential_change_ends_the_other_devices_and_rekeys_this_one() {
    let world = World::new();
    let mut phone = world.signed_in("ada").await;
    let mut laptop = world.signed_in("ada").await;
    let stolen = laptop.clone();
    let answer = laptop.post("/credentials-changed").await;
    assert_eq!((answer.status, answer.set_cookies().len()), (StatusCode::OK, 1));
    assert_eq!(laptop.get("/who").await.body, "ada");
    assert_eq!(phone.fetch("/account").await.problem()["reason"], "credentials_changed");
    assert_eq!(stolen.clone().fetch("/account").await.code(), "superseded");
    assert_eq!(world.live("ada").await.len(), 1);
}

#[tokio::test]
async fn a_sign_in_that_began_before_a_credential_change_is_void() {
    let world = World::new();
    let gate = world.gates.close(Operation::Admit, Side::Before);
    let mut client = world.client();
    let late = tokio::spawn(async move { client.post("/sign-in?account=ada").await });
    gate.arrived(1).await;
    world.sessions.account(&account_id("ada")).credentials_changed().await.unwrap();
    gate.open();
    let answer = late.await.unwrap();
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "stale_ticket"));
    answer.leaves_the_cookie();
    assert_eq!(world.live("ada").await.len(), 0);
}

#[tokio::test]
async fn a_held_account_and_a_full_one_let_nobody_in() {
    let world = World::with(Policy::aal2().cap(Cap::refuse_above(1)));
    world.signed_in("ada").await;
    let answer = world.client().post("/sign-in?account=ada").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "limit_reached"));
    answer.leaves_the_cookie();

    world.sessions.account(&account_id("eve")).hold().await.unwrap();
    let answer = world.client().post("/sign-in?account=eve").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "account_held"));
    world.sessions.account(&account_id("eve")).release().await.unwrap();
    world.client().sign_in("eve").await;

    let long = "x".repeat(257);
    let answer = world.client().post(&format!("/sign-in?account={long}")).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, "account_id_refused")
    );
    assert!(!answer.body.contains("xxx"), "nothing of the client's comes back");
}

/// Where a sign-in waits between two factors: on the server, in the visitor's session.
#[derive(Default, Serialize, Deserialize)]
struct Waiting(Option<SignInTicket>);

impl SlotValue for Waiting {
    const NAME: &'static str = "sign-in";
}

async fn first_factor(session: Session, Query(entry): Query<Entry>) -> Result<&'static str, SessionError> {
    let ticket = session.begin_sign_in(&entry.account).await?;
    session.edit(|waiting: &mut Waiting| waiting.0 = Some(ticket.clone())).await?;
    Ok("now the code")
}

async fn second_factor(session: Session) -> Result<&'static str, SessionError> {
    let ticket = session.take::<Waiting>().await?.0.ok_or(SessionError::NotSignedIn)?;
    session.sign_in(ticket, Proof::password().and("otp")).await?;
    Ok("signed in")
}

fn two_factors(world: &World) -> Client {
    let routes = Router::new().route("/first", post(first_factor)).route("/second", post(second_factor));
    Client::new(&world.serve(routes.merge(shop::routes()), |layer| layer))
}

#[tokio::test]
async fn a_ticket_survives_several_factors_for_a_while_and_serves_once() {
    let world = World::new();
    let mut client = two_factors(&world);
    client.post("/first?account=ada").await;
    assert_eq!(client.get("/who").await.body, "nobody");
    let again = client.clone();
    world.pass(15 * 60);
    assert_eq!(client.post("/second").await.body, "signed in");
    assert_eq!(client.get("/who").await.body, "ada");
    assert_eq!(world.live("ada").await[0].proof, Some(Proof::password().and("otp")));
    assert_eq!(again.clone().post("/second").await.code(), "not_signed_in");

    client.post("/sign-out").await;
    client.post("/first?account=ada").await;
    world.pass(15 * 60 + 1);
    let answer = client.post("/second").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "ticket_expired"));
}

#[tokio::test]
async fn granting_something_changes_the_token_without_grace() {
    let grant = async |session: Session| -> Result<&'static str, SessionError> {
        session.authorise(Authorisations::new(["refund"])).await?;
        Ok("granted")
    };
    let allowed = async |who: SignedIn| who.authorisations().allow("refund").to_string();
    let world = World::new();
    let routes = Router::new().route("/grant", post(grant)).route("/allowed", post(allowed));
    let mut client = Client::new(&world.serve(routes.merge(shop::routes()), |layer| layer));
    assert_eq!(client.post("/grant").await.code(), "not_signed_in");
    client.sign_in("ada").await;
    let old = client.clone();
    assert_eq!(client.post("/allowed").await.body, "false");
    let answer = client.post("/grant").await;
    assert_eq!((answer.body.as_str(), answer.set_cookies().len()), ("granted", 1));
    assert_eq!(client.post("/allowed").await.body, "true");
    assert_eq!(old.clone().post("/allowed").await.code(), "superseded");
}
