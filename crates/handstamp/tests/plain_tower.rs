//! The layer in a tower stack without axum: requests and answers whose bodies are plain strings.

use std::convert::Infallible;

use handstamp::{
    Proof, SessionId, Sessions,
    store::MemoryStore,
    testing::{Operation, SpyStore},
    web::{PassiveLayer, Session, SessionError},
};
use http::{Request, Response, StatusCode};
use tower::{Layer, Service, ServiceExt, service_fn};

async fn shop(request: Request<String>) -> Result<Response<String>, Infallible> {
    if request.uri().path() == "/ignored" {
        return Ok(Response::new("hello".to_owned()));
    }
    Ok(answer(request).await.unwrap_or_else(|error| error.to_response()))
}

async fn answer(request: Request<String>) -> Result<Response<String>, SessionError> {
    let session = Session::of(&request)?;
    let text = match request.uri().path() {
        "/sign-in" => {
            let ticket = session.begin_sign_in(request.body()).await?;
            session.sign_in(ticket, Proof::password()).await?;
            "signed in".to_owned()
        }
        "/sign-out" => {
            session.sign_out().await?;
            "signed out".to_owned()
        }
        _ => format!("you are {}", session.require_signed_in().await?.account),
    };
    Ok(Response::new(text))
}

fn request(method: &str, path: &str, cookie: Option<&str>, body: &str) -> Request<String> {
    let mut request = Request::builder().method(method).uri(path).header("host", "shop.example");
    if let Some(cookie) = cookie {
        request = request.header("cookie", format!("__Host-Http-session={cookie}"));
    }
    request.body(body.to_owned()).expect("the request is well-formed")
}

fn cookie(response: &Response<String>) -> Option<String> {
    let header = response.headers().get("set-cookie")?.to_str().expect("the cookie is text");
    let (_, value) = header.split(';').next()?.split_once('=')?;
    Some(value.to_owned())
}

#[tokio::test]
async fn a_stack_of_strings_signs_in_and_out() {
    let spy = SpyStore::new(MemoryStore::new());
    let sessions = Sessions::builder(spy.clone()).build().unwrap();
    let mut app = sessions.layer().layer(service_fn(shop));

    let nobody = app.ready().await.unwrap().call(request("GET", "/", None, "")).await.unwrap();
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(nobody.headers()["content-type"], "application/problem+json");

    let signed_in = app.call(request("POST", "/sign-in", None, "ada")).await.unwrap();
    assert_eq!(signed_in.body(), "signed in");
    let token = cookie(&signed_in).unwrap();

    let me = app.call(request("GET", "/", Some(&token), "")).await.unwrap();
    assert_eq!(me.body(), "you are ada");
    assert_eq!(me.headers()["vary"], "Cookie");
    assert_eq!(me.headers()["cache-control"], "private, no-store");

    let out = app.call(request("POST", "/sign-out", Some(&token), "")).await.unwrap();
    assert_eq!(cookie(&out).as_deref(), Some(""));
    let after = app.call(request("GET", "/", Some(&token), "")).await.unwrap();
    assert!(after.body().contains("session_ended"), "{}", after.body());

    let (ignored, calls) = spy.during(app.call(request("GET", "/ignored", Some(&token), ""))).await;
    assert!(ignored.unwrap().headers().is_empty());
    assert_eq!(calls, []);
}

#[tokio::test]
async fn the_service_inside_can_be_reached_and_taken_back() {
    let sessions = Sessions::builder(MemoryStore::new()).build().unwrap();
    let mut service = sessions.layer().layer(PassiveLayer::new().layer(service_fn(shop)));
    let _: (&_, &_) = (service.get_ref(), &service);
    let through = service.get_mut().call(request("GET", "/", None, "")).await.unwrap();
    assert!(through.body().contains("layer_missing"), "{}", through.body());
    let inside = service.into_inner().oneshot(request("GET", "/ignored", None, "")).await.unwrap();
    assert_eq!(inside.body(), "hello");
}

#[tokio::test]
async fn an_error_of_the_service_inside_goes_through() {
    let sessions = Sessions::builder(MemoryStore::new()).build().unwrap();
    let broken = service_fn(|_: Request<String>| async { Err::<Response<String>, _>("broken") });
    let answer = sessions.layer().layer(broken).oneshot(request("GET", "/", None, "")).await;
    assert_eq!(answer.unwrap_err(), "broken");
}

#[tokio::test]
async fn layers_of_two_realms_do_not_see_each_other() {
    let outer = Sessions::builder(MemoryStore::new()).build().unwrap();
    let spy = SpyStore::new(MemoryStore::new());
    let inner = Sessions::builder(spy.clone()).realm("inner".to_owned().try_into().unwrap()).build().unwrap();
    let own = handstamp::web::CookieRecipe::new().named("inner").unwrap();
    let app = outer.layer().layer(inner.layer().cookie(own).layer(service_fn(shop)));
    let answer = app.oneshot(request("POST", "/sign-in", None, "ada")).await.unwrap();
    let cookies: Vec<_> = answer.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies.len(), 1);
    assert!(cookies[0].to_str().unwrap().starts_with("__Host-Http-inner=hst1_"));
    assert_eq!(spy.count(Operation::Admit), 1);
    let ids: Vec<SessionId> = inner
        .account(&"ada".try_into().unwrap())
        .list(None)
        .await
        .unwrap()
        .sessions
        .iter()
        .map(|info| info.id)
        .collect();
    assert_eq!(ids.len(), 1);
}
