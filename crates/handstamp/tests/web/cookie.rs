//! The cookie on its way out: its exact text, when it is set, and when it is taken back.

use axum::{Router, routing::post};
use handstamp::{
    AbsoluteTimeout, Cap, IdleTimeout, Policy, Proof, Sessions,
    store::MemoryStore,
    web::{CookieRecipe, SameSitePolicy, Session, SessionError},
};
use http::{HeaderValue, Method, StatusCode, header};

use crate::{
    shop::Draft,
    support::{COOKIE, Client, Kind, World, account_id},
};

const TAKEN_BACK: &str = "__Host-Http-session=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0; \
                          Expires=Thu, 01 Jan 1970 00:00:00 GMT";

#[tokio::test]
async fn a_sign_in_sets_exactly_the_promised_cookie() {
    let world = World::new();
    let mut client = world.client();
    let answer = client.post("/sign-in?account=ada").await;
    let expected = format!("{COOKIE}={}; HttpOnly; SameSite=Lax; Secure; Path=/", client.token());
    assert_eq!(answer.set_cookies(), [expected]);
    assert!(answer.headers[header::SET_COOKIE].is_sensitive(), "logs must not show it");
    assert!(client.token().starts_with(handstamp::TOKEN_PREFIX));
    assert_eq!(client.token().len(), handstamp::TOKEN_LENGTH);
}

#[tokio::test]
async fn nothing_is_set_while_the_clients_copy_is_current() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    let token = client.token().to_owned();
    for kind in Kind::ALL {
        client.ask(kind, Method::GET, "/who").await.leaves_the_cookie();
        client.ask(kind, Method::GET, "/ignored").await.leaves_the_cookie();
    }
    for path in ["/basket?text=tea", "/draft?text=x", "/basket/take", "/basket/clear", "/end-others"] {
        client.post(path).await.leaves_the_cookie();
    }
    for path in ["/account", "/devices", "/form", "/basket", "/nowhere"] {
        client.get(path).await.leaves_the_cookie();
    }
    assert_eq!(client.token(), token);
    assert_eq!(client.get("/who").await.body, "ada");
}

#[tokio::test]
async fn only_a_remembered_sign_in_outlives_the_browser() {
    let policy = Policy::aal2().remember_me(IdleTimeout::days(30), AbsoluteTimeout::days(90));
    let world = World::with(policy.clone());
    let mut client = world.client();
    let answer = client.post("/sign-in?account=ada&remember=true").await;
    let lifetime = "; Max-Age=7776000";
    let expected = format!("{COOKIE}={}; HttpOnly; SameSite=Lax; Secure; Path=/{lifetime}", client.token());
    assert_eq!(answer.set_cookies(), [expected]);

    // A day later the renewed cookie lives as long as the session still may, not a day longer.
    world.pass(86_400);
    let renewed = client.get("/who").await;
    assert_eq!((renewed.body.as_str(), renewed.set_cookies().len()), ("ada", 1));
    assert!(renewed.set_cookies()[0].ends_with("; Path=/; Max-Age=7689600"), "{renewed:?}");

    for (policy, wish) in [(policy, "false"), (Policy::aal2(), "true")] {
        let world = World::with(policy);
        let mut client = world.client();
        let signed_in = client.post(&format!("/sign-in?account=ada&remember={wish}")).await;
        world.pass(1800);
        let renewed = client.get("/who").await;
        for answer in [signed_in, renewed] {
            assert_eq!(answer.set_cookies().len(), 1);
            assert!(answer.set_cookies()[0].ends_with("; Secure; Path=/"), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn a_sign_out_takes_the_cookie_back_with_the_same_attributes() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    let answer = client.post("/sign-out").await;
    assert_eq!(answer.set_cookies(), [TAKEN_BACK]);
    assert_eq!(client.token, None);
    assert_eq!(answer.all("clear-site-data"), [] as [&str; 0]);

    let recipe = CookieRecipe::new().named("shop").unwrap().shared_below("example.com").unwrap();
    let recipe = recipe.same_site(SameSitePolicy::Strict);
    let app = world.shop_with(|layer| layer.cookie(recipe));
    let mut client = Client::new(&app).named("__Secure-shop");
    let given = client.post("/sign-in?account=ada").await;
    let attributes = "HttpOnly; SameSite=Strict; Secure; Path=/; ";
    let expected = format!("__Secure-shop={}; {attributes}Domain=example.com", client.token());
    assert_eq!(given.set_cookies(), [expected]);
    let taken = client.ask(Kind::Fetch, Method::POST, "/sign-out").await;
    let lifetime = "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    let (own, rest) = taken.set_cookies()[0].split_once("; ").unwrap();
    let rest: Vec<_> = rest.split("; ").collect();
    assert_eq!(own, "__Secure-shop=");
    for attribute in format!("{attributes}Domain=example.com; {lifetime}").split("; ") {
        assert!(rest.contains(&attribute), "{attribute} in {taken:?}");
    }
    assert_eq!(rest.len(), 7);
}

#[tokio::test]
async fn site_data_is_cleared_only_by_a_sign_out_and_only_where_that_was_chosen() {
    let world = World::new();
    let app = world.shop_with(handstamp::web::SessionLayer::clear_site_data);
    let mut client = Client::new(&app);
    client.sign_in("ada").await;
    for path in ["/who", "/account", "/ignored"] {
        assert_eq!(client.get(path).await.all("clear-site-data"), [] as [&str; 0]);
    }
    let answer = client.post("/sign-out").await;
    assert_eq!(answer.all("clear-site-data"), [r#""cache", "cookies", "storage""#]);
}

/// Ends the session of `client` in a way, and says by which word.
async fn end(world: &World, client: &mut Client, way: usize) -> &'static str {
    let ada = world.sessions.account(&account_id("ada"));
    match way {
        0 => {
            client.clone().post("/sign-out").await;
            "signed_out"
        }
        1 => {
            world.signed_in("ada").await.post("/end-others").await;
            "revoked"
        }
        2 => {
            world.signed_in("ada").await.post("/credentials-changed").await;
            "credentials_changed"
        }
        3 => {
            ada.hold().await.expect("the store answers");
            "account_held"
        }
        4 => {
            ada.end_all_as_admin().await.expect("the store answers");
            "admin"
        }
        5 => {
            world.sessions.end_realm().await.expect("the store answers");
            "realm_ended"
        }
        6 => {
            world.pass(3600);
            "idle"
        }
        7 => {
            for _ in 0..48 {
                world.pass(1799);
                client.fetch("/who").await;
            }
            world.pass(1799);
            "absolute"
        }
        8 => {
            for _ in 0..3 {
                world.pass(1);
                world.signed_in("ada").await;
            }
            "limit"
        }
        _ => {
            // The successor is used, its window passes, and the old token comes back.
            world.pass(1000);
            let mut owner = client.clone();
            owner.get("/who").await;
            owner.get("/who").await;
            world.pass(60);
            "reuse"
        }
    }
}

#[tokio::test]
async fn the_cookie_of_an_ended_session_is_taken_back_on_navigations_only() {
    for way in 0..10 {
        let world = World::with(Policy::aal2().cap(Cap::keep_newest(3)));
        let mut client = world.signed_in("ada").await;
        let word = end(&world, &mut client, way).await;
        for kind in [Kind::Fetch, Kind::Api, Kind::Frame] {
            let answer = client.ask(kind, Method::GET, "/account").await;
            assert_eq!(answer.problem()["reason"], word);
            answer.leaves_the_cookie();
        }
        for kind in [Kind::Navigation, Kind::Typed, Kind::Link, Kind::PlainHttp] {
            let answer = client.clone().ask(kind, Method::GET, "/who").await;
            assert_eq!(answer.body, "nobody", "{word}");
            assert_eq!(answer.set_cookies(), [TAKEN_BACK], "{word} {kind:?}");
            assert_eq!(answer.all("cache-control"), ["private, no-store"]);
        }
        client.get("/ignored").await.leaves_the_cookie();
    }
}

#[tokio::test]
async fn the_cookie_of_a_replaced_session_stays_because_a_newer_one_may_have_been_set() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    let mut late = client.clone();
    client.sign_in("ada").await;
    for kind in Kind::ALL {
        let answer = late.ask(kind, Method::GET, "/account").await;
        assert_eq!(answer.problem()["reason"], "replaced");
        answer.leaves_the_cookie();
    }
}

#[tokio::test]
async fn what_is_not_ours_or_superseded_or_unknown_is_never_taken_back() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    let late = client.clone();
    client.post("/step-up").await;
    let elsewhere = Sessions::builder(MemoryStore::new()).build().unwrap();
    let foreign = elsewhere.begin(handstamp::device::DeviceFacts::default()).await.unwrap();
    let erased = world.signed_in("eve").await;
    world.sessions.account(&account_id("eve")).erase().await.unwrap();
    for (mut client, status) in [
        (late, StatusCode::UNAUTHORIZED),
        (client.holding(foreign.token.expose()), StatusCode::UNAUTHORIZED),
        (client.holding("garbage"), StatusCode::UNAUTHORIZED),
        (client.holding(""), StatusCode::UNAUTHORIZED),
        (erased, StatusCode::UNAUTHORIZED),
    ] {
        for kind in Kind::ALL {
            let answer = client.ask(kind, Method::GET, "/account").await;
            assert_eq!(answer.status, status);
            answer.leaves_the_cookie();
        }
    }
    world.faults.plan(handstamp::testing::When::Always, handstamp::testing::Fault::Before);
    for kind in Kind::ALL {
        let answer = client.ask(kind, Method::GET, "/account").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        answer.leaves_the_cookie();
    }
}

async fn everything(session: Session) -> Result<&'static str, SessionError> {
    session.edit(|draft: &mut Draft| draft.0 = "as a visitor".into()).await?;
    let ticket = session.begin_sign_in("ada").await?;
    session.sign_in(ticket, Proof::password()).await?;
    session.step_up(Proof::passkey()).await?;
    session.credentials_changed().await?;
    Ok("done")
}

async fn in_and_out(session: Session) -> Result<&'static str, SessionError> {
    everything(session.clone()).await?;
    session.sign_out().await?;
    Ok("done")
}

async fn out_and_in(session: Session) -> Result<&'static str, SessionError> {
    session.sign_out().await?;
    session.edit(|draft: &mut Draft| draft.0 = "good bye".into()).await?;
    Ok("done")
}

#[tokio::test]
async fn an_answer_sets_the_cookie_once_and_the_last_verb_wins() {
    let world = World::new();
    let routes = Router::new()
        .route("/everything", post(everything))
        .route("/in-and-out", post(in_and_out))
        .route("/out-and-in", post(out_and_in))
        .merge(crate::shop::routes());
    let mut client = Client::new(&world.serve(routes, |layer| layer));

    let answer = client.post("/everything").await;
    assert_eq!((answer.set_cookies().len(), answer.body.as_str()), (1, "done"));
    assert_eq!(client.get("/who").await.body, "ada");

    let answer = client.post("/in-and-out").await;
    assert_eq!((answer.set_cookies(), answer.body.as_str()), (vec![TAKEN_BACK], "done"));
    assert_eq!(world.live("ada").await.len(), 0);

    client.sign_in("ada").await;
    let answer = client.post("/out-and-in").await;
    assert_eq!((answer.set_cookies().len(), answer.body.as_str()), (1, "done"));
    assert_eq!(client.get("/who").await.body, "nobody");
    assert_eq!(client.get("/draft").await.body, "good bye");
}

/// The message of a sign-out lies in a session that begins with it. `Clear-Site-Data` used to name
/// cookies in that answer too, and so took the new one away.
#[tokio::test]
async fn clearing_site_data_does_not_take_a_cookie_that_the_same_answer_sets() {
    let world = World::new();
    let routes = Router::new().route("/out-and-in", post(out_and_in)).merge(crate::shop::routes());
    let mut client = Client::new(&world.serve(routes, handstamp::web::SessionLayer::clear_site_data));
    client.sign_in("ada").await;
    let answer = client.post("/out-and-in").await;
    assert_eq!(answer.all("clear-site-data"), [r#""cache", "storage""#]);
    assert_eq!(client.get("/draft").await.body, "good bye");
}

#[tokio::test]
async fn cookies_of_the_application_stay_beside_it() {
    let world = World::new();
    let own = || async { ([(header::SET_COOKIE, "theme=dark")], "hello") };
    let themed = async |session: Session| {
        session.edit(|_: &mut Draft| ()).await.map(|()| ([(header::SET_COOKIE, "theme=dark")], "hello"))
    };
    let routes = Router::new().route("/own", post(own)).route("/both", post(themed));
    let mut client = Client::new(&world.serve(routes, |layer| layer));
    assert_eq!(client.post("/own").await.set_cookies(), ["theme=dark"]);
    let both = client.post("/both").await;
    assert_eq!(both.set_cookies().len(), 2);
    assert_eq!(both.set_cookies()[0], "theme=dark");
    assert!(both.set_cookies()[1].starts_with(COOKIE));
}

#[tokio::test]
async fn the_cookie_is_found_on_any_cookie_line_under_its_exact_name() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    let token = client.token().to_owned();
    let mut ask = async |lines: &[String]| {
        let mut request = client.request(Kind::Fetch, &Method::GET, "/who");
        request.headers_mut().remove(header::COOKIE);
        for line in lines {
            request.headers_mut().append(header::COOKIE, HeaderValue::from_str(line).unwrap());
        }
        client.send(request).await.body
    };
    assert_eq!(ask(&["a=b".into(), format!("c=d; {COOKIE}={token}"), "e=f".into()]).await, "ada");
    assert_eq!(ask(&[format!("{COOKIE}={token}"), format!("{COOKIE}2=x")]).await, "ada");
    assert_eq!(ask(&[format!("{COOKIE}={token}"), format!("{COOKIE}={token}")]).await, "nobody");
    assert_eq!(ask(&[format!("{}={token}", COOKIE.to_lowercase())]).await, "nobody");
    assert_eq!(ask(&[format!("{COOKIE}=\"{token}\"")]).await, "nobody");
}
