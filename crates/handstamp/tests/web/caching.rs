//! What caches are told: nothing where the session was not touched, everything where it was.

use axum::{Router, routing::get};
use handstamp::{
    testing::Operation,
    web::{Session, SessionError},
};
use http::{HeaderName, Method, StatusCode, header};

use crate::{
    shop::{self, Draft},
    support::{Client, Kind, World},
};

#[tokio::test]
async fn a_request_that_ignores_its_session_costs_no_store_call_and_no_header() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    world.pass(1000);
    for kind in Kind::ALL {
        for path in ["/ignored", "/held", "/nowhere"] {
            let answer = world.untouched(client.ask(kind, Method::GET, path)).await;
            for name in ["vary", "cache-control", "set-cookie"] {
                assert_eq!(answer.all(name), [] as [&str; 0], "{kind:?} {path}");
            }
        }
    }
    let answer = world.untouched(client.holding("garbage").get("/ignored")).await;
    assert_eq!(answer.all("vary"), [] as [&str; 0]);
}

#[tokio::test]
async fn whoever_reads_or_writes_the_session_answers_for_one_client_only() {
    let world = World::new();
    let mut client = world.client();
    let asked = [
        (Method::GET, "/who"),
        (Method::GET, "/basket"),
        (Method::POST, "/basket?text=tea"),
        (Method::GET, "/account"),
        (Method::POST, "/sign-in?account=ada"),
        (Method::GET, "/account"),
        (Method::GET, "/payment"),
        (Method::POST, "/step-up"),
        (Method::GET, "/form"),
        (Method::POST, "/form?text=wrong"),
        (Method::HEAD, "/who"),
        (Method::POST, "/sign-out"),
    ];
    for (method, path) in asked {
        for kind in [Kind::Navigation, Kind::Fetch] {
            let answer = client.clone().ask(kind, method.clone(), path).await;
            assert_eq!(answer.all("vary"), ["Cookie"], "{method} {path}");
            assert_eq!(answer.all("cache-control"), ["private, no-store"], "{method} {path}");
        }
        client.ask(Kind::Navigation, method, path).await;
    }
}

#[tokio::test]
async fn a_redirect_to_the_sign_in_page_is_not_kept_either() {
    let world = World::new();
    let app = world.shop_with(|layer| layer.sign_in_page("/sign-in"));
    let answer = Client::new(&app).get("/account").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.all("vary"), ["Cookie"]);
    assert_eq!(answer.all("cache-control"), ["private, no-store"]);
}

type Lines = &'static [(&'static str, &'static str)];

/// A page that sets these headers and reads or writes its session.
fn page(lines: Lines) -> Router {
    let with = move || lines.iter().map(|(name, value)| (HeaderName::from_static(name), *value));
    let answer = move || {
        let mut response = axum::response::Response::new(axum::body::Body::from("page"));
        for (name, value) in with() {
            response.headers_mut().append(name, value.parse().expect("the value is one"));
        }
        response
    };
    let read = async move |session: Session| -> Result<_, SessionError> {
        session.signed_in().await?;
        Ok(answer())
    };
    let write = async move |session: Session| -> Result<_, SessionError> {
        session.edit(|draft: &mut Draft| draft.0.push('x')).await?;
        Ok(answer())
    };
    Router::new().route("/", get(read).post(write)).merge(shop::routes())
}

#[tokio::test]
async fn the_handlers_own_vary_is_added_to_and_cookie_never_named_twice() {
    let world = World::new();
    let cases: [(Lines, &[&str]); 6] = [
        (&[], &["Cookie"]),
        (&[("vary", "accept-encoding")], &["accept-encoding", "Cookie"]),
        (&[("vary", "accept"), ("vary", "origin")], &["accept", "origin", "Cookie"]),
        (&[("vary", "accept, cookie")], &["accept, cookie"]),
        (&[("vary", "accept"), ("vary", "COOKIE")], &["accept", "COOKIE"]),
        (&[("vary", "*")], &["*"]),
    ];
    for (lines, expected) in cases {
        let mut client = Client::new(&world.serve(page(lines), |layer| layer));
        assert_eq!(client.get("/").await.all("vary"), expected);
        assert_eq!(client.post("/").await.all("vary"), expected);
    }
    // A header that only looks like it is not it.
    let mut client = Client::new(&world.serve(page(&[("vary", "x-cookie")]), |layer| layer));
    assert_eq!(client.get("/").await.all("vary"), ["x-cookie", "Cookie"]);
}

#[tokio::test]
async fn the_handlers_own_cache_rules_hold_until_a_cookie_goes_along() {
    let world = World::new();
    let rules: Lines = &[
        ("cache-control", "public, max-age=600"),
        ("cache-control", "s-maxage=900"),
        ("cdn-cache-control", "max-age=900"),
        ("surrogate-control", "max-age=900"),
        ("expires", "Thu, 01 Jan 2099 00:00:00 GMT"),
    ];
    let mut client = Client::new(&world.serve(page(rules), |layer| layer));
    let read = client.get("/").await;
    assert_eq!(read.all("cache-control"), ["public, max-age=600", "s-maxage=900"]);
    assert_eq!(read.all("cdn-cache-control"), ["max-age=900"]);
    assert_eq!(read.all("vary"), ["Cookie"]);

    let first_write = client.post("/").await;
    assert_eq!(first_write.set_cookies().len(), 1);
    never_cacheable(&first_write);

    // Nothing is set by the second write, so the handler's word counts again.
    let second_write = client.post("/").await;
    second_write.leaves_the_cookie();
    assert_eq!(second_write.all("cache-control"), ["public, max-age=600", "s-maxage=900"]);

    // A renewal and a cookie that is taken back are cookies too.
    client.sign_in("ada").await;
    world.pass(1000);
    let renewed = client.get("/").await;
    assert_eq!(renewed.set_cookies().len(), 1);
    never_cacheable(&renewed);
    world.pass(3600);
    let ended = client.get("/").await;
    assert_eq!(ended.set_cookies().len(), 1);
    never_cacheable(&ended);
}

#[track_caller]
fn never_cacheable(answer: &crate::support::Answer) {
    assert_eq!(answer.all("cache-control"), ["private, no-store"]);
    assert_eq!(answer.all("vary"), ["Cookie"]);
    // RFC 9213: a cache that knows one of these does not look at `Cache-Control` at all.
    for targeted in ["cdn-cache-control", "surrogate-control"] {
        assert_eq!(answer.all(targeted), [] as [&str; 0], "{targeted}");
    }
    assert!(!answer.headers.contains_key(header::AGE));
}

#[tokio::test]
async fn a_visitor_who_only_looks_leaves_no_record() {
    let world = World::new();
    let mut client = world.client();
    for path in ["/who", "/basket", "/draft", "/account", "/devices", "/payment"] {
        world.untouched(client.get(path)).await.leaves_the_cookie();
    }
    for path in ["/basket/take", "/basket/clear", "/form?text=x"] {
        world.untouched(client.post(path)).await.leaves_the_cookie();
    }
    for path in ["/step-up", "/credentials-changed", "/end-others"] {
        let answer = world.untouched(client.post(path)).await;
        assert_eq!(answer.code(), "not_signed_in");
    }
    assert_eq!(world.stored().await, 0);
}

#[tokio::test]
async fn the_first_thing_to_keep_begins_one_session_and_the_next_ones_use_it() {
    let world = World::new();
    let mut client = world.client();
    let (answer, calls) = world.spy.during(client.post("/basket?text=tea")).await;
    assert_eq!((answer.body.as_str(), answer.set_cookies().len()), ("tea", 1));
    assert_eq!(calls, [Operation::Create, Operation::Commit]);
    let (answer, calls) = world.spy.during(client.post("/basket?text=milk")).await;
    assert_eq!(answer.body, "tea milk");
    assert_eq!(calls, [Operation::Load, Operation::Commit]);
    client.get("/form").await.leaves_the_cookie();
    assert_eq!(world.stored().await, 1);
    assert_eq!(client.get("/who").await.body, "nobody");
}

#[tokio::test]
async fn one_request_loads_its_session_once_however_often_it_is_asked_for() {
    let world = World::new();
    let all = async |session: Session| -> Result<&'static str, SessionError> {
        session.require_signed_in().await?;
        session.read::<Draft>().await?;
        session.clone().id().await?;
        session.form_token().await?;
        Ok("done")
    };
    let routes = Router::new().route("/all", get(all)).merge(shop::routes());
    let mut client = Client::new(&world.serve(routes, |layer| layer));
    client.sign_in("ada").await;
    let (answer, calls) = world.spy.during(client.get("/all")).await;
    assert_eq!((answer.body.as_str(), calls), ("done", vec![Operation::Load]));
}
