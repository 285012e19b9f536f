//! No secret of a run stands in its reports, in no spelling.

use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD};
use handstamp_audit::report::Report;
use percent_encoding::percent_decode_str;

use crate::{
    shop::{Logout, Shop, password},
    support::{behaviour, formats, report},
};

/// Enough of a secret to know it by: what a mask shows is shorter.
const TELLING: usize = 10;

fn telling_parts(secret: &str) -> Vec<String> {
    let plain = percent_decode_str(secret).decode_utf8().unwrap().into_owned();
    let mut all: Vec<String> = plain
        .split(|one: char| !one.is_ascii_alphanumeric())
        .filter(|part| part.len() >= TELLING)
        .map(str::to_owned)
        .collect();
    for before in 0..3 {
        let encoded = BASE64_STANDARD_NO_PAD.encode([vec![0; before], plain.clone().into_bytes()].concat());
        all.push(encoded.get(4..encoded.len() - 4).unwrap().to_owned());
    }
    all.push(secret.to_owned());
    all.push(plain);
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_and_no_password_stands_in_any_format() {
    let shop = Shop::open(behaviour(Logout::DoesNothing));
    let report = report(&shop).await;
    assert!(
        report.exchanges.len() > 20 && report.checks.iter().any(|check| check.verdict.severity().is_some())
    );
    let secrets = shop.secrets();
    assert!(secrets.len() > 10, "the application gave {} tokens", secrets.len());
    for (format, text) in formats(&report) {
        assert!(text.len() > 1_000, "{format} is empty");
        for secret in secrets.iter().flat_map(|secret| telling_parts(secret)) {
            assert!(!text.contains(&secret), "{format} holds {secret}");
        }
        for person in ["alice", "bob"] {
            let typed = password(person);
            let escaped = typed.replace('&', "%26").replace('/', "%2F");
            for spelling in [typed.replace('&', "&amp;"), escaped, typed] {
                assert!(!text.contains(&spelling), "{format} holds a password");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_masked_is_still_told_apart() {
    let report = report(&Shop::open(behaviour(Logout::Ends))).await;
    let mut cookies: Vec<_> = report
        .exchanges
        .iter()
        .flat_map(|exchange| &exchange.request.headers)
        .filter(|(name, _)| name == "Cookie")
        .map(|(_, value)| value.clone())
        .collect();
    assert!(cookies.iter().all(|cookie| cookie.starts_with("sid=") && cookie.contains(", #")), "{cookies:?}");
    let all = cookies.len();
    cookies.sort_unstable();
    cookies.dedup();
    assert!(cookies.len() > 3 && cookies.len() < all, "the same token has the same mask: {cookies:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_application_says_moves_no_cursor_and_runs_nowhere() {
    let report = report(&Shop::open(behaviour(Logout::Ends))).await;
    let read = Report::from_json(&report.to_json()).unwrap();
    assert_eq!(read, report);
    let shown =
        |exchange: &handstamp_audit::report::ExchangeEntry| exchange.response.body.text.contains("alert(1)");
    assert!(report.exchanges.iter().any(shown), "the page is evidence");
    for (format, text) in formats(&report) {
        assert!(!text.contains('\u{1b}'), "{format} holds an escape sequence");
    }
    assert!(!report.to_html().contains("<script"), "the page's script became one of the report");
}
