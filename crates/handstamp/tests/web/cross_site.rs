//! Requests that other sites make in the person's name, at the layer's door.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, routing::any};
use handstamp::web::{CrossSite, CrossSiteLayer, Origin};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};

use crate::support::{Answer, Client, Kind, World};

/// A route for every path that counts how often it was reached.
struct Counted {
    world: World,
    reached: Arc<AtomicUsize>,
}

impl Counted {
    fn new() -> Self {
        Self { world: World::new(), reached: Arc::default() }
    }

    fn app(&self, rules: CrossSite) -> Router {
        let reached = self.reached.clone();
        let count = async move || {
            reached.fetch_add(1, Ordering::Relaxed);
            "reached"
        };
        let routes = Router::new().route("/{*path}", any(count.clone())).route("/", any(count));
        self.world.serve(routes, |layer| layer.cross_site(rules))
    }

    /// Sends a request with these headers and no others; was the handler reached?
    async fn ask(
        &self,
        app: &Router,
        method: Method,
        path: &str,
        lines: &[(&'static str, &str)],
    ) -> (Answer, bool) {
        let mut client = Client::new(app);
        let mut request = client.request(Kind::Api, &method, path);
        *request.headers_mut() = HeaderMap::new();
        request.headers_mut().insert(header::HOST, HeaderValue::from_static("shop.example"));
        for (name, value) in lines {
            let value = HeaderValue::from_str(value).expect("the value is one");
            request.headers_mut().append(HeaderName::from_static(name), value);
        }
        let before = self.reached.load(Ordering::Relaxed);
        let answer = self.world.untouched(client.send(request)).await;
        let reached = self.reached.load(Ordering::Relaxed) - before;
        (answer, reached == 1)
    }

    async fn refuses(&self, app: &Router, method: Method, path: &str, lines: &[(&'static str, &str)]) {
        let (answer, reached) = self.ask(app, method.clone(), path, lines).await;
        assert!(!reached, "{method} {path} {lines:?} reached the handler");
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path} {lines:?}");
        assert!(answer.code().starts_with("cross_site"), "{answer:?}");
        assert_eq!(answer.problem()["retryable"], false);
        answer.leaves_the_cookie();
    }

    async fn lets_in(&self, app: &Router, method: Method, path: &str, lines: &[(&'static str, &str)]) {
        let (answer, reached) = self.ask(app, method.clone(), path, lines).await;
        assert!(reached, "{method} {path} {lines:?} was refused: {answer:?}");
        assert_eq!(answer.status, StatusCode::OK);
    }
}

const FOREIGN: (&str, &str) = ("sec-fetch-site", "cross-site");
const SIBLING: (&str, &str) = ("sec-fetch-site", "same-site");
const OWN: (&str, &str) = ("sec-fetch-site", "same-origin");

#[tokio::test]
async fn what_changes_something_is_refused_from_other_sites_before_the_handler() {
    let counted = Counted::new();
    let app = counted.app(CrossSite::new());
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::CONNECT, Method::TRACE] {
        for lines in [
            vec![FOREIGN],
            vec![SIBLING],
            vec![FOREIGN, ("origin", "https://shop.example")],
            vec![("sec-fetch-site", "invented")],
            vec![OWN, FOREIGN],
            vec![("origin", "https://evil.example")],
            vec![("origin", "https://shop.example.evil.example")],
            vec![("origin", "https://shop.example:8443")],
            vec![("origin", "null")],
            vec![("origin", "https://shop.example/")],
            vec![("origin", "https://shop.example"), ("origin", "https://evil.example")],
        ] {
            counted.refuses(&app, method.clone(), "/anything", &lines).await;
        }
        for lines in [
            vec![OWN],
            vec![("sec-fetch-site", "none")],
            vec![("origin", "https://shop.example")],
            vec![("origin", "https://shop.example:443")],
            vec![],
        ] {
            counted.lets_in(&app, method.clone(), "/anything", &lines).await;
        }
    }
    let invented = Method::from_bytes(b"INVENTED").unwrap();
    counted.refuses(&app, invented, "/anything", &[FOREIGN]).await;
}

#[tokio::test]
async fn safe_methods_pass_from_everywhere() {
    let counted = Counted::new();
    let app = counted.app(CrossSite::new().strict());
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        for lines in
            [vec![FOREIGN], vec![("origin", "https://evil.example")], vec![("origin", "null")], vec![]]
        {
            counted.lets_in(&app, method.clone(), "/anything", &lines).await;
        }
        // A header cannot make another method of it.
        counted.lets_in(&app, method, "/", &[FOREIGN, ("x-http-method-override", "POST")]).await;
    }
}

#[tokio::test]
async fn an_exempt_path_is_exempt_to_the_byte() {
    let counted = Counted::new();
    let app = counted.app(CrossSite::new().exempt("/hooks/pay").unwrap());
    counted.lets_in(&app, Method::POST, "/hooks/pay", &[FOREIGN]).await;
    counted.lets_in(&app, Method::POST, "/hooks/pay?from=bank", &[FOREIGN]).await;
    for path in [
        "/hooks/pay/",
        "/hooks/pay/more",
        "/hooks/payment",
        "/hooks//pay",
        "/hooks/./pay",
        "/hooks/x/../pay",
        "/hooks/p%61y",
        "/Hooks/Pay",
        "/hooks%2Fpay",
        "/?/hooks/pay",
        "/",
    ] {
        counted.refuses(&app, Method::POST, path, &[FOREIGN]).await;
    }
    for pattern in ["/hooks/*", "hooks", "/hooks/{name}", "/hooks?x", ""] {
        assert!(CrossSite::new().exempt(pattern).is_err(), "{pattern}");
    }
}

#[tokio::test]
async fn a_trusted_origin_may_and_its_relatives_may_not() {
    let counted = Counted::new();
    let app = counted.app(CrossSite::new().trust(Origin::new("https://pay.example").unwrap()));
    for site in [FOREIGN, SIBLING] {
        counted.lets_in(&app, Method::POST, "/", &[site, ("origin", "https://pay.example")]).await;
        for origin in ["http://pay.example", "https://pay.example:8443", "https://x.pay.example", "null"] {
            counted.refuses(&app, Method::POST, "/", &[site, ("origin", origin)]).await;
        }
        counted.refuses(&app, Method::POST, "/", &[site]).await;
    }
}

#[tokio::test]
async fn a_websocket_handshake_is_checked_though_it_is_a_get() {
    let counted = Counted::new();
    let app = counted.app(CrossSite::new());
    for upgrade in ["websocket", "WebSocket", "h2c, websocket", "websocket/13"] {
        let upgrade = ("upgrade", upgrade);
        counted.refuses(&app, Method::GET, "/live", &[upgrade, FOREIGN]).await;
        counted.refuses(&app, Method::GET, "/live", &[upgrade, SIBLING]).await;
        counted.refuses(&app, Method::GET, "/live", &[upgrade, ("origin", "https://evil.example")]).await;
        counted.refuses(&app, Method::GET, "/live", &[upgrade, ("origin", "null")]).await;
        counted.lets_in(&app, Method::GET, "/live", &[upgrade, OWN]).await;
        counted.lets_in(&app, Method::GET, "/live", &[upgrade, ("origin", "https://shop.example")]).await;
    }
}

#[tokio::test]
async fn strict_rules_want_evidence() {
    let counted = Counted::new();
    let app = counted.app(CrossSite::new().strict());
    counted.refuses(&app, Method::POST, "/", &[]).await;
    counted.lets_in(&app, Method::POST, "/", &[OWN]).await;
    counted.lets_in(&app, Method::POST, "/", &[("origin", "https://shop.example")]).await;

    let stated = counted.app(CrossSite::new().own_origin(Origin::new("https://front.example").unwrap()));
    counted.lets_in(&stated, Method::POST, "/", &[("origin", "https://front.example")]).await;
    counted.refuses(&stated, Method::POST, "/", &[("origin", "https://shop.example")]).await;
    counted.refuses(&stated, Method::POST, "/", &[("origin", "http://front.example")]).await;
}

#[tokio::test]
async fn a_sign_in_or_sign_out_cannot_be_forced_from_another_site() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    for path in ["/sign-out", "/sign-in?account=mallory", "/basket?text=bait"] {
        let answer = world.untouched(client.ask(Kind::Link, Method::POST, path)).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "cross_site"));
        answer.leaves_the_cookie();
    }
    assert_eq!(client.get("/who").await.body, "ada");
}

#[tokio::test]
async fn the_protection_can_be_left_to_something_in_front_and_refusals_can_be_pages() {
    let world = World::new();
    let app = world.shop_with(handstamp::web::SessionLayer::without_cross_site_protection);
    let mut client = world.signed_in("ada").await.at(&app);
    assert_eq!(client.ask(Kind::Link, Method::POST, "/sign-out").await.body, "signed out");

    let app = world.shop_with(|layer| {
        layer.render(|refusal| {
            let mut page = Response::new(refusal.title.to_owned());
            *page.status_mut() = refusal.status;
            Some(page)
        })
    });
    let page = Client::new(&app).ask(Kind::Link, Method::POST, "/sign-out").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(page.body, "This request came from another site and was not carried out.");
}

#[tokio::test]
async fn a_strict_route_refuses_more_and_in_the_same_words() {
    let world = World::new();
    let strict = CrossSiteLayer::new(CrossSite::new().strict());
    let routes = crate::shop::routes().layer(strict);
    let app =
        world.serve(routes, |layer| layer.render(|refusal| Some(Response::new(refusal.code.to_owned()))));
    let mut client = Client::new(&app);
    let problem = client.ask(Kind::Api, Method::POST, "/sign-in?account=ada").await;
    assert_eq!((problem.status, problem.code().as_str()), (StatusCode::FORBIDDEN, "cross_site_no_evidence"));
    // People get the page here as well.
    let page = client.ask(Kind::PlainHttp, Method::POST, "/sign-in?account=ada").await;
    assert_eq!(page.body, "cross_site_no_evidence");
    client.sign_in("ada").await;
}
