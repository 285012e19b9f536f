//! Tokens in `Authorization: Bearer`, for clients that are no browsers.

use axum::{Router, extract::Query, response::IntoResponse, routing::post};
use handstamp::{
    Proof,
    web::{Session, SessionError},
};
use http::{HeaderValue, Method, StatusCode, header};

use crate::{
    shop::{self, Entry},
    support::{Answer, COOKIE, Client, Kind, World},
};

async fn enter(session: Session, Query(entry): Query<Entry>) -> Result<String, SessionError> {
    let ticket = session.begin_sign_in(&entry.account).await?;
    session.sign_in(ticket, Proof::password()).await?;
    let token = session.take_token().map(|token| token.expose().to_owned());
    assert!(session.take_token().is_none(), "it is handed out once");
    Ok(token.unwrap_or_default())
}

async fn renew(session: Session) -> Result<String, SessionError> {
    session.renew().await?;
    Ok(session.take_token().map(|token| token.expose().to_owned()).unwrap_or_default())
}

async fn leave(session: Session) -> Result<String, SessionError> {
    session.step_up(Proof::passkey()).await?;
    session.sign_out().await?;
    Ok(session.take_token().map(|token| token.expose().to_owned()).unwrap_or_default())
}

async fn careless(session: Session, entry: Query<Entry>) -> Result<impl IntoResponse, SessionError> {
    let token = enter(session, entry).await?;
    Ok(([("cache-control", "public, max-age=600"), ("cdn-cache-control", "max-age=600")], token))
}

fn routes() -> Router {
    Router::new()
        .route("/enter", post(enter))
        .route("/renew", post(renew))
        .route("/leave", post(leave))
        .route("/careless", post(careless))
        .merge(shop::routes())
}

fn api(world: &World) -> Client {
    Client::new(&world.serve(routes(), |layer| layer.bearer().sign_in_page("/sign-in")))
}

async fn ask(client: &Client, method: Method, path: &str, authorization: &[&str]) -> Answer {
    let mut client = client.clone();
    let mut request = client.request(Kind::Api, &method, path);
    for line in authorization {
        request
            .headers_mut()
            .append(header::AUTHORIZATION, HeaderValue::from_str(line).expect("the line is a header value"));
    }
    let answer = client.send(request).await;
    answer.leaves_the_cookie();
    answer
}

async fn token_of(client: &Client) -> String {
    let answer = ask(client, Method::POST, "/enter?account=ada", &[]).await;
    assert!(answer.body.starts_with(handstamp::TOKEN_PREFIX), "{answer:?}");
    answer.body
}

#[tokio::test]
async fn the_handler_hands_the_token_out_and_no_cookie_is_ever_set() {
    let world = World::new();
    let client = api(&world);
    let token = token_of(&client).await;
    let bearer = format!("Bearer {token}");
    let answer = ask(&client, Method::GET, "/who", &[&bearer]).await;
    assert_eq!(answer.body, "ada");
    assert_eq!(answer.all("vary"), ["Authorization"]);
    assert_eq!(answer.all("cache-control"), ["private, no-store"]);
    assert_eq!(ask(&client, Method::GET, "/who", &[&format!("bEARER {token}")]).await.body, "ada");
    assert_eq!(ask(&client, Method::POST, "/sign-out", &[&bearer]).await.body, "signed out");
    assert_eq!(ask(&client, Method::GET, "/account", &[&bearer]).await.problem()["reason"], "signed_out");
}

#[tokio::test]
async fn an_answer_that_holds_a_token_is_never_cacheable() {
    let world = World::new();
    let answer = ask(&api(&world), Method::POST, "/careless?account=ada", &[]).await;
    assert!(answer.body.starts_with(handstamp::TOKEN_PREFIX));
    assert_eq!(answer.all("cache-control"), ["private, no-store"]);
    assert_eq!(answer.all("cdn-cache-control"), [] as [&str; 0]);
}

#[tokio::test]
async fn a_cookie_means_nothing_over_bearer_and_a_bearer_nothing_over_cookies() {
    let world = World::new();
    let client = api(&world);
    let token = token_of(&client).await;
    let with_cookie = client.holding(token.clone());
    let answer = world.untouched(ask(&with_cookie, Method::GET, "/who", &[])).await;
    assert_eq!(answer.body, "nobody");

    let browser = world.client();
    let answer = world.untouched(ask(&browser, Method::GET, "/who", &[&format!("Bearer {token}")])).await;
    assert_eq!((answer.body.as_str(), answer.all("vary")), ("nobody", vec!["Cookie"]));
}

#[tokio::test]
async fn over_cookies_nobody_but_the_layer_hands_the_token_out() {
    let world = World::new();
    let mut browser = Client::new(&world.serve(routes(), |layer| layer));
    let answer = browser.post("/enter?account=ada").await;
    assert_eq!((answer.body.as_str(), answer.set_cookies().len()), ("", 1));
    world.pass(1000);
    let answer = browser.ask(Kind::Fetch, Method::POST, "/renew").await;
    assert_eq!(answer.body, "");
    answer.leaves_the_cookie();
}

#[tokio::test]
async fn two_authorization_lines_and_other_schemes_are_no_token() {
    let world = World::new();
    let client = api(&world);
    let token = token_of(&client).await;
    let bearer = format!("Bearer {token}");
    for lines in [
        vec![bearer.clone(), bearer.clone()],
        vec![bearer.clone(), "Basic YTpi".into()],
        vec!["Basic YTpi".into(), bearer.clone()],
        vec![format!("Bearer  {token}")],
        vec![format!("Bearer{token}")],
        vec![format!("Bearer {token} ")],
        vec![format!("Bearer {token}, Bearer {token}")],
        vec![format!("Bearer \"{token}\"")],
        vec![format!("Token {token}")],
        vec![token.clone()],
        vec!["Bearer".into()],
        vec!["Bearer ".into()],
        vec![String::new()],
    ] {
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let answer = world.untouched(ask(&client, Method::GET, "/who", &lines)).await;
        assert_eq!(answer.body, "nobody", "{lines:?}");
    }
    let in_the_address = format!("/who?access_token={token}");
    assert_eq!(world.untouched(ask(&client, Method::GET, &in_the_address, &[])).await.body, "nobody");
}

#[tokio::test]
async fn renewal_over_bearer_is_asked_for_and_never_happens_by_itself() {
    let world = World::new();
    let client = api(&world);
    let token = token_of(&client).await;
    let bearer = format!("Bearer {token}");
    assert_eq!(ask(&client, Method::POST, "/renew", &[&bearer]).await.body, "");
    world.pass(1000);
    let mut browser = client.clone();
    let mut request = browser.request(Kind::Navigation, &Method::GET, "/who");
    request.headers_mut().insert(header::AUTHORIZATION, HeaderValue::from_str(&bearer).unwrap());
    browser.send(request).await.leaves_the_cookie();
    assert_eq!(world.spy.count(handstamp::testing::Operation::Renew), 0);

    let new = ask(&client, Method::POST, "/renew", &[&bearer]).await.body;
    assert!(new.starts_with(handstamp::TOKEN_PREFIX) && new != token);
    // The answer may have been lost: asking again gives the same one.
    assert_eq!(ask(&client, Method::POST, "/renew", &[&bearer]).await.body, new);
    assert_eq!(ask(&client, Method::GET, "/who", &[&format!("Bearer {new}")]).await.body, "ada");
    assert_eq!(ask(&client, Method::POST, "/renew", &[]).await.code(), "not_signed_in");
}

#[tokio::test]
async fn a_sign_out_takes_back_a_token_that_nobody_has_taken() {
    let world = World::new();
    let client = api(&world);
    let token = token_of(&client).await;
    let answer = ask(&client, Method::POST, "/leave", &[&format!("Bearer {token}")]).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
}

#[tokio::test]
async fn an_ended_bearer_session_sets_nothing_even_on_a_navigation() {
    let world = World::new();
    let client = api(&world);
    let token = token_of(&client).await;
    world.pass(3600);
    let mut browser = client.clone();
    let mut request = browser.request(Kind::Navigation, &Method::GET, "/who");
    request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
    request.headers_mut().insert(header::COOKIE, format!("{COOKIE}={token}").parse().unwrap());
    let answer = browser.send(request).await;
    assert_eq!(answer.body, "nobody");
    answer.leaves_the_cookie();
}

#[tokio::test]
async fn requests_of_other_sites_need_no_protection_where_browsers_send_nothing_by_themselves() {
    let world = World::new();
    let mut client = api(&world);
    let answer = client.ask(Kind::Link, Method::POST, "/enter?account=ada").await;
    assert_eq!(answer.status, StatusCode::OK);
}
