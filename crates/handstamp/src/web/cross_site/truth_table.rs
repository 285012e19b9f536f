//! The decision for every kind of request: method, `Sec-Fetch-Site`, `Origin`, `Host`, rules.

use http::{HeaderMap, HeaderValue, Method, Uri, header};

use super::{CrossSite, CrossSiteRefusal, CrossSiteRefusal as No, ExemptionError, Origin};

const OWN: &str = "https://shop.example";
const TRUSTED: &str = "https://pay.example:8443";

type Answer = Result<(), CrossSiteRefusal>;

fn origin(text: &str) -> Origin {
    Origin::new(text).unwrap()
}

/// By default; with a trusted origin; with the own origin stated as well; strict.
fn rules() -> [CrossSite; 4] {
    let trusting = CrossSite::new().trust(origin(TRUSTED));
    [CrossSite::new(), trusting.clone(), trusting.clone().own_origin(origin(OWN)), trusting.strict()]
}

/// Headers from `name: value` lines; names may repeat.
fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    headers
}

fn check(rules: &CrossSite, method: &Method, lines: &[(&'static str, &str)]) -> Answer {
    rules.check(method, &Uri::from_static("/basket"), &headers(lines))
}

const UNSAFE: [Method; 6] =
    [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::CONNECT, Method::TRACE];

#[test]
fn fetch_metadata_decides_where_it_is_sent() {
    // Sec-Fetch-Site, Origin, and the answers with and without a trusted origin.
    let table: [(&str, Option<&str>, Answer, Answer); 18] = [
        ("same-origin", None, Ok(()), Ok(())),
        ("same-origin", Some(OWN), Ok(()), Ok(())),
        // A form of a page with `Referrer-Policy: no-referrer` sends exactly this.
        ("same-origin", Some("null"), Ok(()), Ok(())),
        ("none", None, Ok(()), Ok(())),
        ("none", Some("null"), Ok(()), Ok(())),
        ("same-site", None, Err(No::SameSite), Err(No::SameSite)),
        ("same-site", Some("https://blog.shop.example"), Err(No::SameSite), Err(No::SameSite)),
        ("same-site", Some(TRUSTED), Err(No::SameSite), Ok(())),
        ("cross-site", None, Err(No::CrossSite), Err(No::CrossSite)),
        ("cross-site", Some("https://evil.example"), Err(No::CrossSite), Err(No::CrossSite)),
        ("cross-site", Some("null"), Err(No::CrossSite), Err(No::CrossSite)),
        // A foreign hop in a chain of redirects taints it, whatever the origin.
        ("cross-site", Some(OWN), Err(No::CrossSite), Err(No::CrossSite)),
        ("cross-site", Some(TRUSTED), Err(No::CrossSite), Ok(())),
        ("cross-site", Some("https://pay.example"), Err(No::CrossSite), Err(No::CrossSite)),
        ("", None, Err(No::UnknownFetchSite), Err(No::UnknownFetchSite)),
        ("Same-Origin", None, Err(No::UnknownFetchSite), Err(No::UnknownFetchSite)),
        ("same-origin, none", None, Err(No::UnknownFetchSite), Err(No::UnknownFetchSite)),
        ("same-galaxy", Some(TRUSTED), Err(No::UnknownFetchSite), Err(No::UnknownFetchSite)),
    ];
    let [plain, trusting, stated, strict] = rules();
    for (site, sent, without, with) in table {
        for method in &UNSAFE {
            let mut lines = vec![("host", "shop.example"), ("sec-fetch-site", site)];
            lines.extend(sent.map(|sent| ("origin", sent)));
            assert_eq!(check(&plain, method, &lines), without, "{method} {lines:?}");
            for rules in [&trusting, &stated, &strict] {
                assert_eq!(check(rules, method, &lines), with, "{method} {lines:?}");
            }
        }
    }
}

#[test]
fn without_fetch_metadata_the_origin_is_compared_whole() {
    let foreign: Answer = Err(No::ForeignOrigin);
    let malformed: Answer = Err(No::MalformedOrigin);
    let unusable: Answer = Err(No::HostUnusable);
    // Origin, Host, the answer by the request's host, the answer by the stated own origin.
    let table: [(&str, Option<&str>, Answer, Answer); 38] = [
        (OWN, Some("shop.example"), Ok(()), Ok(())),
        (OWN, Some("shop.example:443"), Ok(()), Ok(())),
        ("https://shop.example:443", Some("shop.example"), Ok(()), Ok(())),
        (OWN, Some("SHOP.example"), Ok(()), Ok(())),
        ("https://SHOP.Example", Some("shop.example"), Ok(()), Ok(())),
        // The scheme is only known where the own origin is stated.
        ("http://shop.example", Some("shop.example"), Ok(()), foreign),
        ("http://shop.example", Some("shop.example:80"), Ok(()), foreign),
        (OWN, Some("shop.example:80"), foreign, Ok(())),
        // A proxy that rewrites `Host` needs the own origin stated.
        (OWN, Some("backend:8080"), foreign, Ok(())),
        ("http://backend:8080", Some("backend:8080"), Ok(()), foreign),
        (OWN, None, unusable, Ok(())),
        (OWN, Some(""), unusable, Ok(())),
        (OWN, Some("user@shop.example"), unusable, Ok(())),
        (OWN, Some("shop.example/"), unusable, Ok(())),
        (OWN, Some("shop.example, shop.example"), unusable, Ok(())),
        ("https://shop.example:8443", Some("shop.example"), foreign, foreign),
        ("https://shop.example:8443", Some("shop.example:8443"), Ok(()), foreign),
        ("https://evil.example", Some("shop.example"), foreign, foreign),
        ("https://shop.example.evil.example", Some("shop.example"), foreign, foreign),
        ("https://evilshop.example", Some("shop.example"), foreign, foreign),
        ("https://blog.shop.example", Some("shop.example"), foreign, foreign),
        // A trailing dot makes another origin for browsers.
        ("https://shop.example.", Some("shop.example"), foreign, foreign),
        (OWN, Some("shop.example."), foreign, Ok(())),
        ("https://shop.example.", Some("shop.example."), Ok(()), foreign),
        ("https://[2001:db8::1]", Some("[2001:db8::1]"), Ok(()), foreign),
        ("https://[2001:db8::1]:8443", Some("[2001:DB8:0::1]:8443"), Ok(()), foreign),
        ("https://[2001:db8::1]", Some("[2001:db8::2]"), foreign, foreign),
        ("https://127.0.0.1:3000", Some("127.0.0.1:3000"), Ok(()), foreign),
        ("https://127.0.0.1", Some("[::ffff:127.0.0.1]"), foreign, foreign),
        ("https://shop.example@evil.example", Some("shop.example"), malformed, malformed),
        ("https://evil.example@shop.example", Some("shop.example"), malformed, malformed),
        ("https://shop.example/", Some("shop.example"), malformed, malformed),
        ("https://shop.example/path", Some("shop.example"), malformed, malformed),
        ("shop.example", Some("shop.example"), malformed, malformed),
        ("", Some("shop.example"), malformed, malformed),
        ("NULL", Some("shop.example"), malformed, malformed),
        ("https://shop.example https://evil.example", Some("shop.example"), malformed, malformed),
        ("null", Some("shop.example"), Err(No::NullOrigin), Err(No::NullOrigin)),
    ];
    let [plain, trusting, stated, strict] = rules();
    for (sent, host, by_host, by_statement) in table {
        for method in &UNSAFE {
            let mut lines = vec![("origin", sent)];
            lines.extend(host.map(|host| ("host", host)));
            for rules in [&plain, &trusting, &strict] {
                assert_eq!(check(rules, method, &lines), by_host, "{method} {lines:?}");
            }
            assert_eq!(check(&stated, method, &lines), by_statement, "{method} {lines:?}");
        }
    }
}

#[test]
fn a_trusted_origin_needs_no_host() {
    let [plain, trusting, stated, strict] = rules();
    for host in ["shop.example", "", "pay.example"] {
        let lines = [("origin", TRUSTED), ("host", host)];
        assert!(check(&plain, &Method::POST, &lines).is_err());
        for rules in [&trusting, &stated, &strict] {
            assert_eq!(check(rules, &Method::POST, &lines), Ok(()));
        }
    }
}

#[test]
fn without_any_word_of_a_browser_only_strict_rules_refuse() {
    let [plain, trusting, stated, strict] = rules();
    for method in &UNSAFE {
        for rules in [&plain, &trusting, &stated] {
            assert_eq!(check(rules, method, &[("host", "shop.example")]), Ok(()));
        }
        assert_eq!(check(&strict, method, &[("host", "shop.example")]), Err(No::NoEvidence));
    }
}

#[test]
fn what_stands_there_twice_is_refused() {
    let [plain, _, stated, _] = rules();
    for rules in [&plain, &stated] {
        let twice = [("host", "shop.example"), ("origin", OWN), ("origin", OWN)];
        assert_eq!(check(rules, &Method::POST, &twice), Err(No::SeveralOrigins));
        let twice = [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "same-origin")];
        assert_eq!(check(rules, &Method::POST, &twice), Err(No::UnknownFetchSite));
        let both = [("sec-fetch-site", "same-origin"), ("origin", OWN), ("origin", "https://evil.example")];
        assert_eq!(check(rules, &Method::POST, &both), Err(No::SeveralOrigins));
    }
    let hosts = [("origin", OWN), ("host", "shop.example"), ("host", "shop.example")];
    assert_eq!(check(&plain, &Method::POST, &hosts), Err(No::HostUnusable));
}

#[test]
fn forwarded_hosts_are_never_read() {
    let lines = [
        ("origin", "https://evil.example"),
        ("host", "shop.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example"),
    ];
    assert_eq!(check(&CrossSite::new(), &Method::POST, &lines), Err(No::ForeignOrigin));
}

#[test]
fn the_address_of_http2_goes_before_host() {
    let uri = Uri::from_static("https://shop.example/basket");
    let sent = headers(&[("origin", OWN), ("host", "evil.example")]);
    assert_eq!(CrossSite::new().check(&Method::POST, &uri, &sent), Ok(()));
    let sent = headers(&[("origin", "https://evil.example"), ("host", "evil.example")]);
    assert_eq!(CrossSite::new().check(&Method::POST, &uri, &sent), Err(No::ForeignOrigin));
}

#[test]
fn safe_methods_pass_whatever_they_say() {
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        for site in ["same-origin", "none", "same-site", "cross-site", "other"] {
            for rules in rules() {
                let lines = [("sec-fetch-site", site), ("origin", "https://evil.example")];
                assert_eq!(check(&rules, &method, &lines), Ok(()), "{method} {site}");
            }
        }
    }
}

#[test]
fn no_header_makes_an_unsafe_method_safe() {
    for name in ["x-http-method-override", "x-http-method", "x-method-override"] {
        for method in &UNSAFE {
            let lines = [("sec-fetch-site", "cross-site"), (name, "GET")];
            assert_eq!(check(&CrossSite::new(), method, &lines), Err(No::CrossSite), "{method} {name}");
        }
    }
    let custom = Method::from_bytes(b"get").unwrap();
    let lines = [("sec-fetch-site", "cross-site")];
    assert_eq!(check(&CrossSite::new(), &custom, &lines), Err(No::CrossSite));
}

#[test]
fn websocket_handshakes_are_checked_though_they_are_get() {
    for upgrade in ["websocket", "WebSocket", "h2c, websocket", "websocket/13", " websocket"] {
        for (sent, answer) in [(OWN, Ok(())), ("https://evil.example", Err(No::ForeignOrigin))] {
            let lines = [("host", "shop.example"), ("upgrade", upgrade), ("origin", sent)];
            assert_eq!(check(&CrossSite::new(), &Method::GET, &lines), answer, "{upgrade} {sent}");
        }
        let lines = [("host", "shop.example"), ("upgrade", upgrade), ("sec-fetch-site", "same-site")];
        assert_eq!(check(&CrossSite::new(), &Method::GET, &lines), Err(No::SameSite));
    }
    let lines = [("upgrade", "h2c"), ("upgrade", "websocket"), ("sec-fetch-site", "cross-site")];
    assert_eq!(check(&CrossSite::new(), &Method::GET, &lines), Err(No::CrossSite));
    let lines = [("upgrade", "h2c"), ("sec-fetch-site", "cross-site")];
    assert_eq!(check(&CrossSite::new(), &Method::GET, &lines), Ok(()));
}

#[test]
fn websockets_over_http2_are_checked() {
    let uri = Uri::from_static("https://shop.example/live");
    let [plain, ..] = rules();
    let sent = headers(&[("origin", "https://evil.example")]);
    assert_eq!(plain.check(&Method::CONNECT, &uri, &sent), Err(No::ForeignOrigin));
    assert_eq!(plain.check(&Method::CONNECT, &uri, &headers(&[("origin", OWN)])), Ok(()));
}

#[test]
fn an_exemption_is_that_path_and_no_other() {
    let rules = CrossSite::new().exempt("/hooks/pay").unwrap();
    let foreign = headers(&[("sec-fetch-site", "cross-site")]);
    for path in ["/hooks/pay", "/hooks/pay?id=1"] {
        assert_eq!(rules.check(&Method::POST, &Uri::from_static(path), &foreign), Ok(()), "{path}");
    }
    for path in [
        "/",
        "/hooks",
        "/hooks/",
        "/hooks/pay/",
        "/hooks/pay/x",
        "/hooks/payments",
        "/hooks//pay",
        "//hooks/pay",
        "/hooks/./pay",
        "/x/../hooks/pay",
        "/hooks%2Fpay",
        "/hooks/p%61y",
        "/Hooks/pay",
        "/hooks/pay;x",
        "/basket?/hooks/pay",
    ] {
        let answer = rules.check(&Method::POST, &Uri::from_static(path), &foreign);
        assert_eq!(answer, Err(No::CrossSite), "{path}");
    }
}

#[test]
fn an_exemption_that_could_not_match_is_refused() {
    for path in ["", "hooks", "https://shop.example/hooks"] {
        assert_eq!(CrossSite::new().exempt(path).err(), Some(ExemptionError::NotAPath), "{path}");
    }
    for path in ["/hooks/*", "/hooks/{id}", "/hooks?x=1", "/hooks#x"] {
        assert_eq!(CrossSite::new().exempt(path).err(), Some(ExemptionError::Pattern), "{path}");
    }
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let mut sent = headers(&[("host", "shop.example")]);
    sent.insert(header::ORIGIN, HeaderValue::from_bytes(b"https://\xff").unwrap());
    let answer = CrossSite::new().check(&Method::POST, &Uri::from_static("/"), &sent);
    assert_eq!(answer, Err(No::MalformedOrigin));
}
