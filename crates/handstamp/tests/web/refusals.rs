//! How a refusal looks: problem JSON for programs, a redirect for people, a page where there is one.

use axum::{Router, routing::get};
use handstamp::{
    Proof,
    web::{Demand, ReturnTo, Session, SessionError, SignedInFacts, axum::Fresh},
};
use http::{Method, Response, StatusCode, Uri, header};

use crate::{
    shop,
    support::{Client, Kind, World, account_id},
};

#[tokio::test]
async fn programs_get_problem_json() {
    let world = World::new();
    let app = world.shop_with(|layer| layer.sign_in_page("/sign-in").step_up_page("/prove"));
    for kind in [Kind::Api, Kind::Fetch, Kind::Frame] {
        let answer = Client::new(&app).ask(kind, Method::GET, "/account").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.all("location"), [] as [&str; 0]);
        let expected = serde_json::json!({
            "type": "https://handstamp.dev/errors#not_signed_in",
            "title": "Please sign in.",
            "status": 401,
            "code": "not_signed_in",
            "retryable": false,
        });
        assert_eq!(answer.problem(), expected);
        assert_eq!(answer.all("retry-after"), [] as [&str; 0]);
    }

    let mut client = world.signed_in("ada").await.at(&app);
    world.sessions.account(&account_id("ada")).hold().await.unwrap();
    let problem = client.fetch("/account").await.problem();
    assert_eq!((&problem["code"], &problem["reason"]), (&"session_ended".into(), &"account_held".into()));
}

#[tokio::test]
async fn people_are_sent_to_the_sign_in_page_and_back() {
    let world = World::new();
    let app = world.shop_with(|layer| layer.sign_in_page("/sign-in"));
    for kind in [Kind::Navigation, Kind::Typed, Kind::Link, Kind::PlainHttp] {
        let answer = Client::new(&app).ask(kind, Method::GET, "/account?tab=1&x=%2F").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{kind:?}");
        assert_eq!(answer.all("location"), ["/sign-in?return_to=%2Faccount%3Ftab%3D1%26x%3D%252F"]);
        assert_eq!(answer.body, "");
    }
    // A form cannot be sent again by going there.
    let posted = Client::new(&app).post("/account").await;
    assert_eq!((posted.status, posted.all("location")), (StatusCode::SEE_OTHER, vec!["/sign-in"]));
    // Without such a page everybody gets the problem.
    let answer = world.client().get("/account").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "not_signed_in"));
}

/// Within a nested router the address lacks the part that the router stands for.
#[tokio::test]
async fn a_nested_page_is_returned_to_where_it_really_is() {
    let world = World::new();
    let nested = Router::new().nest("/shop", shop::routes());
    let app = world.serve(nested, |layer| layer.sign_in_page("/sign-in"));
    let answer = Client::new(&app).get("/shop/account?tab=1").await;
    assert_eq!(answer.all("location"), ["/sign-in?return_to=%2Fshop%2Faccount%3Ftab%3D1"]);
}

#[tokio::test]
async fn an_ended_session_is_redirected_and_its_cookie_taken_back_in_one_answer() {
    let world = World::new();
    let app = world.shop_with(|layer| layer.sign_in_page("/sign-in"));
    let mut client = world.signed_in("ada").await.at(&app);
    world.pass(3600);
    let answer = client.get("/account").await;
    assert_eq!((answer.status, answer.set_cookies().len()), (StatusCode::SEE_OTHER, 1));
    assert_eq!(client.token, None);
}

#[tokio::test]
async fn a_return_address_is_always_local() {
    let world = World::new();
    let everywhere = Router::new().fallback(async |session: Session| -> Result<String, SessionError> {
        Ok(session.require_signed_in().await?.account.to_string())
    });
    let app = world.serve(everywhere, |layer| layer.sign_in_page("/sign-in?theme=dark#form"));
    let hostile = [
        "//evil.example",
        "//evil.example/path",
        "///evil.example",
        "/%2Fevil.example",
        "/%2f%2fevil.example",
        "/%252Fevil.example",
        "/%5Cevil.example",
        "/%5cevil.example/%2e%2e",
        "/a/../../evil.example",
        "/.%2e//evil.example",
        "/%09/evil.example",
        "/%0d%0aset-cookie:a=b",
        "/path%00",
    ];
    for address in hostile {
        let mut client = Client::new(&app);
        let mut request = client.request(Kind::Navigation, &Method::GET, "/");
        let Ok(uri) = address.parse::<Uri>() else { continue };
        *request.uri_mut() = uri;
        let answer = client.send(request).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{address}");
        assert_eq!(answer.all("location"), ["/sign-in?theme=dark#form"], "{address}");
    }
    // An absolute address, as a proxy sends it: only its path comes back.
    let mut client = Client::new(&app);
    let mut request = client.request(Kind::Navigation, &Method::GET, "/");
    *request.uri_mut() = Uri::from_static("https://evil.example/basket?a=b");
    let answer = client.send(request).await;
    assert_eq!(answer.all("location"), ["/sign-in?theme=dark&return_to=%2Fbasket%3Fa%3Db#form"]);
    let long = format!("/{}", "a".repeat(ReturnTo::MAX_BYTES));
    assert_eq!(Client::new(&app).get(&long).await.all("location"), ["/sign-in?theme=dark#form"]);
}

#[tokio::test]
async fn an_old_proof_is_asked_for_again_and_a_renewal_is_none() {
    let world = World::new();
    let app = world.shop_with(|layer| layer.sign_in_page("/sign-in").step_up_page("/prove"));
    let mut client = Client::new(&app);
    client.sign_in("ada").await;
    world.pass(300);
    assert_eq!(client.get("/payment").await.body, "paid");
    world.pass(1);
    let page = client.get("/payment").await;
    assert_eq!(
        (page.status, page.all("location")),
        (StatusCode::SEE_OTHER, vec!["/prove?return_to=%2Fpayment"])
    );
    let problem = client.fetch("/payment").await;
    assert_eq!((problem.status, problem.code().as_str()), (StatusCode::UNAUTHORIZED, "step_up_required"));
    problem.leaves_the_cookie();

    world.pass(900);
    assert_eq!(client.get("/who").await.set_cookies().len(), 1, "this is a renewal");
    assert_eq!(client.fetch("/payment").await.code(), "step_up_required");
    client.post("/step-up").await;
    assert_eq!(client.get("/payment").await.body, "paid");

    // Without a step-up page people get the problem, not the sign-in page.
    let app = world.shop_with(|layer| layer.sign_in_page("/sign-in"));
    world.pass(301);
    assert_eq!(client.at(&app).get("/payment").await.code(), "step_up_required");
    assert_eq!(Client::new(&app).fetch("/payment").await.code(), "not_signed_in");
}

#[tokio::test]
async fn freshness_counts_from_the_proof_itself() {
    let world = World::new();
    let now = world.sessions.now();
    let fresh = async |session: Session, _: Fresh<60>| -> Result<String, SessionError> {
        let SignedInFacts { account, .. } = session.require_signed_in().await?;
        Ok(account.to_string())
    };
    let app = world.serve(Router::new().route("/fresh", get(fresh)).merge(shop::routes()), |layer| layer);
    let minute = std::time::Duration::from_secs(60);
    let past = now.saturating_sub(minute);
    for (made_at, expected) in [
        (past, StatusCode::OK),
        (past.saturating_sub(minute), StatusCode::UNAUTHORIZED),
        // A proof from the future counts as one of now, and grows old like it.
        (now.saturating_add(minute * 60), StatusCode::OK),
    ] {
        let ticket = world.sessions.begin_sign_in(&account_id("ada")).await.unwrap();
        let sign_in = handstamp::SignIn::new(ticket, Proof::password().made_at(made_at));
        let token = world.sessions.sign_in(sign_in, None).await.unwrap().token;
        let mut client = Client::new(&app).holding(token.expose());
        assert_eq!(client.get("/fresh").await.status, expected, "{made_at}");
    }
    let mut client = Client::new(&app);
    client.sign_in("ada").await;
    world.pass(61);
    assert_eq!(client.get("/fresh").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_page_of_the_applications_own_is_shown_to_people_only() {
    let world = World::new();
    let app = world.shop_with(|layer| {
        layer.sign_in_page("/sign-in").render(|refusal| {
            // Who has to sign in is left to the redirect.
            (refusal.demand != Demand::SignIn).then(|| {
                let mut page = Response::new(format!("<h1>{}</h1>{}", refusal.code, refusal.title));
                *page.status_mut() = refusal.status;
                page
            })
        })
    });
    let mut client = world.signed_in("ada").await.at(&app);
    let late = client.clone();
    client.post("/step-up").await;
    let page = late.clone().get("/account").await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert!(page.body.starts_with("<h1>superseded</h1>"), "{page:?}");
    assert_eq!(page.all("vary"), ["Cookie"]);
    assert_eq!(page.all("cache-control"), ["private, no-store"]);
    assert_eq!(late.clone().ask(Kind::Api, Method::GET, "/account").await.code(), "superseded");
    assert_eq!(Client::new(&app).get("/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_route_without_a_layer_says_what_is_missing_and_not_to_the_client() {
    let app = shop::routes();
    let mut client = Client::new(&app);
    for path in ["/held", "/who", "/account", "/payment", "/basket"] {
        let answer = client.get(path).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        assert_eq!(answer.code(), "layer_missing");
        assert!(!answer.body.contains("SessionLayer"), "{answer:?}");
    }
    let error = Session::of(&http::Request::new(())).unwrap_err().to_string();
    assert!(error.contains(".layer(sessions.layer())"), "{error}");
}

#[tokio::test]
async fn every_error_renders_with_its_own_status_and_says_nothing_of_its_inside() {
    let world = World::new();
    let big = async |session: Session| -> Result<&'static str, SessionError> {
        session.edit(|draft: &mut shop::Draft| draft.0 = "x".repeat(70_000)).await?;
        Ok("written")
    };
    let app = world.serve(Router::new().route("/big", get(big)).merge(shop::routes()), |layer| layer);
    let mut client = Client::new(&app);
    let answer = client.get("/big").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too_large"));
    assert_eq!(client.get("/draft").await.body, "", "nothing of it was kept");

    let answer = client.post("/sign-in?account=").await;
    assert_eq!(answer.code(), "account_id_refused");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "private, no-store");
}
